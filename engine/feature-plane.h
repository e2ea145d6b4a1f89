/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "convnet.h"
#include "moments.h"
#include "picture.h"

G_BEGIN_DECLS

/**
 * ScumbleFeatures:
 * @plane: (owned): [h, w, c], or without data when only the statistics were wanted
 * @moments: (owned): the statistics of the whole plane, invisible pixels left out
 *
 * What an encoder makes of a whole picture.
 */
typedef struct
{
  ScumbleTensor  plane;
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
void     scumble_features_clear  (ScumbleFeatures *features);

G_END_DECLS
