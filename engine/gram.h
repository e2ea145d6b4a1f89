/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/**
 * scumble_gram:
 * @x: [h, w, c] features
 * @weights: (nullable): [h, w] in 0..1, not all of them 0; %NULL for all ones
 * @gram: (out caller-allocates): [c, c]
 *
 * The Gram matrix of features: the weighted mean over all cells of the products of two
 * channels. Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural
 * Networks", CVPR 2016. Rows are summed on their own and then in order, so the threads
 * change nothing.
 */
void   scumble_gram          (const ScumbleTensor *x, const float *weights, float *gram,
                              int threads);

/**
 * scumble_gram_distance:
 * @x: [h, w, c] features
 * @wanted: [c, c] what their Gram matrix should be
 * @g: (inout): the distance's gradient is added
 *
 * Returns: sqrt (|gram (x) - wanted|^2 / (|wanted|^2 + 1e-6) + 1e-4), as gram_distance() of
 *   weights/train/losses.py has it for a tap
 */
double scumble_gram_distance (const ScumbleTensor *x, const float *wanted,
                              const ScumbleTensor *g, int threads);

G_END_DECLS
