/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/**
 * ScumbleCovariance:
 * @c: channels
 * @weight: sum of the cells' weights
 * @sums: (owned): [1 + c, c] weighted sums of the channels, then of the products of two
 *
 * Running sums of a feature plane that arrives in parts.
 */
typedef struct
{
  int     c;
  double  weight;
  double *sums;
} ScumbleCovariance;

void   scumble_covariance_init     (ScumbleCovariance *covariance, int c);
void   scumble_covariance_clear    (ScumbleCovariance *covariance);

/**
 * scumble_covariance_add:
 * @x: [h, w, c] features
 * @weights: (nullable): [h, w] in 0..1; %NULL for all ones
 *
 * Some rows are summed on their own in single precision, and these sums in order: threads
 * change nothing, and the parts that a plane arrives in no more than rounding.
 */
void   scumble_covariance_add      (ScumbleCovariance *covariance, const ScumbleTensor *x,
                                    const float *weights, int threads);

/**
 * scumble_covariance_get:
 * @values: (out caller-allocates): [1 + c, c]
 *
 * The weighted means of the channels, and below them the covariances of two, biased. These
 * are the Gram matrix of what features deviate by (Gatys, Ecker and Bethge, "Image Style
 * Transfer Using Convolutional Neural Networks", CVPR 2016). The weights must not all have
 * been 0.
 */
void   scumble_covariance_get      (const ScumbleCovariance *covariance, float *values);

/**
 * scumble_covariance_distance:
 * @x: [h, w, c] features
 * @weights: (nullable): as of scumble_covariance_add()
 * @wanted: [1 + c, c] what their means m and covariances C should be
 * @g: (inout): the distance's gradient is added
 *
 * Returns: sqrt (|m (x) - m|^2 / (trace (C) + 0.01 |m|^2 + 1e-6) + 1e-4) +
 *   sqrt (|C (x) - C|^2 / (|C|^2 + (0.01 |m|^2)^2 + 1e-6) + 1e-4), as covariance_distance()
 *   of weights/train/losses.py has it for a tap
 */
double scumble_covariance_distance (const ScumbleTensor *x, const float *weights,
                                    const float *wanted, const ScumbleTensor *g,
                                    int threads);

G_END_DECLS
