/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * scumble_layers_of:
 *
 * Returns: (transfer full) (element-type gint32): every layer of an image, groups opened and
 *   left out themselves; top layers first
 */
GArray *scumble_layers_of     (gint32 image);

/**
 * scumble_layers_list:
 *
 * Returns: (transfer full) (element-type gint32): those of every open image
 */
GArray *scumble_layers_list   (void);

/**
 * scumble_layers_open:
 * @path: a picture file
 *
 * Opens a file without showing it, as a layer named like the file; of several layers it
 * takes what is visible together. The image stays until scumble_layers_close().
 *
 * Returns: ID of the layer; -1 with %SCUMBLE_ERROR_PICTURE if GIMP cannot read the file
 */
gint32  scumble_layers_open   (const char *path, GError **error);

/**
 * scumble_layers_close:
 *
 * Closes all that was opened with scumble_layers_open() or scumble_layers_recall().
 */
void    scumble_layers_close  (void);

/**
 * scumble_layers_store:
 * @file: receives what it takes to find an item again
 * @group: group of @file
 * @item: ID of a layer, a layer mask, a channel or a selection; if it is none, nothing is
 *   stored
 * @image: the image that the note is kept in, or -1
 *
 * Items keep their numbers as long as GIMP runs. Beyond that an item is found by the
 * address of its image's file (the image's name, if it was never saved), and there by
 * the tattoo that a saved image keeps, or else by its name; a mask by its layer's.
 */
void    scumble_layers_store  (GKeyFile *file, const char *group, gint32 item,
                               gint32 image);

/**
 * scumble_layers_recall:
 *
 * Looks among the open images, and then opens the file that the item came from, unless
 * that is @image itself.
 *
 * Returns: the item that was stored, or -1 if there is no trace of it
 */
gint32  scumble_layers_recall (GKeyFile *file, const char *group, gint32 image);

G_END_DECLS
