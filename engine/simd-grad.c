/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Compiled once per instruction set, like simd.c. */
#include "simd-grad.h"
#include "simd-winograd.h"

/* @rows rows, a constant, of one panel of columns. */
INLINE void
add_rows (const ScumbleProduct *p, const int rows)
{
  Vector sum[ROWS][VECTORS];

  UNROLL
  for (int r = 0; r < rows; r++)
    UNROLL
    for (int v = 0; v < VECTORS; v++)
      sum[r][v] = load (p->y + (gsize) r * p->y_row + v * LANES);

  for (int part = 0; part < p->parts; part++)
    {
      const float *a   = p->a + (gsize) part * p->a_part;
      const float *far = a + NEAR * p->a_row;
      const float *b   = p->b + (gsize) part * p->b_part;

      for (int k = 0; k < p->k; k++, a += p->a_k, far += p->a_k, b += p->b_k)
        UNROLL
        for (int r = 0; r < rows; r++)
          UNROLL
          for (int v = 0; v < VECTORS; v++)
            sum[r][v] += load (b + v * LANES) *
                         (r < NEAR ? a[(gsize) r * p->a_row]
                                   : far[(gsize) (r - NEAR) * p->a_row]);
    }

  UNROLL
  for (int r = 0; r < rows; r++)
    UNROLL
    for (int v = 0; v < VECTORS; v++)
      store (p->y + (gsize) r * p->y_row + v * LANES, sum[r][v]);
}

/* Rows that are left over take the largest step that still fits. */
#define STEP(n)                                                                               \
  for (; (n) <= ROWS && rows >= (n); rows -= (n))                                             \
    {                                                                                         \
      add_rows (&p, MIN ((n), (int) ROWS));                                                   \
      p.a += (n) * p.a_row;                                                                   \
      p.y += (n) * p.y_row;                                                                   \
    }

static void
add_panel (ScumbleProduct p)
{
  int rows = p.rows;

  STEP (ROWS)
  STEP (8)
  STEP (4)
  STEP (2)
  STEP (1)
}

#undef STEP

static void
multiply_add (const ScumbleProduct *product)
{
  ScumbleProduct p = *product;

  for (int at = 0; at < product->columns; at += SCUMBLE_PANEL)
    {
      p.b = product->b + at;
      p.y = product->y + at;
      add_panel (p);
    }
}

/* Adds a vector's lanes to doubles. */
INLINE void
add_lanes (Vector v, double *sums)
{
  for (int k = 0; k < LANES; k++)
    sums[k] += (double) v[k];
}

/* Half a vector of floats, and as many doubles: a whole one. */
typedef float  Half __attribute__ ((vector_size (LANES / 2 * sizeof (float)), aligned (4)));
typedef double Wide __attribute__ ((vector_size (LANES / 2 * sizeof (double))));
typedef double LooseWide
  __attribute__ ((vector_size (LANES / 2 * sizeof (double)), aligned (8)));

INLINE Wide
widen (const float *p)
{
  return __builtin_convertvector (*(const Half *) p, Wide);
}

/* A vector's channels of all cells, in doubles: far from 0, sums of squares and of values hold
 * the deviation in their last digits.  @weighted is a constant. */
INLINE void
add_channel_moments (const float *x, const float *weights, gsize n, gsize c, double *sums,
                     const gboolean weighted)
{
  LooseWide *at[2]   = { (LooseWide *) sums, (LooseWide *) (sums + LANES / 2) };
  LooseWide *at2[2]  = { (LooseWide *) (sums + c), (LooseWide *) (sums + c + LANES / 2) };
  Wide       sum[2]  = { *at[0], *at[1] };
  Wide       sum2[2] = { *at2[0], *at2[1] };

  for (gsize j = 0; j < n; j++, x += c)
    UNROLL
    for (int v = 0; v < 2; v++)
      {
        const Wide value   = widen (x + v * LANES / 2);
        const Wide counted = weighted ? value * (double) weights[j] : value;

        sum[v]  += counted;
        sum2[v] += counted * value;
      }

  for (int v = 0; v < 2; v++)
    {
      *at[v]  = sum[v];
      *at2[v] = sum2[v];
    }
}

/* Channels that fill no vector. */
static void
add_last_moments (const float *x, const float *weights, gsize n, gsize from, gsize c,
                  double *sums)
{
  for (gsize j = 0; j < n; j++, x += c)
    for (gsize k = from; k < c; k++)
      {
        const double counted = weights != NULL ? (double) weights[j] * (double) x[k]
                                               : (double) x[k];

        sums[k]     += counted;
        sums[c + k] += counted * (double) x[k];
      }
}

static void
add_moments (const float *x, const float *weights, gsize n, gsize c, double *sums)
{
  gsize k = 0;

  for (; k + LANES <= c; k += LANES)
    if (weights != NULL)
      add_channel_moments (x + k, weights, n, c, sums + k, TRUE);
    else
      add_channel_moments (x + k, NULL, n, c, sums + k, FALSE);
  if (k < c)
    add_last_moments (x, weights, n, k, c, sums);
}

/* @relu and @skipping are constants. */
INLINE void
normalise_row (const ScumbleNorm *norm, const float *x, const float *skip, gsize n, gsize c,
               float *y, const gboolean relu, const gboolean skipping)
{
  for (gsize k = 0; k < c; k += LANES)
    {
      const Vector gain = load (norm->gain + k), bias = load (norm->bias + k);

      for (gsize j = 0; j < n; j++)
        {
          Vector value = load (x + j * c + k) * gain + bias;

          if (relu)
            value = rectify (value);
          if (skipping)
            value += load (skip + j * c + k);
          store (y + j * c + k, value);
        }
    }
}

static void
normalise (const ScumbleNorm *norm, const float *x, const float *skip, gsize n, gsize c,
           float *y)
{
  if (skip != NULL)
    normalise_row (norm, x, skip, n, c, y, FALSE, TRUE);
  else if (norm->relu)
    normalise_row (norm, x, skip, n, c, y, TRUE, FALSE);
  else
    normalise_row (norm, x, skip, n, c, y, FALSE, FALSE);
}

/* @g where @value is positive, else 0. */
INLINE Vector
where_positive (Vector value, Vector g)
{
  return (Vector) ((Mask) g & (value > 0.0f));
}

static void
add_norm_sums (const ScumbleNorm *norm, const float *x, const float *g, gsize n, gsize c,
               double *sums)
{
  for (gsize k = 0; k < c; k += LANES)
    {
      const Vector gain = load (norm->gain + k), bias = load (norm->bias + k);
      const Vector mean = load (norm->mean + k);
      Vector       sum  = { 0 }, product = { 0 };

      for (gsize j = 0; j < n; j++)
        {
          const Vector value = load (x + j * c + k);
          Vector       slope = load (g + j * c + k);

          if (norm->relu)
            slope = where_positive (value * gain + bias, slope);
          sum     += slope;
          product += slope * (value - mean);
        }
      add_lanes (sum, sums + k);
      add_lanes (product, sums + c + k);
    }
}

/* @weighted is a constant. */
INLINE void
norm_row_back (const ScumbleNorm *norm, const float *slopes, const float *x, const float *g,
               const float *weights, gsize n, gsize c, float *y, const gboolean weighted)
{
  for (gsize k = 0; k < c; k += LANES)
    {
      const Vector gain = load (norm->gain + k), bias = load (norm->bias + k);
      const Vector own = load (slopes + k), past = load (slopes + c + k);
      const Vector rest = load (slopes + 2 * c + k);

      for (gsize j = 0; j < n; j++)
        {
          const Vector value = load (x + j * c + k);
          Vector       slope = load (g + j * c + k);

          if (norm->relu)
            slope = where_positive (value * gain + bias, slope);
          if (weighted)
            store (y + j * c + k, own * slope + (past * value + rest) * weights[j]);
          else
            store (y + j * c + k, own * slope + past * value + rest);
        }
    }
}

static void
norm_back (const ScumbleNorm *norm, const float *slopes, const float *x, const float *g,
           const float *weights, gsize n, gsize c, float *y)
{
  if (weights != NULL)
    norm_row_back (norm, slopes, x, g, weights, n, c, y, TRUE);
  else
    norm_row_back (norm, slopes, x, g, NULL, n, c, y, FALSE);
}

static void
add (const float *x, gsize n, float *y)
{
  for (gsize k = 0; k < n; k += LANES)
    store (y + k, load (y + k) + load (x + k));
}

static void
mask (const float *x, const float *g, gsize n, float *y)
{
  for (gsize k = 0; k < n; k += LANES)
    store (y + k, where_positive (load (x + k), load (g + k)));
}

static void
pool_back (const float *x, gsize x_row, const float *g, gsize n, gsize c, float *y,
           gsize y_row)
{
  for (gsize j = 0; j < n; j++)
    for (gsize k = 0; k < c; k += LANES)
      {
        const gsize  at    = 2 * j * c + k;
        const Vector a     = load (x + at), b = load (x + at + c);
        const Vector d     = load (x + x_row + at), e = load (x + x_row + at + c);
        const Vector most  = vmax (vmax (a, b), vmax (d, e));
        const Vector slope = where_positive (most, load (g + j * c + k));
        const Mask   first = a == most, second = ~first & (b == most);
        const Mask   third = ~first & ~second & (d == most);

        store (y + at, (Vector) ((Mask) slope & first));
        store (y + at + c, (Vector) ((Mask) slope & second));
        store (y + y_row + at, (Vector) ((Mask) slope & third));
        store (y + y_row + at + c, (Vector) ((Mask) slope & ~first & ~second & ~third));
      }
}

static void
winograd_in (const ScumbleTensor *x, int from, int n, int cols, float *products,
             gsize k_step)
{
  const gsize c = (gsize) x->c;

  for (int t = 0; t < n; t++)
    {
      const float *d = scumble_tensor_at (x, (from + t) / cols * 4, (from + t) % cols * 4);

      for (gsize k = 0; k < c; k += LANES)
        tile_in (d + k, x->stride, c, products + (gsize) t * c + k, k_step);
    }
}

/* m = A y for one line of four: the adjoint of line_out(). */
INLINE void
line_across (const Vector y[4], Vector m[6])
{
  const Vector even = y[0] + y[2], odd = y[1] + y[3];
  const Vector even4 = y[0] + 4.0f * y[2], odd4 = 2.0f * y[1] + 8.0f * y[3];

  m[0] = y[0];
  m[1] = even + odd;
  m[2] = even - odd;
  m[3] = even4 + odd4;
  m[4] = even4 - odd4;
  m[5] = y[3];
}

/* One vector of channels of a tile: g [4, 4] -> m [36] */
INLINE void
tile_across (const float *g, gsize stride, gsize c, float *m, gsize m_step)
{
  Vector half[6][4];

  UNROLL
  for (int j = 0; j < 4; j++)
    {
      Vector column[4], out[6];

      UNROLL
      for (int i = 0; i < 4; i++)
        column[i] = load (g + (gsize) i * stride + (gsize) j * c);
      line_across (column, out);
      UNROLL
      for (int i = 0; i < 6; i++)
        half[i][j] = out[i];
    }

  UNROLL
  for (int i = 0; i < 6; i++)
    {
      Vector out[6];

      line_across (half[i], out);
      UNROLL
      for (int j = 0; j < 6; j++)
        store (m + (gsize) (6 * i + j) * m_step, out[j]);
    }
}

static void
winograd_across (const ScumbleTensor *g, int from, int n, int cols, float *products,
                 gsize k_step)
{
  const gsize c = (gsize) g->c;

  for (int t = 0; t < n; t++)
    {
      const float *d = scumble_tensor_at (g, (from + t) / cols * 4, (from + t) % cols * 4);

      for (gsize k = 0; k < c; k += LANES)
        tile_across (d + k, g->stride, c, products + (gsize) t * c + k, k_step);
    }
}

extern const ScumbleSimdGrad SIMD_TABLE (scumble_simd_grad);

const ScumbleSimdGrad SIMD_TABLE (scumble_simd_grad) = {
  .multiply_add    = multiply_add,
  .add_moments     = add_moments,
  .normalise       = normalise,
  .add_norm_sums   = add_norm_sums,
  .norm_back       = norm_back,
  .add             = add,
  .mask            = mask,
  .pool_back       = pool_back,
  .winograd_in     = winograd_in,
  .winograd_across = winograd_across,
};
