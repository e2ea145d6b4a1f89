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
#include "error.h"
#include "mark.h"
#include "safetensors-writer.h"
#include "taps.h"
#include "transfer-content.h"

#include <string.h>

/* A fully connected layer. */
typedef struct
{
  int    in;
  int    out;
  float *weights; /* [out, in] */
  float *bias;    /* [out] */
} Map;

typedef struct
{
  int         base;
  int         slice;  /* hidden numbers per generator */
  ScumbleTaps taps;
  float      *mean;   /* [taps.length] */
  float      *scale;  /* [taps.length] */
  Map         hidden;
  Map         generators[SCUMBLE_TRANSFER_LAST];
  float      *shared; /* parameters of a network, those that are not generated */
} Net;

typedef struct
{
  ScumbleTransferContent transfer;
  const Net             *net;
  float                 *own; /* hidden vector of the content itself */
} Content;

static void
metanet_close (gpointer data)
{
  Net *net = data;

  scumble_taps_clear (&net->taps);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      g_free (net->generators[i].weights);
      g_free (net->generators[i].bias);
    }
  g_free (net->hidden.weights);
  g_free (net->hidden.bias);
  g_free (net->mean);
  g_free (net->scale);
  g_free (net->shared);
  g_free (net);
}

/* Reads meta.NAME.weight [out, in] and meta.NAME.bias [out]; map->in and map->out say what
 * is expected, 0 for anything. */
static gboolean
load_map (Map *map, const ScumbleSafetensors *file, const char *name, GError **error)
{
  g_autofree char *weight = g_strdup_printf ("meta.%s.weight", name);
  g_autofree char *bias   = g_strdup_printf ("meta.%s.bias", name);
  int              shape[2];

  if (!scumble_safetensors_shape (file, weight, 2, shape, error))
    return FALSE;
  if ((map->out != 0 && shape[0] != map->out) || (map->in != 0 && shape[1] != map->in))
    {
      scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                         N_("The model file \"%s\" does not fit the network: tensor "
                            "\"%s\" has shape [%d, %d] where [%d, %d] is needed."),
                         scumble_safetensors_path (file), weight, shape[0], shape[1],
                         map->out != 0 ? map->out : shape[0],
                         map->in != 0 ? map->in : shape[1]);
      return FALSE;
    }

  map->out     = shape[0];
  map->in      = shape[1];
  map->weights = scumble_safetensors_floats (file, weight,
                                             (gsize) map->out * (gsize) map->in, error);
  if (map->weights == NULL)
    return FALSE;
  map->bias = scumble_safetensors_floats (file, bias, (gsize) map->out, error);

  return map->bias != NULL;
}

/* Reads a tensor to the place that it has among a network's parameters. */
static gboolean
load_shared (Net *net, const ScumbleSafetensors *file, const char *name, gsize from, gsize to,
             GError **error)
{
  g_autofree float *values = scumble_safetensors_floats (file, name, to - from, error);

  if (values == NULL)
    return FALSE;

  memcpy (net->shared + from, values, (to - from) * sizeof *values);
  return TRUE;
}

static gboolean
load_all_shared (Net *net, const ScumbleSafetensors *file, GError **error)
{
  ScumbleTransferLayer first, last;

  net->base = scumble_transfer_base (file, "shared", error);
  if (net->base == 0)
    return FALSE;

  net->shared = g_new0 (float, scumble_transfer_count (net->base));
  first       = scumble_transfer_layer (net->base, SCUMBLE_TRANSFER_FIRST);
  last        = scumble_transfer_layer (net->base, SCUMBLE_TRANSFER_LAST);

  return load_shared (net, file, "shared.first.weight", first.weights, first.scale, error) &&
         load_shared (net, file, "shared.last.weight", last.weights, last.shift, error) &&
         load_shared (net, file, "shared.last.bias", last.shift, last.end, error);
}

/* Where a layer's generated parameters begin: the first layer's kernel is shared. */
static gsize
generated_from (const ScumbleTransferLayer *layer, int i)
{
  return i == SCUMBLE_TRANSFER_FIRST ? layer->scale : layer->weights;
}

static gboolean
load_generators (Net *net, const ScumbleSafetensors *file, GError **error)
{
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (net->base, i);

      net->generators[i].in  = net->slice;
      net->generators[i].out = (int) (layer.end - generated_from (&layer, i));
      if (!load_map (&net->generators[i], file, layer.name, error))
        return FALSE;
      net->slice = net->generators[i].in;
    }

  return TRUE;
}

static gboolean
load (Net *net, const ScumbleSafetensors *file, GError **error)
{
  if (!load_all_shared (net, file, error) || !load_generators (net, file, error))
    return FALSE;

  net->hidden.in  = net->taps.length;
  net->hidden.out = SCUMBLE_TRANSFER_LAST * net->slice;
  if (!load_map (&net->hidden, file, "hidden", error))
    return FALSE;

  net->mean = scumble_safetensors_floats (file, "meta.mean", (gsize) net->taps.length, error);
  if (net->mean == NULL)
    return FALSE;
  net->scale = scumble_safetensors_floats (file, "meta.scale", (gsize) net->taps.length,
                                           error);

  return net->scale != NULL;
}

static gpointer
metanet_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
              const ScumbleConvnet *encoder, GError **error)
{
  Net *net = g_new0 (Net, 1);

  scumble_taps_init (&net->taps, encoder);
  if (!load (net, file, error))
    {
      metanet_close (net);
      return NULL;
    }

  return net;
}

/* y = W x + b */
static void
apply_map (const Map *map, const float *x, float *y)
{
  for (int i = 0; i < map->out; i++)
    {
      const float *weights = map->weights + (gsize) i * (gsize) map->in;
      float        sum     = map->bias[i];

      for (int k = 0; k < map->in; k++)
        sum += weights[k] * x[k];
      y[i] = sum;
    }
}

/* Returns: the hidden vector of a picture of these statistics, which are used up. */
static float *
look_at (const Net *net, float *statistics)
{
  float *hidden = g_new (float, net->hidden.out);

  for (int k = 0; k < net->taps.length; k++)
    statistics[k] = (statistics[k] - net->mean[k]) / net->scale[k];
  apply_map (&net->hidden, statistics, hidden);
  for (int k = 0; k < net->hidden.out; k++)
    hidden[k] = MAX (hidden[k], 0.0f);

  return hidden;
}

static gpointer
metanet_encode (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                GError **error)
{
  const Net        *net        = model->net;
  g_autofree float *statistics = g_new (float, net->taps.length);

  return scumble_taps_measure_source (&net->taps, source, statistics, job, error)
           ? look_at (net, statistics) : NULL;
}

/* The generators are linear in the hidden vector. */
static gpointer
metanet_mix (const ScumbleModel *model, const gconstpointer *styles, const float *weights,
             guint n)
{
  const int length = ((const Net *) model->net)->hidden.out;
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
  const int length = ((const Net *) model->net)->hidden.out;

  scumble_safetensors_writer_add (writer, "style.hidden", &length, 1, style);
}

static gpointer
metanet_load (const ScumbleModel *model, const ScumbleSafetensors *file, GError **error)
{
  return scumble_safetensors_floats (file, "style.hidden",
                                     (gsize) ((const Net *) model->net)->hidden.out, error);
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
generate (gconstpointer data, const ScumbleStyle *style, double amount)
{
  const Content    *content  = data;
  const Net        *net      = content->net;
  const float      *hidden   = style != NULL ? style->data : content->own;
  const float       strength = (float) amount;
  g_autofree float *blend    = g_new (float, net->hidden.out);
  float            *values   = g_new (float, scumble_transfer_count (net->base));

  for (int k = 0; k < net->hidden.out; k++)
    blend[k] = strength * hidden[k] + (1.0f - strength) * content->own[k];

  memcpy (values, net->shared, scumble_transfer_count (net->base) * sizeof *values);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (net->base, i);

      apply_map (&net->generators[i], blend + i * net->slice,
                 values + generated_from (&layer, i));
    }

  return values;
}

static gpointer
metanet_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                GError **error)
{
  const Net        *net        = model->net;
  Content          *content    = g_new0 (Content, 1);
  g_autofree float *statistics = g_new (float, net->taps.length);

  content->net      = net;
  content->transfer = (ScumbleTransferContent) { .base = net->base, .make = generate,
                                                 .data = content };
  if (scumble_transfer_content_init (&content->transfer, source, job, error) &&
      scumble_taps_measure (&net->taps, &content->transfer.small, statistics, job, error))
    content->own = look_at (net, statistics);
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
  .blurb        = N_("Makes a small network from one look at the painting. Gentle: it keeps most "
                     "of the picture."),
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
