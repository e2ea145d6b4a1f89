/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A convolution is turned around in four ways, each of them a convolution again:
 *
 *     stride 1    with the kernels turned by half a turn and the channels exchanged, over the
 *                 gradient in a frame of zeros
 *     stride 2    the framed input's even rows and its odd ones, each from 2x2 cells of the
 *                 gradient, a cell making two cells of a row
 *     upsampled   from 4x4 cells of the gradient, a stride of 2 apart: each input cell has
 *                 spread to all of them
 *
 * and what falls on the border is folded back.  The gradient of the weights is a matrix
 * product for each row of the kernel, cells of the input times cells of the gradient; where
 * the input has few channels and the gradient many, or the other way round, the one with
 * many is the right side, whose columns fill vectors.  3x3 kernels between whole panels
 * have 36 products for 4x4 cells, as in Winograd's convolution. */
#include "grad.h"
#include "simd.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* PyTorch's instance_norm. */
#define EPSILON 1e-5

/* Parts that sums over a plane are taken in, whatever the number of threads. */
enum { BANDS = 16, WEIGHT_BANDS = 4 };

/* Winograd's tiles that are multiplied at once: with their sums, they stay in a core's
 * second-level cache.  Measured, see SPEED.md. */
enum { TILES = 16 };

/* ---- Frames ---- */

/* Rounded up so that what follows is aligned. */
static gsize
round_floats (gsize n)
{
  return (n + 15) / 16 * 16;
}

gsize
scumble_frame_floats (int h, int w, int c, int border)
{
  return round_floats ((gsize) (h + 2 * border) * (gsize) (w + 2 * border) * (gsize) c);
}

ScumbleFrame
scumble_frame_on (float *data, int h, int w, int c, int border)
{
  ScumbleFrame frame = { .border = border };

  frame.whole  = (ScumbleTensor) { data, h + 2 * border, w + 2 * border, c,
                                   (gsize) (w + 2 * border) * (gsize) c };
  frame.inside = scumble_tensor_view (&frame.whole, border, border, h, w);

  return frame;
}

gboolean
scumble_frame_take (ScumbleFrame *frame, int h, int w, int c, int border,
                    ScumbleArena *arena, GError **error)
{
  float *data = scumble_arena_take (arena, scumble_frame_floats (h, w, c, border) *
                                             sizeof *data, error);

  if (data == NULL)
    return FALSE;

  *frame = scumble_frame_on (data, h, w, c, border);
  return TRUE;
}

/* Where cell -@j, or the one @j beyond the last, of @n is a copy of. */
static int
before (int j, gboolean clamp)
{
  return clamp ? 0 : j;
}

static int
after (int j, int n, gboolean clamp)
{
  return clamp ? n - 1 : n - 1 - j;
}

void
scumble_frame_continue (const ScumbleFrame *frame, gboolean clamp)
{
  const ScumbleTensor *x    = &frame->inside;
  const gsize          cell = (gsize) x->c * sizeof (float);
  const gsize          row  = (gsize) frame->whole.w * cell;

  for (int i = 0; i < x->h; i++)
    for (int j = 1; j <= frame->border; j++)
      {
        memcpy (scumble_tensor_at (x, i, -j), scumble_tensor_at (x, i, before (j, clamp)),
                cell);
        memcpy (scumble_tensor_at (x, i, x->w - 1 + j),
                scumble_tensor_at (x, i, after (j, x->w, clamp)), cell);
      }

  for (int j = 1; j <= frame->border; j++)
    {
      memcpy (scumble_tensor_at (x, -j, -frame->border),
              scumble_tensor_at (x, before (j, clamp), -frame->border), row);
      memcpy (scumble_tensor_at (x, x->h - 1 + j, -frame->border),
              scumble_tensor_at (x, after (j, x->h, clamp), -frame->border), row);
    }
}

static void
add_floats (float *restrict y, const float *restrict x, gsize n)
{
  for (gsize k = 0; k < n; k++)
    y[k] += x[k];
}

/* The adjoint of scumble_frame_continue(): what is in the border is added to the cells that it is
 * a copy of. */
static void
fold_border (const ScumbleFrame *frame, gboolean clamp)
{
  const ScumbleTensor *x   = &frame->inside;
  const gsize          c   = (gsize) x->c;
  const gsize          row = (gsize) frame->whole.w * c;

  for (int j = 1; j <= frame->border; j++)
    {
      add_floats (scumble_tensor_at (x, before (j, clamp), -frame->border),
                  scumble_tensor_at (x, -j, -frame->border), row);
      add_floats (scumble_tensor_at (x, after (j, x->h, clamp), -frame->border),
                  scumble_tensor_at (x, x->h - 1 + j, -frame->border), row);
    }

  for (int i = 0; i < x->h; i++)
    for (int j = 1; j <= frame->border; j++)
      {
        add_floats (scumble_tensor_at (x, i, before (j, clamp)),
                    scumble_tensor_at (x, i, -j), c);
        add_floats (scumble_tensor_at (x, i, after (j, x->w, clamp)),
                    scumble_tensor_at (x, i, x->w - 1 + j), c);
      }
}

void
scumble_frame_zero (const ScumbleFrame *frame)
{
  const ScumbleTensor *x    = &frame->whole;
  const int            n    = frame->border;
  const gsize          cell = (gsize) x->c * sizeof (float);

  if (n == 0)
    return;

  memset (scumble_tensor_at (x, 0, 0), 0, (gsize) n * (gsize) x->w * cell);
  memset (scumble_tensor_at (x, x->h - n, 0), 0, (gsize) n * (gsize) x->w * cell);
  for (int i = n; i < x->h - n; i++)
    {
      memset (scumble_tensor_at (x, i, 0), 0, (gsize) n * cell);
      memset (scumble_tensor_at (x, i, x->w - n), 0, (gsize) n * cell);
    }
}

/* ---- Convolutions ---- */

/* A convolution with the channels of planes. */
static void
alloc_conv (ScumbleConv *conv, int kernel, int stride, int c_in, int c_out)
{
  const gboolean plain = kernel == 3 && stride == 1;

  *conv = (ScumbleConv) { .form   = plain ? SCUMBLE_CONV_PLAIN : SCUMBLE_CONV_ANY,
                          .c_in   = c_in,
                          .c_out  = c_out,
                          .simd   = scumble_simd_best (),
                          .kernel = kernel,
                          .stride = stride };
  scumble_conv_alloc (conv, 1);
}

void
scumble_grad_conv_init (ScumbleGradConv *conv)
{
  const int in = conv->plane_in, out = conv->plane_out;

  if (conv->up)
    {
      conv->forward = (ScumbleConv) { .form  = SCUMBLE_CONV_UP, .c_in = in, .c_out = out,
                                      .simd  = scumble_simd_best () };
      scumble_conv_alloc (&conv->forward, 1);
      alloc_conv (&conv->back, 4, 2, out, in);
    }
  else
    {
      alloc_conv (&conv->forward, conv->kernel, conv->stride, in, out);
      if (conv->stride == 1)
        {
          alloc_conv (&conv->back, conv->kernel, 1, out, in);
        }
      else
        {
          alloc_conv (&conv->back, 2, 1, out, 2 * in);
          alloc_conv (&conv->odd, 2, 1, out, 2 * in);
        }
    }
  conv->forward.relu = conv->relu;
}

void
scumble_grad_conv_clear (ScumbleGradConv *conv)
{
  scumble_conv_clear (&conv->forward);
  scumble_conv_clear (&conv->back);
  scumble_conv_clear (&conv->odd);
}

/* The kernels as they are. */
static ScumbleKernels
own_kernels (const ScumbleGradConv *conv, const float *weights)
{
  const gssize cells = conv->kernel * conv->kernel;

  return (ScumbleKernels) { weights, conv->c_out, conv->c_in, cells * conv->c_in, cells, 1 };
}

/* Turned by half a turn, channels exchanged. */
static ScumbleKernels
turned_kernels (const ScumbleGradConv *conv, const float *weights)
{
  const gssize cells = conv->kernel * conv->kernel;

  return (ScumbleKernels) { weights + cells - 1, conv->c_in, conv->c_out, cells,
                            cells * conv->c_in, -1 };
}

/* An upsampled cell spreads over the results from one before it to one after it.  Result @t
 * of the four adds up those of the three weights of a line that fall on the cell's copies:
 * the last; the last two; the first two; the first. */
static gboolean
meets (int t, int u)
{
  return u == 2 - t || u == 3 - t;
}

/* [c_out, c_in, 3, 3] -> [c_in, c_out, 4, 4] */
static float *
spread_kernels (const ScumbleGradConv *conv, const float *weights)
{
  float *spread = g_new0 (float, 16 * conv->c_in * conv->c_out);

  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int k = 0; k < 16 * 9; k++)
        {
          const int t = k / 9, u = k % 9;

          if (meets (t / 4, u / 3) && meets (t % 4, u % 3))
            spread[(i * conv->c_out + o) * 16 + t] += weights[(o * conv->c_in + i) * 9 + u];
        }

  return spread;
}

/* Which weight of a line takes result @t of two to framed input cell @s of two, or -1:
 * an even cell is the first of a result and the last of the one before. */
static int
parity_weight (int s, int t)
{
  static const int weight[2][2] = { { 2, 0 }, { -1, 1 } };

  return weight[s][t];
}

/* [c_out, c_in, 3, 3] -> [2 plane_in, c_out, 2, 2], for the rows of one parity */
static float *
parity_kernels (const ScumbleGradConv *conv, const float *weights, int row)
{
  float *kernels = g_new0 (float, 8 * conv->plane_in * conv->c_out);

  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int k = 0; k < 8; k++)
        {
          const int column = k / 4, t = k % 4;
          const int u = parity_weight (row, t / 2), v = parity_weight (column, t % 2);

          if (u >= 0 && v >= 0)
            kernels[((column * conv->plane_in + i) * conv->c_out + o) * 4 + t] =
              weights[(o * conv->c_in + i) * 9 + 3 * u + v];
        }

  return kernels;
}

static void
set_dense (ScumbleConv *conv, const float *weights, int c_out, int c_in, int cells)
{
  scumble_conv_set (conv, &(ScumbleKernels) { weights, c_out, c_in, cells * c_in, cells, 1 },
                    NULL, 1);
}

void
scumble_grad_conv_set (ScumbleGradConv *conv, const float *weights, const float *bias)
{
  const ScumbleKernels own    = own_kernels (conv, weights);
  const ScumbleKernels turned = turned_kernels (conv, weights);

  scumble_conv_set (&conv->forward, &own, bias, 1);
  if (conv->up)
    {
      g_autofree float *spread = spread_kernels (conv, weights);

      set_dense (&conv->back, spread, conv->c_in, conv->c_out, 16);
    }
  else if (conv->stride == 1)
    {
      scumble_conv_set (&conv->back, &turned, NULL, 1);
    }
  else
    {
      g_autofree float *even = parity_kernels (conv, weights, 0);
      g_autofree float *odd  = parity_kernels (conv, weights, 1);

      set_dense (&conv->back, even, 2 * conv->plane_in, conv->c_out, 4);
      set_dense (&conv->odd, odd, 2 * conv->plane_in, conv->c_out, 4);
    }
}

int
scumble_grad_conv_border (const ScumbleGradConv *conv)
{
  return conv->up ? 1 : conv->kernel / 2;
}

int
scumble_grad_conv_halo (const ScumbleGradConv *conv)
{
  return conv->up ? 3 : conv->stride == 2 ? 1 : conv->kernel - 1;
}

static gboolean
whole_panels (const ScumbleGradConv *conv)
{
  return scumble_conv_fuses (conv->plane_in, conv->plane_out);
}

static gboolean
is_winograd (const ScumbleGradConv *conv)
{
  return conv->kernel == 3 && conv->stride == 1 && !conv->up && whole_panels (conv);
}

/* The product of cells that the gradient of the weights is: of the framed input and the
 * gradient; or, where the gradient has the fewer channels or is the larger plane, of the
 * framed gradient and the input. */
static gboolean
is_reversed (const ScumbleGradConv *conv)
{
  return conv->up || conv->plane_out % SCUMBLE_PANEL != 0;
}

static int
product_kernel (const ScumbleGradConv *conv)
{
  return conv->up ? 4 : conv->kernel;
}

/* Floats of the product: [kernel, kernel, c of the left, c of the right]. */
static gsize
product_floats (const ScumbleGradConv *conv)
{
  const gsize cells = (gsize) (product_kernel (conv) * product_kernel (conv));

  return cells * (gsize) conv->plane_in * (gsize) conv->plane_out;
}

/* Floats of Winograd's two sides, that a thread works on at once. */
static gsize
desk_floats (const ScumbleGradConv *conv)
{
  return SCUMBLE_GRAD_WINO * TILES * (gsize) (conv->plane_in + conv->plane_out);
}

static gsize
weights_scratch (const ScumbleGradConv *conv, int threads)
{
  const gsize in = (gsize) conv->plane_in, out = (gsize) conv->plane_out;

  if (is_winograd (conv))
    return WEIGHT_BANDS * SCUMBLE_GRAD_WINO * in * out + (gsize) threads * desk_floats (conv);

  return WEIGHT_BANDS * product_floats (conv);
}

gsize
scumble_grad_conv_scratch (const ScumbleGradConv *conv, int threads)
{
  const gsize bytes = MAX (scumble_conv_scratch (&conv->forward, threads),
                           scumble_conv_scratch (&conv->back, threads));

  return MAX (bytes / sizeof (float), weights_scratch (conv, threads));
}

void
scumble_grad_conv_forward (const ScumbleGradConv *conv, const ScumbleFrame *x,
                           const ScumbleTensor *y, float *scratch, int threads)
{
  if (conv->up)
    scumble_conv3x3_up (&conv->forward, &x->whole, 0, 0, y, scratch, threads);
  else
    scumble_conv3x3 (&conv->forward, &x->whole, y, scratch, threads);
}

/* The rows of @x of one parity, as one cell for every two. */
static ScumbleTensor
every_second_row (const ScumbleTensor *x, int first)
{
  return (ScumbleTensor) { scumble_tensor_at (x, first, 0), x->h / 2, x->w / 2, 2 * x->c,
                           2 * x->stride };
}

void
scumble_grad_conv_back (const ScumbleGradConv *conv, const ScumbleFrame *g,
                        const ScumbleFrame *gx, float *scratch, int threads)
{
  if (conv->stride == 2)
    {
      const ScumbleTensor even = every_second_row (&gx->whole, 0);
      const ScumbleTensor odd  = every_second_row (&gx->whole, 1);

      scumble_conv3x3 (&conv->back, &g->whole, &even, scratch, threads);
      scumble_conv3x3 (&conv->odd, &g->whole, &odd, scratch, threads);
    }
  else
    {
      scumble_conv3x3 (&conv->back, &g->whole, &gx->whole, scratch, threads);
    }
  fold_border (gx, conv->up);
}

/* ---- Gradients of weights ---- */

/* Row @i of @right times the cells that row @u of the kernel finds in @left:
 * sums [kernel, c of the left, c of the right], added. */
static void
add_product_row (const ScumbleTensor *left, const ScumbleTensor *right, int kernel, int stride,
                 int u, int i, float *sums)
{
  scumble_simd_best ()->grad->multiply_add (
    &(ScumbleProduct) { .a = scumble_tensor_at (left, i * stride + u, 0), .a_row = 1,
                        .a_k = (gsize) (stride * left->c),
                        .b = scumble_tensor_at (right, i, 0), .b_k = (gsize) right->c,
                        .parts = 1, .k = right->w, .rows = kernel * left->c,
                        .columns = right->c, .y = sums, .y_row = (gsize) right->c });
}

/* The product over whole planes; the first of the bands' sums becomes the total. */
static void
multiply_cells (const ScumbleGradConv *conv, const ScumbleTensor *left,
                const ScumbleTensor *right, float *sums, int threads)
{
  const int   kernel = product_kernel (conv), stride = conv->up ? 2 : conv->stride;
  const gsize n      = product_floats (conv);
  const gsize row    = n / (gsize) kernel;

  memset (sums, 0, WEIGHT_BANDS * n * sizeof *sums);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int task = 0; task < WEIGHT_BANDS * kernel; task++)
    {
      const int band = task / kernel, u = task % kernel;

      for (int i = band * right->h / WEIGHT_BANDS; i < (band + 1) * right->h / WEIGHT_BANDS;
           i++)
        add_product_row (left, right, kernel, stride, u, i,
                         sums + (gsize) band * n + (gsize) u * row);
    }

  for (gsize band = 1; band < WEIGHT_BANDS; band++)
    add_floats (sums, sums + band * n, n);
}

/* [kernel, kernel, c_in, c_out] -> [c_out, c_in, kernel, kernel] */
static void
unpack_product (const ScumbleGradConv *conv, const float *sums, float *gradient)
{
  const int cells = conv->kernel * conv->kernel;

  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int k = 0; k < cells; k++)
        *gradient++ = sums[(k * conv->plane_in + i) * conv->plane_out + o];
}

/* [kernel, kernel, c_out, c_in] of the turned kernel -> the same */
static void
unpack_turned (const ScumbleGradConv *conv, const float *sums, float *gradient)
{
  const int cells = conv->kernel * conv->kernel;

  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int k = 0; k < cells; k++)
        *gradient++ = sums[((cells - 1 - k) * conv->plane_out + o) * conv->plane_in + i];
}

/* [4, 4, c_out, c_in] of the spread kernel -> the same */
static void
unpack_spread (const ScumbleGradConv *conv, const float *sums, float *gradient)
{
  for (int o = 0; o < conv->c_out; o++)
    for (int i = 0; i < conv->c_in; i++)
      for (int k = 0; k < 9; k++)
        {
          const int u = k / 3, v = k % 3;
          float     sum = 0.0f;

          for (int t = 2 - u; t <= 3 - u; t++)
            for (int s = 2 - v; s <= 3 - v; s++)
              sum += sums[((4 * t + s) * conv->plane_out + o) * conv->plane_in + i];
          *gradient++ = sum;
        }
}

/* Kernels' side of F(4x4, 3x3), as in conv.c. */
static const float winograd_lines[][3] = {
  {  1.0f / 4,          0,         0 },
  { -1.0f / 6,  -1.0f / 6, -1.0f / 6 },
  { -1.0f / 6,   1.0f / 6, -1.0f / 6 },
  { 1.0f / 24,  1.0f / 12,  1.0f / 6 },
  { 1.0f / 24, -1.0f / 12,  1.0f / 6 },
  {         0,          0,         1 },
};

/* G' u G for 16 channels out: u, [6, 6] in each of the bands, @step floats apart, -> w [9] */
static void
untransform_panel (const float *u, gsize step, float w[9][SCUMBLE_PANEL])
{
  memset (w, 0, 9 * sizeof *w);
  for (int i = 0; i < 6; i++)
    {
      float half[3][SCUMBLE_PANEL] = { { 0.0f } };

      for (int j = 0; j < 6; j++, u += step)
        for (int o = 0; o < SCUMBLE_PANEL; o++)
          {
            float sum = 0.0f;

            for (gsize band = 0; band < WEIGHT_BANDS; band++)
              sum += u[band * SCUMBLE_GRAD_WINO * step + (gsize) o];
            for (int k = 0; k < 3; k++)
              half[k][o] += winograd_lines[j][k] * sum;
          }
      for (int k = 0; k < 9; k++)
        for (int o = 0; o < SCUMBLE_PANEL; o++)
          w[k][o] += winograd_lines[i][k / 3] * half[k % 3][o];
    }
}

/* [bands, 36, c_in, c_out] -> [c_out, c_in, 3, 3], for one channel in */
static void
unpack_winograd (const ScumbleGradConv *conv, const float *products, int i, float *gradient)
{
  const gsize step = (gsize) conv->plane_in * (gsize) conv->plane_out;

  for (int at = 0; at < conv->c_out; at += SCUMBLE_PANEL)
    {
      float w[9][SCUMBLE_PANEL];

      untransform_panel (products + i * conv->plane_out + at, step, w);
      for (int o = at; o < MIN (at + SCUMBLE_PANEL, conv->c_out); o++)
        for (int k = 0; k < 9; k++)
          gradient[(o * conv->c_in + i) * 9 + k] = w[k][o - at];
    }
}

/* products[k] += left[k] transposed times right[k], of the @n tiles from @from on. @desk: room
 * for both. */
static void
multiply_tiles (const ScumbleGradConv *conv, const ScumbleTensor *x, const ScumbleTensor *g,
                int from, int n, float *products, float *desk)
{
  const ScumbleSimdGrad *simd  = scumble_simd_best ()->grad;
  const gsize            in    = (gsize) conv->plane_in, out = (gsize) conv->plane_out;
  const int              cols  = g->w / 4;
  float                 *left  = desk;
  float                 *right = desk + SCUMBLE_GRAD_WINO * (gsize) n * in;

  simd->winograd_in (x, from, n, cols, left, (gsize) n * in);
  simd->winograd_across (g, from, n, cols, right, (gsize) n * out);
  for (gsize k = 0; k < SCUMBLE_GRAD_WINO; k++)
    simd->multiply_add (&(ScumbleProduct) { .a = left + k * (gsize) n * in, .a_row = 1,
                                            .a_k = in, .b = right + k * (gsize) n * out,
                                            .b_k = out, .parts = 1, .k = n,
                                            .rows = conv->plane_in,
                                            .columns = conv->plane_out,
                                            .y = products + k * in * out, .y_row = out });
}

/* The sides of @g are multiples of 4.  A band is one thread's from its cells to its sums, so
 * that nothing but these goes from core to core. */
static void
winograd_weights (const ScumbleGradConv *conv, const ScumbleTensor *x, const ScumbleTensor *g,
                  float *gradient, float *scratch, int threads)
{
  const gsize n     = SCUMBLE_GRAD_WINO * (gsize) conv->plane_in * (gsize) conv->plane_out;
  const int   tiles = g->w / 4 * (g->h / 4);
  float      *desks = scratch + WEIGHT_BANDS * n;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int band = 0; band < WEIGHT_BANDS; band++)
    {
      const int to       = (band + 1) * tiles / WEIGHT_BANDS;
      float    *products = scratch + (gsize) band * n;
      float    *desk     = desks + (gsize) omp_get_thread_num () * desk_floats (conv);

      memset (products, 0, n * sizeof *products);
      for (int from = band * tiles / WEIGHT_BANDS; from < to; from += TILES)
        multiply_tiles (conv, x, g, from, MIN (TILES, to - from), products, desk);
    }

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < conv->c_in; i++)
    unpack_winograd (conv, scratch, i, gradient);
}

void
scumble_grad_conv_weights (const ScumbleGradConv *conv, const ScumbleFrame *x,
                           const ScumbleFrame *g, float *gradient, float *scratch,
                           int threads)
{
  if (is_winograd (conv) && g->inside.h % 4 == 0 && g->inside.w % 4 == 0)
    {
      winograd_weights (conv, &x->whole, &g->inside, gradient, scratch, threads);
    }
  else if (is_reversed (conv))
    {
      multiply_cells (conv, &g->whole, &x->whole, scratch, threads);
      if (conv->up)
        unpack_spread (conv, scratch, gradient);
      else
        unpack_turned (conv, scratch, gradient);
    }
  else
    {
      multiply_cells (conv, &x->whole, &g->inside, scratch, threads);
      unpack_product (conv, scratch, gradient);
    }
}

void
scumble_grad_bias (const ScumbleTensor *g, float *gradient)
{
  for (int k = 0; k < g->c; k++)
    {
      double sum = 0.0;

      for (int i = 0; i < g->h; i++)
        for (int j = 0; j < g->w; j++)
          sum += scumble_tensor_at (g, i, j)[k];
      gradient[k] = (float) sum;
    }
}

/* ---- Cell by cell ---- */

void
scumble_grad_sigmoid (const ScumbleTensor *y, const ScumbleTensor *g, const ScumbleTensor *gx,
                      int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < y->h; i++)
    {
      const float *value = scumble_tensor_at (y, i, 0);
      const float *from  = scumble_tensor_at (g, i, 0);
      float       *to    = scumble_tensor_at (gx, i, 0);

      for (int k = 0; k < y->w * y->c; k++)
        to[k] = from[k] * value[k] * (1.0f - value[k]);
    }
}

void
scumble_grad_relu (const ScumbleTensor *y, const ScumbleTensor *g, const ScumbleTensor *gx,
                   int threads)
{
  const ScumbleSimdGrad *simd = scumble_simd_best ()->grad;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < y->h; i++)
    simd->mask (scumble_tensor_at (y, i, 0), scumble_tensor_at (g, i, 0),
                (gsize) (y->w * y->c), scumble_tensor_at (gx, i, 0));
}

void
scumble_grad_pool2 (const ScumbleTensor *x, const ScumbleTensor *g, const ScumbleTensor *gx,
                    int threads)
{
  const ScumbleSimdGrad *simd = scumble_simd_best ()->grad;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < g->h; i++)
    simd->pool_back (scumble_tensor_at (x, 2 * i, 0), x->stride, scumble_tensor_at (g, i, 0),
                     (gsize) g->w, (gsize) g->c, scumble_tensor_at (gx, 2 * i, 0),
                     gx->stride);
}

void
scumble_grad_add (const ScumbleTensor *x, const ScumbleTensor *y, int threads)
{
  const ScumbleSimdGrad *simd = scumble_simd_best ()->grad;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < y->h; i++)
    simd->add (scumble_tensor_at (x, i, 0), (gsize) (y->w * y->c),
               scumble_tensor_at (y, i, 0));
}

/* ---- Normalisation ---- */

/* Adds up what the bands of a plane's rows found, [BANDS, n], into the first. */
static void
add_bands (double *sums, gsize n)
{
  for (gsize band = 1; band < BANDS; band++)
    for (gsize k = 0; k < n; k++)
      sums[k] += sums[band * n + k];
}

/* Of the cells of row @i of a plane @w wide; NULL if all count the same. */
static const float *
row_weights (const float *weights, int i, int w)
{
  return weights != NULL ? weights + (gsize) i * (gsize) w : NULL;
}

/* The moments of a plane, [2, c], and what its cells weigh together. */
static double
find_moments (const ScumbleTensor *x, const float *weights, double *sums, int threads)
{
  const ScumbleSimdGrad *simd   = scumble_simd_best ()->grad;
  const gsize            planes = (gsize) x->c;
  const gsize            n      = (gsize) x->h * (gsize) x->w;
  double                 weight = 0.0;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int band = 0; band < BANDS; band++)
    for (int i = band * x->h / BANDS; i < (band + 1) * x->h / BANDS; i++)
      simd->add_moments (scumble_tensor_at (x, i, 0), row_weights (weights, i, x->w),
                         (gsize) x->w, planes, sums + (gsize) band * 2 * planes);
  add_bands (sums, 2 * planes);

  if (weights == NULL)
    return (double) n;
  for (gsize i = 0; i < n; i++)
    weight += (double) weights[i];

  return weight;
}

void
scumble_norm_forward (ScumbleNorm *norm, int c, const float *scale, const float *shift,
                      const ScumbleTensor *x, const ScumbleTensor *skip,
                      const ScumbleTensor *y, int threads)
{
  const ScumbleSimdGrad *simd   = scumble_simd_best ()->grad;
  const gsize            planes = (gsize) x->c;
  g_autofree double     *sums   = g_new0 (double, BANDS * 2 * planes);
  const double           n      = find_moments (x, norm->weights, sums, threads);

  norm->weight = n;
  for (int k = 0; k < x->c; k++)
    {
      const double mean = sums[k] / n;
      const double variance = MAX (sums[planes + (gsize) k] / n - mean * mean, 0.0);

      norm->mean[k]    = (float) mean;
      norm->inverse[k] = (float) (1.0 / sqrt (variance + EPSILON));
      norm->gain[k]    = k < c ? scale[k] * norm->inverse[k] : 0.0f;
      norm->bias[k]    = k < c ? shift[k] - norm->gain[k] * norm->mean[k] : 0.0f;
    }

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < x->h; i++)
    simd->normalise (norm, scumble_tensor_at (x, i, 0),
                     skip != NULL ? scumble_tensor_at (skip, i, 0) : NULL, (gsize) x->w,
                     planes, scumble_tensor_at (y, i, 0));
}

/* slopes: [3, c], see ScumbleSimdGrad; from the sums of g and g (x - mean) */
static void
find_slopes (const ScumbleNorm *norm, const double *sums, gsize c, float *slopes)
{
  const double n = norm->weight;

  for (gsize k = 0; k < c; k++)
    {
      const double inverse = norm->inverse[k];
      const double past    = -norm->gain[k] * sums[c + k] * inverse * inverse / n;

      slopes[k]         = norm->gain[k];
      slopes[c + k]     = (float) past;
      slopes[2 * c + k] = (float) (-norm->gain[k] * sums[k] / n - past * norm->mean[k]);
    }
}

void
scumble_norm_back (const ScumbleNorm *norm, int c, const ScumbleTensor *x,
                   const ScumbleTensor *g, const ScumbleTensor *gx, float *g_scale,
                   float *g_shift, int threads)
{
  const ScumbleSimdGrad *simd   = scumble_simd_best ()->grad;
  const gsize            planes = (gsize) x->c;
  g_autofree double     *sums   = g_new0 (double, BANDS * 2 * planes);
  g_autofree float      *slopes = g_new (float, 3 * planes);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int band = 0; band < BANDS; band++)
    for (int i = band * x->h / BANDS; i < (band + 1) * x->h / BANDS; i++)
      simd->add_norm_sums (norm, scumble_tensor_at (x, i, 0), scumble_tensor_at (g, i, 0),
                           (gsize) x->w, planes, sums + (gsize) band * 2 * planes);
  add_bands (sums, 2 * planes);
  find_slopes (norm, sums, planes, slopes);
  for (int k = 0; k < c; k++)
    {
      g_scale[k] = (float) (sums[planes + (gsize) k] * norm->inverse[k]);
      g_shift[k] = (float) sums[k];
    }

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < x->h; i++)
    simd->norm_back (norm, slopes, scumble_tensor_at (x, i, 0), scumble_tensor_at (g, i, 0),
                     row_weights (norm->weights, i, x->w), (gsize) x->w, planes,
                     scumble_tensor_at (gx, i, 0));
}

/* A normalised value that is a spike: how far it is beyond, with its sign; else 0. */
static double
find_excess (double value)
{
  return value > SCUMBLE_SPIKE    ? value - SCUMBLE_SPIKE
         : value < -SCUMBLE_SPIKE ? value + SCUMBLE_SPIKE : 0.0;
}

static double
normal_value (const ScumbleNorm *norm, const float *cell, int k)
{
  return (double) norm->inverse[k] * ((double) cell[k] - (double) norm->mean[k]);
}

/* Whether a cell has a spike in any channel; without branches, since nearly none has. */
static gboolean
is_spiky (const float *cell, const float *bounds, int c)
{
  int found = 0;

  for (int k = 0; k < c; k++)
    found |= (cell[k] < bounds[k]) | (cell[k] > bounds[c + k]);

  return found;
}

/* Adds the excesses of row @i, these times the values, and their squares to @sums [3, c].
 * @bounds: [2, c] between which values are no spikes */
static void
add_spikes (const ScumbleNorm *norm, int c, const ScumbleTensor *x, int i, const float *bounds,
            double *sums)
{
  const float *weights = row_weights (norm->weights, i, x->w);

  for (int j = 0; j < x->w; j++)
    {
      const float *cell   = scumble_tensor_at (x, i, j);
      const double weight = weights != NULL ? (double) weights[j] : 1.0;

      if (!is_spiky (cell, bounds, c))
        continue;
      for (int k = 0; k < c; k++)
        {
          const double value  = normal_value (norm, cell, k);
          const double excess = find_excess (value);

          sums[k]         += weight * excess;
          sums[c + k]     += weight * excess * value;
          sums[2 * c + k] += weight * excess * excess;
        }
    }
}

/* With s the slope at a normalised value v, and w what its cell weighs of all, that at what was
 * normalised is (s - w sum (s) - w v sum (s v)) / deviation.
 * @factor: from an excess to its slope */
static void
back_spikes (const ScumbleNorm *norm, int c, const ScumbleTensor *x, int i, double factor,
             const double *sums, const ScumbleTensor *gx)
{
  const float *weights = row_weights (norm->weights, i, x->w);

  for (int j = 0; j < x->w; j++)
    {
      const float *cell   = scumble_tensor_at (x, i, j);
      float       *slopes = scumble_tensor_at (gx, i, j);
      const double weight = weights != NULL ? (double) weights[j] : 1.0;
      const double part   = weight / norm->weight;

      for (int k = 0; k < c; k++)
        if (sums[2 * c + k] > 0.0)
          {
            const double value = normal_value (norm, cell, k);
            const double slope = weight * find_excess (value) - part * sums[k] -
                                 part * value * sums[c + k];

            slopes[k] += (float) (factor * (double) norm->inverse[k] * slope);
          }
    }
}

double
scumble_norm_spikes (const ScumbleNorm *norm, int c, const ScumbleTensor *x, double share,
                     const ScumbleTensor *gx, int threads)
{
  const gsize        n      = 3 * (gsize) c;
  const double       scale  = share / (norm->weight * c);
  g_autofree double *sums   = g_new0 (double, BANDS * n);
  g_autofree float  *bounds = g_new (float, 2 * c);
  double             loss   = 0.0;

  for (int k = 0; k < c; k++)
    {
      const double reach = SCUMBLE_SPIKE / (double) norm->inverse[k];

      bounds[k]     = (float) ((double) norm->mean[k] - reach);
      bounds[c + k] = (float) ((double) norm->mean[k] + reach);
    }

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int band = 0; band < BANDS; band++)
    for (int i = band * x->h / BANDS; i < (band + 1) * x->h / BANDS; i++)
      add_spikes (norm, c, x, i, bounds, sums + (gsize) band * n);
  add_bands (sums, n);
  for (int k = 0; k < c; k++)
    loss += scale * sums[2 * c + k];
  if (loss == 0.0)
    return 0.0;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < x->h; i++)
    back_spikes (norm, c, x, i, 2.0 * scale, sums, gx);

  return loss;
}

/* ---- The loss ---- */

/* Of @n numbers, each of which counts @weight. Returns: the squared error */
static float
add_errors (const float *value, const float *wanted, int n, double scale, float weight,
            float *g)
{
  float error = 0.0f;

  for (int k = 0; k < n; k++)
    {
      const float difference = value[k] - wanted[k];

      error += difference * difference;
      g[k]  += (float) (2.0 * scale) * weight * difference;
    }

  return weight * error;
}

double
scumble_grad_squared_error (const ScumbleTensor *x, const ScumbleTensor *target,
                            const float *weights, double scale, const ScumbleTensor *g,
                            int threads)
{
  double errors[BANDS] = { 0.0 };

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int band = 0; band < BANDS; band++)
    for (int i = band * x->h / BANDS; i < (band + 1) * x->h / BANDS; i++)
      {
        const float *value  = scumble_tensor_at (x, i, 0);
        const float *wanted = scumble_tensor_at (target, i, 0);
        float       *row    = scumble_tensor_at (g, i, 0);
        const int    parts  = weights != NULL ? x->w : 1;
        const int    n      = x->w * x->c / parts;

        for (int j = 0; j < parts; j++)
          errors[band] += (double) add_errors (value + j * n, wanted + j * n, n, scale,
                                               weights != NULL ? weights[i * x->w + j] : 1.0f,
                                               row + j * n);
      }
  add_bands (errors, 1);

  return errors[0] * scale;
}
