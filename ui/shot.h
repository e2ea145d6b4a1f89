/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"

#include <cairo.h>

G_BEGIN_DECLS

/**
 * ScumbleView:
 * @rect: a part of the picture
 * @w: width in device pixels to show it with, at most @rect.w
 * @h: height likewise
 *
 * What a preview looks at. Pictures are shrunk for it, never enlarged.
 */
typedef struct
{
  ScumbleRect rect;
  int         w;
  int         h;
} ScumbleView;

static inline gboolean
scumble_view_equal (const ScumbleView *a, const ScumbleView *b)
{
  return a->rect.x == b->rect.x && a->rect.y == b->rect.y && a->rect.w == b->rect.w &&
         a->rect.h == b->rect.h && a->w == b->w && a->h == b->h;
}

/**
 * ScumbleShot:
 * @view: what is to be seen
 * @before: the original, @view.w x @view.h, ARGB32
 * @after: (nullable): the result, with the original's alpha
 * @coarse: made from a shrunken picture, not from the picture itself
 * @look: shots with the same number were painted with the same settings
 *
 * How a view looks.
 */
typedef struct
{
  ScumbleView      view;
  cairo_surface_t *before;
  cairo_surface_t *after;
  gboolean         coarse;
  guint            look;
} ScumbleShot;

/**
 * scumble_shot_new:
 * @before: (transfer none): of the view's size; referenced
 * @rgb: (nullable): [view.h, view.w, 3], sRGB-encoded in 0..1
 *
 * Returns: (transfer full): the shot
 */
ScumbleShot     *scumble_shot_new     (const ScumbleView *view, cairo_surface_t *before,
                                       const float *rgb);
ScumbleShot     *scumble_shot_copy    (const ScumbleShot *shot);
void             scumble_shot_free    (ScumbleShot *shot);

/**
 * ScumbleShotConvert:
 * @surface: ARGB32, to be converted in place
 */
typedef void (*ScumbleShotConvert) (cairo_surface_t *surface, gpointer user_data);

/**
 * scumble_shot_converted:
 *
 * Returns: (transfer full): a copy with surfaces of its own, which have been converted
 */
ScumbleShot     *scumble_shot_converted (const ScumbleShot *shot, ScumbleShotConvert convert,
                                         gpointer user_data);

/**
 * scumble_shot_surface:
 * @rgba: [h, w, 4], sRGB-encoded in 0..1, not premultiplied
 *
 * Returns: (transfer full): an ARGB32 surface
 */
cairo_surface_t *scumble_shot_surface (const float *rgba, int w, int h);

G_END_DECLS
