/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "procedure.h"
#include "target.h"

G_BEGIN_DECLS

/**
 * scumble_window_run:
 * @host: what the dialog stands on; its window and theme are set here
 * @call: (inout): its settings and choices are shown at first, and are what was chosen afterwards
 * @target: what is repainted
 *
 * Opens the dialog on GIMP's display. Its title says what comes of the painting, as the menu did.
 *
 * Returns: %TRUE if the host's sink has the complete picture; %FALSE with
 *   %SCUMBLE_ERROR_CANCELLED if the user gave up, or %SCUMBLE_ERROR_PICTURE if there is
 *   no display
 */
gboolean scumble_window_run (ScumbleHost *host, ScumbleCall *call, const ScumbleTarget *target,
                             GError **error);

G_END_DECLS
