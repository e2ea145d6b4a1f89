/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "choices.h"

G_BEGIN_DECLS

/**
 * ScumbleRecord:
 * @settings: how it was painted
 * @choices: (transfer full): the styles and masks that it was painted with, as far as there
 *   is a trace of them
 * @lost: (transfer full) (nullable): what there is no trace of
 * @source: ID of the layer that was repainted, or -1 if the image has lost it
 * @area: the part of it
 * @name: (transfer full): the name that the new layer was given
 *
 * What a painted layer remembers, also in a file: enough to paint it again.
 */
typedef struct
{
  ScumbleSettings    settings;
  ScumbleHostChoices choices;
  GError            *lost;
  gint32             source;
  GeglRectangle      area;
  char              *name;
} ScumbleRecord;

/**
 * scumble_record_write:
 * @layer: ID of the painted layer
 *
 * Lets a layer remember.
 */
void     scumble_record_write (const ScumbleRecord *self, gint32 layer);

/**
 * scumble_record_layer:
 * @item: ID of anything, such as what is active in an image
 *
 * Returns: ID of the layer whose mask @item is; of @item itself if it is none
 */
gint32   scumble_record_layer (gint32 item);

/**
 * scumble_record_read:
 * @self: (out caller-allocates): what @layer remembers; clear with scumble_record_clear()
 *   whatever is returned
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if @layer was not painted by us
 */
gboolean scumble_record_read  (ScumbleRecord *self, gint32 layer, GError **error);
void     scumble_record_clear (ScumbleRecord *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScumbleRecord, scumble_record_clear)

G_END_DECLS
