/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimizer.h"
#include "simd-grad.h"
#include "transfer-net.h"

#include <math.h>
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
#define QUINTIC_A 3.4445f
#define QUINTIC_B (-4.7750f)
#define QUINTIC_C 2.0315f
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
  float    *direction;  /* (owned): room for all kernels */
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
  optimizer->direction  = g_new (float, n);

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

/* A matrix whose rows are whole panels long; what is beyond its columns is 0. */
typedef struct
{
  int    rows;
  int    columns;
  gsize  stride;
  float *data; /* (owned) */
} Matrix;

static Matrix
matrix_new (int rows, int columns)
{
  const gsize stride = SCUMBLE_PANEL * (gsize) scumble_panels (columns);

  return (Matrix) { rows, columns, stride, g_new0 (float, stride * (gsize) rows) };
}

/* z = x y. */
static void
multiply (const Matrix *x, const Matrix *y, const Matrix *z)
{
  const ScumbleProduct product = { .a       = x->data,
                                   .a_row   = x->stride,
                                   .a_k     = 1,
                                   .b       = y->data,
                                   .b_k     = y->stride,
                                   .parts   = 1,
                                   .k       = x->columns,
                                   .rows    = x->rows,
                                   .columns = (int) y->stride,
                                   .y       = z->data,
                                   .y_row   = z->stride };

  memset (z->data, 0, z->stride * (gsize) z->rows * sizeof *z->data);
  scumble_simd_best ()->grad->multiply_add (&product);
}

static void
swap (Matrix *x, Matrix *y)
{
  const Matrix kept = *x;

  *x = *y;
  *y = kept;
}

/* One application of the polynomial: @power is x x^T, all of these are [n, n], and @total becomes
 * the product of all that the first x has to be multiplied with. */
static void
polish (Matrix *power, Matrix *total, Matrix *factor, Matrix *room, gboolean last)
{
  const int n = power->rows;

  multiply (power, power, factor);
  for (gsize k = 0; k < factor->stride * (gsize) n; k++)
    factor->data[k] = QUINTIC_C * factor->data[k] + QUINTIC_B * power->data[k];
  for (int i = 0; i < n; i++)
    factor->data[(gsize) i * (factor->stride + 1)] += QUINTIC_A;

  multiply (factor, total, room);
  swap (total, room);
  if (last)
    return;

  multiply (factor, power, room);
  multiply (room, factor, power);
}

/* Newton and Schulz's iteration. The polynomials in x x^T are multiplied in its own small space,
 * and with x at last. */
void
scumble_optimizer_orthogonal (float *values, int rows, int columns)
{
  Matrix x      = matrix_new (rows, columns), across = matrix_new (columns, rows);
  Matrix power  = matrix_new (rows, rows), total = matrix_new (rows, rows);
  Matrix factor = matrix_new (rows, rows), room = matrix_new (rows, rows);
  Matrix y      = matrix_new (rows, columns);
  double square = 0.0;
  float  shrink;

  for (int k = 0; k < rows * columns; k++)
    square += (double) values[k] * (double) values[k];
  shrink = square > 0.0 ? (float) (1.0 / sqrt (square)) : 0.0f;
  for (int i = 0; i < rows; i++)
    for (int k = 0; k < columns; k++)
      x.data[i * (int) x.stride + k] = across.data[k * (int) across.stride + i] =
        shrink * values[i * columns + k];

  multiply (&x, &across, &power);
  for (int i = 0; i < rows; i++)
    total.data[i * (int) (total.stride + 1)] = 1.0f;
  for (int i = 0; i < TIMES; i++)
    polish (&power, &total, &factor, &room, i == TIMES - 1);
  multiply (&total, &x, &y);
  for (int i = 0; i < rows; i++)
    memcpy (values + i * columns, y.data + i * (int) y.stride,
            (gsize) columns * sizeof *values);

  g_free (x.data);
  g_free (across.data);
  g_free (power.data);
  g_free (total.data);
  g_free (factor.data);
  g_free (room.data);
  g_free (y.data);
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
  float      *step    = optimizer->direction + from;

  for (gsize k = 0; k < n; k++)
    {
      const float g = gradient[from + k];

      first[k] += (1.0f - MOMENTUM) * (g - first[k]);
      step[k]   = g + MOMENTUM * (first[k] - g);
    }
  scumble_optimizer_orthogonal (step, layer->c_out, columns);
  for (gsize k = 0; k < n; k++)
    optimizer->parameters[from + k] -= rate * step[k];
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
scumble_optimizer_step (ScumbleOptimizer *optimizer, const float *gradient, int threads)
{
  optimizer->done++;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
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
