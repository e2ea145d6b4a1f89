/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Folders of styles: those in the box, those that the user has saved, and those used
 * last. What is in a folder is said in its "styles.ini", a key file with a group for each
 * style in the order to show:
 *
 *     [waves.png]
 *     Title=Waves
 *     Title[de]=Wellen
 *
 * The group is the name of the file, unless "File" gives a path; "Method" is the only
 * method that can use it, and "Thumbnail" a small picture of a file that is no picture. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

/* The user's folders of styles, inside the host's folder. */
#define SCUMBLE_SHELF_SAVED  "styles"
#define SCUMBLE_SHELF_RECENT "recent-styles"

/* The cache of the styles that have been learned, beside them. */
#define SCUMBLE_SHELF_LEARNED "learned-styles"

enum { SCUMBLE_SHELF_RECENT_MAX = 8 };

/**
 * ScumbleShelfEntry:
 * @file: path of the style
 * @title: in the user's language, where it is translated
 * @method: (nullable): interned ID of the method that it belongs to
 * @thumbnail: (nullable): path of a picture of it
 */
typedef struct
{
  char       *file;
  char       *title;
  const char *method;
  char       *thumbnail;
} ScumbleShelfEntry;

/**
 * scumble_shelf_folder:
 * @folder: the host's
 * @name: one of the above
 */
char      *scumble_shelf_folder     (const char *folder, const char *name);

/**
 * scumble_shelf_list:
 * @folder: need not exist
 *
 * Returns: (transfer full) (element-type ScumbleShelfEntry): the styles whose files are
 *   there
 */
GPtrArray *scumble_shelf_list       (const char *folder);

/**
 * scumble_shelf_path:
 * @title: any text but an empty one
 *
 * Returns: (transfer full): where to save a style of that title in @folder
 */
char      *scumble_shelf_path       (const char *folder, const char *title);

/**
 * scumble_shelf_is_saved:
 * @file: (nullable): path of a style
 *
 * Returns: whether it is a file of scumble_style_save(), and no picture
 */
gboolean   scumble_shelf_is_saved   (const char *file);

/**
 * scumble_shelf_put:
 * @entry: its @thumbnail is left out of account
 * @thumbnail: (nullable): shown for it
 * @max: how many entries the shelf keeps
 *
 * Puts an entry first, in place of another one of the same file; the last ones fall off.
 *
 * Returns: %FALSE with an error if the folder cannot be written to
 */
gboolean   scumble_shelf_put        (const char *folder, const ScumbleShelfEntry *entry,
                                     GdkPixbuf *thumbnail, guint max, GError **error);

/**
 * scumble_shelf_remove:
 * @file: path of an entry of the user's own, which is deleted
 */
gboolean   scumble_shelf_remove     (const char *folder, const char *file, GError **error);

G_END_DECLS
