/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"
#include "shot.h"

G_BEGIN_DECLS

/**
 * ScumbleCanvas:
 * @SCUMBLE_CANVAS_DRAFT: the whole content, shrunk until it can follow a slider
 * @SCUMBLE_CANVAS_SCREEN: the whole content, shrunk to what scumble_canvas_screen() says
 * @SCUMBLE_CANVAS_PIECE: a part of the content, shrunk or not, taken for all of it
 * @SCUMBLE_CANVAS_FULL: the content as it is
 *
 * The pictures that are painted on.
 */
typedef enum
{
  SCUMBLE_CANVAS_DRAFT,
  SCUMBLE_CANVAS_SCREEN,
  SCUMBLE_CANVAS_PIECE,
  SCUMBLE_CANVAS_FULL,
  SCUMBLE_N_CANVASES,
} ScumbleCanvas;

/**
 * scumble_canvas_screen:
 * @view: the whole content, as it is to be shown
 * @brush: brush size, at least 1
 *
 * What can be seen from afar of a large brush is painted on the content at its size over the
 * brush. A canvas of that size shows strokes as large as they will be; one of the view's size,
 * where that is smaller, shows them larger.
 *
 * Returns: the size of %SCUMBLE_CANVAS_SCREEN: the former, unless it is smaller than the view or
 *   too large to follow a slider
 */
ScumbleView  scumble_canvas_screen (const ScumbleView *view, double brush);

/**
 * ScumbleCloth:
 * @view: what of the content is on it, and its size
 * @source: its pixels, once they are read
 * @before: (nullable): how it looks as it is; %NULL while there is nothing on it
 *
 * What any canvas but the full one is made of; all 0 is an empty one. Belongs to the
 * worker.
 */
typedef struct
{
  ScumbleView         view;
  ScumbleMemorySource source;
  cairo_surface_t    *before;

  /*< private >*/
  float              *rgba;
  GHashTable         *cuts; /* serial of a mask's pick -> ScumbleMemoryMask */
} ScumbleCloth;

/**
 * scumble_cloth_shows:
 *
 * Returns: whether @view is on the cloth
 */
gboolean     scumble_cloth_shows (const ScumbleCloth *self, const ScumbleView *view);

/**
 * scumble_cloth_read:
 *
 * Reads a part of @content at the size of @view onto an empty cloth.
 *
 * Returns: %FALSE with the source's error, or when cancelled
 */
gboolean     scumble_cloth_read  (ScumbleCloth *self, ScumbleSource *content,
                                  const ScumbleView *view, GCancellable *cancellable,
                                  GError **error);
void         scumble_cloth_clear (ScumbleCloth *self);

/**
 * scumble_cloth_cut:
 * @pick: a mask as large as the content
 *
 * Returns: (transfer none) (nullable): the mask at the cloth's size, read once and valid
 *   until the cloth is cleared; %NULL with an error
 */
ScumbleMask *scumble_cloth_cut   (ScumbleCloth *self, ScumblePick *pick,
                                  GCancellable *cancellable, GError **error);

G_END_DECLS
