/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "covariance.h"
#include "simd-grad.h"

#include <math.h>
#include <string.h>

/* Keep the ratios finite, for black pictures and for those of one colour, and the root's slope
 * for equal ones. */
#define FLAT   1e-6
#define PLAIN  1e-2
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

/* How many numbers a plane's sums are: a row for the channels, and one for each with all. */
static gsize
n_sums (int c)
{
  return (1 + (gsize) c) * (gsize) c;
}

/* sums += a for every cell. */
static void
add_cells (const float *a, gsize cells, gsize c, float *sums)
{
  for (gsize j = 0; j < cells; j++)
    for (gsize k = 0; k < c; k++)
      sums[k] += a[j * c + k];
}

/* Adds the cells of one row, and their products: of a share of the channels with all of them.
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
                                    .columns = x->c,
                                    .y = sums + (1 + (gsize) share.from) * c, .y_row = c });
  if (share.from == 0)
    add_cells (left, (gsize) x->w, c, sums);
}

/* How many threads share a band's channels, where there are fewer bands than threads: at most so
 * many that each has some rows for the processor's registers. */
static int
n_shares (int c, int bands, int threads)
{
  enum { LEAST = 16 };

  return CLAMP (threads / bands, 1, MAX (1, c / LEAST));
}

/* @sums: [bands, 1 + c, c], zeros */
static void
add_bands (const ScumbleTensor *x, const float *weights, float *sums, int rows, int threads)
{
  const gsize n      = n_sums (x->c);
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
scumble_covariance_init (ScumbleCovariance *covariance, int c)
{
  *covariance = (ScumbleCovariance) { c, 0.0, g_new0 (double, n_sums (c)) };
}

void
scumble_covariance_clear (ScumbleCovariance *covariance)
{
  g_clear_pointer (&covariance->sums, g_free);
}

void
scumble_covariance_add (ScumbleCovariance *covariance, const ScumbleTensor *x, const float *weights,
                  int threads)
{
  const gsize       n     = n_sums (x->c);
  const int         rows  = MAX (1, CELLS / x->w);
  const int         bands = (x->h + rows - 1) / rows;
  g_autofree float *sums  = g_new0 (float, (gsize) bands * n);

  add_bands (x, weights, sums, rows, threads);
  for (gsize band = 0; band < (gsize) bands; band++)
    for (gsize k = 0; k < n; k++)
      covariance->sums[k] += sums[band * n + k];
  covariance->weight += total_weight (x, weights);
}

void
scumble_covariance_get (const ScumbleCovariance *covariance, float *values)
{
  const gsize   c     = (gsize) covariance->c;
  const double *sums  = covariance->sums;
  const double  total = covariance->weight;

  for (gsize k = 0; k < c; k++)
    values[k] = (float) (sums[k] / total);
  for (gsize i = 0; i < c; i++)
    for (gsize k = 0; k < c; k++)
      values[(1 + i) * c + k] = (float) (sums[(1 + i) * c + k] / total -
                                         sums[i] / total * (sums[k] / total));
}

/* g += x slope + shift, cell by cell, times the cells' weights.
 * @slope: [c, c]
 * @shift: [c] */
static void
add_gradient (const ScumbleTensor *x, const float *weights, const float *slope,
              const float *shift, const ScumbleTensor *g, int threads)
{
  const gsize c = (gsize) x->c;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < x->h; i++)
    {
      g_autofree float *weighted = weights != NULL ? g_new (float, x->w * x->c) : NULL;
      float            *row      = scumble_tensor_at (g, i, 0);

      multiply_add (&(ScumbleProduct) { .a = weigh_row (x, i, weights, weighted), .a_row = c,
                                        .a_k = 1, .b = slope, .b_k = c, .parts = 1,
                                        .k = x->c, .rows = x->w, .columns = x->c,
                                        .y = row, .y_row = c });
      for (int j = 0; j < x->w; j++)
        {
          const float weight = weights != NULL ? weights[i * x->w + j] : 1.0f;

          for (gsize k = 0; k < c; k++)
            row[(gsize) j * c + k] += weight * shift[k];
        }
    }
}

/* Squared numbers of @n values. */
static double
power (const float *values, gsize n)
{
  double sum = 0.0;

  for (gsize k = 0; k < n; k++)
    sum += (double) values[k] * values[k];

  return sum;
}

/* Returns: sqrt (|errors|^2 / scale + SMOOTH); @errors become its gradient over @weight */
static double
take_slope (float *errors, gsize n, double scale, double weight)
{
  const double distance = sqrt (power (errors, n) / scale + SMOOTH);

  for (gsize k = 0; k < n; k++)
    errors[k] *= (float) (1.0 / (distance * scale * weight));

  return distance;
}

/* What the means and covariances of a painting are worth as errors: the former's scale in
 * terms of the features' deviation. */
static void
find_scales (const float *wanted, gsize c, double *means, double *products)
{
  const double plain  = PLAIN * power (wanted, c);
  double       spread = 0.0;

  for (gsize k = 0; k < c; k++)
    spread += wanted[(1 + k) * c + k];

  *means    = spread + plain + FLAT;
  *products = power (wanted + c, c * c) + plain * plain + FLAT;
}

double
scumble_covariance_distance (const ScumbleTensor *x, const float *weights, const float *wanted,
                             const ScumbleTensor *g, int threads)
{
  const gsize       c     = (gsize) x->c;
  g_autofree float *slope = g_new (float, n_sums (x->c));
  g_autofree float *means = g_new (float, c);
  double            scale_means, scale_products, weight, distance;
  ScumbleCovariance covariance;

  scumble_covariance_init (&covariance, x->c);
  scumble_covariance_add (&covariance, x, weights, threads);
  scumble_covariance_get (&covariance, slope);
  weight = covariance.weight;
  scumble_covariance_clear (&covariance);

  memcpy (means, slope, c * sizeof *means);
  for (gsize k = 0; k < n_sums (x->c); k++)
    slope[k] -= wanted[k];
  find_scales (wanted, c, &scale_means, &scale_products);
  distance  = take_slope (slope, c, scale_means, weight);
  distance += take_slope (slope + c, c * c, scale_products, weight);

  /* A channel of a cell enters a row and a column of the symmetric covariances, as what it
   * deviates by from its mean; that its mean moves too makes no difference to them. */
  for (gsize i = 0; i < c; i++)
    for (gsize k = 0; k < c; k++)
      {
        slope[(1 + i) * c + k] *= 2.0f;
        slope[k]               -= means[i] * slope[(1 + i) * c + k];
      }
  add_gradient (x, weights, slope + c, slope, g, threads);

  return distance;
}
