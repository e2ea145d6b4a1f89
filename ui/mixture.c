/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mixture.h"
#include "list-focus.h"
#include "mixture-row.h"

struct _ScumbleMixture
{
  GtkBox      parent_instance;

  GPtrArray  *styles;
  GPtrArray  *masks;
  guint       in_hand;
  GtkListBox *list;
  gboolean    quiet; /* the list is being filled */
};

enum { CHANGED, IN_HAND, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleMixture, scumble_mixture, GTK_TYPE_BOX)

static void
on_row_changed (ScumbleMixtureRow *row, ScumbleMixture *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_row_dropped (ScumbleMixtureRow *row, ScumbleMixture *self)
{
  guint index;

  if (!g_ptr_array_find (self->styles, scumble_mixture_row_get_choice (row), &index))
    return;

  g_ptr_array_remove_index (self->styles, index);
  if (self->styles->len == 1)
    ((ScumbleHostChoice *) g_ptr_array_index (self->styles, 0))->region = -1;
  if (self->in_hand > index || self->in_hand == self->styles->len)
    self->in_hand--;
  scumble_mixture_show (self);
  g_signal_emit (self, signals[IN_HAND], 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *row, ScumbleMixture *self)
{
  if (self->quiet || row == NULL)
    return;

  self->in_hand = (guint) gtk_list_box_row_get_index (row);
  g_signal_emit (self, signals[IN_HAND], 0);
}

static void
remove_row (GtkWidget *row, gpointer list)
{
  gtk_container_remove (list, row);
}

static void
add_row (ScumbleMixture *self, guint index)
{
  GtkWidget *row = scumble_mixture_row_new (g_ptr_array_index (self->styles, index),
                                            self->masks);

  g_signal_connect (row, "changed", G_CALLBACK (on_row_changed), self);
  g_signal_connect (row, "dropped", G_CALLBACK (on_row_dropped), self);
  gtk_container_add (GTK_CONTAINER (self->list), row);
  if (index == self->in_hand)
    gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
}

void
scumble_mixture_show (ScumbleMixture *self)
{
  self->quiet = TRUE;
  self->in_hand = MIN (self->in_hand, MAX (self->styles->len, 1) - 1);
  gtk_container_foreach (GTK_CONTAINER (self->list), remove_row, self->list);
  for (guint i = 0; i < self->styles->len; i++)
    add_row (self, i);
  self->quiet = FALSE;

  gtk_widget_set_visible (GTK_WIDGET (self), self->styles->len > 1);
}

void
scumble_mixture_attach (ScumbleMixture *self, GPtrArray *styles)
{
  self->styles = styles;
  scumble_mixture_show (self);
}

void
scumble_mixture_set_masks (ScumbleMixture *self, GPtrArray *masks)
{
  g_clear_pointer (&self->masks, g_ptr_array_unref);
  self->masks = masks;
  scumble_mixture_show (self);
}

ScumbleHostChoice *
scumble_mixture_get_in_hand (ScumbleMixture *self)
{
  return self->styles->len == 0 ? NULL : g_ptr_array_index (self->styles, self->in_hand);
}

void
scumble_mixture_put (ScumbleMixture *self, ScumbleHostChoice *choice)
{
  const ScumbleHostChoice *old = scumble_mixture_get_in_hand (self);

  if (old != NULL)
    {
      choice->weight = old->weight;
      choice->region = old->region;
      g_ptr_array_remove_index (self->styles, self->in_hand);
    }
  g_ptr_array_insert (self->styles, (int) self->in_hand, choice);
  scumble_mixture_show (self);
}

void
scumble_mixture_add (ScumbleMixture *self)
{
  ScumbleHostChoice *choice =
      scumble_host_choice_copy (scumble_mixture_get_in_hand (self));

  choice->region = -1;
  g_ptr_array_add (self->styles, choice);
  self->in_hand = self->styles->len - 1;
  scumble_mixture_show (self);
  g_signal_emit (self, signals[IN_HAND], 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
scumble_mixture_finalize (GObject *object)
{
  g_clear_pointer (&SCUMBLE_MIXTURE (object)->masks, g_ptr_array_unref);
  G_OBJECT_CLASS (scumble_mixture_parent_class)->finalize (object);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, SCUMBLE_TYPE_MIXTURE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 0);
}

static void
scumble_mixture_class_init (ScumbleMixtureClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = scumble_mixture_finalize;
  signals[CHANGED]                 = add_signal ("changed");
  signals[IN_HAND]                 = add_signal ("in-hand");

  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/mixture.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleMixture, list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_bind_template_callback (widget_class, scumble_list_focus_leave);
}

static void
scumble_mixture_init (ScumbleMixture *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
