/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "shot.h"

G_BEGIN_DECLS

/**
 * ScumbleViewport:
 * @width: of the picture, pixels
 * @height: likewise
 * @window_w: of the window onto it, device pixels
 * @window_h: likewise
 * @zoom: device pixels per picture pixel, or 0 to keep the whole picture in sight
 * @x: the point of the picture in the middle of the window
 * @y: likewise
 *
 * Where a window looks on a picture: geometry, without a widget.
 */
typedef struct
{
  int    width;
  int    height;
  int    window_w;
  int    window_h;
  double zoom;
  double x;
  double y;
} ScumbleViewport;

/**
 * scumble_viewport_zoom:
 *
 * Returns: device pixels per picture pixel; a picture kept in sight is never enlarged
 */
double      scumble_viewport_zoom   (const ScumbleViewport *self);

/**
 * scumble_viewport_step:
 * @direction: 1 to come closer, -1 to step back
 *
 * Returns: the next of the usual zooms, or the present one at either end
 */
double      scumble_viewport_step   (const ScumbleViewport *self, int direction);

/**
 * scumble_viewport_hold:
 *
 * Moves the window so that it shows no gap beside a larger picture, and a smaller one in
 * its middle.
 */
void        scumble_viewport_hold   (ScumbleViewport *self);

/**
 * scumble_viewport_zoom_at:
 * @zoom: above 0; held within the usual zooms
 * @at_x: a point of the window, device pixels
 * @at_y: likewise
 *
 * Zooms while the picture stays where it is under that point.
 */
void        scumble_viewport_zoom_at (ScumbleViewport *self, double zoom, double at_x,
                                      double at_y);

/**
 * scumble_viewport_place:
 * @rect: a part of the picture
 *
 * Returns: the part of the window that it covers, device pixels. Whole numbers, so that
 * at 100 % every pixel of the picture is one of the screen
 */
ScumbleRect scumble_viewport_place  (const ScumbleViewport *self,
                                     const ScumbleRect     *rect);

/**
 * scumble_viewport_covered:
 *
 * Returns: the part of the window that the picture covers, device pixels
 */
ScumbleRect scumble_viewport_covered (const ScumbleViewport *self);

/**
 * scumble_viewport_view:
 *
 * Returns: the part of the picture in the window, and its size on the screen
 */
ScumbleView scumble_viewport_view   (const ScumbleViewport *self);

gboolean    scumble_viewport_can_pan (const ScumbleViewport *self);

G_END_DECLS
