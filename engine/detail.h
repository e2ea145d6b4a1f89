/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "source.h"

G_BEGIN_DECLS

/**
 * scumble_detail_reach:
 * @brush: brush size, at least 1
 *
 * Returns: how many pixels beyond a rectangle the content and its painting are looked at for
 *   scumble_keep_detail()
 */
int      scumble_detail_reach (double brush);

/**
 * scumble_detail_room:
 *
 * Returns: the bytes of scratch that scumble_keep_detail() takes for @w x @h pixels
 */
gsize    scumble_detail_room  (int w, int h);

/**
 * scumble_keep_detail:
 * @source: the content
 * @brush: brush size, at least 1
 * @amount: 0..1
 * @rect: a rectangle of the content
 * @rgb: (inout): [rect.h, rect.w, 3] its painting, in 0..1
 *
 * Gives the painting back the outlines that the content has, in brightness alone: colours
 * stay, and so do strokes where the content is smooth. MODEL.md has the definition. Invisible
 * pixels stay as they are and count for nothing. Right are the pixels that are at least
 * scumble_detail_reach() away from a side of @rect that is not one of the content.
 *
 * Returns: %FALSE with an error if @source cannot be read, or out of budget
 */
gboolean scumble_keep_detail  (ScumbleSource *source, double brush, double amount,
                               const ScumbleRect *rect, float *rgb, const ScumbleJob *job,
                               GError **error);

G_END_DECLS
