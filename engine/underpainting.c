/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "underpainting.h"
#include "model-private.h"
#include "proxy.h"

#include <math.h>
#include <omp.h>

enum { CHANNELS = 3, TAPS = 4 };

/* Cells hold 0..1 in this many levels: eight bits would show as bands, floats take twice as
 * much for the time of the whole job. */
#define LEVELS 65535.0f

struct _ScumbleUnderpainting
{
  ScumbleSource  source;
  ScumbleSource *content;
  int            w;
  int            h;
  guint16       *cells;    /* [h, w, CHANNELS] */
  float         *lines;    /* [threads, w, CHANNELS] */
  int            threads;
  ScumbleArena  *arena;
};

static int
shrunk (int n, double brush)
{
  return MAX ((int) (n / brush + 0.5), 1);
}

gboolean
scumble_underpainting_helps (const ScumbleSource *source, double brush)
{
  return shrunk (source->width, brush) < source->width ||
         shrunk (source->height, brush) < source->height;
}

/* Cubic convolution: the weights of the pixels at -1, 0, 1 and 2 for a place 0..1 between the
 * two in the middle. */
static void
weigh_taps (float t, float weights[TAPS])
{
  weights[0] = ((-0.5f * t + 1.0f) * t - 0.5f) * t;
  weights[1] = (1.5f * t - 2.5f) * t * t + 1.0f;
  weights[2] = ((-1.5f * t + 2.0f) * t + 0.5f) * t;
  weights[3] = (0.5f * t - 0.5f) * t * t;
}

/* The four of @n cells around pixel @i of a line of @pixels; the ends are repeated. */
static void
find_taps (int i, int pixels, int n, int taps[TAPS], float weights[TAPS])
{
  const double at    = (i + 0.5) * n / pixels - 0.5;
  const double below = floor (at);

  weigh_taps ((float) (at - below), weights);
  for (int k = 0; k < TAPS; k++)
    taps[k] = CLAMP ((int) below - 1 + k, 0, n - 1);
}

/* Cells @first .. @last of the line of cells that pixels at @y look at. */
static void
interpolate_line (const ScumbleUnderpainting *self, int y, int first, int last, float *line)
{
  int   rows[TAPS];
  float weights[TAPS];

  find_taps (y, self->source.height, self->h, rows, weights);
  for (int i = CHANNELS * first; i < CHANNELS * (last + 1); i++)
    {
      float sum = 0.0f;

      for (int k = 0; k < TAPS; k++)
        sum += weights[k] * self->cells[(gsize) rows[k] * CHANNELS * (gsize) self->w + (gsize) i];
      line[i] = sum / LEVELS;
    }
}

/* Gives a line of pixels the colours that the line of cells shows. */
static void
colour (const ScumbleUnderpainting *self, const float *line, int x, int w, float *rgba)
{
  for (int j = 0; j < w; j++, rgba += 4)
    {
      int   taps[TAPS];
      float weights[TAPS];
      float found[CHANNELS] = { 0.0f };

      find_taps (x + j, self->source.width, self->w, taps, weights);
      for (int k = 0; k < TAPS; k++)
        for (int c = 0; c < CHANNELS; c++)
          found[c] += weights[k] * line[CHANNELS * taps[k] + c];

      for (int c = 0; c < CHANNELS; c++)
        rgba[c] = scumble_sane (found[c]);
      if (!self->source.has_alpha)
        rgba[3] = 1.0f;
    }
}

static gboolean
read_pixels (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  const ScumbleUnderpainting *self = (ScumbleUnderpainting *) source;
  const int                   useful =
    scumble_useful_threads (16.0 * CHANNELS * rect->w * rect->h, self->threads);
  int                         left[TAPS], right[TAPS];
  float                       weights[TAPS];

  /* Of the content itself, only the alpha shows. */
  if (source->has_alpha && !self->content->read (self->content, rect, rgba, error))
    return FALSE;

  find_taps (rect->x, source->width, self->w, left, weights);
  find_taps (rect->x + rect->w - 1, source->width, self->w, right, weights);
#pragma omp parallel for schedule(static) num_threads(useful)
  for (int i = 0; i < rect->h; i++)
    {
      float *line = self->lines + (gsize) omp_get_thread_num () * CHANNELS * (gsize) self->w;

      interpolate_line (self, rect->y + i, left[0], right[TAPS - 1], line);
      colour (self, line, rect->x, rect->w, rgba + 4 * (gsize) i * (gsize) rect->w);
    }

  return TRUE;
}

typedef struct
{
  ScumbleSink           sink;
  ScumbleUnderpainting *self;
} CellSink;

static gboolean
keep_pixels (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  const ScumbleUnderpainting *self = ((CellSink *) sink)->self;

  for (int i = 0; i < rect->h; i++)
    {
      guint16 *to = self->cells + CHANNELS * ((gsize) (rect->y + i) * (gsize) self->w +
                                              (gsize) rect->x);

      for (int j = 0; j < rect->w; j++, to += CHANNELS, rgb += 3)
        for (int c = 0; c < 3; c++)
          to[c] = (guint16) (rgb[c] * LEVELS + 0.5f);
    }

  return TRUE;
}

/* What painting it begins with is a part of the work here. */
static gboolean
rehearse_small (ScumbleContent *content, double prepared, const ScumbleJob *job, GError **error)
{
  ScumbleRehearsal *rehearsal = job->rehearsal;

  rehearsal->work   += rehearsal->prepare - prepared;
  rehearsal->prepare = prepared;

  return scumble_content_rehearse (content, job, error);
}

static gboolean
paint_small (ScumbleUnderpainting *self, ScumbleModel *model, ScumbleSource *source,
             const ScumbleLook *look, const ScumbleJob *job, GError **error)
{
  CellSink                   sink    = { { keep_pixels }, self };
  ScumbleStage               stages[2];
  const ScumbleJob           looking = scumble_job_stage (&stages[0], job, 0.0, 0.5);
  const ScumbleJob           doing   = scumble_job_stage (&stages[1], job, 0.5, 1.0);
  const double               before  = job->rehearsal != NULL ? job->rehearsal->prepare : 0.0;
  g_autoptr (ScumbleContent) content = scumble_model_survey (model, source, &looking, error);

  if (content == NULL)
    return FALSE;
  if (job->rehearsal != NULL)
    return rehearse_small (content, before, job, error);

  return scumble_content_paint (content, look, NULL, &sink.sink, &doing, error);
}

static gsize
cell_bytes (const ScumbleUnderpainting *self)
{
  return sizeof *self->cells * CHANNELS * (gsize) self->w * (gsize) self->h;
}

static gsize
line_bytes (const ScumbleUnderpainting *self)
{
  return sizeof *self->lines * CHANNELS * (gsize) self->w * (gsize) self->threads;
}

static gboolean
fill (ScumbleUnderpainting *self, ScumbleModel *model, const ScumbleLook *look,
      const ScumbleJob *job, GError **error)
{
  ScumbleLook  small = *look;
  ScumbleProxy proxy;
  gboolean     done;

  small.brush = 1.0;
  self->cells = scumble_arena_block_new (job->arena, cell_bytes (self), error);
  if (self->cells != NULL)
    self->lines = scumble_arena_block_new (job->arena, line_bytes (self), error);
  if (self->lines == NULL)
    return FALSE;

  done = scumble_proxy_init_sized (&proxy, self->content, self->w, self->h, job, error) &&
         paint_small (self, model, proxy.source, &small, job, error);
  scumble_proxy_clear (&proxy);

  return done;
}

static void
ground (ScumbleSource *source, int y, ScumbleGround *found)
{
  const ScumbleUnderpainting *self = (const ScumbleUnderpainting *) source;

  *found = scumble_source_ground (self->content, y);
}

ScumbleUnderpainting *
scumble_underpainting_new (ScumbleModel *model, ScumbleSource *source, const ScumbleLook *look,
                           const ScumbleJob *job, GError **error)
{
  g_autoptr (ScumbleUnderpainting) self = g_new (ScumbleUnderpainting, 1);

  *self = (ScumbleUnderpainting) {
    .source   = { .width     = source->width,
                  .height    = source->height,
                  .has_alpha = source->has_alpha,
                  .read      = read_pixels,
                  .ground    = ground },
    .content  = source,
    .w        = shrunk (source->width, look->brush),
    .h        = shrunk (source->height, look->brush),
    .threads  = job->threads,
    .arena    = job->arena,
  };

  return fill (self, model, look, job, error) ? g_steal_pointer (&self) : NULL;
}

void
scumble_underpainting_free (ScumbleUnderpainting *self)
{
  if (self == NULL)
    return;

  scumble_arena_block_free (self->arena, self->lines, line_bytes (self));
  scumble_arena_block_free (self->arena, self->cells, cell_bytes (self));
  g_free (self);
}

ScumbleSource *
scumble_underpainting_source (ScumbleUnderpainting *self)
{
  return &self->source;
}
