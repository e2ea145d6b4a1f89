/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "placement.h"

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif

/* Of a screen's height and width, for what a window manager puts around a window. */
enum { FRAME = 40 };

void
scumble_placement_size (GtkWindow *window)
{
  GdkDisplay  *display = gtk_widget_get_display (GTK_WIDGET (window));
  GdkMonitor  *monitor = gdk_display_get_primary_monitor (display);
  GdkRectangle area;

  if (monitor == NULL)
    monitor = gdk_display_get_monitor (display, 0);
  if (monitor == NULL)
    return;

  gdk_monitor_get_workarea (monitor, &area);
  gtk_window_set_default_size (window, CLAMP (area.width - FRAME, 980, 1120),
                               CLAMP (area.height - FRAME, 560, 720));
}

void
scumble_placement_room (GtkWindow *window, int *width, int *height)
{
  GdkDisplay  *display = gtk_widget_get_display (GTK_WIDGET (window));
  GdkMonitor  *monitor =
    gdk_display_get_monitor_at_window (display, gtk_widget_get_window (GTK_WIDGET (window)));
  GdkRectangle area;

  gdk_monitor_get_workarea (monitor, &area);
  *width  = area.width;
  *height = area.height;
}

void
scumble_placement_limit (GtkWindow *window)
{
  GdkGeometry geometry = { 0 };

  scumble_placement_room (gtk_window_get_transient_for (window), &geometry.max_width,
                          &geometry.max_height);
  geometry.max_width  -= FRAME;
  geometry.max_height -= FRAME;
  gtk_window_set_geometry_hints (window, NULL, &geometry, GDK_HINT_MAX_SIZE);
}

void
scumble_placement_above (GtkWindow *window, gulong parent)
{
#ifdef GDK_WINDOWING_X11
  GdkDisplay *display = gtk_widget_get_display (GTK_WIDGET (window));
  GdkWindow  *foreign;

  if (parent == 0 || !GDK_IS_X11_DISPLAY (display))
    return;

  foreign = gdk_x11_window_foreign_new_for_display (display, parent);
  if (foreign != NULL)
    gdk_window_set_transient_for (gtk_widget_get_window (GTK_WIDGET (window)), foreign);
  g_clear_object (&foreign);
#endif
}
