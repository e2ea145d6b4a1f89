/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "controls.h"
#include "param-row.h"
#include "style-chooser.h"

#include <glib/gi18n-lib.h>

struct _ScumbleControls
{
  GtkBox               parent_instance;

  ScumbleHost         *host;
  ScumbleSettings     *settings;
  ScumblePick         *pick;

  ScumbleStyleChooser *chooser;
  GtkComboBox         *methods;
  GtkWidget           *compare_button;
  GtkLabel            *method_blurb;
  GtkContainer        *params;
};

enum { STYLE_CHANGED, METHOD_CHANGED, VALUE_CHANGED, COMPARE, FAILED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleControls, scumble_controls, GTK_TYPE_BOX)

/* Opens the chosen layer; one that cannot be opened is said and not used. */
static void
open_pick (ScumbleControls *self)
{
  const ScumbleHostLayer *layer = scumble_style_chooser_get_layer (self->chooser);
  g_autoptr (GError)      error = NULL;

  g_clear_pointer (&self->pick, scumble_pick_unref);
  if (layer != NULL)
    self->pick = scumble_pick_new (self->host, layer->id, &error);

  gtk_widget_set_sensitive (self->compare_button, self->pick != NULL);
  g_signal_emit (self, signals[STYLE_CHANGED], 0);
  if (error != NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

static void
list_styles (ScumbleControls *self, int layer_id)
{
  scumble_style_chooser_fill (self->chooser, self->host->list_layers (self->host),
                              layer_id);
  open_pick (self);
}

static void
on_style_changed (ScumbleStyleChooser *chooser, ScumbleControls *self)
{
  open_pick (self);
}

static void
on_style_refresh (ScumbleStyleChooser *chooser, ScumbleControls *self)
{
  scumble_controls_list (self);
}

/* For the file chooser's list of recent files. */
static void
remember_file (const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  if (uri != NULL)
    gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);
}

static void
on_style_file (ScumbleStyleChooser *chooser, const char *path, ScumbleControls *self)
{
  g_autoptr (GError) error = NULL;
  const int          id    = self->host->add_file (self->host, path, &error);

  if (error != NULL)
    {
      g_signal_emit (self, signals[FAILED], 0, error->message);
      return;
    }

  list_styles (self, id);
  remember_file (path);
}

static void
show_method (ScumbleControls *self)
{
  const ScumbleMethod *method = scumble_method_find (self->settings->method, NULL);

  gtk_combo_box_set_active_id (self->methods, method->id);
  gtk_label_set_text (self->method_blurb, _(method->blurb));
}

static void
on_method_changed (GtkComboBox *methods, ScumbleControls *self)
{
  const char *id = gtk_combo_box_get_active_id (methods);

  if (id == NULL || g_str_equal (id, self->settings->method))
    return;

  self->settings->method = scumble_method_find (id, NULL)->id;
  show_method (self);
  g_signal_emit (self, signals[METHOD_CHANGED], 0);
}

static void
on_param_changed (ScumbleParamRow *row, ScumbleControls *self)
{
  scumble_param_row_store (row, self->settings);
  g_signal_emit (self, signals[VALUE_CHANGED], 0);
}

static void
on_compare (GtkButton *button, ScumbleControls *self)
{
  g_signal_emit (self, signals[COMPARE], 0);
}

static void
show_param (GtkWidget *row, gpointer settings)
{
  scumble_param_row_show (SCUMBLE_PARAM_ROW (row), settings);
}

void
scumble_controls_show (ScumbleControls *self)
{
  show_method (self);
  gtk_container_foreach (self->params, show_param, self->settings);
}

static void
add_methods (ScumbleControls *self)
{
  for (const ScumbleMethod *const *m = scumble_methods (); *m != NULL; m++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->methods), (*m)->id,
                               _((*m)->title));
}

static void
add_params (ScumbleControls *self)
{
  guint               n_params;
  const ScumbleParam *params = scumble_params (&n_params);

  for (guint i = 0; i < n_params; i++)
    {
      GtkWidget *row = scumble_param_row_new (&params[i]);

      g_signal_connect (row, "changed", G_CALLBACK (on_param_changed), self);
      gtk_container_add (self->params, row);
    }
}

void
scumble_controls_attach (ScumbleControls *self, ScumbleHost *host,
                         ScumbleSettings *settings, int style_id)
{
  self->host     = host;
  self->settings = settings;

  scumble_style_chooser_set_files (self->chooser, host->add_file != NULL);
  add_methods (self);
  add_params (self);
  scumble_controls_show (self);
  list_styles (self, style_id);
}

ScumblePick *
scumble_controls_get_pick (ScumbleControls *self)
{
  return self->pick;
}

int
scumble_controls_get_style_id (ScumbleControls *self)
{
  const ScumbleHostLayer *layer = scumble_style_chooser_get_layer (self->chooser);

  return layer == NULL ? -1 : layer->id;
}

void
scumble_controls_list (ScumbleControls *self)
{
  list_styles (self, scumble_controls_get_style_id (self));
}

void
scumble_controls_ask_file (ScumbleControls *self)
{
  if (self->host->add_file != NULL)
    scumble_style_chooser_ask_file (self->chooser);
}

void
scumble_controls_focus (ScumbleControls *self)
{
  scumble_style_chooser_focus (self->chooser);
}

static void
scumble_controls_finalize (GObject *object)
{
  scumble_pick_unref (SCUMBLE_CONTROLS (object)->pick);
  G_OBJECT_CLASS (scumble_controls_parent_class)->finalize (object);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, SCUMBLE_TYPE_CONTROLS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                       NULL, G_TYPE_NONE, 0);
}

static void
add_signals (void)
{
  signals[STYLE_CHANGED]  = add_signal ("style-changed");
  signals[METHOD_CHANGED] = add_signal ("method-changed");
  signals[VALUE_CHANGED]  = add_signal ("value-changed");
  signals[COMPARE]        = add_signal ("compare");
  signals[FAILED] = g_signal_new ("failed", SCUMBLE_TYPE_CONTROLS, G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
scumble_controls_class_init (ScumbleControlsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = scumble_controls_finalize;
  add_signals ();

  g_type_ensure (SCUMBLE_TYPE_STYLE_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/controls.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, chooser);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, methods);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, compare_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, method_blurb);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, params);
  gtk_widget_class_bind_template_callback (widget_class, on_compare);
  gtk_widget_class_bind_template_callback (widget_class, on_method_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_style_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_style_file);
  gtk_widget_class_bind_template_callback (widget_class, on_style_refresh);
}

static void
scumble_controls_init (ScumbleControls *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
