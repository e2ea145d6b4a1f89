/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample.h"

struct _ScumbleSample
{
  GtkButton parent_instance;

  GtkImage *image;
  GtkLabel *label;
};

G_DEFINE_TYPE (ScumbleSample, scumble_sample, GTK_TYPE_BUTTON)

GtkWidget *
scumble_sample_new (const char *name, int width, int height)
{
  ScumbleSample *self = g_object_new (SCUMBLE_TYPE_SAMPLE, NULL);

  gtk_widget_set_size_request (GTK_WIDGET (self->image), width, height);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), name);

  return GTK_WIDGET (self);
}

void
scumble_sample_wait (ScumbleSample *self, const char *what)
{
  gtk_label_set_text (self->label, what);
  /* A button's label is not spoken beside its name. */
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (self)), what);
}

void
scumble_sample_take (ScumbleSample *self, const ScumbleShot *shot)
{
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  cairo_surface_set_device_scale (shot->after, scale, scale);
  gtk_image_set_from_surface (self->image, shot->after);
  scumble_sample_wait (self, "");
  gtk_widget_set_sensitive (GTK_WIDGET (self), TRUE);
}

static void
scumble_sample_class_init (ScumbleSampleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/sample.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleSample, image);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSample, label);
}

static void
scumble_sample_init (ScumbleSample *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
