/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/**
 * scumble_lattice:
 * @x: [h, w, 3] pixels of 0..1 that a network with two upsamplings painted, from a corner of
 *   what it painted or a multiple of four pixels away
 * @weights: (nullable): [h, w] how much each pixel counts; %NULL for all ones
 * @share: what the lattice counts
 * @g: (inout): like @x: @share times its gradient is added
 *
 * How much of a picture repeats every four pixels, as dots do that stand for a painting's
 * texture: lattice() of weights/train/losses.py. In cells of 32 x 32 pixels, the last of a row
 * or column narrower, with m_p the weighted mean of phase p = (y mod 4, x mod 4) and m that of
 * all, it is the mean over pixels and channels of (m_p - m)^2.
 *
 * Returns: @share times that; 0 where no pixel counts
 */
double scumble_lattice (const ScumbleTensor *x, const float *weights, double share,
                        const ScumbleTensor *g, int threads);

G_END_DECLS
