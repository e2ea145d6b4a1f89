/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_SETTINGS_PANEL (scumble_settings_panel_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleSettingsPanel, scumble_settings_panel, SCUMBLE,
                      SETTINGS_PANEL, GtkBox)

/**
 * ScumbleSettingsPanel:
 *
 * The method and its values. Signals: "method-changed"; "value-changed", of which many come
 * while a slider moves; "map-changed", when another strength map is chosen; "compare",
 * when samples are wanted; "learn" and "stop", for the method that learns;
 * "unfolded", when there is more of the panel at its end.
 */

/**
 * scumble_settings_panel_attach:
 * @host: outlives the panel
 * @settings: (transfer none): shown, and written to; likewise
 * @choices: (transfer none): its strength map likewise
 *
 * Fills everything; to be called once.
 */
void scumble_settings_panel_attach      (ScumbleSettingsPanel *self, ScumbleHost *host,
                                         ScumbleSettings *settings,
                                         ScumbleHostChoices *choices);

/**
 * scumble_settings_panel_show:
 *
 * Shows the settings after someone else has changed them; tells nobody.
 */
void scumble_settings_panel_show        (ScumbleSettingsPanel *self);

/**
 * scumble_settings_panel_set_model:
 * @method: ID of a method
 * @model: name of one of its model files
 *
 * Changes to it, and tells of it, if it is another one than the present.
 */
void scumble_settings_panel_set_model   (ScumbleSettingsPanel *self, const char *method,
                                         const char *model);

/**
 * scumble_settings_panel_list:
 *
 * Lists the masks anew. A strength map that is none of them, such as a mask of the image
 * before, is one no longer: nothing is painted that is not shown.
 */
void scumble_settings_panel_list        (ScumbleSettingsPanel *self);

/**
 * scumble_settings_panel_set_able:
 * @able: whether there is a style to compare or to learn
 */
void scumble_settings_panel_set_able    (ScumbleSettingsPanel *self, gboolean able);

/**
 * scumble_settings_panel_set_learning:
 * @learning: whether a style is being learned; nothing can be changed meanwhile
 */
void scumble_settings_panel_set_learning (ScumbleSettingsPanel *self, gboolean learning);

/**
 * scumble_settings_panel_take:
 * @answer: of the worker, which may tell something about learning
 */
void scumble_settings_panel_take        (ScumbleSettingsPanel *self,
                                         const ScumbleAnswer *answer);

G_END_DECLS
