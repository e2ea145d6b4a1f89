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
 * What the user chooses: the styles, the method and its values. Signals: "style-changed";
 * "method-changed"; "value-changed", of which many come while a slider moves; "compare",
 * when samples are wanted; "learn" and "stop", about learning a style; "save" with a
 * title, when the style is to be kept; "failed" with a sentence, when a style cannot be
 * had.
 */

/**
 * scumble_controls_attach:
 * @host: outlives the controls
 * @settings: (transfer none): shown, and written to; likewise
 * @choices: (transfer none): likewise; without a style, the host's best guess is chosen
 *
 * Fills everything; to be called once.
 */
void     scumble_controls_attach   (ScumbleControls *self, ScumbleHost *host,
                                    ScumbleSettings *settings, ScumbleHostChoices *choices);

/**
 * scumble_controls_show:
 *
 * Shows the settings after someone else has changed them; tells nobody.
 */
void     scumble_controls_show     (ScumbleControls *self);

/**
 * scumble_controls_fill:
 * @order: (inout): receives the settings, the styles and the strength map
 */
void     scumble_controls_fill     (ScumbleControls *self, ScumbleOrder *order);

/**
 * scumble_controls_fill_save:
 * @title: what to call the style
 * @order: (inout): becomes an order to keep the styles
 */
void     scumble_controls_fill_save (ScumbleControls *self, const char *title,
                                     ScumbleOrder *order);

/**
 * scumble_controls_take:
 * @answer: of the worker, which may tell of a style kept, or of learning
 */
void     scumble_controls_take     (ScumbleControls *self, const ScumbleAnswer *answer);

/**
 * scumble_controls_set_learning:
 * @learning: whether a style is being learned; nothing can be changed meanwhile
 */
void     scumble_controls_set_learning (ScumbleControls *self, gboolean learning);

/**
 * scumble_controls_has_style:
 *
 * Returns: whether there is a style to paint with
 */
gboolean scumble_controls_has_style (ScumbleControls *self);

/**
 * scumble_controls_remember:
 *
 * Lets the styles be found among those used recently.
 */
void     scumble_controls_remember (ScumbleControls *self);

/**
 * scumble_controls_list:
 *
 * Lists the styles and masks anew.
 */
void     scumble_controls_list     (ScumbleControls *self);

/**
 * scumble_controls_take_file:
 * @path: of a picture, or of a saved style; the host can open files
 *
 * Lists it as a style, and chooses it.
 */
void     scumble_controls_take_file (ScumbleControls *self, const char *path);

/**
 * scumble_controls_take_layer:
 * @text: what was dropped of the host's type for layers
 *
 * Makes that layer the style.
 */
void     scumble_controls_take_layer (ScumbleControls *self, const char *text);

/**
 * scumble_controls_ask_file:
 *
 * Lets the user choose a picture file as style, where the host can open one.
 */
void     scumble_controls_ask_file (ScumbleControls *self);

/**
 * scumble_controls_ask_save:
 *
 * Lets the user keep the style under a name, where there is a folder for it.
 */
void     scumble_controls_ask_save (ScumbleControls *self);

/**
 * scumble_controls_focus:
 *
 * Gives the keyboard to the style chosen.
 */
void     scumble_controls_focus    (ScumbleControls *self);

G_END_DECLS
