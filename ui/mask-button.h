/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_MASK_BUTTON (scumble_mask_button_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleMaskButton, scumble_mask_button, SCUMBLE, MASK_BUTTON,
                      GtkMenuButton)

/**
 * ScumbleMaskButton:
 *
 * A button with a menu of the host's masks, and "Everywhere". Signal: "changed", when the
 * user chooses another one.
 */

/**
 * scumble_mask_button_fill:
 * @masks: (element-type ScumbleHostLayer): what to choose from
 * @mask_id: the one to show, or -1 for everywhere; one that is gone counts as that
 */
void scumble_mask_button_fill (ScumbleMaskButton *self, const GPtrArray *masks,
                               int mask_id);

/**
 * scumble_mask_button_get:
 *
 * Returns: ID of the mask chosen, or -1 for everywhere
 */
int  scumble_mask_button_get  (ScumbleMaskButton *self);

G_END_DECLS
