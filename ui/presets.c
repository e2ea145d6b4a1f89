/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "presets.h"
#include "error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

static const char suffix[]       = ".preset";
static const char recent_file[]  = "recent.ini";
static const char recent_group[] = "recent";

/* Names are any text; file names are not. */
static char *
path_of (const char *folder, const char *name)
{
  g_autofree char *escaped = g_uri_escape_string (name, " ", TRUE);
  g_autofree char *file    = g_strconcat (escaped, suffix, NULL);

  return g_build_filename (folder, file, NULL);
}

static char *
name_of (const char *file)
{
  g_autofree char *escaped = NULL;

  if (!g_str_has_suffix (file, suffix))
    return NULL;

  escaped = g_strndup (file, strlen (file) - strlen (suffix));
  return g_uri_unescape_string (escaped, NULL);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

char **
scumble_presets_list (const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GDir)      dir   = g_dir_open (folder, 0, NULL);
  const char           *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      char *name = name_of (file);

      if (name != NULL)
        g_ptr_array_add (names, name);
    }

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_steal (names, NULL);
}

gboolean
scumble_presets_import (const char *path, ScumbleSettings *settings, GError **error)
{
  g_autofree char *shown = g_filename_display_basename (path);
  g_autofree char *text  = NULL;

  if (g_file_get_contents (path, &text, NULL, error) &&
      scumble_settings_from_text (settings, text, error))
    return TRUE;

  g_prefix_error (error, "%s: ", shown);
  return FALSE;
}

gboolean
scumble_presets_export (const char *path, const ScumbleSettings *settings, GError **error)
{
  g_autofree char   *text  = scumble_settings_to_text (settings);
  g_autoptr (GError) fault = NULL;

  if (g_file_set_contents (path, text, -1, &fault))
    return TRUE;

  scumble_set_error (error, SCUMBLE_ERROR_PICTURE,
                     N_("The file cannot be written: %s. Make room there, or choose "
                        "another place."), fault->message);
  return FALSE;
}

gboolean
scumble_presets_load (const char *folder, const char *name, ScumbleSettings *settings,
                      GError **error)
{
  g_autofree char *path = path_of (folder, name);

  return scumble_presets_import (path, settings, error);
}

gboolean
scumble_presets_save (const char *folder, const char *name,
                      const ScumbleSettings *settings, GError **error)
{
  g_autofree char *path = path_of (folder, name);

  /* Where there is no folder, writing the file says so. */
  g_mkdir_with_parents (folder, 0700);
  return scumble_presets_export (path, settings, error);
}

gboolean
scumble_presets_remove (const char *folder, const char *name, GError **error)
{
  g_autofree char  *path = path_of (folder, name);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return g_file_delete (file, NULL, error);
}

/* The texts of the recent settings, the latest first. */
static char **
recent_texts (const char *folder)
{
  g_autofree char     *path = g_build_filename (folder, recent_file, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  char               **texts;

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  texts = g_key_file_get_string_list (file, recent_group, "settings", NULL, NULL);

  return texts != NULL ? texts : g_new0 (char *, 1);
}

GArray *
scumble_presets_recent (const char *folder)
{
  GArray        *recent = g_array_new (FALSE, FALSE, sizeof (ScumbleSettings));
  g_auto (GStrv) texts  = recent_texts (folder);

  for (guint i = 0; texts[i] != NULL && i < SCUMBLE_PRESETS_RECENT; i++)
    {
      ScumbleSettings settings;

      scumble_settings_init (&settings);
      if (scumble_settings_from_text (&settings, texts[i], NULL))
        g_array_append_val (recent, settings);
    }

  return recent;
}

gboolean
scumble_presets_remember (const char *folder, const ScumbleSettings *settings,
                          GError **error)
{
  g_autofree char      *path  = g_build_filename (folder, recent_file, NULL);
  g_autoptr (GKeyFile)  file  = g_key_file_new ();
  g_autofree char      *text  = scumble_settings_to_text (settings);
  g_auto (GStrv)        old   = recent_texts (folder);
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  g_ptr_array_add (texts, text);
  for (guint i = 0; old[i] != NULL && texts->len < SCUMBLE_PRESETS_RECENT; i++)
    if (!g_str_equal (old[i], text))
      g_ptr_array_add (texts, old[i]);

  g_mkdir_with_parents (folder, 0700);
  g_key_file_set_string_list (file, recent_group, "settings",
                              (const char *const *) texts->pdata, texts->len);

  return g_key_file_save_to_file (file, path, error);
}
