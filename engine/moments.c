/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "moments.h"
#include "simd-grad.h"

#include <math.h>

/* PyTorch's instance_norm default, and the published AdaIN's. */
#define EPSILON 1e-5

/* Parts that a plane is summed in, by one thread each; a channel's sums are those of all. */
enum { BANDS = 16 };

void
scumble_moments_init (ScumbleMoments *moments, int c)
{
  *moments = (ScumbleMoments) { .c     = c,
                                .sums  = g_new0 (double, BANDS * 2 * (gsize) c),
                                .highs = g_new (float, BANDS * (gsize) c) };
  for (gsize k = 0; k < BANDS * (gsize) c; k++)
    moments->highs[k] = -G_MAXFLOAT;
}

void
scumble_moments_clear (ScumbleMoments *moments)
{
  g_clear_pointer (&moments->sums, g_free);
  g_clear_pointer (&moments->highs, g_free);
}

/* Row @i of @x, whose cells' weights are the row of @weights. */
static void
add_highs (const ScumbleTensor *x, const float *weights, int i, float *highs)
{
  for (int j = 0; j < x->w; j++)
    {
      const float *cell = scumble_tensor_at (x, i, j);

      if (weights != NULL && weights[j] <= 0.0f)
        continue;
      for (int k = 0; k < x->c; k++)
        highs[k] = cell[k] > highs[k] ? cell[k] : highs[k];
    }
}

void
scumble_moments_add (ScumbleMoments *moments, const ScumbleTensor *x, const float *weights,
                     int threads)
{
  const ScumbleSimdGrad *simd = scumble_simd_best ()->grad;
  const gsize            n    = (gsize) x->h * (gsize) x->w;

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (x, threads))
  for (int band = 0; band < BANDS; band++)
    for (int i = band * x->h / BANDS; i < (band + 1) * x->h / BANDS; i++)
      {
        const float *row = weights != NULL ? weights + (gsize) i * (gsize) x->w : NULL;

        simd->add_moments (scumble_tensor_at (x, i, 0), row, (gsize) x->w, (gsize) x->c,
                           moments->sums + (gsize) band * 2 * (gsize) x->c);
        add_highs (x, row, i, moments->highs + (gsize) band * (gsize) x->c);
      }

  for (gsize i = 0; weights != NULL && i < n; i++)
    {
      moments->weight  += (double) weights[i];
      moments->weight2 += (double) weights[i] * (double) weights[i];
    }
  if (weights == NULL)
    {
      moments->weight  += (double) n;
      moments->weight2 += (double) n;
    }
}

/* Number @k of the sums [2, c]. */
static double
total (const ScumbleMoments *moments, int k)
{
  double sum = 0.0;

  for (int band = 0; band < BANDS; band++)
    sum += moments->sums[band * 2 * moments->c + k];

  return sum;
}

/* @free is what the squared distances from the mean are divided by. */
static void
get (const ScumbleMoments *moments, double free, float *mean, float *std)
{
  const double w = moments->weight;

  for (int k = 0; k < moments->c; k++)
    {
      const double m   = w > 0.0 ? total (moments, k) / w : 0.0;
      const double far = total (moments, moments->c + k) - w * m * m;
      const double var = free > 0.0 ? MAX (far, 0.0) / free : 0.0;

      mean[k] = (float) m;
      std[k]  = (float) sqrt (var + EPSILON);
    }
}

void
scumble_moments_get (const ScumbleMoments *moments, float *mean, float *std)
{
  const double w = moments->weight;

  get (moments, w > 0.0 ? w - moments->weight2 / w : 0.0, mean, std);
}

void
scumble_moments_get_biased (const ScumbleMoments *moments, float *mean, float *std)
{
  get (moments, moments->weight, mean, std);
}

void
scumble_moments_get_highs (const ScumbleMoments *moments, float *highs)
{
  for (int k = 0; k < moments->c; k++)
    {
      float high = -G_MAXFLOAT;

      for (int band = 0; band < BANDS; band++)
        high = MAX (high, moments->highs[band * moments->c + k]);
      highs[k] = moments->weight > 0.0 ? high : 0.0f;
    }
}
