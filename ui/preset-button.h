/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "params.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_PRESET_BUTTON (scumble_preset_button_get_type ())
G_DECLARE_FINAL_TYPE (ScumblePresetButton, scumble_preset_button, SCUMBLE, PRESET_BUTTON,
                      GtkMenuButton)

/**
 * ScumblePresetButton:
 *
 * A menu of settings to load, and of what to do with the present ones. Signals: "loaded",
 * after it has changed the settings; "failed" with a sentence, when a file does not want.
 */

/**
 * scumble_preset_button_attach:
 * @folder: (transfer none): where the presets are; must outlive the button
 * @settings: (transfer none): read when saved, written when loaded; likewise
 */
void scumble_preset_button_attach (ScumblePresetButton *self, const char *folder,
                                   ScumbleSettings *settings);

/**
 * scumble_preset_button_remember:
 *
 * Counts the present settings among the recent ones.
 */
void scumble_preset_button_remember (ScumblePresetButton *self);

G_END_DECLS
