/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preset-button.h"
#include "method.h"
#include "presets.h"
#include "prompt.h"
#include "wording.h"

#include <glib/gi18n-lib.h>

struct _ScumblePresetButton
{
  GtkMenuButton    parent_instance;

  const char      *folder;
  ScumbleSettings *settings;
  GMenu           *menu;
};

enum { LOADED, FAILED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumblePresetButton, scumble_preset_button, GTK_TYPE_MENU_BUTTON)

/* Settings in words. */
static char *
describe (const ScumbleSettings *settings)
{
  /* TRANSLATORS: a method, such as "AdaIN", and the numbers of its sliders */
  return g_strdup_printf (_("%s: strength %.0f %%, texture size %.2f, brush size %.2f, keep "
                            "colours %.0f %%"),
                          _(scumble_method_find (settings->method, NULL)->title),
                          100.0 * settings->strength, settings->scale, settings->brush,
                          100.0 * settings->colour);
}

static void
append (GMenu *menu, const char *label, const char *action, GVariant *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, target);
  g_menu_append_item (menu, item);
}

/* A name is no label: its underscores are no mnemonics. */
static void
append_name (GMenu *menu, const char *name, const char *action)
{
  g_auto (GStrv)   parts = g_strsplit (name, "_", -1);
  g_autofree char *label = g_strjoinv ("__", parts);

  append (menu, label, action, g_variant_new_string (name));
}

static GMenuModel *
names_menu (char **names, const char *action)
{
  GMenu *menu = g_menu_new ();

  for (guint i = 0; names[i] != NULL; i++)
    append_name (menu, names[i], action);

  return G_MENU_MODEL (menu);
}

static GMenuModel *
recent_menu (const char *folder)
{
  GMenu             *menu   = g_menu_new ();
  g_autoptr (GArray) recent = scumble_presets_recent (folder);

  for (guint i = 0; i < recent->len; i++)
    {
      g_autofree char *label = describe (&g_array_index (recent, ScumbleSettings, i));

      append (menu, label, "presets.recall", g_variant_new_int32 ((int) i));
    }

  return G_MENU_MODEL (menu);
}

static void
append_submenu (GMenu *menu, const char *label, GMenuModel *submenu)
{
  if (g_menu_model_get_n_items (submenu) > 0)
    g_menu_append_submenu (menu, label, submenu);
}

static void
rebuild (ScumblePresetButton *self)
{
  g_auto (GStrv)         names    = scumble_presets_list (self->folder);
  g_autoptr (GMenuModel) presets  = names_menu (names, "presets.load");
  g_autoptr (GMenuModel) removals = names_menu (names, "presets.remove");
  g_autoptr (GMenuModel) recent   = recent_menu (self->folder);
  g_autoptr (GMenu)      rest     = g_menu_new ();

  append_submenu (rest, _("_Last Used"), recent);
  append (rest, _("_Save As…"), "presets.save", NULL);
  append_submenu (rest, _("_Delete"), removals);
  append (rest, _("_Import…"), "presets.import", NULL);
  append (rest, _("_Export…"), "presets.export", NULL);

  g_menu_remove_all (self->menu);
  g_menu_append_section (self->menu, NULL, presets);
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (rest));
}

static GtkWindow *
window_of (ScumblePresetButton *self)
{
  return GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self)));
}

/* What every action ends with. */
static void
finish (ScumblePresetButton *self, gboolean loaded, const GError *error)
{
  g_autofree char *sentence = error != NULL ? scumble_wording (error) : NULL;

  if (sentence != NULL)
    g_signal_emit (self, signals[FAILED], 0, sentence);
  else if (loaded)
    g_signal_emit (self, signals[LOADED], 0);
  else
    rebuild (self);
}

static void
on_load (GSimpleAction *action, GVariant *name, gpointer user_data)
{
  ScumblePresetButton *self  = user_data;
  g_autoptr (GError)   error = NULL;

  scumble_presets_load (self->folder, g_variant_get_string (name, NULL), self->settings,
                        &error);
  finish (self, TRUE, error);
}

static void
on_recall (GSimpleAction *action, GVariant *number, gpointer user_data)
{
  ScumblePresetButton *self   = user_data;
  g_autoptr (GArray)   recent = scumble_presets_recent (self->folder);
  const guint          i      = (guint) g_variant_get_int32 (number);

  if (i < recent->len)
    *self->settings = g_array_index (recent, ScumbleSettings, i);
  finish (self, TRUE, NULL);
}

static void
on_save (GSimpleAction *action, GVariant *unused, gpointer user_data)
{
  ScumblePresetButton *self  = user_data;
  g_autofree char     *name =
      scumble_prompt_name (window_of (self), _("Save as a Preset"),
                           _("A preset of the same name is replaced"), "");
  g_autoptr (GError)   error = NULL;

  if (name == NULL)
    return;

  scumble_presets_save (self->folder, name, self->settings, &error);
  finish (self, FALSE, error);
}

static void
on_remove (GSimpleAction *action, GVariant *target, gpointer user_data)
{
  ScumblePresetButton *self     = user_data;
  const char          *name     = g_variant_get_string (target, NULL);
  g_autofree char     *question = g_strdup_printf (_("Delete the preset \"%s\"?"), name);
  g_autoptr (GError)   error    = NULL;

  if (!scumble_prompt_sure (window_of (self), question, _("_Delete")))
    return;

  scumble_presets_remove (self->folder, name, &error);
  finish (self, FALSE, error);
}

static void
on_import (GSimpleAction *action, GVariant *unused, gpointer user_data)
{
  ScumblePresetButton *self  = user_data;
  g_autofree char     *path  = scumble_prompt_file (window_of (self),
                                                    GTK_FILE_CHOOSER_ACTION_OPEN);
  g_autoptr (GError)   error = NULL;

  if (path == NULL)
    return;

  scumble_presets_import (path, self->settings, &error);
  finish (self, TRUE, error);
}

static void
on_export (GSimpleAction *action, GVariant *unused, gpointer user_data)
{
  ScumblePresetButton *self  = user_data;
  g_autofree char     *path  = scumble_prompt_file (window_of (self),
                                                    GTK_FILE_CHOOSER_ACTION_SAVE);
  g_autoptr (GError)   error = NULL;

  if (path == NULL)
    return;

  scumble_presets_export (path, self->settings, &error);
  finish (self, FALSE, error);
}

static const GActionEntry actions[] = {
  { .name = "load", .activate = on_load, .parameter_type = "s" },
  { .name = "recall", .activate = on_recall, .parameter_type = "i" },
  { .name = "save", .activate = on_save },
  { .name = "remove", .activate = on_remove, .parameter_type = "s" },
  { .name = "import", .activate = on_import },
  { .name = "export", .activate = on_export },
};

void
scumble_preset_button_attach (ScumblePresetButton *self, const char *folder,
                              ScumbleSettings *settings)
{
  self->folder   = folder;
  self->settings = settings;
  rebuild (self);
}

void
scumble_preset_button_remember (ScumblePresetButton *self)
{
  g_autoptr (GError) error = NULL;

  /* The picture is painted; that a convenience could not be kept is no reason to stay. */
  if (self->folder != NULL &&
      !scumble_presets_remember (self->folder, self->settings, &error))
    g_debug ("%s", error->message);
}

static void
scumble_preset_button_finalize (GObject *object)
{
  g_object_unref (SCUMBLE_PRESET_BUTTON (object)->menu);
  G_OBJECT_CLASS (scumble_preset_button_parent_class)->finalize (object);
}

static void
scumble_preset_button_class_init (ScumblePresetButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scumble_preset_button_finalize;

  signals[LOADED] = g_signal_new ("loaded", SCUMBLE_TYPE_PRESET_BUTTON, G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", SCUMBLE_TYPE_PRESET_BUTTON, G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
scumble_preset_button_init (ScumblePresetButton *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  self->menu = g_menu_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (group), actions, G_N_ELEMENTS (actions),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "presets", G_ACTION_GROUP (group));
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self), G_MENU_MODEL (self->menu));
}
