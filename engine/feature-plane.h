/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "convnet.h"
#include "moments.h"
#include "picture.h"

G_BEGIN_DECLS

/**
 * ScumbleFeatures:
 * @plane: (owned): [h, w, c], or without data when only the statistics were wanted
 * @weights: (owned) (nullable): [h, w] how visible every cell is, 0..1; %NULL when all of
 *   them are, or when the plane was not kept
 * @moments: (owned): the statistics of the whole plane, invisible pixels left out
 *
 * What an encoder makes of a whole picture.
 */
typedef struct
{
  ScumbleTensor  plane;
  float         *weights;
  ScumbleMoments moments;
  ScumbleArena  *arena;
} ScumbleFeatures;

/**
 * scumble_features_encode:
 * @features: (out caller-allocates): clear with scumble_features_clear() also on failure
 * @encoder: takes 3 channels; one cell of its output stands for @stride x @stride pixels
 * @stride: see @encoder
 * @keep: whether to keep the plane, in a block of the job's arena
 *
 * Encodes @picture tile by tile.
 *
 * Returns: %FALSE with an error on cancel, out of budget, or if the picture fails to read
 */
gboolean scumble_features_encode (ScumbleFeatures *features, const ScumbleConvnet *encoder,
                                  const ScumblePicture *picture, int stride, gboolean keep,
                                  const ScumbleJob *job, GError **error);

/**
 * scumble_features_deepen:
 * @deep: (out caller-allocates): clear with scumble_features_clear() also on failure
 * @part: takes @features' channels; one cell of its output stands for 2 x 2 cells
 * @features: whose plane was kept; its sides are even
 * @keep: whether to keep the deeper plane
 *
 * Takes a whole plane through the next part of an encoder.
 *
 * Returns: %FALSE with an error on cancel or out of budget
 */
gboolean scumble_features_deepen (ScumbleFeatures *deep, const ScumbleConvnet *part,
                                  const ScumbleFeatures *features, gboolean keep,
                                  const ScumbleJob *job, GError **error);
void     scumble_features_clear  (ScumbleFeatures *features);

G_END_DECLS
