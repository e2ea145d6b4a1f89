/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_LEARN_PANEL (scumble_learn_panel_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleLearnPanel, scumble_learn_panel, SCUMBLE, LEARN_PANEL, GtkBox)

/**
 * ScumbleLearnPanel:
 *
 * For methods that learn a style: starts and stops it, and shows how far it is. Controls
 * that say how to learn can be added to it as to any box. Signals: "learn" and "stop";
 * "manage", when the user wants to see what has been learned.
 */

/**
 * scumble_learn_panel_set_learned:
 * @updates: how much the style in the preview has learned; 0 for a sketch
 * @early: whether it should have learned more
 */
void scumble_learn_panel_set_learned (ScumbleLearnPanel *self, int updates,
                                      gboolean early);

/**
 * scumble_learn_panel_forget:
 *
 * What the style has learned is not known, until something is said of it again.
 */
void scumble_learn_panel_forget      (ScumbleLearnPanel *self);

/**
 * scumble_learn_panel_set_able:
 * @able: whether there is a style to learn
 */
void scumble_learn_panel_set_able    (ScumbleLearnPanel *self, gboolean able);

/**
 * scumble_learn_panel_set_busy:
 * @busy: whether a style is being learned
 */
void scumble_learn_panel_set_busy    (ScumbleLearnPanel *self, gboolean busy);

/**
 * scumble_learn_panel_take:
 * @lesson: what has been learned by now
 */
void scumble_learn_panel_take        (ScumbleLearnPanel *self, const ScumbleLesson *lesson);

/**
 * scumble_learn_panel_set_managed:
 * @managed: whether what has been learned is kept somewhere
 */
void scumble_learn_panel_set_managed (ScumbleLearnPanel *self, gboolean managed);

G_END_DECLS
