/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "underpainting.h"
#include "model-private.h"
#include "proxy.h"
#include "zones.h"

#include <math.h>
#include <omp.h>

/* Red, green, blue, and how much of them lies over the content. */
enum { CHANNELS = 4, TAPS = 4 };

/* Cells hold 0..1 in this many levels: eight bits would show as bands, floats take twice as
 * much for the time of the whole job. */
#define LEVELS 65535.0f

struct _ScumbleUnderpainting
{
  ScumbleSource  source;
  ScumbleSource *content;
  float          strength; /* 0..1 */
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
scumble_underpainting_helps (const ScumbleSource *source, const ScumbleLook *look)
{
  return look->strength > 0.0 && (shrunk (source->width, look->brush) < source->width ||
                                  shrunk (source->height, look->brush) < source->height);
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

/* Lays what the line of cells shows over a line of pixels. */
static void
cover (const ScumbleUnderpainting *self, const float *line, int x, int w, float *rgba)
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

      found[3] = self->strength * scumble_sane (found[3]);
      for (int c = 0; c < 3; c++)
        rgba[c] = (1.0f - found[3]) * scumble_sane (rgba[c]) + found[3] * scumble_sane (found[c]);
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

  if (!self->content->read (self->content, rect, rgba, error))
    return FALSE;

  find_taps (rect->x, source->width, self->w, left, weights);
  find_taps (rect->x + rect->w - 1, source->width, self->w, right, weights);
#pragma omp parallel for schedule(static) num_threads(useful)
  for (int i = 0; i < rect->h; i++)
    {
      float *line = self->lines + (gsize) omp_get_thread_num () * CHANNELS * (gsize) self->w;

      interpolate_line (self, rect->y + i, left[0], right[TAPS - 1], line);
      cover (self, line, rect->x, rect->w, rgba + 4 * (gsize) i * (gsize) rect->w);
    }

  return TRUE;
}

/* The content at the small size, and a look whose masks are as small. */
typedef struct
{
  ScumbleProxy       proxy;
  ScumbleLook        look;
  ScumbleZone       *zones;
  ScumbleMemoryMask *masks; /* [n_zones + 1]: the zones', and the strength map */
  float             *weights;
  gsize              bytes;
  ScumbleArena      *arena;
} Small;

static gboolean
shrink_mask (Small *small, guint number, ScumbleMask *mask, const ScumbleJob *job,
             GError **error)
{
  const int          w  = small->proxy.source->width, h = small->proxy.source->height;
  ScumbleMemoryMask *to = &small->masks[number];

  scumble_memory_mask_init (to, w, h, small->weights + number * (gsize) w * (gsize) h);
  return scumble_proxy_mask (mask, w, h, (float *) to->weights, job, error);
}

static gboolean
shrink_masks (Small *small, const ScumbleLook *look, const ScumbleJob *job, GError **error)
{
  const gsize n = (gsize) small->proxy.source->width * (gsize) small->proxy.source->height;

  if (scumble_zones_plain (look))
    return TRUE;

  small->bytes   = (look->n_zones + 1) * n * sizeof (float);
  small->weights = scumble_arena_block_new (job->arena, small->bytes, error);
  if (small->weights == NULL)
    return FALSE;

  for (guint z = 0; z < look->n_zones; z++)
    if (look->zones[z].mask != NULL)
      {
        if (!shrink_mask (small, z, look->zones[z].mask, job, error))
          return FALSE;
        small->zones[z].mask = &small->masks[z].mask;
      }
  if (look->strength_map != NULL)
    {
      if (!shrink_mask (small, look->n_zones, look->strength_map, job, error))
        return FALSE;
      small->look.strength_map = &small->masks[look->n_zones].mask;
    }

  return TRUE;
}

static void
small_clear (Small *small)
{
  scumble_arena_block_free (small->arena, small->weights, small->bytes);
  scumble_proxy_clear (&small->proxy);
  g_free (small->masks);
  g_free (small->zones);
}

/* What of the content's colours is kept is seen to when the picture is whole again. */
static gboolean
small_init (Small *small, const ScumbleUnderpainting *self, const ScumbleLook *look,
            const ScumbleJob *job, GError **error)
{
  *small = (Small) { .look  = *look,
                     .zones = g_memdup2 (look->zones, look->n_zones * sizeof *look->zones),
                     .masks = g_new0 (ScumbleMemoryMask, look->n_zones + 1),
                     .arena = job->arena };
  small->look.zones        = small->zones;
  small->look.strength     = MAX (look->strength, 1.0);
  small->look.brush        = 1.0;
  small->look.keep_colours = 0.0;
  small->look.keep_detail  = 0.0;
  small->look.seamless     = FALSE;
  small->look.strokes      = NULL;

  return scumble_proxy_init_sized (&small->proxy, self->content, self->w, self->h, job,
                                   error) &&
         shrink_masks (small, look, job, error);
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

/* How much of the small painting lies over the content: as much as is painted there at all. */
static gboolean
keep_cover (ScumbleUnderpainting *self, const Small *small, const ScumbleJob *job,
            GError **error)
{
  const gsize w       = (gsize) self->w;
  const guint n_zones = small->look.n_zones;
  const gsize mark    = scumble_arena_mark (job->arena);
  float      *weights = scumble_arena_take (job->arena, (n_zones + 1) * w * sizeof (float),
                                            error);
  gboolean    done    = weights != NULL;

  for (int y = 0; done && y < self->h; y++)
    {
      const ScumbleRect row = { 0, y, self->w, 1 };
      guint16          *to  = self->cells + CHANNELS * (gsize) y * w + 3;

      done = scumble_zones_weigh (&small->look, small->proxy.source, row, 1, 1.0, weights, job,
                                  error);
      for (gsize x = 0; done && x < w; x++)
        {
          const float share = scumble_sane (1.0f - weights[n_zones * w + x]);

          to[CHANNELS * x] = (guint16) (share * LEVELS + 0.5f);
        }
    }
  scumble_arena_release (job->arena, mark);

  return done;
}

static gboolean
paint_small (ScumbleUnderpainting *self, ScumbleModel *model, const Small *small,
             const ScumbleJob *job, GError **error)
{
  CellSink                   sink    = { { keep_pixels }, self };
  ScumbleStage               stages[2];
  const ScumbleJob           looking = scumble_job_stage (&stages[0], job, 0.0, 0.5);
  const ScumbleJob           doing   = scumble_job_stage (&stages[1], job, 0.5, 1.0);
  g_autoptr (ScumbleContent) content = scumble_model_survey (model, small->proxy.source,
                                                             &looking, error);

  if (content == NULL)
    return FALSE;
  if (job->rehearsal != NULL)
    return scumble_content_rehearse (content, job, error);

  return scumble_content_paint (content, &small->look, NULL, &sink.sink, &doing, error) &&
         keep_cover (self, small, job, error);
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
  Small    small;
  gboolean done;

  self->cells = scumble_arena_block_new (job->arena, cell_bytes (self), error);
  if (self->cells != NULL)
    self->lines = scumble_arena_block_new (job->arena, line_bytes (self), error);
  if (self->lines == NULL)
    return FALSE;

  done = small_init (&small, self, look, job, error) &&
         paint_small (self, model, &small, job, error);
  small_clear (&small);

  return done;
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
                  .read      = read_pixels },
    .content  = source,
    .strength = (float) MIN (look->strength, 1.0),
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
