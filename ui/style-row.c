/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "style-row.h"
#include "thumbnail.h"

#include <glib/gi18n-lib.h>

enum { EDGE = 48 };

struct _ScumbleStyleRow
{
  GtkListBoxRow     parent_instance;

  ScumbleStyleItem *item;
  GtkImage         *image;
  GtkLabel         *name;
  GtkLabel         *origin;
  GtkWidget        *delete_button;
};

enum { DELETE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleStyleRow, scumble_style_row, GTK_TYPE_LIST_BOX_ROW)

static void
show_thumbnail (ScumbleStyleRow *self)
{
  if (self->item->thumbnail != NULL)
    scumble_thumbnail_show (self->image, self->item->thumbnail, EDGE);
}

void
scumble_style_row_load (ScumbleStyleRow *self)
{
  if (self->item->thumbnail == NULL && scumble_style_item_load (self->item))
    show_thumbnail (self);
}

static void
on_delete (GtkButton *button, ScumbleStyleRow *self)
{
  g_signal_emit (self, signals[DELETE], 0);
}

/* What a screen reader says, and the tooltip of a name that is cut off. */
static char *
spoken (const ScumbleStyleItem *item)
{
  switch (item->kind)
    {
    case SCUMBLE_STYLE_LAYER:
      return g_strdup_printf (_("%s, in the image %s"), item->name, item->origin);
    case SCUMBLE_STYLE_SAVED:
      return g_strdup_printf (_("%s, a saved style"), item->name);
    case SCUMBLE_STYLE_BOX:
      return g_strdup_printf (_("%s, a style in the box"), item->name);
    case SCUMBLE_STYLE_RECENT:
      return g_strdup_printf (_("%s, used recently"), item->name);
    }

  g_return_val_if_reached (NULL);
}

static void
name_delete_button (ScumbleStyleRow *self)
{
  g_autofree char *text = g_strdup_printf (_("Delete %s"), self->item->name);

  atk_object_set_name (gtk_widget_get_accessible (self->delete_button), text);
  gtk_widget_set_visible (self->delete_button, self->item->kind == SCUMBLE_STYLE_SAVED);
}

/* The second line of a row, or NULL. */
static char *
origin_of (const ScumbleStyleItem *item)
{
  const ScumbleMethod *method =
    item->method == NULL ? NULL : scumble_method_find (item->method, NULL);

  return method == NULL ? g_strdup (item->origin)
                        : g_strdup_printf (_("For %s only"), _(method->title));
}

GtkWidget *
scumble_style_row_new (ScumbleStyleItem *item)
{
  ScumbleStyleRow *self   = g_object_new (SCUMBLE_TYPE_STYLE_ROW, NULL);
  g_autofree char *text   = spoken (item);
  g_autofree char *origin = origin_of (item);

  self->item = item;
  gtk_label_set_text (self->name, item->name);
  gtk_label_set_text (self->origin, origin);
  gtk_widget_set_visible (GTK_WIDGET (self->origin), origin != NULL);
  gtk_label_set_yalign (self->name, origin != NULL ? 1.0f : 0.5f);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), text);
  name_delete_button (self);
  show_thumbnail (self);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (show_thumbnail), NULL);

  return GTK_WIDGET (self);
}

ScumbleStyleItem *
scumble_style_row_get_item (ScumbleStyleRow *self)
{
  return self->item;
}

static void
scumble_style_row_class_init (ScumbleStyleRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[DELETE] = g_signal_new ("delete", SCUMBLE_TYPE_STYLE_ROW, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/style-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleRow, image);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleRow, name);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleRow, origin);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleRow, delete_button);
  gtk_widget_class_bind_template_callback (widget_class, on_delete);
}

static void
scumble_style_row_init (ScumbleStyleRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
