/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strokes.h"

#include <string.h>

/* Of the arena's budget: what strokes may take, and what they must leave. */
enum { SHARE = 16, REST = 2 };

struct _ScumbleStrokes
{
  ScumbleArena *arena;
  ScumbleRect   frame;
  float        *rgb;   /* (nullable): [frame.h, frame.w, 3] */
  guint8       *there; /* in the same block: [frame.h, frame.w] whether a pixel is */
  gsize         bytes;
};

ScumbleStrokes *
scumble_strokes_new (ScumbleArena *arena)
{
  ScumbleStrokes *self = g_new0 (ScumbleStrokes, 1);

  self->arena = arena;

  return self;
}

void
scumble_strokes_clear (ScumbleStrokes *self)
{
  scumble_arena_block_free (self->arena, self->rgb, self->bytes);
  self->rgb = NULL;
}

void
scumble_strokes_free (ScumbleStrokes *self)
{
  if (self == NULL)
    return;

  scumble_strokes_clear (self);
  g_free (self);
}

void
scumble_strokes_frame (ScumbleStrokes *self, const ScumbleRect *frame)
{
  const gsize n      = (gsize) frame->w * (gsize) frame->h;
  const gsize bytes  = n * (3 * sizeof *self->rgb + sizeof *self->there);
  const gsize budget = scumble_arena_budget (self->arena);

  if (self->rgb != NULL && scumble_rect_contains (self->frame, *frame))
    return;

  scumble_strokes_clear (self);
  if (bytes > budget / SHARE || scumble_arena_room (self->arena) < bytes + budget / REST)
    return;

  self->rgb = scumble_arena_block_new (self->arena, bytes, NULL);
  if (self->rgb == NULL)
    return;

  self->there = (guint8 *) (self->rgb + 3 * n);
  self->frame = *frame;
  self->bytes = bytes;
}

/* Where the pixel at (@x, @y) of the content lies. */
static gsize
place_of (const ScumbleStrokes *self, int x, int y)
{
  return (gsize) (y - self->frame.y) * (gsize) self->frame.w + (gsize) (x - self->frame.x);
}

void
scumble_strokes_keep (ScumbleStrokes *self, const ScumbleRect *rect, const float *rgb)
{
  const ScumbleRect part = scumble_rect_intersect (*rect, self->frame);

  for (int y = part.y; self->rgb != NULL && y < part.y + part.h && part.w > 0; y++)
    {
      const gsize at   = place_of (self, part.x, y);
      const gsize from = (gsize) (y - rect->y) * (gsize) rect->w + (gsize) (part.x - rect->x);

      memcpy (self->rgb + 3 * at, rgb + 3 * from, 3 * sizeof *rgb * (gsize) part.w);
      memset (self->there + at, TRUE, (gsize) part.w);
    }
}

gboolean
scumble_strokes_have (const ScumbleStrokes *self, const ScumbleRect *rect)
{
  if (self->rgb == NULL || !scumble_rect_contains (self->frame, *rect))
    return FALSE;

  for (int y = rect->y; y < rect->y + rect->h; y++)
    if (memchr (self->there + place_of (self, rect->x, y), FALSE, (gsize) rect->w) != NULL)
      return FALSE;

  return TRUE;
}

gboolean
scumble_strokes_read (const ScumbleStrokes *self, const ScumbleRect *rect, float *rgb)
{
  const gsize line = 3 * (gsize) rect->w;

  if (!scumble_strokes_have (self, rect))
    return FALSE;

  for (int i = 0; i < rect->h; i++)
    memcpy (rgb + (gsize) i * line, self->rgb + 3 * place_of (self, rect->x, rect->y + i),
            line * sizeof *rgb);

  return TRUE;
}
