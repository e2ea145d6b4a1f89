/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "controls.h"
#include "settings-panel.h"
#include "style-panel.h"

struct _ScumbleControls
{
  GtkBox                parent_instance;

  ScumbleSettings      *settings;
  GtkScrolledWindow    *scroller;
  ScumbleStylePanel    *styles;
  ScumbleSettingsPanel *values;
  int                   frames; /* since something was unfolded */
};

enum
{
  STYLE_CHANGED,
  METHOD_CHANGED,
  VALUE_CHANGED,
  COMPARE,
  LEARN,
  STOP,
  SAVE,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleControls, scumble_controls, GTK_TYPE_BOX)

static void
on_styles_changed (ScumbleStylePanel *styles, ScumbleControls *self)
{
  scumble_settings_panel_set_able (self->values, scumble_style_panel_has_style (styles));
  g_signal_emit (self, signals[STYLE_CHANGED], 0);
}

static void
on_styles_failed (ScumbleStylePanel *styles, const char *sentence, ScumbleControls *self)
{
  g_signal_emit (self, signals[FAILED], 0, sentence);
}

static void
on_styles_save (ScumbleStylePanel *styles, const char *title, ScumbleControls *self)
{
  g_signal_emit (self, signals[SAVE], 0, title);
}

static void
on_styles_model (ScumbleStylePanel *styles, const char *method, const char *model,
                 ScumbleControls *self)
{
  scumble_settings_panel_set_model (self->values, method, model);
}

static void
on_method_changed (ScumbleSettingsPanel *values, ScumbleControls *self)
{
  g_signal_emit (self, signals[METHOD_CHANGED], 0);
}

static void
on_value_changed (ScumbleSettingsPanel *values, ScumbleControls *self)
{
  g_signal_emit (self, signals[VALUE_CHANGED], 0);
}

static void
on_map_changed (ScumbleSettingsPanel *values, ScumbleControls *self)
{
  scumble_style_panel_open (self->styles);
}

static void
on_compare (ScumbleSettingsPanel *values, ScumbleControls *self)
{
  g_signal_emit (self, signals[COMPARE], 0);
}

static void
on_learn (ScumbleSettingsPanel *values, ScumbleControls *self)
{
  g_signal_emit (self, signals[LEARN], 0);
}

static void
on_stop (ScumbleSettingsPanel *values, ScumbleControls *self)
{
  g_signal_emit (self, signals[STOP], 0);
}

/* What has been unfolded has its place from the second frame on. */
static gboolean
show_end (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  ScumbleControls *self   = SCUMBLE_CONTROLS (widget);
  GtkAdjustment   *adjust = gtk_scrolled_window_get_vadjustment (self->scroller);

  if (self->frames++ == 0)
    return G_SOURCE_CONTINUE;

  gtk_adjustment_set_value (adjust, gtk_adjustment_get_upper (adjust));
  return G_SOURCE_REMOVE;
}

/* Where the screen is small, what has been unfolded lies below its edge. */
static void
on_unfolded (ScumbleSettingsPanel *values, ScumbleControls *self)
{
  self->frames = 0;
  gtk_widget_add_tick_callback (GTK_WIDGET (self), show_end, NULL, NULL);
}

void
scumble_controls_set_learning (ScumbleControls *self, gboolean learning)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->styles), !learning);
  scumble_settings_panel_set_learning (self->values, learning);
}

void
scumble_controls_take (ScumbleControls *self, const ScumbleAnswer *answer)
{
  scumble_settings_panel_take (self->values, answer);
  if (answer->saved != NULL)
    scumble_style_panel_saved (self->styles, answer->saved);
}

void
scumble_controls_attach (ScumbleControls *self, ScumbleHost *host,
                         ScumbleSettings *settings, ScumbleHostChoices *choices)
{
  self->settings = settings;
  scumble_settings_panel_attach (self->values, host, settings, choices);
  scumble_style_panel_attach (self->styles, host, choices);
}

void
scumble_controls_show (ScumbleControls *self)
{
  scumble_settings_panel_show (self->values);
}

gboolean
scumble_controls_has_style (ScumbleControls *self)
{
  return scumble_style_panel_has_style (self->styles);
}

void
scumble_controls_fill (ScumbleControls *self, ScumbleOrder *order)
{
  order->settings = *self->settings;
  scumble_style_panel_fill (self->styles, order);
}

void
scumble_controls_fill_save (ScumbleControls *self, const char *title, ScumbleOrder *order)
{
  order->kind  = SCUMBLE_ORDER_SAVE;
  order->title = g_strdup (title);
  order->path  = scumble_style_panel_path (self->styles, title);
}

void
scumble_controls_remember (ScumbleControls *self)
{
  scumble_style_panel_remember (self->styles);
}

void
scumble_controls_list (ScumbleControls *self)
{
  scumble_settings_panel_list (self->values);
  scumble_style_panel_list (self->styles);
}

void
scumble_controls_ask_file (ScumbleControls *self)
{
  scumble_style_panel_ask_file (self->styles);
}

void
scumble_controls_take_file (ScumbleControls *self, const char *path)
{
  scumble_style_panel_take_file (self->styles, path);
}

void
scumble_controls_take_layer (ScumbleControls *self, const char *text)
{
  scumble_style_panel_take_layer (self->styles, text);
}

void
scumble_controls_ask_save (ScumbleControls *self)
{
  scumble_style_panel_ask_save (self->styles);
}

void
scumble_controls_focus (ScumbleControls *self)
{
  scumble_style_panel_focus (self->styles);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, SCUMBLE_TYPE_CONTROLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                       NULL, G_TYPE_NONE, 0);
}

static void
scumble_controls_class_init (ScumbleControlsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[STYLE_CHANGED]  = add_signal ("style-changed");
  signals[METHOD_CHANGED] = add_signal ("method-changed");
  signals[VALUE_CHANGED]  = add_signal ("value-changed");
  signals[COMPARE]        = add_signal ("compare");
  signals[LEARN]          = add_signal ("learn");
  signals[STOP]           = add_signal ("stop");
  signals[SAVE]   = g_signal_new ("save", SCUMBLE_TYPE_CONTROLS, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", SCUMBLE_TYPE_CONTROLS, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (SCUMBLE_TYPE_SETTINGS_PANEL);
  g_type_ensure (SCUMBLE_TYPE_STYLE_PANEL);
  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/controls.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, scroller);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, styles);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, values);
  gtk_widget_class_bind_template_callback (widget_class, on_compare);
  gtk_widget_class_bind_template_callback (widget_class, on_learn);
  gtk_widget_class_bind_template_callback (widget_class, on_map_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_method_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_styles_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_styles_failed);
  gtk_widget_class_bind_template_callback (widget_class, on_styles_model);
  gtk_widget_class_bind_template_callback (widget_class, on_styles_save);
  gtk_widget_class_bind_template_callback (widget_class, on_unfolded);
  gtk_widget_class_bind_template_callback (widget_class, on_value_changed);
}

static void
scumble_controls_init (ScumbleControls *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* So that what the keyboard goes to is scrolled into sight: only a viewport that a scrolled
   * window makes by itself has this already. */
  gtk_container_set_focus_vadjustment (
    GTK_CONTAINER (gtk_bin_get_child (GTK_BIN (self->scroller))),
    gtk_scrolled_window_get_vadjustment (self->scroller));
}
