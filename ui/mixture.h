/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_MIXTURE (scumble_mixture_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleMixture, scumble_mixture, SCUMBLE, MIXTURE, GtkBox)

/**
 * ScumbleMixture:
 *
 * The styles to paint with. One of them is in hand: it is what a chooser changes. As long
 * as there is only one, nothing of it is to be seen. Signals: "changed", when the user has
 * changed shares, regions or the number of styles; "in-hand", when another style is in
 * hand.
 */

/**
 * scumble_mixture_attach:
 * @styles: (element-type ScumbleHostChoice): shown, and written to; outlives the mixture
 */
void           scumble_mixture_attach   (ScumbleMixture *self, GPtrArray *styles);

/**
 * scumble_mixture_set_masks:
 * @masks: (transfer full) (nullable) (element-type ScumbleHostLayer): what can be a region
 *
 * A style whose region is none of these, such as a mask of the image before, is painted
 * everywhere from now on: nothing is painted that is not shown.
 */
void           scumble_mixture_set_masks (ScumbleMixture *self, GPtrArray *masks);

/**
 * scumble_mixture_show:
 *
 * Shows the styles after someone else has changed them; tells nobody.
 */
void           scumble_mixture_show     (ScumbleMixture *self);

/**
 * scumble_mixture_get_in_hand:
 *
 * Returns: (transfer none) (nullable): the style in hand
 */
ScumbleHostChoice *scumble_mixture_get_in_hand (ScumbleMixture *self);

/**
 * scumble_mixture_add:
 *
 * Adds another style, the same as the one in hand at first, and takes it in hand, as if
 * the user had done so. There must be one already.
 */
void           scumble_mixture_add      (ScumbleMixture *self);

/**
 * scumble_mixture_put:
 * @choice: (transfer full): takes the place of the style in hand, with its share and
 *   region; tells nobody
 */
void           scumble_mixture_put      (ScumbleMixture *self, ScumbleHostChoice *choice);

G_END_DECLS
