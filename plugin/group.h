/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * ScumbleGroupLayer:
 * @name: of the layer
 * @mode: of the layer
 * @alpha: whether it has an alpha channel
 */
typedef struct
{
  const char   *name;
  GimpLayerMode mode;
  gboolean      alpha;
} ScumbleGroupLayer;

/**
 * scumble_group_new:
 * @image: ID of an RGB image
 * @w: of the layers, in pixels
 * @h: likewise
 * @name: of the group
 * @layers: (array length=n): what is in it, from the top to the bottom
 *
 * Returns: ID of a new layer group, whose layers have no pixels yet and which the image does not
 *   show yet; -1 if GIMP does not make it
 */
gint32 scumble_group_new (gint32 image, int w, int h, const char *name,
                          const ScumbleGroupLayer *layers, guint n);

G_END_DECLS
