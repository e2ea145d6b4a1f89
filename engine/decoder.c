/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decoder.h"
#include "model-private.h"
#include "vgg.h"
#include "zones.h"

#include <string.h>

#define MOST_GAIN 4.0f

/* Pixels that a cell of the @k-th tap stands for, along each side. */
static int
stride (const ScumbleDecoder *decoder, int k)
{
  return SCUMBLE_VGG_STRIDE >> (decoder->n - 1 - k);
}

/* Whether the @k-th tap is relu4_1: there is one tap, or one for each stage. */
static gboolean
is_deepest (const ScumbleDecoder *decoder, int k)
{
  return decoder->n == 1 || k == SCUMBLE_VGG_STAGES - 1;
}

static int
channels (const ScumbleDecoder *decoder, int k)
{
  return scumble_convnet_channels (decoder->parts[k]);
}

/* Whether relu4_1 itself is decoded. */
static gboolean
reads_deepest (const ScumbleDecoder *decoder)
{
  return scumble_decoder_imposed (decoder) > 0;
}

/* What the first stage takes. */
static int
deepest_channels (const ScumbleDecoder *decoder)
{
  return decoder->attended + (reads_deepest (decoder) ? channels (decoder, decoder->n - 1) : 0);
}

void
scumble_decoder_clear (ScumbleDecoder *decoder)
{
  for (int k = 0; k < decoder->n; k++)
    {
      scumble_convnet_free (decoder->parts[k]);
      scumble_convnet_free (decoder->stages[k]);
    }
}

gboolean
scumble_decoder_init (ScumbleDecoder *decoder, const ScumbleSafetensors *file,
                      const ScumbleConvnet *encoder, int attended, GError **error)
{
  static const ScumbleVggTap from[] = { SCUMBLE_VGG_PICTURE, SCUMBLE_VGG_PICTURE,
                                        SCUMBLE_VGG_RELU2_1, SCUMBLE_VGG_RELU3_1 };
  const gboolean joins = scumble_vgg_decoder_joins (file);
  int            c;

  *decoder = (ScumbleDecoder) { .n = joins ? SCUMBLE_VGG_STAGES : 1, .attended = attended };
  for (int k = 0; k < decoder->n; k++)
    {
      decoder->parts[k] = scumble_vgg_part (encoder, from[k],
                                            joins ? SCUMBLE_VGG_RELU1_1 + (ScumbleVggTap) k
                                                  : SCUMBLE_VGG_RELU4_1);
      decoder->begin[k] = decoder->c;
      decoder->c       += channels (decoder, k);
    }

  /* Each stage takes what the one above gives. */
  for (int k = decoder->n - 1; k >= 0; k--)
    {
      c = is_deepest (decoder, k)
            ? deepest_channels (decoder)
            : scumble_convnet_channels (decoder->stages[k + 1]) + channels (decoder, k);
      decoder->stages[k] = joins ? scumble_vgg_decoder_stage (file, k + 1, c, error)
                                 : scumble_vgg_decoder (file, c, error);
      if (decoder->stages[k] == NULL)
        return FALSE;
    }

  return TRUE;
}

void
scumble_planes_clear (ScumblePlanes *planes)
{
  for (int k = planes->n - 1; k >= 0; k--)
    scumble_features_clear (&planes->features[k]);
}

/* The shallowest plane is the largest and almost as soon computed as read: it never is
 * kept. */
gboolean
scumble_planes_encode (ScumblePlanes *planes, const ScumbleDecoder *decoder,
                       const ScumblePicture *picture, ScumbleKeep deepest,
                       const ScumbleJob *job, GError **error)
{
  /* How far the encoder has come at the first three of four taps: in multiply-adds, roughly. */
  static const double done[] = { 0.0, 0.05, 0.3, 0.5 };
  const int           last   = decoder->n - 1;

  *planes = (ScumblePlanes) { .n = decoder->n };
  for (int k = 0; k <= last; k++)
    {
      const ScumbleKeep keep = k == last ? deepest
                               : k == 0  ? SCUMBLE_KEEP_NOTHING
                                         : SCUMBLE_KEEP_IF_SMALL;
      ScumbleFeatures  *features = &planes->features[k];
      ScumbleStage      stage;
      const ScumbleJob  part = scumble_job_stage (&stage, job, done[k],
                                                  k == last ? 1.0 : done[k + 1]);

      if (!(k < 2 ? scumble_features_encode (features, decoder->parts[k], picture,
                                             stride (decoder, k), keep, &part, error)
                  : scumble_features_deepen (features, decoder->parts[k], features - 1, keep,
                                             &part, error)))
        return FALSE;
    }

  return TRUE;
}

void
scumble_statistics_free (ScumbleStatistics *statistics)
{
  g_free (statistics->mean);
  g_free (statistics->std);
  g_free (statistics->high);
  g_free (statistics);
}

static ScumbleStatistics *
statistics_alloc (int c)
{
  ScumbleStatistics *statistics = g_new (ScumbleStatistics, 1);

  *statistics = (ScumbleStatistics) { g_new0 (float, c), g_new0 (float, c),
                                      g_new0 (float, c) };

  return statistics;
}

ScumbleStatistics *
scumble_statistics_new (const ScumbleDecoder *decoder, const ScumblePlanes *planes)
{
  ScumbleStatistics *statistics = statistics_alloc (decoder->c);

  for (int k = 0; k < planes->n; k++)
    {
      const ScumbleMoments *moments = &planes->features[k].moments;
      const int             begin   = decoder->begin[k];

      scumble_moments_get (moments, statistics->mean + begin, statistics->std + begin);
      scumble_moments_get_highs (moments, statistics->high + begin);
    }

  return statistics;
}

ScumbleStatistics *
scumble_statistics_mix (const ScumbleStatistics *const *all, const float *weights, guint n,
                        int c)
{
  ScumbleStatistics *mixed = statistics_alloc (c);

  for (guint i = 0; i < n; i++)
    for (int k = 0; k < c; k++)
      {
        mixed->mean[k] += weights[i] * all[i]->mean[k];
        mixed->std[k]  += weights[i] * all[i]->std[k];
        mixed->high[k] += weights[i] * all[i]->high[k];
      }

  return mixed;
}

void
scumble_statistics_save (const ScumbleStatistics *statistics, int c,
                         ScumbleSafetensorsWriter *writer)
{
  scumble_safetensors_writer_add (writer, "style.mean", &c, 1, statistics->mean);
  scumble_safetensors_writer_add (writer, "style.std", &c, 1, statistics->std);
  scumble_safetensors_writer_add (writer, "style.high", &c, 1, statistics->high);
}

/* The files of earlier versions do not tell the largest values; theirs have no bound.
 * Returns: (transfer full) (nullable): [c] */
static float *
load_high (const ScumbleSafetensors *file, int c, GError **error)
{
  int    n;
  float *high;

  if (scumble_safetensors_shape (file, "style.high", 1, &n, NULL))
    return scumble_safetensors_floats (file, "style.high", (gsize) c, error);

  high = g_new (float, c);
  for (int k = 0; k < c; k++)
    high[k] = G_MAXFLOAT;

  return high;
}

ScumbleStatistics *
scumble_statistics_load (const ScumbleSafetensors *file, int c, GError **error)
{
  g_autofree float  *mean = scumble_safetensors_floats (file, "style.mean", (gsize) c, error);
  g_autofree float  *std  = NULL;
  g_autofree float  *high = NULL;
  ScumbleStatistics *statistics;

  if (mean == NULL)
    return NULL;
  std = scumble_safetensors_floats (file, "style.std", (gsize) c, error);
  if (std == NULL)
    return NULL;
  high = load_high (file, c, error);
  if (high == NULL)
    return NULL;

  statistics  = g_new (ScumbleStatistics, 1);
  *statistics = (ScumbleStatistics) { g_steal_pointer (&mean), g_steal_pointer (&std),
                                      g_steal_pointer (&high) };

  return statistics;
}

/* What a style does to each channel of a tap: a gain, a bias and what it does not rise above.
 * @begin: of the tap's channels; @part: [3, c] of them */
static void
imposition (const ScumbleStatistics *own, const ScumbleStatistics *style, int begin, int c,
            float *part)
{
  for (int k = 0; k < c; k++)
    {
      const int   i    = begin + k;
      const float gain = MIN (style->std[i] / own->std[i], MOST_GAIN);

      part[k]         = gain;
      part[c + k]     = style->mean[i] - own->mean[i] * gain;
      part[2 * c + k] = style->high[i];
    }
}

/* Blends a cell of @c channels into @out, which may be the cell itself.
 * @parts: [n, 3, c], the styles'; @weights: [n + 1] theirs and of the plain features, @step
 * apart */
static void
blend_cell (const float *cell, float *out, gsize c, const float *parts, guint n,
            const float *weights, gsize step)
{
  const float plain = weights[n * step];

  if (n == 1)
    {
      const float weight = weights[0];

      for (gsize k = 0; k < c; k++)
        {
          const float styled = parts[k] * cell[k] + parts[c + k];
          const float high   = parts[2 * c + k];

          out[k] = plain * cell[k] + weight * (styled < high ? styled : high);
        }
      return;
    }

  for (gsize k = 0; k < c; k++)
    {
      const float x   = cell[k];
      float       sum = plain * x;

      for (guint z = 0; z < n; z++)
        {
          const float *part   = parts + 3 * c * z;
          const float  styled = part[k] * x + part[c + k];

          sum += weights[z * step] * (styled < part[2 * c + k] ? styled : part[2 * c + k]);
        }
      out[k] = sum;
    }
}

/* What cells are blended with.
 * @parts: as blend_cell() has them; @weights: those of cell (i, j) begin at i @row + j
 * @column */
typedef struct
{
  guint        n;
  const float *parts;
  const float *weights;
  float        strengths[2];
  gsize        row;
  gsize        column;
  gsize        step;
} Blend;

/* @cells: on the plane of the @k-th tap; in scratch that the caller gives back */
static gboolean
blend_init (Blend *blend, const ScumbleDecoding *decoding, int k, ScumbleRect cells,
            const ScumbleJob *job, GError **error)
{
  const ScumbleDecoder *decoder  = decoding->decoder;
  const ScumbleLook    *look     = decoding->look;
  const int             c        = channels (decoder, k);
  const guint           n        = look->n_zones;
  const gsize           n_cells  = (gsize) cells.w * (gsize) cells.h;
  const float           strength = (float) look->strength;
  float                *parts    = scumble_arena_take (job->arena,
                                                       (gsize) c * sizeof *parts * 3 * n, error);
  float                *weights;

  if (parts == NULL)
    return FALSE;
  for (guint z = 0; z < n; z++)
    imposition (decoding->own, decoding->statistics (look->zones[z].style->data),
                decoder->begin[k], c, parts + 3 * (gsize) c * z);

  *blend = (Blend) { .n = n, .parts = parts, .strengths = { strength, 1.0f - strength },
                     .step = 1 };
  if (scumble_zones_plain (look))
    {
      blend->weights = blend->strengths;
      return TRUE;
    }

  weights = scumble_arena_take (job->arena, sizeof *weights * (n + 1) * n_cells, error);
  blend->weights = weights;
  blend->row     = (gsize) cells.w;
  blend->column  = 1;
  blend->step    = n_cells;

  return weights != NULL &&
         scumble_zones_weigh (look, decoding->content->source, cells, stride (decoder, k),
                              look->strength, weights, job, error);
}

static const float *
weights_at (const Blend *blend, int i, int j)
{
  return blend->weights + (gsize) i * blend->row + (gsize) j * blend->column;
}

/* The cells of the @k-th tap that @y lies on, blended, in scratch of its own. */
static gboolean
read_blended (const ScumbleDecoding *decoding, int k, ScumbleRect cells,
              const ScumbleTensor *y, const ScumbleJob *job, GError **error)
{
  const gsize    mark = scumble_arena_mark (job->arena);
  Blend          blend;
  const gboolean done =
    scumble_features_read (&decoding->planes->features[k], cells, y, job, error) &&
    blend_init (&blend, decoding, k, cells, job, error);

  if (done)
    {
#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (y, job->threads))
      for (int i = 0; i < y->h; i++)
        for (int j = 0; j < y->w; j++)
          blend_cell (scumble_tensor_at (y, i, j), scumble_tensor_at (y, i, j), (gsize) y->c,
                      blend.parts, blend.n, weights_at (&blend, i, j), blend.step);
    }
  scumble_arena_release (job->arena, mark);

  return done;
}

static gsize
blended_room (const ScumbleDecoding *decoding, int k, int w, int h, int threads)
{
  const ScumbleDecoder *decoder = decoding->decoder;
  const ScumbleLook    *look    = decoding->look;
  const gsize           parts   = sizeof (float) * (gsize) channels (decoder, k) * 3 *
                                  look->n_zones;

  return MAX (scumble_features_room (&decoding->planes->features[k], w, h, threads),
              scumble_zones_room (look, w, h, stride (decoder, k)) + parts) + 4096;
}

/* @cells and the cell beyond the plane on every side where they reach its end. */
static ScumbleRect
framed (ScumbleRect cells, const ScumbleTensor *plane)
{
  const int left = cells.x == 0, right = cells.x + cells.w == plane->w;
  const int top  = cells.y == 0, bottom = cells.y + cells.h == plane->h;

  return (ScumbleRect) { cells.x - left, cells.y - top, cells.w + left + right,
                         cells.h + top + bottom };
}

/* Upsamples what comes from above, and puts the tap's channels, blended, behind it.
 * @above: lies on half of them; @tap: on @cells; @in: on framed (cells) */
static void
join (const ScumbleTensor *above, const ScumbleTensor *tap, const Blend *blend,
      ScumbleRect cells, const ScumbleRegion *in, int threads)
{
  const ScumbleTensor *y    = &in->tensor;
  const int            y0   = cells.y / 2, x0 = cells.x / 2;
  const gsize          deep = (gsize) above->c;

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (y, threads))
  for (int i = 0; i < y->h; i++)
    {
      const int row = scumble_picture_mirror (in->rect.y + i, in->plane_h);

      for (int j = 0; j < y->w; j++)
        {
          const int col  = scumble_picture_mirror (in->rect.x + j, in->plane_w);
          float    *cell = scumble_tensor_at (y, i, j);

          memcpy (cell, scumble_tensor_at (above, row / 2 - y0, col / 2 - x0),
                  sizeof *cell * deep);
          blend_cell (scumble_tensor_at (tap, row - cells.y, col - cells.x), cell + deep,
                      (gsize) tap->c, blend->parts, blend->n,
                      weights_at (blend, row - cells.y, col - cells.x), blend->step);
        }
    }
}

/* @y = the channels of @first and, behind them, those of @second. */
static void
stack (const ScumbleTensor *first, const ScumbleTensor *second, const ScumbleTensor *y,
       int threads)
{
#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (y, threads))
  for (int i = 0; i < y->h; i++)
    for (int j = 0; j < y->w; j++)
      {
        float *cell = scumble_tensor_at (y, i, j);

        memcpy (cell, scumble_tensor_at (first, i, j), sizeof *cell * (gsize) first->c);
        memcpy (cell + first->c, scumble_tensor_at (second, i, j),
                sizeof *cell * (gsize) second->c);
      }
}

/* Both that stand at relu4_1, one behind the other. */
static gboolean
read_both (const ScumbleDecoding *decoding, int k, ScumbleRect cells, const ScumbleTensor *y,
           const ScumbleJob *job, GError **error)
{
  const ScumbleDecoder *decoder = decoding->decoder;
  const gsize           mark    = scumble_arena_mark (job->arena);
  ScumbleTensor         tap, attended;
  const gboolean        done    =
    scumble_arena_tensor (job->arena, y->h, y->w, channels (decoder, k), &tap, error) &&
    scumble_arena_tensor (job->arena, y->h, y->w, decoder->attended, &attended, error) &&
    read_blended (decoding, k, cells, &tap, job, error) &&
    decoding->attend (decoding, cells, &attended, job, error);

  if (done)
    stack (&tap, &attended, y, job->threads);
  scumble_arena_release (job->arena, mark);

  return done;
}

static gboolean
read_deepest (const ScumbleDecoding *decoding, int k, ScumbleRect cells, const ScumbleTensor *y,
              const ScumbleJob *job, GError **error)
{
  if (decoding->decoder->attended == 0)
    return read_blended (decoding, k, cells, y, job, error);
  if (!reads_deepest (decoding->decoder))
    return decoding->attend (decoding, cells, y, job, error);

  return read_both (decoding, k, cells, y, job, error);
}

static gsize
deepest_room (const ScumbleDecoding *decoding, int k, int w, int h, int threads)
{
  const ScumbleDecoder *decoder = decoding->decoder;
  const gsize           tap     = reads_deepest (decoder)
                                    ? blended_room (decoding, k, w, h, threads) : 0;

  if (decoder->attended == 0)
    return tap;
  if (!reads_deepest (decoder))
    return decoding->attend_room (decoding, w, h, threads);

  return sizeof (float) * (gsize) deepest_channels (decoder) * (gsize) w * (gsize) h + 4096 +
         MAX (tap, decoding->attend_room (decoding, w, h, threads));
}

static double
deepest_work (const ScumbleDecoding *decoding, int k, ScumbleRect cells)
{
  const ScumbleDecoder *decoder = decoding->decoder;
  double                work    = 0.0;

  if (reads_deepest (decoder))
    work += scumble_features_work (&decoding->planes->features[k], cells);
  if (decoder->attended > 0)
    work += decoding->attend_work (decoding, cells);

  return work;
}

static gboolean decode (const ScumbleDecoding *decoding, int k, ScumbleRegion *out,
                        const ScumbleJob *job, GError **error);

/* What the @k-th stage takes.
 * @in: (inout): the cells of its tap; with a border where they reach the plane's end, if
 *   something joins them */
static gboolean
gather (const ScumbleDecoding *decoding, int k, ScumbleRegion *in, const ScumbleJob *job,
        GError **error)
{
  const ScumbleDecoder  *decoder  = decoding->decoder;
  const ScumbleFeatures *features = &decoding->planes->features[k];
  const ScumbleRect      cells    = in->rect;
  const int              c        = channels (decoder, k);
  ScumbleRegion          above    = { .rect = scumble_rect_halved (cells) };
  ScumbleTensor          tap;
  Blend                  blend;
  gsize                  mark;
  gboolean               done;

  if (is_deepest (decoder, k))
    return scumble_arena_tensor (job->arena, cells.h, cells.w, deepest_channels (decoder),
                                 &in->tensor, error) &&
           read_deepest (decoding, k, cells, &in->tensor, job, error);

  in->rect = framed (cells, &features->plane);
  if (!scumble_arena_tensor (job->arena, above.rect.h, above.rect.w,
                             scumble_convnet_channels (decoder->stages[k + 1]),
                             &above.tensor, error) ||
      !decode (decoding, k + 1, &above, job, error) ||
      !scumble_arena_tensor (job->arena, in->rect.h, in->rect.w, above.tensor.c + c,
                             &in->tensor, error))
    return FALSE;

  mark = scumble_arena_mark (job->arena);
  done = scumble_arena_tensor (job->arena, cells.h, cells.w, c, &tap, error) &&
         scumble_features_read (features, cells, &tap, job, error) &&
         blend_init (&blend, decoding, k, cells, job, error);
  if (done)
    join (&above.tensor, &tap, &blend, cells, in, job->threads);
  scumble_arena_release (job->arena, mark);

  return done;
}

/* All stages from relu4_1 to the @k-th. */
static gboolean
decode (const ScumbleDecoding *decoding, int k, ScumbleRegion *out, const ScumbleJob *job,
        GError **error)
{
  const ScumbleConvnet *stage = decoding->decoder->stages[k];
  const ScumbleTensor  *plane = &decoding->planes->features[k].plane;
  const gsize           mark  = scumble_arena_mark (job->arena);
  ScumbleRegion         in    = { .plane_w = plane->w, .plane_h = plane->h };
  gboolean              done;

  in.rect = scumble_convnet_reach (stage, plane->w, plane->h, out->rect);
  done    = gather (decoding, k, &in, job, error) &&
            scumble_convnet_run (stage, &in, out, job, error);
  scumble_arena_release (job->arena, mark);

  return done;
}

/* With skip connections planes exist whole, the picture's with many channels: they stay in
 * the caches if it is painted in squares of so many pixels. */
enum { SQUARE = 512 };

static int
square (const ScumbleDecoder *decoder, int side)
{
  return decoder->n > 1 ? MIN (side, SQUARE) : side;
}

gboolean
scumble_decoding_paint (const ScumbleDecoding *decoding, const ScumbleRect *rect, float *rgb,
                        const ScumbleJob *job, GError **error)
{
  const ScumbleTensor all = { rgb, rect->h, rect->w, 3, 3 * (gsize) rect->w };
  const int           w   = square (decoding->decoder, rect->w);
  const int           h   = square (decoding->decoder, rect->h);

  for (int y = 0; y < rect->h; y += h)
    for (int x = 0; x < rect->w; x += w)
      {
        const ScumbleRect part = { rect->x + x, rect->y + y, MIN (w, rect->w - x),
                                   MIN (h, rect->h - y) };
        ScumbleRegion     out  = { .rect   = part,
                                   .tensor = scumble_tensor_view (&all, y, x, part.h, part.w) };

        if (!decode (decoding, 0, &out, job, error))
          return FALSE;
      }
  scumble_clamp (&all, job->threads);

  return TRUE;
}

/* Of decode(), for @w x @h cells of what the stage gives. */
static gsize
decode_room (const ScumbleDecoding *decoding, int k, int w, int h, int threads)
{
  const ScumbleDecoder *decoder = decoding->decoder;
  const gsize           run     = scumble_convnet_room (decoder->stages[k], w, h, threads);
  int                   cols, rows;
  gsize                 cells, c, deep, above, joined, tap;

  scumble_convnet_reach_most (decoder->stages[k], w, h, &cols, &rows);
  cells = (gsize) cols * (gsize) rows;
  if (is_deepest (decoder, k))
    return sizeof (float) * (gsize) deepest_channels (decoder) * cells + 4096 +
           MAX (run, deepest_room (decoding, k, cols, rows, threads));

  c      = (gsize) channels (decoder, k);
  deep   = (gsize) scumble_convnet_channels (decoder->stages[k + 1]);
  above  = sizeof (float) * deep * (gsize) (cols / 2 + 1) * (gsize) (rows / 2 + 1);
  joined = sizeof (float) * (deep + c) * (gsize) (cols + 2) * (gsize) (rows + 2);
  tap    = sizeof (float) * c * cells;

  return above + 4096 +
         MAX (decode_room (decoding, k + 1, cols / 2 + 1, rows / 2 + 1, threads),
              joined + MAX (run, tap + blended_room (decoding, k, cols, rows, threads)));
}

gsize
scumble_decoding_room (const ScumbleDecoding *decoding, int w, int h, int threads)
{
  return decode_room (decoding, 0, square (decoding->decoder, w),
                      square (decoding->decoder, h), threads);
}

/* Of decode(). */
static double
decode_work (const ScumbleDecoding *decoding, int k, ScumbleRect out)
{
  const ScumbleDecoder *decoder = decoding->decoder;
  const ScumbleConvnet *stage   = decoder->stages[k];
  const ScumbleTensor  *plane   = &decoding->planes->features[k].plane;
  const ScumbleRect     cells   = scumble_convnet_reach (stage, plane->w, plane->h, out);
  const double          work    = scumble_convnet_work (stage, plane->w, plane->h, out);

  if (is_deepest (decoder, k))
    return work + deepest_work (decoding, k, cells);

  return work + scumble_features_work (&decoding->planes->features[k], cells) +
         decode_work (decoding, k + 1, scumble_rect_halved (cells));
}

double
scumble_decoding_work (const ScumbleDecoding *decoding, const ScumbleRect *rect)
{
  const int w    = square (decoding->decoder, rect->w);
  const int h    = square (decoding->decoder, rect->h);
  double    work = 0.0;

  for (int y = 0; y < rect->h; y += h)
    for (int x = 0; x < rect->w; x += w)
      work += decode_work (decoding, 0,
                           (ScumbleRect) { rect->x + x, rect->y + y, MIN (w, rect->w - x),
                                           MIN (h, rect->h - y) });

  return work;
}
