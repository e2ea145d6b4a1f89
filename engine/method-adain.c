/* SPDX-License-Identifier: GPL-3.0-or-later */

/* AdaIN: Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance
 * Normalization", ICCV 2017.
 *
 *     content -> encoder -> f [h/8, w/8, c], mean and deviation of the whole picture
 *     style   -> encoder -> mean and deviation
 *     t = std(s) (f - mean(c)) / std(c) + mean(s)
 *     strength t + (1 - strength) f -> decoder -> pixels
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

typedef struct
{
  ScumbleConvnet *encoder; /* up to relu4_1 */
  ScumbleConvnet *decoder;
} Net;

/* Statistics of the style at relu4_1; both [c]. */
typedef struct
{
  float *mean;
  float *std;
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
  g_free (style);
}

/* AdaIN's result is linear in the style's statistics. */
static gpointer
adain_mix (const ScumbleModel *model, const gconstpointer *styles, const float *weights,
           guint n)
{
  const int c     = scumble_convnet_channels (((const Net *) model->net)->encoder);
  Style    *mixed = g_new (Style, 1);

  mixed->mean = g_new0 (float, c);
  mixed->std  = g_new0 (float, c);
  for (guint i = 0; i < n; i++)
    {
      const Style *style = styles[i];

      for (int k = 0; k < c; k++)
        {
          mixed->mean[k] += weights[i] * style->mean[k];
          mixed->std[k]  += weights[i] * style->std[k];
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
}

static gpointer
adain_load (const ScumbleModel *model, const ScumbleSafetensors *file, GError **error)
{
  const int         c    = scumble_convnet_channels (((const Net *) model->net)->encoder);
  g_autofree float *mean = scumble_safetensors_floats (file, "style.mean", (gsize) c, error);
  g_autofree float *std  = NULL;
  Style            *style;

  if (mean == NULL)
    return NULL;
  std = scumble_safetensors_floats (file, "style.std", (gsize) c, error);
  if (std == NULL)
    return NULL;

  style  = g_new (Style, 1);
  *style = (Style) { g_steal_pointer (&mean), g_steal_pointer (&std) };

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

/* The blend of transformed and plain features is one gain and one bias per channel.
 * @gain and @bias: [c] */
static void
blend (const Content *content, const Style *style, float strength, float *gain, float *bias)
{
  for (int k = 0; k < content->features.plane.c; k++)
    {
      const float ratio = style->std[k] / content->std[k];

      gain[k] = 1.0f + strength * (ratio - 1.0f);
      bias[k] = strength * (style->mean[k] - content->mean[k] * ratio);
    }
}

/* Blends a cell of @c channels; @parts: [n + 1, 2, c] gains and biases of the styles, and
 * those of nothing done; @weights: theirs, @n_cells apart. */
static void
blend_cell (float *cell, gsize c, const float *parts, guint n, const float *weights,
            gsize n_cells, float *sums)
{
  memset (sums, 0, 2 * c * sizeof *sums);
  for (guint z = 0; z <= n; z++, parts += 2 * c)
    {
      const float weight = weights[z * n_cells];

      for (gsize k = 0; k < 2 * c && weight != 0.0f; k++)
        sums[k] += weight * parts[k];
    }

  for (gsize k = 0; k < c; k++)
    cell[k] = sums[k] * cell[k] + sums[c + k];
}

/* The same for zones, whose weights say how much of each style is in every cell. The
 * content's statistics are the whole picture's for every zone.
 * @parts: [n_zones + 1, 2, c] of scratch, @sums: [threads, 2, c]; @weights: as
 * scumble_zones_weigh() has them */
static void
blend_zones (const Content *content, const ScumbleLook *look, const float *weights,
             float *parts, float *sums, const ScumbleTensor *x, int threads)
{
  const gsize c       = (gsize) x->c;
  const gsize n_cells = (gsize) x->h * (gsize) x->w;

  for (guint z = 0; z < look->n_zones; z++)
    blend (content, look->zones[z].style->data, 1.0f, parts + 2 * c * z,
           parts + 2 * c * z + c);
  for (gsize k = 0; k < 2 * c; k++)
    parts[2 * c * look->n_zones + k] = k < c ? 1.0f : 0.0f;

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (x, threads))
  for (int i = 0; i < x->h; i++)
    for (int j = 0; j < x->w; j++)
      blend_cell (scumble_tensor_at (x, i, j), c, parts, look->n_zones,
                  weights + (gsize) i * (gsize) x->w + (gsize) j, n_cells,
                  sums + 2 * c * (gsize) omp_get_thread_num ());
}

/* @cells: where @x lies on the plane */
static gboolean
transform (const ScumbleContent *handle, const ScumbleLook *look, ScumbleRect cells,
           const ScumbleTensor *x, const ScumbleJob *job, GError **error)
{
  const Content *content = handle->data;
  const gsize    c       = (gsize) x->c;
  const gsize    threads = (gsize) job->threads;
  float         *parts   = scumble_arena_take (job->arena, 2 * c * sizeof *parts *
                                               (look->n_zones + 1 + threads), error);
  float         *weights;

  if (parts == NULL)
    return FALSE;
  if (scumble_zones_plain (look))
    {
      blend (content, look->zones[0].style->data, (float) look->strength, parts, parts + c);
      scumble_affine (x, parts, parts + c, x, job->threads);
      return TRUE;
    }

  weights = scumble_arena_take (job->arena, sizeof *weights * (look->n_zones + 1) *
                                (gsize) cells.w * (gsize) cells.h, error);
  if (weights == NULL ||
      !scumble_zones_weigh (look, handle->source, cells, SCUMBLE_VGG_STRIDE, look->strength,
                            weights, job, error))
    return FALSE;
  blend_zones (content, look, weights, parts, parts + 2 * c * (look->n_zones + 1), x,
               job->threads);

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
  parts  = 2 * c * (look->n_zones + 1 + (gsize) threads);

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
