/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * scumble_wording:
 *
 * The engine's sentences are English; those of a host, of GTK+ and of GLib come in the
 * user's language as they are.
 *
 * Returns: (transfer full): the sentence of @error in the user's language
 */
char *scumble_wording (const GError *error);

G_END_DECLS
