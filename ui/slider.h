/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_SLIDER (scumble_slider_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleSlider, scumble_slider, SCUMBLE, SLIDER, GtkScale)

/**
 * ScumbleSlider:
 *
 * A slider beside a number. Wherever it stands on its own scale, to a screen reader it has the
 * number's value, limits and words.
 */

/**
 * scumble_slider_set_number:
 * @number: (transfer none): the number, which lives as long as the slider
 */
void scumble_slider_set_number (ScumbleSlider *self, GtkSpinButton *number);

G_END_DECLS
