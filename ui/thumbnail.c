/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail.h"

void
scumble_thumbnail_show (GtkImage *image, GdkPixbuf *pixbuf, int edge)
{
  const int             scale  = gtk_widget_get_scale_factor (GTK_WIDGET (image));
  const int             w      = gdk_pixbuf_get_width (pixbuf);
  const int             h      = gdk_pixbuf_get_height (pixbuf);
  const double          zoom   = MIN (1.0, (double) (edge * scale) / MAX (w, h));
  g_autoptr (GdkPixbuf) scaled = gdk_pixbuf_scale_simple (pixbuf,
                                                          MAX (1, (int) (w * zoom)),
                                                          MAX (1, (int) (h * zoom)),
                                                          GDK_INTERP_BILINEAR);
  cairo_surface_t *surface = gdk_cairo_surface_create_from_pixbuf (scaled, scale, NULL);

  gtk_image_set_from_surface (image, surface);
  cairo_surface_destroy (surface);
}
