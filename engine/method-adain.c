/* SPDX-License-Identifier: GPL-3.0-or-later */

/* AdaIN: Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance
 * Normalization", ICCV 2017.
 *
 *     content -> encoder -> f [h/8, w/8, c], mean and deviation of the whole picture
 *     style   -> encoder -> mean, deviation and largest value
 *     t = min (min (std(s) / std(c), 4) (f - mean(c)) + mean(s), largest(s))
 *     strength t + (1 - strength) f -> decoder -> pixels
 *
 * The two minima are not in the paper. What is rare in a photograph and strong in a painting,
 * a patch of red, came to thirty deviations more than anything in the painting itself, and
 * burnt: decoders are trained on less. And a channel that is silent in a photograph was
 * amplified eight hundred times; its noise became clouds.
 *
 * A decoder may have skip connections, which the paper's has not: features of relu3_1,
 * relu2_1 and relu1_1, given the style's statistics likewise, join it at their levels. So
 * outlines need not come back from cells of eight pixels, and the style tells its colours and
 * contrasts as well as its shapes.
 *
 * Space enters through the statistics of the whole picture alone, so any rectangle can be
 * rendered exactly from the parts of the planes that it depends on. */
#include "model-private.h"
#include "feature-plane.h"
#include "mark.h"
#include "proxy.h"
#include "safetensors-writer.h"
#include "vgg.h"
#include "zones.h"

#include <omp.h>
#include <string.h>

#define MOST_GAIN 4.0f

/* The taps that it looks at, from the picture up, and the stages of the decoder that begin
 * with them. The last is relu4_1, which is alone without skip connections.
 *
 * Statistics of all taps lie behind each other, [c] in all. */
typedef struct
{
  int             n;
  ScumbleConvnet *parts[SCUMBLE_VGG_STAGES];  /* to each tap: from the one before, or from
                                                 the picture to the first two */
  ScumbleConvnet *stages[SCUMBLE_VGG_STAGES]; /* from each tap, and what joins it, down */
  int             begin[SCUMBLE_VGG_STAGES];  /* of each tap's statistics */
  int             c;
} Net;

/* Statistics of the style; all [c]. */
typedef struct
{
  float *mean;
  float *std;
  float *high; /* the largest values */
} Style;

/* A picture at all taps. */
typedef struct
{
  int             n;
  ScumblePicture  picture;
  ScumbleFeatures features[SCUMBLE_VGG_STAGES];
} Planes;

typedef struct
{
  Planes planes;
  float *mean; /* [c], of the whole picture */
  float *std;  /* [c] */
} Content;

/* Pixels that a cell of the @k-th tap stands for, along each side. */
static int
stride (int n, int k)
{
  return SCUMBLE_VGG_STRIDE >> (n - 1 - k);
}

/* Whether the @k-th tap is relu4_1: there is one tap, or one for each stage. */
static gboolean
is_deepest (const Net *net, int k)
{
  return net->n == 1 || k == SCUMBLE_VGG_STAGES - 1;
}

static void
adain_close (gpointer data)
{
  Net *net = data;

  for (int k = 0; k < net->n; k++)
    {
      scumble_convnet_free (net->parts[k]);
      scumble_convnet_free (net->stages[k]);
    }
  g_free (net);
}

/* From the deepest on, as each stage takes what the one before gives. */
static gboolean
open_stages (Net *net, const ScumbleSafetensors *file, GError **error)
{
  int c = 0;

  for (int k = net->n - 1; k >= 0; k--)
    {
      c += scumble_convnet_channels (net->parts[k]);
      net->stages[k] = net->n == 1 ? scumble_vgg_decoder (file, c, error)
                                   : scumble_vgg_decoder_stage (file, k + 1, c, error);
      if (net->stages[k] == NULL)
        return FALSE;
      c = scumble_convnet_channels (net->stages[k]);
    }

  return TRUE;
}

static gpointer
adain_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
            const ScumbleConvnet *encoder, GError **error)
{
  static const ScumbleVggTap from[] = { SCUMBLE_VGG_PICTURE, SCUMBLE_VGG_PICTURE,
                                        SCUMBLE_VGG_RELU2_1, SCUMBLE_VGG_RELU3_1 };
  const gboolean joins = scumble_vgg_decoder_joins (file);
  Net           *net   = g_new0 (Net, 1);

  net->n = joins ? SCUMBLE_VGG_STAGES : 1;
  for (int k = 0; k < net->n; k++)
    {
      net->parts[k] = scumble_vgg_part (encoder, from[k],
                                        joins ? SCUMBLE_VGG_RELU1_1 + (ScumbleVggTap) k
                                              : SCUMBLE_VGG_RELU4_1);
      net->begin[k] = net->c;
      net->c       += scumble_convnet_channels (net->parts[k]);
    }
  if (!open_stages (net, file, error))
    {
      adain_close (net);
      return NULL;
    }

  return net;
}

static void
clear_planes (Planes *planes)
{
  for (int k = planes->n - 1; k >= 0; k--)
    scumble_features_clear (&planes->features[k]);
  scumble_picture_clear (&planes->picture);
}

/* The shallowest plane is the largest and almost as soon computed as read: it never is kept.
 * @deepest: how the last plane is kept */
static gboolean
encode_planes (Planes *planes, ScumbleModel *model, ScumbleSource *source,
               ScumbleKeep deepest, const ScumbleJob *job, GError **error)
{
  /* How far the encoder has come at the first three of four taps: in multiply-adds, roughly. */
  static const double done[] = { 0.0, 0.05, 0.3, 0.5 };
  const Net          *net    = model->net;
  const int           last   = net->n - 1;

  *planes = (Planes) { .n = net->n };
  if (!scumble_picture_init (&planes->picture, source, SCUMBLE_VGG_STRIDE, job, error))
    return FALSE;

  for (int k = 0; k <= last; k++)
    {
      const ScumbleKeep keep = k == last ? deepest
                               : k == 0  ? SCUMBLE_KEEP_NOTHING
                                         : SCUMBLE_KEEP_IF_SMALL;
      ScumbleFeatures  *features = &planes->features[k];
      ScumbleStage      stage;
      const ScumbleJob  part = scumble_job_stage (&stage, job, done[k],
                                                  k == last ? 1.0 : done[k + 1]);

      if (!(k < 2 ? scumble_features_encode (features, net->parts[k], &planes->picture,
                                             stride (net->n, k), keep, &part, error)
                  : scumble_features_deepen (features, net->parts[k], features - 1, keep,
                                             &part, error)))
        return FALSE;
    }

  return TRUE;
}

static void
get_statistics (const Net *net, const Planes *planes, float **mean, float **std)
{
  *mean = g_new (float, net->c);
  *std  = g_new (float, net->c);
  for (int k = 0; k < net->n; k++)
    scumble_moments_get (&planes->features[k].moments, *mean + net->begin[k],
                         *std + net->begin[k]);
}

static void
adain_style_free (gpointer data)
{
  Style *style = data;

  g_free (style->mean);
  g_free (style->std);
  g_free (style->high);
  g_free (style);
}

/* AdaIN's result is linear in the style's statistics, as far as it is below the largest
 * values; those go the same way. */
static gpointer
adain_mix (const ScumbleModel *model, const gconstpointer *styles, const float *weights,
           guint n)
{
  const int c     = ((const Net *) model->net)->c;
  Style    *mixed = g_new (Style, 1);

  mixed->mean = g_new0 (float, c);
  mixed->std  = g_new0 (float, c);
  mixed->high = g_new0 (float, c);
  for (guint i = 0; i < n; i++)
    {
      const Style *style = styles[i];

      for (int k = 0; k < c; k++)
        {
          mixed->mean[k] += weights[i] * style->mean[k];
          mixed->std[k]  += weights[i] * style->std[k];
          mixed->high[k] += weights[i] * style->high[k];
        }
    }

  return mixed;
}

static void
adain_save (const ScumbleModel *model, gconstpointer data, ScumbleSafetensorsWriter *writer)
{
  const int    c     = ((const Net *) model->net)->c;
  const Style *style = data;

  scumble_safetensors_writer_add (writer, "style.mean", &c, 1, style->mean);
  scumble_safetensors_writer_add (writer, "style.std", &c, 1, style->std);
  scumble_safetensors_writer_add (writer, "style.high", &c, 1, style->high);
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

static gpointer
adain_load (const ScumbleModel *model, const ScumbleSafetensors *file, GError **error)
{
  const int         c    = ((const Net *) model->net)->c;
  g_autofree float *mean = scumble_safetensors_floats (file, "style.mean", (gsize) c, error);
  g_autofree float *std  = NULL;
  g_autofree float *high = NULL;
  Style            *style;

  if (mean == NULL)
    return NULL;
  std = scumble_safetensors_floats (file, "style.std", (gsize) c, error);
  if (std == NULL)
    return NULL;
  high = load_high (file, c, error);
  if (high == NULL)
    return NULL;

  style  = g_new (Style, 1);
  *style = (Style) { g_steal_pointer (&mean), g_steal_pointer (&std),
                     g_steal_pointer (&high) };

  return style;
}

static gpointer
adain_encode (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  const Net *net   = model->net;
  Planes     planes;
  Style     *style = NULL;

  if (encode_planes (&planes, model, source, SCUMBLE_KEEP_NOTHING, job, error))
    {
      style = g_new (Style, 1);
      get_statistics (net, &planes, &style->mean, &style->std);
      style->high = g_new (float, net->c);
      for (int k = 0; k < net->n; k++)
        scumble_moments_get_highs (&planes.features[k].moments, style->high + net->begin[k]);
    }
  clear_planes (&planes);

  return style;
}

static void
adain_content_free (gpointer data)
{
  Content *content = data;

  clear_planes (&content->planes);
  g_free (content->mean);
  g_free (content->std);
  g_free (content);
}

static gpointer
adain_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  Content *content = g_new0 (Content, 1);

  if (!encode_planes (&content->planes, model, source, SCUMBLE_KEEP_AS_FITS, job, error))
    {
      adain_content_free (content);
      return NULL;
    }
  get_statistics (model->net, &content->planes, &content->mean, &content->std);

  return content;
}

/* What a style does to each channel of a tap: a gain, a bias and what it does not rise above.
 * @begin: of the tap's statistics; @part: [3, c] of the tap's channels */
static void
imposition (const Content *content, const Style *style, int begin, gsize c, float *part)
{
  const float *mean = content->mean + begin, *std = content->std + begin;

  for (gsize k = 0; k < c; k++)
    {
      const float gain = MIN (style->std[begin + (int) k] / std[k], MOST_GAIN);

      part[k]         = gain;
      part[c + k]     = style->mean[begin + (int) k] - mean[k] * gain;
      part[2 * c + k] = style->high[begin + (int) k];
    }
}

/* Blends a cell of @c channels.
 * @parts: [n, 3, c], the styles'; @weights: [n + 1] theirs and of the plain features, @step
 * apart; @sums: [c] of scratch */
static void
blend_cell (float *cell, gsize c, const float *parts, guint n, const float *weights,
            gsize step, float *sums)
{
  const float plain = weights[n * step];

  for (gsize k = 0; k < c; k++)
    sums[k] = plain * cell[k];

  for (guint z = 0; z < n; z++, parts += 3 * c)
    {
      const float weight = weights[z * step];

      for (gsize k = 0; k < c && weight != 0.0f; k++)
        {
          const float styled = parts[k] * cell[k] + parts[c + k];
          const float high   = parts[2 * c + k];

          sums[k] += weight * (styled < high ? styled : high);
        }
    }

  memcpy (cell, sums, c * sizeof *cell);
}

/* @weights: those of cell (i, j) begin at i @row + j @column; as blend_cell() has them
 * @sums: [threads, c] of scratch */
static void
blend (const ScumbleTensor *x, const float *parts, guint n, const float *weights, gsize row,
       gsize column, gsize step, float *sums, int threads)
{
  const gsize c = (gsize) x->c;

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (x, threads))
  for (int i = 0; i < x->h; i++)
    for (int j = 0; j < x->w; j++)
      blend_cell (scumble_tensor_at (x, i, j), c, parts, n,
                  weights + (gsize) i * row + (gsize) j * column, step,
                  sums + c * (gsize) omp_get_thread_num ());
}

/* The content's statistics are the whole picture's for every zone.
 * @cells: where @x lies on the plane of the @k-th tap */
static gboolean
transform (const ScumbleContent *handle, const ScumbleLook *look, int k, ScumbleRect cells,
           const ScumbleTensor *x, const ScumbleJob *job, GError **error)
{
  const Net   *net      = handle->model->net;
  const gsize  c        = (gsize) x->c;
  const guint  n        = look->n_zones;
  const gsize  n_cells  = (gsize) cells.w * (gsize) cells.h;
  const float  strength = (float) look->strength;
  float       *parts    = scumble_arena_take (job->arena, c * sizeof *parts *
                                              (3 * n + (gsize) job->threads), error);
  float       *sums, *weights;

  if (parts == NULL)
    return FALSE;
  for (guint z = 0; z < n; z++)
    imposition (handle->data, look->zones[z].style->data, net->begin[k], c, parts + 3 * c * z);
  sums = parts + 3 * c * n;

  if (scumble_zones_plain (look))
    {
      blend (x, parts, 1, (const float[]) { strength, 1.0f - strength }, 0, 0, 1, sums,
             job->threads);
      return TRUE;
    }

  weights = scumble_arena_take (job->arena, sizeof *weights * (n + 1) * n_cells, error);
  if (weights == NULL ||
      !scumble_zones_weigh (look, handle->source, cells, stride (net->n, k), look->strength,
                            weights, job, error))
    return FALSE;
  blend (x, parts, n, weights, (gsize) cells.w, 1, n_cells, sums, job->threads);

  return TRUE;
}

/* The cells of the @k-th tap that @x lies on, blended. */
static gboolean
read_blended (const ScumbleContent *handle, const ScumbleLook *look, int k, ScumbleRect cells,
              const ScumbleTensor *x, const ScumbleJob *job, GError **error)
{
  const Content *content = handle->data;
  const gsize    mark    = scumble_arena_mark (job->arena);
  const gboolean done    =
    scumble_features_read (&content->planes.features[k], cells, x, job, error) &&
    transform (handle, look, k, cells, x, job, error);

  scumble_arena_release (job->arena, mark);
  return done;
}

/* Puts the channels of two tensors of one size behind each other. */
static void
join (const ScumbleTensor *a, const ScumbleTensor *b, const ScumbleTensor *y, int threads)
{
#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (y, threads))
  for (int i = 0; i < y->h; i++)
    for (int j = 0; j < y->w; j++)
      {
        float *cell = scumble_tensor_at (y, i, j);

        memcpy (cell, scumble_tensor_at (a, i, j), sizeof *cell * (gsize) a->c);
        memcpy (cell + a->c, scumble_tensor_at (b, i, j), sizeof *cell * (gsize) b->c);
      }
}

static gboolean decode (const ScumbleContent *handle, const ScumbleLook *look, int k,
                        ScumbleRegion *out, const ScumbleJob *job, GError **error);

/* What the @k-th stage takes: the cells of its tap, behind what the stage before gives. */
static gboolean
gather (const ScumbleContent *handle, const ScumbleLook *look, int k, ScumbleRegion *in,
        const ScumbleJob *job, GError **error)
{
  const Net     *net     = handle->model->net;
  const int      h       = in->rect.h, w = in->rect.w;
  const int      c       = scumble_convnet_channels (net->parts[k]);
  ScumbleRegion  deep    = { .rect = in->rect };
  ScumbleTensor  tap;
  gsize          mark;
  gboolean       done;

  if (is_deepest (net, k))
    return scumble_arena_tensor (job->arena, h, w, c, &in->tensor, error) &&
           read_blended (handle, look, k, in->rect, &in->tensor, job, error);

  if (!scumble_arena_tensor (job->arena, h, w, scumble_convnet_channels (net->stages[k + 1]),
                             &deep.tensor, error) ||
      !decode (handle, look, k + 1, &deep, job, error) ||
      !scumble_arena_tensor (job->arena, h, w, deep.tensor.c + c, &in->tensor, error))
    return FALSE;

  mark = scumble_arena_mark (job->arena);
  done = scumble_arena_tensor (job->arena, h, w, c, &tap, error) &&
         read_blended (handle, look, k, in->rect, &tap, job, error);
  if (done && job->rehearsal == NULL)
    join (&deep.tensor, &tap, &in->tensor, job->threads);
  scumble_arena_release (job->arena, mark);

  return done;
}

/* All stages from relu4_1 to the @k-th. */
static gboolean
decode (const ScumbleContent *handle, const ScumbleLook *look, int k, ScumbleRegion *out,
        const ScumbleJob *job, GError **error)
{
  const Net           *net   = handle->model->net;
  const Content       *content = handle->data;
  const ScumbleTensor *plane = &content->planes.features[k].plane;
  const gsize          mark  = scumble_arena_mark (job->arena);
  ScumbleRegion        in    = { .plane_w = plane->w, .plane_h = plane->h };
  gboolean             done;

  in.rect = scumble_convnet_reach (net->stages[k], plane->w, plane->h, out->rect);
  done    = gather (handle, look, k, &in, job, error) &&
            scumble_convnet_run (net->stages[k], &in, out, job, error);
  scumble_arena_release (job->arena, mark);

  return done;
}

/* Planes -> blend -> decoder -> [rect.h, rect.w, 3] */
static gboolean
adain_render (ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect,
              float *rgb, const ScumbleJob *job, GError **error)
{
  ScumbleRegion out = { .rect = *rect };

  out.tensor = (ScumbleTensor) { rgb, rect->h, rect->w, 3, 3 * (gsize) rect->w };
  if (!decode (handle, look, 0, &out, job, error))
    return FALSE;
  scumble_clamp (&out.tensor, job->threads);

  return TRUE;
}

/* Of decode(), for @w x @h cells of what the stage gives. */
static gsize
decode_room (const ScumbleContent *handle, const ScumbleLook *look, int k, int w, int h,
             int threads)
{
  const Net     *net     = handle->model->net;
  const Content *content = handle->data;
  const gsize    c       = (gsize) scumble_convnet_channels (net->parts[k]);
  const gsize    run     = scumble_convnet_room (net->stages[k], w, h, threads);
  int            cols, rows;
  gsize          cells, tap, before, blended;

  scumble_convnet_reach_most (net->stages[k], w, h, &cols, &rows);
  cells   = (gsize) cols * (gsize) rows;
  tap     = sizeof (float) * c * cells;
  blended = MAX (scumble_features_room (&content->planes.features[k], cols, rows, threads),
                 scumble_zones_room (look, cols, rows, stride (net->n, k)) +
                   sizeof (float) * c * (3 * look->n_zones + (gsize) threads)) +
            4096;
  if (is_deepest (net, k))
    return tap + MAX (run, blended);

  before = sizeof (float) * cells * (gsize) scumble_convnet_channels (net->stages[k + 1]);
  return before + 4096 + MAX (decode_room (handle, look, k + 1, cols, rows, threads),
                              before + tap + MAX (run, tap + blended));
}

static gsize
adain_room (const ScumbleContent *handle, const ScumbleLook *look, int w, int h,
            int threads)
{
  return decode_room (handle, look, 0, w, h, threads);
}

static double
adain_work (const ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect)
{
  const Net     *net  = handle->model->net;
  const Content *content = handle->data;
  ScumbleRect    cells = *rect;
  double         work = 0.0;

  for (int k = 0; k < net->n; k++)
    {
      const ScumbleFeatures *features = &content->planes.features[k];
      const int              w = features->plane.w, h = features->plane.h;

      work += scumble_convnet_work (net->stages[k], w, h, cells);
      cells = scumble_convnet_reach (net->stages[k], w, h, cells);
      work += scumble_features_work (features, cells);
    }

  return work;
}

const ScumbleMethod scumble_method_adain = {
  .id           = "adain",
  .title        = N_("AdaIN"),
  .blurb        = N_("Takes on the painting's colours and contrasts. The quickest to "
                     "answer, and steady on any picture."),
  .sees         = SCUMBLE_VGG_RELU4_1,
  .open         = adain_open,
  .close        = adain_close,
  .encode       = adain_encode,
  .style_free   = adain_style_free,
  .style_fits   = scumble_proxy_megapixel,
  .mix          = adain_mix,
  .save         = adain_save,
  .load         = adain_load,
  .survey       = adain_survey,
  .content_free = adain_content_free,
  .render       = adain_render,
  .room         = adain_room,
  .work         = adain_work,
};
