/* SPDX-License-Identifier: GPL-3.0-or-later */

/* All layers of an image, as the frames of an animation. */
#pragma once

#include "pixels.h"

G_BEGIN_DECLS

/**
 * ScumbleFrames:
 * @image: ID of the image
 * @layers: (transfer full) (element-type gint32): its layers, those in groups included, from the
 *   top
 * @sources: (transfer full) (element-type ScumbleDrawableSource): their pixels, copied
 * @sinks: (transfer full) (element-type ScumbleDrawableSink): what has been painted of them
 * @reel: (transfer full): all of them as one picture
 */
typedef struct
{
  gint32       image;
  GArray      *layers;
  GPtrArray   *sources;
  GPtrArray   *sinks;
  ScumbleReel *reel;
} ScumbleFrames;

/**
 * scumble_frames_init:
 * @self: (out caller-allocates): clear with scumble_frames_clear() whatever is returned
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if the image has no layer, or one of its layers
 *   cannot be read
 */
gboolean     scumble_frames_init      (ScumbleFrames *self, gint32 image, GError **error);
void         scumble_frames_clear     (ScumbleFrames *self);

/**
 * scumble_frames_mask_new:
 * @item: as for scumble_mask_new()
 *
 * Returns: (transfer full) (nullable): a mask for all frames, which lies where @item lies in the
 *   image; %NULL with an error as from scumble_mask_new()
 */
ScumbleMask *scumble_frames_mask_new  (const ScumbleFrames *self, gint32 item,
                                       GError **error);
void         scumble_frames_mask_free (ScumbleMask *mask);

/**
 * scumble_frames_output:
 *
 * Puts what has been painted into a copy of the image, whose layers keep their names, places,
 * modes and masks.
 *
 * Returns: ID of the new image, which has no display yet, and the mark of leftovers.h; -1 with
 *   %SCUMBLE_ERROR_PICTURE if the image is gone, or has other layers by now
 */
gint32       scumble_frames_output    (const ScumbleFrames *self, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScumbleFrames, scumble_frames_clear)

G_END_DECLS
