/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the preview is shown: the original at once, then a draft, then the real thing.
 * All functions return %FALSE with the engine's error. */
#pragma once

#include "run.h"

G_BEGIN_DECLS

/**
 * scumble_show_original:
 *
 * Answers with the original of the view, unless it was shown last.
 */
gboolean scumble_show_original  (ScumbleRun *run, GError **error);

/**
 * scumble_show_draft:
 *
 * Answers with a draft of the whole picture, where the picture is so large that this is
 * quicker.
 */
gboolean scumble_show_draft     (ScumbleRun *run, GError **error);

/**
 * scumble_show_exact:
 *
 * Answers with the final picture's pixels, shrunk to the view. The content has been
 * surveyed and the original shown.
 */
gboolean scumble_show_exact     (ScumbleRun *run, GError **error);

/**
 * scumble_show_takes_long:
 *
 * Returns: whether the view is the whole picture from afar, which would be all the work of
 *   the final run for few pixels to see, and too much of it
 */
gboolean scumble_show_takes_long (const ScumbleRun *run);

/**
 * scumble_show_preview:
 *
 * Fills an order for a preview.
 */
gboolean scumble_show_preview   (ScumbleRun *run, GError **error);

/**
 * scumble_show_meanwhile:
 *
 * Between two tiles of the survey: takes on the latest order, if the survey serves it, and
 * shows a draft of it.
 */
void     scumble_show_meanwhile (ScumbleRun *run);

G_END_DECLS
