/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ScumbleOptimizer:
 *
 * Moves the parameters of a transfer network that learns. Kernels take steps of Muon (Jordan et
 * al., "Muon: An optimizer for hidden layers in neural networks", 2024), all else takes steps of
 * Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015), at rates that
 * fall with the updates done but not with those planned: what n updates make does not depend on
 * how many were to follow.
 */
typedef struct _ScumbleOptimizer ScumbleOptimizer;

/**
 * scumble_optimizer_new:
 * @base: width of the network
 * @parameters: (transfer none): scumble_transfer_count() numbers; must outlive the optimizer
 * @all: whether everything moves, or just scales and shifts
 * @begun: updates that were made of them before
 */
ScumbleOptimizer *scumble_optimizer_new     (int base, float *parameters, gboolean all,
                                             int begun);
void              scumble_optimizer_free    (ScumbleOptimizer *optimizer);

/**
 * scumble_optimizer_step:
 * @gradient: of the parameters; unless everything moves, only those of scales and shifts count
 *
 * Moves the parameters.
 */
void              scumble_optimizer_step    (ScumbleOptimizer *optimizer,
                                             const float *gradient, int threads);

/**
 * scumble_optimizer_average:
 *
 * Returns: (transfer none): scumble_transfer_count() numbers, what was learned: a running
 *   average of the parameters, which is calm where these, after steps of one crop each, are not
 */
const float      *scumble_optimizer_average (const ScumbleOptimizer *optimizer);

/**
 * scumble_optimizer_orthogonal:
 * @values: [rows, columns], @rows at most @columns; becomes the matrix nearest to a multiple of it
 *   whose singular values are all about 1 (0.7 to 1.2). 0 stays 0
 */
void              scumble_optimizer_orthogonal (float *values, int rows, int columns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleOptimizer, scumble_optimizer_free)

G_END_DECLS
