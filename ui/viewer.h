/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "preview.h"

G_BEGIN_DECLS

#define SCUMBLE_TYPE_VIEWER (scumble_viewer_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleViewer, scumble_viewer, SCUMBLE, VIEWER, GtkBox)

/**
 * ScumbleViewer:
 *
 * The preview with its buttons. Signal: "view-changed", when other shots are wanted.
 */

/**
 * scumble_viewer_get_preview:
 *
 * Returns: (transfer none): what shows the shots
 */
ScumblePreview *scumble_viewer_get_preview (ScumbleViewer *self);

/**
 * scumble_viewer_key:
 * @key: pressed together with Control, anywhere in the window
 *
 * Returns: whether it was one for zooming
 */
gboolean        scumble_viewer_key         (ScumbleViewer *self, guint key);

G_END_DECLS
