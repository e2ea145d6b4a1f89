/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transfer-grad.h"
#include "grad.h"
#include "moments.h"
#include "transfer-net.h"

#include <math.h>

/* What a layer remembers. */
typedef struct
{
  ScumbleTensor x;          /* what it convolved, upsampled already */
  ScumbleTensor normalised; /* before scale and shift */
  ScumbleTensor y;
  float        *std;        /* [c_out] what its normalisation divided by */
} Memory;

struct _ScumbleTransferGrad
{
  int                  base;
  const float         *parameters;
  ScumbleTransferLayer layers[SCUMBLE_TRANSFER_LAYERS];
  ScumbleGradConv      convs[SCUMBLE_TRANSFER_LAYERS];
  Memory               memory[SCUMBLE_TRANSFER_LAYERS];
  ScumbleTensor        out;
  float               *scratch;
};

ScumbleTransferGrad *
scumble_transfer_grad_new (int base, const float *parameters)
{
  ScumbleTransferGrad *net = g_new0 (ScumbleTransferGrad, 1);

  net->base       = base;
  net->parameters = parameters;
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      ScumbleTransferLayer *layer = &net->layers[i];

      *layer               = scumble_transfer_layer (base, i);
      net->convs[i].kernel = layer->kernel;
      net->convs[i].stride = layer->stride;
      scumble_grad_conv_init (&net->convs[i], layer->c_in, layer->c_out,
                              parameters + layer->weights,
                              i == SCUMBLE_TRANSFER_LAST ? parameters + layer->shift : NULL);
      net->memory[i].std = g_new (float, layer->c_out);
    }

  return net;
}

void
scumble_transfer_grad_free (ScumbleTransferGrad *net)
{
  if (net == NULL)
    return;

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      scumble_grad_conv_clear (&net->convs[i]);
      g_free (net->memory[i].std);
    }
  g_free (net);
}

/* The greatest scratch that a layer of either direction takes. */
static gboolean
take_scratch (ScumbleTransferGrad *net, int h, int w, const ScumbleJob *job, GError **error)
{
  gsize most = 0;

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleTransferLayer *layer = &net->layers[i];

      h    = layer->up ? 2 * h : h;
      w    = layer->up ? 2 * w : w;
      most = MAX (most, scumble_grad_conv_scratch (&net->convs[i], h, w, job->threads));
      h   /= layer->stride;
      w   /= layer->stride;
    }
  net->scratch = scumble_arena_take (job->arena, most * sizeof (float), error);

  return net->scratch != NULL;
}

/* x = (x - mean) / std, by its own statistics; @std: [c] */
static void
normalise (const ScumbleTensor *x, float *std, int threads)
{
  g_autofree float *gain = g_new (float, x->c);
  g_autofree float *bias = g_new (float, x->c);
  ScumbleMoments    moments;

  scumble_moments_init (&moments, x->c);
  scumble_moments_add (&moments, x, NULL, threads);
  scumble_moments_get_biased (&moments, bias, std);
  scumble_moments_clear (&moments);

  for (int k = 0; k < x->c; k++)
    {
      gain[k] = 1.0f / std[k];
      bias[k] = -bias[k] / std[k];
    }
  scumble_affine (x, gain, bias, x, threads);
}

static void
rectify (const ScumbleTensor *x)
{
  for (gsize k = 0; k < (gsize) x->h * x->stride; k++)
    x->data[k] = MAX (x->data[k], 0.0f);
}

static void
add (const ScumbleTensor *x, const ScumbleTensor *y)
{
  for (gsize k = 0; k < (gsize) x->h * x->stride; k++)
    y->data[k] += x->data[k];
}

/* Finds what layer @i convolves, given the result @x of the one before. */
static gboolean
prepare_input (ScumbleTransferGrad *net, int i, const ScumbleTensor *x, const ScumbleJob *job,
               GError **error)
{
  Memory *memory = &net->memory[i];

  memory->x = *x;
  if (!net->layers[i].up)
    return TRUE;

  if (!scumble_arena_tensor (job->arena, 2 * x->h, 2 * x->w, x->c, &memory->x, error))
    return FALSE;
  scumble_up2 (x, 0, 0, &memory->x, job->threads);

  return TRUE;
}

static gboolean
run_layer (ScumbleTransferGrad *net, int i, const ScumbleTensor *x, const ScumbleJob *job,
           GError **error)
{
  const ScumbleTransferLayer *layer  = &net->layers[i];
  Memory                     *memory = &net->memory[i];
  ScumbleTensor              *y      = &memory->y;
  int                         h, w;

  if (!scumble_job_go_on (job, error) || !prepare_input (net, i, x, job, error))
    return FALSE;

  h = memory->x.h / layer->stride;
  w = memory->x.w / layer->stride;
  if (!scumble_arena_tensor (job->arena, h, w, layer->c_out, &memory->normalised, error) ||
      !scumble_arena_tensor (job->arena, h, w, layer->c_out, y, error))
    return FALSE;

  scumble_grad_conv_forward (&net->convs[i], &memory->x, &memory->normalised, net->scratch,
                             job->threads);
  normalise (&memory->normalised, memory->std, job->threads);
  scumble_affine (&memory->normalised, net->parameters + layer->scale,
                  net->parameters + layer->shift, y, job->threads);
  if (layer->skip)
    add (&net->memory[i - 1].x, y);
  else
    rectify (y);

  return TRUE;
}

gboolean
scumble_transfer_grad_forward (ScumbleTransferGrad *net, const ScumbleTensor *x,
                               const ScumbleTensor *y, const ScumbleJob *job, GError **error)
{
  const int last = SCUMBLE_TRANSFER_LAST;

  if (!take_scratch (net, x->h, x->w, job, error))
    return FALSE;

  for (int i = 0; i < last; i++)
    if (!run_layer (net, i, i == 0 ? x : &net->memory[i - 1].y, job, error))
      return FALSE;

  scumble_grad_conv_forward (&net->convs[last], &net->memory[last - 1].y, y, net->scratch,
                             job->threads);
  for (gsize k = 0; k < (gsize) y->h * y->stride; k++)
    y->data[k] = 1.0f / (1.0f + expf (-y->data[k]));
  net->out = *y;

  return TRUE;
}

/* From the gradient @g at layer @i's result to that at the result of the layer before. */
static gboolean
go_back (ScumbleTransferGrad *net, int i, const ScumbleTensor *g, ScumbleTensor *before,
         double *gradient, const ScumbleJob *job, GError **error)
{
  const ScumbleTransferLayer *layer  = &net->layers[i];
  const Memory               *memory = &net->memory[i];
  const ScumbleTensor        *x      = &memory->x;
  ScumbleTensor               wide;

  if (!layer->skip)
    scumble_grad_relu (&memory->y, g, job->threads);
  scumble_grad_norm (&memory->normalised, memory->std, net->parameters + layer->scale, g,
                     gradient + layer->scale, gradient + layer->shift, job->threads);
  if (i == SCUMBLE_TRANSFER_FIRST)
    return TRUE;

  if (!scumble_arena_tensor (job->arena, x->h, x->w, x->c, &wide, error))
    return FALSE;
  scumble_grad_conv_back (&net->convs[i], g, &wide, net->scratch, job->threads);
  *before = wide;
  if (!layer->up)
    return TRUE;

  if (!scumble_arena_tensor (job->arena, x->h / 2, x->w / 2, x->c, before, error))
    return FALSE;
  scumble_grad_up2 (&wide, before, job->threads);

  return TRUE;
}

/* Back through the two layers of a block whose second is @i: past them, too, the gradient
 * takes the way of the block's input. */
static gboolean
go_back_block (ScumbleTransferGrad *net, int i, ScumbleTensor *g, double *gradient,
               const ScumbleJob *job, GError **error)
{
  ScumbleTensor past, middle, before;

  if (!scumble_arena_tensor (job->arena, g->h, g->w, g->c, &past, error))
    return FALSE;
  scumble_copy (g, &past);
  if (!go_back (net, i, g, &middle, gradient, job, error) ||
      !go_back (net, i - 1, &middle, &before, gradient, job, error))
    return FALSE;
  add (&past, &before);
  *g = before;

  return TRUE;
}

gboolean
scumble_transfer_grad_back (ScumbleTransferGrad *net, const ScumbleTensor *g,
                            double *gradient, const ScumbleJob *job, GError **error)
{
  const int            last = SCUMBLE_TRANSFER_LAST;
  const ScumbleTensor *x    = &net->memory[last - 1].y;
  ScumbleTensor        now;

  if (!scumble_arena_tensor (job->arena, x->h, x->w, x->c, &now, error))
    return FALSE;
  scumble_grad_sigmoid (&net->out, g, job->threads);
  scumble_grad_conv_back (&net->convs[last], g, &now, net->scratch, job->threads);

  for (int i = last - 1; i >= 0; i -= net->layers[i].skip ? 2 : 1)
    {
      ScumbleTensor before = now;
      gboolean      done;

      if (!scumble_job_go_on (job, error))
        return FALSE;
      if (net->layers[i].skip)
        done = go_back_block (net, i, &before, gradient, job, error);
      else
        done = go_back (net, i, &now, &before, gradient, job, error);
      if (!done)
        return FALSE;
      now = before;
    }

  return TRUE;
}
