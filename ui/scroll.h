/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * scumble_scroll_past:
 *
 * A handler of "scroll-event" for what stands in a panel that can be scrolled: whoever
 * scrolls the panel does not want to change what happens to come under the pointer, but
 * what has the focus may be turned by the wheel.
 *
 * Returns: %FALSE, so that the event goes on to the panel
 */
gboolean scumble_scroll_past (GtkWidget *widget);

G_END_DECLS
