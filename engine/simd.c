/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Compiled once per instruction set, with SIMD_NAME saying which (meson.build).  Vectors are
 * the compiler's own, along the channels; there is no assembly and no intrinsic.
 *
 * The one inner loop is a small matrix product that keeps ROWS cells times one panel of
 * output channels in registers.  In a direct convolution three neighbouring cells are 3 c_in
 * numbers in a row, and the next cell's three begin c_in further on: the picture itself is
 * the matrix, with overlapping rows, and nothing is copied out first. */
#include "simd-vector.h"

#include <string.h>

/* How many floats before they are needed weights are called to the second-level cache, which
 * those of a wide layer do not fit. */
enum { AHEAD = 4096 };

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
      const float *x   = p->x + (gsize) part * p->x_part;
      const float *far = x + NEAR * p->x_step;

      for (int k = 0; k < p->k; k++, x++, far++, w += SCUMBLE_PANEL)
        {
          __builtin_prefetch (w + AHEAD, 0, 2);
          UNROLL
          for (int r = 0; r < rows; r++)
            UNROLL
            for (int v = 0; v < VECTORS; v++)
              sum[r][v] += load (w + v * LANES) *
                           (r < NEAR ? x[(gsize) r * p->x_step]
                                     : far[(gsize) (r - NEAR) * p->x_step]);
        }
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

/* Winograd F(6x6, 3x3): Lavin and Gray, "Fast Algorithms for Convolutional Neural
 * Networks", CVPR 2016, section 4, with the points 0, 1, -1, 2, -2, 1/2, -1/2:
 * Y = A' [ (G g G') o (B' d B) ] A. */
enum { TILE = SCUMBLE_WINO_TILE, PATCH = TILE + 2 };

/* v = B' d for one line of a patch. */
INLINE void
line_in (const Vector d[PATCH], Vector v[PATCH])
{
  const Vector a = d[2] + d[6] - 4.25f * d[4];
  const Vector b = d[1] + d[5] - 4.25f * d[3];
  const Vector e = 0.25f * d[2] - 1.25f * d[4] + d[6];
  const Vector f = 0.5f * d[1] - 2.5f * d[3] + 2.0f * d[5];
  const Vector g = 4.0f * d[2] - 5.0f * d[4] + d[6];
  const Vector h = 2.0f * d[1] - 2.5f * d[3] + 0.5f * d[5];

  v[0] = d[0] - d[6] + 5.25f * (d[4] - d[2]);
  v[1] = a + b;
  v[2] = a - b;
  v[3] = e + f;
  v[4] = e - f;
  v[5] = g + h;
  v[6] = g - h;
  v[7] = d[7] - d[1] + 5.25f * (d[3] - d[5]);
}

/* y = A' m for one line of products. */
INLINE void
line_out (const Vector m[PATCH], Vector y[TILE])
{
  const Vector a = m[1] + m[2], b = m[1] - m[2];
  const Vector e = m[3] + m[4], f = m[3] - m[4];
  const Vector g = m[5] + m[6], h = m[5] - m[6];

  y[0] = m[0] + a + e + g;
  y[1] = b + 2.0f * f + 0.5f * h;
  y[2] = a + 4.0f * e + 0.25f * g;
  y[3] = b + 8.0f * f + 0.125f * h;
  y[4] = a + 16.0f * e + 0.0625f * g;
  y[5] = b + 32.0f * f + 0.03125f * h + m[7];
}

/* One vector of channels of a tile: d [8, 8] -> v [64]; @v_step floats between products. */
APART void
tile_in (const float *d, gsize stride, gsize c, float *v, gsize v_step)
{
  Vector half[PATCH][PATCH];

  UNROLL
  for (int j = 0; j < PATCH; j++)
    {
      Vector column[PATCH], out[PATCH];

      UNROLL
      for (int i = 0; i < PATCH; i++)
        column[i] = load (d + (gsize) i * stride + (gsize) j * c);
      line_in (column, out);
      UNROLL
      for (int i = 0; i < PATCH; i++)
        half[i][j] = out[i];
    }

  UNROLL
  for (int i = 0; i < PATCH; i++)
    {
      Vector out[PATCH];

      line_in (half[i], out);
      UNROLL
      for (int j = 0; j < PATCH; j++)
        store (v + (gsize) (PATCH * i + j) * v_step, out[j]);
    }
}

/* One vector of channels of a tile: m [64] -> out [6][6], bias and ReLU included. */
APART void
tile_out (const float *m, gsize m_step, Vector bias, gboolean relu, Vector out[TILE][TILE])
{
  Vector half[TILE][PATCH];

  UNROLL
  for (int j = 0; j < PATCH; j++)
    {
      Vector column[PATCH], y[TILE];

      UNROLL
      for (int i = 0; i < PATCH; i++)
        column[i] = load (m + (gsize) (PATCH * i + j) * m_step);
      line_out (column, y);
      UNROLL
      for (int i = 0; i < TILE; i++)
        half[i][j] = y[i];
    }

  UNROLL
  for (int i = 0; i < TILE; i++)
    {
      line_out (half[i], out[i]);
      UNROLL
      for (int j = 0; j < TILE; j++)
        {
          out[i][j] += bias;
          if (relu)
            out[i][j] = rectify (out[i][j]);
        }
    }
}

/* The cells that a tile is made of. */
typedef struct
{
  const float *d;
  gsize        stride;
} Patch;

/* The @edge x @edge cells at row @i and column @j of @x; what sticks out of it is copied to
 * @spare first, with zeros for what is missing. */
static Patch
read_patch (const ScumbleTensor *x, int i, int j, int edge, float *spare)
{
  const gsize c    = (gsize) x->c, stride = (gsize) edge * c;
  const int   rows = MIN (edge, x->h - i), cols = MIN (edge, x->w - j);

  if (rows == edge && cols == edge)
    return (Patch) { scumble_tensor_at (x, i, j), x->stride };

  memset (spare, 0, (gsize) edge * stride * sizeof *spare);
  for (int u = 0; u < rows; u++)
    memcpy (spare + (gsize) u * stride, scumble_tensor_at (x, i + u, j),
            (gsize) cols * c * sizeof *spare);

  return (Patch) { spare, stride };
}

/* Stores the maxima of the 2x2 cells of a tile; @rows and @cols of it are there. */
INLINE void
store_pooled (Vector out[TILE][TILE], int rows, int cols, const ScumbleTensor *y, int i, int j,
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
  const int rows = MIN (TILE, size[0] - i), cols = MIN (TILE, size[1] - j);

  for (gsize k = 0; k < (gsize) conv->c_out; k += LANES)
    {
      Vector out[TILE][TILE];

      tile_out (m + k, m_step, load (conv->bias + k), conv->relu, out);
      if (conv->form == SCUMBLE_CONV_POOL)
        store_pooled (out, rows, cols, y, i, j, k);
      else
        for (int u = 0; u < rows; u++)
          {
            float *to = scumble_tensor_at (y, i + u, j) + k;

            for (int v = 0; v < cols; v++, to += conv->c_out)
              store (to, out[u][v]);
          }
    }
}

/* Floats from one of the matrices of @n rows to the next.  A tile's products lie that far from
 * each other: by a multiple of 4096 bytes, they would all fall into one set of the first-level
 * cache. */
static gsize
matrix_step (int n, gsize c)
{
  return (gsize) n * c + SCUMBLE_MATRIX_GAP;
}

/* m[k] = v[k] weights[k] for each of the @products matrices: [n, c_in] to [n, c_out]. */
static void
multiply_all (const ScumbleConv *conv, gsize products, const float *v, float *m, int n)
{
  const gsize c_in = (gsize) conv->c_in, c_out = (gsize) conv->c_out;

  for (gsize k = 0; k < products; k++)
    for (gsize at = 0; at < c_out; at += SCUMBLE_PANEL)
      multiply ((Product) { .x       = v + k * matrix_step (n, c_in),
                            .x_step  = c_in,
                            .parts   = 1,
                            .k       = conv->c_in,
                            .weights = conv->weights + (k * c_out + at) * c_in,
                            .y       = m + k * matrix_step (n, c_out) + at,
                            .y_step  = c_out,
                            .columns = SCUMBLE_PANEL },
                n);
}

static void
winograd (const ScumbleConv *conv, const ScumbleTensor *x, const ScumbleTensor *y, int from,
          int n, float *scratch)
{
  const int   size[2] = { x->h - 2, x->w - 2 };
  const int   cols    = (size[1] + TILE - 1) / TILE;
  const gsize c_in    = (gsize) conv->c_in, c_out = (gsize) conv->c_out;
  const gsize v_step  = matrix_step (n, c_in);
  float      *v       = scratch;
  float      *m       = v + SCUMBLE_WINO * v_step;

  /* The products are not there yet, so their place can hold a patch. */
  for (int t = 0; t < n; t++)
    {
      const Patch in = read_patch (x, (from + t) / cols * TILE, (from + t) % cols * TILE,
                                   PATCH, m);

      for (gsize k = 0; k < c_in; k += LANES)
        tile_in (in.d + k, in.stride, c_in, v + (gsize) t * c_in + k, v_step);
    }

  multiply_all (conv, SCUMBLE_WINO, v, m, n);

  for (int t = 0; t < n; t++)
    transform_out (conv, m + (gsize) t * c_out, matrix_step (n, c_out), y, size,
                   (from + t) / cols * TILE, (from + t) % cols * TILE);
}

/* Upsampling first makes products of the definition repetitions.  Along one line, the cells
 * x become
 *
 *     y[2i]     = w0 x[i - 1] + (w1 + w2) x[i]
 *     y[2i + 1] = (w0 + w1) x[i] + w2 x[i + 1]
 *
 * two convolutions of two weights each, every one of which takes five products for four cells
 * by Winograd's F(4, 2) with the points 0, 1, -1, 2: ten for eight, and on the plane a hundred
 * for 64 cells, from a patch of 6x6. */
enum { UP_TILE = SCUMBLE_UP_TILE, UP_PATCH = UP_TILE + 2, UP_LINE = 2 * (UP_TILE + 1) };

/* v = B' d for one line of a patch: for the even cells, and, a cell further on, the odd. */
INLINE void
up_line_in (const Vector d[UP_PATCH], Vector v[UP_LINE])
{
  UNROLL
  for (int i = 0; i < 2; i++, d++, v += UP_LINE / 2)
    {
      const Vector a = d[3] - d[1];

      v[0] = 2.0f * (d[0] - d[2]) + a;
      v[1] = 2.0f * d[1] + d[2] - d[3];
      v[2] = 3.0f * d[2] - 2.0f * d[1] - d[3];
      v[3] = a;
      v[4] = d[4] - d[2] - 2.0f * a;
    }
}

/* y = A' m for one line of products, even and odd cells in turn. */
INLINE void
up_line_out (const Vector m[UP_LINE], Vector y[2 * UP_TILE])
{
  UNROLL
  for (int i = 0; i < 2; i++, m += UP_LINE / 2, y++)
    {
      const Vector a = m[1] + m[2], b = m[1] - m[2];

      y[0] = m[0] + a + m[3];
      y[2] = b + 2.0f * m[3];
      y[4] = a + 4.0f * m[3];
      y[6] = b + 8.0f * m[3] + m[4];
    }
}

/* One vector of channels of a tile: x [6, 6] -> v [100] */
APART void
up_tile_in (const float *x, gsize stride, gsize c, float *v, gsize v_step)
{
  Vector half[UP_LINE][UP_PATCH];

  UNROLL
  for (int j = 0; j < UP_PATCH; j++)
    {
      Vector column[UP_PATCH], out[UP_LINE];

      UNROLL
      for (int i = 0; i < UP_PATCH; i++)
        column[i] = load (x + (gsize) i * stride + (gsize) j * c);
      up_line_in (column, out);
      UNROLL
      for (int i = 0; i < UP_LINE; i++)
        half[i][j] = out[i];
    }

  UNROLL
  for (int i = 0; i < UP_LINE; i++)
    {
      Vector out[UP_LINE];

      up_line_in (half[i], out);
      UNROLL
      for (int j = 0; j < UP_LINE; j++)
        store (v + (gsize) (UP_LINE * i + j) * v_step, out[j]);
    }
}

/* One vector of channels of a tile: m [100] -> out [8][8], bias and ReLU included. */
APART void
up_tile_out (const float *m, gsize m_step, Vector bias, gboolean relu,
             Vector out[2 * UP_TILE][2 * UP_TILE])
{
  Vector half[2 * UP_TILE][UP_LINE];

  UNROLL
  for (int j = 0; j < UP_LINE; j++)
    {
      Vector column[UP_LINE], y[2 * UP_TILE];

      UNROLL
      for (int i = 0; i < UP_LINE; i++)
        column[i] = load (m + (gsize) (UP_LINE * i + j) * m_step);
      up_line_out (column, y);
      UNROLL
      for (int i = 0; i < 2 * UP_TILE; i++)
        half[i][j] = y[i];
    }

  UNROLL
  for (int i = 0; i < 2 * UP_TILE; i++)
    {
      up_line_out (half[i], out[i]);
      UNROLL
      for (int j = 0; j < 2 * UP_TILE; j++)
        {
          out[i][j] += bias;
          if (relu)
            out[i][j] = rectify (out[i][j]);
        }
    }
}

/* The 8x8 cells at row @i, column @j of @y, as far as they lie on it. */
static void
up_transform_out (const ScumbleConv *conv, const float *m, gsize m_step,
                  const ScumbleTensor *y, int i, int j)
{
  for (gsize k = 0; k < (gsize) conv->c_out; k += LANES)
    {
      Vector out[2 * UP_TILE][2 * UP_TILE];

      up_tile_out (m + k, m_step, load (conv->bias + k), conv->relu, out);
      for (int u = MAX (0, -i); u < MIN (2 * UP_TILE, y->h - i); u++)
        for (int v = MAX (0, -j); v < MIN (2 * UP_TILE, y->w - j); v++)
          store (scumble_tensor_at (y, i + u, j + v) + k, out[u][v]);
    }
}

static void
up (const ScumbleConv *conv, const ScumbleTensor *x, int y0, int x0, const ScumbleTensor *y,
    int from, int n, float *scratch)
{
  const int   cols   = (x->w - 2 + UP_TILE - 1) / UP_TILE;
  const gsize c_in   = (gsize) conv->c_in, c_out = (gsize) conv->c_out;
  const gsize v_step = matrix_step (n, c_in);
  float      *v      = scratch;
  float      *m      = v + SCUMBLE_UP * v_step;

  for (int t = 0; t < n; t++)
    {
      const Patch in = read_patch (x, (from + t) / cols * UP_TILE, (from + t) % cols * UP_TILE,
                                   UP_PATCH, m);

      for (gsize k = 0; k < c_in; k += LANES)
        up_tile_in (in.d + k, in.stride, c_in, v + (gsize) t * c_in + k, v_step);
    }

  multiply_all (conv, SCUMBLE_UP, v, m, n);

  for (int t = 0; t < n; t++)
    up_transform_out (conv, m + (gsize) t * c_out, matrix_step (n, c_out), y,
                      (from + t) / cols * 2 * UP_TILE - y0,
                      (from + t) % cols * 2 * UP_TILE - x0);
}

/* One vector of kernels: g [9] -> u [n, n] */
INLINE void
transform_vector (const float *g, const float lines[][3], int n, float *u, gsize step)
{
  Vector kernel[9];

  UNROLL
  for (int k = 0; k < 9; k++)
    kernel[k] = load (g + k * SCUMBLE_PANEL);

  for (int i = 0; i < n; i++)
    {
      Vector half[3];

      UNROLL
      for (int k = 0; k < 3; k++)
        half[k] = lines[i][0] * kernel[k] + lines[i][1] * kernel[3 + k] +
                  lines[i][2] * kernel[6 + k];
      for (int j = 0; j < n; j++, u += step)
        store (u, half[0] * lines[j][0] + half[1] * lines[j][1] + half[2] * lines[j][2]);
    }
}

static void
transform (const float *g, const float lines[][3], int n, float *u, gsize step)
{
  for (int v = 0; v < SCUMBLE_PANEL; v += LANES)
    transform_vector (g + v, lines, n, u + v, step);
}

static gboolean
usable (void)
{
#if defined __AVX512F__
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl") &&
         __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#elif defined __AVX2__
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#else
  return TRUE;
#endif
}

extern const ScumbleSimd        SIMD_TABLE (scumble_simd);
extern const ScumbleSimdGrad    SIMD_TABLE (scumble_simd_grad);
extern const ScumbleSimdSoftmax SIMD_TABLE (scumble_simd_softmax);

const ScumbleSimd SIMD_TABLE (scumble_simd) = {
  .name      = STRING (SIMD_NAME),
  .lanes     = LANES,
  .rows      = ROWS,
  .usable    = usable,
  .direct    = direct,
  .dot       = dot,
  .winograd  = winograd,
  .up        = up,
  .transform = transform,
  .grad      = &SIMD_TABLE (scumble_simd_grad),
  .softmax   = &SIMD_TABLE (scumble_simd_softmax),
};
