/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_STYLE_PANEL (scumble_style_panel_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleStylePanel, scumble_style_panel, SCUMBLE, STYLE_PANEL, GtkBox)

/**
 * ScumbleStylePanel:
 *
 * The styles to choose from, and those chosen. Signals: "changed", when others are to be
 * painted with; "save" with a title, when what is chosen is to be kept under it; "model"
 * with the names of a method and of a model file, when a style needs them; "failed" with a
 * sentence, when something cannot be had.
 */

/**
 * scumble_style_panel_attach:
 * @host: outlives the panel
 * @choices: (transfer none): shown, and written to; likewise. Without a style, the host's
 *   best guess is chosen
 *
 * Fills everything; to be called once.
 */
void     scumble_style_panel_attach    (ScumbleStylePanel *self, ScumbleHost *host,
                                        ScumbleHostChoices *choices);

/**
 * scumble_style_panel_open:
 *
 * Opens what is chosen, after someone else has changed it. What cannot be opened is said
 * and not used.
 */
void     scumble_style_panel_open      (ScumbleStylePanel *self);

/**
 * scumble_style_panel_fill:
 * @order: (inout): receives the styles and the strength map
 */
void     scumble_style_panel_fill      (ScumbleStylePanel *self, ScumbleOrder *order);

/**
 * scumble_style_panel_path:
 *
 * Returns: (transfer full): the file to keep a style of that title in
 */
char    *scumble_style_panel_path      (ScumbleStylePanel *self, const char *title);

/**
 * scumble_style_panel_saved:
 * @path: of a style that is new there
 *
 * Lists it among the saved ones.
 */
void     scumble_style_panel_saved     (ScumbleStylePanel *self, const char *path);

/**
 * scumble_style_panel_has_style:
 *
 * Returns: whether there is a style to paint with
 */
gboolean scumble_style_panel_has_style (ScumbleStylePanel *self);

/**
 * scumble_style_panel_remember:
 *
 * Lets the styles be found among those used recently.
 */
void     scumble_style_panel_remember  (ScumbleStylePanel *self);

/**
 * scumble_style_panel_list:
 *
 * Lists the styles and masks anew.
 */
void     scumble_style_panel_list      (ScumbleStylePanel *self);

/**
 * scumble_style_panel_take_file:
 * @path: of a picture, or of a saved style; the host can open files
 *
 * Lists it, and chooses it.
 */
void     scumble_style_panel_take_file (ScumbleStylePanel *self, const char *path);

/**
 * scumble_style_panel_take_layer:
 * @text: what was dropped of the host's type for layers
 *
 * Makes that layer the style in hand, or says why it cannot be.
 */
void     scumble_style_panel_take_layer (ScumbleStylePanel *self, const char *text);

/**
 * scumble_style_panel_ask_file:
 *
 * Lets the user choose a picture file as style, where the host can open one.
 */
void     scumble_style_panel_ask_file  (ScumbleStylePanel *self);

/**
 * scumble_style_panel_ask_save:
 *
 * Lets the user keep the style under a name, where there is a folder for it.
 */
void     scumble_style_panel_ask_save  (ScumbleStylePanel *self);

/**
 * scumble_style_panel_focus:
 *
 * Gives the keyboard to the style chosen.
 */
void     scumble_style_panel_focus     (ScumbleStylePanel *self);

G_END_DECLS
