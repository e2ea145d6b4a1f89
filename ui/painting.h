/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Painting the whole picture into the host's sink. */
#pragma once

#include "run.h"

G_BEGIN_DECLS

/**
 * scumble_painting_run:
 *
 * Fills an order for the painting itself, which has been planned.
 *
 * Returns: %FALSE with the engine's or the sink's error
 */
gboolean scumble_painting_run (ScumbleRun *run, GError **error);

G_END_DECLS
