/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list-focus.h"

gboolean
scumble_list_focus_leave (GtkWidget *list, GtkDirectionType direction)
{
  GtkWidget *row = gtk_container_get_focus_child (GTK_CONTAINER (list));

  if (row == NULL ||
      (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD))
    return FALSE;
  if (gtk_widget_child_focus (row, direction))
    return TRUE;

  g_signal_stop_emission_by_name (list, "focus");
  return FALSE;
}
