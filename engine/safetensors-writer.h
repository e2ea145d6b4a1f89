/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ScumbleSafetensorsWriter:
 *
 * A file in the safetensors format in the making: text and float32 tensors, in memory until
 * it is saved. What is saved can be read with scumble_safetensors_open().
 */
typedef struct _ScumbleSafetensorsWriter ScumbleSafetensorsWriter;

ScumbleSafetensorsWriter *scumble_safetensors_writer_new  (void);
void                      scumble_safetensors_writer_free (ScumbleSafetensorsWriter *writer);

/**
 * scumble_safetensors_writer_set:
 * @key: such as "scumble.method"
 * @text: (transfer none): UTF-8
 *
 * Adds to the metadata.
 */
void     scumble_safetensors_writer_set  (ScumbleSafetensorsWriter *writer, const char *key,
                                          const char *text);

/**
 * scumble_safetensors_writer_add:
 * @name: of the tensor; each only once
 * @shape: (array length=n_dims): all positive
 * @values: (transfer none): as many as the shape says, outermost dimension first; copied
 */
void     scumble_safetensors_writer_add  (ScumbleSafetensorsWriter *writer, const char *name,
                                          const int *shape, guint n_dims,
                                          const float *values);

/**
 * scumble_safetensors_writer_save:
 * @path: file name; a file of that name is replaced only when the new one is complete
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if it cannot be written
 */
gboolean scumble_safetensors_writer_save (const ScumbleSafetensorsWriter *writer,
                                          const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleSafetensorsWriter, scumble_safetensors_writer_free)

G_END_DECLS
