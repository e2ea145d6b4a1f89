/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Compiled once per instruction set, with SIMD_NAME saying which (meson.build).  Vectors are
 * the compiler's own, along the channels; there is no assembly and no intrinsic.
 *
 * The one inner loop is a small matrix product that keeps ROWS cells times one panel of
 * output channels in registers.  In a direct convolution three neighbouring cells are 3 c_in
 * numbers in a row, and the next cell's three begin c_in further on: the picture itself is
 * the matrix, with overlapping rows, and nothing is copied out first. */
#include "simd-winograd.h"

#include <string.h>

/* What one call of the inner loop multiplies. */
typedef struct
{
  const float *x;        /* first row of the matrix */
  gsize        x_step;   /* floats from one row to the next */
  gsize        x_part;   /* floats from one part of the sum to the next */
  int          parts;
  int          k;        /* products per part */
  const float *weights;  /* [parts, k, 16] */
  const float *bias;     /* [16] or NULL */
  gboolean     relu;
  float       *y;
  gsize        y_step;
  int          columns;  /* how many of the panel's 16 columns to store */
} Product;

INLINE void
store_columns (const Product *p, int row, const Vector *sum)
{
  float *to = p->y + (gsize) row * p->y_step;
  float  whole[SCUMBLE_PANEL];

  if (p->columns == SCUMBLE_PANEL)
    {
      UNROLL
      for (int v = 0; v < VECTORS; v++)
        store (to + v * LANES, sum[v]);
      return;
    }

  for (int v = 0; v < VECTORS; v++)
    store (whole + v * LANES, sum[v]);
  memcpy (to, whole, (gsize) p->columns * sizeof *to);
}

/* y[row, 0..15] = sum over k of x[row, k] weights[k, 0..15], for @rows rows: a constant. */
INLINE void
multiply_rows (const Product *p, const int rows)
{
  const float *w = p->weights;
  Vector       sum[ROWS][VECTORS];

  UNROLL
  for (int r = 0; r < rows; r++)
    UNROLL
    for (int v = 0; v < VECTORS; v++)
      sum[r][v] = p->bias != NULL ? load (p->bias + v * LANES) : (Vector) { 0 };

  for (int part = 0; part < p->parts; part++)
    {
      const float *x = p->x + (gsize) part * p->x_part;

      for (int k = 0; k < p->k; k++, x++, w += SCUMBLE_PANEL)
        UNROLL
        for (int r = 0; r < rows; r++)
          UNROLL
          for (int v = 0; v < VECTORS; v++)
            sum[r][v] += load (w + v * LANES) * x[(gsize) r * p->x_step];
    }

  UNROLL
  for (int r = 0; r < rows; r++)
    {
      if (p->relu)
        UNROLL
        for (int v = 0; v < VECTORS; v++)
          sum[r][v] = rectify (sum[r][v]);
      store_columns (p, r, sum[r]);
    }
}

/* Rows that are left over take the largest step that still fits. */
#define STEP(n)                                                                               \
  for (; (n) <= ROWS && rows >= (n); rows -= (n))                                             \
    {                                                                                         \
      multiply_rows (&p, MIN ((n), (int) ROWS));                                              \
      p.x += (n) * p.x_step;                                                                  \
      p.y += (n) * p.y_step;                                                                  \
    }

static void
multiply (Product p, int rows)
{
  STEP (ROWS)
  STEP (8)
  STEP (4)
  STEP (2)
  STEP (1)
}

#undef STEP

static void
direct (const ScumbleConv *conv, const ScumbleTensor *x, const ScumbleTensor *y, int from,
        int to)
{
  const gsize c_in   = (gsize) conv->c_in, c_out = (gsize) conv->c_out;
  const int   kernel = scumble_conv_kernel (conv), step = scumble_conv_stride (conv);

  for (int i = from; i < to; i++)
    for (int panel = 0; panel < scumble_panels (conv->c_out); panel++)
      {
        const gsize at = (gsize) panel * SCUMBLE_PANEL;

        multiply ((Product) { .x       = scumble_tensor_at (x, i * step, 0),
                              .x_step  = (gsize) step * c_in,
                              .x_part  = x->stride,
                              .parts   = kernel,
                              .k       = kernel * conv->c_in,
                              .weights = conv->weights + at * (gsize) (kernel * kernel) * c_in,
                              .bias    = conv->bias + at,
                              .relu    = conv->relu,
                              .y       = scumble_tensor_at (y, i, 0) + at,
                              .y_step  = c_out,
                              .columns = (int) MIN (c_out - at, SCUMBLE_PANEL) },
                  y->w);
      }
}

/* The sums of neighbouring lanes: those of @a, then those of @b. */
INLINE Vector
fold (Vector a, Vector b)
{
  return __builtin_shufflevector (a, b, EVEN) + __builtin_shufflevector (a, b, ODD);
}

/* Folds 2 @n vectors to @n; once all lanes are folded they are the vectors' totals, in
 * order.  @n is a constant. */
INLINE void
fold_halves (Vector *v, const int n)
{
  UNROLL
  for (int i = 0; i < n; i++)
    v[i] = fold (v[2 * i], v[2 * i + 1]);
}

/* Cells that the last layer works on at once, and the channels of a pixel made even. */
enum { CELLS = 4, PIXEL = 4 };

/* @cells cells, a constant, of a convolution with three channels out.
 * x: [kernel, cells + kernel - 1, c_in] at its row stride; y: [cells, 3] */
INLINE void
dot_cells (const ScumbleConv *conv, const float *x, gsize stride, float *y, const int cells)
{
  const gsize  c_in   = (gsize) conv->c_in;
  const gsize  kernel = (gsize) scumble_conv_kernel (conv);
  const float *w      = conv->weights;
  Vector       sum[CELLS * PIXEL] = { { 0 } };
  float        out[CELLS * PIXEL];

  for (gsize u = 0; u < kernel; u++)
    for (gsize k = 0; k < kernel * c_in; k += LANES, w += 3 * LANES)
      UNROLL
      for (int j = 0; j < cells; j++)
        {
          const Vector v = load (x + u * stride + (gsize) j * c_in + k);

          UNROLL
          for (int o = 0; o < 3; o++)
            sum[j * PIXEL + o] += v * load (w + o * LANES);
        }

  fold_halves (sum, 8);
  fold_halves (sum, 4);
  if (LANES > 4)
    fold_halves (sum, 2);
  if (LANES > 8)
    fold_halves (sum, 1);
  memcpy (out, sum, sizeof out);

  for (int j = 0; j < cells; j++)
    for (int o = 0; o < 3; o++)
      {
        const float value = out[j * PIXEL + o] + conv->bias[o];

        y[3 * j + o] = conv->relu && value < 0.0f ? 0.0f : value;
      }
}

static void
dot (const ScumbleConv *conv, const ScumbleTensor *x, const ScumbleTensor *y, int from,
     int to)
{
  for (int i = from; i < to; i++)
    {
      int j = 0;

      for (; j + CELLS <= y->w; j += CELLS)
        dot_cells (conv, scumble_tensor_at (x, i, j), x->stride, scumble_tensor_at (y, i, j),
                   CELLS);
      for (; j < y->w; j++)
        dot_cells (conv, scumble_tensor_at (x, i, j), x->stride, scumble_tensor_at (y, i, j),
                   1);
    }
}

/* y = A' m for one line of six. */
INLINE void
line_out (const Vector m[6], Vector y[4])
{
  const Vector a = m[1] + m[2], b = m[1] - m[2];
  const Vector e = m[3] + m[4], f = m[3] - m[4];

  y[0] = m[0] + a + e;
  y[1] = b + 2.0f * f;
  y[2] = a + 4.0f * e;
  y[3] = b + 8.0f * f + m[5];
}

/* One vector of channels of a tile: m [36] -> out [4][4], bias and ReLU included. */
INLINE void
tile_out (const float *m, gsize m_step, Vector bias, gboolean relu, Vector out[4][4])
{
  Vector half[4][6];

  UNROLL
  for (int j = 0; j < 6; j++)
    {
      Vector column[6], y[4];

      UNROLL
      for (int i = 0; i < 6; i++)
        column[i] = load (m + (gsize) (6 * i + j) * m_step);
      line_out (column, y);
      UNROLL
      for (int i = 0; i < 4; i++)
        half[i][j] = y[i];
    }

  UNROLL
  for (int i = 0; i < 4; i++)
    {
      line_out (half[i], out[i]);
      UNROLL
      for (int j = 0; j < 4; j++)
        {
          out[i][j] += bias;
          if (relu)
            out[i][j] = rectify (out[i][j]);
        }
    }
}

/* Reads the 6x6 cells of a tile that sticks out of @x, with zeros for what is missing. */
static void
copy_patch (const ScumbleTensor *x, int i, int j, float *patch)
{
  const gsize c    = (gsize) x->c;
  const int   rows = MIN (6, x->h - i), cols = MIN (6, x->w - j);

  memset (patch, 0, 36 * c * sizeof *patch);
  for (int u = 0; u < rows; u++)
    memcpy (patch + (gsize) u * 6 * c, scumble_tensor_at (x, i + u, j),
            (gsize) cols * c * sizeof *patch);
}

static void
transform_in (const ScumbleTensor *x, int i, int j, float *v, gsize v_step, float *patch)
{
  const gsize  c      = (gsize) x->c;
  const float *d      = scumble_tensor_at (x, i, j);
  gsize        stride = x->stride;

  if (i + 6 > x->h || j + 6 > x->w)
    {
      copy_patch (x, i, j, patch);
      d      = patch;
      stride = 6 * c;
    }

  for (gsize k = 0; k < c; k += LANES)
    tile_in (d + k, stride, c, v + k, v_step);
}

/* Stores the maxima of the 2x2 cells of a tile; @rows and @cols of it are there. */
INLINE void
store_pooled (Vector out[4][4], int rows, int cols, const ScumbleTensor *y, int i, int j,
              gsize k)
{
  for (int u = 0; u < rows; u += 2)
    for (int v = 0; v < cols; v += 2)
      {
        Vector most = out[u][v];

        if (v + 1 < cols)
          most = vmax (most, out[u][v + 1]);
        if (u + 1 < rows)
          most = vmax (most, out[u + 1][v]);
        if (u + 1 < rows && v + 1 < cols)
          most = vmax (most, out[u + 1][v + 1]);
        store (scumble_tensor_at (y, (i + u) / 2, (j + v) / 2) + k, most);
      }
}

/* @size: height and width of the convolution's result, before any pooling */
static void
transform_out (const ScumbleConv *conv, const float *m, gsize m_step, const ScumbleTensor *y,
               const int size[2], int i, int j)
{
  const int rows = MIN (4, size[0] - i), cols = MIN (4, size[1] - j);

  for (gsize k = 0; k < (gsize) conv->c_out; k += LANES)
    {
      Vector out[4][4];

      tile_out (m + k, m_step, load (conv->bias + k), conv->relu, out);
      if (conv->form == SCUMBLE_CONV_POOL)
        store_pooled (out, rows, cols, y, i, j, k);
      else
        for (int u = 0; u < rows; u++)
          for (int v = 0; v < cols; v++)
            store (scumble_tensor_at (y, i + u, j + v) + k, out[u][v]);
    }
}

/* m[k] = v[k] weights[k] for each of the @products matrices: [n, c_in] to [n, c_out]. */
static void
multiply_all (const ScumbleConv *conv, gsize products, const float *v, float *m, int n)
{
  const gsize c_in = (gsize) conv->c_in, c_out = (gsize) conv->c_out;

  for (gsize k = 0; k < products; k++)
    for (gsize at = 0; at < c_out; at += SCUMBLE_PANEL)
      multiply ((Product) { .x       = v + k * (gsize) n * c_in,
                            .x_step  = c_in,
                            .parts   = 1,
                            .k       = conv->c_in,
                            .weights = conv->weights + (k * c_out + at) * c_in,
                            .y       = m + k * (gsize) n * c_out + at,
                            .y_step  = c_out,
                            .columns = SCUMBLE_PANEL },
                n);
}

static void
winograd (const ScumbleConv *conv, const ScumbleTensor *x, const ScumbleTensor *y, int from,
          int n, float *scratch)
{
  const int   size[2] = { x->h - 2, x->w - 2 };
  const int   cols    = (size[1] + 3) / 4;
  const gsize c_in    = (gsize) conv->c_in, c_out = (gsize) conv->c_out;
  float      *v       = scratch;
  float      *m       = v + SCUMBLE_WINO * (gsize) n * c_in;

  /* The products are not there yet, so their place can hold a patch. */
  for (int t = 0; t < n; t++)
    transform_in (x, (from + t) / cols * 4, (from + t) % cols * 4, v + (gsize) t * c_in,
                  (gsize) n * c_in, m);

  multiply_all (conv, SCUMBLE_WINO, v, m, n);

  for (int t = 0; t < n; t++)
    transform_out (conv, m + (gsize) t * c_out, (gsize) n * c_out, y, size,
                   (from + t) / cols * 4, (from + t) % cols * 4);
}

/* Upsampling first makes every second product of the definition a repetition.  Along one
 * line, with S = w0 + w1 + w2, cell x[i] becomes
 *
 *     y[2i]     = S x[i] + w0 (x[i - 1] - x[i])
 *     y[2i + 1] = S x[i] + w2 (x[i + 1] - x[i])
 *
 * three products for two cells, and nine for four on the plane, as many as Winograd's
 * F(4x4, 3x3) on the upsampled plane takes, but with differences as the only transforms. */
INLINE void
up_line_in (Vector before, Vector at, Vector after, Vector v[3])
{
  v[0] = at;
  v[1] = before - at;
  v[2] = after - at;
}

/* One vector of channels of a cell: x [3, 3] -> v [9] */
INLINE void
up_in (const float *x, gsize stride, gsize c, float *v, gsize v_step)
{
  Vector half[3][3];

  UNROLL
  for (int i = 0; i < 3; i++)
    {
      const float *row = x + (gsize) i * stride;

      up_line_in (load (row), load (row + c), load (row + 2 * c), half[i]);
    }

  UNROLL
  for (int j = 0; j < 3; j++)
    {
      Vector out[3];

      up_line_in (half[0][j], half[1][j], half[2][j], out);
      UNROLL
      for (int i = 0; i < 3; i++)
        store (v + (gsize) (3 * i + j) * v_step, out[i]);
    }
}

/* One vector of channels of a cell: m [9] -> out [2][2], bias and ReLU included. */
INLINE void
up_out (const float *m, gsize m_step, Vector bias, gboolean relu, Vector out[2][2])
{
  Vector half[3][2];

  UNROLL
  for (int i = 0; i < 3; i++)
    {
      const float *row = m + (gsize) (3 * i) * m_step;

      half[i][0] = load (row) + load (row + m_step);
      half[i][1] = load (row) + load (row + 2 * m_step);
    }

  UNROLL
  for (int j = 0; j < 2; j++)
    UNROLL
    for (int i = 0; i < 2; i++)
      {
        out[i][j] = half[0][j] + half[i + 1][j] + bias;
        if (relu)
          out[i][j] = rectify (out[i][j]);
      }
}

/* The 2x2 cells at row @i, column @j of @y, as far as they lie on it. */
static void
up_transform_out (const ScumbleConv *conv, const float *m, gsize m_step,
                  const ScumbleTensor *y, int i, int j)
{
  for (gsize k = 0; k < (gsize) conv->c_out; k += LANES)
    {
      Vector out[2][2];

      up_out (m + k, m_step, load (conv->bias + k), conv->relu, out);
      for (int u = MAX (0, -i); u < MIN (2, y->h - i); u++)
        for (int v = MAX (0, -j); v < MIN (2, y->w - j); v++)
          store (scumble_tensor_at (y, i + u, j + v) + k, out[u][v]);
    }
}

static void
up (const ScumbleConv *conv, const ScumbleTensor *x, int y0, int x0, const ScumbleTensor *y,
    int from, int n, float *scratch)
{
  const int   cols = x->w - 2;
  const gsize c_in = (gsize) conv->c_in, c_out = (gsize) conv->c_out;
  const gsize v_step = (gsize) n * c_in;
  float      *v    = scratch;
  float      *m    = v + SCUMBLE_UP * v_step;

  for (int t = 0; t < n; t++)
    {
      const float *in = scumble_tensor_at (x, (from + t) / cols, (from + t) % cols);

      for (gsize k = 0; k < c_in; k += LANES)
        up_in (in + k, x->stride, c_in, v + (gsize) t * c_in + k, v_step);
    }

  multiply_all (conv, SCUMBLE_UP, v, m, n);

  for (int t = 0; t < n; t++)
    up_transform_out (conv, m + (gsize) t * c_out, (gsize) n * c_out, y,
                      (from + t) / cols * 2 - y0, (from + t) % cols * 2 - x0);
}

static gboolean
usable (void)
{
#if defined __AVX512F__
  return __builtin_cpu_supports ("avx512f");
#elif defined __AVX2__
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#else
  return TRUE;
#endif
}

extern const ScumbleSimd     SIMD_TABLE (scumble_simd);
extern const ScumbleSimdGrad SIMD_TABLE (scumble_simd_grad);

const ScumbleSimd SIMD_TABLE (scumble_simd) = {
  .name     = STRING (SIMD_NAME),
  .lanes    = LANES,
  .usable   = usable,
  .direct   = direct,
  .dot      = dot,
  .winograd = winograd,
  .up       = up,
  .grad     = &SIMD_TABLE (scumble_simd_grad),
};
