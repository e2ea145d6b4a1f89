/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/**
 * ScumbleGram:
 * @c: channels
 * @weight: sum of the cells' weights
 * @sums: (owned): [c, c] weighted sums of the products of two channels
 *
 * Running sums of a feature plane that arrives in parts.
 */
typedef struct
{
  int     c;
  double  weight;
  double *sums;
} ScumbleGram;

void   scumble_gram_init     (ScumbleGram *gram, int c);
void   scumble_gram_clear    (ScumbleGram *gram);

/**
 * scumble_gram_add:
 * @x: [h, w, c] features
 * @weights: (nullable): [h, w] in 0..1; %NULL for all ones
 *
 * Some rows are summed on their own in single precision, and these sums in order: threads
 * change nothing, and the parts that a plane arrives in no more than rounding.
 */
void   scumble_gram_add      (ScumbleGram *gram, const ScumbleTensor *x,
                              const float *weights, int threads);

/**
 * scumble_gram_get:
 * @values: (out caller-allocates): [c, c]
 *
 * The Gram matrix of features: the weighted mean over all cells of the products of two
 * channels. Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural
 * Networks", CVPR 2016. The weights must not all have been 0.
 */
void   scumble_gram_get      (const ScumbleGram *gram, float *values);

/**
 * scumble_gram_distance:
 * @x: [h, w, c] features
 * @weights: (nullable): as of scumble_gram_add()
 * @wanted: [c, c] what their Gram matrix should be
 * @g: (inout): the distance's gradient is added
 *
 * Returns: sqrt (|gram (x) - wanted|^2 / (|wanted|^2 + 1e-6) + 1e-4), as gram_distance() of
 *   weights/train/losses.py has it for a tap
 */
double scumble_gram_distance (const ScumbleTensor *x, const float *weights,
                              const float *wanted, const ScumbleTensor *g, int threads);

G_END_DECLS
