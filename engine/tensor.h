/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ScumbleRect:
 * @x: left edge, in cells of the plane it lies on
 * @y: top edge
 * @w: width; 0 or less is empty
 * @h: height
 *
 * A rectangle on the picture, or on a feature plane of the picture.
 */
typedef struct
{
  int x;
  int y;
  int w;
  int h;
} ScumbleRect;

/**
 * ScumbleTensor:
 * @data: (transfer none): the first channel of the top left cell
 * @h: height in cells
 * @w: width in cells
 * @c: channels; a cell's channels lie side by side
 * @stride: floats from one row to the next, at least @w * @c
 *
 * A view of float32 values, [h, w, c]. Channels are innermost, so that every kernel
 * works on vectors of channels and a row of an interleaved picture is already a tensor.
 */
typedef struct
{
  float *data;
  int    h;
  int    w;
  int    c;
  gsize  stride;
} ScumbleTensor;

/* A position on a line that repeats after @n cells, brought into 0 .. @n - 1. */
static inline int
scumble_wrap (int i, int n)
{
  return ((i % n) + n) % n;
}

static inline ScumbleRect
scumble_rect_intersect (ScumbleRect a, ScumbleRect b)
{
  const int x0 = MAX (a.x, b.x);
  const int y0 = MAX (a.y, b.y);
  const int x1 = MIN (a.x + a.w, b.x + b.w);
  const int y1 = MIN (a.y + a.h, b.y + b.h);

  return (ScumbleRect) { x0, y0, x1 - x0, y1 - y0 };
}

static inline ScumbleRect
scumble_rect_grow (ScumbleRect r, int n)
{
  return (ScumbleRect) { r.x - n, r.y - n, r.w + 2 * n, r.h + 2 * n };
}

/* What lies under a rectangle on the plane of half the size: all cells that it touches. */
static inline ScumbleRect
scumble_rect_halved (ScumbleRect r)
{
  const int x0 = r.x / 2, x1 = (r.x + r.w + 1) / 2;
  const int y0 = r.y / 2, y1 = (r.y + r.h + 1) / 2;

  return (ScumbleRect) { x0, y0, x1 - x0, y1 - y0 };
}

static inline gboolean
scumble_rect_contains (ScumbleRect outer, ScumbleRect inner)
{
  return inner.x >= outer.x && inner.x - outer.x <= outer.w - inner.w &&
         inner.y >= outer.y && inner.y - outer.y <= outer.h - inner.h;
}

static inline float *
scumble_tensor_at (const ScumbleTensor *tensor, int y, int x)
{
  return tensor->data + (gssize) y * (gssize) tensor->stride +
         (gssize) x * tensor->c;
}

/**
 * scumble_useful_threads:
 * @work: multiply-adds to do; a number that is only fetched and stored counts as 16
 * @threads: how many there may be
 *
 * Waiting for another thread takes a few microseconds, but where the machine is busy with
 * something else as long as that pleases to run: little work is better done alone. More than
 * two threads need no more of it together: what is left alone on one of many cores keeps all
 * the others waiting. Nothing in between one and all, because OpenMP ends threads that a region
 * leaves out.
 *
 * Returns: @threads if there is enough to do for several, or else 1
 */
static inline int
scumble_useful_threads (double work, int threads)
{
  return work < (double) (1 << 21) * MIN (threads, 2) ? 1 : threads;
}

/* The same for something that is done with every number of @tensor. */
static inline int
scumble_tensor_threads (const ScumbleTensor *tensor, int threads)
{
  return scumble_useful_threads (16.0 * tensor->h * tensor->w * tensor->c, threads);
}

/* The part of @tensor that starts at cell (@y, @x); shares its memory. */
static inline ScumbleTensor
scumble_tensor_view (const ScumbleTensor *tensor, int y, int x, int h, int w)
{
  return (ScumbleTensor) { scumble_tensor_at (tensor, y, x), h, w, tensor->c,
                           tensor->stride };
}

G_END_DECLS
