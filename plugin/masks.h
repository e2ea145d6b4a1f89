/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "target.h"

G_BEGIN_DECLS

/**
 * scumble_masks_list:
 * @image: ID of the image that is painted in
 *
 * Returns: (transfer full) (element-type gint32): what can be a mask, best guess first:
 *   the selection if there is one, the image's channels and layer masks, and every layer
 *   of every open image
 */
GArray      *scumble_masks_list  (gint32 image);

/**
 * scumble_mask_kind:
 *
 * Returns: (transfer none): what an item is, in the user's language
 */
const char  *scumble_mask_kind   (gint32 item);

/**
 * scumble_mask_new:
 * @item: ID of a layer, a layer mask, a channel or a selection
 * @target: what it is a mask for
 *
 * Copies the part of a mask that lies over the target. Masks, channels and selections
 * count as they are, layers by how bright they are, times alpha. Where the item has no
 * pixels the mask is 0; an empty selection selects everything.
 *
 * Returns: (transfer full) (nullable): a mask as large as the target, which any thread may
 *   read; %NULL with %SCUMBLE_ERROR_ARGUMENT if there is no such item, or it is a group
 */
ScumbleMask *scumble_mask_new    (gint32 item, const ScumbleTarget *target,
                                  GError **error);
void         scumble_mask_free   (ScumbleMask *mask);

G_END_DECLS
