/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "critic.h"
#include "error.h"
#include "grad.h"
#include "gram.h"
#include "vgg.h"

#include <string.h>

enum { ROWS = 12 };

struct _ScumbleCritic
{
  const ScumbleLayer *plan;
  ScumbleGradConv     convs[ROWS]; /* of rows that are convolutions */
  int                 c[ROWS + 1]; /* channels before every row, and after the last */
};

/* A picture's way through the encoder: what comes before every row, and after the last. */
typedef struct
{
  ScumbleTensor planes[ROWS + 1];
} Way;

static gboolean
load_conv (ScumbleCritic *critic, guint i, const ScumbleSafetensors *file, GError **error)
{
  const char       *layer       = critic->plan[i].name;
  g_autofree char  *weight_name = g_strdup_printf ("encoder.%s.weight", layer);
  g_autofree char  *bias_name   = g_strdup_printf ("encoder.%s.bias", layer);
  g_autofree float *weights     = NULL;
  g_autofree float *bias        = NULL;
  int               shape[4];

  if (!scumble_safetensors_shape (file, weight_name, 4, shape, error))
    return FALSE;
  if (shape[1] != critic->c[i] || shape[2] != 3 || shape[3] != 3)
    {
      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL,
                   "The model file \"%s\" does not fit the network: tensor \"%s\" has shape "
                   "[%d, %d, %d, %d] where [any, %d, 3, 3] is needed.",
                   scumble_safetensors_path (file), weight_name, shape[0], shape[1], shape[2],
                   shape[3], critic->c[i]);
      return FALSE;
    }

  critic->c[i + 1] = shape[0];
  weights = scumble_safetensors_floats (file, weight_name,
                                        9 * (gsize) shape[0] * (gsize) shape[1], error);
  if (weights == NULL)
    return FALSE;
  bias = scumble_safetensors_floats (file, bias_name, (gsize) shape[0], error);
  if (bias == NULL)
    return FALSE;

  critic->convs[i] = (ScumbleGradConv) { .kernel = 3, .stride = 1 };
  scumble_grad_conv_init (&critic->convs[i], critic->c[i], critic->c[i + 1], weights, bias);
  critic->convs[i].forward.relu = TRUE;

  return TRUE;
}

ScumbleCritic *
scumble_critic_new (const ScumbleSafetensors *file, GError **error)
{
  g_autoptr (ScumbleCritic) critic = g_new0 (ScumbleCritic, 1);
  guint                     n;

  critic->plan = scumble_vgg_plan (SCUMBLE_VGG_RELU4_1, &n);
  g_return_val_if_fail (n == ROWS, NULL);

  critic->c[0] = 3;
  for (guint i = 0; i < n; i++)
    {
      critic->c[i + 1] = critic->c[i];
      if (critic->plan[i].kind == SCUMBLE_LAYER_CONV3 &&
          !load_conv (critic, i, file, error))
        return NULL;
    }

  return g_steal_pointer (&critic);
}

void
scumble_critic_free (ScumbleCritic *critic)
{
  if (critic == NULL)
    return;

  for (int i = 0; i < ROWS; i++)
    scumble_grad_conv_clear (&critic->convs[i]);
  g_free (critic);
}

/* The greatest scratch that a row of either direction takes. */
static float *
take_scratch (const ScumbleCritic *critic, int h, int w, const ScumbleJob *job,
              GError **error)
{
  gsize most = 0;

  for (int i = 0; i < ROWS; i++)
    {
      if (critic->plan[i].kind == SCUMBLE_LAYER_POOL2)
        {
          h /= 2;
          w /= 2;
        }
      else
        {
          most = MAX (most, scumble_grad_conv_scratch (&critic->convs[i], h, w,
                                                       job->threads));
        }
    }

  return scumble_arena_take (job->arena, most * sizeof (float), error);
}

static gboolean
look (const ScumbleCritic *critic, Way *way, int rows, float *scratch, const ScumbleJob *job,
      GError **error)
{
  for (int i = 0; i < rows; i++)
    {
      const ScumbleTensor *x    = &way->planes[i];
      ScumbleTensor       *y    = &way->planes[i + 1];
      const int            half = critic->plan[i].kind == SCUMBLE_LAYER_POOL2 ? 2 : 1;

      if (!scumble_job_go_on (job, error) ||
          !scumble_arena_tensor (job->arena, x->h / half, x->w / half, critic->c[i + 1], y,
                                 error))
        return FALSE;

      if (half == 2)
        scumble_pool2 (x, y, job->threads);
      else
        scumble_grad_conv_forward (&critic->convs[i], x, y, scratch, job->threads);
    }

  return TRUE;
}

/* Adds the loss at the tap after @rows rows, if there is one, and its gradient to @g. */
static double
judge_tap (const ScumbleCritic *critic, const Way *way, const ScumbleTensor *target,
           const float *wanted, guint rows, const ScumbleTensor *g, int threads)
{
  double loss = 0.0;

  for (int tap = SCUMBLE_VGG_RELU1_1; tap <= SCUMBLE_VGG_RELU4_1; tap++)
    {
      guint n;

      scumble_vgg_plan ((ScumbleVggTap) tap, &n);
      if (n == rows)
        {
          loss = scumble_gram_distance (&way->planes[n], wanted, g, threads);
          if (tap == SCUMBLE_VGG_RELU3_1)
            loss += scumble_grad_unexplained (&way->planes[n], target, g, threads);
        }
      wanted += critic->c[n] * critic->c[n];
    }

  return loss;
}

/* Goes back through the rows; @g is the gradient at the picture. */
static gboolean
go_back (const ScumbleCritic *critic, const Way *way, const ScumbleTensor *target,
         const float *wanted, const ScumbleTensor *g, double *loss, float *scratch,
         const ScumbleJob *job, GError **error)
{
  const ScumbleTensor *last  = &way->planes[ROWS];
  ScumbleTensor        after;

  if (!scumble_arena_tensor (job->arena, last->h, last->w, last->c, &after, error))
    return FALSE;
  memset (after.data, 0, (gsize) after.h * after.stride * sizeof (float));

  *loss = 0.0;
  for (int i = ROWS - 1; i >= 0; i--)
    {
      const ScumbleTensor *x      = &way->planes[i];
      ScumbleTensor        before = *g;

      if (!scumble_job_go_on (job, error) ||
          (i > 0 && !scumble_arena_tensor (job->arena, x->h, x->w, x->c, &before, error)))
        return FALSE;

      *loss += judge_tap (critic, way, target, wanted, (guint) i + 1, &after, job->threads);
      if (critic->plan[i].kind == SCUMBLE_LAYER_POOL2)
        {
          scumble_grad_pool2 (x, &after, &before, job->threads);
        }
      else
        {
          scumble_grad_relu (&way->planes[i + 1], &after, job->threads);
          scumble_grad_conv_back (&critic->convs[i], &after, &before, scratch, job->threads);
        }
      after = before;
    }

  return TRUE;
}

gboolean
scumble_critic_judge (const ScumbleCritic *critic, const ScumbleTensor *painted,
                      const ScumbleTensor *content, const float *wanted,
                      const ScumbleTensor *g, double *loss, const ScumbleJob *job,
                      GError **error)
{
  const gsize mark    = scumble_arena_mark (job->arena);
  float      *scratch = take_scratch (critic, painted->h, painted->w, job, error);
  Way         target  = { { *content } }, way = { { *painted } };
  guint       rows;
  gboolean    done;

  scumble_vgg_plan (SCUMBLE_VGG_RELU3_1, &rows);
  done = scratch != NULL && look (critic, &target, (int) rows, scratch, job, error) &&
         look (critic, &way, ROWS, scratch, job, error) &&
         go_back (critic, &way, &target.planes[rows], wanted, g, loss, scratch, job, error);
  scumble_arena_release (job->arena, mark);

  return done;
}
