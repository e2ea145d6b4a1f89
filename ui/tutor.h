/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "run.h"

G_BEGIN_DECLS

/**
 * scumble_tutor_run:
 *
 * Fills an order to learn its styles from the content: answers with every update, and now
 * and then with how the picture looks by then, wherever the user looks meanwhile. Ends with
 * a preview.
 *
 * Returns: %FALSE with the engine's error
 */
gboolean scumble_tutor_run (ScumbleRun *run, GError **error);

G_END_DECLS
