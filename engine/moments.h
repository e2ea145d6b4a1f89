/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/**
 * ScumbleMoments:
 * @c: channels
 * @weight: sum of the cells' weights
 * @weight2: sum of their squares
 * @sums: (owned): [16, 2, c] weighted sums of the values and of their squares, in as many
 *   bands of the rows that came
 * @highs: (owned): [16, c] the largest values that came with a weight
 *
 * Running sums of a feature plane that arrives in parts. Doubles, added in a fixed order:
 * the number of threads does not change the result, nor do the parts beyond rounding.
 */
typedef struct
{
  int     c;
  double  weight;
  double  weight2;
  double *sums;
  float  *highs;
} ScumbleMoments;

void scumble_moments_init  (ScumbleMoments *moments, int c);
void scumble_moments_clear (ScumbleMoments *moments);

/**
 * scumble_moments_add:
 * @x: [h, w, c]
 * @weights: (nullable): [h, w] in 0..1; %NULL for all ones
 */
void scumble_moments_add   (ScumbleMoments *moments, const ScumbleTensor *x,
                            const float *weights, int threads);

/**
 * scumble_moments_get:
 * @mean: (out caller-allocates): [c]
 * @std: (out caller-allocates): [c] sqrt (var + 1e-5)
 *
 * The variance is the unbiased one; with weights, the estimator for reliability weights,
 * var = sum w (x - mean)^2 / (W - W2 / W), which equals it when all weights are one.
 */
void scumble_moments_get   (const ScumbleMoments *moments, float *mean, float *std);

/**
 * scumble_moments_get_biased:
 * @mean: (out caller-allocates): [c]
 * @std: (out caller-allocates): [c] sqrt (var + 1e-5)
 *
 * With the biased variance sum w (x - mean)^2 / W, which instance normalisation uses.
 */
void scumble_moments_get_biased (const ScumbleMoments *moments, float *mean, float *std);

/**
 * scumble_moments_get_highs:
 * @highs: (out caller-allocates): [c] the largest value of each channel in cells of any
 *   weight; 0 if none has
 */
void scumble_moments_get_highs  (const ScumbleMoments *moments, float *highs);

G_END_DECLS
