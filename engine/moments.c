/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "moments.h"

#include <math.h>

/* PyTorch's instance_norm default, and the published AdaIN's. */
#define EPSILON 1e-5

void
scumble_moments_init (ScumbleMoments *moments, int c)
{
  *moments      = (ScumbleMoments) { .c = c };
  moments->sum  = g_new0 (double, c);
  moments->sum2 = g_new0 (double, c);
}

void
scumble_moments_clear (ScumbleMoments *moments)
{
  g_clear_pointer (&moments->sum, g_free);
  g_clear_pointer (&moments->sum2, g_free);
}

/* Sums the channels from @from to @to: each thread owns some channels and walks all cells
 * in the same order, so the sums do not depend on how many threads there are. */
static void
add_channels (ScumbleMoments *moments, const ScumbleTensor *x, const float *weights, int from,
              int to)
{
  double *restrict sum  = moments->sum;
  double *restrict sum2 = moments->sum2;

  for (int i = 0; i < x->h; i++)
    for (int j = 0; j < x->w; j++)
      {
        const float *cell   = scumble_tensor_at (x, i, j);
        const double weight = weights != NULL ? weights[(gsize) i * (gsize) x->w + (gsize) j]
                                              : 1.0;

        for (int k = from; k < to; k++)
          {
            sum[k]  += weight * cell[k];
            sum2[k] += weight * cell[k] * cell[k];
          }
      }
}

void
scumble_moments_add (ScumbleMoments *moments, const ScumbleTensor *x, const float *weights,
                     int threads)
{
  enum { GROUP = 16 };
  const int   groups = (x->c + GROUP - 1) / GROUP;
  const gsize n      = (gsize) x->h * (gsize) x->w;

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (x, threads))
  for (int g = 0; g < groups; g++)
    add_channels (moments, x, weights, g * GROUP, MIN ((g + 1) * GROUP, x->c));

  for (gsize i = 0; i < n; i++)
    {
      const double weight = weights != NULL ? weights[i] : 1.0;

      moments->weight  += weight;
      moments->weight2 += weight * weight;
    }
}

/* @free is what the squared distances from the mean are divided by. */
static void
get (const ScumbleMoments *moments, double free, float *mean, float *std)
{
  const double w = moments->weight;

  for (int k = 0; k < moments->c; k++)
    {
      const double m   = w > 0.0 ? moments->sum[k] / w : 0.0;
      const double var = free > 0.0 ? MAX (moments->sum2[k] - w * m * m, 0.0) / free : 0.0;

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
