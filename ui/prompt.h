/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * scumble_prompt_name:
 *
 * @title: of the window; translated
 * @tooltip: what the name is for; translated
 * @suggestion: a name to take or to type over; may be empty
 *
 * Asks for a name.
 *
 * Returns: (transfer full) (nullable): the name, not empty; %NULL if the user gave up
 */
char *scumble_prompt_name (GtkWindow *parent, const char *title, const char *tooltip,
                           const char *suggestion);

/**
 * scumble_prompt_sure:
 * @question: translated
 * @action: label of the button that says yes; translated, with a mnemonic
 *
 * Returns: whether the user wants it
 */
gboolean scumble_prompt_sure (GtkWindow *parent, const char *question,
                              const char *action);

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
