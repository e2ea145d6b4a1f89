/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewport.h"

#include <pango/pango.h>

G_BEGIN_DECLS

/**
 * ScumbleLayer:
 *
 * Shots lie above each other: a coarse result of the whole picture, the finest result of
 * a part of it, the original of the part in sight.
 */
typedef enum
{
  SCUMBLE_LAYER_COARSE,
  SCUMBLE_LAYER_FINE,
  SCUMBLE_LAYER_PLAIN,
  SCUMBLE_N_LAYERS,
} ScumbleLayer;

/**
 * ScumbleScene:
 * @viewport: where the window looks
 * @scale: device pixels per logical pixel
 * @shots: (nullable): the layers
 * @split: whether to show the original and the result, with a line between them
 * @across: whether that line goes across, with the original above it and not to its left
 * @original: whether to show the original alone
 * @split_at: how much of the picture in sight lies before the line, 0..1
 *
 * What a preview draws.
 */
typedef struct
{
  ScumbleViewport viewport;
  int             scale;
  ScumbleShot    *shots[SCUMBLE_N_LAYERS];
  gboolean        split;
  gboolean        across;
  gboolean        original;
  double          split_at;
} ScumbleScene;

/**
 * scumble_scene_take:
 *
 * Puts a copy of @shot in its layer. A coarse result takes away a finer one that was
 * painted with other settings.
 */
void     scumble_scene_take     (ScumbleScene *self, const ScumbleShot *shot);
void     scumble_scene_clear    (ScumbleScene *self);

/**
 * scumble_scene_compares:
 *
 * Returns: whether the line between original and result is there
 */
gboolean scumble_scene_compares (const ScumbleScene *self);

/**
 * scumble_scene_line:
 *
 * Returns: where that line is, device pixels from the window's left or top
 */
int      scumble_scene_line     (const ScumbleScene *self);

/**
 * scumble_scene_draw:
 * @cr: in device pixels
 * @tags: for the words on the picture
 *
 * Draws nothing as long as there is no shot.
 */
void     scumble_scene_draw     (const ScumbleScene *self, cairo_t *cr,
                                 PangoContext *tags);

G_END_DECLS
