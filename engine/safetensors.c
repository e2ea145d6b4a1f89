/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The reader trusts nothing: a file is parsed into a new object, the object is checked as
 * a whole, and only then handed over. */
#include "safetensors.h"
#include "error.h"
#include "half.h"
#include "mark.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

enum
{
  MAX_DIMS   = 4,
  MAX_DEPTH  = 8,          /* the format needs 3; the parser recurses once per level */
  MAX_HEADER = 4 << 20,
};

typedef struct
{
  gboolean half;            /* F16, else F32 */
  guint    n_dims;
  int      shape[MAX_DIMS];
  gsize    n;               /* product of the shape */
  gsize    begin;           /* bytes from the start of the data */
  gsize    end;
} Entry;

struct _ScumbleSafetensors
{
  char        *path;
  GMappedFile *map;
  const char  *data;
  gsize        size;
  GHashTable  *entries;  /* name -> Entry */
  GHashTable  *metadata; /* key -> text */
};

static gboolean G_GNUC_PRINTF (2, 3)
fault (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  scumble_set_error_valist (error, SCUMBLE_ERROR_MODEL, format, args);
  va_end (args);

  return FALSE;
}

static gsize
item_size (const Entry *entry)
{
  return entry->half ? sizeof (guint16) : sizeof (float);
}

/* A header nested deeper than the format needs would overflow the parser's stack. The parser
 * also knows comments and strings in single quotes, which no JSON has: a quote within one
 * would hide the brackets after it from this count. */
static gboolean
check_depth (const char *header, gsize length, GError **error)
{
  gboolean in_string = FALSE;
  int      depth     = 0;

  for (gsize i = 0; i < length; i++)
    {
      const char c = header[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
        }
      else if (c == '"')
        in_string = TRUE;
      else if (c == '{' || c == '[')
        depth++;
      else if (c == '}' || c == ']')
        depth--;
      else if (c == '/' || c == '\'')
        return fault (error, N_("its header is not JSON (%s)"), c == '/' ? "/" : "'");

      if (depth > MAX_DEPTH)
        return fault (error, N_("its header is nested too deeply"));
    }

  return TRUE;
}

/* Reads item @i of @array as an integer in 0..@max. */
static gboolean
integer_at (JsonArray *array, guint i, gint64 max, gint64 *value)
{
  JsonNode *node = json_array_get_element (array, i);

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;

  *value = json_node_get_int (node);
  return *value >= 0 && *value <= max;
}

static JsonArray *
array_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static gboolean
parse_shape (JsonObject *object, const char *name, Entry *entry, GError **error)
{
  JsonArray *shape = array_member (object, "shape");

  if (shape == NULL || json_array_get_length (shape) > MAX_DIMS)
    return fault (error, N_("tensor \"%s\" has no shape of at most %d dimensions"), name,
                  MAX_DIMS);

  entry->n_dims = json_array_get_length (shape);
  entry->n      = 1;
  for (guint i = 0; i < entry->n_dims; i++)
    {
      gint64 extent;

      if (!integer_at (shape, i, G_MAXINT, &extent) || extent == 0)
        return fault (error, N_("dimension %u of tensor \"%s\" is not a positive "
                                "integer"), i, name);
      if (!g_size_checked_mul (&entry->n, entry->n, (gsize) extent))
        return fault (error, N_("tensor \"%s\" is larger than memory"), name);
      entry->shape[i] = (int) extent;
    }

  return TRUE;
}

static gboolean
parse_place (JsonObject *object, const char *name, gsize data_size, Entry *entry,
             GError **error)
{
  JsonArray *offsets = array_member (object, "data_offsets");
  gint64     begin, end;
  gsize      bytes;

  if (offsets == NULL || json_array_get_length (offsets) != 2 ||
      !integer_at (offsets, 0, G_MAXINT64, &begin) ||
      !integer_at (offsets, 1, G_MAXINT64, &end) || begin > end)
    return fault (error, N_("tensor \"%s\" has no valid data_offsets"), name);
  if ((guint64) end > data_size)
    return fault (error, N_("tensor \"%s\" ends at byte %lld of %zu bytes of data"), name,
                  (long long) end, data_size);
  if (!g_size_checked_mul (&bytes, entry->n, item_size (entry)) ||
      bytes != (guint64) (end - begin))
    return fault (error, N_("tensor \"%s\" has %lld bytes, which does not fit its shape"),
                  name, (long long) (end - begin));

  entry->begin = (gsize) begin;
  entry->end   = (gsize) end;
  return TRUE;
}

static gboolean
parse_type (JsonObject *object, const char *name, Entry *entry, GError **error)
{
  JsonNode   *node = json_object_get_member (object, "dtype");
  const char *type = node != NULL && JSON_NODE_HOLDS_VALUE (node)
                       ? json_node_get_string (node) : NULL;

  if (g_strcmp0 (type, "F16") != 0 && g_strcmp0 (type, "F32") != 0)
    return fault (error, N_("tensor \"%s\" is of type %s; only F16 and F32 are known"),
                  name, type != NULL ? type : "unknown");

  entry->half = g_str_equal (type, "F16");
  return TRUE;
}

static gboolean
parse_tensor (ScumbleSafetensors *self, const char *name, JsonNode *node, GError **error)
{
  g_autofree Entry *entry = g_new0 (Entry, 1);
  JsonObject       *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fault (error, N_("the header's \"%s\" is not a tensor"), name);

  object = json_node_get_object (node);
  if (!parse_type (object, name, entry, error) ||
      !parse_shape (object, name, entry, error) ||
      !parse_place (object, name, self->size, entry, error))
    return FALSE;

  g_hash_table_insert (self->entries, g_strdup (name), g_steal_pointer (&entry));
  return TRUE;
}

static gboolean
parse_metadata (ScumbleSafetensors *self, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const char    *key;
  JsonNode      *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fault (error, N_("its metadata is not an object"));

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      const char *text = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_string (value) : NULL;

      if (text == NULL)
        return fault (error, N_("its metadata \"%s\" is not text"), key);
      g_hash_table_insert (self->metadata, g_strdup (key), g_strdup (text));
    }

  return TRUE;
}

static gboolean
parse_header (ScumbleSafetensors *self, const char *header, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError)     local  = NULL;
  JsonObjectIter         iter;
  const char            *name;
  JsonNode              *node;

  if (!g_utf8_validate_len (header, length, NULL))
    return fault (error, N_("its header is not text"));
  if (!check_depth (header, length, error))
    return FALSE;
  if (!json_parser_load_from_data (parser, header, (gssize) length, &local))
    return fault (error, N_("its header is not JSON (%s)"), local->message);
  if (json_parser_get_root (parser) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return fault (error, N_("its header is not a JSON object"));

  json_object_iter_init (&iter, json_node_get_object (json_parser_get_root (parser)));
  while (json_object_iter_next (&iter, &name, &node))
    if (!(g_str_equal (name, "__metadata__") ? parse_metadata (self, node, error)
                                             : parse_tensor (self, name, node, error)))
      return FALSE;

  return TRUE;
}

static int
compare_begin (gconstpointer a, gconstpointer b)
{
  const Entry *x = a;
  const Entry *y = b;

  return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* The tensors must tile the data: no byte in two of them, none in none. */
static gboolean
check_places (const ScumbleSafetensors *self, GError **error)
{
  g_autoptr (GList) sorted = g_list_sort (g_hash_table_get_values (self->entries),
                                          compare_begin);
  gsize             end    = 0;

  for (const GList *link = sorted; link != NULL; link = link->next)
    {
      const Entry *entry = link->data;

      if (entry->begin != end)
        return fault (error, entry->begin < end
                      ? N_("two of its tensors overlap at byte %zu of the data")
                      : N_("two of its tensors leave a gap at byte %zu of the data"),
                      MIN (entry->begin, end));
      end = entry->end;
    }
  if (end != self->size)
    return fault (error, N_("it has %zu bytes of data, its tensors %zu"),
                  self->size, end);

  return TRUE;
}

static gboolean
is_finite (const ScumbleSafetensors *self, const Entry *entry, gsize i)
{
  const char *p = self->data + entry->begin + i * item_size (entry);
  guint16     half;
  float       value;

  if (!entry->half)
    {
      memcpy (&value, p, sizeof value);
      return isfinite (value);
    }
  memcpy (&half, p, sizeof half);

  return scumble_half_finite (half);
}

static gboolean
check_values (const ScumbleSafetensors *self, GError **error)
{
  GHashTableIter iter;
  gpointer       name, value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const Entry *entry = value;

      for (gsize i = 0; i < entry->n; i++)
        if (!is_finite (self, entry, i))
          return fault (error, N_("value %zu of tensor \"%s\" is not finite"), i,
                        (const char *) name);
    }

  return TRUE;
}

static gboolean
load_header (ScumbleSafetensors *self, GError **error)
{
  const char *bytes = g_mapped_file_get_contents (self->map);
  const gsize size  = g_mapped_file_get_length (self->map);
  guint64     length;

  if (size < sizeof length)
    return fault (error, N_("it is too short for a model file"));

  memcpy (&length, bytes, sizeof length);
  length = GUINT64_FROM_LE (length);
  if (length > size - sizeof length || length > MAX_HEADER)
    return fault (error, N_("its header would be %llu bytes long"),
                  (unsigned long long) length);

  self->data = bytes + sizeof length + length;
  self->size = size - sizeof length - (gsize) length;

  return parse_header (self, bytes + sizeof length, (gsize) length, error);
}

/* Maps a file without a look at it; the map is %NULL when that fails. */
static ScumbleSafetensors *
map_file (const char *path, GError **error)
{
  ScumbleSafetensors *self = g_new0 (ScumbleSafetensors, 1);

  self->path     = g_strdup (path);
  self->entries  = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->map      = g_mapped_file_new (path, FALSE, error);

  return self;
}

ScumbleSafetensors *
scumble_safetensors_open (const char *path, GError **error)
{
  g_autoptr (GError)             local = NULL;
  g_autoptr (ScumbleSafetensors) self  = map_file (path, &local);

  if (self->map == NULL)
    {
      fault (error, N_("The model file cannot be opened: %s."), local->message);
      return NULL;
    }
  if (!load_header (self, &local) || !check_places (self, &local) ||
      !check_values (self, &local))
    {
      scumble_set_error_caused (error, SCUMBLE_ERROR_MODEL, local,
                                N_("The model file \"%s\" is damaged: %s. Put a sound copy in "
                                   "its place."), path,
                                local->message);
      return NULL;
    }

  return g_steal_pointer (&self);
}

GHashTable *
scumble_safetensors_peek (const char *path)
{
  g_autoptr (ScumbleSafetensors) self = map_file (path, NULL);

  if (self->map == NULL || !load_header (self, NULL))
    return NULL;

  return g_hash_table_ref (self->metadata);
}

void
scumble_safetensors_free (ScumbleSafetensors *file)
{
  if (file == NULL)
    return;

  g_clear_pointer (&file->map, g_mapped_file_unref);
  g_hash_table_unref (file->entries);
  g_hash_table_unref (file->metadata);
  g_free (file->path);
  g_free (file);
}

const char *
scumble_safetensors_path (const ScumbleSafetensors *file)
{
  return file->path;
}

const char *
scumble_safetensors_metadata (const ScumbleSafetensors *file, const char *key)
{
  return g_hash_table_lookup (file->metadata, key);
}

static const Entry *
find (const ScumbleSafetensors *file, const char *name, GError **error)
{
  const Entry *entry = g_hash_table_lookup (file->entries, name);

  if (entry == NULL)
    fault (error, N_("The model file \"%s\" lacks the tensor \"%s\"."), file->path, name);

  return entry;
}

gboolean
scumble_safetensors_shape (const ScumbleSafetensors *file, const char *name, guint n_dims,
                           int *shape, GError **error)
{
  const Entry *entry = find (file, name, error);

  if (entry == NULL)
    return FALSE;
  if (entry->n_dims != n_dims)
    return fault (error, N_("The model file \"%s\" has a tensor \"%s\" of %u dimensions "
                            "instead of %u."), file->path, name, entry->n_dims, n_dims);

  memcpy (shape, entry->shape, n_dims * sizeof *shape);
  return TRUE;
}

/* From halves that may begin at an odd byte. */
static void
unpack (const char *bytes, float *values, gsize n)
{
  guint16 halves[1024];

  for (gsize from = 0; from < n; from += G_N_ELEMENTS (halves))
    {
      const gsize count = MIN (n - from, G_N_ELEMENTS (halves));

      memcpy (halves, bytes + from * sizeof *halves, count * sizeof *halves);
      scumble_halves_unpack (halves, values + from, count);
    }
}

float *
scumble_safetensors_floats (const ScumbleSafetensors *file, const char *name, gsize n,
                            GError **error)
{
  const Entry *entry = find (file, name, error);
  float       *values;

  if (entry == NULL)
    return NULL;
  if (entry->n != n)
    {
      fault (error, N_("The model file \"%s\" has %zu values in tensor \"%s\" "
                       "instead of %zu."), file->path, entry->n, name, n);
      return NULL;
    }

  values = g_new (float, n);
  if (entry->half)
    unpack (file->data + entry->begin, values, n);
  else
    memcpy (values, file->data + entry->begin, n * sizeof *values);

  return values;
}

guint64
scumble_safetensors_digest (const ScumbleSafetensors *file)
{
  guint64 digest = G_GUINT64_CONSTANT (14695981039346656037);

  for (gsize i = 0; i < file->size; i += sizeof digest)
    {
      guint64 word = 0;

      memcpy (&word, file->data + i, MIN (sizeof word, file->size - i));
      digest = (digest ^ word) * G_GUINT64_CONSTANT (1099511628211);
    }

  return digest;
}
