/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-row.h"

#include <glib/gi18n-lib.h>
#include <math.h>

struct _ScumbleParamRow
{
  GtkGrid             parent_instance;

  const ScumbleParam *param;
  GtkAdjustment      *adjustment;
  GtkLabel           *label;
  GtkWidget          *scale;
  GtkWidget          *spin;
  gboolean            quiet; /* the value is being shown, not chosen */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleParamRow, scumble_param_row, GTK_TYPE_GRID)

static void
on_value_changed (GtkAdjustment *adjustment, ScumbleParamRow *self)
{
  if (!self->quiet)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
describe (ScumbleParamRow *self, GtkWidget *widget)
{
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  gtk_widget_set_tooltip_text (widget, _(self->param->blurb));
  atk_object_set_name (accessible, gtk_label_get_text (self->label));
  atk_object_set_description (accessible, _(self->param->blurb));
}

GtkWidget *
scumble_param_row_new (const ScumbleParam *param)
{
  ScumbleParamRow *self = g_object_new (SCUMBLE_TYPE_PARAM_ROW, NULL);
  const double     step = pow (10.0, floor (log10 ((param->max - param->min) / 50.0)));

  self->param = param;
  gtk_label_set_text_with_mnemonic (self->label, _(param->title));
  gtk_adjustment_configure (self->adjustment, param->def, param->min, param->max,
                            step, 10.0 * step, 0.0);
  describe (self, self->scale);
  describe (self, self->spin);

  return GTK_WIDGET (self);
}

void
scumble_param_row_show (ScumbleParamRow *self, ScumbleSettings *settings)
{
  self->quiet = TRUE;
  gtk_adjustment_set_value (self->adjustment,
                            *scumble_param_value (self->param, settings));
  self->quiet = FALSE;
}

void
scumble_param_row_store (ScumbleParamRow *self, ScumbleSettings *settings)
{
  *scumble_param_value (self->param, settings) =
      gtk_adjustment_get_value (self->adjustment);
}

static void
scumble_param_row_class_init (ScumbleParamRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[CHANGED] = g_signal_new ("changed", SCUMBLE_TYPE_PARAM_ROW, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/param-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, adjustment);
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, label);
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, scale);
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, spin);
  gtk_widget_class_bind_template_callback (widget_class, on_value_changed);
}

static void
scumble_param_row_init (ScumbleParamRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
