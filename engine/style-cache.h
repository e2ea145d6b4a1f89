/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/* Adapted styles on disk, so that the wait for one is paid once.  They are files of
 * scumble_style_save() in a folder of the host's choice, KEY.safetensors each, and nothing
 * else there is touched.  Several processes may share a folder. */

/**
 * ScumbleStyleOrigin:
 * @model: (transfer none): the model
 * @painting: (transfer none): the style picture
 * @styling: (transfer none) (nullable): how it was looked at
 * @updates: how often the style was improved
 * @all: whether everything learned
 * @content: (transfer none) (nullable): the picture that it learned on; %NULL if that is not
 *   to matter, and one adaptation serves all contents
 * @photographs: (transfer none) (nullable): any text that tells the pictures that it learned on
 *   from others, where these are not the content
 *
 * Everything that an adapted style depends on.
 */
typedef struct
{
  ScumbleModel         *model;
  ScumbleSource        *painting;
  const ScumbleStyling *styling;
  int                   updates;
  gboolean              all;
  ScumbleSource        *content;
  const char           *photographs;
} ScumbleStyleOrigin;

/**
 * scumble_style_cache_key:
 *
 * A hash of the model's networks, of the pictures as they are seen, to 8 bits a channel and
 * whatever the colours of invisible pixels, and of the numbers.
 *
 * Returns: (transfer full) (nullable): 64 hexadecimal digits; %NULL with an error on cancel,
 *   or if a picture fails to read
 */
char         *scumble_style_cache_key    (const ScumbleStyleOrigin *origin,
                                          const ScumbleJob *job, GError **error);

/**
 * scumble_style_cache_lookup:
 * @folder: need not exist
 *
 * Returns: (transfer full) (nullable): the style, or %NULL if there is none. A file that
 *   is damaged counts as none, and is removed
 */
ScumbleStyle *scumble_style_cache_lookup (const char *folder, const char *key,
                                          ScumbleModel *model);

/**
 * scumble_style_cache_store:
 * @folder: is made if need be
 * @title: what the user calls the painting
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if it cannot be written
 */
gboolean      scumble_style_cache_store  (const char *folder, const char *key,
                                          const ScumbleStyle *style, const char *title,
                                          GError **error);

/**
 * ScumbleCachedStyle:
 * @key: of it
 * @title: what the user calls the painting
 * @time: when it was stored, in seconds since 1970
 * @size: bytes on disk
 */
typedef struct
{
  char  *key;
  char  *title;
  gint64 time;
  gsize  size;
} ScumbleCachedStyle;

/**
 * scumble_style_cache_list:
 * @folder: need not exist
 *
 * Returns: (transfer full) (element-type ScumbleCachedStyle): all styles, the latest first;
 *   damaged files are removed
 */
GPtrArray    *scumble_style_cache_list   (const char *folder);

/**
 * scumble_style_cache_delete:
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if the file cannot be removed; one that is not
 *   there is no error
 */
gboolean      scumble_style_cache_delete (const char *folder, const char *key,
                                          GError **error);

G_END_DECLS
