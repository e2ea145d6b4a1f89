/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels.h"

G_BEGIN_DECLS

/**
 * scumble_model_path:
 *
 * Returns: (transfer full) (array zero-terminated=1): the folders to look for model files
 *   in: the user's own (scumble/models in GIMP's folder, then in that of users' data), then
 *   the installed one
 */
char   **scumble_model_path (void);

/**
 * scumble_memory_budget:
 *
 * Returns: bytes that the user lets GIMP's tiles take, which is what we may take
 */
gsize    scumble_memory_budget (void);

/**
 * scumble_thread_count:
 *
 * Returns: how many threads the user lets GIMP compute with
 */
int      scumble_thread_count  (void);

/**
 * scumble_paint:
 * @content: the picture to repaint
 * @style: the picture to take the style from
 * @sink: receives the result
 *
 * Paints without a dialog, with progress in GIMP's own bar. On the main thread.
 *
 * Returns: %FALSE with one of the engine's errors
 */
gboolean scumble_paint         (ScumbleSource *content, ScumbleSource *style,
                                const ScumbleSettings *settings, ScumbleSink *sink,
                                GError **error);

G_END_DECLS
