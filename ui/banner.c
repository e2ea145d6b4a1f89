/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "banner.h"

struct _ScumbleBanner
{
  GtkInfoBar parent_instance;

  GtkLabel  *label;
  gboolean   of_preview; /* the sentence is about a preview */
};

G_DEFINE_TYPE (ScumbleBanner, scumble_banner, GTK_TYPE_INFO_BAR)

void
scumble_banner_complain (ScumbleBanner *self, const char *sentence, gboolean of_preview)
{
  self->of_preview = of_preview;
  gtk_label_set_text (self->label, sentence);
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self), TRUE);
}

void
scumble_banner_previewed (ScumbleBanner *self)
{
  if (self->of_preview)
    scumble_banner_hide (self);
}

void
scumble_banner_hide (ScumbleBanner *self)
{
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self), FALSE);
}

static void
scumble_banner_response (GtkInfoBar *bar, int response)
{
  gtk_info_bar_set_revealed (bar, FALSE);
}

static void
scumble_banner_class_init (ScumbleBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  GTK_INFO_BAR_CLASS (klass)->response = scumble_banner_response;

  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/banner.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleBanner, label);
}

static void
scumble_banner_init (ScumbleBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
