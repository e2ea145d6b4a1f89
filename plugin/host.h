/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "target.h"

G_BEGIN_DECLS

/**
 * scumble_host_run_dialog:
 * @target: what is repainted
 * @content: its pixels, kept in this process
 * @sink: receives the result
 * @style: (inout): ID of the layer chosen as style, or -1
 *
 * Opens the dialog on GIMP's display.
 *
 * Returns: %TRUE if @sink has the complete picture; %FALSE with
 *   %SCUMBLE_ERROR_CANCELLED if the user gave up, or %SCUMBLE_ERROR_PICTURE if there is
 *   no display
 */
gboolean scumble_host_run_dialog (const ScumbleTarget   *target,
                                  ScumbleDrawableSource *content,
                                  ScumbleDrawableSink   *sink,
                                  ScumbleSettings       *settings,
                                  gint32                *style,
                                  GError               **error);

G_END_DECLS
