/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <string.h>

static gboolean
memory_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  const ScumbleMemorySource *self = (const ScumbleMemorySource *) source;
  const gsize                w    = (gsize) rect->w;

  for (int i = 0; i < rect->h; i++)
    memcpy (rgba + 4 * (gsize) i * w,
            self->rgba + 4 * ((gsize) (rect->y + i) * (gsize) source->width + (gsize) rect->x),
            4 * w * sizeof *rgba);

  return TRUE;
}

static gboolean
memory_write (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  const ScumbleMemorySink *self = (const ScumbleMemorySink *) sink;
  const gsize              w    = (gsize) rect->w;
  const int                x = rect->x - self->area.x, y = rect->y - self->area.y;

  for (int i = 0; i < rect->h; i++)
    memcpy (self->rgb + 3 * ((gsize) (y + i) * (gsize) self->area.w + (gsize) x),
            rgb + 3 * (gsize) i * w, 3 * w * sizeof *rgb);

  return TRUE;
}

static gboolean
memory_mask_read (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  const ScumbleMemoryMask *self = (const ScumbleMemoryMask *) mask;
  const gsize              w    = (gsize) rect->w;

  for (int i = 0; i < rect->h; i++)
    memcpy (weights + (gsize) i * w,
            self->weights + (gsize) (rect->y + i) * (gsize) mask->width + (gsize) rect->x,
            w * sizeof *weights);

  return TRUE;
}

void
scumble_memory_source_init (ScumbleMemorySource *self, int width, int height,
                            const float *rgba)
{
  const gsize n = (gsize) width * (gsize) height;

  *self = (ScumbleMemorySource) { .source = { .width  = width,
                                              .height = height,
                                              .read   = memory_read },
                                  .rgba   = rgba };
  for (gsize i = 0; i < n && !self->source.has_alpha; i++)
    self->source.has_alpha = !(rgba[4 * i + 3] >= 1.0f);
  for (gsize i = 0; i < n && !self->source.beyond; i++)
    self->source.beyond = scumble_pixel_beyond (rgba + 4 * i);
}

void
scumble_memory_sink_init (ScumbleMemorySink *self, const ScumbleRect *area, float *rgb)
{
  *self = (ScumbleMemorySink) { { memory_write }, rgb, *area };
}

void
scumble_memory_mask_init (ScumbleMemoryMask *self, int width, int height,
                          const float *weights)
{
  *self = (ScumbleMemoryMask) { { width, height, memory_mask_read }, weights };
}
