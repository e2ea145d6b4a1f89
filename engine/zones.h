/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/**
 * scumble_zones_plain:
 *
 * Returns: whether @look has one style everywhere at one strength, so that nothing need be
 *   weighed
 */
gboolean scumble_zones_plain (const ScumbleLook *look);

/**
 * scumble_zones_weigh:
 * @content: its pixels are the masks'
 * @cells: a rectangle of the plane of the padded picture; masks are mirrored like it
 * @stride: pixels that one cell stands for, along each side
 * @strength: what the zones' weights are multiplied with
 * @weights: (out caller-allocates): [n_zones + 1, cells.h, cells.w]: each zone's weight, the
 *   mean of its share in a cell's pixels; and at the end what is missing to 1, for the
 *   content's own reconstruction, which is negative where the strength is beyond 1
 *
 * Masks are divided by their sum at every pixel and multiplied with the strength map; a
 * pixel that no mask covers has no strength.
 *
 * Returns: %FALSE with an error if a mask cannot be read, or out of budget
 */
gboolean scumble_zones_weigh (const ScumbleLook *look, const ScumbleSource *content,
                              ScumbleRect cells, int stride, double strength, float *weights,
                              const ScumbleJob *job, GError **error);

/**
 * scumble_zones_room:
 *
 * Returns: the most bytes that weights of @w x @h cells take, and weighing them; 0 for a
 *   plain look
 */
gsize    scumble_zones_room  (const ScumbleLook *look, int w, int h, int stride);

/**
 * scumble_zones_rest:
 * @strength: as for scumble_zones_weigh()
 *
 * Returns: whether anything of a pixel may be left to the content's own reconstruction
 */
gboolean scumble_zones_rest  (const ScumbleLook *look, double strength);

/**
 * scumble_zones_any:
 * @weights: [n]
 *
 * Returns: whether any of them is not 0
 */
gboolean scumble_zones_any   (const float *weights, gsize n);

/**
 * scumble_zones_add:
 * @rgb: (inout): [n, 3] to which a zone's share is added
 * @part: [n, 3] what is painted there
 * @weights: [n] the zone's
 */
void     scumble_zones_add   (float *rgb, const float *part, const float *weights, gsize n);

G_END_DECLS
