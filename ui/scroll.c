/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scroll.h"

gboolean
scumble_scroll_past (GtkWidget *widget)
{
  if (!gtk_widget_has_focus (widget))
    g_signal_stop_emission_by_name (widget, "scroll-event");

  return GDK_EVENT_PROPAGATE;
}
