/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_LEARN_FROM (scumble_learn_from_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleLearnFrom, scumble_learn_from, SCUMBLE, LEARN_FROM, GtkGrid)

/**
 * ScumbleLearnFrom:
 *
 * What a style is learned on: the layer, or a folder of photographs, which is remembered while
 * the layer is chosen. Signal: "changed", when the user chooses something else.
 */

/**
 * scumble_learn_from_show:
 * @folder: (nullable): path of the folder that is chosen; %NULL for the layer
 */
void        scumble_learn_from_show (ScumbleLearnFrom *self, const char *folder);

/**
 * scumble_learn_from_get:
 *
 * Returns: (nullable): path of the folder; %NULL for the layer, also as long as no folder has
 *   been chosen
 */
const char *scumble_learn_from_get  (ScumbleLearnFrom *self);

G_END_DECLS
