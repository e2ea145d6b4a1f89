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
 * scumble_placement_room:
 * @window: realized
 * @width: (out): logical pixels
 * @height: (out): likewise
 *
 * Tells how much room windows have on the screen that a window is on.
 */
void scumble_placement_room  (GtkWindow *window, int *width, int *height);

/**
 * scumble_placement_limit:
 * @window: realized, and transient
 *
 * Lets a window with a size of its own mind be no larger than the screen of what it is
 * transient for has room for. To be connected to "realize".
 */
void scumble_placement_limit (GtkWindow *window);

/**
 * scumble_placement_above:
 * @window: realized
 * @parent: X11 window of another process to stay above, or 0
 */
void scumble_placement_above (GtkWindow *window, gulong parent);

G_END_DECLS
