/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * scumble_picture_chooser_run:
 * @parent: the window to stay above
 *
 * Lets the user choose a picture file, with a preview beside the list.
 *
 * Returns: (transfer full) (nullable): its path, or %NULL if the user gave up
 */
char *scumble_picture_chooser_run (GtkWindow *parent);

G_END_DECLS
