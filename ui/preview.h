/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "shot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_PREVIEW (scumble_preview_get_type ())
G_DECLARE_FINAL_TYPE (ScumblePreview, scumble_preview, SCUMBLE, PREVIEW, GtkDrawingArea)

/**
 * ScumblePreview:
 *
 * Shows a picture before and after, on both sides of a line that can be dragged and turned, at
 * any zoom. It decides what is to be seen and says so; others bring the shots.
 *
 * Properties: "split" and "original", what is shown of the two; "across", which way the line
 * goes; "zoom-text" (read-only), such as "34 %". Signal: "view-changed", when other shots are wanted.
 */

/**
 * scumble_preview_set_size:
 * @width: of the picture, pixels
 * @height: likewise
 */
void        scumble_preview_set_size (ScumblePreview *self, int width, int height);

/**
 * scumble_preview_get_view:
 *
 * Returns: the part of the picture that is in the window, and its size on the screen
 */
ScumbleView scumble_preview_get_view (ScumblePreview *self);

/**
 * scumble_preview_take:
 *
 * Shows @shot. A coarse one lies below the others, and makes a finer result that it
 * does not agree with disappear.
 */
void        scumble_preview_take     (ScumblePreview *self, const ScumbleShot *shot);

/**
 * scumble_preview_set_busy:
 * @busy: whether a better picture is on its way, for who cannot see that
 */
void        scumble_preview_set_busy (ScumblePreview *self, gboolean busy);

/**
 * scumble_preview_set_zoom:
 * @zoom: device pixels per picture pixel, or 0 to keep the whole picture in sight
 */
void        scumble_preview_set_zoom (ScumblePreview *self, double zoom);

/**
 * scumble_preview_step_zoom:
 * @direction: 1 to come closer, -1 to step back
 */
void        scumble_preview_step_zoom (ScumblePreview *self, int direction);

G_END_DECLS
