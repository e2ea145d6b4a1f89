/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grad.h"
#include "gram.h"
#include "ref.h"
#include "simd-grad.h"

#include <math.h>

/* Every gradient against finite differences of the layer's definition, written out in double
 * precision: the loss is a weighted sum of a layer's results, with random weights r. */
typedef struct
{
  int          h;
  int          w;
  int          c;
  int          c_out;
  int          kernel;
  int          stride;
  const float *weights;
  const float *r;       /* weights of the results */
  const float *target;
  const float *wanted;  /* Gram matrix */
  const float *scale;
} Case;

typedef double (*Loss) (const Case *it, const double *x);

static int
mirror (int i, int n)
{
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

static double
loss_conv (const Case *it, const double *x)
{
  const int n = it->kernel;
  double    loss = 0.0;

  for (int i = 0; i < it->h / it->stride; i++)
    for (int j = 0; j < it->w / it->stride; j++)
      for (int o = 0; o < it->c_out; o++)
        {
          double sum = 0.0;

          for (int u = 0; u < n * n; u++)
            for (int k = 0; k < it->c; k++)
              sum += it->weights[(o * it->c + k) * n * n + u] *
                     x[(mirror (i * it->stride + u / n - n / 2, it->h) * it->w +
                        mirror (j * it->stride + u % n - n / 2, it->w)) * it->c + k];
          loss += sum * it->r[(i * (it->w / it->stride) + j) * it->c_out + o];
        }

  return loss;
}

static double
loss_relu (const Case *it, const double *x)
{
  double loss = 0.0;

  for (int i = 0; i < it->h * it->w * it->c; i++)
    loss += it->r[i] * MAX (x[i], 0.0);

  return loss;
}

static double
loss_sigmoid (const Case *it, const double *x)
{
  double loss = 0.0;

  for (int i = 0; i < it->h * it->w * it->c; i++)
    loss += it->r[i] / (1.0 + exp (-x[i]));

  return loss;
}

static double
loss_pool (const Case *it, const double *x)
{
  double loss = 0.0;

  for (int i = 0; i < it->h / 2; i++)
    for (int j = 0; j < it->w / 2; j++)
      for (int k = 0; k < it->c; k++)
        {
          double most = -HUGE_VAL;

          for (int u = 0; u < 4; u++)
            most = MAX (most, x[((2 * i + u / 2) * it->w + 2 * j + u % 2) * it->c + k]);
          loss += most * it->r[(i * (it->w / 2) + j) * it->c + k];
        }

  return loss;
}

static double
loss_up (const Case *it, const double *x)
{
  double loss = 0.0;

  for (int i = 0; i < 2 * it->h; i++)
    for (int j = 0; j < 2 * it->w; j++)
      for (int k = 0; k < it->c; k++)
        loss += x[(i / 2 * it->w + j / 2) * it->c + k] *
                it->r[(i * 2 * it->w + j) * it->c + k];

  return loss;
}

static void
channel (const Case *it, const double *x, int k, double *mean, double *sum2)
{
  const int n = it->h * it->w;

  *mean = *sum2 = 0.0;
  for (int i = 0; i < n; i++)
    *mean += x[i * it->c + k] / n;
  for (int i = 0; i < n; i++)
    *sum2 += (x[i * it->c + k] - *mean) * (x[i * it->c + k] - *mean);
}

static double
loss_norm (const Case *it, const double *x)
{
  double loss = 0.0;

  for (int k = 0; k < it->c; k++)
    {
      double mean, sum2;

      channel (it, x, k, &mean, &sum2);
      for (int i = 0; i < it->h * it->w; i++)
        loss += it->r[i * it->c + k] * it->scale[k] * (x[i * it->c + k] - mean) /
                sqrt (sum2 / (it->h * it->w) + 1e-5);
    }

  return loss;
}

static double
loss_gram (const Case *it, const double *x)
{
  const int n     = it->h * it->w;
  double    error = 0.0, power = 1e-6;

  for (int k = 0; k < it->c * it->c; k++)
    {
      double sum = 0.0;

      for (int i = 0; i < n; i++)
        sum += x[i * it->c + k / it->c] * x[i * it->c + k % it->c] / n;
      error += (sum - it->wanted[k]) * (sum - it->wanted[k]);
      power += (double) it->wanted[k] * it->wanted[k];
    }

  return sqrt (error / power + 1e-4);
}

static double
loss_unexplained (const Case *it, const double *x)
{
  const int          n      = it->h * it->w * it->c;
  g_autofree double *target = g_new (double, n);
  double             variance = 0.0, error = 0.0;

  for (int i = 0; i < n; i++)
    {
      target[i] = it->target[i];
      error    += (x[i] - target[i]) * (x[i] - target[i]) / n;
    }
  for (int k = 0; k < it->c; k++)
    {
      double mean, sum2;

      channel (it, target, k, &mean, &sum2);
      variance += sum2 / (it->h * it->w) / it->c;
    }

  return error / (variance + 1e-6);
}

/* The greatest difference, relative to the greatest gradient, is to be within 1e-3. */
static void
check (const char *name, const Case *it, Loss loss, const ScumbleTensor *x,
       const ScumbleTensor *gradient)
{
  const int          n     = it->h * it->w * it->c;
  g_autofree double *at    = g_new (double, n);
  double             worst = 0.0, greatest = 0.0;

  for (int i = 0; i < n; i++)
    at[i] = x->data[i];
  for (int i = 0; i < n; i++)
    {
      const double step = 1e-5, value = at[i];
      double       up, down;

      at[i]    = value + step;
      up       = loss (it, at);
      at[i]    = value - step;
      down     = loss (it, at);
      at[i]    = value;
      worst    = MAX (worst, fabs ((up - down) / (2.0 * step) - gradient->data[i]));
      greatest = MAX (greatest, fabs ((up - down) / (2.0 * step)));
    }
  g_test_message ("%s: %.2g of %.2g", name, worst, greatest);
  g_assert_cmpfloat (greatest, >, 0.0);
  g_assert_cmpfloat (worst, <=, 1e-3 * greatest);
}

static void
check_conv (int kernel, int stride, int c_in, int c_out, int h, int w)
{
  ScumbleGradConv   grad    = { .kernel = kernel, .stride = stride };
  const gsize       n       = (gsize) (kernel * kernel * c_in * c_out);
  g_autofree float *weights = g_new (float, n);
  float            *scratch;
  ScumbleTensor     x       = ref_tensor (h, w, c_in, 1);
  ScumbleTensor     r       = ref_tensor (h / stride, w / stride, c_out, 2);
  ScumbleTensor     gx      = ref_tensor (h, w, c_in, 3);
  const Case        it      = { h, w, c_in, c_out, kernel, stride, .weights = weights,
                                .r = r.data };
  double            total   = 0.0, expected = 0.0;
  g_autofree double *at     = g_new (double, h * w * c_in);

  ref_fill (weights, n, 4, -0.3f, 0.3f);
  scumble_grad_conv_init (&grad, c_in, c_out, weights, NULL);
  scratch = g_aligned_alloc (scumble_grad_conv_scratch (&grad, h, w, 2), sizeof (float), 64);
  scumble_grad_conv_back (&grad, &r, &gx, scratch, 2);
  check ("conv", &it, loss_conv, &x, &gx);

  /* Forwards too: the loss itself. */
  scumble_grad_conv_forward (&grad, &x, &r, scratch, 2);
  for (int i = 0; i < h * w * c_in; i++)
    at[i] = x.data[i];
  for (gsize i = 0; i < (gsize) r.h * r.stride; i++)
    total += (double) r.data[i] * r.data[i];
  expected = loss_conv (&it, at);
  g_assert_cmpfloat (fabs (total - expected), <=, 1e-4 * expected);

  g_aligned_free (scratch);
  scumble_grad_conv_clear (&grad);
  g_free (x.data);
  g_free (r.data);
  g_free (gx.data);
}

static void
test_conv (void)
{
  check_conv (3, 1, 16, 16, 6, 9);
  check_conv (3, 1, 3, 16, 5, 4);
  check_conv (3, 1, 16, 3, 5, 4);
  check_conv (3, 2, 5, 16, 8, 6);
  check_conv (9, 1, 16, 3, 7, 10);
  check_conv (9, 1, 3, 5, 8, 6);
}

static void
test_pointwise (void)
{
  ScumbleTensor x = ref_tensor (5, 6, 7, 1), y = ref_tensor (5, 6, 7, 1);
  ScumbleTensor r = ref_tensor (5, 6, 7, 2), g = ref_tensor (5, 6, 7, 2);
  const Case    it = { 5, 6, 7, .r = r.data };

  for (int i = 0; i < 5 * 6 * 7; i++)
    y.data[i] = MAX (x.data[i], 0.0f);
  scumble_grad_relu (&y, &g, 2);
  check ("relu", &it, loss_relu, &x, &g);

  scumble_copy (&r, &g);
  for (int i = 0; i < 5 * 6 * 7; i++)
    y.data[i] = 1.0f / (1.0f + expf (-x.data[i]));
  scumble_grad_sigmoid (&y, &g, 2);
  check ("sigmoid", &it, loss_sigmoid, &x, &g);

  g_free (x.data);
  g_free (y.data);
  g_free (r.data);
  g_free (g.data);
}

static void
test_resampling (void)
{
  ScumbleTensor x    = ref_tensor (6, 4, 5, 1), gx = ref_tensor (6, 4, 5, 9);
  ScumbleTensor half = ref_tensor (3, 2, 5, 2), twice = ref_tensor (12, 8, 5, 3);
  Case          it   = { 6, 4, 5, .r = half.data };

  scumble_grad_pool2 (&x, &half, &gx, 2);
  check ("pool", &it, loss_pool, &x, &gx);
  it.r = twice.data;
  scumble_grad_up2 (&twice, &gx, 2);
  check ("up", &it, loss_up, &x, &gx);

  /* Of equal cells the first is meant. */
  ref_fill (x.data, 6 * 4 * 5, 1, 0.0f, 0.0f);
  scumble_grad_pool2 (&x, &half, &gx, 2);
  for (int k = 0; k < 5; k++)
    {
      g_assert_cmpfloat (gx.data[k], ==, half.data[k]);
      g_assert_cmpfloat (gx.data[5 + k], ==, 0.0f);
    }

  g_free (x.data);
  g_free (gx.data);
  g_free (half.data);
  g_free (twice.data);
}

static void
test_norm (void)
{
  enum { H = 6, W = 5, C = 11 };
  ScumbleTensor x = ref_tensor (H, W, C, 1), g = ref_tensor (H, W, C, 2);
  ScumbleTensor r = ref_tensor (H, W, C, 2), normalised = ref_tensor_empty (H, W, C);
  float         scale[C], std[C];
  double        g_scale[C], g_shift[C];
  const Case    it = { H, W, C, .r = r.data, .scale = scale };

  ref_fill (scale, C, 3, -2.0f, 2.0f);
  for (int k = 0; k < C; k++)
    {
      double            mean = 0.0, sum2 = 0.0;

      for (int i = 0; i < H * W; i++)
        mean += x.data[i * C + k] / (double) (H * W);
      for (int i = 0; i < H * W; i++)
        sum2 += (x.data[i * C + k] - mean) * (x.data[i * C + k] - mean);
      std[k] = (float) sqrt (sum2 / (H * W) + 1e-5);
      for (int i = 0; i < H * W; i++)
        normalised.data[i * C + k] = (float) ((x.data[i * C + k] - mean) / std[k]);
    }

  scumble_grad_norm (&normalised, std, scale, &g, g_scale, g_shift, 2);
  check ("norm", &it, loss_norm, &x, &g);
  for (int k = 0; k < C; k++)
    {
      double sum = 0.0, product = 0.0;

      for (int i = 0; i < H * W; i++)
        {
          sum     += r.data[i * C + k];
          product += (double) r.data[i * C + k] * normalised.data[i * C + k];
        }
      g_assert_cmpfloat (fabs (sum - g_shift[k]), <=, 1e-6);
      g_assert_cmpfloat (fabs (product - g_scale[k]), <=, 1e-6);
    }

  g_free (x.data);
  g_free (g.data);
  g_free (r.data);
  g_free (normalised.data);
}

/* Planes of whole panels and others, which take different ways. */
static void
check_losses (int h, int w, int c)
{
  const int          n      = h * w * c;
  ScumbleTensor      x      = ref_tensor (h, w, c, 1), target = ref_tensor (h, w, c, 2);
  ScumbleTensor      g      = ref_tensor_empty (h, w, c);
  g_autofree float  *wanted = g_new (float, c * c);
  const Case         it     = { h, w, c, .target = target.data, .wanted = wanted };
  g_autofree double *at     = g_new (double, n);

  for (int i = 0; i < n; i++)
    at[i] = x.data[i];
  ref_fill (wanted, (gsize) (c * c), 3, -1.0f, 1.0f);
  for (int k = 0; k < c * c; k++)
    wanted[k] = wanted[k % c * c + k / c];

  ref_fill (g.data, (gsize) n, 1, 0.0f, 0.0f);
  g_assert_cmpfloat (fabs (scumble_gram_distance (&x, wanted, &g, 2) - loss_gram (&it, at)), <=,
                     1e-5);
  check ("gram", &it, loss_gram, &x, &g);

  ref_fill (g.data, (gsize) n, 1, 0.0f, 0.0f);
  g_assert_cmpfloat (fabs (scumble_grad_unexplained (&x, &target, &g, 2) -
                           loss_unexplained (&it, at)), <=, 1e-5);
  check ("unexplained", &it, loss_unexplained, &x, &g);

  g_free (x.data);
  g_free (target.data);
  g_free (g.data);
}

static void
test_losses (void)
{
  check_losses (5, 6, 7);
  check_losses (3, 5, 16);
}

/* A cell that counts twice is a cell that is there twice, and one of weight 0 is not there.
 * As many cells as are summed in several parts, on any number of threads. */
static void
test_gram_weights (void)
{
  enum { H = 90, W = 200, C = 16 };
  ScumbleTensor     x       = ref_tensor (H, W, C, 1);
  ScumbleTensor     half    = scumble_tensor_view (&x, 0, 0, H / 2, W);
  g_autofree float *weights = g_new0 (float, H * W);
  float             whole[C * C], part[C * C], again[C * C];

  for (int i = 0; i < H / 2 * W; i++)
    weights[i] = 0.3f;
  scumble_gram (&x, weights, whole, 2);
  scumble_gram (&half, NULL, part, 2);
  scumble_gram (&half, NULL, again, 1);
  ref_assert_close_floats (whole, part, C * C, 1e-5);
  g_assert_cmpmem (part, sizeof part, again, sizeof again);

  for (int k = 0; k < C; k++)
    {
      double sum = 0.0;

      for (int i = 0; i < H / 2 * W; i++)
        sum += (double) x.data[i * C + k] * x.data[i * C + 3] / (H / 2 * W);
      g_assert_cmpfloat (fabs (sum - part[3 * C + k]), <=, 1e-5);
    }
  g_free (x.data);
}

/* On every instruction set, with rows, parts and steps as they lie in planes. */
static void
check_product (const ScumbleSimd *simd, int rows, int columns)
{
  enum { PARTS = 3, K = 11, STEP = 50 };
  const gsize       size = PARTS * K * STEP * 2;
  g_autofree float *a    = g_new (float, size);
  g_autofree float *b    = g_new (float, size);
  ScumbleTensor     y    = ref_tensor (1, rows, columns + 5, 3);
  ScumbleTensor     twin = ref_tensor (1, rows, columns + 5, 3);
  ScumbleProduct    p    = { a, 1, STEP, K * STEP, b, STEP, K * STEP + 7, PARTS, K, rows,
                             columns, y.data, (gsize) columns + 5 };

  ref_fill (a, size, 1, -1.0f, 1.0f);
  ref_fill (b, size, 2, -1.0f, 1.0f);
  for (int transposed = 0; transposed < 2; transposed++)
    {
      p.a_row = transposed ? 13 : 1;
      p.a_k   = transposed ? 1 : STEP;
      simd->grad->multiply_add (&p);
      for (int r = 0; r < rows; r++)
        for (int column = 0; column < columns; column++)
          for (int k = 0; k < PARTS * K; k++)
            twin.data[r * (columns + 5) + column] +=
              a[(gsize) (k / K) * p.a_part + (gsize) r * p.a_row + (gsize) (k % K) * p.a_k] *
              b[(gsize) (k / K) * p.b_part + (gsize) (k % K) * p.b_k + (gsize) column];
      ref_assert_close (&y, &twin, 1e-4);
    }

  g_free (y.data);
  g_free (twin.data);
}

static void
test_products (void)
{
  for (const ScumbleSimd *const *simd = scumble_simd_all (); *simd != NULL; simd++)
    for (int rows = 1; (*simd)->usable () && rows < 40; rows += 3)
      {
        check_product (*simd, rows, 16);
        check_product (*simd, rows, 32);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/grad/conv", test_conv);
  g_test_add_func ("/grad/pointwise", test_pointwise);
  g_test_add_func ("/grad/resampling", test_resampling);
  g_test_add_func ("/grad/norm", test_norm);
  g_test_add_func ("/grad/losses", test_losses);
  g_test_add_func ("/grad/gram-weights", test_gram_weights);
  g_test_add_func ("/grad/products", test_products);

  return g_test_run ();
}
