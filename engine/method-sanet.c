/* SPDX-License-Identifier: GPL-3.0-or-later */

/* SANet: Park and Lee, "Arbitrary Style Transfer with Style-Attentional Networks", CVPR
 * 2019.
 *
 *     content, style -> encoder -> relu4_1 [h/8, w/8, c], relu5_1 [h/16, w/16, c]
 *     fine   = relu4_1 + attended (relu4_1), coarse = relu5_1 + attended (relu5_1)
 *     merge (fine + up (coarse)) -> decoder -> pixels
 *
 * Every cell looks at the style, and at the content's statistics, but at no other cell: so
 * any rectangle can be rendered exactly from the cells that it depends on.  A strength
 * other than 1 is a blend with what the content makes of itself.  Merge and decoder follow
 * the blend, because all that comes between the softmax and it is linear. */
#include "model-private.h"
#include "attention.h"
#include "error.h"
#include "feature-plane.h"
#include "proxy.h"
#include "vgg.h"
#include "zones.h"

#include <glib/gi18n.h>

/* Pictures are padded to whole cells of relu5_1. */
enum { ALIGN = 16 };

/* The most cells of relu4_1 that a style is looked at in: 512 x 512 pixels, or as many in
 * another shape.  Larger pictures are shrunk. */
enum { MOST_CELLS = 64 * 64 };

enum { FINE, COARSE, LEVELS };

typedef struct
{
  ScumbleConvnet   *encoder; /* up to relu4_1 */
  ScumbleConvnet   *deeper;  /* from there to relu5_1 */
  ScumbleAttention *blocks[LEVELS];
  ScumbleConvnet   *merge;
  ScumbleConvnet   *decoder;
} Net;

/* What the blocks know of a picture. */
typedef struct
{
  ScumbleKeys keys[LEVELS];
} Style;

/* A picture at both levels. */
typedef struct
{
  ScumblePicture  picture;
  ScumbleFeatures features[LEVELS];
  float          *mean[LEVELS]; /* [c] of the whole picture */
  float          *std[LEVELS];  /* [c] */
} Planes;

typedef struct
{
  Planes planes;
  Style *own;   /* the content as its own style */
} Content;

static const ScumbleLayer merge[] = { { SCUMBLE_LAYER_CONV3, "merge", FALSE } };

static const char *const prefixes[LEVELS] = { "transform.sanet4_1", "transform.sanet5_1" };

static void
sanet_close (gpointer data)
{
  Net *net = data;

  scumble_convnet_free (net->encoder);
  scumble_convnet_free (net->deeper);
  for (int k = 0; k < LEVELS; k++)
    scumble_attention_free (net->blocks[k]);
  scumble_convnet_free (net->merge);
  scumble_convnet_free (net->decoder);
  g_free (net);
}

static gboolean
load (Net *net, const ScumbleSafetensors *file, GError **error)
{
  const int fine = scumble_convnet_channels (net->encoder);
  const int deep = scumble_convnet_channels (net->deeper);

  if (fine != deep)
    {
      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL,
                   "The model file \"%s\" needs an encoder with as many channels at relu4_1 "
                   "as at relu5_1, not %d and %d.", scumble_safetensors_path (file), fine,
                   deep);
      return FALSE;
    }

  for (int k = 0; k < LEVELS; k++)
    {
      net->blocks[k] = scumble_attention_new (file, prefixes[k], fine, error);
      if (net->blocks[k] == NULL)
        return FALSE;
    }

  net->merge = scumble_convnet_new (merge, G_N_ELEMENTS (merge), file, "transform", fine,
                                    error);
  if (net->merge == NULL)
    return FALSE;
  net->decoder = scumble_vgg_decoder (file, scumble_convnet_channels (net->merge), error);

  return net->decoder != NULL;
}

static gpointer
sanet_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
            const ScumbleConvnet *encoder, GError **error)
{
  Net *net = g_new0 (Net, 1);

  net->encoder = scumble_vgg_part (encoder, SCUMBLE_VGG_PICTURE, SCUMBLE_VGG_RELU4_1);
  net->deeper  = scumble_vgg_part (encoder, SCUMBLE_VGG_RELU4_1, SCUMBLE_VGG_RELU5_1);
  if (!load (net, file, error))
    {
      sanet_close (net);
      return NULL;
    }

  return net;
}

static void
clear_planes (Planes *planes)
{
  for (int k = 0; k < LEVELS; k++)
    {
      scumble_features_clear (&planes->features[k]);
      g_clear_pointer (&planes->mean[k], g_free);
      g_clear_pointer (&planes->std[k], g_free);
    }
  scumble_picture_clear (&planes->picture);
}

/* Most of the work is up to relu4_1, which is all that the picture itself is needed for. */
static gboolean
encode_planes (Planes *planes, const Net *net, ScumbleSource *source, ScumbleKeep keep,
               const ScumbleJob *job, GError **error)
{
  ScumbleFeatures *fine   = &planes->features[FINE];
  ScumbleFeatures *coarse = &planes->features[COARSE];
  ScumbleStage     stages[LEVELS];
  const ScumbleJob first  = scumble_job_stage (&stages[FINE], job, 0.0, 0.8);
  const ScumbleJob second = scumble_job_stage (&stages[COARSE], job, 0.8, 1.0);
  gboolean         done;

  done = scumble_picture_init (&planes->picture, source, ALIGN, job, error) &&
         scumble_features_encode (fine, net->encoder, &planes->picture, SCUMBLE_VGG_STRIDE,
                                  keep, &first, error) &&
         scumble_features_deepen (coarse, net->deeper, fine, keep, &second, error);

  for (int k = 0; done && k < LEVELS; k++)
    {
      const ScumbleMoments *moments = &planes->features[k].moments;

      planes->mean[k] = g_new (float, moments->c);
      planes->std[k]  = g_new (float, moments->c);
      scumble_moments_get (moments, planes->mean[k], planes->std[k]);
    }

  return done;
}

/* A rehearsal sees nothing. */
static Style *
see (const Net *net, const Planes *planes, const ScumbleJob *job)
{
  Style *style = g_new0 (Style, 1);

  for (int k = 0; k < LEVELS && job->rehearsal == NULL; k++)
    scumble_attention_see (net->blocks[k], &style->keys[k], &planes->features[k].plane,
                           planes->features[k].weights, planes->mean[k], planes->std[k]);

  return style;
}

static void
sanet_style_free (gpointer data)
{
  Style *style = data;

  for (int k = 0; k < LEVELS; k++)
    scumble_keys_clear (&style->keys[k]);
  g_free (style);
}

static gboolean
style_fits (int width, int height)
{
  const int cols = scumble_picture_padded (width, ALIGN) / SCUMBLE_VGG_STRIDE;
  const int rows = scumble_picture_padded (height, ALIGN) / SCUMBLE_VGG_STRIDE;

  return (gint64) cols * rows <= MOST_CELLS;
}

static gpointer
sanet_encode (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  Planes       planes = { .mean = { NULL } };
  Style       *style  = NULL;
  ScumbleProxy proxy;

  if (scumble_proxy_init (&proxy, source, style_fits, job, error) &&
      encode_planes (&planes, model->net, proxy.source, SCUMBLE_KEEP_FLOATS, job, error))
    style = see (model->net, &planes, job);
  clear_planes (&planes);
  scumble_proxy_clear (&proxy);

  return style;
}

static void
sanet_content_free (gpointer data)
{
  Content *content = data;

  clear_planes (&content->planes);
  if (content->own != NULL)
    sanet_style_free (content->own);
  g_free (content);
}

/* A large content looks at a small copy of itself. */
static Style *
see_own (ScumbleModel *model, const Content *content, ScumbleSource *source,
         const ScumbleJob *job, GError **error)
{
  if (style_fits (source->width, source->height) &&
      content->planes.features[FINE].plane.data != NULL &&
      content->planes.features[COARSE].plane.data != NULL)
    return see (model->net, &content->planes, job);

  return sanet_encode (model, source, job, error);
}

static gpointer
sanet_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  Content         *content = g_new0 (Content, 1);
  ScumbleStage     stages[2];
  const ScumbleJob first  = scumble_job_stage (&stages[0], job, 0.0, 0.8);
  const ScumbleJob second = scumble_job_stage (&stages[1], job, 0.8, 1.0);

  if (encode_planes (&content->planes, model->net, source, SCUMBLE_KEEP_AS_FITS, &first,
                     error))
    content->own = see_own (model, content, source, &second, error);
  if (content->own == NULL)
    {
      sanet_content_free (content);
      return NULL;
    }

  return content;
}

/* What a rectangle of pixels depends on. */
typedef struct
{
  ScumbleRect merged; /* of relu4_1's plane, after the merge */
  ScumbleRect cells[LEVELS];
} Need;

static Need
find_need (const Net *net, int plane_w, int plane_h, ScumbleRect rect)
{
  Need        need;
  ScumbleRect fine;

  need.merged      = scumble_convnet_reach (net->decoder, plane_w, plane_h, rect);
  fine             = scumble_convnet_reach (net->merge, plane_w, plane_h, need.merged);
  need.cells[FINE] = fine;
  need.cells[COARSE] = (ScumbleRect) { fine.x / 2, fine.y / 2,
                                       (fine.x + fine.w + 1) / 2 - fine.x / 2,
                                       (fine.y + fine.h + 1) / 2 - fine.y / 2 };
  return need;
}

/* Cells of a level that look around. */
typedef struct
{
  const ScumbleContent *handle;
  const ScumbleLook    *look;
  int                   level;
  const float          *weights; /* [n_zones + 1, h, w], NULL for a plain look */
  const ScumbleTensor  *x;
  const ScumbleTensor  *y;
  float                *scratch;
  int                   threads;
} Looking;

/* y += gain attended (keys), in the cells that zone @zone weighs. */
static void
look_at (const Looking *looking, const Style *style, guint zone, float gain)
{
  const Content          *content   = looking->handle->data;
  const Net              *net       = looking->handle->model->net;
  const Planes           *planes    = &content->planes;
  const int               level     = looking->level;
  const gsize             n         = (gsize) looking->x->h * (gsize) looking->x->w;
  ScumbleGaze             gaze      = { planes->mean[level], planes->std[level],
                                        &style->keys[level], gain, NULL };

  if (looking->weights != NULL)
    {
      gaze.weights = looking->weights + zone * n;
      if (!scumble_zones_any (gaze.weights, n))
        return;
    }
  if (gain != 0.0f)
    scumble_attention_add (net->blocks[level], &gaze, looking->x, looking->y,
                           looking->scratch, looking->threads);
}

static void
look_at_all (const Looking *looking)
{
  const Content     *content  = looking->handle->data;
  const ScumbleLook *look     = looking->look;
  const float        strength = looking->weights != NULL ? 1.0f : (float) look->strength;

  for (guint z = 0; z < look->n_zones; z++)
    look_at (looking, look->zones[z].style->data, z, strength);
  look_at (looking, content->own, look->n_zones,
           looking->weights != NULL ? 1.0f : 1.0f - strength);
}

/* Weighs the zones in the cells of a level; %NULL for a plain look, too. */
static gboolean
weigh (const ScumbleContent *handle, const ScumbleLook *look, int level, ScumbleRect cells,
       float **weights, const ScumbleJob *job, GError **error)
{
  const int stride = level == FINE ? SCUMBLE_VGG_STRIDE : 2 * SCUMBLE_VGG_STRIDE;

  *weights = NULL;
  if (scumble_zones_plain (look))
    return TRUE;

  *weights = scumble_arena_take (job->arena, sizeof (float) * (look->n_zones + 1) *
                                 (gsize) cells.w * (gsize) cells.h, error);

  return *weights != NULL && scumble_zones_weigh (look, handle->source, cells, stride,
                                                  look->strength, *weights, job, error);
}

/* y = features + strength attended (style) + (1 - strength) attended (content itself), each
 * in its place */
static gboolean
transform_level (const ScumbleContent *handle, const ScumbleLook *look, int level,
                 ScumbleRect cells, const ScumbleTensor *y, const ScumbleJob *job,
                 GError **error)
{
  const Content          *content   = handle->data;
  const ScumbleAttention *attention = ((const Net *) handle->model->net)->blocks[level];
  const gsize             mark      = scumble_arena_mark (job->arena);
  float                  *weights;
  float                  *scratch;
  ScumbleTensor           x;

  if (!scumble_arena_tensor (job->arena, cells.h, cells.w, y->c, &x, error) ||
      !scumble_features_read (&content->planes.features[level], cells, &x, job, error) ||
      !weigh (handle, look, level, cells, &weights, job, error))
    return FALSE;
  scratch = scumble_arena_take (job->arena,
                                scumble_attention_scratch (attention, job->threads), error);
  if (scratch == NULL)
    return FALSE;

  scumble_copy (&x, y);
  look_at_all (&(Looking) { handle, look, level, weights, &x, y, scratch, job->threads });
  scumble_arena_release (job->arena, mark);

  return scumble_job_go_on (job, error);
}

/* fine += up (coarse) */
static void
add_up (const ScumbleTensor *coarse, const ScumbleTensor *fine, const Need *need, int threads)
{
  const ScumbleRect at = need->cells[FINE], from = need->cells[COARSE];

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < fine->h; i++)
    for (int j = 0; j < fine->w; j++)
      {
        const float *x = scumble_tensor_at (coarse, (at.y + i) / 2 - from.y,
                                            (at.x + j) / 2 - from.x);
        float       *y = scumble_tensor_at (fine, i, j);

        for (int k = 0; k < fine->c; k++)
          y[k] += x[k];
      }
}

/* fine and coarse planes -> attention -> merge -> decoder -> [rect.h, rect.w, 3] */
static gboolean
sanet_render (ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect,
              float *rgb, const ScumbleJob *job, GError **error)
{
  const Net           *net    = handle->model->net;
  const Content       *content = handle->data;
  const ScumbleTensor *plane  = &content->planes.features[FINE].plane;
  const Need           need   = find_need (net, plane->w, plane->h, *rect);
  ScumbleRegion        merged = { .rect = need.merged };
  ScumbleRegion        out    = { .rect = *rect };
  ScumbleRegion        in     = { .rect = need.cells[FINE], .plane_w = plane->w,
                                  .plane_h = plane->h };
  ScumbleTensor        level[LEVELS];

  out.tensor = (ScumbleTensor) { rgb, rect->h, rect->w, 3, 3 * (gsize) rect->w };
  if (!scumble_arena_tensor (job->arena, merged.rect.h, merged.rect.w,
                             scumble_convnet_channels (net->merge), &merged.tensor, error))
    return FALSE;

  for (int k = 0; k < LEVELS; k++)
    if (!scumble_arena_tensor (job->arena, need.cells[k].h, need.cells[k].w, plane->c,
                               &level[k], error) ||
        !transform_level (handle, look, k, need.cells[k], &level[k], job, error))
      return FALSE;
  add_up (&level[COARSE], &level[FINE], &need, job->threads);

  in.tensor = level[FINE];
  if (!scumble_convnet_run (net->merge, &in, &merged, job, error) ||
      !scumble_convnet_run (net->decoder, &merged, &out, job, error))
    return FALSE;
  scumble_clamp (&out.tensor);

  return TRUE;
}

static gsize
sanet_room (const ScumbleContent *handle, const ScumbleLook *look, int w, int h,
           int threads)
{
  /* Far from any border, and odd, so that upsampling reaches for most. */
  enum { FAR = (1 << 18) + 1, PLANE = 1 << 22 };
  const Net     *net     = handle->model->net;
  const Content *content = handle->data;
  const Need     need    = find_need (net, PLANE, PLANE, (ScumbleRect) { FAR, FAR, w, h });
  const gsize    c       = (gsize) scumble_convnet_channels (net->encoder);
  gsize          cells   = (gsize) need.merged.w * (gsize) need.merged.h;
  gsize          widest  = MAX (scumble_convnet_room (net->merge, need.merged.w,
                                                      need.merged.h, threads),
                                scumble_convnet_room (net->decoder, w, h, threads));

  for (int k = 0; k < LEVELS; k++)
    {
      const int   cols = need.cells[k].w + 1, rows = need.cells[k].h + 1;
      const gsize n    = (gsize) cols * (gsize) rows;
      const gsize gaze = sizeof (float) * c * n +
                         scumble_zones_room (look, cols, rows, k == FINE
                                               ? SCUMBLE_VGG_STRIDE : 2 * SCUMBLE_VGG_STRIDE) +
                         MAX (scumble_attention_scratch (net->blocks[k], threads),
                              scumble_features_room (&content->planes.features[k], cols, rows,
                                                     threads));

      cells += n;
      widest = MAX (widest, gaze);
    }

  return sizeof (float) * c * cells + widest + 4096;
}

/* What looking at a style costs depends on its size: a large one is assumed. */
static double
sanet_work (const ScumbleContent *handle, const ScumbleRect *rect)
{
  const Net           *net    = handle->model->net;
  const Planes        *planes = &((const Content *) handle->data)->planes;
  const ScumbleTensor *plane  = &planes->features[FINE].plane;
  const Need           need   = find_need (net, plane->w, plane->h, *rect);
  const double         c      = plane->c;
  double               work   = scumble_convnet_work (net->merge, plane->w, plane->h,
                                                      need.merged) +
                                scumble_convnet_work (net->decoder, plane->w, plane->h, *rect);

  for (int k = 0; k < LEVELS; k++)
    {
      const double cells = (double) need.cells[k].w * need.cells[k].h;
      const double keys  = k == FINE ? MOST_CELLS : MOST_CELLS / 4;

      work += cells * c * (c + 2.0 * keys) +
              scumble_features_work (&planes->features[k], need.cells[k]);
    }

  return work;
}

const ScumbleMethod scumble_method_sanet = {
  .id           = "sanet",
  .title        = N_("SANet"),
  .blurb        = N_("Takes brush strokes and patterns from where the painting resembles the "
                     "picture. Richer than AdaIN, and slower."),
  .open         = sanet_open,
  .close        = sanet_close,
  .encode       = sanet_encode,
  .style_free   = sanet_style_free,
  .survey       = sanet_survey,
  .content_free = sanet_content_free,
  .render       = sanet_render,
  .room         = sanet_room,
  .work         = sanet_work,
};
