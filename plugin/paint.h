/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "choices.h"

G_BEGIN_DECLS

/**
 * scumble_model_path:
 *
 * Returns: (transfer full) (array zero-terminated=1): the folders to look for model files
 *   in: the user's own (scumble/models in GIMP's folder, then in that of users' data), then
 *   the installed one
 */
char   **scumble_model_path    (void);

/**
 * scumble_style_path:
 *
 * Returns: (transfer full) (array zero-terminated=1): the folders with the styles in the
 *   box
 */
char   **scumble_style_path    (void);

/**
 * scumble_memory_divide:
 *
 * Divides what the user lets GIMP's tiles take, which is what we may take, between the
 * pictures in this process, which beyond their share are swapped to disk, and the engine.
 * Once, before anything else is asked of GEGL.
 */
void     scumble_memory_divide (void);

/**
 * scumble_memory_budget:
 *
 * Returns: the engine's share in bytes, after scumble_memory_divide()
 */
gsize    scumble_memory_budget (void);

/**
 * scumble_memory_advice:
 *
 * Returns: (transfer none): where in GIMP the user lets it have more
 */
const char *scumble_memory_advice (void);

/**
 * scumble_thread_count:
 *
 * Returns: how many threads the user lets GIMP compute with
 */
int      scumble_thread_count  (void);

/**
 * scumble_paint:
 * @host: knows the layer to repaint, and receives the result
 * @settings: how to paint it
 * @choices: what with
 *
 * Paints without a dialog, with progress in GIMP's own bar. On the main thread. When all is
 * painted the progress goes on: ending it is up to the caller, who has the result to add.
 *
 * Returns: %FALSE with one of the engine's errors
 */
gboolean scumble_paint         (ScumbleHost *host, const ScumbleSettings *settings,
                                const ScumbleHostChoices *choices, GError **error);

/**
 * scumble_save_style:
 * @host: repaints nothing, and may be without a layer
 * @settings: method, quality, texture size, and how it learns
 * @choices: the styles, of which several are mixed
 * @path: the file to write
 * @title: (nullable): what the style is called; %NULL or "" for its own name, or theirs
 *
 * Lets a model look at styles, and saves what it has seen, or what it has learned of a
 * style another time: learning itself takes a layer to learn on.
 *
 * Returns: %FALSE with one of the engine's errors
 */
gboolean scumble_save_style    (ScumbleHost *host, const ScumbleSettings *settings,
                                const ScumbleHostChoices *choices, const char *path,
                                const char *title, GError **error);

G_END_DECLS
