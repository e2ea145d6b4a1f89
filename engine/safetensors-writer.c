/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "safetensors-writer.h"
#include "error.h"
#include "mark.h"

#include <json-glib/json-glib.h>
#include <string.h>

struct _ScumbleSafetensorsWriter
{
  JsonObject *header;
  JsonObject *metadata; /* part of the header */
  GByteArray *data;
};

ScumbleSafetensorsWriter *
scumble_safetensors_writer_new (void)
{
  ScumbleSafetensorsWriter *writer = g_new (ScumbleSafetensorsWriter, 1);

  writer->header   = json_object_new ();
  writer->metadata = json_object_new ();
  writer->data     = g_byte_array_new ();
  json_object_set_object_member (writer->header, "__metadata__", writer->metadata);

  return writer;
}

void
scumble_safetensors_writer_free (ScumbleSafetensorsWriter *writer)
{
  if (writer == NULL)
    return;

  json_object_unref (writer->header);
  g_byte_array_unref (writer->data);
  g_free (writer);
}

void
scumble_safetensors_writer_set (ScumbleSafetensorsWriter *writer, const char *key,
                                const char *text)
{
  json_object_set_string_member (writer->metadata, key, text);
}

void
scumble_safetensors_writer_add (ScumbleSafetensorsWriter *writer, const char *name,
                                const int *shape, guint n_dims, const float *values)
{
  JsonObject *tensor  = json_object_new ();
  JsonArray  *extents = json_array_new ();
  JsonArray  *offsets = json_array_new ();
  gsize       bytes   = sizeof *values;

  for (guint i = 0; i < n_dims; i++)
    {
      json_array_add_int_element (extents, shape[i]);
      bytes *= (gsize) shape[i];
    }
  json_array_add_int_element (offsets, writer->data->len);
  g_byte_array_append (writer->data, (const guint8 *) values, (guint) bytes);
  json_array_add_int_element (offsets, writer->data->len);

  json_object_set_string_member (tensor, "dtype", "F32");
  json_object_set_array_member (tensor, "shape", extents);
  json_object_set_array_member (tensor, "data_offsets", offsets);
  json_object_set_object_member (writer->header, name, tensor);
}

/* The header as text, filled up with spaces so that the data is aligned. */
static GString *
make_header (const ScumbleSafetensorsWriter *writer)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char     *text = NULL;
  GString             *header;

  json_node_set_object (root, writer->header);
  text   = json_to_string (root, FALSE);
  header = g_string_new (text);
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');

  return header;
}

gboolean
scumble_safetensors_writer_save (const ScumbleSafetensorsWriter *writer, const char *path,
                                 GError **error)
{
  g_autoptr (GString)    header = make_header (writer);
  g_autoptr (GByteArray) file   = g_byte_array_new ();
  g_autoptr (GError)     local  = NULL;
  const guint64          length = GUINT64_TO_LE ((guint64) header->len);

  g_byte_array_append (file, (const guint8 *) &length, sizeof length);
  g_byte_array_append (file, (const guint8 *) header->str, (guint) header->len);
  g_byte_array_append (file, writer->data->data, writer->data->len);
  if (g_file_set_contents (path, (const char *) file->data, (gssize) file->len, &local))
    return TRUE;

  scumble_set_error (error, SCUMBLE_ERROR_PICTURE,
                     N_("The file cannot be written: %s. Make room there, or choose "
                        "another place."), local->message);
  return FALSE;
}
