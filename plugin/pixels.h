/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "colours.h"
#include "engine.h"

G_BEGIN_DECLS

/**
 * ScumbleDrawableSource:
 *
 * A part of a GIMP drawable as a picture for the engine, whatever the drawable's
 * precision and the image's colour profile.
 */
typedef struct
{
  ScumbleSource   source;
  GeglBuffer     *buffer;
  GeglBuffer     *selection; /* (nullable): what alpha is multiplied with */
  GeglRectangle   area;
  ScumbleEncoding encoding;  /* of @buffer's pixels */
  ScumbleColours  colours;   /* of what they say */
} ScumbleDrawableSource;

/**
 * ScumbleDrawableSink:
 *
 * Where the engine's pixels become pixels of the precision, colour profile and alpha of
 * a #ScumbleDrawableSource. They stay in a buffer of this process.
 */
typedef struct
{
  ScumbleSink            sink;
  ScumbleDrawableSource *original;
  GeglBuffer            *buffer; /* extent 0, 0, width, height */
} ScumbleDrawableSink;

/**
 * scumble_drawable_source_new:
 * @drawable: ID of a layer
 * @area: part of it to read, inside the drawable
 * @keep: whether to copy the pixels into this process, so that other threads than the
 *   main one may read them, and no change of the drawable matters any more
 *
 * Returns: (transfer full) (nullable): a picture; %NULL with %SCUMBLE_ERROR_PICTURE if
 *   the pixels cannot be had
 */
ScumbleDrawableSource *scumble_drawable_source_new  (gint32                 drawable,
                                                     const GeglRectangle   *area,
                                                     gboolean               keep,
                                                     GError               **error);
void                   scumble_drawable_source_free (ScumbleDrawableSource *self);

/**
 * scumble_drawable_source_new_selected:
 * @drawable: ID of a layer
 *
 * Returns: (transfer full) (nullable): a copy of what is selected of @drawable, softly, as
 *   a picture that is transparent elsewhere; %NULL with %SCUMBLE_ERROR_PICTURE if that is
 *   nothing, or the pixels cannot be had
 */
ScumbleDrawableSource *scumble_drawable_source_new_selected (gint32   drawable,
                                                             GError **error);

/**
 * scumble_drawable_sink_new:
 * @original: (transfer none): gives size, format and alpha of the pixels; must outlive
 *   the sink
 *
 * Returns: (transfer full) (nullable): a sink, to which any thread may write; %NULL with
 *   %SCUMBLE_ERROR_PICTURE if the image's colour profile works in one direction only
 */
ScumbleDrawableSink   *scumble_drawable_sink_new    (ScumbleDrawableSource *original,
                                                     GError               **error);
void                   scumble_drawable_sink_free   (ScumbleDrawableSink *self);

/**
 * scumble_drawable_fill:
 * @drawable: ID of a layer or mask
 * @area: (nullable): the part of @pixels to take, as large as the drawable; %NULL for all
 */
void scumble_drawable_fill  (gint32 drawable, GeglBuffer *pixels, const GeglRectangle *area);

/**
 * scumble_layer_add_mask:
 * @layer: ID of a layer or group without a mask
 * @pixels: of the mask, as large as the layer
 */
void scumble_layer_add_mask (gint32 layer, GeglBuffer *pixels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleDrawableSource, scumble_drawable_source_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleDrawableSink, scumble_drawable_sink_free)

G_END_DECLS
