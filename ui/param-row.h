/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "params.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_PARAM_ROW (scumble_param_row_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleParamRow, scumble_param_row, SCUMBLE, PARAM_ROW, GtkGrid)

/**
 * ScumbleParamRow:
 *
 * The control of one of scumble_params(): a slider for a number, a list for a choice.
 * Signal: "changed", when the user moves it.
 */
GtkWidget          *scumble_param_row_new       (const ScumbleParam *param);
const ScumbleParam *scumble_param_row_get_param (ScumbleParamRow *self);

/**
 * scumble_param_row_show:
 *
 * Shows the parameter's value in @settings; tells nobody.
 */
void       scumble_param_row_show  (ScumbleParamRow *self, ScumbleSettings *settings);

/**
 * scumble_param_row_store:
 *
 * Writes what is shown into @settings.
 */
void       scumble_param_row_store (ScumbleParamRow *self, ScumbleSettings *settings);

G_END_DECLS
