/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "controls.h"
#include "mixture.h"
#include "param-row.h"
#include "pick-book.h"
#include "shelf.h"
#include "style-chooser.h"

#include <glib/gi18n-lib.h>

struct _ScumbleControls
{
  GtkBox               parent_instance;

  ScumbleHost         *host;
  ScumbleSettings     *settings;
  ScumbleHostChoices      *choices;
  ScumblePickBook     *book;
  ScumbleOrder         open; /* the styles and masks chosen, as far as they can be had */

  ScumbleStyleChooser *chooser;
  ScumbleMixture      *mixture;
  GtkToggleButton     *selected_button;
  GtkComboBox         *methods;
  GtkWidget           *compare_button;
  GtkLabel            *method_blurb;
  GtkContainer        *params;
  gboolean             quiet; /* something is being shown, not chosen */
};

enum { STYLE_CHANGED, METHOD_CHANGED, VALUE_CHANGED, COMPARE, FAILED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleControls, scumble_controls, GTK_TYPE_BOX)

/* Opens what is chosen; what cannot be opened is said and not used. */
static void
open_choices (ScumbleControls *self)
{
  g_autoptr (GError) error = NULL;

  scumble_pick_book_open (self->book, self->choices, &self->open, &error);
  gtk_widget_set_sensitive (self->compare_button, scumble_controls_has_style (self));
  g_signal_emit (self, signals[STYLE_CHANGED], 0);
  if (error != NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

/* Only layers of images with a selection have a selected part. */
static void
show_selected_only (ScumbleControls *self)
{
  const ScumbleHostChoice    *choice = scumble_mixture_get_in_hand (self->mixture);
  const ScumbleStyleItem *item =
      choice == NULL ? NULL : scumble_style_chooser_find (self->chooser, choice);

  self->quiet = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self->selected_button),
                          item != NULL && item->has_selection);
  gtk_toggle_button_set_active (self->selected_button,
                                choice != NULL && choice->selected_only);
  self->quiet = FALSE;
}

/* The style that the list has marked becomes the one in hand. */
static void
take_style (ScumbleControls *self)
{
  const ScumbleStyleItem *item = scumble_style_chooser_get_item (self->chooser);

  if (item != NULL)
    scumble_mixture_put (self->mixture, scumble_style_item_choose (item));
  show_selected_only (self);
  open_choices (self);
}

static void
list_masks (ScumbleControls *self)
{
  if (self->host->list_masks != NULL)
    scumble_mixture_set_masks (self->mixture, self->host->list_masks (self->host));
}

/* @choice: (nullable): what to mark in the list, if it is there */
static void
list_styles (ScumbleControls *self, const ScumbleHostChoice *choice)
{
  const ScumbleHostChoice *old = scumble_mixture_get_in_hand (self->mixture);

  scumble_style_chooser_fill (self->chooser, scumble_style_items_list (self->host),
                              choice);
  if (old != NULL && old == choice &&
      scumble_style_chooser_find (self->chooser, choice) != NULL)
    {
      show_selected_only (self);
      open_choices (self);
    }
  else
    take_style (self);
}

static void
on_style_changed (ScumbleStyleChooser *chooser, ScumbleControls *self)
{
  take_style (self);
}

static void
on_style_mix (ScumbleStyleChooser *chooser, ScumbleControls *self)
{
  scumble_mixture_add (self->mixture);
  scumble_style_chooser_focus (chooser);
}

static void
on_style_refresh (ScumbleStyleChooser *chooser, ScumbleControls *self)
{
  scumble_controls_list (self);
}

static void
on_mixture_changed (ScumbleMixture *mixture, ScumbleControls *self)
{
  open_choices (self);
}

static void
on_in_hand (ScumbleMixture *mixture, ScumbleControls *self)
{
  scumble_style_chooser_select (self->chooser, scumble_mixture_get_in_hand (mixture));
  show_selected_only (self);
}

static void
on_selected_toggled (GtkToggleButton *button, ScumbleControls *self)
{
  if (self->quiet)
    return;

  scumble_mixture_get_in_hand (self->mixture)->selected_only =
      gtk_toggle_button_get_active (button);
  open_choices (self);
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
  g_autoptr (GError) error  = NULL;
  const int          id     = self->host->add_file (self->host, path, &error);
  ScumbleHostChoice     *choice = NULL;

  if (error != NULL)
    {
      g_signal_emit (self, signals[FAILED], 0, error->message);
      return;
    }

  choice = scumble_host_choice_new (id, NULL, NULL);
  list_styles (self, choice);
  scumble_host_choice_free (choice);
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
    if (params[i].kind == SCUMBLE_PARAM_NUMBER && params[i].method == NULL)
      {
        GtkWidget *row = scumble_param_row_new (&params[i]);

        g_signal_connect (row, "changed", G_CALLBACK (on_param_changed), self);
        gtk_container_add (self->params, row);
      }
}

void
scumble_controls_attach (ScumbleControls *self, ScumbleHost *host,
                         ScumbleSettings *settings, ScumbleHostChoices *choices)
{
  self->host     = host;
  self->settings = settings;
  self->choices  = choices;
  self->book     = scumble_pick_book_new (host);

  scumble_style_chooser_set_files (self->chooser, host->add_file != NULL);
  scumble_mixture_attach (self->mixture, choices->styles);
  add_methods (self);
  add_params (self);
  scumble_controls_show (self);
  list_masks (self);
  list_styles (self, scumble_mixture_get_in_hand (self->mixture));
}

gboolean
scumble_controls_has_style (ScumbleControls *self)
{
  return self->open.styles != NULL && self->open.styles->len > 0;
}

static void
add_ingredient (GArray *styles, const ScumbleIngredient *from)
{
  const ScumbleIngredient ingredient = {
    scumble_pick_ref (from->pick), from->weight,
    from->region == NULL ? NULL : scumble_pick_ref (from->region)
  };

  g_array_append_val (styles, ingredient);
}

void
scumble_controls_fill (ScumbleControls *self, ScumbleOrder *order)
{
  order->settings = *self->settings;
  order->styles   = scumble_ingredients_new ();
  for (guint i = 0; i < self->open.styles->len; i++)
    add_ingredient (order->styles, &g_array_index (self->open.styles, ScumbleIngredient, i));
  if (self->open.strength_map != NULL)
    order->strength_map = scumble_pick_ref (self->open.strength_map);
}

/* That a convenience could not be kept is no reason to complain. */
static void
remember_style (const char *folder, const ScumbleStyleItem *item)
{
  const ScumbleShelfEntry entry = { item->file, item->name, NULL, NULL };
  g_autofree char        *path  = scumble_shelf_folder (folder, SCUMBLE_SHELF_RECENT);
  g_autoptr (GError)      error = NULL;

  if (!scumble_shelf_put (path, &entry, item->thumbnail, SCUMBLE_SHELF_RECENT_MAX, &error))
    g_debug ("%s", error->message);
}

void
scumble_controls_remember (ScumbleControls *self)
{
  for (guint i = 0; self->host->folder != NULL && i < self->choices->styles->len; i++)
    {
      const ScumbleStyleItem *item = scumble_style_chooser_find (
        self->chooser, g_ptr_array_index (self->choices->styles, i));

      if (item != NULL && item->file != NULL && item->kind != SCUMBLE_STYLE_SAVED &&
          item->kind != SCUMBLE_STYLE_BOX)
        remember_style (self->host->folder, item);
    }
}

void
scumble_controls_list (ScumbleControls *self)
{
  scumble_pick_book_forget (self->book);
  list_masks (self);
  list_styles (self, scumble_mixture_get_in_hand (self->mixture));
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
  ScumbleControls *self = SCUMBLE_CONTROLS (object);

  g_clear_pointer (&self->open.styles, g_array_unref);
  g_clear_pointer (&self->open.strength_map, scumble_pick_unref);
  scumble_pick_book_free (self->book);
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

  g_type_ensure (SCUMBLE_TYPE_MIXTURE);
  g_type_ensure (SCUMBLE_TYPE_STYLE_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/controls.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, chooser);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, mixture);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, selected_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, methods);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, compare_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, method_blurb);
  gtk_widget_class_bind_template_child (widget_class, ScumbleControls, params);
  gtk_widget_class_bind_template_callback (widget_class, on_compare);
  gtk_widget_class_bind_template_callback (widget_class, on_in_hand);
  gtk_widget_class_bind_template_callback (widget_class, on_method_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_mixture_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_selected_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_style_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_style_file);
  gtk_widget_class_bind_template_callback (widget_class, on_style_mix);
  gtk_widget_class_bind_template_callback (widget_class, on_style_refresh);
}

static void
scumble_controls_init (ScumbleControls *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
