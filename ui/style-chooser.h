/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "style-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_STYLE_CHOOSER (scumble_style_chooser_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleStyleChooser, scumble_style_chooser, SCUMBLE, STYLE_CHOOSER,
                      GtkBox)

/**
 * ScumbleStyleChooser:
 *
 * Lists what can be a style, with thumbnails; says what to do when there is nothing.
 * Signals: "changed", when the user chooses another; "mix", when the user wants one more;
 * "save", when the style is to be kept; "delete" with a #ScumbleStyleItem, when the user is
 * done with a saved style; "refresh", when the user wants a new list; "add-file" with a
 * path, when the user wants a file in it.
 */

/**
 * scumble_style_chooser_fill:
 * @items: (transfer full) (element-type ScumbleStyleItem): what to choose from
 * @choice: (nullable): the one to choose, if it is among them; otherwise the first
 *
 * Shows a new list; tells nobody of the choice.
 */
void                    scumble_style_chooser_fill      (ScumbleStyleChooser *self,
                                                         GPtrArray           *items,
                                                         const ScumbleHostChoice *choice);

/**
 * scumble_style_chooser_select:
 *
 * Chooses another one; tells nobody.
 */
void                    scumble_style_chooser_select    (ScumbleStyleChooser *self,
                                                         const ScumbleHostChoice *choice);

/**
 * scumble_style_chooser_set_files:
 *
 * Sets whether there is a button to add files.
 */
void                    scumble_style_chooser_set_files (ScumbleStyleChooser *self,
                                                         gboolean             files);

/**
 * scumble_style_chooser_set_saving:
 *
 * Sets whether styles can be kept.
 */
void                    scumble_style_chooser_set_saving (ScumbleStyleChooser *self,
                                                          gboolean             saving);

/**
 * scumble_style_chooser_ask_file:
 *
 * Lets the user choose a file to be added.
 */
void                    scumble_style_chooser_ask_file  (ScumbleStyleChooser *self);

/**
 * scumble_style_chooser_get_item:
 *
 * Returns: (transfer none) (nullable): the style chosen, valid until the next fill
 */
const ScumbleStyleItem *scumble_style_chooser_get_item  (ScumbleStyleChooser *self);

/**
 * scumble_style_chooser_find:
 *
 * Returns: (transfer none) (nullable): the style of @choice, likewise
 */
const ScumbleStyleItem *scumble_style_chooser_find      (ScumbleStyleChooser *self,
                                                         const ScumbleHostChoice *choice);

/**
 * scumble_style_chooser_focus:
 *
 * Gives the keyboard to the style chosen.
 */
void                    scumble_style_chooser_focus     (ScumbleStyleChooser *self);

G_END_DECLS
