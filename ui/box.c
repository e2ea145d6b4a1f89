/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "box.h"

#include <string.h>

enum { STRIP_PIXELS = 1 << 18 };

void
scumble_box_init (ScumbleBox *box, const ScumbleRect *from, int w, int h, int channels)
{
  g_return_if_fail (w >= 1 && w <= from->w && h >= 1 && h <= from->h);

  *box = (ScumbleBox) { *from, w, h, channels, NULL };
  box->sum = g_new0 (float, (gsize) w * (gsize) h * (gsize) channels);
}

void
scumble_box_clear (ScumbleBox *box)
{
  g_clear_pointer (&box->sum, g_free);
}

/* Where pixel @i of @from lies among @to larger ones: it begins in the one returned,
 * which covers @share of it; the rest falls into the next. */
static int
footprint (int i, int from, int to, float *share)
{
  const gint64 begin = (gint64) i * to;
  const gint64 cell  = begin / from;
  const gint64 edge  = (cell + 1) * from;

  *share = begin + to <= edge ? 1.0f : (float) (edge - begin) / (float) to;
  return (int) cell;
}

static void
add_row (ScumbleBox *box, const ScumbleRect *rect, const float *pixels, int row,
         float weight)
{
  const int c  = box->channels;
  float    *to = box->sum + (gsize) row * (gsize) box->w * (gsize) c;

  for (int x = 0; x < rect->w; x++)
    {
      float     share;
      const int column =
          footprint (rect->x - box->from.x + x, box->from.w, box->w, &share);
      float    *cell   = to + (gsize) column * (gsize) c;

      for (int k = 0; k < c; k++)
        cell[k] += weight * share * pixels[x * c + k];

      if (share < 1.0f)
        for (int k = 0; k < c; k++)
          cell[c + k] += weight * (1.0f - share) * pixels[x * c + k];
    }
}

void
scumble_box_add (ScumbleBox *box, const ScumbleRect *rect, const float *pixels)
{
  const float area = ((float) box->w / (float) box->from.w) *
                     ((float) box->h / (float) box->from.h);

  for (int y = 0; y < rect->h; y++)
    {
      float        share;
      const int row = footprint (rect->y - box->from.y + y, box->from.h, box->h, &share);
      const float *line = pixels + (gsize) y * (gsize) rect->w * (gsize) box->channels;

      add_row (box, rect, line, row, area * share);
      if (share < 1.0f)
        add_row (box, rect, line, row + 1, area * (1.0f - share));
    }
}

static gboolean
sink_write (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb,
            GError **error)
{
  scumble_box_add (&((ScumbleBoxSink *) sink)->box, rect, rgb);
  return TRUE;
}

void
scumble_box_sink_init (ScumbleBoxSink *self, const ScumbleRect *from, int w, int h)
{
  self->sink.write = sink_write;
  scumble_box_init (&self->box, from, w, h, 3);
}

static void
premultiply (float *rgba, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (int k = 0; k < 3; k++)
      rgba[4 * i + k] = rgba[4 * i + 3] > 0.0f ? rgba[4 * i + k] * rgba[4 * i + 3] : 0.0f;
}

static void
unpremultiply (float *rgba, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (int k = 0; k < 3; k++)
      rgba[4 * i + k] = rgba[4 * i + 3] > 0.0f ? rgba[4 * i + k] / rgba[4 * i + 3] : 0.0f;
}

static gboolean
add_strip (ScumbleBox *box, ScumbleSource *source, const ScumbleRect *strip,
           float *pixels, GError **error)
{
  if (!source->read (source, strip, pixels, error))
    return FALSE;

  premultiply (pixels, (gsize) strip->w * (gsize) strip->h);
  scumble_box_add (box, strip, pixels);
  return TRUE;
}

gboolean
scumble_box_read (ScumbleSource *source, const ScumbleRect *from, int w, int h,
                  float *rgba, GCancellable *cancellable, GError **error)
{
  const int         rows   = CLAMP (STRIP_PIXELS / from->w, 1, from->h);
  const gsize       n      = (gsize) w * (gsize) h;
  g_autofree float *pixels = g_new (float, (gsize) rows * (gsize) from->w * 4);
  ScumbleBox        box;
  gboolean          ok = TRUE;

  scumble_box_init (&box, from, w, h, 4);

  for (int y = 0; y < from->h && ok; y += rows)
    {
      const ScumbleRect strip = { from->x, from->y + y, from->w,
                                  MIN (rows, from->h - y) };

      ok = !g_cancellable_set_error_if_cancelled (cancellable, error) &&
           add_strip (&box, source, &strip, pixels, error);
    }

  if (ok)
    memcpy (rgba, box.sum, n * 4 * sizeof (float));
  unpremultiply (rgba, ok ? n : 0);
  scumble_box_clear (&box);

  return ok;
}
