/* SPDX-License-Identifier: GPL-3.0-or-later */

/* GIMP may end us at any moment, and keeps the images that we had and nobody saw yet. They have a
 * mark, by which the next run knows them, and deletes them. */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * scumble_leftovers_mark:
 * @image: ID of an image without a display
 *
 * Marks @image as this run's own. The mark is no undo step, and is never saved.
 */
void   scumble_leftovers_mark      (gint32 image);

/**
 * scumble_leftovers_duplicate:
 * @image: ID of an image
 *
 * Returns: ID of a copy, marked from its first moment on; -1 if GIMP makes none
 */
gint32 scumble_leftovers_duplicate (gint32 image);

/**
 * scumble_leftovers_keep:
 *
 * Takes the mark away, of an image that is finished.
 */
void   scumble_leftovers_keep      (gint32 image);

/**
 * scumble_leftovers_delete:
 *
 * Deletes what runs that have ended before they could do so have left in this GIMP. Images that
 * have a display by now stay.
 */
void   scumble_leftovers_delete    (void);

G_END_DECLS
