/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mixture-row.h"
#include "mask-button.h"
#include "scroll.h"
#include "wording.h"

#include <glib/gi18n-lib.h>

struct _ScumbleMixtureRow
{
  GtkListBoxRow      parent_instance;

  ScumbleHostChoice     *choice;
  GtkLabel          *name;
  GtkWidget         *scale;
  GtkAdjustment     *adjustment;
  ScumbleMaskButton *region;
  GtkWidget         *remove_button;
};

enum { CHANGED, DROPPED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleMixtureRow, scumble_mixture_row, GTK_TYPE_LIST_BOX_ROW)

static void
on_weight_changed (GtkAdjustment *adjustment, ScumbleMixtureRow *self)
{
  if (self->choice == NULL)
    return;

  self->choice->weight = gtk_adjustment_get_value (adjustment);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_region_changed (ScumbleMaskButton *region, ScumbleMixtureRow *self)
{
  self->choice->region = scumble_mask_button_get (region);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_remove (GtkButton *button, ScumbleMixtureRow *self)
{
  g_signal_emit (self, signals[DROPPED], 0);
}

/* @sentence has a place for the style's name. */
static void
name_widget (GtkWidget *widget, const char *sentence, const char *style)
{
  g_autofree char *name = scumble_wording_with (sentence, style);

  atk_object_set_name (gtk_widget_get_accessible (widget), name);
}

GtkWidget *
scumble_mixture_row_new (ScumbleHostChoice *choice, const GPtrArray *masks)
{
  ScumbleMixtureRow *self = g_object_new (SCUMBLE_TYPE_MIXTURE_ROW, NULL);

  gtk_label_set_text (self->name, choice->name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), choice->name);
  name_widget (GTK_WIDGET (self), _("%s, in the mixture"), choice->name);
  name_widget (self->scale, _("Share of %s"), choice->name);
  name_widget (GTK_WIDGET (self->region), _("Where %s is painted"), choice->name);
  name_widget (self->remove_button, _("Remove %s"), choice->name);

  gtk_adjustment_set_value (self->adjustment, choice->weight);
  gtk_widget_set_visible (GTK_WIDGET (self->region), masks != NULL);
  if (masks != NULL)
    {
      scumble_mask_button_fill (self->region, masks, choice->region);
      choice->region = scumble_mask_button_get (self->region);
    }
  self->choice = choice;

  return GTK_WIDGET (self);
}

ScumbleHostChoice *
scumble_mixture_row_get_choice (ScumbleMixtureRow *self)
{
  return self->choice;
}

static void
scumble_mixture_row_class_init (ScumbleMixtureRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[CHANGED] = g_signal_new ("changed", SCUMBLE_TYPE_MIXTURE_ROW, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DROPPED] = g_signal_new ("dropped", SCUMBLE_TYPE_MIXTURE_ROW, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (SCUMBLE_TYPE_MASK_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/scumble/ui/mixture-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleMixtureRow, name);
  gtk_widget_class_bind_template_child (widget_class, ScumbleMixtureRow, scale);
  gtk_widget_class_bind_template_child (widget_class, ScumbleMixtureRow, adjustment);
  gtk_widget_class_bind_template_child (widget_class, ScumbleMixtureRow, region);
  gtk_widget_class_bind_template_child (widget_class, ScumbleMixtureRow, remove_button);
  gtk_widget_class_bind_template_callback (widget_class, on_weight_changed);
  gtk_widget_class_bind_template_callback (widget_class, scumble_scroll_past);
  gtk_widget_class_bind_template_callback (widget_class, on_region_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_remove);
}

static void
scumble_mixture_row_init (ScumbleMixtureRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
