/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "photographs.h"
#include "error.h"
#include "pixbuf-source.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Pictures to learn from, and files that are looked at for them: more would take memory and
 * time, and teach no more in a few hundred updates. */
enum { MOST = 24, MOST_FILES = 4 * MOST };

/* The least side of a picture, as large as the parts that are learned from, and how many times
 * as long it may be: at a megapixel its shorter side is then still as large. */
enum { LEAST = 256, LONGEST = 16 };

#define MEGAPIXEL ((double) (1 << 20))

/* Leaves @most of the elements, evenly spread. */
static void
thin (GPtrArray *array, guint most)
{
  const guint n = array->len;

  for (guint i = n; i > 0 && n > most; i--)
    if ((guint64) i * most / n == (guint64) (i - 1) * most / n)
      g_ptr_array_remove_index (array, i - 1);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The paths of a folder's files, in a fixed order; NULL with an error. */
static GPtrArray *
list (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir)      dir   = g_dir_open (folder, 0, error);
  const char           *name;

  if (dir == NULL)
    return NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (files, g_steal_pointer (&path));
    }
  g_ptr_array_sort (files, compare);
  thin (files, MOST_FILES);

  return g_steal_pointer (&files);
}

char *
scumble_photographs_identity (const char *folder)
{
  g_autoptr (GPtrArray) files = list (folder, NULL);
  g_autoptr (GString)   text  = g_string_new (NULL);

  if (files == NULL)
    return NULL;

  for (guint i = 0; i < files->len; i++)
    {
      const char      *path = g_ptr_array_index (files, i);
      g_autofree char *name = g_path_get_basename (path);
      GStatBuf         file;

      if (g_stat (path, &file) == 0)
        g_string_append_printf (text, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", name,
                                (gint64) file.st_size, (gint64) file.st_mtime);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Whether a file is a picture that is large enough. @w and @h: set if so */
static gboolean
serves (const char *path, int *w, int *h)
{
  return gdk_pixbuf_get_file_info (path, w, h) != NULL && MIN (*w, *h) >= LEAST &&
         MAX (*w, *h) / MIN (*w, *h) < LONGEST;
}

static void
keep_pictures (GPtrArray *files)
{
  int w, h;

  for (guint i = files->len; i > 0; i--)
    if (!serves (g_ptr_array_index (files, i - 1), &w, &h))
      g_ptr_array_remove_index (files, i - 1);
  thin (files, MOST);
}

/* Shrunk to a megapixel; NULL if it cannot be read after all. */
static ScumblePixbufSource *
open_small (const char *path)
{
  int    w, h;
  double scale;

  if (!serves (path, &w, &h))
    return NULL;

  scale = MIN (1.0, sqrt (MEGAPIXEL / w / h));
  return scumble_pixbuf_source_new_at (path, (int) (w * scale), (int) (h * scale), NULL);
}

ScumbleSource
scumble_photographs_largest (void)
{
  return (ScumbleSource) { .width = LONGEST * LEAST, .height = LEAST, .has_alpha = TRUE };
}

gsize
scumble_photographs_memory (void)
{
  return MOST * 4 * (gsize) MEGAPIXEL;
}

GPtrArray *
scumble_photographs_open (const char *folder, const ScumbleJob *job, GError **error)
{
  g_autoptr (GPtrArray) pictures =
    g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_pixbuf_source_free);
  g_autoptr (GError)    fault    = NULL;
  g_autoptr (GPtrArray) files    = list (folder, &fault);
  g_autofree char      *shown    = g_filename_display_name (folder);

  if (files == NULL)
    {
      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                   _("The folder of photographs cannot be read: %s. Choose another folder, or "
                     "learn on the layer itself."), fault->message);
      return NULL;
    }

  keep_pictures (files);
  for (guint i = 0; i < files->len; i++)
    {
      ScumblePixbufSource *picture;

      if (!scumble_job_go_on (job, error))
        return NULL;
      picture = open_small (g_ptr_array_index (files, i));
      if (picture != NULL)
        g_ptr_array_add (pictures, picture);
    }
  if (pictures->len > 0)
    return g_steal_pointer (&pictures);

  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
               _("There is no photograph to learn on in “%s”. Choose a folder with PNG or "
                 "JPEG pictures of at least %d pixels a side, or learn on the layer itself."),
               shown, LEAST);
  return NULL;
}
