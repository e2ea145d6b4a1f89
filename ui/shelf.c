/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shelf.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

static const char index_file[]    = "styles.ini";
static const char saved_suffix[]  = ".safetensors";
static const char key_title[]     = "Title";
static const char key_file[]      = "File";
static const char key_method[]    = "Method";
static const char key_thumbnail[] = "Thumbnail";

static void
entry_free (ScumbleShelfEntry *entry)
{
  g_free (entry->file);
  g_free (entry->title);
  g_free (entry->thumbnail);
  g_free (entry);
}

char *
scumble_shelf_folder (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* An index that is missing or broken is an empty one. */
static GKeyFile *
read_index (const char *folder)
{
  g_autofree char *path  = g_build_filename (folder, index_file, NULL);
  GKeyFile        *index = g_key_file_new ();

  g_key_file_load_from_file (index, path, G_KEY_FILE_KEEP_TRANSLATIONS, NULL);
  return index;
}

static char *
entry_file (GKeyFile *index, const char *folder, const char *group)
{
  char *file = g_key_file_get_string (index, group, key_file, NULL);

  return file != NULL ? file : g_build_filename (folder, group, NULL);
}

static char *
entry_title (GKeyFile *index, const char *group, const char *file)
{
  char *title = g_key_file_get_locale_string (index, group, key_title, NULL, NULL);

  return title != NULL ? title : g_filename_display_basename (file);
}

static char *
entry_thumbnail (GKeyFile *index, const char *folder, const char *group, const char *file)
{
  g_autofree char *name = g_key_file_get_string (index, group, key_thumbnail, NULL);

  return name == NULL ? g_strdup (file) : g_build_filename (folder, name, NULL);
}

GPtrArray *
scumble_shelf_list (const char *folder)
{
  g_autoptr (GKeyFile) index   = read_index (folder);
  g_auto (GStrv)       groups  = g_key_file_get_groups (index, NULL);
  GPtrArray           *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_autofree char   *file = entry_file (index, folder, groups[i]);
      g_autofree char   *method = NULL;
      ScumbleShelfEntry *entry;

      if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
        continue;

      method           = g_key_file_get_string (index, groups[i], key_method, NULL);
      entry            = g_new0 (ScumbleShelfEntry, 1);
      entry->title     = entry_title (index, groups[i], file);
      entry->method    = g_intern_string (method);
      entry->thumbnail = entry_thumbnail (index, folder, groups[i], file);
      entry->file      = g_steal_pointer (&file);
      g_ptr_array_add (entries, entry);
    }

  return entries;
}

char *
scumble_shelf_path (const char *folder, const char *title)
{
  g_autofree char *escaped = g_uri_escape_string (title, " ", TRUE);
  g_autofree char *name    = g_strconcat (escaped, saved_suffix, NULL);

  return g_build_filename (folder, name, NULL);
}

gboolean
scumble_shelf_is_saved (const char *file)
{
  return file != NULL && g_str_has_suffix (file, saved_suffix);
}

/* Names of groups and of thumbnails: any path has one, and no brackets. */
static char *
group_of (const char *file)
{
  return g_compute_checksum_for_string (G_CHECKSUM_MD5, file, -1);
}

static char *
thumbnail_of (const char *group)
{
  return g_strconcat (group, ".png", NULL);
}

static void
drop_group (GKeyFile *index, const char *folder, const char *group)
{
  g_autofree char *name = thumbnail_of (group);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_remove (path);
  g_key_file_remove_group (index, group, NULL);
}

static gboolean
write_index (GKeyFile *index, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, index_file, NULL);

  return g_key_file_save_to_file (index, path, error);
}

static void
copy_group (GKeyFile *to, GKeyFile *from, const char *group)
{
  g_auto (GStrv) keys = g_key_file_get_keys (from, group, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (from, group, keys[i], NULL);

      g_key_file_set_value (to, group, keys[i], value);
    }
}

static void
write_group (GKeyFile *index, const char *folder, const char *group,
             const ScumbleShelfEntry *entry, GdkPixbuf *thumbnail)
{
  g_autofree char *name = thumbnail_of (group);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_key_file_set_string (index, group, key_file, entry->file);
  g_key_file_set_string (index, group, key_title, entry->title);
  if (entry->method != NULL)
    g_key_file_set_string (index, group, key_method, entry->method);
  if (thumbnail != NULL && gdk_pixbuf_save (thumbnail, path, "png", NULL, NULL))
    g_key_file_set_string (index, group, key_thumbnail, name);
}

gboolean
scumble_shelf_put (const char *folder, const ScumbleShelfEntry *entry,
                   GdkPixbuf *thumbnail, guint max, GError **error)
{
  g_autoptr (GKeyFile) old    = read_index (folder);
  g_autoptr (GKeyFile) index  = g_key_file_new ();
  g_auto (GStrv)       groups = g_key_file_get_groups (old, NULL);
  g_autofree char     *group  = group_of (entry->file);
  guint                n      = 1;

  /* Where there is no folder, writing the index says so. */
  g_mkdir_with_parents (folder, 0700);
  write_group (index, folder, group, entry, thumbnail);
  for (guint i = 0; groups[i] != NULL; i++)
    {
      if (g_str_equal (groups[i], group))
        continue;
      if (n++ < max)
        copy_group (index, old, groups[i]);
      else
        drop_group (old, folder, groups[i]);
    }

  return write_index (index, folder, error);
}

gboolean
scumble_shelf_remove (const char *folder, const char *file, GError **error)
{
  g_autoptr (GKeyFile) index  = read_index (folder);
  g_autofree char     *group  = group_of (file);
  g_autoptr (GFile)    target = g_file_new_for_path (file);

  drop_group (index, folder, group);
  return g_file_delete (target, NULL, error) && write_index (index, folder, error);
}
