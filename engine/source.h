/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "arena.h"

G_BEGIN_DECLS

/**
 * ScumbleGround:
 * @x: how much further to the right than in the source the same pixel lies on the ground
 * @y: how much further down
 * @period_w: pixels after which the ground repeats; 0 if it does not
 * @period_h: likewise
 */
typedef struct
{
  int x;
  int y;
  int period_w;
  int period_h;
} ScumbleGround;

/**
 * ScumbleSource:
 * @width: pixels, at least 1
 * @height: pixels, at least 1
 * @has_alpha: whether any alpha below 1 can occur; %FALSE spares a pass over the picture
 * @read: fills @rgba, [rect.h, rect.w, 4], for a rectangle inside the picture: red, green
 *   and blue sRGB-encoded and not premultiplied, then alpha in 0..1. Colours are in 0..1, or
 *   beyond where they are brighter than white or outside sRGB; below 0 sRGB's curve is mirrored,
 *   so that -x is as much less than no light as x is light. Called from the thread that
 *   called the engine, never from several at once. Returns %FALSE with @error set when the
 *   pixels cannot be had.
 * @beyond: whether @read has come upon visible colours beyond 0..1, which it is to note here:
 *   where there were none, none come back after painting, and the pass for it is spared
 * @ground: (nullable): where row @y lies on the ground that grain is drawn on (grain.h); %NULL
 *   for a picture whose upper left corner is the ground's, as hosts' are
 *
 * A picture to read, which need not fit in memory. Hosts embed it as the first member of
 * their own struct.
 *
 * Alpha is a pixel's weight in every statistic; the colour of a pixel whose alpha is zero
 * is never looked at.
 */
typedef struct _ScumbleSource ScumbleSource;

struct _ScumbleSource
{
  int        width;
  int        height;
  gboolean   has_alpha;
  gboolean (*read) (ScumbleSource *source, const ScumbleRect *rect, float *rgba,
                    GError **error);
  gboolean   beyond;
  void     (*ground) (ScumbleSource *source, int y, ScumbleGround *ground);
};

/* Where row @y of a source lies on the ground. */
static inline ScumbleGround
scumble_source_ground (ScumbleSource *source, int y)
{
  ScumbleGround ground = { 0 };

  if (source->ground != NULL)
    source->ground (source, y, &ground);

  return ground;
}

/**
 * ScumbleSink:
 * @write: takes the finished pixels of a rectangle, @rgb [rect.h, rect.w, 3], sRGB-encoded
 *   in 0..1, or beyond where the content is. Rectangles do not overlap and together cover what
 *   was asked for.
 *
 * Where finished pixels go. Embedded like #ScumbleSource.
 */
typedef struct _ScumbleSink ScumbleSink;

struct _ScumbleSink
{
  gboolean (*write) (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb,
                     GError **error);
};

/**
 * ScumbleMask:
 * @width: pixels; those of the content
 * @height: pixels
 * @read: fills @weights, [rect.h, rect.w] in 0..1, for a rectangle inside the picture.
 *   Called from the thread that called the engine. Returns %FALSE with @error set when the
 *   weights cannot be had.
 *
 * One weight for every pixel of a content: where a style goes, or how strong it is. Embedded
 * like #ScumbleSource. Values out of range count as the nearest in range, those that are no
 * number as 0.
 */
typedef struct _ScumbleMask ScumbleMask;

struct _ScumbleMask
{
  int        width;
  int        height;
  gboolean (*read) (ScumbleMask *mask, const ScumbleRect *rect, float *weights,
                    GError **error);
};

/* What a source or a mask gives, brought into 0..1. Written so that what is no number is 0: it
 * would spread over the whole picture through the statistics. */
static inline float
scumble_sane (float value)
{
  return value > 0.0f ? MIN (value, 1.0f) : 0.0f;
}

/**
 * scumble_pixel_beyond:
 * @rgba: a pixel
 *
 * Returns: whether it is visible, and beyond 0..1 by more than rounding
 */
static inline gboolean
scumble_pixel_beyond (const float *rgba)
{
  const float some   = 1.0f / 256.0f;
  gboolean    beyond = FALSE;

  for (int k = 0; k < 3; k++)
    beyond = beyond || rgba[k] < -some || rgba[k] > 1.0f + some;

  return beyond && rgba[3] > 0.0f;
}

/**
 * ScumbleMemorySource:
 * @rgba: (transfer none): [height, width, 4]
 *
 * A picture in memory.
 */
typedef struct
{
  ScumbleSource source;
  const float  *rgba;
} ScumbleMemorySource;

/**
 * ScumbleMemorySink:
 * @rgb: (transfer none): [height, width, 3], receives the pixels
 * @area: the part of the picture that @rgb stands for
 */
typedef struct
{
  ScumbleSink sink;
  float      *rgb;
  ScumbleRect area;
} ScumbleMemorySink;

/**
 * ScumbleMemoryMask:
 * @weights: (transfer none): [height, width]
 *
 * A mask in memory.
 */
typedef struct
{
  ScumbleMask  mask;
  const float *weights;
} ScumbleMemoryMask;

/**
 * scumble_memory_source_init:
 * @rgba: (transfer none): [height, width, 4]; must outlive @self. Whether any alpha is
 *   below 1, or any colour beyond 0..1, is looked up here.
 */
void scumble_memory_source_init (ScumbleMemorySource *self, int width, int height,
                                 const float *rgba);
void scumble_memory_sink_init   (ScumbleMemorySink *self, const ScumbleRect *area,
                                 float *rgb);
void scumble_memory_mask_init   (ScumbleMemoryMask *self, int width, int height,
                                 const float *weights);

G_END_DECLS
