/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "style-panel.h"
#include "mixture.h"
#include "pick-book.h"
#include "prompt.h"
#include "shelf.h"
#include "style-chooser.h"
#include "wording.h"

#include <glib/gi18n-lib.h>

struct _ScumbleStylePanel
{
  GtkBox               parent_instance;

  ScumbleHost         *host;
  ScumbleHostChoices  *choices;
  ScumblePickBook     *book;
  ScumbleOrder         open; /* what is chosen, as far as it can be had */

  ScumbleStyleChooser *chooser;
  ScumbleMixture      *mixture;
  GtkToggleButton     *selected_button;
  gboolean             quiet; /* something is being shown, not chosen */
};

enum { CHANGED, SAVE, MODEL, FAILED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleStylePanel, scumble_style_panel, GTK_TYPE_BOX)

static void
fail (ScumbleStylePanel *self, const GError *error)
{
  g_autofree char *sentence = scumble_wording (error);

  g_signal_emit (self, signals[FAILED], 0, sentence);
}

void
scumble_style_panel_open (ScumbleStylePanel *self)
{
  g_autoptr (GError) error = NULL;

  scumble_pick_book_open (self->book, self->choices, &self->open, &error);
  g_signal_emit (self, signals[CHANGED], 0);
  if (error != NULL)
    fail (self, error);
}

/* Only layers of images with a selection have a selected part. */
static void
show_selected_only (ScumbleStylePanel *self)
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

/* A saved style can only be painted with by the model that it was made with. */
static void
ask_for_model (ScumbleStylePanel *self, const char *path)
{
  ScumbleStyleFile file = { NULL, NULL, NULL };

  if (!scumble_style_file_read (&file, path, NULL))
    return;

  g_signal_emit (self, signals[MODEL], 0, file.method, file.model);
  scumble_style_file_clear (&file);
}

/* The style that the list has marked becomes the one in hand. */
static void
take_style (ScumbleStylePanel *self)
{
  const ScumbleStyleItem *item = scumble_style_chooser_get_item (self->chooser);

  if (item != NULL)
    scumble_mixture_put (self->mixture, scumble_style_item_choose (item));
  if (item != NULL && item->kind == SCUMBLE_STYLE_SAVED)
    ask_for_model (self, item->file);
  show_selected_only (self);
  scumble_style_panel_open (self);
}

/* @choice: (nullable): what to mark in the list, if it is there */
static void
list_styles (ScumbleStylePanel *self, const ScumbleHostChoice *choice)
{
  const ScumbleHostChoice *old = scumble_mixture_get_in_hand (self->mixture);

  scumble_style_chooser_fill (self->chooser, scumble_style_items_list (self->host),
                              choice);
  if (old != NULL && old == choice &&
      scumble_style_chooser_find (self->chooser, choice) != NULL)
    {
      show_selected_only (self);
      scumble_style_panel_open (self);
    }
  else
    take_style (self);
}

static void
on_style_changed (ScumbleStyleChooser *chooser, ScumbleStylePanel *self)
{
  take_style (self);
}

static void
on_style_mix (ScumbleStyleChooser *chooser, ScumbleStylePanel *self)
{
  scumble_mixture_add (self->mixture);
  scumble_style_chooser_focus (chooser);
}

static void
on_style_refresh (ScumbleStyleChooser *chooser, ScumbleStylePanel *self)
{
  scumble_style_panel_list (self);
}

static void
on_mixture_changed (ScumbleMixture *mixture, ScumbleStylePanel *self)
{
  scumble_style_panel_open (self);
}

static void
on_in_hand (ScumbleMixture *mixture, ScumbleStylePanel *self)
{
  scumble_style_chooser_select (self->chooser, scumble_mixture_get_in_hand (mixture));
  show_selected_only (self);
}

static void
on_selected_toggled (GtkToggleButton *button, ScumbleStylePanel *self)
{
  if (self->quiet)
    return;

  scumble_mixture_get_in_hand (self->mixture)->selected_only =
      gtk_toggle_button_get_active (button);
  scumble_style_panel_open (self);
}

static GtkWindow *
window_of (ScumbleStylePanel *self)
{
  return GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self)));
}

static gboolean
is_taken (ScumbleStylePanel *self, const char *title)
{
  g_autofree char *path = scumble_style_panel_path (self, title);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Returns: (transfer full): what the styles are called, so that no saved one is replaced */
static char *
suggest_title (ScumbleStylePanel *self)
{
  g_autoptr (GString) names = g_string_new (NULL);
  char               *title;

  for (guint i = 0; i < self->choices->styles->len; i++)
    {
      const ScumbleStyleItem *item = scumble_style_chooser_find (
        self->chooser, g_ptr_array_index (self->choices->styles, i));

      if (item != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " + " : "", item->name);
    }

  title = g_strdup (names->str);
  for (int n = 2; is_taken (self, title); n++)
    {
      g_free (title);
      title = g_strdup_printf ("%s %d", names->str, n);
    }

  return title;
}

void
scumble_style_panel_ask_save (ScumbleStylePanel *self)
{
  g_autofree char *suggestion = NULL;
  g_autofree char *title      = NULL;

  if (self->host->folder == NULL || !scumble_style_panel_has_style (self))
    return;

  suggestion = suggest_title (self);
  title      = scumble_prompt_name (window_of (self), _("Keep the Style"),
                                    _("A saved style of the same name is replaced"), suggestion);
  if (title != NULL)
    g_signal_emit (self, signals[SAVE], 0, title);
}

char *
scumble_style_panel_path (ScumbleStylePanel *self, const char *title)
{
  g_autofree char *folder =
      scumble_shelf_folder (self->host->folder, SCUMBLE_SHELF_SAVED);

  return scumble_shelf_path (folder, title);
}

/* Puts a style's file on the shelf, and in the list. */
static void
shelve (ScumbleStylePanel *self, const char *path, GdkPixbuf *thumbnail)
{
  g_autofree char   *folder = scumble_shelf_folder (self->host->folder,
                                                    SCUMBLE_SHELF_SAVED);
  ScumbleStyleFile   file   = { NULL, NULL, NULL };
  g_autoptr (GError) error  = NULL;

  if (scumble_style_file_read (&file, path, &error))
    {
      const ScumbleShelfEntry entry = { (char *) path, file.title,
                                        g_intern_string (file.method), NULL };

      scumble_shelf_put (folder, &entry, thumbnail, G_MAXUINT, &error);
      scumble_style_file_clear (&file);
    }

  if (error != NULL)
    fail (self, error);
}

void
scumble_style_panel_saved (ScumbleStylePanel *self, const char *path)
{
  const ScumbleStyleItem *item = scumble_style_chooser_get_item (self->chooser);

  shelve (self, path, item == NULL ? NULL : item->thumbnail);
  list_styles (self, scumble_mixture_get_in_hand (self->mixture));
}

static void
on_style_save (ScumbleStyleChooser *chooser, ScumbleStylePanel *self)
{
  scumble_style_panel_ask_save (self);
}

static void
on_style_delete (ScumbleStyleChooser *chooser, const ScumbleStyleItem *item,
                 ScumbleStylePanel *self)
{
  g_autofree char   *folder   = scumble_shelf_folder (self->host->folder,
                                                      SCUMBLE_SHELF_SAVED);
  g_autofree char   *question = g_strdup_printf (_("Delete the saved style \"%s\"?"),
                                                 item->name);
  g_autoptr (GError) error    = NULL;

  if (!scumble_prompt_sure (window_of (self), question, _("_Delete")))
    return;

  if (!scumble_shelf_remove (folder, item->file, &error))
    fail (self, error);
  list_styles (self, scumble_mixture_get_in_hand (self->mixture));
}

/* For the file chooser's list of recent files. */
static void
remember_file (const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  if (uri != NULL)
    gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);
}

/* A picture is opened by the host; a style saved elsewhere is listed where it is. */
static ScumbleHostChoice *
choose_file (ScumbleStylePanel *self, const char *path, GError **error)
{
  int id;

  if (self->host->folder != NULL && scumble_shelf_is_saved (path))
    {
      shelve (self, path, NULL);
      return scumble_host_choice_new (-1, path, NULL);
    }

  id = self->host->add_file (self->host, path, error);
  return id < 0 ? NULL : scumble_host_choice_new (id, NULL, NULL);
}

void
scumble_style_panel_take_file (ScumbleStylePanel *self, const char *path)
{
  g_autoptr (GError) error  = NULL;
  ScumbleHostChoice *choice = choose_file (self, path, &error);

  if (error != NULL)
    {
      fail (self, error);
      return;
    }

  list_styles (self, choice);
  scumble_host_choice_free (choice);
  remember_file (path);
}

void
scumble_style_panel_take_layer (ScumbleStylePanel *self, const char *text)
{
  g_autoptr (GError) error  = NULL;
  const int          id     = self->host->dropped_layer (self->host, text, &error);
  ScumbleHostChoice *choice;

  if (id < 0)
    {
      fail (self, error);
      return;
    }

  /* It may have been painted on since it was last looked at. */
  scumble_pick_book_forget (self->book);
  choice = scumble_host_choice_new (id, NULL, NULL);
  list_styles (self, choice);
  scumble_host_choice_free (choice);
}

static void
on_style_file (ScumbleStyleChooser *chooser, const char *path, ScumbleStylePanel *self)
{
  scumble_style_panel_take_file (self, path);
}

void
scumble_style_panel_attach (ScumbleStylePanel *self, ScumbleHost *host,
                            ScumbleHostChoices *choices)
{
  self->host    = host;
  self->choices = choices;
  self->book    = scumble_pick_book_new (host);

  scumble_style_chooser_set_files (self->chooser, host->add_file != NULL);
  scumble_style_chooser_set_saving (self->chooser, host->folder != NULL);
  scumble_mixture_attach (self->mixture, choices->styles);
  scumble_style_panel_list (self);
}

gboolean
scumble_style_panel_has_style (ScumbleStylePanel *self)
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
scumble_style_panel_fill (ScumbleStylePanel *self, ScumbleOrder *order)
{
  order->styles = scumble_ingredients_new ();
  for (guint i = 0; i < self->open.styles->len; i++)
    add_ingredient (order->styles,
                    &g_array_index (self->open.styles, ScumbleIngredient, i));
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

  if (!scumble_shelf_put (path, &entry, item->thumbnail, SCUMBLE_SHELF_RECENT_MAX,
                          &error))
    g_debug ("%s", error->message);
}

void
scumble_style_panel_remember (ScumbleStylePanel *self)
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
scumble_style_panel_list (ScumbleStylePanel *self)
{
  scumble_pick_book_forget (self->book);
  if (self->host->list_masks != NULL)
    scumble_mixture_set_masks (self->mixture, self->host->list_masks (self->host));
  list_styles (self, scumble_mixture_get_in_hand (self->mixture));
}

void
scumble_style_panel_ask_file (ScumbleStylePanel *self)
{
  if (self->host->add_file != NULL)
    scumble_style_chooser_ask_file (self->chooser);
}

void
scumble_style_panel_focus (ScumbleStylePanel *self)
{
  scumble_style_chooser_focus (self->chooser);
}

static void
scumble_style_panel_finalize (GObject *object)
{
  ScumbleStylePanel *self = SCUMBLE_STYLE_PANEL (object);

  g_clear_pointer (&self->open.styles, g_array_unref);
  g_clear_pointer (&self->open.strength_map, scumble_pick_unref);
  scumble_pick_book_free (self->book);
  G_OBJECT_CLASS (scumble_style_panel_parent_class)->finalize (object);
}

static void
scumble_style_panel_class_init (ScumbleStylePanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = scumble_style_panel_finalize;
  signals[CHANGED] = g_signal_new ("changed", SCUMBLE_TYPE_STYLE_PANEL, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SAVE]    = g_signal_new ("save", SCUMBLE_TYPE_STYLE_PANEL, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[MODEL]   = g_signal_new ("model", SCUMBLE_TYPE_STYLE_PANEL, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                   G_TYPE_STRING);
  signals[FAILED]  = g_signal_new ("failed", SCUMBLE_TYPE_STYLE_PANEL, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (SCUMBLE_TYPE_MIXTURE);
  g_type_ensure (SCUMBLE_TYPE_STYLE_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/scumble/ui/style-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleStylePanel, chooser);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStylePanel, mixture);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStylePanel, selected_button);
  gtk_widget_class_bind_template_callback (widget_class, on_in_hand);
  gtk_widget_class_bind_template_callback (widget_class, on_mixture_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_selected_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_style_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_style_delete);
  gtk_widget_class_bind_template_callback (widget_class, on_style_file);
  gtk_widget_class_bind_template_callback (widget_class, on_style_mix);
  gtk_widget_class_bind_template_callback (widget_class, on_style_refresh);
  gtk_widget_class_bind_template_callback (widget_class, on_style_save);
}

static void
scumble_style_panel_init (ScumbleStylePanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
