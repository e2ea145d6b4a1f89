/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_STYLE_ROW (scumble_style_row_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleStyleRow, scumble_style_row, SCUMBLE, STYLE_ROW,
                      GtkListBoxRow)

/**
 * ScumbleStyleRow:
 *
 * One layer in the style chooser: its thumbnail, its name, and its image's name.
 */

/**
 * scumble_style_row_new:
 * @layer: (transfer none): must outlive the row
 */
GtkWidget              *scumble_style_row_new       (const ScumbleHostLayer *layer);
const ScumbleHostLayer *scumble_style_row_get_layer (ScumbleStyleRow *self);

G_END_DECLS
