/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seam.h"
#include "underpainting.h"

/* How far any method's result looks around, in pixels, and a brush's underpainting in its own
 * pixels; beyond, it makes no difference that can be seen. MODEL.md has the numbers. */
enum { REACH = 128, REACH_UNDER = 64 };

/* Along a seam where cells do not fit. */
enum { FADE = 32 };

/* What surrounds the picture must have some weight, or its colours would not be looked at. */
#define FAINT (1.0f / 65536.0f)

/* A reader of rows of pixels of @channels numbers. */
typedef struct
{
  gpointer from;
  int      w;
  int      h;
  int      channels;
  gboolean (*read) (gpointer from, const ScumbleRect *rect, float *values, GError **error);
} Reader;

/* Rows @rect.y and those that follow of one copy, as wide as @rect: what lies within a copy is
 * read at once, otherwise row by row and copy by copy, each to its place. */
static gboolean
read_rows (const Reader *reader, const ScumbleRect *rect, float *values, GError **error)
{
  const int x = scumble_wrap (rect->x, reader->w);

  if (x + rect->w <= reader->w)
    {
      const ScumbleRect at = { x, scumble_wrap (rect->y, reader->h), rect->w, rect->h };

      return reader->read (reader->from, &at, values, error);
    }

  for (int i = 0; i < rect->h; i++)
    for (int j = 0, w; j < rect->w; j += w)
      {
        const int         first = scumble_wrap (rect->x + j, reader->w);
        const ScumbleRect at    = { first, scumble_wrap (rect->y + i, reader->h),
                                    MIN (reader->w - first, rect->w - j), 1 };

        w = at.w;
        if (!reader->read (reader->from, &at,
                           values + ((gsize) i * (gsize) rect->w + (gsize) j) *
                             (gsize) reader->channels, error))
          return FALSE;
      }

  return TRUE;
}

/* @rect: anywhere */
static gboolean
read_repeated (const Reader *reader, const ScumbleRect *rect, float *values, GError **error)
{
  for (int i = 0, h; i < rect->h; i += h)
    {
      const int         y    = rect->y + i;
      const ScumbleRect rows = { rect->x, y, rect->w,
                                 MIN (reader->h - scumble_wrap (y, reader->h), rect->h - i) };

      h = rows.h;
      if (!read_rows (reader, &rows,
                      values + (gsize) i * (gsize) rect->w * (gsize) reader->channels, error))
        return FALSE;
    }

  return TRUE;
}

static ScumbleRect
moved (const ScumbleRect *rect, int by)
{
  return (ScumbleRect) { rect->x + by, rect->y + by, rect->w, rect->h };
}

static gboolean
read_source (gpointer from, const ScumbleRect *rect, float *rgba, GError **error)
{
  ScumbleSource *source = from;

  return source->read (source, rect, rgba, error);
}

/* Alpha as it counts: nothing in the margin but a trace. */
static void
weigh_alpha (const ScumbleRepeat *self, const ScumbleRect *rect, float *rgba)
{
  const ScumbleSource *from = self->from;

  for (int i = 0; i < rect->h; i++)
    for (int j = 0; j < rect->w; j++, rgba += 4)
      {
        if (!from->has_alpha)
          rgba[3] = 1.0f;
        if (rect->x + j < 0 || rect->x + j >= from->width || rect->y + i < 0 ||
            rect->y + i >= from->height)
          rgba[3] *= self->faint;
      }
}

static gboolean
repeat_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  const ScumbleRepeat *self   = (const ScumbleRepeat *) source;
  const ScumbleRect    place  = moved (rect, -self->margin);
  const Reader         reader = { self->from, self->from->width, self->from->height, 4,
                                  read_source };

  if (!read_repeated (&reader, &place, rgba, error))
    return FALSE;
  if (self->faint != 1.0f)
    weigh_alpha (self, &place, rgba);

  return TRUE;
}

/* The ground repeats with the picture. */
static void
repeat_ground (ScumbleSource *source, int y, ScumbleGround *ground)
{
  const ScumbleRepeat *self = (const ScumbleRepeat *) source;

  *ground = (ScumbleGround) { -self->margin, -self->margin, self->from->width,
                              self->from->height };
}

static void
repeat_init (ScumbleRepeat *self, ScumbleSource *from, int margin, float faint)
{
  *self = (ScumbleRepeat) {
    .source = { .width     = from->width + 2 * margin,
                .height    = from->height + 2 * margin,
                .has_alpha = from->has_alpha || faint != 1.0f,
                .read      = repeat_read,
                .ground    = repeat_ground },
    .from   = from,
    .margin = margin,
    .faint  = faint,
  };
}

static int
fade_of (int side, gboolean brushed)
{
  return side % SCUMBLE_SEAM_ALIGN == 0 && !brushed ? 0 : MIN (FADE, side);
}

void
scumble_seam_init (ScumbleSeam *seam, ScumbleSource *content, const ScumbleLook *look)
{
  const gboolean brushed = scumble_underpainting_helps (content, look->brush);
  const double   reach   = REACH + (brushed ? REACH_UNDER * look->brush : 0.0) + FADE;

  *seam = (ScumbleSeam) {
    .content = content,
    .margin  = ((int) reach + SCUMBLE_SEAM_ALIGN - 1) / SCUMBLE_SEAM_ALIGN * SCUMBLE_SEAM_ALIGN,
    .fade_x  = fade_of (content->width, brushed),
    .fade_y  = fade_of (content->height, brushed),
  };
  repeat_init (&seam->around, content, seam->margin, 1.0f);
  repeat_init (&seam->surveyed, content, seam->margin, FAINT);
}

typedef struct
{
  ScumbleMask  mask;
  ScumbleMask *from;
  int          margin;
} RepeatedMask;

static gboolean
read_mask (gpointer from, const ScumbleRect *rect, float *weights, GError **error)
{
  ScumbleMask *mask = from;

  return mask->read (mask, rect, weights, error);
}

static gboolean
repeated_mask_read (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  const RepeatedMask *self   = (const RepeatedMask *) mask;
  const ScumbleRect   place  = moved (rect, -self->margin);
  const Reader        reader = { self->from, self->from->width, self->from->height, 1,
                                 read_mask };

  return read_repeated (&reader, &place, weights, error);
}

/* @mask: (nullable) */
static ScumbleMask *
repeat_mask (RepeatedMask *self, const ScumbleSeam *seam, ScumbleMask *mask)
{
  if (mask == NULL)
    return NULL;

  *self = (RepeatedMask) { { seam->around.source.width, seam->around.source.height,
                             repeated_mask_read }, mask, seam->margin };
  return &self->mask;
}

void
scumble_seam_look_init (ScumbleSeamLook *self, const ScumbleSeam *seam, const ScumbleLook *look)
{
  RepeatedMask *masks = g_new (RepeatedMask, look->n_zones + 1);

  *self = (ScumbleSeamLook) { *look, g_memdup2 (look->zones, look->n_zones * sizeof *look->zones),
                              masks };
  self->look.zones        = self->zones;
  self->look.strength_map = repeat_mask (&masks[look->n_zones], seam, look->strength_map);
  for (guint z = 0; z < look->n_zones; z++)
    self->zones[z].mask = repeat_mask (&masks[z], seam, look->zones[z].mask);
}

void
scumble_seam_look_clear (ScumbleSeamLook *self)
{
  g_clear_pointer (&self->zones, g_free);
  g_clear_pointer (&self->masks, g_free);
}

/* The pixels of @rect that a part lies on. */
static ScumbleRect
covered (const ScumbleSeam *seam, const ScumbleRect *rect, int part)
{
  const int         w     = seam->content->width, h = seam->content->height;
  const ScumbleRect right = { w - seam->fade_x, rect->y, seam->fade_x, rect->h };
  ScumbleRect       found = *rect;

  if (part & 1)
    found = scumble_rect_intersect (found, right);
  if (part & 2)
    found = scumble_rect_intersect (found, (ScumbleRect) { rect->x, h - seam->fade_y, rect->w,
                                                           seam->fade_y });

  return found;
}

ScumbleRect
scumble_seam_part (const ScumbleSeam *seam, const ScumbleRect *rect, int part)
{
  ScumbleRect found = covered (seam, rect, part);

  found.x += seam->margin - (part & 1 ? seam->content->width : 0);
  found.y += seam->margin - (part & 2 ? seam->content->height : 0);

  return found;
}

/* How much of what lies beyond the seam shows at pixel @i of a side of @n. */
static float
beyond (int i, int n, int fade)
{
  return i < n - fade ? 0.0f : ((float) (i - (n - fade)) + 0.5f) / (float) fade;
}

void
scumble_seam_fade (const ScumbleSeam *seam, const ScumbleRect *rect, int part,
                   const float *painted, float *rgb)
{
  const ScumbleRect on = covered (seam, rect, part);

  for (int y = on.y; y < on.y + on.h; y++)
    {
      const float down = beyond (y, seam->content->height, seam->fade_y);
      float      *to   = rgb + 3 * ((gsize) (y - rect->y) * (gsize) rect->w +
                                    (gsize) (on.x - rect->x));

      for (int x = on.x; x < on.x + on.w; x++)
        {
          const float across = beyond (x, seam->content->width, seam->fade_x);
          const float weight = (part & 1 ? across : 1.0f - across) *
                               (part & 2 ? down : 1.0f - down);

          for (int k = 0; k < 3; k++, to++, painted++)
            *to = weight * *painted + (part == 0 ? 0.0f : *to);
        }
    }
}
