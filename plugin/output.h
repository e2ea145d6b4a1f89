/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "target.h"

G_BEGIN_DECLS

/**
 * scumble_output_layer:
 * @target: what was repainted
 * @sink: the result, and what was repainted, of the size of the target's area
 * @split: whether a new layer is to be a group, as split.h has it; an earlier result is
 *   replaced by what it is
 * @settings: how it was painted
 * @choices: what it was painted with
 *
 * Puts the result into the image, as a new layer above the repainted one or in place of
 * an earlier result, and lets it remember how it was painted. Everything that takes time
 * comes before the image is touched, in one undo step.
 *
 * Returns: ID of the new layer; -1 with %SCUMBLE_ERROR_PICTURE if the image is gone,
 *   or no longer takes such a layer
 */
gint32 scumble_output_layer (const ScumbleTarget *target, const ScumbleDrawableSink *sink,
                             gboolean split, const ScumbleSettings *settings,
                             const ScumbleHostChoices *choices, GError **error);

/**
 * scumble_output_image:
 *
 * Puts the result into a new image, like scumble_output_layer() does into the old one.
 *
 * Returns: ID of the new image, which has no display yet, and the mark of leftovers.h; -1 with
 *   %SCUMBLE_ERROR_PICTURE if GIMP does not make one
 */
gint32 scumble_output_image (const ScumbleTarget *target, const ScumbleDrawableSink *sink,
                             const ScumbleSettings *settings, const ScumbleHostChoices *choices,
                             GError **error);

G_END_DECLS
