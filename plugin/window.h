/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "choices.h"

G_BEGIN_DECLS

/**
 * scumble_window_run:
 * @host: what the dialog stands on; its window and theme are set here
 * @settings: (inout): shown at first, and what was chosen afterwards
 * @choices: (inout): likewise
 *
 * Opens the dialog on GIMP's display.
 *
 * Returns: %TRUE if the host's sink has the complete picture; %FALSE with
 *   %SCUMBLE_ERROR_CANCELLED if the user gave up, or %SCUMBLE_ERROR_PICTURE if there is
 *   no display
 */
gboolean scumble_window_run (ScumbleHost *host, ScumbleSettings *settings,
                             ScumbleHostChoices *choices, GError **error);

G_END_DECLS
