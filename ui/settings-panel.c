/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings-panel.h"
#include "learn-from.h"
#include "learn-panel.h"
#include "learned-styles.h"
#include "mask-button.h"
#include "param-row.h"
#include "scroll.h"
#include "shelf.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _ScumbleSettingsPanel
{
  GtkBox              parent_instance;

  ScumbleHost        *host;
  ScumbleSettings    *settings;
  ScumbleHostChoices *choices;

  GtkComboBox        *methods;
  GtkWidget          *compare_button;
  GtkLabel           *method_blurb;
  ScumbleLearnPanel  *learning;
  GtkContainer       *params;
  GtkContainer       *more; /* for any method */
  GtkContainer       *own;  /* for the method alone */
  GtkLabel           *own_title;
  GtkWidget          *quality_row;
  GtkComboBox        *qualities;
  ScumbleLearnFrom   *learn_from;
  GtkWidget          *map_row;
  ScumbleMaskButton  *map_button;
  gboolean            able;  /* there is a style to learn */
  gboolean            quiet; /* something is being shown, not chosen */
};

enum
{
  METHOD_CHANGED,
  VALUE_CHANGED,
  MAP_CHANGED,
  COMPARE,
  LEARN,
  STOP,
  UNFOLDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleSettingsPanel, scumble_settings_panel, GTK_TYPE_BOX)

static void
show_param (GtkWidget *row, gpointer data)
{
  ScumbleSettings *settings = data;

  if (!SCUMBLE_IS_PARAM_ROW (row))
    return;

  scumble_param_row_show (SCUMBLE_PARAM_ROW (row), settings);
  gtk_widget_set_visible (row, scumble_param_applies (
                                   scumble_param_row_get_param (SCUMBLE_PARAM_ROW (row)),
                                   settings->method));
}

/* Returns: what the painter calls the model file @name, which may be of his own making. */
static const char *
quality_title (const char *name, const char *method)
{
  const char *own = g_str_has_prefix (name, method) && name[strlen (method)] == '-'
                      ? name + strlen (method) + 1
                      : name;

  if (g_str_equal (name, method))
    return _("Standard");
  if (g_str_equal (own, "fine"))
    return _("Fine");
  if (g_str_equal (own, "imported"))
    return _("Imported");

  return own;
}

/* A method with one network has no qualities to choose from. */
static void
show_qualities (ScumbleSettingsPanel *self)
{
  const char    *method = self->settings->method;
  g_auto (GStrv) names  = scumble_model_list (self->host->model_path, method);

  gtk_combo_box_text_remove_all (GTK_COMBO_BOX_TEXT (self->qualities));
  for (guint i = 0; names[i] != NULL; i++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->qualities), names[i],
                               quality_title (names[i], method));

  gtk_combo_box_set_active_id (self->qualities, self->settings->quality == NULL
                                                    ? method
                                                    : self->settings->quality);
  gtk_widget_set_visible (self->quality_row, g_strv_length (names) > 1);
}

static void
show_method (ScumbleSettingsPanel *self)
{
  const ScumbleMethod *method = scumble_method_find (self->settings->method, NULL);
  g_autofree char     *own    = g_strdup_printf (_("For %s only"), _(method->title));

  gtk_combo_box_set_active_id (self->methods, method->id);
  gtk_label_set_text (self->method_blurb, _(method->blurb));
  gtk_label_set_text (self->own_title, own);
  gtk_widget_set_visible (GTK_WIDGET (self->learning), method->adapt != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->learn_from), method->adapt != NULL);
  scumble_learn_from_show (self->learn_from, self->settings->photographs);
  show_qualities (self);
}

static void
show_able (ScumbleSettingsPanel *self)
{
  scumble_learn_panel_set_able (self->learning,
                                self->able && self->settings->updates > 0);
}

/* A title with nothing below it would only ask for attention. */
static void
show_own (ScumbleSettingsPanel *self)
{
  g_autoptr (GList) rows   = gtk_container_get_children (self->own);
  guint             n_rows = 0;

  for (GList *row = rows; row != NULL; row = row->next)
    n_rows += gtk_widget_get_visible (row->data);

  gtk_widget_set_visible (GTK_WIDGET (self->own), n_rows > 1);
}

void
scumble_settings_panel_show (ScumbleSettingsPanel *self)
{
  self->quiet = TRUE;
  show_method (self);
  gtk_container_foreach (self->params, show_param, self->settings);
  gtk_container_foreach (self->more, show_param, self->settings);
  gtk_container_foreach (self->own, show_param, self->settings);
  show_own (self);
  gtk_container_foreach (GTK_CONTAINER (self->learning), show_param, self->settings);
  show_able (self);
  self->quiet = FALSE;
}

static void
on_method_changed (GtkComboBox *methods, ScumbleSettingsPanel *self)
{
  const char *id = gtk_combo_box_get_active_id (methods);

  if (self->quiet || id == NULL)
    return;

  self->settings->method  = scumble_method_find (id, NULL)->id;
  self->settings->quality = NULL;
  scumble_settings_panel_show (self);
  g_signal_emit (self, signals[METHOD_CHANGED], 0);
}

static void
on_quality_changed (GtkComboBox *qualities, ScumbleSettingsPanel *self)
{
  const char *id = gtk_combo_box_get_active_id (qualities);

  if (self->quiet || id == NULL)
    return;

  self->settings->quality = g_str_equal (id, self->settings->method)
                                ? NULL
                                : g_intern_string (id);
  g_signal_emit (self, signals[METHOD_CHANGED], 0);
}

void
scumble_settings_panel_set_model (ScumbleSettingsPanel *self, const char *method,
                                  const char *model)
{
  const ScumbleMethod *found   = scumble_method_find (method, NULL);
  const char          *quality = g_str_equal (model, method) ? NULL
                                                             : g_intern_string (model);

  if (found == NULL ||
      (self->settings->method == found->id && self->settings->quality == quality))
    return;

  self->settings->method  = found->id;
  self->settings->quality = quality;
  scumble_settings_panel_show (self);
  g_signal_emit (self, signals[METHOD_CHANGED], 0);
}

static void
on_map_changed (ScumbleMaskButton *button, ScumbleSettingsPanel *self)
{
  self->choices->strength_map = scumble_mask_button_get (button);
  g_signal_emit (self, signals[MAP_CHANGED], 0);
}

static void
on_learn_from_changed (ScumbleLearnFrom *learn_from, ScumbleSettingsPanel *self)
{
  self->settings->photographs = g_intern_string (scumble_learn_from_get (learn_from));
  g_signal_emit (self, signals[VALUE_CHANGED], 0);
}

static void
on_param_changed (ScumbleParamRow *row, ScumbleSettingsPanel *self)
{
  scumble_param_row_store (row, self->settings);
  show_able (self);
  g_signal_emit (self, signals[VALUE_CHANGED], 0);
}

static void
on_learn (ScumbleLearnPanel *learning, ScumbleSettingsPanel *self)
{
  g_signal_emit (self, signals[LEARN], 0);
}

static void
on_stop (ScumbleLearnPanel *learning, ScumbleSettingsPanel *self)
{
  g_signal_emit (self, signals[STOP], 0);
}

static void
on_manage (ScumbleLearnPanel *learning, ScumbleSettingsPanel *self)
{
  g_autofree char *folder = scumble_shelf_folder (self->host->folder,
                                                  SCUMBLE_SHELF_LEARNED);
  GtkWidget       *top    = gtk_widget_get_toplevel (GTK_WIDGET (self));

  scumble_learned_styles_run (GTK_WINDOW (top), folder);
}

static void
on_expanded (GtkExpander *expander, GParamSpec *pspec, ScumbleSettingsPanel *self)
{
  if (gtk_expander_get_expanded (expander))
    g_signal_emit (self, signals[UNFOLDED], 0);
}

static void
on_compare (GtkButton *button, ScumbleSettingsPanel *self)
{
  g_signal_emit (self, signals[COMPARE], 0);
}

static void
add_methods (ScumbleSettingsPanel *self)
{
  for (const ScumbleMethod *const *m = scumble_methods (); *m != NULL; m++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->methods), (*m)->id,
                               _((*m)->title));
}

/* The sliders that every method has are always at hand, but for the one that photographs of people
 * and lettering need: small screens have no room for more. How long to learn is where the learning
 * is. */
static GtkContainer *
place_of (ScumbleSettingsPanel *self, const ScumbleParam *param)
{
  if (param->method == NULL && param->kind == SCUMBLE_PARAM_NUMBER &&
      param->offset != offsetof (ScumbleSettings, detail))
    return self->params;
  if (param->offset == offsetof (ScumbleSettings, updates))
    return GTK_CONTAINER (self->learning);

  return param->method == NULL ? self->more : self->own;
}

static void
add_params (ScumbleSettingsPanel *self)
{
  guint               n_params;
  const ScumbleParam *params = scumble_params (&n_params);

  for (guint i = 0; i < n_params; i++)
    {
      GtkWidget *row = scumble_param_row_new (&params[i]);

      g_signal_connect (row, "changed", G_CALLBACK (on_param_changed), self);
      gtk_container_add (place_of (self, &params[i]), row);
      /* What painters look for most comes first. */
      if (params[i].offset == offsetof (ScumbleSettings, detail))
        gtk_box_reorder_child (GTK_BOX (self->more), row, 0);
    }
}

void
scumble_settings_panel_attach (ScumbleSettingsPanel *self, ScumbleHost *host,
                               ScumbleSettings *settings, ScumbleHostChoices *choices)
{
  self->host     = host;
  self->settings = settings;
  self->choices  = choices;

  scumble_learn_panel_set_managed (self->learning, host->folder != NULL);
  add_methods (self);
  add_params (self);
  scumble_settings_panel_show (self);
  scumble_settings_panel_list (self);
}

void
scumble_settings_panel_list (ScumbleSettingsPanel *self)
{
  g_autoptr (GPtrArray) masks = NULL;

  gtk_widget_set_visible (self->map_row, self->host->list_masks != NULL);
  if (self->host->list_masks == NULL)
    return;

  masks = self->host->list_masks (self->host);
  scumble_mask_button_fill (self->map_button, masks, self->choices->strength_map);
  self->choices->strength_map = scumble_mask_button_get (self->map_button);
}

void
scumble_settings_panel_set_able (ScumbleSettingsPanel *self, gboolean able)
{
  gtk_widget_set_sensitive (self->compare_button, able);
  self->able = able;
  show_able (self);
}

static void
set_still (GtkWidget *widget, gpointer data)
{
  if (!SCUMBLE_IS_LEARN_PANEL (widget))
    gtk_widget_set_sensitive (widget, !GPOINTER_TO_INT (data));
}

static void
set_param_still (GtkWidget *widget, gpointer data)
{
  if (SCUMBLE_IS_PARAM_ROW (widget))
    gtk_widget_set_sensitive (widget, !GPOINTER_TO_INT (data));
}

void
scumble_settings_panel_set_learning (ScumbleSettingsPanel *self, gboolean learning)
{
  gtk_container_foreach (GTK_CONTAINER (self), set_still, GINT_TO_POINTER (learning));
  gtk_container_foreach (GTK_CONTAINER (self->learning), set_param_still,
                         GINT_TO_POINTER (learning));
  scumble_learn_panel_set_busy (self->learning, learning);
}

/* What a method that does not learn says of a style must not be shown for one that does. */
static void
take_preview (ScumbleSettingsPanel *self, const ScumbleAnswer *answer)
{
  const gboolean learns = scumble_method_find (self->settings->method, NULL)->adapt != NULL;

  if (answer->error != NULL || !learns)
    scumble_learn_panel_forget (self->learning);
  else if (scumble_answer_has_result (answer))
    scumble_learn_panel_set_learned (self->learning, answer->updates,
                                     answer->updates < self->settings->updates);
}

void
scumble_settings_panel_take (ScumbleSettingsPanel *self, const ScumbleAnswer *answer)
{
  if (answer->lesson.update > 0)
    scumble_learn_panel_take (self->learning, &answer->lesson);
  else if (answer->kind == SCUMBLE_ORDER_PREVIEW)
    take_preview (self, answer);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, SCUMBLE_TYPE_SETTINGS_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                       NULL, NULL, G_TYPE_NONE, 0);
}

static void
scumble_settings_panel_class_init (ScumbleSettingsPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[METHOD_CHANGED] = add_signal ("method-changed");
  signals[VALUE_CHANGED]  = add_signal ("value-changed");
  signals[MAP_CHANGED]    = add_signal ("map-changed");
  signals[COMPARE]        = add_signal ("compare");
  signals[LEARN]          = add_signal ("learn");
  signals[STOP]           = add_signal ("stop");
  signals[UNFOLDED]       = add_signal ("unfolded");

  g_type_ensure (SCUMBLE_TYPE_LEARN_FROM);
  g_type_ensure (SCUMBLE_TYPE_LEARN_PANEL);
  g_type_ensure (SCUMBLE_TYPE_MASK_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/scumble/ui/settings-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, methods);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel,
                                        compare_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, method_blurb);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, learning);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, params);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, more);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, own);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, own_title);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, quality_row);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, qualities);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, learn_from);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, map_row);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSettingsPanel, map_button);
  gtk_widget_class_bind_template_callback (widget_class, on_compare);
  gtk_widget_class_bind_template_callback (widget_class, on_expanded);
  gtk_widget_class_bind_template_callback (widget_class, on_learn);
  gtk_widget_class_bind_template_callback (widget_class, on_learn_from_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_manage);
  gtk_widget_class_bind_template_callback (widget_class, on_map_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_method_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_quality_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
  gtk_widget_class_bind_template_callback (widget_class, scumble_scroll_past);
}

static void
scumble_settings_panel_init (ScumbleSettingsPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
