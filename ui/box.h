/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "source.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ScumbleBox:
 * @from: the part of a picture that is shrunk
 * @w: width of the small picture, 1..@from.w
 * @h: height of the small picture, 1..@from.h
 * @channels: floats per pixel
 * @sum: [h, w, channels], weighted sums so far
 *
 * Shrinks a picture by the exact average over each small pixel's footprint. Pixels come
 * in any order, once each; at equal sizes they stay as they are.
 */
typedef struct
{
  ScumbleRect from;
  int         w;
  int         h;
  int         channels;
  float      *sum;
} ScumbleBox;

void     scumble_box_init  (ScumbleBox *box, const ScumbleRect *from, int w, int h,
                            int channels);
void     scumble_box_clear (ScumbleBox *box);

/**
 * scumble_box_add:
 * @rect: a part of the box's rectangle
 * @pixels: [rect.h, rect.w, channels]
 */
void     scumble_box_add   (ScumbleBox *box, const ScumbleRect *rect,
                            const float *pixels);

/**
 * ScumbleBoxSink:
 *
 * Shrinks what an engine call writes: the average of the rendered pixels.
 */
typedef struct
{
  ScumbleSink sink;
  ScumbleBox  box;
} ScumbleBoxSink;

void     scumble_box_sink_init (ScumbleBoxSink *self, const ScumbleRect *from, int w,
                                int h);

/**
 * scumble_box_read:
 * @source: read in strips, on the calling thread
 * @from: the part to read
 * @rgba: (out caller-allocates): [h, w, 4], not premultiplied. Colours are averaged by
 *   their alpha, so transparent pixels leave no fringes
 *
 * Returns: %FALSE with @error set when the pixels cannot be had, or on cancel
 */
gboolean scumble_box_read  (ScumbleSource *source, const ScumbleRect *from, int w, int h,
                            float *rgba, GCancellable *cancellable, GError **error);

G_END_DECLS
