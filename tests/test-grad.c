/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "covariance.h"
#include "grad.h"
#include "lattice.h"
#include "ref.h"
#include "simd-grad.h"
#include "structure.h"

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
  gboolean     up;
  const float *x;       /* the input, where the weights are what varies */
  const float *weights;
  const float *r;       /* weights of the results */
  const float *target;
  const float *wanted;  /* means and covariances */
  const float *count;   /* how much each cell counts; NULL for 1 */
  const double *scale;
  const double *shift;
  gboolean     relu;
} Case;

typedef double (*Loss) (const Case *it, const double *x);

static int
mirror (int i, int n)
{
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* The sum over a convolution's results times r. */
static double
sum_conv (const Case *it, const double *x, const double *weights)
{
  const int n    = it->kernel, f = it->up ? 2 : 1;
  const int rows = it->h * f / it->stride, cols = it->w * f / it->stride;
  double    loss = 0.0;

  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++)
      for (int u = 0; u < n * n; u++)
        {
          const int y  = mirror (i * it->stride + u / n - n / 2, it->h * f) / f;
          const int at = y * it->w + mirror (j * it->stride + u % n - n / 2, it->w * f) / f;

          for (int o = 0; o < it->c_out; o++)
            for (int k = 0; k < it->c; k++)
              loss += weights[(o * it->c + k) * n * n + u] * x[at * it->c + k] *
                      it->r[(i * cols + j) * it->c_out + o];
        }

  return loss;
}

static double *
to_doubles (const float *values, int n)
{
  double *doubles = g_new (double, n);

  for (int i = 0; i < n; i++)
    doubles[i] = values[i];

  return doubles;
}

static double
loss_conv (const Case *it, const double *x)
{
  g_autofree double *weights = to_doubles (it->weights, it->kernel * it->kernel * it->c *
                                                          it->c_out);

  return sum_conv (it, x, weights);
}

static double
loss_weights (const Case *it, const double *weights)
{
  g_autofree double *x = to_doubles (it->x, it->h * it->w * it->c);

  return sum_conv (it, x, weights);
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
          double most = 0.0;

          for (int u = 0; u < 4; u++)
            most = MAX (most, x[((2 * i + u / 2) * it->w + 2 * j + u % 2) * it->c + k]);
          loss += most * it->r[(i * (it->w / 2) + j) * it->c + k];
        }

  return loss;
}

/* What cell @i is of all cells. */
static double
part (const Case *it, int i)
{
  const int n     = it->h * it->w;
  double    total = 0.0;

  if (it->count == NULL)
    return 1.0 / n;

  for (int k = 0; k < n; k++)
    total += it->count[k];

  return it->count[i] / total;
}

static void
channel (const Case *it, const double *x, int k, double *mean, double *variance)
{
  const int n = it->h * it->w;

  *mean = *variance = 0.0;
  for (int i = 0; i < n; i++)
    *mean += part (it, i) * x[i * it->c + k];
  for (int i = 0; i < n; i++)
    *variance += part (it, i) * (x[i * it->c + k] - *mean) * (x[i * it->c + k] - *mean);
}

/* Scale and shift, and then a ReLU if the case has no skip. */
static double
loss_norm (const Case *it, const double *x)
{
  double loss = 0.0;

  for (int k = 0; k < it->c; k++)
    {
      double mean, variance;

      channel (it, x, k, &mean, &variance);
      for (int i = 0; i < it->h * it->w; i++)
        {
          const double y = it->scale[k] * (x[i * it->c + k] - mean) / sqrt (variance + 1e-5) +
                           it->shift[k];

          loss += it->r[i * it->c + k] * (it->relu ? MAX (y, 0.0) : y);
        }
    }

  return loss;
}

static double
root (double error, double scale)
{
  return sqrt (error / (scale + 1e-6) + 1e-4);
}

static double
square (double x)
{
  return x * x;
}

static double
loss_covariance (const Case *it, const double *x)
{
  const int    n     = it->h * it->w, c = it->c;
  const float *means = it->wanted, *products = it->wanted + c;
  double       error = 0.0, level = 0.0, spread = 0.0, error_products = 0.0, power = 0.0;

  for (int k = 0; k < c; k++)
    {
      double mean, variance;

      channel (it, x, k, &mean, &variance);
      error  += square (mean - means[k]);
      level  += square (means[k]);
      spread += products[k * c + k];
    }
  for (int k = 0; k < c * c; k++)
    {
      double sum = 0.0, left, right, variance;

      channel (it, x, k / c, &left, &variance);
      channel (it, x, k % c, &right, &variance);
      for (int i = 0; i < n; i++)
        sum += part (it, i) * (x[i * c + k / c] - left) * (x[i * c + k % c] - right);
      error_products += square (sum - products[k]);
      power          += square (products[k]);
    }

  return root (error, spread + 0.01 * level) +
         root (error_products, power + square (0.01 * level));
}

/* The squared excess of normalised values, counting a half. */
static double
loss_spikes (const Case *it, const double *x)
{
  double loss = 0.0;

  for (int k = 0; k < it->c; k++)
    {
      double mean, variance;

      channel (it, x, k, &mean, &variance);
      for (int i = 0; i < it->h * it->w; i++)
        {
          const double value  = (x[i * it->c + k] - mean) / sqrt (variance + 1e-5);
          const double excess = MAX (fabs (value) - SCUMBLE_SPIKE, 0.0);

          loss += 0.5 * part (it, i) * excess * excess / it->c;
        }
    }

  return loss;
}

/* Against the target, both normalised, and counting a half. */
static double
loss_structure (const Case *it, const double *x)
{
  const int          n      = it->h * it->w, c = it->c;
  g_autofree double *target = to_doubles (it->target, n * c);
  double             loss   = 0.0;

  for (int k = 0; k < c; k++)
    {
      double mean, variance, mean_target, variance_target;

      channel (it, x, k, &mean, &variance);
      channel (it, target, k, &mean_target, &variance_target);
      for (int i = 0; i < n; i++)
        loss += 0.5 * part (it, i) / c *
                square ((x[i * c + k] - mean) / sqrt (variance + 1e-5) -
                        (target[i * c + k] - mean_target) / sqrt (variance_target + 1e-5));
    }

  return loss;
}

/* The weighted mean of channel @k in the cell that begins at (@top, @left), of the pixels of
 * @phase, or of all if that is -1; and how much these count. */
static double
mean_in_step (const Case *it, const double *x, int k, int top, int left, int phase,
              double *weight)
{
  double sum = 0.0;

  *weight = 0.0;
  for (int i = top; i < MIN (top + 32, it->h); i++)
    for (int j = left; j < MIN (left + 32, it->w); j++)
      if (phase < 0 || (i % 4 == phase / 4 && j % 4 == phase % 4))
        {
          *weight += part (it, i * it->w + j);
          sum     += part (it, i * it->w + j) * x[(i * it->w + j) * it->c + k];
        }

  return sum / *weight;
}

/* Counting a half. */
static double
loss_lattice (const Case *it, const double *x)
{
  double loss = 0.0, weight;

  for (int top = 0; top < it->h; top += 32)
    for (int left = 0; left < it->w; left += 32)
      for (int k = 0; k < it->c; k++)
        {
          const double mean = mean_in_step (it, x, k, top, left, -1, &weight);

          for (int phase = 0; phase < 16; phase++)
            {
              const double own = mean_in_step (it, x, k, top, left, phase, &weight);

              if (weight > 0.0)
                loss += 0.5 / it->c * weight * square (own - mean);
            }
        }

  return loss;
}

/* The greatest difference, relative to the greatest gradient, is to be within 1e-3. Of many
 * values some hundreds are tried, all over the place. */
static void
check_values (const char *name, const Case *it, Loss loss, const float *x,
              const float *gradient, int n)
{
  g_autofree double *at    = to_doubles (x, n);
  double             worst = 0.0, greatest = 0.0;

  for (int i = 0; i < n; i += 1 + n / 300)
    {
      const double step = 1e-5, value = at[i];
      double       up, down;

      at[i]    = value + step;
      up       = loss (it, at);
      at[i]    = value - step;
      down     = loss (it, at);
      at[i]    = value;
      worst    = MAX (worst, fabs ((up - down) / (2.0 * step) - gradient[i]));
      greatest = MAX (greatest, fabs ((up - down) / (2.0 * step)));
    }
  g_test_message ("%s: %.2g of %.2g", name, worst, greatest);
  g_assert_cmpfloat (greatest, >, 0.0);
  g_assert_cmpfloat (worst, <=, 1e-3 * greatest);
}

static void
check (const char *name, const Case *it, Loss loss, const ScumbleTensor *x,
       const ScumbleTensor *gradient)
{
  check_values (name, it, loss, x->data, gradient->data, it->h * it->w * it->c);
}

/* A frame with @x inside, whose channels may be fewer: the rest are zeros. */
static ScumbleFrame
frame_of (const ScumbleTensor *x, int c, int border)
{
  const gsize        n     = scumble_frame_floats (x->h, x->w, c, border);
  float             *data  = g_aligned_alloc (n, sizeof *data, 64);
  const ScumbleFrame frame = scumble_frame_on (data, x->h, x->w, c, border);

  /* What nobody sets must not matter. */
  for (gsize i = 0; i < n; i++)
    data[i] = 1e6f;
  for (int i = 0; i < x->h; i++)
    for (int j = 0; j < x->w; j++)
      for (int k = 0; k < c; k++)
        scumble_tensor_at (&frame.inside, i, j)[k] = k < x->c ? scumble_tensor_at (x, i, j)[k]
                                                              : 0.0f;

  return frame;
}

/* The first channels of what is inside a frame, dense. */
static ScumbleTensor
inside_of (const ScumbleFrame *frame, int c)
{
  ScumbleTensor x = ref_tensor_empty (frame->inside.h, frame->inside.w, c);

  for (int i = 0; i < x.h; i++)
    for (int j = 0; j < x.w; j++)
      memcpy (scumble_tensor_at (&x, i, j), scumble_tensor_at (&frame->inside, i, j),
              (gsize) c * sizeof (float));

  return x;
}

static int
plane_channels (int c)
{
  return c == 3 ? 3 : (c + 15) / 16 * 16;
}

/* What it makes, how that depends on the input, and how on the weights. */
static void
check_conv (ScumbleGradConv conv, int h, int w)
{
  const gsize       n       = (gsize) (conv.kernel * conv.kernel * conv.c_in * conv.c_out);
  const int         times   = conv.up ? 2 : 1;
  g_autofree float *weights = g_new (float, n);
  g_autofree float *learned = g_new (float, n);
  g_autofree float *single  = g_new (float, n);
  ScumbleTensor     x       = ref_tensor (h, w, conv.c_in, 1), gx, y;
  ScumbleTensor     r       = ref_tensor (h * times / conv.stride, w * times / conv.stride,
                                          conv.c_out, 2);
  const Case        it      = { h, w, conv.c_in, conv.c_out, conv.kernel, conv.stride,
                                conv.up, x.data, .weights = weights, .r = r.data };
  g_autofree double *at     = to_doubles (x.data, h * w * conv.c_in);
  ScumbleFrame      frames[3], out;
  float            *scratch;
  double            total   = 0.0, expected;

  conv.plane_in  = plane_channels (conv.c_in);
  conv.plane_out = plane_channels (conv.c_out);
  ref_fill (weights, n, 4, -0.3f, 0.3f);
  scumble_grad_conv_init (&conv);
  scumble_grad_conv_set (&conv, learned, NULL);
  scumble_grad_conv_set (&conv, weights, NULL);
  scratch   = g_aligned_alloc (scumble_grad_conv_scratch (&conv, 2), sizeof (float), 64);
  frames[0] = frame_of (&x, conv.plane_in, scumble_grad_conv_border (&conv));
  frames[1] = frame_of (&r, conv.plane_out, scumble_grad_conv_halo (&conv));
  frames[2] = frame_of (&x, conv.plane_in, scumble_grad_conv_border (&conv));
  out       = frame_of (&r, conv.plane_out, 0);

  scumble_frame_continue (&frames[0], conv.up);
  scumble_frame_zero (&frames[1]);
  scumble_grad_conv_back (&conv, &frames[1], &frames[2], scratch, 2);
  gx = inside_of (&frames[2], conv.c_in);
  check ("conv", &it, loss_conv, &x, &gx);

  scumble_grad_conv_weights (&conv, &frames[0], &frames[1], learned, scratch, 2);
  check_values ("weights", &it, loss_weights, weights, learned, (int) n);
  scumble_grad_conv_weights (&conv, &frames[0], &frames[1], single, scratch, 1);
  g_assert_cmpmem (learned, n * sizeof *learned, single, n * sizeof *single);

  /* Forwards, the loss itself. */
  scumble_grad_conv_forward (&conv, &frames[0], &out.inside, scratch, 2);
  y = inside_of (&out, conv.c_out);
  for (gsize i = 0; i < (gsize) r.h * r.stride; i++)
    total += (double) r.data[i] * y.data[i];
  expected = loss_conv (&it, at);
  g_assert_cmpfloat (fabs (total - expected), <=, 1e-4 * MAX (1.0, fabs (expected)));

  g_aligned_free (scratch);
  scumble_grad_conv_clear (&conv);
  for (int i = 0; i < 3; i++)
    g_aligned_free (frames[i].whole.data);
  g_aligned_free (out.whole.data);
  g_free (x.data);
  g_free (r.data);
  g_free (gx.data);
  g_free (y.data);
}

/* Every kind of layer, with whole panels of channels and without, and sides that Winograd's
 * tiles divide or not. */
static void
test_conv (void)
{
  static const ScumbleGradConv kinds[] = {
    { .c_in = 16, .c_out = 16, .kernel = 3, .stride = 1 },
    { .c_in = 20, .c_out = 6, .kernel = 3, .stride = 1 },
    { .c_in = 3, .c_out = 16, .kernel = 3, .stride = 1 },
    { .c_in = 16, .c_out = 3, .kernel = 3, .stride = 1 },
    { .c_in = 5, .c_out = 17, .kernel = 3, .stride = 2 },
    { .c_in = 16, .c_out = 3, .kernel = 9, .stride = 1 },
    { .c_in = 3, .c_out = 5, .kernel = 9, .stride = 1 },
    { .c_in = 18, .c_out = 7, .kernel = 3, .stride = 1, .up = TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      check_conv (kinds[i], 6, 8);
      if (kinds[i].kernel == 3)
        check_conv (kinds[i], 8, 12);
    }
}

/* Further than the tiles that are multiplied at once: against the same in two halves. */
static void
test_many_tiles (void)
{
  enum { H = 40, W = 64, C = 16, N = 9 * C * C };
  ScumbleGradConv   conv  = { .c_in = C, .c_out = C, .plane_in = C, .plane_out = C,
                              .kernel = 3, .stride = 1 };
  ScumbleTensor     x     = ref_tensor (H, W, C, 1), r = ref_tensor (H, W, C, 2);
  const ScumbleFrame in   = frame_of (&x, C, 1), g = frame_of (&r, C, 2);
  g_autofree float *whole = g_new (float, N), *sum = g_new0 (float, N);
  g_autofree float *part  = g_new (float, N);
  float            *scratch;

  scumble_grad_conv_init (&conv);
  scratch = g_aligned_alloc (scumble_grad_conv_scratch (&conv, 2), sizeof (float), 64);
  scumble_frame_continue (&in, FALSE);
  scumble_grad_conv_weights (&conv, &in, &g, whole, scratch, 2);
  for (int i = 0; i < H; i += 4)
    {
      ScumbleFrame band = in, strip = g;

      band.whole   = scumble_tensor_view (&in.whole, i, 0, 6, W + 2);
      strip.inside = scumble_tensor_view (&g.inside, i, 0, 4, W);
      scumble_grad_conv_weights (&conv, &band, &strip, part, scratch, 1);
      for (int k = 0; k < N; k++)
        sum[k] += part[k];
    }
  ref_assert_close_floats (whole, sum, N, 1e-3);

  g_aligned_free (scratch);
  scumble_grad_conv_clear (&conv);
  g_aligned_free (in.whole.data);
  g_aligned_free (g.whole.data);
  g_free (x.data);
  g_free (r.data);
}

static void
test_pointwise (void)
{
  ScumbleTensor x = ref_tensor (5, 6, 16, 1), y = ref_tensor (5, 6, 16, 1);
  ScumbleTensor r = ref_tensor (5, 6, 16, 2), g = ref_tensor (5, 6, 16, 3);
  const int     n = 5 * 6 * 16;
  const Case    it = { 5, 6, 16, .r = r.data };

  for (int i = 0; i < n; i++)
    y.data[i] = MAX (x.data[i], 0.0f);
  scumble_grad_relu (&y, &r, &g, 2);
  check ("relu", &it, loss_relu, &x, &g);

  for (int i = 0; i < n; i++)
    y.data[i] = 1.0f / (1.0f + expf (-x.data[i]));
  scumble_grad_sigmoid (&y, &r, &g, 2);
  check ("sigmoid", &it, loss_sigmoid, &x, &g);

  scumble_copy (&x, &y, 2);
  scumble_grad_add (&r, &y, 2);
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat (y.data[i], ==, x.data[i] + r.data[i]);

  g_free (x.data);
  g_free (y.data);
  g_free (r.data);
  g_free (g.data);
}

/* A ReLU and a pooling. */
static void
test_pool (void)
{
  ScumbleTensor x = ref_tensor (6, 4, 16, 1), y = ref_tensor_empty (6, 4, 16);
  ScumbleTensor g = ref_tensor (3, 2, 16, 2), gx = ref_tensor (6, 4, 16, 9);
  Case          it = { 6, 4, 16, .r = g.data };

  for (int i = 0; i < 6 * 4 * 16; i++)
    y.data[i] = MAX (x.data[i], 0.0f);
  scumble_grad_pool2 (&y, &g, &gx, 2);
  check ("pool", &it, loss_pool, &x, &gx);

  /* Of equal cells the first is meant. */
  ref_fill (y.data, 6 * 4 * 16, 1, 0.5f, 0.5f);
  scumble_grad_pool2 (&y, &g, &gx, 2);
  for (int k = 0; k < 16; k++)
    {
      g_assert_cmpfloat (gx.data[k], ==, g.data[k]);
      g_assert_cmpfloat (gx.data[16 + k], ==, 0.0f);
    }

  g_free (x.data);
  g_free (y.data);
  g_free (g.data);
  g_free (gx.data);
}

enum { NORM_C = 11, NORM_PLANE = 16 };

static double
loss_scale (const Case *it, const double *scale)
{
  g_autofree double *at   = to_doubles (it->x, it->h * it->w * it->c);
  Case               with = *it;

  with.scale = scale;

  return loss_norm (&with, at);
}

static double
loss_shift (const Case *it, const double *shift)
{
  g_autofree double *at   = to_doubles (it->x, it->h * it->w * it->c);
  Case               with = *it;

  with.shift = shift;

  return loss_norm (&with, at);
}

/* As visible as cells can be: not at all, partly and fully. */
static float *
random_weights (int n)
{
  float *weights = g_new (float, n);

  ref_fill (weights, (gsize) n, 7, -0.5f, 1.5f);
  for (int i = 0; i < n; i++)
    weights[i] = CLAMP (weights[i], 0.0f, 1.0f);

  return weights;
}

/* As narrow as the channels there are, on planes of a whole panel: what the normalisation
 * makes, and how that depends on its input, its scale and its shift. */
static void
check_norm (gboolean relu, gboolean weighted)
{
  enum { H = 20, W = 5 };
  g_autofree float *weights = weighted ? random_weights (H * W) : NULL;
  ScumbleTensor x   = ref_tensor (H, W, NORM_C, 1), r = ref_tensor (H, W, NORM_C, 2);
  ScumbleTensor dense;
  ScumbleFrame  in  = frame_of (&x, NORM_PLANE, 0), out = frame_of (&x, NORM_PLANE, 2);
  ScumbleFrame  g   = frame_of (&r, NORM_PLANE, 0), gx = frame_of (&x, NORM_PLANE, 1);
  ScumbleFrame  add = frame_of (&r, NORM_PLANE, 0);
  float         scale[NORM_C], shift[NORM_C], g_scale[NORM_C], g_shift[NORM_C];
  float         numbers[4][NORM_PLANE];
  ScumbleNorm   norm = { numbers[0], numbers[1], numbers[2], numbers[3], relu, weights, 0.0 };
  double        scales[NORM_C], shifts[NORM_C];
  const Case    it   = { H, W, NORM_C, .x = x.data, .r = r.data, .scale = scales,
                         .shift = shifts, .relu = relu, .count = weights };
  double        total = 0.0, at[H * W * NORM_C];

  ref_fill (scale, NORM_C, 3, -2.0f, 2.0f);
  ref_fill (shift, NORM_C, 4, -1.0f, 1.0f);
  for (int k = 0; k < NORM_C; k++)
    {
      scales[k] = scale[k];
      shifts[k] = shift[k];
    }
  scumble_norm_forward (&norm, NORM_C, scale, shift, &in.inside, NULL, &out.inside, 2);
  dense = inside_of (&out, NORM_C);
  for (int i = 0; i < H * W * NORM_C; i++)
    {
      at[i]  = x.data[i];
      total += (double) dense.data[i] * r.data[i];
    }
  g_assert_cmpfloat (fabs (total - loss_norm (&it, at)), <=, 1e-4);
  g_free (dense.data);

  scumble_norm_back (&norm, NORM_C, &in.inside, &g.inside, &gx.inside, g_scale, g_shift, 2);
  dense = inside_of (&gx, NORM_C);
  check ("norm", &it, loss_norm, &x, &dense);
  check_values ("scale", &it, loss_scale, scale, g_scale, NORM_C);
  check_values ("shift", &it, loss_shift, shift, g_shift, NORM_C);
  g_assert_cmpfloat (scumble_tensor_at (&gx.inside, 1, 1)[NORM_C], ==, 0.0f);

  if (!relu)
    {
      scumble_norm_forward (&norm, NORM_C, scale, shift, &in.inside, &add.inside, &gx.inside,
                            2);
      for (int i = 0; i < H; i++)
        g_assert_cmpfloat (scumble_tensor_at (&gx.inside, i, 2)[3], ==,
                           scumble_tensor_at (&out.inside, i, 2)[3] +
                             scumble_tensor_at (&add.inside, i, 2)[3]);
    }

  g_free (dense.data);
  g_free (x.data);
  g_free (r.data);
  g_aligned_free (in.whole.data);
  g_aligned_free (out.whole.data);
  g_aligned_free (g.whole.data);
  g_aligned_free (gx.whole.data);
  g_aligned_free (add.whole.data);
}

/* Two channels have spikes, one of them downwards; it is added to what was there. */
static void
check_spikes (gboolean weighted)
{
  enum { H = 20, W = 5 };
  g_autofree float *weights = weighted ? random_weights (H * W) : NULL;
  ScumbleTensor     x       = ref_tensor (H, W, NORM_C, 1), dense;
  ScumbleFrame      in, out, gx;
  float             scale[NORM_C] = { 0.0f }, shift[NORM_C] = { 0.0f };
  float             numbers[4][NORM_PLANE];
  ScumbleNorm       norm = { numbers[0], numbers[1], numbers[2], numbers[3], TRUE, weights,
                             0.0 };
  const Case        it   = { H, W, NORM_C, .x = x.data, .count = weights };
  double            at[H * W * NORM_C], loss;

  if (weighted)
    weights[31] = weights[78] = 0.3f;
  x.data[31 * NORM_C + 1] = 9.0f;
  x.data[78 * NORM_C + 3] = -8.0f;
  in  = frame_of (&x, NORM_PLANE, 0);
  out = frame_of (&x, NORM_PLANE, 0);
  gx  = frame_of (&x, NORM_PLANE, 1);
  scumble_norm_forward (&norm, NORM_C, scale, shift, &in.inside, NULL, &out.inside, 2);
  loss = scumble_norm_spikes (&norm, NORM_C, &in.inside, 0.5, &gx.inside, 2);
  for (int i = 0; i < H * W * NORM_C; i++)
    at[i] = x.data[i];
  g_test_message ("spikes: %.4g, as defined %.4g", loss, loss_spikes (&it, at));
  g_assert_cmpfloat (loss, >, 0.0);
  g_assert_cmpfloat (fabs (loss - loss_spikes (&it, at)), <=, 1e-4 * loss);
  dense = inside_of (&gx, NORM_C);
  for (int i = 0; i < H * W * NORM_C; i++)
    dense.data[i] -= x.data[i];
  check ("spikes", &it, loss_spikes, &x, &dense);
  for (int i = 0; i < H * W; i++)
    g_assert_cmpfloat (dense.data[i * NORM_C], ==, 0.0f);

  g_free (dense.data);
  g_free (x.data);
  g_aligned_free (in.whole.data);
  g_aligned_free (out.whole.data);
  g_aligned_free (gx.whole.data);
}

static void
test_spikes (void)
{
  check_spikes (FALSE);
  check_spikes (TRUE);
}

static void
test_norm (void)
{
  for (int weighted = 0; weighted < 2; weighted++)
    {
      check_norm (TRUE, weighted);
      check_norm (FALSE, weighted);
    }
}

/* Symmetric, with variances that are positive. */
static void
fill_wanted (float *wanted, int c)
{
  float *products = wanted + c;

  ref_fill (wanted, (gsize) (c + c * c), 3, -1.0f, 1.0f);
  for (int k = 0; k < c * c; k++)
    products[k] = products[k % c * c + k / c];
  for (int k = 0; k < c; k++)
    products[k * c + k] = fabsf (products[k * c + k]);
}

/* Planes of whole panels and others, which take different ways. */
static void
check_covariance (int h, int w, int c, const float *weights)
{
  const int          n      = h * w * c;
  ScumbleTensor      x      = ref_tensor (h, w, c, 1);
  ScumbleTensor      g      = ref_tensor_empty (h, w, c);
  g_autofree float  *wanted = g_new (float, (1 + c) * c);
  const Case         it     = { h, w, c, .wanted = wanted, .count = weights };
  g_autofree double *at     = to_doubles (x.data, n);

  fill_wanted (wanted, c);
  ref_fill (g.data, (gsize) n, 1, 0.0f, 0.0f);
  g_assert_cmpfloat (fabs (scumble_covariance_distance (&x, weights, wanted, &g, 2) -
                           loss_covariance (&it, at)), <=, 1e-5);
  check ("covariance", &it, loss_covariance, &x, &g);

  g_free (x.data);
  g_free (g.data);
}

/* In planes with channels that the features do not have. */
static void
check_structure (const float *weights)
{
  enum { H = 3, W = 5, C = 13, PLANE = 16 };
  g_autoptr (ScumbleArena) arena  = scumble_arena_new (1 << 20);
  ScumbleTensor            x      = ref_tensor (H, W, C, 1), target = ref_tensor (H, W, C, 2);
  const ScumbleFrame       in     = frame_of (&x, PLANE, 0), aim = frame_of (&target, PLANE, 0);
  const ScumbleFrame       g      = frame_of (&x, PLANE, 0);
  const Case               it     = { H, W, C, .target = target.data, .count = weights };
  g_autofree double       *at     = to_doubles (x.data, H * W * C);
  ScumbleStructure         structure;
  ScumbleTensor            dense;
  double                   distance;

  g_assert_true (scumble_structure_take (&structure, &in.inside, C, arena, NULL));
  scumble_structure_aim (&structure, &aim.inside, weights, 2);
  memset (g.inside.data, 0, (gsize) H * g.inside.stride * sizeof (float));
  distance = scumble_structure_distance (&structure, &in.inside, 0.5, &g.inside, 2);
  g_assert_cmpfloat (fabs (distance - loss_structure (&it, at)), <=, 1e-5);
  dense = inside_of (&g, C);
  check ("structure", &it, loss_structure, &x, &dense);

  scumble_structure_clear (&structure);
  g_free (dense.data);
  g_free (x.data);
  g_free (target.data);
  g_aligned_free (in.whole.data);
  g_aligned_free (aim.whole.data);
  g_aligned_free (g.whole.data);
}

/* A lattice on noise, in whole cells and in what is left at the borders. */
static void
check_lattice (int h, int w, gboolean weighted)
{
  g_autofree float  *weights = weighted ? random_weights (h * w) : NULL;
  ScumbleTensor      x       = ref_tensor (h, w, 3, 1), g = ref_tensor (h, w, 3, 2);
  g_autofree float  *before  = g_memdup2 (g.data, (gsize) (h * w * 3) * sizeof (float));
  g_autofree double *at      = NULL;
  const Case         it      = { h, w, 3, .count = weights };
  double             loss;

  for (int i = 0; i < h; i += 4)
    scumble_tensor_at (&x, i, w / 2)[1] += 1.0f;
  at   = to_doubles (x.data, h * w * 3);
  loss = scumble_lattice (&x, weights, 0.5, &g, 2);
  g_assert_cmpfloat (fabs (loss - loss_lattice (&it, at)), <=, 1e-6 * loss);
  for (int i = 0; i < h * w * 3; i++)
    g.data[i] -= before[i];
  check ("lattice", &it, loss_lattice, &x, &g);

  g_free (x.data);
  g_free (g.data);
}

/* Lines to every two or four pixels are a lattice, those to three or five are hardly any, and what
 * nobody sees is none. */
static void
test_lattice (void)
{
  enum { N = 96 };
  ScumbleTensor     x       = ref_tensor (N, N, 3, 1), g = ref_tensor (N, N, 3, 1);
  g_autofree float *weights = g_new0 (float, N * N);

  check_lattice (8, 16, FALSE);
  check_lattice (8, 16, TRUE);
  check_lattice (36, 40, TRUE);

  for (int period = 1; period <= 5; period++)
    {
      double found;

      for (int i = 0; i < N * N * 3; i++)
        x.data[i] = i / 3 % N % period == 0 ? 1.0f : 0.0f;
      found = scumble_lattice (&x, NULL, 1.0, &g, 2);
      g_test_message ("every %d pixels: %.3g", period, found);
      if (period == 2 || period == 4)
        g_assert_cmpfloat (found, ==, (1.0 - 1.0 / period) / period);
      else
        g_assert_cmpfloat (found, <=, 0.01);
      g_assert_cmpfloat (scumble_lattice (&x, weights, 1.0, &g, 2), ==, 0.0);
    }

  g_free (x.data);
  g_free (g.data);
}

static void
test_losses (void)
{
  g_autofree float *weights = random_weights (30);

  check_covariance (5, 6, 7, NULL);
  check_covariance (3, 5, 16, NULL);
  check_covariance (5, 6, 7, weights);
  check_covariance (3, 5, 16, weights);
  check_structure (NULL);
  check_structure (weights);
}

static void
find_covariance (const ScumbleTensor *x, const float *weights, float *values, int threads)
{
  ScumbleCovariance covariance;

  scumble_covariance_init (&covariance, x->c);
  scumble_covariance_add (&covariance, x, weights, threads);
  scumble_covariance_get (&covariance, values);
  scumble_covariance_clear (&covariance);
}

/* A cell that counts twice is a cell that is there twice, and one of weight 0 is not there.
 * As many cells as are summed in several parts, on any number of threads. */
static void
test_covariance_weights (void)
{
  enum { H = 90, W = 200, C = 16, N = H / 2 * W };
  ScumbleTensor     x       = ref_tensor (H, W, C, 1);
  ScumbleTensor     half    = scumble_tensor_view (&x, 0, 0, H / 2, W);
  g_autofree float *weights = g_new0 (float, H * W);
  float             whole[(1 + C) * C], some[(1 + C) * C], again[(1 + C) * C];

  for (int i = 0; i < N; i++)
    weights[i] = 0.3f;
  find_covariance (&x, weights, whole, 2);
  find_covariance (&half, NULL, some, 2);
  find_covariance (&half, NULL, again, 1);
  ref_assert_close_floats (whole, some, (1 + C) * C, 1e-5);
  g_assert_cmpmem (some, sizeof some, again, sizeof again);

  for (int k = 0; k < C; k++)
    {
      double mean = 0.0, sum = 0.0;

      for (int i = 0; i < N; i++)
        mean += (double) x.data[i * C + k] / N;
      for (int i = 0; i < N; i++)
        sum += (x.data[i * C + k] - mean) * x.data[i * C + 3] / N;
      g_assert_cmpfloat (fabs (mean - some[k]), <=, 1e-5);
      g_assert_cmpfloat (fabs (sum - some[(1 + 3) * C + k]), <=, 1e-5);
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
  g_test_add_func ("/grad/many-tiles", test_many_tiles);
  g_test_add_func ("/grad/pointwise", test_pointwise);
  g_test_add_func ("/grad/pool", test_pool);
  g_test_add_func ("/grad/norm", test_norm);
  g_test_add_func ("/grad/spikes", test_spikes);
  g_test_add_func ("/grad/lattice", test_lattice);
  g_test_add_func ("/grad/losses", test_losses);
  g_test_add_func ("/grad/covariance-weights", test_covariance_weights);
  g_test_add_func ("/grad/products", test_products);

  return g_test_run ();
}
