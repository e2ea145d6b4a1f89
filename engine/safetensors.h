/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ScumbleSafetensors:
 *
 * A file in the safetensors format: eight bytes with the length of a JSON header, the
 * header (each tensor's type, shape and place; text under "__metadata__"), then the data.
 * Opening checks everything, so that look-ups cannot read outside; types F16 and F32 only.
 */
typedef struct _ScumbleSafetensors ScumbleSafetensors;

/**
 * scumble_safetensors_open:
 * @path: file name
 *
 * Maps and checks a file: header, names, types, shapes and their products, places, that
 * tensors neither overlap nor leave gaps, that every value is finite.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with %SCUMBLE_ERROR_MODEL; the
 *   message names the file and the fault
 */
ScumbleSafetensors *scumble_safetensors_open     (const char *path, GError **error);
void                scumble_safetensors_free     (ScumbleSafetensors *file);

const char         *scumble_safetensors_path     (const ScumbleSafetensors *file);

/**
 * scumble_safetensors_peek:
 * @path: file name
 *
 * Reads a file's header alone, whatever the size of its data: cheap enough to look
 * through a folder of models.  What it says is unchecked.
 *
 * Returns: (transfer full) (nullable): (element-type utf8 utf8): the texts under
 *   "__metadata__"; %NULL if the header cannot be read
 */
GHashTable         *scumble_safetensors_peek     (const char *path);

/**
 * scumble_safetensors_metadata:
 * @key: such as "scumble.method"
 *
 * Returns: (transfer none) (nullable): the text under @key, or %NULL if there is none
 */
const char         *scumble_safetensors_metadata (const ScumbleSafetensors *file,
                                                  const char *key);

/**
 * scumble_safetensors_shape:
 * @name: tensor name, such as "encoder.conv1_1.weight"
 * @n_dims: how many dimensions it must have, at most 4
 * @shape: (out caller-allocates): receives them
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MODEL if there is no such tensor, or one of another
 *   number of dimensions
 */
gboolean            scumble_safetensors_shape    (const ScumbleSafetensors *file,
                                                  const char *name, guint n_dims,
                                                  int *shape, GError **error);

/**
 * scumble_safetensors_floats:
 * @name: tensor name
 * @n: how many values it must have
 *
 * Returns: (transfer full) (nullable): the values as float32, outermost dimension first,
 *   to be freed with g_free(); %NULL with %SCUMBLE_ERROR_MODEL if there is no such tensor,
 *   or one of another size
 */
float              *scumble_safetensors_floats   (const ScumbleSafetensors *file,
                                                  const char *name, gsize n,
                                                  GError **error);

/**
 * scumble_safetensors_digest:
 *
 * Returns: a number that hardly any file with other data has (64-bit FNV-1a, word by word).
 *   It tells files apart; it proves nothing
 */
guint64             scumble_safetensors_digest   (const ScumbleSafetensors *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleSafetensors, scumble_safetensors_free)

G_END_DECLS
