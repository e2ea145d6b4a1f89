/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * scumble_list_focus_leave:
 *
 * A handler of "focus": the Tab key goes through the row that has the keyboard and then
 * out of the list, not through all rows, which is what the arrow keys are for.
 *
 * Returns: whether the focus has moved within the list
 */
gboolean scumble_list_focus_leave (GtkWidget *list, GtkDirectionType direction);

G_END_DECLS
