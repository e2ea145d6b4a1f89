/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "grad.h"

G_BEGIN_DECLS

/**
 * ScumbleStructure:
 * @c: channels of the features; those of their plane beyond are zeros
 * @target: (in an arena): [h, w, at least c] what their instance normalisation should be
 * @normal: (in an arena): the same room for what it is
 * @slope: (in an arena): and for a gradient
 * @norm: how it was normalised last
 * @values: (owned): rows of a plane's channels: of @norm, then a scale of ones, a shift of
 *   zeros, and their gradients, which nobody needs
 *
 * The distance of features from others in their shapes, blind to their palette: structure() of
 * weights/train/losses.py.
 */
typedef struct
{
  int           c;
  ScumbleTensor target;
  ScumbleTensor normal;
  ScumbleTensor slope;
  ScumbleNorm   norm;
  float        *values;
} ScumbleStructure;

/**
 * scumble_structure_take:
 * @structure: (out caller-allocates): to be cleared, also after an error
 * @like: a plane of whole panels, of the features' size
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY when the budget does not allow it
 */
gboolean scumble_structure_take     (ScumbleStructure *structure, const ScumbleTensor *like,
                                     int c, ScumbleArena *arena, GError **error);
void     scumble_structure_clear    (ScumbleStructure *structure);

/**
 * scumble_structure_aim:
 * @x: [h, w, at least c] features that others are compared with from now on
 * @weights: (transfer none) (nullable): [h, w] how much each cell counts, until the next call;
 *   %NULL for all the same
 */
void     scumble_structure_aim      (ScumbleStructure *structure, const ScumbleTensor *x,
                                     const float *weights, int threads);

/**
 * scumble_structure_distance:
 * @x: [h, w, at least c] features
 * @share: what the distance counts
 * @g: (inout): like @x: @share times its gradient is added
 *
 * Returns: @share times the mean squared difference of the normalised features, about 2 for
 *   unrelated ones
 */
double   scumble_structure_distance (ScumbleStructure *structure, const ScumbleTensor *x,
                                     double share, const ScumbleTensor *g, int threads);

G_END_DECLS
