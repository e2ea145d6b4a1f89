/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wording.h"
#include "error.h"

#include <glib/gi18n-lib.h>

static const char *
translate (const char *format)
{
  return g_dgettext (GETTEXT_PACKAGE, format);
}

char *
scumble_wording (const GError *error)
{
  return scumble_error_reworded (error, translate);
}
