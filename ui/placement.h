/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * scumble_placement_size:
 *
 * Makes a window as large as is of use, where the screen has room for it.
 */
void scumble_placement_size  (GtkWindow *window);

/**
 * scumble_placement_above:
 * @window: realized
 * @parent: X11 window of another process to stay above, or 0
 */
void scumble_placement_above (GtkWindow *window, gulong parent);

G_END_DECLS
