/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "style-cache.h"
#include "error.h"
#include "mark.h"
#include "model-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* To be changed when adaptation itself does: what was stored before is then not found. */
#define VERSION "scumble adapted style 4"

#define SUFFIX ".safetensors"

enum { DIGITS = 64, BAND = 1 << 20 };

static gboolean
is_key (const char *text)
{
  return strlen (text) == DIGITS && strspn (text, "0123456789abcdef") == DIGITS;
}

static char *
file_of (const char *folder, const char *key)
{
  g_autofree char *name = g_strconcat (key, SUFFIX, NULL);

  return g_build_filename (folder, name, NULL);
}

/* With its end, or "a" and "bc" would be "ab" and "c". */
static void
add_text (GChecksum *sum, const char *text)
{
  g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text) + 1);
}

static void
add_number (GChecksum *sum, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  add_text (sum, g_ascii_dtostr (text, sizeof text, value));
}

static guint8
to_byte (float value)
{
  return (guint8) (scumble_sane (value) * 255.0f + 0.5f);
}

/* rgba [n, 4] -> bytes [n, 4] */
static void
to_bytes (const float *rgba, gsize n, guint8 *bytes)
{
  for (gsize i = 0; i < n; i++, rgba += 4, bytes += 4)
    {
      bytes[3] = to_byte (rgba[3]);
      for (int k = 0; k < 3; k++)
        bytes[k] = rgba[3] > 0.0f ? to_byte (rgba[k]) : 0;
    }
}

static gboolean
add_picture (GChecksum *sum, ScumbleSource *source, const ScumbleJob *job, GError **error)
{
  const int          rows  = CLAMP (BAND / source->width, 1, source->height);
  const gsize        n     = (gsize) rows * (gsize) source->width;
  g_autofree float  *rgba  = g_new (float, 4 * n);
  g_autofree guint8 *bytes = g_new (guint8, 4 * n);

  add_number (sum, source->width);
  add_number (sum, source->height);
  for (int y = 0; y < source->height; y += rows)
    {
      const ScumbleRect rect  = { 0, y, source->width, MIN (rows, source->height - y) };
      const gsize       there = (gsize) rect.h * (gsize) rect.w;

      if (!scumble_job_go_on (job, error) || !source->read (source, &rect, rgba, error))
        return FALSE;
      to_bytes (rgba, there, bytes);
      g_checksum_update (sum, bytes, (gssize) (4 * there));
    }

  return TRUE;
}

/* A picture that there may be. */
static gboolean
add_perhaps (GChecksum *sum, ScumbleSource *source, const ScumbleJob *job, GError **error)
{
  add_number (sum, source != NULL);

  return source == NULL || add_picture (sum, source, job, error);
}

static gboolean
add_styling (GChecksum *sum, const ScumbleStyling *styling, const ScumbleJob *job,
             GError **error)
{
  const gboolean keeps = styling != NULL && styling->keep_colours > 0.0;

  add_number (sum, styling != NULL ? styling->scale : 1.0);
  add_number (sum, keeps ? styling->keep_colours : 0.0);

  return add_perhaps (sum, keeps ? styling->content : NULL, job, error);
}

char *
scumble_style_cache_key (const ScumbleStyleOrigin *origin, const ScumbleJob *job,
                         GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_text (sum, VERSION);
  add_text (sum, origin->model->method->id);
  add_text (sum, origin->model->identity);
  add_number (sum, origin->updates);
  add_number (sum, origin->all ? 1.0 : 0.0);
  add_text (sum, origin->photographs != NULL ? origin->photographs : "");
  if (!add_styling (sum, origin->styling, job, error) ||
      !add_picture (sum, origin->painting, job, error) ||
      !add_perhaps (sum, origin->content, job, error))
    return NULL;

  return g_strdup (g_checksum_get_string (sum));
}

ScumbleStyle *
scumble_style_cache_lookup (const char *folder, const char *key, ScumbleModel *model)
{
  g_autofree char *path  = file_of (folder, key);
  ScumbleStyle    *style = NULL;

  g_return_val_if_fail (is_key (key), NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  style = scumble_style_load (model, path, NULL);
  if (style == NULL)
    g_unlink (path);

  return style;
}

gboolean
scumble_style_cache_store (const char *folder, const char *key, const ScumbleStyle *style,
                           const char *title, GError **error)
{
  g_autofree char *path = file_of (folder, key);

  g_return_val_if_fail (is_key (key), FALSE);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      scumble_set_error (error, SCUMBLE_ERROR_PICTURE,
                         N_("The folder \"%s\" for adapted styles cannot be made: %s."),
                         folder, g_strerror (errno));
      return FALSE;
    }

  return scumble_style_save (style, path, title, error);
}

static void
cached_style_free (gpointer data)
{
  ScumbleCachedStyle *cached = data;

  g_free (cached->key);
  g_free (cached->title);
  g_free (cached);
}

/* Returns: (nullable): what the file @name is, if it is a style of the cache. */
static ScumbleCachedStyle *
describe (const char *folder, const char *name)
{
  g_autofree char              *key  = g_strndup (name, MIN (strlen (name), DIGITS));
  g_autofree char              *path = g_build_filename (folder, name, NULL);
  g_auto (ScumbleStyleFile)     file = { NULL };
  ScumbleCachedStyle           *cached;
  GStatBuf                      status;

  if (!is_key (key) || !g_str_equal (name + DIGITS, SUFFIX))
    return NULL;
  if (!scumble_style_file_read (&file, path, NULL))
    {
      g_unlink (path);
      return NULL;
    }
  if (g_stat (path, &status) != 0)
    return NULL;

  cached        = g_new (ScumbleCachedStyle, 1);
  cached->key   = g_steal_pointer (&key);
  cached->title = g_steal_pointer (&file.title);
  cached->time  = (gint64) status.st_mtime;
  cached->size  = (gsize) status.st_size;

  return cached;
}

/* Those of one second by their keys, so that the order stays. */
static int
compare_times (gconstpointer a, gconstpointer b)
{
  const ScumbleCachedStyle *x = *(ScumbleCachedStyle *const *) a;
  const ScumbleCachedStyle *y = *(ScumbleCachedStyle *const *) b;

  if (x->time != y->time)
    return x->time < y->time ? 1 : -1;

  return strcmp (x->key, y->key);
}

GPtrArray *
scumble_style_cache_list (const char *folder)
{
  GPtrArray       *styles = g_ptr_array_new_with_free_func (cached_style_free);
  g_autoptr (GDir) dir    = g_dir_open (folder, 0, NULL);
  const char      *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      ScumbleCachedStyle *cached = describe (folder, name);

      if (cached != NULL)
        g_ptr_array_add (styles, cached);
    }
  g_ptr_array_sort (styles, compare_times);

  return styles;
}

gboolean
scumble_style_cache_delete (const char *folder, const char *key, GError **error)
{
  g_autofree char *path = file_of (folder, key);

  g_return_val_if_fail (is_key (key), FALSE);

  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;

  scumble_set_error (error, SCUMBLE_ERROR_PICTURE,
                     N_("The adapted style \"%s\" cannot be removed: %s."), path,
                     g_strerror (errno));
  return FALSE;
}
