/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

G_BEGIN_DECLS

/**
 * scumble_dialog_run:
 * @host: what the dialog stands on; outlives the call
 * @settings: (inout): shown at first, and the user's choice afterwards
 * @choices: (inout): the styles and masks chosen; without a style the dialog guesses one
 *
 * Opens the dialog and lets the user choose and preview. On "Paint" the whole content is
 * rendered into @host->sink, with progress in the dialog and a Cancel that leaves
 * everything as it was. GTK must be initialised; call on the main thread.
 *
 * Returns: %TRUE if @host->sink has received the complete picture; %FALSE if the user
 *   gave up
 */
gboolean scumble_dialog_run (ScumbleHost *host, ScumbleSettings *settings,
                             ScumbleHostChoices *choices);

G_END_DECLS
