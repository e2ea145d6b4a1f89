/* SPDX-License-Identifier: GPL-3.0-or-later */

/* MetaStyle: Zhang, Zhu and Zhu, "MetaStyle: Three-Way Trade-Off Among Speed, Flexibility,
 * and Quality in Neural Style Transfer", AAAI 2019.
 *
 *     style -> encoder -> Gram matrices at relu1_1 .. relu4_1
 *     adapt: a transfer network, trained so that it learns a style in few steps, takes them
 *     content -> adapted transfer network -> pixels */
#include "model-private.h"
#include "critic.h"
#include "error.h"
#include "taps.h"
#include "transfer-content.h"
#include "transfer-grad.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Edge of the parts of the content that adaptation paints, in pixels; at most. */
enum { CROP = 256 };

/* Adam: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015. */
#define RATE    1e-2
#define BETA1   0.9
#define BETA2   0.999
#define EPSILON 1e-8

/* How much of the running mean of the loss one step is. */
#define SMOOTH 0.1

typedef struct
{
  int            base;
  float         *initial; /* parameters of the transfer network */
  ScumbleTaps    taps;
  ScumbleCritic *critic;
} Net;

typedef struct
{
  float *wanted;     /* the painting's Gram matrices */
  float *parameters; /* of the transfer network, adapted as far as it was */
} Style;

typedef struct
{
  ScumbleTransferContent transfer;
  const Net             *net;
} Content;

/* A run of adaptation. */
typedef struct
{
  const Net           *net;
  const Style         *style;
  ScumblePicture       picture;
  GRand               *rand;
  ScumbleTransferGrad *learner;
  float               *parameters;
  float               *best;     /* parameters when the running mean was lowest */
  double               running;
  double               lowest;
  double              *gradient; /* likewise all of scumble_transfer_count() numbers */
  double              *first;    /* Adam's moments */
  double              *second;
} Adapt;

static void
metastyle_close (gpointer data)
{
  Net *net = data;

  scumble_taps_clear (&net->taps);
  scumble_critic_free (net->critic);
  g_free (net->initial);
  g_free (net);
}

/* Reads transfer.LAYER.KIND to the place that it has among the parameters. */
static gboolean
load_values (Net *net, const ScumbleSafetensors *file, const char *layer, const char *kind,
             gsize from, gsize to, GError **error)
{
  g_autofree char  *name   = g_strdup_printf ("transfer.%s.%s", layer, kind);
  g_autofree float *values = scumble_safetensors_floats (file, name, to - from, error);

  if (values == NULL)
    return FALSE;

  memcpy (net->initial + from, values, (to - from) * sizeof *values);
  return TRUE;
}

static gboolean
load_layer (Net *net, const ScumbleSafetensors *file, int i, GError **error)
{
  const ScumbleTransferLayer layer = scumble_transfer_layer (net->base, i);

  if (!load_values (net, file, layer.name, "weight", layer.weights, layer.scale, error))
    return FALSE;
  if (i == SCUMBLE_TRANSFER_LAST)
    return load_values (net, file, layer.name, "bias", layer.shift, layer.end, error);

  return load_values (net, file, layer.name, "scale", layer.scale, layer.shift, error) &&
         load_values (net, file, layer.name, "shift", layer.shift, layer.end, error);
}

static gboolean
load (Net *net, const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
      GError **error)
{
  net->base = scumble_transfer_base (file, "transfer", error);
  if (net->base == 0)
    return FALSE;

  net->initial = g_new (float, scumble_transfer_count (net->base));
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    if (!load_layer (net, file, i, error))
      return FALSE;
  net->critic = scumble_critic_new (encoder_file, error);

  return net->critic != NULL;
}

static gpointer
metastyle_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
                const ScumbleConvnet *encoder, GError **error)
{
  Net *net = g_new0 (Net, 1);

  scumble_taps_init (&net->taps, encoder);
  if (!load (net, file, encoder_file, error))
    {
      metastyle_close (net);
      return NULL;
    }

  return net;
}

static Style *
new_style (const Net *net, const float *wanted, const float *parameters)
{
  Style *style = g_new (Style, 1);

  style->wanted     = g_memdup2 (wanted, scumble_taps_grams_length (&net->taps) * sizeof *wanted);
  style->parameters = g_memdup2 (parameters, scumble_transfer_count (net->base) *
                                               sizeof *parameters);
  return style;
}

static void
metastyle_style_free (gpointer data)
{
  Style *style = data;

  g_free (style->wanted);
  g_free (style->parameters);
  g_free (style);
}

static gpointer
metastyle_encode (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                  GError **error)
{
  const Net        *net    = model->net;
  g_autofree float *wanted = g_new (float, scumble_taps_grams_length (&net->taps));

  return scumble_taps_grams_source (&net->taps, source, wanted, job, error)
           ? new_style (net, wanted, net->initial) : NULL;
}

static gboolean
read_crop (Adapt *adapt, const ScumbleTensor *x, const ScumbleJob *job, GError **error)
{
  const ScumblePicture *picture = &adapt->picture;
  const ScumbleRect     rect    = { g_rand_int_range (adapt->rand, 0, picture->w - x->w + 1),
                                    g_rand_int_range (adapt->rand, 0, picture->h - x->h + 1),
                                    x->w, x->h };

  return scumble_picture_read (picture, rect, x->data, NULL, job, error);
}

/* Finds the loss on a crop, and its gradient. */
static gboolean
try_crop (Adapt *adapt, double *loss, const ScumbleJob *job, GError **error)
{
  const int     w = MIN (CROP, adapt->picture.w), h = MIN (CROP, adapt->picture.h);
  ScumbleTensor x, y, g;

  return scumble_arena_tensor (job->arena, h, w, 3, &x, error) &&
         scumble_arena_tensor (job->arena, h, w, 3, &y, error) &&
         scumble_arena_tensor (job->arena, h, w, 3, &g, error) &&
         read_crop (adapt, &x, job, error) &&
         scumble_transfer_grad_forward (adapt->learner, &x, &y, job, error) &&
         scumble_critic_judge (adapt->net->critic, &y, &x, adapt->style->wanted, &g, loss, job,
                               error) &&
         scumble_transfer_grad_back (adapt->learner, &g, adapt->gradient, job, error);
}

static void
step_parameter (Adapt *adapt, gsize k, int step)
{
  const double g = adapt->gradient[k];
  double       first, second;

  adapt->first[k]  = BETA1 * adapt->first[k] + (1.0 - BETA1) * g;
  adapt->second[k] = BETA2 * adapt->second[k] + (1.0 - BETA2) * g * g;
  first            = adapt->first[k] / (1.0 - pow (BETA1, step));
  second           = adapt->second[k] / (1.0 - pow (BETA2, step));

  adapt->parameters[k] -= (float) (RATE * first / (sqrt (second) + EPSILON));
}

/* Moves the scales and shifts; @step counts from 1. */
static void
step_parameters (Adapt *adapt, int step)
{
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (adapt->net->base, i);

      for (gsize k = layer.scale; k < layer.end; k++)
        step_parameter (adapt, k, step);
    }
}

/* Crops differ, so single losses do not tell which parameters are better. */
static void
note_loss (Adapt *adapt, double loss, int step)
{
  adapt->running = step == 1 ? loss : adapt->running + SMOOTH * (loss - adapt->running);
  if (step > 1 && adapt->running >= adapt->lowest)
    return;

  adapt->lowest = adapt->running;
  memcpy (adapt->best, adapt->parameters,
          scumble_transfer_count (adapt->net->base) * sizeof (float));
}

static gboolean
adapt_step (Adapt *adapt, int step, double *loss, const ScumbleJob *job, GError **error)
{
  const gsize    mark = scumble_arena_mark (job->arena);
  const gboolean done = scumble_job_go_on (job, error) && try_crop (adapt, loss, job, error);

  scumble_arena_release (job->arena, mark);
  if (!done)
    return FALSE;

  note_loss (adapt, *loss, step);
  step_parameters (adapt, step);

  return TRUE;
}

/* Returns: the style adapted; when cancelled, as good as it was at best. */
static Style *
adapt_steps (Adapt *adapt, const ScumbleAdaptation *how, const ScumbleJob *job,
             GError **error)
{
  g_autoptr (GError) local = NULL;
  const float       *made  = adapt->parameters;

  for (int step = 1; step <= how->updates; step++)
    {
      double loss = 0.0;

      if (!adapt_step (adapt, step, &loss, job, &local))
        {
          if (step == 1 || !g_error_matches (local, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED))
            {
              g_propagate_error (error, g_steal_pointer (&local));
              return NULL;
            }
          made = adapt->best;
          break;
        }
      if (how->told != NULL)
        how->told (step, loss, how->told_data);
      scumble_job_report (job, (double) step / how->updates);
    }

  return new_style (adapt->net, adapt->style->wanted, made);
}

static gpointer
metastyle_adapt (ScumbleModel *model, gconstpointer style, ScumbleSource *source,
                 const ScumbleAdaptation *how, const ScumbleJob *job, GError **error)
{
  const Net   *net   = model->net;
  const gsize  n     = scumble_transfer_count (net->base);
  Adapt        adapt = { .net = net, .style = style };
  Style       *made  = NULL;

  adapt.parameters = g_memdup2 (adapt.style->parameters, n * sizeof (float));
  adapt.best       = g_memdup2 (adapt.style->parameters, n * sizeof (float));
  adapt.gradient   = g_new0 (double, n);
  adapt.first      = g_new0 (double, n);
  adapt.second     = g_new0 (double, n);
  adapt.rand       = g_rand_new_with_seed (1);
  adapt.learner    = scumble_transfer_grad_new (net->base, adapt.parameters);

  if (scumble_picture_init (&adapt.picture, source, SCUMBLE_TRANSFER_ALIGN, job, error))
    made = adapt_steps (&adapt, how, job, error);

  scumble_picture_clear (&adapt.picture);
  scumble_transfer_grad_free (adapt.learner);
  g_rand_free (adapt.rand);
  g_free (adapt.parameters);
  g_free (adapt.best);
  g_free (adapt.gradient);
  g_free (adapt.first);
  g_free (adapt.second);

  return made;
}

static void
metastyle_content_free (gpointer data)
{
  Content *content = data;

  scumble_transfer_content_clear (&content->transfer);
  g_free (content);
}

static gpointer
metastyle_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                  GError **error)
{
  Content *content = g_new0 (Content, 1);

  content->net = model->net;
  if (!scumble_transfer_content_init (&content->transfer, source, job, error))
    {
      metastyle_content_free (content);
      return NULL;
    }
  scumble_transfer_content_rehearse (&content->transfer, content->net->base, job);

  return content;
}

static float *
blend (gconstpointer data, const ScumbleLook *look)
{
  const Net   *net      = data;
  const Style *style    = look->zones[0].style->data;
  const float  strength = (float) look->strength;
  const gsize  n        = scumble_transfer_count (net->base);
  float       *values   = g_new (float, n);

  for (gsize k = 0; k < n; k++)
    values[k] = strength * style->parameters[k] + (1.0f - strength) * net->initial[k];

  return values;
}

static gboolean
metastyle_render (ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect,
                  float *rgb, const ScumbleJob *job, GError **error)
{
  Content               *content = handle->data;
  const ScumbleTransfer *transfer;

  transfer = scumble_transfer_content_net (&content->transfer, look, content->net->base,
                                           blend, content->net, job, error);

  return transfer != NULL && scumble_transfer_run (transfer, &content->transfer.picture, rect,
                                                   rgb, job, error);
}

static gsize
metastyle_room (const ScumbleContent *handle, const ScumbleLook *look, int w, int h,
               int threads)
{
  const Content        *content = handle->data;
  const ScumblePicture *small   = &content->transfer.small;
  const int             base    = content->net->base;

  return MAX (scumble_transfer_room (base, w, h, threads),
              scumble_transfer_room (base, small->w, small->h, threads));
}

static double
metastyle_work (const ScumbleContent *handle, const ScumbleRect *rect)
{
  const Content *content = handle->data;

  return scumble_transfer_work (content->net->base, &content->transfer.picture, rect);
}

const ScumbleMethod scumble_method_metastyle = {
  .id           = "metastyle",
  .title        = N_("MetaStyle"),
  .blurb        = N_("Learns the painting while you wait, then paints quickly. The closest "
                     "to the painting."),
  .open         = metastyle_open,
  .close        = metastyle_close,
  .encode       = metastyle_encode,
  .style_free   = metastyle_style_free,
  .adapt        = metastyle_adapt,
  .survey       = metastyle_survey,
  .content_free = metastyle_content_free,
  .render       = metastyle_render,
  .room         = metastyle_room,
  .work         = metastyle_work,
};
