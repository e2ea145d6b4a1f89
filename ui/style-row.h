/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "style-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_STYLE_ROW (scumble_style_row_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleStyleRow, scumble_style_row, SCUMBLE, STYLE_ROW,
                      GtkListBoxRow)

/**
 * ScumbleStyleRow:
 *
 * One style in the chooser: its thumbnail, its name, and a word on where it comes from. Signal:
 * "delete", when the user is done with a saved style.
 */

/**
 * scumble_style_row_new:
 * @item: (transfer none): must outlive the row
 */
GtkWidget        *scumble_style_row_new      (ScumbleStyleItem *item);
ScumbleStyleItem *scumble_style_row_get_item (ScumbleStyleRow *self);

/**
 * scumble_style_row_load:
 *
 * Makes and shows a thumbnail that was not there yet.
 */
void              scumble_style_row_load     (ScumbleStyleRow *self);

G_END_DECLS
