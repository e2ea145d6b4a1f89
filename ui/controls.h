/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_CONTROLS (scumble_controls_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleControls, scumble_controls, SCUMBLE, CONTROLS, GtkBox)

/**
 * ScumbleControls:
 *
 * What the user chooses: the style, the method and its values. Signals: "style-changed";
 * "method-changed"; "value-changed", of which many come while a slider moves; "compare",
 * when samples are wanted; "failed" with a sentence, when a style cannot be had.
 */

/**
 * scumble_controls_attach:
 * @host: outlives the controls
 * @settings: (transfer none): shown, and written to; likewise
 * @style_id: layer to choose as style, or -1 for the host's best guess
 *
 * Fills everything; to be called once.
 */
void         scumble_controls_attach   (ScumbleControls *self, ScumbleHost *host,
                                        ScumbleSettings *settings, int style_id);

/**
 * scumble_controls_show:
 *
 * Shows the settings after someone else has changed them; tells nobody.
 */
void         scumble_controls_show     (ScumbleControls *self);

/**
 * scumble_controls_get_pick:
 *
 * Returns: (transfer none) (nullable): the style chosen, open for reading
 */
ScumblePick *scumble_controls_get_pick (ScumbleControls *self);

/**
 * scumble_controls_get_style_id:
 *
 * Returns: the layer chosen, or -1
 */
int          scumble_controls_get_style_id (ScumbleControls *self);

/**
 * scumble_controls_list:
 *
 * Lists the styles anew.
 */
void         scumble_controls_list     (ScumbleControls *self);

/**
 * scumble_controls_ask_file:
 *
 * Lets the user choose a picture file as style, where the host can open one.
 */
void         scumble_controls_ask_file (ScumbleControls *self);

/**
 * scumble_controls_focus:
 *
 * Gives the keyboard to the style chosen.
 */
void         scumble_controls_focus    (ScumbleControls *self);

G_END_DECLS
