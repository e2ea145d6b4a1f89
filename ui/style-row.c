/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "style-row.h"

#include <glib/gi18n-lib.h>

enum { EDGE = 48 };

struct _ScumbleStyleRow
{
  GtkListBoxRow           parent_instance;

  const ScumbleHostLayer *layer;
  GtkImage               *image;
  GtkLabel               *name;
  GtkLabel               *origin;
};

G_DEFINE_TYPE (ScumbleStyleRow, scumble_style_row, GTK_TYPE_LIST_BOX_ROW)

/* Fits the thumbnail into the row, sharp at the screen's scale. */
static void
show_thumbnail (ScumbleStyleRow *self)
{
  const int        scale   = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  GdkPixbuf       *from    = self->layer->thumbnail;
  const int        w       = gdk_pixbuf_get_width (from);
  const int        h       = gdk_pixbuf_get_height (from);
  const double     zoom    = MIN (1.0, (double) (EDGE * scale) / MAX (w, h));
  GdkPixbuf       *scaled  = gdk_pixbuf_scale_simple (from, MAX (1, (int) (w * zoom)),
                                                      MAX (1, (int) (h * zoom)),
                                                      GDK_INTERP_BILINEAR);
  cairo_surface_t *surface = gdk_cairo_surface_create_from_pixbuf (scaled, scale, NULL);

  gtk_image_set_from_surface (self->image, surface);
  cairo_surface_destroy (surface);
  g_object_unref (scaled);
}

GtkWidget *
scumble_style_row_new (const ScumbleHostLayer *layer)
{
  ScumbleStyleRow *self = g_object_new (SCUMBLE_TYPE_STYLE_ROW, NULL);
  g_autofree char *spoken = g_strdup_printf (_("%s, in the image %s"), layer->name,
                                             layer->image);

  self->layer = layer;
  gtk_label_set_text (self->name, layer->name);
  gtk_label_set_text (self->origin, layer->image);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), spoken);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), spoken);
  if (layer->thumbnail != NULL)
    show_thumbnail (self);

  return GTK_WIDGET (self);
}

const ScumbleHostLayer *
scumble_style_row_get_layer (ScumbleStyleRow *self)
{
  return self->layer;
}

static void
scumble_style_row_class_init (ScumbleStyleRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/style-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleRow, image);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleRow, name);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleRow, origin);
}

static void
scumble_style_row_init (ScumbleStyleRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
