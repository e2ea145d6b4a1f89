/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimizer.h"
#include "transfer-net.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <string.h>

/* What a step may change each direction of a kernel by, and each scale, shift and number of the
 * last layer, while rates have not yet fallen. */
#define KERNEL_RATE        0.06
#define NORMALISATION_RATE 0.04
#define LAST_RATE          0.004

/* Muon's, and Adam's. */
#define MOMENTUM 0.85f
#define BETA1    0.8f
#define BETA2    0.95f
#define EPSILON  1e-8f

/* Updates after which rates are half. */
#define HALF 50.0

/* A new step's weight in the average: FROM / (FROM + n - 1) for the n-th, then this. */
#define AVERAGE      0.05
#define AVERAGE_FROM 10.0

/* a x + b x^3 + c x^5 takes singular values to about 1 when it is applied so often. */
#define QUINTIC_A 3.4445
#define QUINTIC_B (-4.7750)
#define QUINTIC_C 2.0315
enum { TIMES = 5 };

struct _ScumbleOptimizer
{
  int       base;
  gboolean  all;
  int       begun;
  int       done;
  float    *parameters;
  float    *average;    /* (owned): of the parameters */
  float    *first;      /* (owned): running means of the gradient */
  float    *second;     /* (owned): and of its square, for Adam */
  double   *direction;  /* (owned): room for a kernel */
};

ScumbleOptimizer *
scumble_optimizer_new (int base, float *parameters, gboolean all, int begun)
{
  const gsize       n         = scumble_transfer_count (base);
  ScumbleOptimizer *optimizer = g_new0 (ScumbleOptimizer, 1);

  optimizer->base       = base;
  optimizer->all        = all;
  optimizer->begun      = begun;
  optimizer->parameters = parameters;
  optimizer->average    = g_memdup2 (parameters, n * sizeof (float));
  optimizer->first      = g_new0 (float, n);
  optimizer->second     = g_new0 (float, n);
  optimizer->direction  = g_new (double, n);

  return optimizer;
}

void
scumble_optimizer_free (ScumbleOptimizer *optimizer)
{
  if (optimizer == NULL)
    return;

  g_free (optimizer->average);
  g_free (optimizer->first);
  g_free (optimizer->second);
  g_free (optimizer->direction);
  g_free (optimizer);
}

const float *
scumble_optimizer_average (const ScumbleOptimizer *optimizer)
{
  return optimizer->average;
}

/* z = x y, all [n, n]. */
static void
multiply (const double *x, const double *y, double *z, int n)
{
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0, x, n, y, n, 0.0, z, n);
}

/* One application of the polynomial: the singular values' squares are those of @power, and
 * @total is the product of all that @x has to be multiplied with. */
static void
polish (double *power, double *total, double *factor, double *room, int n)
{
  const gsize size = (gsize) n * (gsize) n;

  multiply (power, power, factor, n);
  for (gsize k = 0; k < size; k++)
    factor[k] = QUINTIC_C * factor[k] + QUINTIC_B * power[k];
  for (int i = 0; i < n; i++)
    factor[i * (n + 1)] += QUINTIC_A;

  multiply (factor, total, room, n);
  memcpy (total, room, size * sizeof *total);
  multiply (factor, power, room, n);
  multiply (room, factor, power, n);
}

/* Newton and Schulz's iteration. Polynomials in x x^T are multiplied in its own small space, and
 * in double: the least values of x are squared in it. */
void
scumble_optimizer_orthogonal (double *x, int rows, int columns)
{
  const gsize        size    = (gsize) rows * (gsize) rows;
  const gsize        n       = (gsize) rows * (gsize) columns;
  const int          threads = omp_get_max_threads ();
  g_autofree double *power   = g_new (double, size);
  g_autofree double *total   = g_new0 (double, size);
  g_autofree double *factor  = g_new (double, size);
  g_autofree double *room    = g_new (double, MAX (size, n));
  double             norm;

  /* On several threads OpenBLAS would cut sums otherwise on every machine. */
  omp_set_num_threads (1);
  norm = cblas_dnrm2 (rows * columns, x, 1);
  cblas_dscal (rows * columns, norm > 0.0 ? 1.0 / norm : 0.0, x, 1);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, rows, rows, columns, 1.0, x, columns, x,
               columns, 0.0, power, rows);
  for (int i = 0; i < rows; i++)
    total[i * (rows + 1)] = 1.0;
  for (int i = 0; i < TIMES; i++)
    polish (power, total, factor, room, rows);
  memcpy (room, x, n * sizeof *x);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, rows, 1.0, total, rows,
               room, columns, 0.0, x, columns);
  omp_set_num_threads (threads);
}

/* How much slower steps are than the first. */
static double
slowness (const ScumbleOptimizer *optimizer)
{
  return 1.0 + (optimizer->begun + optimizer->done - 1) / HALF;
}

/* Kernels of all layers but the last have fewer channels out than numbers for each. */
static void
step_kernel (ScumbleOptimizer *optimizer, const ScumbleTransferLayer *layer,
             const float *gradient)
{
  const gsize from    = layer->weights;
  const int   columns = layer->c_in * layer->kernel * layer->kernel;
  const gsize n       = (gsize) layer->c_out * (gsize) columns;
  const float rate    = (float) (KERNEL_RATE / slowness (optimizer));
  float      *first   = optimizer->first + from;

  for (gsize k = 0; k < n; k++)
    {
      const float g = gradient[from + k];

      first[k]               += (1.0f - MOMENTUM) * (g - first[k]);
      optimizer->direction[k] = (double) (g + MOMENTUM * (first[k] - g));
    }
  scumble_optimizer_orthogonal (optimizer->direction, layer->c_out, columns);
  for (gsize k = 0; k < n; k++)
    optimizer->parameters[from + k] -= rate * (float) optimizer->direction[k];
}

static void
step_range (ScumbleOptimizer *optimizer, gsize from, gsize to, double fastest,
            const float *gradient)
{
  const float step   = (float) optimizer->done;
  const float rate   = (float) (fastest / slowness (optimizer));
  const float speed  = rate / (1.0f - powf (BETA1, step));
  const float spread = 1.0f / (1.0f - powf (BETA2, step));

  for (gsize k = from; k < to; k++)
    {
      const float g = gradient[k];

      optimizer->first[k]       = BETA1 * optimizer->first[k] + (1.0f - BETA1) * g;
      optimizer->second[k]      = BETA2 * optimizer->second[k] + (1.0f - BETA2) * g * g;
      optimizer->parameters[k] -= speed * optimizer->first[k] /
                                  (sqrtf (optimizer->second[k] * spread) + EPSILON);
    }
}

static void
add_to_average (ScumbleOptimizer *optimizer)
{
  const gsize n      = scumble_transfer_count (optimizer->base);
  const float weight = (float) MAX (AVERAGE,
                                    AVERAGE_FROM / (AVERAGE_FROM + optimizer->done - 1));

  for (gsize k = 0; k < n; k++)
    optimizer->average[k] += weight * (optimizer->parameters[k] - optimizer->average[k]);
}

void
scumble_optimizer_step (ScumbleOptimizer *optimizer, const float *gradient)
{
  optimizer->done++;
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (optimizer->base, i);

      if (optimizer->all)
        step_kernel (optimizer, &layer, gradient);
      step_range (optimizer, layer.scale, layer.end, NORMALISATION_RATE, gradient);
    }
  if (optimizer->all)
    {
      const ScumbleTransferLayer last = scumble_transfer_layer (optimizer->base,
                                                                SCUMBLE_TRANSFER_LAST);

      step_range (optimizer, last.weights, last.end, LAST_RATE, gradient);
    }
  add_to_average (optimizer);
}
