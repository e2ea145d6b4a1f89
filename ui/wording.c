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

char *
scumble_wording_advised (const GError *error, const char *advice)
{
  g_autofree char *sentence = scumble_wording (error);

  return advice == NULL || !g_error_matches (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MEMORY)
             ? g_steal_pointer (&sentence)
             : g_strjoin (" ", sentence, advice, NULL);
}

char *
scumble_wording_number (const ScumbleParam *param, double value)
{
  return param->percent ? g_strdup_printf (_("%.0f %%"), 100.0 * value)
                        : g_strdup_printf ("%.2f", value);
}

char *
scumble_wording_with (const char *sentence, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (sentence, "%s", 2);

  return g_strjoinv (name, parts);
}
