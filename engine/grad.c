/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grad.h"
#include "moments.h"
#include "simd.h"

#include <math.h>
#include <string.h>

/* Keeps ratios finite for flat pictures. */
#define FLAT 1e-6

/* Channels that one thread sums at a time. */
enum { GROUP = 8 };

static void
init_conv (ScumbleConv *conv, int kernel, int stride, int c_in, int c_out)
{
  *conv = (ScumbleConv) { .form   = kernel == 3 && stride == 1 ? SCUMBLE_CONV_PLAIN
                                                               : SCUMBLE_CONV_ANY,
                          .c_in   = c_in,
                          .c_out  = c_out,
                          .simd   = scumble_simd_best (),
                          .kernel = kernel,
                          .stride = stride };
}

/* [c_out, c_in, cells] -> [c_in, c_out, cells], every kernel turned by half a turn */
static float *
turn_weights (const float *weights, int c_in, int c_out, int cells)
{
  float *turned = g_new (float, c_in * c_out * cells);

  for (int o = 0; o < c_out; o++)
    for (int i = 0; i < c_in; i++)
      for (int k = 0; k < cells; k++)
        turned[(i * c_out + o) * cells + cells - 1 - k] = weights[(o * c_in + i) * cells + k];

  return turned;
}

void
scumble_grad_conv_init (ScumbleGradConv *grad, int c_in, int c_out, const float *weights,
                        const float *bias)
{
  g_autofree float *none   = g_new0 (float, MAX (c_in, c_out));
  g_autofree float *turned = turn_weights (weights, c_in, c_out, grad->kernel * grad->kernel);

  init_conv (&grad->forward, grad->kernel, grad->stride, c_in, c_out);
  scumble_conv_init (&grad->forward, weights, bias != NULL ? bias : none);
  init_conv (&grad->back, grad->kernel, 1, c_out, c_in);
  scumble_conv_init (&grad->back, turned, none);
}

void
scumble_grad_conv_clear (ScumbleGradConv *grad)
{
  scumble_conv_clear (&grad->forward);
  scumble_conv_clear (&grad->back);
}

/* Floats, rounded up so that what follows is aligned. */
static gsize
plane_floats (int h, int w, int c)
{
  return ((gsize) h * (gsize) w * (gsize) c + 15) / 16 * 16;
}

/* Both directions need a plane with a border, and backwards the folded one too. */
gsize
scumble_grad_conv_scratch (const ScumbleGradConv *grad, int h, int w, int threads)
{
  const int   n      = grad->kernel - 1;
  const gsize kernel = MAX (scumble_conv_scratch (&grad->forward, threads),
                            scumble_conv_scratch (&grad->back, threads)) / sizeof (float);

  return kernel + plane_floats (h + 2 * n, w + 2 * n, grad->forward.c_out) +
         plane_floats (h + n, w + n, grad->forward.c_in);
}

static ScumbleTensor
lay_out (float **scratch, int h, int w, int c)
{
  const ScumbleTensor tensor = { *scratch, h, w, c, (gsize) w * (gsize) c };

  *scratch += plane_floats (h, w, c);
  return tensor;
}

static int
reflect (int i, int n)
{
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* [h, w, c] -> [h + 2 n, w + 2 n, c] */
static void
pad (const ScumbleTensor *x, int n, const ScumbleTensor *y, int threads)
{
  const gsize cell = (gsize) x->c * sizeof (float);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < y->h; i++)
    {
      const float *from = scumble_tensor_at (x, reflect (i - n, x->h), 0);
      float       *to   = scumble_tensor_at (y, i, 0);

      memcpy (to + n * x->c, from, cell * (gsize) x->w);
      for (int j = 1; j <= n; j++)
        {
          memcpy (to + (n - j) * x->c, from + j * x->c, cell);
          memcpy (to + (n + x->w - 1 + j) * x->c, from + (x->w - 1 - j) * x->c, cell);
        }
    }
}

static void
add_floats (float *restrict y, const float *restrict x, gsize n)
{
  for (gsize k = 0; k < n; k++)
    y[k] += x[k];
}

/* The adjoint of pad(): every mirrored cell goes back onto the one it came from.
 * @x [h + 2 n, w + 2 n, c] is used up. */
static void
fold (const ScumbleTensor *x, int n, const ScumbleTensor *y, int threads)
{
  const gsize c = (gsize) y->c;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < x->h; i++)
    {
      float *row = scumble_tensor_at (x, i, n);

      for (gsize j = 1; j <= (gsize) n; j++)
        {
          add_floats (row + j * c, row - j * c, c);
          add_floats (row + ((gsize) y->w - 1 - j) * c, row + ((gsize) y->w - 1 + j) * c, c);
        }
    }

  for (int i = 1; i <= n; i++)
    {
      add_floats (scumble_tensor_at (x, n + i, n), scumble_tensor_at (x, n - i, n),
                  (gsize) y->w * c);
      add_floats (scumble_tensor_at (x, n + y->h - 1 - i, n),
                  scumble_tensor_at (x, n + y->h - 1 + i, n), (gsize) y->w * c);
    }

  for (int i = 0; i < y->h; i++)
    memcpy (scumble_tensor_at (y, i, 0), scumble_tensor_at (x, n + i, n),
            (gsize) y->w * c * sizeof (float));
}

void
scumble_grad_conv_forward (const ScumbleGradConv *grad, const ScumbleTensor *x,
                           const ScumbleTensor *y, float *scratch, int threads)
{
  const int           n      = grad->kernel / 2;
  const ScumbleTensor padded = lay_out (&scratch, x->h + 2 * n, x->w + 2 * n, x->c);

  pad (x, n, &padded, threads);
  scumble_conv3x3 (&grad->forward, &padded, y, scratch, threads);
}

void
scumble_grad_conv_back (const ScumbleGradConv *grad, const ScumbleTensor *g,
                        const ScumbleTensor *gx, float *scratch, int threads)
{
  const int           n      = grad->kernel / 2, border = grad->kernel - 1;
  const int           h      = gx->h + 2 * n, w = gx->w + 2 * n;
  const ScumbleTensor spread = lay_out (&scratch, h + border, w + border, g->c);
  const ScumbleTensor padded = lay_out (&scratch, h, w, gx->c);

  memset (spread.data, 0, (gsize) spread.h * spread.stride * sizeof (float));
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < g->h; i++)
    for (int j = 0; j < g->w; j++)
      memcpy (scumble_tensor_at (&spread, border + i * grad->stride,
                                 border + j * grad->stride),
              scumble_tensor_at (g, i, j), (gsize) g->c * sizeof (float));

  scumble_conv3x3 (&grad->back, &spread, &padded, scratch, threads);
  fold (&padded, n, gx, threads);
}

void
scumble_grad_relu (const ScumbleTensor *y, const ScumbleTensor *g, int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < y->h; i++)
    {
      const float *value = scumble_tensor_at (y, i, 0);
      float       *row   = scumble_tensor_at (g, i, 0);

      for (int k = 0; k < y->w * y->c; k++)
        row[k] = value[k] > 0.0f ? row[k] : 0.0f;
    }
}

void
scumble_grad_sigmoid (const ScumbleTensor *y, const ScumbleTensor *g, int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < y->h; i++)
    {
      const float *value = scumble_tensor_at (y, i, 0);
      float       *row   = scumble_tensor_at (g, i, 0);

      for (int k = 0; k < y->w * y->c; k++)
        row[k] *= value[k] * (1.0f - value[k]);
    }
}

void
scumble_grad_pool2 (const ScumbleTensor *x, const ScumbleTensor *g, const ScumbleTensor *gx,
                    int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < g->h; i++)
    for (int j = 0; j < g->w; j++)
      for (int k = 0; k < g->c; k++)
        {
          int first = 0;

          for (int u = 1; u < 4; u++)
            if (scumble_tensor_at (x, 2 * i + u / 2, 2 * j + u % 2)[k] >
                scumble_tensor_at (x, 2 * i + first / 2, 2 * j + first % 2)[k])
              first = u;
          for (int u = 0; u < 4; u++)
            scumble_tensor_at (gx, 2 * i + u / 2, 2 * j + u % 2)[k] =
              u == first ? scumble_tensor_at (g, i, j)[k] : 0.0f;
        }
}

void
scumble_grad_up2 (const ScumbleTensor *g, const ScumbleTensor *gx, int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < gx->h; i++)
    for (int j = 0; j < gx->w; j++)
      {
        const float *top = scumble_tensor_at (g, 2 * i, 2 * j);
        const float *low = scumble_tensor_at (g, 2 * i + 1, 2 * j);
        float       *to  = scumble_tensor_at (gx, i, j);

        for (int k = 0; k < gx->c; k++)
          to[k] = top[k] + top[gx->c + k] + low[k] + low[gx->c + k];
      }
}

/* sums[k] = sum of g, products[k] = sum of g x, for the channels @from up to @to; always in
 * the same order. */
static void
sum_channels (const ScumbleTensor *g, const ScumbleTensor *x, int from, int to, double *sums,
              double *products)
{
  for (int k = from; k < to; k++)
    sums[k] = products[k] = 0.0;
  for (int i = 0; i < g->h; i++)
    for (int j = 0; j < g->w; j++)
      {
        const float *a = scumble_tensor_at (g, i, j);
        const float *b = scumble_tensor_at (x, i, j);

        for (int k = from; k < to; k++)
          {
            sums[k]     += a[k];
            products[k] += (double) a[k] * b[k];
          }
      }
}

void
scumble_grad_norm (const ScumbleTensor *normalised, const float *std, const float *scale,
                   const ScumbleTensor *g, double *g_scale, double *g_shift, int threads)
{
  const double n = (double) g->h * g->w;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int k = 0; k < g->c; k += GROUP)
    sum_channels (g, normalised, k, MIN (k + GROUP, g->c), g_shift, g_scale);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < g->h; i++)
    for (int j = 0; j < g->w; j++)
      {
        const float *x  = scumble_tensor_at (normalised, i, j);
        float       *gx = scumble_tensor_at (g, i, j);

        for (int k = 0; k < g->c; k++)
          gx[k] = scale[k] / std[k] * (gx[k] - (float) (g_shift[k] / n) -
                                       x[k] * (float) (g_scale[k] / n));
      }
}

/* The mean over channels of the biased spatial variance. */
static double
spatial_variance (const ScumbleTensor *x, int threads)
{
  ScumbleMoments moments;
  double         total = 0.0;

  scumble_moments_init (&moments, x->c);
  scumble_moments_add (&moments, x, NULL, threads);
  for (int k = 0; k < x->c; k++)
    {
      const double mean = moments.sum[k] / moments.weight;

      total += moments.sum2[k] / moments.weight - mean * mean;
    }
  scumble_moments_clear (&moments);

  return total / x->c;
}

double
scumble_grad_unexplained (const ScumbleTensor *x, const ScumbleTensor *target,
                          const ScumbleTensor *g, int threads)
{
  const double n     = (double) x->h * x->w * x->c;
  const double scale = 1.0 / (n * (spatial_variance (target, threads) + FLAT));
  double       error = 0.0;

  for (int i = 0; i < x->h; i++)
    {
      const float *value = scumble_tensor_at (x, i, 0);
      const float *wanted = scumble_tensor_at (target, i, 0);
      float       *row   = scumble_tensor_at (g, i, 0);

      for (int k = 0; k < x->w * x->c; k++)
        {
          const double difference = (double) value[k] - wanted[k];

          error  += difference * difference;
          row[k] += (float) (2.0 * scale * difference);
        }
    }

  return error * scale;
}
