/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every layer's input lies in a frame that holds the border too, and stays until the way
 * back.  There, gradients need just three rooms: one before a normalisation, in a frame of
 * zeros, and two after it, because a block's input has two gradients to add up. */
#include "transfer-grad.h"
#include "grad.h"
#include "simd.h"
#include "transfer-net.h"

#include <math.h>

/* How much spikes count in what is learned. */
#define SPIKES_WEIGHT 4.0

struct _ScumbleTransferGrad
{
  int                  base;
  const float         *parameters;
  ScumbleTransferLayer layers[SCUMBLE_TRANSFER_LAYERS];
  ScumbleGradConv      convs[SCUMBLE_TRANSFER_LAYERS];
  ScumbleFrame         inputs[SCUMBLE_TRANSFER_LAYERS];
  ScumbleTensor        raw[SCUMBLE_TRANSFER_LAST];   /* before the normalisations */
  ScumbleNorm          norms[SCUMBLE_TRANSFER_LAST];
  ScumbleTensor        out;                          /* the painted picture */
  float               *after[2];
  float               *before;
  float               *scratch;
};

static int
plane_channels (int base, int times)
{
  return times == 0 ? 3 : SCUMBLE_PANEL * scumble_panels (times * base);
}

static void
init_conv (ScumbleTransferGrad *net, int i)
{
  const ScumbleTransferLayer *layer = &net->layers[i];
  const gboolean              first = i == SCUMBLE_TRANSFER_FIRST;
  const gboolean              last  = i == SCUMBLE_TRANSFER_LAST;

  net->convs[i] = (ScumbleGradConv) {
    .c_in      = layer->c_in,
    .c_out     = layer->c_out,
    .plane_in  = plane_channels (net->base, first ? 0 : layer->c_in / net->base),
    .plane_out = plane_channels (net->base, last ? 0 : layer->c_out / net->base),
    .kernel    = layer->kernel,
    .stride    = layer->stride,
    .up        = layer->up,
  };
  scumble_grad_conv_init (&net->convs[i]);
}

static void
init_norm (ScumbleTransferGrad *net, int i)
{
  const int    c   = net->convs[i].plane_out;
  ScumbleNorm *norm = &net->norms[i];

  norm->relu    = !net->layers[i].skip;
  norm->mean    = g_new (float, c);
  norm->inverse = g_new (float, c);
  norm->gain    = g_new (float, c);
  norm->bias    = g_new (float, c);
}

static gboolean
take_floats (float **data, gsize n, const ScumbleJob *job, GError **error)
{
  *data = scumble_arena_take (job->arena, n * sizeof **data, error);

  return *data != NULL;
}

/* Planes for a picture of @w x @h, and the greatest rooms that a layer needs. */
static gboolean
take_memory (ScumbleTransferGrad *net, int w, int h, const ScumbleJob *job, GError **error)
{
  gsize after = 0, before = 0, scratch = 0;

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleGradConv *conv   = &net->convs[i];
      const int              border = scumble_grad_conv_border (conv);

      if (!scumble_frame_take (&net->inputs[i], h, w, conv->plane_in, border, job->arena,
                               error))
        return FALSE;
      after   = MAX (after, scumble_frame_floats (h, w, conv->plane_in, border));
      h       = (conv->up ? 2 * h : h) / conv->stride;
      w       = (conv->up ? 2 * w : w) / conv->stride;
      before  = MAX (before, scumble_frame_floats (h, w, conv->plane_out,
                                                   scumble_grad_conv_halo (conv)));
      scratch = MAX (scratch, scumble_grad_conv_scratch (conv, job->threads));
      if (i < SCUMBLE_TRANSFER_LAST &&
          !scumble_arena_tensor (job->arena, h, w, conv->plane_out, &net->raw[i], error))
        return FALSE;
    }

  return take_floats (&net->after[0], after, job, error) &&
         take_floats (&net->after[1], after, job, error) &&
         take_floats (&net->before, before, job, error) &&
         take_floats (&net->scratch, scratch, job, error);
}

ScumbleTransferGrad *
scumble_transfer_grad_new (int base, const float *parameters, int w, int h,
                           const ScumbleJob *job, GError **error)
{
  g_autoptr (ScumbleTransferGrad) net = g_new0 (ScumbleTransferGrad, 1);

  net->base       = base;
  net->parameters = parameters;
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      net->layers[i] = scumble_transfer_layer (base, i);
      init_conv (net, i);
      if (i < SCUMBLE_TRANSFER_LAST)
        init_norm (net, i);
    }
  if (!take_memory (net, w, h, job, error))
    return NULL;

  scumble_transfer_grad_set (net, job->threads);
  return g_steal_pointer (&net);
}

void
scumble_transfer_grad_free (ScumbleTransferGrad *net)
{
  if (net == NULL)
    return;

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    scumble_grad_conv_clear (&net->convs[i]);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      g_free (net->norms[i].mean);
      g_free (net->norms[i].inverse);
      g_free (net->norms[i].gain);
      g_free (net->norms[i].bias);
    }
  g_free (net);
}

void
scumble_transfer_grad_set (ScumbleTransferGrad *net, int threads)
{
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleTransferLayer *layer = &net->layers[i];

      scumble_grad_conv_set (&net->convs[i], net->parameters + layer->weights,
                             i == SCUMBLE_TRANSFER_LAST ? net->parameters + layer->shift
                                                        : NULL);
    }
}

/* Runs layer @i, whose result goes into the next one's frame. */
static void
run_layer (ScumbleTransferGrad *net, int i, int threads)
{
  const ScumbleTransferLayer *layer = &net->layers[i];
  const ScumbleTensor        *skip  = layer->skip ? &net->inputs[i - 1].inside : NULL;

  scumble_frame_continue (&net->inputs[i], layer->up);
  scumble_grad_conv_forward (&net->convs[i], &net->inputs[i], &net->raw[i], net->scratch,
                             threads);
  scumble_norm_forward (&net->norms[i], layer->c_out, net->parameters + layer->scale,
                        net->parameters + layer->shift, &net->raw[i], skip,
                        &net->inputs[i + 1].inside, threads);
}

static void
squash (const ScumbleTensor *x, int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < x->h; i++)
    {
      float *row = scumble_tensor_at (x, i, 0);

      for (int k = 0; k < x->w * x->c; k++)
        row[k] = 1.0f / (1.0f + expf (-row[k]));
    }
}

gboolean
scumble_transfer_grad_forward (ScumbleTransferGrad *net, const ScumbleTensor *x,
                               const ScumbleVeil *veil, const ScumbleGrain *grain,
                               const ScumbleTensor *y, const ScumbleJob *job, GError **error)
{
  const int last = SCUMBLE_TRANSFER_LAST;

  scumble_copy (x, &net->inputs[0].inside, job->threads);
  scumble_grain_add (&net->inputs[0].inside, grain, job->threads);
  for (int i = 0; i < last; i++)
    {
      if (!scumble_job_go_on (job, error))
        return FALSE;
      net->norms[i].weights = scumble_veil_at (veil, &net->raw[i]);
      run_layer (net, i, job->threads);
    }

  scumble_frame_continue (&net->inputs[last], FALSE);
  scumble_grad_conv_forward (&net->convs[last], &net->inputs[last], y, net->scratch,
                             job->threads);
  squash (y, job->threads);
  net->out = *y;

  return TRUE;
}

/* Where the gradient with respect to the input of layer @i goes. */
static ScumbleFrame
input_gradient (const ScumbleTransferGrad *net, int i, int room)
{
  const ScumbleTensor *x = &net->inputs[i].inside;

  return scumble_frame_on (net->after[room], x->h, x->w, x->c, net->inputs[i].border);
}

/* From the gradient @g at layer @i's result to that at its input, in @room.
 * Returns: what the spikes of its normalisation cost */
static double
back_layer (const ScumbleTransferGrad *net, int i, const ScumbleTensor *g, int room,
            gboolean all, float *gradient, int threads)
{
  const ScumbleTransferLayer *layer  = &net->layers[i];
  const ScumbleGradConv      *conv   = &net->convs[i];
  const ScumbleFrame          before = scumble_frame_on (net->before, g->h, g->w,
                                                         conv->plane_out,
                                                         scumble_grad_conv_halo (conv));
  const ScumbleFrame          input  = input_gradient (net, i, room);
  double                      loss   = 0.0;

  scumble_frame_zero (&before);
  if (i < SCUMBLE_TRANSFER_LAST)
    {
      scumble_norm_back (&net->norms[i], layer->c_out, &net->raw[i], g, &before.inside,
                         gradient + layer->scale, gradient + layer->shift, threads);
      loss = scumble_norm_spikes (&net->norms[i], layer->c_out, &net->raw[i], SPIKES_WEIGHT,
                                  &before.inside, threads);
    }
  else
    scumble_grad_sigmoid (&net->out, g, &before.inside, threads);

  if (all && i == SCUMBLE_TRANSFER_LAST)
    scumble_grad_bias (&before.inside, gradient + layer->shift);
  if (all)
    scumble_grad_conv_weights (conv, &net->inputs[i], &before, gradient + layer->weights,
                               net->scratch, threads);
  if (i > SCUMBLE_TRANSFER_FIRST)
    scumble_grad_conv_back (conv, &before, &input, net->scratch, threads);

  return loss;
}

gboolean
scumble_transfer_grad_back (ScumbleTransferGrad *net, const ScumbleTensor *g, gboolean all,
                            float *gradient, double *loss, const ScumbleJob *job,
                            GError **error)
{
  ScumbleTensor now  = *g;
  int           room = 0;

  for (int i = SCUMBLE_TRANSFER_LAST; i >= 0; i--)
    {
      const gboolean      skip = net->layers[i].skip;
      const ScumbleTensor past = now;

      if (!scumble_job_go_on (job, error))
        return FALSE;

      /* Past a block's two layers, the gradient takes the way of its input, too. */
      room = skip ? 1 - room : room;
      *loss += back_layer (net, i, &now, room, all, gradient, job->threads);
      now = input_gradient (net, i, room).inside;
      if (skip)
        {
          i--;
          *loss += back_layer (net, i, &now, room, all, gradient, job->threads);
          now = input_gradient (net, i, room).inside;
          scumble_grad_add (&past, &now, job->threads);
        }
    }

  return TRUE;
}
