/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A result in parts: a layer group with the photograph, and above it the painting twice, once
 * for its brightness and once for its colours. All opaque, it looks as the painting; what shows
 * of either can be balanced with the opacities. */
#pragma once

#include "target.h"

G_BEGIN_DECLS

/**
 * scumble_split_check:
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if @image has no colours to split off
 */
gboolean scumble_split_check  (gint32 image, GError **error);

/**
 * scumble_split_new:
 * @target: what was repainted
 * @name: of the group
 *
 * Returns: ID of a new group whose parts have no pixels yet, and that the target's image does
 *   not show yet; -1 if GIMP does not make it
 */
gint32   scumble_split_new    (const ScumbleTarget *target, const char *name);

/**
 * scumble_split_fill:
 * @group: ID of such a group, or of a copy of one, whose parts may have been rearranged
 * @sink: the painting, and what was repainted
 */
void     scumble_split_fill   (gint32 group, const ScumbleDrawableSink *sink);

/**
 * scumble_split_names:
 *
 * Returns: (transfer full) (nullable): the names of its layers, for scumble_split_rename();
 *   %NULL for a layer that is no group of ours
 */
GStrv    scumble_split_names  (gint32 group);

/**
 * scumble_split_rename:
 * @names: (nullable): those of the group that @group is a copy of
 *
 * Gives layers the names that they could not have while the image had them already.
 */
void     scumble_split_rename (gint32 group, const char *const *names);

/**
 * scumble_split_is:
 *
 * Returns: whether @layer is a group with parts of a painting
 */
gboolean scumble_split_is     (gint32 layer);

/**
 * scumble_split_whole:
 *
 * Returns: ID of the group that @layer is a part of, or @layer itself
 */
gint32   scumble_split_whole  (gint32 layer);

G_END_DECLS
