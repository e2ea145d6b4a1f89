/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gram.h"
#include "simd-grad.h"

#include <math.h>
#include <string.h>

/* Keeps the ratio finite for black pictures, and the root's slope for equal ones. */
#define FLAT   1e-6
#define SMOOTH 1e-4

/* Cells whose products are summed in single precision. */
enum { CELLS = 4096 };

/* y += a b for any number of columns, straight from the definition. */
static void
multiply_add_plainly (const ScumbleProduct *p)
{
  g_return_if_fail (p->parts == 1);

  for (int r = 0; r < p->rows; r++)
    for (int k = 0; k < p->k; k++)
      for (int column = 0; column < p->columns; column++)
        p->y[(gsize) r * p->y_row + (gsize) column] +=
          p->a[(gsize) r * p->a_row + (gsize) k * p->a_k] *
          p->b[(gsize) k * p->b_k + (gsize) column];
}

/* y += a b; vectors need whole panels. */
static void
multiply_add (const ScumbleProduct *product)
{
  if (product->columns % SCUMBLE_PANEL == 0)
    scumble_simd_best ()->grad->multiply_add (product);
  else
    multiply_add_plainly (product);
}

/* Row @i with its cells times their weights. @weighted: [w, c] scratch, unless @weights is
 * NULL: then all weights are 1 */
static const float *
weigh_row (const ScumbleTensor *x, int i, const float *weights, float *weighted)
{
  const gsize  c   = (gsize) x->c;
  const float *row = scumble_tensor_at (x, i, 0);

  if (weights == NULL)
    return row;

  for (gsize j = 0; j < (gsize) x->w; j++)
    for (gsize k = 0; k < c; k++)
      weighted[j * c + k] = weights[(gsize) i * (gsize) x->w + j] * row[j * c + k];

  return weighted;
}

/* Channels whose products one thread adds. */
typedef struct
{
  int from;
  int n;
} Share;

/* Adds the products of the cells of one row, of a share of the channels with all of them.
 * @weighted: as of weigh_row() */
static void
add_row (const ScumbleTensor *x, int i, const float *weights, float *weighted, Share share,
         float *sums)
{
  const gsize  c    = (gsize) x->c;
  const float *row  = scumble_tensor_at (x, i, 0);
  const float *left = weigh_row (x, i, weights, weighted);

  multiply_add (&(ScumbleProduct) { .a = left + share.from, .a_row = 1, .a_k = c, .b = row,
                                    .b_k = c, .parts = 1, .k = x->w, .rows = share.n,
                                    .columns = x->c, .y = sums + (gsize) share.from * c,
                                    .y_row = c });
}

/* How many threads share a band's channels, where there are fewer bands than threads: at most so
 * many that each has some rows for the processor's registers. */
static int
n_shares (int c, int bands, int threads)
{
  enum { LEAST = 16 };

  return CLAMP (threads / bands, 1, MAX (1, c / LEAST));
}

/* @sums: [bands, c, c], zeros */
static void
add_bands (const ScumbleTensor *x, const float *weights, float *sums, int rows, int threads)
{
  const gsize n      = (gsize) x->c * (gsize) x->c;
  const int   bands  = (x->h + rows - 1) / rows;
  const int   wanted = n_shares (x->c, bands, threads);
  const int   most   = (x->c + wanted - 1) / wanted;
  const int   shares = (x->c + most - 1) / most;

#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int task = 0; task < bands * shares; task++)
    {
      const int         band     = task / shares, first = task % shares * most;
      const Share       share    = { first, MIN (most, x->c - first) };
      g_autofree float *weighted = weights != NULL ? g_new (float, x->w * x->c) : NULL;

      for (int i = band * rows; i < MIN ((band + 1) * rows, x->h); i++)
        add_row (x, i, weights, weighted, share, sums + (gsize) band * n);
    }
}

static double
total_weight (const ScumbleTensor *x, const float *weights)
{
  const gsize n     = (gsize) x->h * (gsize) x->w;
  double      total = 0.0;

  for (gsize i = 0; i < n; i++)
    total += weights != NULL ? weights[i] : 1.0;

  return total;
}

void
scumble_gram_init (ScumbleGram *gram, int c)
{
  *gram = (ScumbleGram) { c, 0.0, g_new0 (double, (gsize) c * (gsize) c) };
}

void
scumble_gram_clear (ScumbleGram *gram)
{
  g_clear_pointer (&gram->sums, g_free);
}

void
scumble_gram_add (ScumbleGram *gram, const ScumbleTensor *x, const float *weights,
                  int threads)
{
  const gsize       n     = (gsize) x->c * (gsize) x->c;
  const int         rows  = MAX (1, CELLS / x->w);
  const int         bands = (x->h + rows - 1) / rows;
  g_autofree float *sums  = g_new0 (float, (gsize) bands * n);

  add_bands (x, weights, sums, rows, threads);
  for (gsize band = 0; band < (gsize) bands; band++)
    for (gsize k = 0; k < n; k++)
      gram->sums[k] += sums[band * n + k];
  gram->weight += total_weight (x, weights);
}

void
scumble_gram_get (const ScumbleGram *gram, float *values)
{
  for (gsize k = 0; k < (gsize) gram->c * (gsize) gram->c; k++)
    values[k] = (float) (gram->sums[k] / gram->weight);
}

/* g += x slope, cell by cell. */
static void
add_gradient (const ScumbleTensor *x, const float *weights, const float *slope,
              const ScumbleTensor *g, int threads)
{
  const gsize c = (gsize) x->c;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < x->h; i++)
    {
      g_autofree float *weighted = weights != NULL ? g_new (float, x->w * x->c) : NULL;

      multiply_add (&(ScumbleProduct) { .a = weigh_row (x, i, weights, weighted), .a_row = c,
                                        .a_k = 1, .b = slope, .b_k = c, .parts = 1,
                                        .k = x->c, .rows = x->w, .columns = x->c,
                                        .y = scumble_tensor_at (g, i, 0), .y_row = c });
    }
}

double
scumble_gram_distance (const ScumbleTensor *x, const float *weights, const float *wanted,
                       const ScumbleTensor *g, int threads)
{
  const gsize       n     = (gsize) x->c * (gsize) x->c;
  g_autofree float *slope = g_new (float, n);
  double            error = 0.0, power = FLAT, distance, weight;
  ScumbleGram       gram;

  scumble_gram_init (&gram, x->c);
  scumble_gram_add (&gram, x, weights, threads);
  scumble_gram_get (&gram, slope);
  weight = gram.weight;
  scumble_gram_clear (&gram);
  for (gsize k = 0; k < n; k++)
    {
      slope[k] -= wanted[k];
      error    += (double) slope[k] * slope[k];
      power    += (double) wanted[k] * wanted[k];
    }
  distance = sqrt (error / power + SMOOTH);

  /* The matrix is symmetric: a channel of a cell enters a row and a column of it. */
  for (gsize k = 0; k < n; k++)
    slope[k] *= (float) (2.0 / (distance * power * weight));
  add_gradient (x, weights, slope, g, threads);

  return distance;
}
