/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"

G_BEGIN_DECLS

enum { SCUMBLE_VEIL_LEVELS = 4 };

/**
 * ScumbleVeil:
 * @w: pixels
 * @h: pixels
 * @levels: [h >> i, w >> i]: how visible the cells of a plane are whose sides are the
 *   picture's halved i times, the means of their pixels' alpha
 *
 * How much the cells of all planes of a small picture count while it is learned from.
 */
typedef struct
{
  int    w;
  int    h;
  float *levels[SCUMBLE_VEIL_LEVELS];
} ScumbleVeil;

/**
 * scumble_veil_take:
 * @veil: (out caller-allocates): for the caller to set the first level: the pixels' alpha
 * @w: a multiple of 8
 * @h: likewise
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY when the budget does not allow it
 */
gboolean     scumble_veil_take   (ScumbleVeil *veil, int w, int h, ScumbleArena *arena,
                                  GError **error);

/**
 * scumble_veil_spread:
 *
 * Finds the other levels by the first.
 *
 * Returns: whether there is anything to hide: not if all pixels are fully visible
 */
gboolean     scumble_veil_spread (ScumbleVeil *veil);

/**
 * scumble_veil_at:
 * @veil: (nullable): %NULL if everything is visible
 * @x: a plane of the picture
 *
 * Returns: (transfer none) (nullable): [h, w] how visible the cells of @x are; %NULL without a
 *   veil
 */
const float *scumble_veil_at     (const ScumbleVeil *veil, const ScumbleTensor *x);

G_END_DECLS
