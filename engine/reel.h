/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "source.h"

G_BEGIN_DECLS

/**
 * ScumbleReelFrame:
 * @source: (transfer none): its pixels
 * @sink: (transfer none) (nullable): where its painted pixels go
 * @x: where its left side lies on the animation's canvas, in pixels; any number
 * @y: likewise its upper side
 *
 * One picture of an animation.
 */
typedef struct
{
  ScumbleSource *source;
  ScumbleSink   *sink;
  int            x;
  int            y;
} ScumbleReelFrame;

/**
 * ScumbleReel:
 *
 * All frames of an animation as one picture, one below the other with a margin of their own
 * mirrored pixels around each, which is seen but counts for nothing. So what a model finds out
 * about a whole picture it finds out about all frames together, and what is the same in two of
 * them is painted the same: frames that are painted one by one flicker. MODEL.md says more.
 */
typedef struct _ScumbleReel ScumbleReel;

/**
 * scumble_reel_new:
 * @frames: (array length=n): at least one, of any sizes; what they point to must outlive the
 *   reel
 *
 * Returns: (transfer full): the reel
 */
ScumbleReel   *scumble_reel_new      (const ScumbleReelFrame *frames, guint n);
void           scumble_reel_free     (ScumbleReel *self);

/**
 * scumble_reel_source:
 *
 * Returns: (transfer none): the frames, and what is between them with hardly any alpha
 */
ScumbleSource *scumble_reel_source   (ScumbleReel *self);

/**
 * scumble_reel_sink:
 *
 * Returns: (transfer none): passes on to the frames' sinks what falls on them
 */
ScumbleSink   *scumble_reel_sink     (ScumbleReel *self);

/**
 * scumble_reel_place:
 *
 * Returns: where a frame lies in the reel
 */
ScumbleRect    scumble_reel_place    (const ScumbleReel *self, guint frame);

/**
 * scumble_reel_mask_new:
 * @masks: (array length=n) (transfer none): one for each frame, as large as it; must outlive
 *   the mask
 *
 * Returns: (transfer full): a mask for the reel, which must outlive it; free with
 *   scumble_reel_mask_free()
 */
ScumbleMask   *scumble_reel_mask_new  (const ScumbleReel *self, ScumbleMask *const *masks);
void           scumble_reel_mask_free (ScumbleMask *mask);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleReel, scumble_reel_free)

G_END_DECLS
