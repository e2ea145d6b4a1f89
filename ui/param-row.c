/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-row.h"
#include "scroll.h"
#include "slider.h"
#include "wording.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

struct _ScumbleParamRow
{
  GtkGrid             parent_instance;

  const ScumbleParam *param;
  GtkAdjustment      *adjustment; /* the number */
  GtkAdjustment      *slide;      /* where the slider stands */
  GtkLabel           *label;
  ScumbleSlider      *slider;
  GtkWidget          *spin;
  GtkComboBox        *combo;
  int                 other; /* row of a value that is none of the choices, or -1 */
  gboolean            quiet; /* the value is being shown, not chosen */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleParamRow, scumble_param_row, GTK_TYPE_GRID)

static void
on_changed (gpointer source, ScumbleParamRow *self)
{
  if (!self->quiet)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* What stays selected looks as if it still had the keyboard. */
static gboolean
on_number_left (GtkWidget *spin, GdkEvent *event, ScumbleParamRow *self)
{
  gtk_editable_select_region (GTK_EDITABLE (spin), 0, 0);

  return GDK_EVENT_PROPAGATE;
}

static void
describe (ScumbleParamRow *self, GtkWidget *widget)
{
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  gtk_widget_set_tooltip_text (widget, _(self->param->blurb));
  atk_object_set_name (accessible, gtk_label_get_text (self->label));
  atk_object_set_description (accessible, _(self->param->blurb));
}

static gboolean
to_logarithm (GBinding *binding, const GValue *from, GValue *to, gpointer unused)
{
  g_value_set_double (to, log2 (g_value_get_double (from)));
  return TRUE;
}

static gboolean
from_logarithm (GBinding *binding, const GValue *from, GValue *to, gpointer unused)
{
  g_value_set_double (to, exp2 (g_value_get_double (from)));
  return TRUE;
}

/* A ratio's slider moves by factors: as far from 1 to 2 as from 2 to 4. */
static void
set_up_ratio (ScumbleParamRow *self)
{
  const ScumbleParam *param = self->param;

  gtk_adjustment_configure (self->slide, log2 (param->def), log2 (param->min),
                            log2 (param->max), 0.1, 1.0, 0.0);
  g_object_bind_property_full (self->adjustment, "value", self->slide, "value",
                               G_BINDING_BIDIRECTIONAL, to_logarithm, from_logarithm,
                               NULL, NULL);
}

/* What is shown for 1. */
static double
unit_of (const ScumbleParam *param)
{
  return param->percent ? 100.0 : 1.0;
}

/* Free of what is left over in the last binary digits, which would add up in presets. */
static double
show_in_units (const ScumbleParam *param, double value)
{
  return round (1e6 * unit_of (param) * value) / 1e6;
}

static gboolean
on_output (GtkSpinButton *spin, ScumbleParamRow *self)
{
  const double     shown = gtk_adjustment_get_value (self->adjustment);
  g_autofree char *text  = scumble_wording_number (self->param, shown / unit_of (self->param));

  if (!g_str_equal (text, gtk_entry_get_text (GTK_ENTRY (spin))))
    gtk_entry_set_text (GTK_ENTRY (spin), text);

  return TRUE;
}

/* A percent sign may be there or not, on either side; what is no number changes nothing. */
static int
on_input (GtkSpinButton *spin, double *value, ScumbleParamRow *self)
{
  const char *text = gtk_entry_get_text (GTK_ENTRY (spin));
  char       *end;

  text  += strcspn (text, "0123456789.,-");
  *value = g_strtod (text, &end);
  if (end == text)
    *value = gtk_adjustment_get_value (self->adjustment);

  return TRUE;
}

/* Not numeric, since then it would not take its own sign. */
static void
set_up_percent (ScumbleParamRow *self)
{
  GtkSpinButton *spin = GTK_SPIN_BUTTON (self->spin);

  gtk_spin_button_set_numeric (spin, FALSE);
  gtk_spin_button_set_digits (spin, 0);
  gtk_range_set_round_digits (GTK_RANGE (self->slider), 0);
  g_signal_connect (spin, "output", G_CALLBACK (on_output), self);
  g_signal_connect (spin, "input", G_CALLBACK (on_input), self);
}

static void
set_up_number (ScumbleParamRow *self)
{
  const ScumbleParam *param = self->param;
  const double        unit  = unit_of (param);
  const double        step  = unit * pow (10.0,
                                          floor (log10 ((param->max - param->min) / 50.0)));

  if (param->percent)
    set_up_percent (self);
  gtk_adjustment_configure (self->adjustment, unit * param->def, unit * param->min,
                            unit * param->max, step, 10.0 * step, 0.0);
  if (param->ratio)
    set_up_ratio (self);
  else
    gtk_range_set_adjustment (GTK_RANGE (self->slider), self->adjustment);

  scumble_slider_set_number (self->slider, GTK_SPIN_BUTTON (self->spin));
  gtk_label_set_mnemonic_widget (self->label, GTK_WIDGET (self->slider));
  gtk_widget_show (GTK_WIDGET (self->slider));
  gtk_widget_show (self->spin);
  describe (self, GTK_WIDGET (self->slider));
  describe (self, self->spin);
}

/* A long title is cut off rather than making the window wider. */
static void
shrink_combo (GtkWidget *combo)
{
  g_autoptr (GList) cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (combo));

  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
}

static void
set_up_choice (ScumbleParamRow *self)
{
  GtkWidget *combo = GTK_WIDGET (self->combo);

  for (const ScumbleChoice *c = self->param->choices; c->id != NULL; c++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), c->id, _(c->title));

  gtk_label_set_mnemonic_widget (self->label, combo);
  gtk_widget_show (combo);
  describe (self, combo);
  shrink_combo (combo);
}

GtkWidget *
scumble_param_row_new (const ScumbleParam *param)
{
  ScumbleParamRow *self = g_object_new (SCUMBLE_TYPE_PARAM_ROW, NULL);

  self->param = param;
  self->other = -1;
  self->quiet = TRUE;
  gtk_label_set_text_with_mnemonic (self->label, _(param->title));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label), _(param->blurb));
  if (param->kind == SCUMBLE_PARAM_NUMBER)
    set_up_number (self);
  else
    set_up_choice (self);
  self->quiet = FALSE;

  return GTK_WIDGET (self);
}

const ScumbleParam *
scumble_param_row_get_param (ScumbleParamRow *self)
{
  return self->param;
}

/* A value that is none of the choices is one of them while it is chosen. */
static void
show_choice (ScumbleParamRow *self, const ScumbleSettings *settings)
{
  g_autofree char *id = scumble_param_id (self->param, settings);

  if (self->other >= 0)
    gtk_combo_box_text_remove (GTK_COMBO_BOX_TEXT (self->combo), self->other);
  self->other = -1;
  if (!gtk_combo_box_set_active_id (self->combo, id))
    {
      g_autofree char *title = scumble_wording_with (_(self->param->other), id);

      self->other = gtk_tree_model_iter_n_children (gtk_combo_box_get_model (self->combo),
                                                    NULL);
      gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->combo), id, title);
      gtk_combo_box_set_active_id (self->combo, id);
    }
}

void
scumble_param_row_show (ScumbleParamRow *self, ScumbleSettings *settings)
{
  self->quiet = TRUE;
  if (self->param->kind == SCUMBLE_PARAM_NUMBER)
    gtk_adjustment_set_value (self->adjustment,
                              show_in_units (self->param,
                                             *scumble_param_value (self->param, settings)));
  else
    show_choice (self, settings);
  self->quiet = FALSE;
}

void
scumble_param_row_store (ScumbleParamRow *self, ScumbleSettings *settings)
{
  if (self->param->kind == SCUMBLE_PARAM_NUMBER)
    *scumble_param_value (self->param, settings) =
        gtk_adjustment_get_value (self->adjustment) / unit_of (self->param);
  else
    scumble_param_choose (self->param, settings,
                          gtk_combo_box_get_active_id (self->combo), NULL);
}

static void
scumble_param_row_class_init (ScumbleParamRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[CHANGED] = g_signal_new ("changed", SCUMBLE_TYPE_PARAM_ROW, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (SCUMBLE_TYPE_SLIDER);
  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/param-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, adjustment);
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, slide);
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, label);
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, slider);
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, spin);
  gtk_widget_class_bind_template_child (widget_class, ScumbleParamRow, combo);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_number_left);
  gtk_widget_class_bind_template_callback (widget_class, scumble_scroll_past);
}

static void
scumble_param_row_init (ScumbleParamRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
