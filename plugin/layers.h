/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * scumble_layers_list:
 *
 * Returns: (transfer full) (element-type gint32): every layer of every open image, groups
 *   opened and left out themselves; top layers first
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
 * @file: receives what it takes to find a layer again
 * @group: group of @file
 * @image: the image that the note is kept in, or -1
 *
 * Layers keep their numbers as long as GIMP runs. Beyond that a layer is found by the
 * address of its image's file (the image's name, if it was never saved), and there by
 * the tattoo that a saved image keeps, or else by its name.
 */
void    scumble_layers_store  (GKeyFile *file, const char *group, gint32 layer,
                               gint32 image);

/**
 * scumble_layers_recall:
 *
 * Looks among the open images, and then opens the file that the layer came from, unless
 * that is @image itself.
 *
 * Returns: the layer that was stored, or -1 if there is no trace of it
 */
gint32  scumble_layers_recall (GKeyFile *file, const char *group, gint32 image);

G_END_DECLS
