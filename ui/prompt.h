/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * scumble_prompt_name:
 *
 * Asks for the name of a preset.
 *
 * Returns: (transfer full) (nullable): the name, not empty; %NULL if the user gave up
 */
char *scumble_prompt_name (GtkWindow *parent);

/**
 * scumble_prompt_file:
 * @action: to open or to save
 *
 * Asks for a preset file.
 *
 * Returns: (transfer full) (nullable): its path; %NULL if the user gave up
 */
char *scumble_prompt_file (GtkWindow *parent, GtkFileChooserAction action);

G_END_DECLS
