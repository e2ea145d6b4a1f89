/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include <string.h>

static inline void
max_into (float *restrict y, const float *restrict x, int c)
{
  for (int k = 0; k < c; k++)
    y[k] = x[k] > y[k] ? x[k] : y[k];
}

void
scumble_pool2 (const ScumbleTensor *x, const ScumbleTensor *y, int threads)
{
  const gsize cell = (gsize) x->c * sizeof (float);

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (y, threads))
  for (int i = 0; i < y->h; i++)
    for (int j = 0; j < y->w; j++)
      {
        const int  rows = MIN (2, x->h - 2 * i);
        const int  cols = MIN (2, x->w - 2 * j);
        float     *to   = scumble_tensor_at (y, i, j);

        memcpy (to, scumble_tensor_at (x, 2 * i, 2 * j), cell);
        for (int k = 1; k < rows * cols; k++)
          max_into (to, scumble_tensor_at (x, 2 * i + k / cols, 2 * j + k % cols), x->c);
      }
}

void
scumble_up2 (const ScumbleTensor *x, int y0, int x0, const ScumbleTensor *y, int threads)
{
  const gsize cell = (gsize) x->c * sizeof (float);

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (y, threads))
  for (int i = 0; i < y->h; i++)
    {
      const float *from = scumble_tensor_at (x, (i + y0) / 2, 0);
      float       *to   = scumble_tensor_at (y, i, 0);

      for (int j = 0; j < y->w; j++)
        memcpy (to + (gsize) j * (gsize) y->c, from + (gsize) ((j + x0) / 2) * (gsize) x->c,
                cell);
    }
}

void
scumble_clamp (const ScumbleTensor *x, int threads)
{
#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (x, threads))
  for (int i = 0; i < x->h; i++)
    {
      float *row = scumble_tensor_at (x, i, 0);

      for (int k = 0; k < x->w * x->c; k++)
        row[k] = row[k] > 0.0f ? MIN (row[k], 1.0f) : 0.0f;
    }
}

void
scumble_copy (const ScumbleTensor *x, const ScumbleTensor *y, int threads)
{
#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (x, threads))
  for (int i = 0; i < x->h; i++)
    memcpy (scumble_tensor_at (y, i, 0), scumble_tensor_at (x, i, 0),
            (gsize) x->w * (gsize) x->c * sizeof (float));
}
