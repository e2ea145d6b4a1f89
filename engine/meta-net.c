/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meta-net.h"
#include "error.h"
#include "grain.h"
#include "mark.h"
#include "transfer-net.h"

#include <string.h>

/* A fully connected layer. */
typedef struct
{
  int    in;
  int    out;
  float *weights; /* [out, in] */
  float *bias;    /* [out] */
} Map;

struct _ScumbleMetaNet
{
  int    base;
  int    statistics;
  int    slice; /* hidden numbers per generator */
  float *mean;  /* [statistics] */
  float *scale; /* [statistics] */
  float  grain; /* that transfer networks see */
  Map    hidden;
  Map    generators[SCUMBLE_TRANSFER_LAST];
  float *shared; /* parameters of a transfer network, those that are not generated */
};

void
scumble_meta_net_free (ScumbleMetaNet *net)
{
  if (net == NULL)
    return;

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
load_shared (ScumbleMetaNet *net, const ScumbleSafetensors *file, const char *name, gsize from,
             gsize to, GError **error)
{
  g_autofree float *values = scumble_safetensors_floats (file, name, to - from, error);

  if (values == NULL)
    return FALSE;

  memcpy (net->shared + from, values, (to - from) * sizeof *values);
  return TRUE;
}

static gboolean
load_all_shared (ScumbleMetaNet *net, const ScumbleSafetensors *file, GError **error)
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
load_generators (ScumbleMetaNet *net, const ScumbleSafetensors *file, GError **error)
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
load (ScumbleMetaNet *net, const ScumbleSafetensors *file, GError **error)
{
  if (!load_all_shared (net, file, error) || !load_generators (net, file, error))
    return FALSE;

  net->hidden.in  = net->statistics;
  net->hidden.out = SCUMBLE_TRANSFER_LAST * net->slice;
  if (!load_map (&net->hidden, file, "hidden", error))
    return FALSE;

  net->mean = scumble_safetensors_floats (file, "meta.mean", (gsize) net->statistics, error);
  if (net->mean == NULL)
    return FALSE;
  net->scale = scumble_safetensors_floats (file, "meta.scale", (gsize) net->statistics,
                                           error);

  return net->scale != NULL && scumble_grain_load (file, "meta.grain", &net->grain, error);
}

/* y = W x + b */
static void
apply_map (const Map *map, const float *x, float *y, int threads)
{
  const int useful = scumble_useful_threads (16.0 * map->in * map->out, threads);

#pragma omp parallel for schedule(static) num_threads(useful)
  for (int i = 0; i < map->out; i++)
    {
      const float *weights = map->weights + (gsize) i * (gsize) map->in;
      float        sum     = map->bias[i];

      for (int k = 0; k < map->in; k++)
        sum += weights[k] * x[k];
      y[i] = sum;
    }
}

ScumbleMetaNet *
scumble_meta_net_new (const ScumbleSafetensors *file, int statistics, GError **error)
{
  g_autoptr (ScumbleMetaNet) net = g_new0 (ScumbleMetaNet, 1);

  net->statistics = statistics;

  return load (net, file, error) ? g_steal_pointer (&net) : NULL;
}

int
scumble_meta_net_base (const ScumbleMetaNet *net)
{
  return net->base;
}

float
scumble_meta_net_grain (const ScumbleMetaNet *net)
{
  return net->grain;
}

int
scumble_meta_net_length (const ScumbleMetaNet *net)
{
  return net->hidden.out;
}

float *
scumble_meta_net_look (const ScumbleMetaNet *net, float *statistics, int threads)
{
  float *hidden = g_new (float, net->hidden.out);

  for (int k = 0; k < net->statistics; k++)
    statistics[k] = (statistics[k] - net->mean[k]) / net->scale[k];
  apply_map (&net->hidden, statistics, hidden, threads);
  for (int k = 0; k < net->hidden.out; k++)
    hidden[k] = MAX (hidden[k], 0.0f);

  return hidden;
}

float *
scumble_meta_net_generate (const ScumbleMetaNet *net, const float *hidden, int threads)
{
  const gsize  n      = scumble_transfer_count (net->base);
  float       *values = g_memdup2 (net->shared, n * sizeof *values);

  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (net->base, i);

      apply_map (&net->generators[i], hidden + i * net->slice,
                 values + generated_from (&layer, i), threads);
    }

  return values;
}
