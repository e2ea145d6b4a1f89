/* SPDX-License-Identifier: GPL-3.0-or-later */

/* MetaNet: Shen, Yan and Zeng, "Neural Style Transfer via Meta Networks", CVPR 2018.
 *
 *     style -> encoder -> means and deviations at relu1_1 .. relu5_1 -> hidden vector
 *     hidden vector -> the parameters of a transfer network
 *     content -> transfer network -> pixels
 *
 * The generators are linear in the hidden vector, so a blend of the parameters of two
 * pictures is made from the blend of their hidden vectors. */
#include "model-private.h"
#include "mark.h"
#include "meta-net.h"
#include "safetensors-writer.h"
#include "taps.h"
#include "transfer-content.h"

typedef struct
{
  ScumbleTaps     taps;
  ScumbleMetaNet *meta;
} Net;

typedef struct
{
  ScumbleTransferContent transfer;
  const ScumbleMetaNet  *meta;
  float                 *own; /* hidden vector of the content itself */
} Content;

static void
metanet_close (gpointer data)
{
  Net *net = data;

  scumble_taps_clear (&net->taps);
  scumble_meta_net_free (net->meta);
  g_free (net);
}

static gpointer
metanet_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
              const ScumbleConvnet *encoder, GError **error)
{
  Net *net = g_new0 (Net, 1);

  scumble_taps_init (&net->taps, encoder, SCUMBLE_VGG_RELU5_1);
  net->meta = scumble_meta_net_new (file, net->taps.length, error);
  if (net->meta == NULL)
    {
      metanet_close (net);
      return NULL;
    }

  return net;
}

static int
length_of (const ScumbleModel *model)
{
  return scumble_meta_net_length (((const Net *) model->net)->meta);
}

static gpointer
metanet_encode (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                GError **error)
{
  const Net        *net        = model->net;
  g_autofree float *statistics = g_new (float, net->taps.length);

  return scumble_taps_measure_source (&net->taps, source, statistics, job, error)
           ? scumble_meta_net_look (net->meta, statistics, job->threads) : NULL;
}

/* The generators are linear in the hidden vector. */
static gpointer
metanet_mix (const ScumbleModel *model, const gconstpointer *styles, const float *weights,
             guint n)
{
  const int length = length_of (model);
  float    *mixed  = g_new0 (float, length);

  for (guint i = 0; i < n; i++)
    for (int k = 0; k < length; k++)
      mixed[k] += weights[i] * ((const float *) styles[i])[k];

  return mixed;
}

static void
metanet_save (const ScumbleModel *model, gconstpointer style,
              ScumbleSafetensorsWriter *writer)
{
  const int length = length_of (model);

  scumble_safetensors_writer_add (writer, "style.hidden", &length, 1, style);
}

static gpointer
metanet_load (const ScumbleModel *model, const ScumbleSafetensors *file, GError **error)
{
  return scumble_safetensors_floats (file, "style.hidden",
                                     (gsize) length_of (model), error);
}

static void
metanet_content_free (gpointer data)
{
  Content *content = data;

  scumble_transfer_content_clear (&content->transfer);
  g_free (content->own);
  g_free (content);
}

static float *
generate (gconstpointer data, const ScumbleStyle *style, double amount, float *grain,
          int threads)
{
  const Content    *content  = data;
  const int         length   = scumble_meta_net_length (content->meta);
  const float      *hidden   = style != NULL ? style->data : content->own;
  const float       strength = (float) amount;
  g_autofree float *blend    = g_new (float, length);

  for (int k = 0; k < length; k++)
    blend[k] = strength * hidden[k] + (1.0f - strength) * content->own[k];
  *grain = strength * scumble_meta_net_grain (content->meta);

  return scumble_meta_net_generate (content->meta, blend, threads);
}

static gpointer
metanet_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                GError **error)
{
  const Net        *net        = model->net;
  Content          *content    = g_new0 (Content, 1);
  g_autofree float *statistics = g_new (float, net->taps.length);

  content->meta     = net->meta;
  content->transfer = (ScumbleTransferContent) { .base = scumble_meta_net_base (net->meta),
                                                 .make = generate, .data = content };
  if (scumble_transfer_content_init (&content->transfer, source, job, error) &&
      scumble_taps_measure (&net->taps, &content->transfer.small, statistics, job, error))
    content->own = scumble_meta_net_look (net->meta, statistics, job->threads);
  if (content->own == NULL)
    {
      metanet_content_free (content);
      return NULL;
    }

  return content;
}

static gboolean
metanet_render (ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect,
                float *rgb, const ScumbleJob *job, GError **error)
{
  Content *content = handle->data;

  return scumble_transfer_content_render (&content->transfer, look, rect, rgb, job, error);
}

static gsize
metanet_room (const ScumbleContent *handle, const ScumbleLook *look, int w, int h,
             int threads)
{
  const Content *content = handle->data;

  return scumble_transfer_content_room (&content->transfer, look, w, h, threads);
}

static double
metanet_work (const ScumbleContent *handle, const ScumbleLook *look,
             const ScumbleRect *rect)
{
  const Content *content = handle->data;

  return scumble_transfer_content_work (&content->transfer, look, rect);
}

const ScumbleMethod scumble_method_metanet = {
  .id           = "metanet",
  .title        = N_("MetaNet"),
  .blurb        = N_("Makes a small network from one look at the painting. Strong in colour, with "
                     "short strokes all over."),
  .sees         = SCUMBLE_VGG_RELU5_1,
  .open         = metanet_open,
  .close        = metanet_close,
  .encode       = metanet_encode,
  .style_free   = g_free,
  .style_fits   = scumble_proxy_megapixel,
  .mix          = metanet_mix,
  .save         = metanet_save,
  .load         = metanet_load,
  .survey       = metanet_survey,
  .content_free = metanet_content_free,
  .render       = metanet_render,
  .room         = metanet_room,
  .work         = metanet_work,
};
