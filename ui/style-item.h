/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "host.h"

G_BEGIN_DECLS

/**
 * ScumbleStyleKind:
 * @SCUMBLE_STYLE_LAYER: a layer of the host's
 * @SCUMBLE_STYLE_SAVED: a file of scumble_style_save(), made in the dialog
 * @SCUMBLE_STYLE_RECENT: a picture file that was painted with before
 * @SCUMBLE_STYLE_BOX: a picture that comes with Scumble
 *
 * Where a style comes from, in the order of the list.
 */
typedef enum
{
  SCUMBLE_STYLE_LAYER,
  SCUMBLE_STYLE_SAVED,
  SCUMBLE_STYLE_RECENT,
  SCUMBLE_STYLE_BOX,
} ScumbleStyleKind;

/**
 * ScumbleStyleItem:
 * @kind: where it comes from
 * @layer: the host's ID, or -1
 * @file: (nullable): path of the picture or of the saved style; of a layer, of its image
 * @name: what it is called
 * @origin: (nullable): a word on where it comes from
 * @method: (nullable): interned ID of the only method that can use it
 * @thumbnail: (nullable): a small picture
 * @thumbnail_file: (nullable): path of a picture to make @thumbnail from
 * @has_selection: whether a part of the layer is selected
 *
 * Something that can serve as a style.
 */
typedef struct
{
  ScumbleStyleKind kind;
  int              layer;
  char            *file;
  char            *name;
  char            *origin;
  const char      *method;
  GdkPixbuf       *thumbnail;
  char            *thumbnail_file;
  gboolean         has_selection;
} ScumbleStyleItem;

/**
 * scumble_style_item_choose:
 *
 * Returns: (transfer full): the choice of this style, in full and everywhere
 */
ScumbleHostChoice *scumble_style_item_choose (const ScumbleStyleItem *item);

/**
 * scumble_style_item_is:
 *
 * Returns: whether @choice is this style
 */
gboolean       scumble_style_item_is     (const ScumbleStyleItem *item,
                                          const ScumbleHostChoice    *choice);

/**
 * scumble_style_item_load:
 *
 * Makes the thumbnail from its file, if it is not there yet.
 *
 * Returns: whether there is a thumbnail
 */
gboolean       scumble_style_item_load   (ScumbleStyleItem *item);

/**
 * scumble_style_items_list:
 *
 * Returns: (transfer full) (element-type ScumbleStyleItem): all styles that there are, in
 *   the order of their kinds
 */
GPtrArray     *scumble_style_items_list  (ScumbleHost *host);

G_END_DECLS
