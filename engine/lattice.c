/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lattice.h"

/* Two upsamplings repeat every four pixels. In a cell of eight such periods a brush stroke is
 * rarely in step with that. */
enum { PERIOD = 4, CELL = 32, PHASES = PERIOD * PERIOD, RGB = 3 };

typedef struct
{
  double weight[PHASES];
  double value[PHASES][RGB]; /* sums, then how far a mean is from the cell's */
} Phases;

static double
weight_at (const ScumbleTensor *x, const float *weights, int i, int j)
{
  return weights != NULL ? (double) weights[(gsize) i * (gsize) x->w + (gsize) j] : 1.0;
}

static int
phase_at (int i, int j)
{
  return i % PERIOD * PERIOD + j % PERIOD;
}

/* Returns: what the cell's pixels weigh */
static double
find_phases (const ScumbleTensor *x, const float *weights, ScumbleRect cell, Phases *phases)
{
  double total = 0.0, mean[RGB] = { 0.0 };

  *phases = (Phases) { 0 };
  for (int i = cell.y; i < cell.y + cell.h; i++)
    for (int j = cell.x; j < cell.x + cell.w; j++)
      {
        const float *pixel  = scumble_tensor_at (x, i, j);
        const double weight = weight_at (x, weights, i, j);
        const int    phase  = phase_at (i, j);

        phases->weight[phase] += weight;
        for (int k = 0; k < RGB; k++)
          phases->value[phase][k] += weight * (double) pixel[k];
      }

  for (int phase = 0; phase < PHASES; phase++)
    {
      total += phases->weight[phase];
      for (int k = 0; k < RGB; k++)
        mean[k] += phases->value[phase][k];
    }
  for (int phase = 0; phase < PHASES; phase++)
    for (int k = 0; k < RGB; k++)
      phases->value[phase][k] = phases->weight[phase] > 0.0
                                  ? phases->value[phase][k] / phases->weight[phase] -
                                      mean[k] / total
                                  : 0.0;

  return total;
}

/* The means' own changes cancel: what is left of the slope at a pixel is twice what it weighs
 * times how far its phase is from the cell.
 * Returns: the weighted sum of squares */
static double
judge_cell (const ScumbleTensor *x, const float *weights, ScumbleRect cell, double scale,
            const ScumbleTensor *g)
{
  Phases phases;
  double sum = 0.0;

  if (find_phases (x, weights, cell, &phases) <= 0.0)
    return 0.0;

  for (int phase = 0; phase < PHASES; phase++)
    for (int k = 0; k < RGB; k++)
      sum += phases.weight[phase] * phases.value[phase][k] * phases.value[phase][k];
  for (int i = cell.y; i < cell.y + cell.h; i++)
    for (int j = cell.x; j < cell.x + cell.w; j++)
      {
        float       *slope  = scumble_tensor_at (g, i, j);
        const double factor = 2.0 * scale * weight_at (x, weights, i, j);

        for (int k = 0; k < RGB; k++)
          slope[k] += (float) (factor * phases.value[phase_at (i, j)][k]);
      }

  return sum;
}

double
scumble_lattice (const ScumbleTensor *x, const float *weights, double share,
                 const ScumbleTensor *g, int threads)
{
  const int          rows = (x->h + CELL - 1) / CELL;
  const gsize        n    = (gsize) x->w * (gsize) x->h;
  g_autofree double *sums = g_new0 (double, rows);
  double             weight = 0.0, sum = 0.0, scale;

  for (gsize i = 0; i < n; i++)
    weight += weights != NULL ? (double) weights[i] : 1.0;
  if (weight == 0.0)
    return 0.0;
  scale = share / (RGB * weight);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int row = 0; row < rows; row++)
    for (int left = 0; left < x->w; left += CELL)
      {
        const int         top  = row * CELL;
        const ScumbleRect cell = { left, top, MIN (CELL, x->w - left), MIN (CELL, x->h - top) };

        sums[row] += judge_cell (x, weights, cell, scale, g);
      }
  for (int row = 0; row < rows; row++)
    sum += sums[row];

  return scale * sum;
}
