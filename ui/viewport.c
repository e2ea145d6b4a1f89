/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewport.h"

#include <math.h>

static const double zooms[] = { 0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0 };

enum { N_ZOOMS = G_N_ELEMENTS (zooms) };

double
scumble_viewport_zoom (const ScumbleViewport *self)
{
  const double fit = MIN ((double) self->window_w / self->width,
                          (double) self->window_h / self->height);

  return self->zoom > 0.0 ? self->zoom : MIN (fit, 1.0);
}

double
scumble_viewport_step (const ScumbleViewport *self, int direction)
{
  const double now = scumble_viewport_zoom (self);

  for (int i = 0; i < N_ZOOMS; i++)
    {
      const double next = zooms[direction > 0 ? i : N_ZOOMS - 1 - i];

      if (direction > 0 ? next > now * 1.001 : next < now * 0.999)
        return next;
    }

  return now;
}

static double
hold (double middle, double picture, double window)
{
  return picture <= window ? 0.5 * picture
                           : CLAMP (middle, 0.5 * window, picture - 0.5 * window);
}

void
scumble_viewport_hold (ScumbleViewport *self)
{
  const double zoom = scumble_viewport_zoom (self);

  self->x = hold (self->x, self->width, self->window_w / zoom);
  self->y = hold (self->y, self->height, self->window_h / zoom);
}

void
scumble_viewport_zoom_at (ScumbleViewport *self, double zoom, double at_x, double at_y)
{
  const double old = scumble_viewport_zoom (self);
  const double dx  = at_x - 0.5 * self->window_w;
  const double dy  = at_y - 0.5 * self->window_h;

  self->zoom = CLAMP (zoom, zooms[0], zooms[N_ZOOMS - 1]);
  self->x   += dx / old - dx / self->zoom;
  self->y   += dy / old - dy / self->zoom;
  scumble_viewport_hold (self);
}

/* The picture's top left corner in the window. A half always goes the same way, so that
 * the picture moves with the window step by step. */
static void
corner (const ScumbleViewport *self, int *x, int *y)
{
  const double zoom = scumble_viewport_zoom (self);

  *x = (int) floor (0.5 * self->window_w - self->x * zoom + 0.5);
  *y = (int) floor (0.5 * self->window_h - self->y * zoom + 0.5);
}

ScumbleRect
scumble_viewport_place (const ScumbleViewport *self, const ScumbleRect *rect)
{
  const double zoom = scumble_viewport_zoom (self);
  int          x, y;

  corner (self, &x, &y);
  return (ScumbleRect){ x + (int) round (rect->x * zoom),
                        y + (int) round (rect->y * zoom),
                        MAX (1, (int) round (rect->w * zoom)),
                        MAX (1, (int) round (rect->h * zoom)) };
}

ScumbleRect
scumble_viewport_covered (const ScumbleViewport *self)
{
  const ScumbleRect window  = { 0, 0, self->window_w, self->window_h };
  const ScumbleRect picture = { 0, 0, self->width, self->height };

  return scumble_rect_intersect (window, scumble_viewport_place (self, &picture));
}

ScumbleView
scumble_viewport_view (const ScumbleViewport *self)
{
  const double      zoom    = scumble_viewport_zoom (self);
  const ScumbleRect picture = { 0, 0, self->width, self->height };
  ScumbleRect       rect;
  int               x, y;

  corner (self, &x, &y);
  rect.x = (int) floor (-x / zoom);
  rect.y = (int) floor (-y / zoom);
  rect.w = (int) ceil ((self->window_w - x) / zoom) - rect.x;
  rect.h = (int) ceil ((self->window_h - y) / zoom) - rect.y;
  rect   = scumble_rect_intersect (rect, picture);

  return (ScumbleView) {
    .rect = rect,
    .w    = CLAMP ((int) round (rect.w * zoom), 1, rect.w),
    .h    = CLAMP ((int) round (rect.h * zoom), 1, rect.h),
  };
}

gboolean
scumble_viewport_can_pan (const ScumbleViewport *self)
{
  const double zoom = scumble_viewport_zoom (self);

  return self->width * zoom > self->window_w || self->height * zoom > self->window_h;
}
