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
 * Space enters through the statistics of the whole picture alone, so any rectangle can be
 * rendered exactly from the part of the plane that it depends on. */
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

typedef struct
{
  ScumbleConvnet *encoder; /* up to relu4_1 */
  ScumbleConvnet *decoder;
} Net;

/* Statistics of the style at relu4_1; all [c]. */
typedef struct
{
  float *mean;
  float *std;
  float *high; /* the largest values */
} Style;

typedef struct
{
  ScumblePicture  picture;
  ScumbleFeatures features;
  float          *mean; /* [c], of the whole picture */
  float          *std;  /* [c] */
} Content;

static void
adain_close (gpointer data)
{
  Net *net = data;

  scumble_convnet_free (net->encoder);
  scumble_convnet_free (net->decoder);
  g_free (net);
}

static gpointer
adain_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
            const ScumbleConvnet *encoder, GError **error)
{
  Net *net = g_new (Net, 1);

  net->encoder = scumble_vgg_part (encoder, SCUMBLE_VGG_PICTURE, SCUMBLE_VGG_RELU4_1);
  net->decoder = scumble_vgg_decoder (file, scumble_convnet_channels (net->encoder), error);
  if (net->decoder == NULL)
    {
      adain_close (net);
      return NULL;
    }

  return net;
}

static gboolean
encode (ScumblePicture *picture, ScumbleFeatures *features, ScumbleModel *model,
        ScumbleSource *source, ScumbleKeep keep, const ScumbleJob *job, GError **error)
{
  const Net *net = model->net;

  return scumble_picture_init (picture, source, SCUMBLE_VGG_STRIDE, job, error) &&
         scumble_features_encode (features, net->encoder, picture, SCUMBLE_VGG_STRIDE, keep,
                                  job, error);
}

static void
get_statistics (const ScumbleFeatures *features, float **mean, float **std)
{
  *mean = g_new (float, features->moments.c);
  *std  = g_new (float, features->moments.c);
  scumble_moments_get (&features->moments, *mean, *std);
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
  const int c     = scumble_convnet_channels (((const Net *) model->net)->encoder);
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
  const int    c     = scumble_convnet_channels (((const Net *) model->net)->encoder);
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
  const int         c    = scumble_convnet_channels (((const Net *) model->net)->encoder);
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
  ScumblePicture  picture  = { .source = NULL };
  ScumbleFeatures features = { .arena = NULL };
  Style          *style    = NULL;

  if (encode (&picture, &features, model, source, SCUMBLE_KEEP_NOTHING, job, error))
    {
      style = g_new (Style, 1);
      get_statistics (&features, &style->mean, &style->std);
      style->high = g_new (float, features.moments.c);
      scumble_moments_get_highs (&features.moments, style->high);
    }
  scumble_features_clear (&features);
  scumble_picture_clear (&picture);

  return style;
}

static void
adain_content_free (gpointer data)
{
  Content *content = data;

  scumble_features_clear (&content->features);
  scumble_picture_clear (&content->picture);
  g_free (content->mean);
  g_free (content->std);
  g_free (content);
}

static gpointer
adain_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  Content *content = g_new0 (Content, 1);

  if (!encode (&content->picture, &content->features, model, source, SCUMBLE_KEEP_AS_FITS,
               job, error))
    {
      adain_content_free (content);
      return NULL;
    }
  get_statistics (&content->features, &content->mean, &content->std);

  return content;
}

/* What a style does to each channel: a gain, a bias and what it does not rise above.
 * @part: [3, c] */
static void
imposition (const Content *content, const Style *style, float *part)
{
  const gsize c = (gsize) content->features.plane.c;

  for (gsize k = 0; k < c; k++)
    {
      const float gain = MIN (style->std[k] / content->std[k], MOST_GAIN);

      part[k]         = gain;
      part[c + k]     = style->mean[k] - content->mean[k] * gain;
      part[2 * c + k] = style->high[k];
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
 * @cells: where @x lies on the plane */
static gboolean
transform (const ScumbleContent *handle, const ScumbleLook *look, ScumbleRect cells,
           const ScumbleTensor *x, const ScumbleJob *job, GError **error)
{
  const Content *content  = handle->data;
  const gsize    c        = (gsize) x->c;
  const guint    n        = look->n_zones;
  const gsize    n_cells  = (gsize) cells.w * (gsize) cells.h;
  const float    strength = (float) look->strength;
  float         *parts    = scumble_arena_take (job->arena, c * sizeof *parts *
                                                (3 * n + (gsize) job->threads), error);
  float         *sums, *weights;

  if (parts == NULL)
    return FALSE;
  for (guint z = 0; z < n; z++)
    imposition (content, look->zones[z].style->data, parts + 3 * c * z);
  sums = parts + 3 * c * n;

  if (scumble_zones_plain (look))
    {
      blend (x, parts, 1, (const float[]) { strength, 1.0f - strength }, 0, 0, 1, sums,
             job->threads);
      return TRUE;
    }

  weights = scumble_arena_take (job->arena, sizeof *weights * (n + 1) * n_cells, error);
  if (weights == NULL ||
      !scumble_zones_weigh (look, handle->source, cells, SCUMBLE_VGG_STRIDE, look->strength,
                            weights, job, error))
    return FALSE;
  blend (x, parts, n, weights, (gsize) cells.w, 1, n_cells, sums, job->threads);

  return TRUE;
}

/* [in, c] of the plane -> blend -> decoder -> [rect.h, rect.w, 3] */
static gboolean
adain_render (ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect,
              float *rgb, const ScumbleJob *job, GError **error)
{
  const Net           *net     = handle->model->net;
  const Content       *content = handle->data;
  const ScumbleTensor *plane   = &content->features.plane;
  ScumbleRegion        in      = { .plane_w = plane->w, .plane_h = plane->h };
  ScumbleRegion        out     = { .rect = *rect };

  in.rect    = scumble_convnet_reach (net->decoder, plane->w, plane->h, *rect);
  out.tensor = (ScumbleTensor) { rgb, rect->h, rect->w, 3, 3 * (gsize) rect->w };
  if (!scumble_arena_tensor (job->arena, in.rect.h, in.rect.w, plane->c, &in.tensor, error) ||
      !scumble_features_read (&content->features, in.rect, &in.tensor, job, error) ||
      !transform (handle, look, in.rect, &in.tensor, job, error) ||
      !scumble_convnet_run (net->decoder, &in, &out, job, error))
    return FALSE;
  scumble_clamp (&out.tensor, job->threads);

  return TRUE;
}

static gsize
adain_room (const ScumbleContent *handle, const ScumbleLook *look, int w, int h,
           int threads)
{
  const Net     *net     = handle->model->net;
  const Content *content = handle->data;
  const gsize    c       = (gsize) content->features.plane.c;
  int            cols, rows;
  gsize          decode, read, weigh, parts;

  scumble_convnet_reach_most (net->decoder, w, h, &cols, &rows);
  decode = scumble_convnet_room (net->decoder, w, h, threads);
  read   = scumble_features_room (&content->features, cols, rows, threads);

  weigh  = scumble_zones_room (look, cols, rows, SCUMBLE_VGG_STRIDE);
  parts  = c * (3 * look->n_zones + (gsize) threads);

  return MAX (decode, read) + weigh +
         sizeof (float) * (c * (gsize) cols * (gsize) rows + parts) + 4096;
}

static double
adain_work (const ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect)
{
  const Net             *net      = handle->model->net;
  const ScumbleFeatures *features = &((const Content *) handle->data)->features;
  const int              w = features->plane.w, h = features->plane.h;

  return scumble_convnet_work (net->decoder, w, h, *rect) +
         scumble_features_work (features, scumble_convnet_reach (net->decoder, w, h, *rect));
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
