/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"

G_BEGIN_DECLS

/**
 * ScumblePickBook:
 *
 * The styles and masks that are open. Those that were chosen a while ago are kept, so that
 * the way back is short: a worker knows them again by their serial numbers. For the main
 * thread.
 */
typedef struct _ScumblePickBook ScumblePickBook;

ScumblePickBook *scumble_pick_book_new    (ScumbleHost *host);
void             scumble_pick_book_free   (ScumblePickBook *self);

/**
 * scumble_pick_book_forget:
 *
 * Lets go of everything: layers and masks may have changed.
 */
void             scumble_pick_book_forget (ScumblePickBook *self);

/**
 * scumble_pick_book_open:
 * @choices: what to open
 * @order: (inout): receives the styles and the strength map, instead of what it had
 *
 * What cannot be opened is left out.
 *
 * Returns: %FALSE with the first error if anything was left out
 */
gboolean         scumble_pick_book_open   (ScumblePickBook *self,
                                           const ScumbleHostChoices *choices,
                                           ScumbleOrder *order, GError **error);

G_END_DECLS
