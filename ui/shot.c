/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shot.h"

#include <string.h>

static guint32
to_byte (float value)
{
  return (guint32) (CLAMP (value, 0.0f, 1.0f) * 255.0f + 0.5f);
}

/* Cairo's format: premultiplied, in the byte order of the machine. */
static guint32
pack (const float *rgb, guint32 alpha)
{
  guint32 pixel = alpha << 24;

  for (int k = 0; k < 3; k++)
    pixel |= ((to_byte (rgb[k]) * alpha + 127) / 255) << (8 * (2 - k));

  return pixel;
}

static guint32 *
row_of (cairo_surface_t *surface, int y)
{
  guint8     *pixels = cairo_image_surface_get_data (surface);
  const gsize stride = (gsize) cairo_image_surface_get_stride (surface);

  return (guint32 *) (gpointer) (pixels + (gsize) y * stride);
}

cairo_surface_t *
scumble_shot_surface (const float *rgba, int w, int h)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, w, h);

  cairo_surface_flush (surface);
  for (int y = 0; y < h; y++)
    {
      guint32 *row = row_of (surface, y);

      for (int x = 0; x < w; x++, rgba += 4)
        row[x] = pack (rgba, to_byte (rgba[3]));
    }
  cairo_surface_mark_dirty (surface);

  return surface;
}

static cairo_surface_t *
paint_over (cairo_surface_t *before, const float *rgb, int w, int h)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, w, h);

  cairo_surface_flush (surface);
  for (int y = 0; y < h; y++)
    {
      const guint32 *from = row_of (before, y);
      guint32       *to   = row_of (surface, y);

      for (int x = 0; x < w; x++, rgb += 3)
        to[x] = pack (rgb, from[x] >> 24);
    }
  cairo_surface_mark_dirty (surface);

  return surface;
}

ScumbleShot *
scumble_shot_new (const ScumbleView *view, cairo_surface_t *before, const float *rgb)
{
  ScumbleShot *shot = g_new0 (ScumbleShot, 1);

  shot->view   = *view;
  shot->before = cairo_surface_reference (before);
  if (rgb != NULL)
    shot->after = paint_over (before, rgb, view->w, view->h);

  return shot;
}

ScumbleShot *
scumble_shot_copy (const ScumbleShot *shot)
{
  ScumbleShot *copy = g_new (ScumbleShot, 1);

  *copy        = *shot;
  copy->before = cairo_surface_reference (shot->before);
  if (copy->after != NULL)
    copy->after = cairo_surface_reference (shot->after);

  return copy;
}

static cairo_surface_t *
converted (cairo_surface_t *surface, ScumbleShotConvert convert, gpointer user_data)
{
  const int        w    = cairo_image_surface_get_width (surface);
  const int        h    = cairo_image_surface_get_height (surface);
  cairo_surface_t *copy = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, w, h);

  for (int y = 0; y < h; y++)
    memcpy (row_of (copy, y), row_of (surface, y), sizeof (guint32) * (gsize) w);
  cairo_surface_mark_dirty (copy);
  convert (copy, user_data);

  return copy;
}

ScumbleShot *
scumble_shot_converted (const ScumbleShot *shot, ScumbleShotConvert convert,
                        gpointer user_data)
{
  ScumbleShot *copy = g_memdup2 (shot, sizeof *shot);

  copy->before = converted (shot->before, convert, user_data);
  if (shot->after != NULL)
    copy->after = converted (shot->after, convert, user_data);

  return copy;
}

void
scumble_shot_free (ScumbleShot *shot)
{
  if (shot == NULL)
    return;

  cairo_surface_destroy (shot->before);
  g_clear_pointer (&shot->after, cairo_surface_destroy);
  g_free (shot);
}
