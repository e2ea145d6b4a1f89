/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The inner loops of learning, compiled once per instruction set from simd-grad.c. */
#pragma once

#include "simd.h"

G_BEGIN_DECLS

/**
 * ScumbleProduct:
 * @a: element (row, k) is at @a[row * @a_row + k * @a_k] of every part
 * @a_part: floats from one part to the next
 * @b: element (k, column) is at @b[k * @b_k + column] of every part
 * @b_part: likewise
 * @parts: how many parts there are
 * @k: products per part
 * @rows: of the result
 * @columns: likewise; a multiple of 16
 * @y: element (row, column) is at @y[row * @y_row + column]
 *
 * y += the sum over all parts of a b: of matrices that lie inside planes, as the cells of a
 * row, or the channels of a cell.
 */
typedef struct
{
  const float *a;
  gsize        a_row;
  gsize        a_k;
  gsize        a_part;
  const float *b;
  gsize        b_k;
  gsize        b_part;
  int          parts;
  int          k;
  int          rows;
  int          columns;
  float       *y;
  gsize        y_row;
} ScumbleProduct;

/**
 * ScumbleNorm:
 * @mean: [c] of the values
 * @inverse: [c] one over their deviations
 * @gain: [c] scale over deviation
 * @bias: [c] what makes gain x + bias the normalised value, scaled and shifted
 * @relu: whether a ReLU follows
 * @weights: (transfer none) (nullable): [h, w] how much each cell counts in mean and deviation;
 *   %NULL for all the same
 * @weight: sum of the weights, or how many cells there are
 *
 * An instance normalisation as it happened.
 */
typedef struct
{
  float       *mean;
  float       *inverse;
  float       *gain;
  float       *bias;
  gboolean     relu;
  const float *weights;
  double       weight;
} ScumbleNorm;

/**
 * ScumbleSimdGrad:
 *
 * @multiply_add: a product, added to what there is
 *
 * @add_moments: for @n cells of @c channels, sums[k] += w x, sums[c + k] += w x^2; @weights
 *   is [n], or %NULL for all ones
 *
 * Rows of @n cells of @c channels, a multiple of 16:
 *
 * @normalise: y = gain x + bias, then the ReLU, plus @skip if that is not %NULL
 * @add_norm_sums: with g the gradient before the ReLU, sums[k] += g,
 *   sums[c + k] += g (x - mean)
 * @norm_back: y = slopes[k] g + w (slopes[c + k] x + slopes[2 c + k]), likewise, with @weights
 *   as of @add_moments
 * @add: y += x
 * @mask: y = g where @x is positive, else 0
 * @pool_back: for a row of pooled gradients and the two rows of @x that were pooled, which
 *   came from a ReLU: each gradient goes to the first greatest of its cells if that is
 *   positive; @y are two rows, @y_row floats apart, as those of @x are @x_row
 *
 * Winograd's F(4x4, 3x3), @n tiles from tile @from in reading order, @cols to a row, to
 * [n, c] for each of 36 products, @k_step floats from one to the next:
 *
 * @winograd_in: tiles of 6x6 cells of an input, transformed as for a convolution
 * @winograd_across: tiles of 4x4 cells of a result's gradient, transformed by the adjoint of
 *   what makes a result of products
 *
 * What an instruction set does for learning.
 */
struct _ScumbleSimdGrad
{
  void (*multiply_add)    (const ScumbleProduct *product);

  void (*add_moments)     (const float *x, const float *weights, gsize n, gsize c,
                           double *sums);
  void (*normalise)       (const ScumbleNorm *norm, const float *x, const float *skip,
                           gsize n, gsize c, float *y);
  void (*add_norm_sums)   (const ScumbleNorm *norm, const float *x, const float *g, gsize n,
                           gsize c, double *sums);
  void (*norm_back)       (const ScumbleNorm *norm, const float *slopes, const float *x,
                           const float *g, const float *weights, gsize n, gsize c, float *y);
  void (*add)             (const float *x, gsize n, float *y);
  void (*mask)            (const float *x, const float *g, gsize n, float *y);
  void (*pool_back)       (const float *x, gsize x_row, const float *g, gsize n, gsize c,
                           float *y, gsize y_row);

  void (*winograd_in)     (const ScumbleTensor *x, int from, int n, int cols, float *k,
                           gsize k_step);
  void (*winograd_across) (const ScumbleTensor *g, int from, int n, int cols, float *k,
                           gsize k_step);
};

G_END_DECLS
