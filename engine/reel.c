/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reel.h"
#include "picture.h"

#include <string.h>

/* Pixels around each frame: as far as a method looks, but for statistics, or nearly. */
enum { MARGIN = 64 };

/* Pixels of the coarsest cell of any method: where the same thing lies at the same place of the
 * canvas, it must lie at the same place of a cell. */
enum { ALIGN = 16 };

/* What surrounds a frame must have some weight, or its colours would not be looked at. */
#define FAINT (1.0f / 65536.0f)

/* Rows that are read at once. */
enum { ROWS = 64 };

typedef struct
{
  ScumbleSink  sink;
  ScumbleReel *reel;
} ReelSink;

struct _ScumbleReel
{
  ScumbleSource     source;
  ReelSink          sink;
  ScumbleReelFrame *frames;
  ScumbleRect      *places; /* of the frames */
  int              *ends;   /* where what belongs to a frame ends, in rows */
  guint             n;
};

typedef struct
{
  ScumbleMask         mask;
  const ScumbleReel  *reel;
  ScumbleMask       **masks;
} ReelMask;

/* Reads a rectangle of a frame: [rect.h, rect.w, channels] */
typedef gboolean (*ReadFrame) (const ScumbleReel *self, gconstpointer from, guint frame,
                               const ScumbleRect *rect, float *values, GError **error);

static void
lay_out (ScumbleReel *self)
{
  int y = 0;

  for (guint i = 0; i < self->n; i++)
    {
      const ScumbleReelFrame *frame = &self->frames[i];
      ScumbleRect            *place = &self->places[i];

      *place = (ScumbleRect) { MARGIN + scumble_wrap (frame->x, ALIGN), y + MARGIN, frame->source->width,
                               frame->source->height };
      place->y += scumble_wrap (frame->y - place->y, ALIGN);
      y = self->ends[i] = place->y + place->h + MARGIN;
      self->source.width = MAX (self->source.width, place->x + place->w + MARGIN);
    }
  self->source.height = y;
}

/* The frame that row @y belongs to, @from or one after it; the last has all rows beyond, too. */
static guint
frame_at (const ScumbleReel *self, int y, guint from)
{
  while (from < self->n - 1 && y >= self->ends[from])
    from++;

  return from;
}

/* Rows @rect of what belongs to one frame: the frame, mirrored beyond its sides. */
static gboolean
read_rows (const ScumbleReel *self, ReadFrame read, gconstpointer from, guint frame,
           const ScumbleRect *rect, int channels, float *values, GError **error)
{
  const ScumbleRect *place = &self->places[frame];
  const gsize        c     = (gsize) channels;
  g_autofree float  *there = NULL;
  ScumbleRect        span;

  scumble_picture_mirror_span (rect->x - place->x, rect->w, place->w, &span.x, &span.w);
  scumble_picture_mirror_span (rect->y - place->y, rect->h, place->h, &span.y, &span.h);
  there = g_new (float, c * (gsize) span.w * (gsize) span.h);
  if (!read (self, from, frame, &span, there, error))
    return FALSE;

  for (int i = 0; i < rect->h; i++)
    {
      const int    y    = scumble_picture_mirror (rect->y - place->y + i, place->h) - span.y;
      const float *line = there + c * (gsize) y * (gsize) span.w;

      for (int j = 0; j < rect->w; j++, values += channels)
        memcpy (values,
                line + c * (gsize) (scumble_picture_mirror (rect->x - place->x + j, place->w) -
                                    span.x),
                c * sizeof *values);
    }

  return TRUE;
}

static gboolean
read_reel (const ScumbleReel *self, ReadFrame read, gconstpointer from, const ScumbleRect *rect,
           int channels, float *values, GError **error)
{
  guint frame = 0;

  for (int y = rect->y, h; y < rect->y + rect->h; y += h)
    {
      ScumbleRect rows = { rect->x, y, rect->w, 0 };

      frame = frame_at (self, y, frame);
      h = rows.h = MIN (MIN (self->ends[frame], rect->y + rect->h) - y, ROWS);
      if (!read_rows (self, read, from, frame, &rows, channels,
                      values + (gsize) channels * (gsize) (y - rect->y) * (gsize) rect->w,
                      error))
        return FALSE;
    }

  return TRUE;
}

/* The ground is the canvas: what stays where it is has the same grain in every frame. */
static void
reel_ground (ScumbleSource *source, int y, ScumbleGround *ground)
{
  const ScumbleReel *self  = (const ScumbleReel *) source;
  const guint        frame = frame_at (self, y, 0);

  ground->x = self->frames[frame].x - self->places[frame].x;
  ground->y = self->frames[frame].y - self->places[frame].y;
}

static gboolean
read_pixels (const ScumbleReel *self, gconstpointer from, guint frame, const ScumbleRect *rect,
             float *rgba, GError **error)
{
  ScumbleSource *source = self->frames[frame].source;
  const gsize    n      = (gsize) rect->w * (gsize) rect->h;

  if (!source->read (source, rect, rgba, error))
    return FALSE;
  for (gsize i = 0; i < n && !source->has_alpha; i++)
    rgba[4 * i + 3] = 1.0f;

  return TRUE;
}

/* Fades what is not on a frame. */
static void
weigh_alpha (const ScumbleReel *self, const ScumbleRect *rect, float *rgba)
{
  guint frame = 0;

  for (int y = rect->y; y < rect->y + rect->h; y++)
    {
      frame = frame_at (self, y, frame);
      for (int x = rect->x; x < rect->x + rect->w; x++, rgba += 4)
        if (!scumble_rect_contains (self->places[frame], (ScumbleRect) { x, y, 1, 1 }))
          rgba[3] *= FAINT;
    }
}

static gboolean
reel_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  const ScumbleReel *self = (const ScumbleReel *) source;

  if (!read_reel (self, read_pixels, NULL, rect, 4, rgba, error))
    return FALSE;

  weigh_alpha (self, rect, rgba);
  for (guint i = 0; i < self->n; i++)
    source->beyond = source->beyond || self->frames[i].source->beyond;

  return TRUE;
}

/* Passes on what falls on one frame. */
static gboolean
write_frame (const ScumbleReel *self, guint frame, const ScumbleRect *rect, const float *rgb,
             GError **error)
{
  const ScumbleRect *place = &self->places[frame];
  ScumbleSink       *sink  = self->frames[frame].sink;
  const ScumbleRect  on    = scumble_rect_intersect (*place, *rect);
  const ScumbleRect  to    = { on.x - place->x, on.y - place->y, on.w, on.h };
  g_autofree float  *part  = NULL;

  if (sink == NULL || on.w < 1 || on.h < 1)
    return TRUE;

  part = g_new (float, 3 * (gsize) on.w * (gsize) on.h);
  for (int i = 0; i < on.h; i++)
    memcpy (part + 3 * (gsize) i * (gsize) on.w,
            rgb + 3 * ((gsize) (on.y - rect->y + i) * (gsize) rect->w +
                       (gsize) (on.x - rect->x)),
            3 * (gsize) on.w * sizeof *rgb);

  return sink->write (sink, &to, part, error);
}

static gboolean
reel_write (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  const ScumbleReel *self = ((ReelSink *) sink)->reel;

  for (guint i = 0; i < self->n; i++)
    if (!write_frame (self, i, rect, rgb, error))
      return FALSE;

  return TRUE;
}

ScumbleReel *
scumble_reel_new (const ScumbleReelFrame *frames, guint n)
{
  ScumbleReel *self = g_new0 (ScumbleReel, 1);

  self->n      = n;
  self->frames = g_memdup2 (frames, n * sizeof *frames);
  self->places = g_new (ScumbleRect, n);
  self->ends   = g_new (int, n);
  self->source = (ScumbleSource) { .has_alpha = TRUE, .read = reel_read, .ground = reel_ground };
  self->sink   = (ReelSink) { { reel_write }, self };
  lay_out (self);

  return self;
}

void
scumble_reel_free (ScumbleReel *self)
{
  if (self == NULL)
    return;

  g_free (self->frames);
  g_free (self->places);
  g_free (self->ends);
  g_free (self);
}

ScumbleSource *
scumble_reel_source (ScumbleReel *self)
{
  return &self->source;
}

ScumbleSink *
scumble_reel_sink (ScumbleReel *self)
{
  return &self->sink.sink;
}

ScumbleRect
scumble_reel_place (const ScumbleReel *self, guint frame)
{
  return self->places[frame];
}

static gboolean
read_weights (const ScumbleReel *self, gconstpointer from, guint frame, const ScumbleRect *rect,
              float *weights, GError **error)
{
  ScumbleMask *mask = ((const ReelMask *) from)->masks[frame];

  return mask->read (mask, rect, weights, error);
}

static gboolean
mask_read (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  const ReelMask *self = (const ReelMask *) mask;

  return read_reel (self->reel, read_weights, self, rect, 1, weights, error);
}

ScumbleMask *
scumble_reel_mask_new (const ScumbleReel *reel, ScumbleMask *const *masks)
{
  ReelMask *self = g_new (ReelMask, 1);

  *self = (ReelMask) { { reel->source.width, reel->source.height, mask_read }, reel,
                       g_memdup2 (masks, reel->n * sizeof *masks) };

  return &self->mask;
}

void
scumble_reel_mask_free (ScumbleMask *mask)
{
  ReelMask *self = (ReelMask *) mask;

  if (self == NULL)
    return;

  g_free (self->masks);
  g_free (self);
}
