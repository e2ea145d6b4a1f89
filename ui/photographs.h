/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A folder's pictures, to learn styles on. */
#pragma once

#include "job.h"
#include "source.h"

G_BEGIN_DECLS

/**
 * scumble_photographs_open:
 * @folder: path of a folder; those inside it do not count
 *
 * Reads pictures of at least 256 pixels a side, at most two dozen from all over the folder, each
 * shrunk to a megapixel. Neither their colour profiles nor which side is up matter to learning.
 *
 * Returns: (transfer full) (element-type ScumblePixbufSource) (nullable): the pictures, one at
 *   least, always the same of the same folder; %NULL with %SCUMBLE_ERROR_PICTURE if there is
 *   none or the folder cannot be read, or on cancel
 */
GPtrArray *scumble_photographs_open     (const char *folder, const ScumbleJob *job,
                                         GError **error);

/**
 * scumble_photographs_largest:
 *
 * Returns: the size of a picture that takes as much memory to learn from as any of those; it
 *   cannot be read
 */
ScumbleSource scumble_photographs_largest (void);

/**
 * scumble_photographs_memory:
 *
 * Returns: bytes that the open pictures take at most, beside the memory to learn from them
 */
gsize      scumble_photographs_memory   (void);

/**
 * scumble_photographs_identity:
 *
 * Returns: (transfer full) (nullable): a text that is another one when
 *   scumble_photographs_open() would read other pictures: names, sizes and times of files;
 *   %NULL if the folder cannot be read
 */
char      *scumble_photographs_identity (const char *folder);

G_END_DECLS
