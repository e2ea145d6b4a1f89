/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_MIXTURE_ROW (scumble_mixture_row_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleMixtureRow, scumble_mixture_row, SCUMBLE, MIXTURE_ROW,
                      GtkListBoxRow)

/**
 * ScumbleMixtureRow:
 *
 * One of several styles to paint with: its share and its region. Signals: "changed", when
 * the user has changed one of them in the choice; "dropped", when the user is done with it.
 */

/**
 * scumble_mixture_row_new:
 * @choice: (transfer none): shown, and written to; outlives the row
 * @masks: (nullable) (element-type ScumbleHostLayer): what can be its region; %NULL to do
 *   without
 */
GtkWidget     *scumble_mixture_row_new        (ScumbleHostChoice *choice,
                                               const GPtrArray *masks);

/**
 * scumble_mixture_row_get_choice:
 *
 * Returns: (transfer none): the choice that the row stands for
 */
ScumbleHostChoice *scumble_mixture_row_get_choice (ScumbleMixtureRow *self);

G_END_DECLS
