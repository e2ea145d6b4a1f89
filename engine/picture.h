/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "convnet.h"
#include "source.h"

G_BEGIN_DECLS

/**
 * ScumblePicture:
 * @source: (transfer none): the pixels
 * @w: width of the padded picture
 * @h: height of the padded picture
 * @fill: (nullable): [fill_h, fill_w, 3] colours for invisible pixels
 *
 * A source as the networks see it: padded to the right and below by reflection, to a
 * multiple of a network's stride and at least two such cells, so that no plane is odd and
 * every border can be reflected. A padded pixel repeats one of the picture, with its
 * alpha. Invisible pixels show the colours around them, smoothly.
 */
typedef struct
{
  ScumbleSource *source;
  int            w;
  int            h;
  float         *fill;
  int            fill_w;
  int            fill_h;
} ScumblePicture;

/**
 * scumble_picture_init:
 * @stride: pixels that one cell of the coarsest feature plane stands for
 *
 * Reads the whole source once if it can have invisible pixels.
 *
 * Returns: %FALSE with an error if @source has no visible pixel, cannot be read, or on
 *   cancel
 */
gboolean scumble_picture_init  (ScumblePicture *picture, ScumbleSource *source, int stride,
                                const ScumbleJob *job, GError **error);
void     scumble_picture_clear (ScumblePicture *picture);

/**
 * scumble_picture_padded:
 * @n: pixels along one side of a picture
 *
 * Returns: pixels along that side of the padded picture
 */
int      scumble_picture_padded (int n, int stride);

/**
 * scumble_picture_mirror:
 * @i: a position on a line of @n pixels that is continued by mirroring without repeating its
 *   ends, as often as needed
 *
 * Returns: the pixel that is found there
 */
int      scumble_picture_mirror (int i, int n);

/**
 * scumble_picture_mirror_span:
 * @start: (out): the first pixel that is found at @from .. @from + @count - 1
 * @length: (out): how many from it on include the others
 */
void     scumble_picture_mirror_span (int from, int count, int n, int *start, int *length);

/**
 * scumble_picture_read:
 * @rect: a rectangle inside the padded picture
 * @rgb: (out caller-allocates): [rect.h, rect.w, 3]
 * @alpha: (out caller-allocates) (nullable): [rect.h, rect.w]
 *
 * Takes scumble_picture_room() of scratch.
 */
gboolean scumble_picture_read  (const ScumblePicture *picture, ScumbleRect rect, float *rgb,
                                float *alpha, const ScumbleJob *job, GError **error);

/**
 * scumble_picture_room:
 *
 * Returns: the bytes of scratch that reading @w x @h pixels takes
 */
gsize    scumble_picture_room  (int w, int h);

/**
 * scumble_picture_average_alpha:
 * @alpha: [in.h, in.w] of the pixels of @in
 * @cells: a rectangle of a plane, whose pixels are inside @in
 * @stride: pixels that one cell stands for, along each side
 * @weights: (out caller-allocates): [cells.h, cells.w]: how visible every cell is, the mean
 *   of its pixels' alpha
 */
void     scumble_picture_average_alpha (const float *alpha, ScumbleRect in,
                                        ScumbleRect cells, int stride, float *weights);

G_END_DECLS
