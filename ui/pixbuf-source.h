/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "source.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

/**
 * ScumblePixbufSource:
 * @source: what the engine reads
 * @pixbuf: (transfer full): the pixels, 8 bits a channel, as they are in the file
 * @profile: (transfer full) (nullable): the ICC colour profile that the file has for them
 *
 * A picture file, read through gdk-pixbuf.
 */
typedef struct
{
  ScumbleSource source;
  GdkPixbuf    *pixbuf;
  GBytes       *profile;
} ScumblePixbufSource;

/**
 * scumble_pixbuf_source_new:
 * @path: of a file in any format that gdk-pixbuf knows; turned as its EXIF data says
 *
 * Returns: (transfer full) (nullable): the picture; %NULL with %SCUMBLE_ERROR_PICTURE
 */
ScumblePixbufSource *scumble_pixbuf_source_new    (const char *path, GError **error);

/**
 * scumble_pixbuf_source_new_at:
 * @w: pixels, before it is turned
 * @h: pixels, likewise
 *
 * The same, scaled to a size: it takes less time and memory to make a large file small while
 * it is read.
 */
ScumblePixbufSource *scumble_pixbuf_source_new_at (const char *path, int w, int h,
                                                   GError **error);
void                 scumble_pixbuf_source_free   (ScumblePixbufSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumblePixbufSource, scumble_pixbuf_source_free)

G_END_DECLS
