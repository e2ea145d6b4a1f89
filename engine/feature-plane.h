/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "convnet.h"
#include "moments.h"
#include "picture.h"

G_BEGIN_DECLS

/**
 * ScumbleKeep:
 * @SCUMBLE_KEEP_NOTHING: only the statistics; the plane is computed again whenever it is
 *   read, and nothing can be computed from it
 * @SCUMBLE_KEEP_FLOATS: the plane, as a tensor
 * @SCUMBLE_KEEP_AS_FITS: the plane, as float32 while that takes less than half of what is
 *   left of the budget, else as float16; what does not fit either is computed again
 *   whenever it is read
 * @SCUMBLE_KEEP_IF_SMALL: the plane, as float32 while that takes less than a quarter of what
 *   is left of the budget, else likewise as float16; else it is computed again. For a plane
 *   that costs little to compute, and must leave room for those above it
 */
typedef enum
{
  SCUMBLE_KEEP_NOTHING,
  SCUMBLE_KEEP_FLOATS,
  SCUMBLE_KEEP_AS_FITS,
  SCUMBLE_KEEP_IF_SMALL,
} ScumbleKeep;

/**
 * ScumbleFeatures:
 * @plane: (owned): [h, w, c]; without data unless it is kept as float32
 * @halves: (owned) (nullable): [h, w, c], the plane where it is kept as float16
 * @weights: (owned) (nullable): [h, w] how visible every cell is, 0..1; %NULL when all of
 *   them are, or when the plane is not kept
 * @moments: (owned): the statistics of the whole plane, invisible pixels left out
 * @net: (transfer none): what computes the plane
 * @picture: (transfer none) (nullable): from this
 * @shallow: (transfer none) (nullable): or from this
 * @stride: cells or pixels below that one cell stands for, along each side
 *
 * What an encoder makes of a whole picture.
 */
typedef struct _ScumbleFeatures ScumbleFeatures;

struct _ScumbleFeatures
{
  ScumbleTensor          plane;
  guint16               *halves;
  float                 *weights;
  ScumbleMoments         moments;
  ScumbleArena          *arena;
  const ScumbleConvnet  *net;
  const ScumblePicture  *picture;
  const ScumbleFeatures *shallow;
  int                    stride;
};

/**
 * scumble_features_encode:
 * @features: (out caller-allocates): clear with scumble_features_clear() also on failure
 * @encoder: takes 3 channels; one cell of its output stands for @stride x @stride pixels
 * @picture: must outlive @features, like @encoder
 * @keep: whether to keep the plane, in a block of the job's arena
 *
 * Encodes @picture tile by tile.
 *
 * Returns: %FALSE with an error on cancel, out of budget, or if the picture fails to read
 */
gboolean scumble_features_encode (ScumbleFeatures *features, const ScumbleConvnet *encoder,
                                  const ScumblePicture *picture, int stride,
                                  ScumbleKeep keep, const ScumbleJob *job, GError **error);

/**
 * scumble_features_deepen:
 * @deep: (out caller-allocates): clear with scumble_features_clear() also on failure
 * @part: takes @features' channels; one cell of its output stands for 2 x 2 cells
 * @features: whose plane was kept, however, and has even sides; must outlive @deep, like
 *   @part
 * @keep: whether to keep the deeper plane
 *
 * Takes a whole plane through the next part of an encoder.
 *
 * Returns: %FALSE with an error on cancel or out of budget
 */
gboolean scumble_features_deepen (ScumbleFeatures *deep, const ScumbleConvnet *part,
                                  const ScumbleFeatures *features, ScumbleKeep keep,
                                  const ScumbleJob *job, GError **error);

/**
 * scumble_features_read:
 * @features: what was encoded
 * @cells: a rectangle inside the plane
 * @y: [cells.h, cells.w, c], overwritten
 *
 * Returns: %FALSE with an error if the cells must be computed again and that fails
 */
gboolean scumble_features_read   (const ScumbleFeatures *features, ScumbleRect cells,
                                  const ScumbleTensor *y, const ScumbleJob *job,
                                  GError **error);

/**
 * scumble_features_room:
 *
 * Returns: the most bytes of scratch that reading @w x @h cells takes
 */
gsize    scumble_features_room   (const ScumbleFeatures *features, int w, int h,
                                  int threads);

/**
 * scumble_features_work:
 *
 * Returns: the multiply-adds of reading @cells
 */
double   scumble_features_work   (const ScumbleFeatures *features, ScumbleRect cells);
void     scumble_features_clear  (ScumbleFeatures *features);

G_END_DECLS
