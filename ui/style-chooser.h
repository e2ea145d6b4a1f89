/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_STYLE_CHOOSER (scumble_style_chooser_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleStyleChooser, scumble_style_chooser, SCUMBLE, STYLE_CHOOSER,
                      GtkBox)

/**
 * ScumbleStyleChooser:
 *
 * Lists the layers that can be a style, with thumbnails; says what to do when there are
 * none. Signals: "changed", when the user chooses another; "refresh", when the user wants
 * a new list; "add-file" with a path, when the user wants a picture file in it.
 */

/**
 * scumble_style_chooser_fill:
 * @layers: (transfer full) (element-type ScumbleHostLayer): what to choose from
 * @layer_id: the one to choose, or -1 for the first
 *
 * Shows a new list; tells nobody of the choice.
 */
void                    scumble_style_chooser_fill      (ScumbleStyleChooser *self,
                                                         GPtrArray           *layers,
                                                         int                  layer_id);

/**
 * scumble_style_chooser_set_files:
 *
 * Sets whether files can be added.
 */
void                    scumble_style_chooser_set_files (ScumbleStyleChooser *self,
                                                         gboolean             files);

/**
 * scumble_style_chooser_ask_file:
 *
 * Lets the user choose a file to be added.
 */
void                    scumble_style_chooser_ask_file  (ScumbleStyleChooser *self);

/**
 * scumble_style_chooser_get_layer:
 *
 * Returns: (transfer none) (nullable): the layer chosen, valid until the next fill
 */
const ScumbleHostLayer *scumble_style_chooser_get_layer (ScumbleStyleChooser *self);

/**
 * scumble_style_chooser_focus:
 *
 * Gives the keyboard to the layer chosen.
 */
void                    scumble_style_chooser_focus     (ScumbleStyleChooser *self);

G_END_DECLS
