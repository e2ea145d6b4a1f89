/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * scumble_learned_styles_run:
 * @parent: the window to stay above
 * @folder: of the cache of learned styles; need not exist
 *
 * Shows what has been learned, to be deleted one by one.
 */
void scumble_learned_styles_run (GtkWindow *parent, const char *folder);

G_END_DECLS
