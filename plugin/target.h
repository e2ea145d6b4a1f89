/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * ScumbleTarget:
 * @image: ID of the image
 * @drawable: ID of the layer to repaint
 * @area: the part of the layer to repaint: the selection's bounds, or all of it
 * @mask: (transfer full) (nullable): the mask of the new layer, extent 0, 0 and the size
 *   of @area; %NULL where everything shows
 * @replaces: ID of the layer that the new one takes the place of, or -1 for a place of
 *   its own above @drawable
 * @given_name: (transfer full) (nullable): the name that @replaces was given when it was
 *   painted
 *
 * What is repainted, settled before anything is computed.
 */
typedef struct
{
  gint32        image;
  gint32        drawable;
  GeglRectangle area;
  GeglBuffer   *mask;
  gint32        replaces;
  char         *given_name;
} ScumbleTarget;

/**
 * scumble_target_init:
 * @self: (out caller-allocates): receives the target; clear with scumble_target_clear()
 *   whatever is returned
 * @new_image: whether the result is for another image
 *
 * Looks whether a layer can be repainted, and which part of it is selected. A result for
 * another image asks less of the layer.
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_ARGUMENT if the drawable is no layer of the image,
 *   or %SCUMBLE_ERROR_PICTURE if it is one that cannot be repainted as it is; the message
 *   says what to do about it
 */
gboolean scumble_target_init       (ScumbleTarget *self, gint32 image, gint32 drawable,
                                    gboolean new_image, GError **error);

/**
 * scumble_target_init_again:
 * @self: (out caller-allocates): receives the target, as scumble_target_init() does
 * @layer: ID of a layer that we have painted
 * @record: what it remembers
 *
 * Looks whether a layer can be painted once more.
 *
 * Returns: %FALSE as scumble_target_init() does, or if the layer that was repainted is
 *   gone, or either has another size now
 */
gboolean scumble_target_init_again (ScumbleTarget *self, gint32 image, gint32 layer,
                                    const ScumbleRecord *record, GError **error);
void     scumble_target_clear      (ScumbleTarget *self);

/**
 * scumble_style_check:
 * @style: ID of a drawable
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_ARGUMENT if @style is no layer, or a group
 */
gboolean scumble_style_check       (gint32 style, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScumbleTarget, scumble_target_clear)

G_END_DECLS
