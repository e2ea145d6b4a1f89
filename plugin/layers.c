/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layers.h"
#include "error.h"
#include "leftovers.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

/* Images that we have opened and nobody sees; few, and none outlives the run. */
static GSList *opened;

static void
append_layers (GArray *list, const int *items, int n_items)
{
  for (int i = 0; i < n_items; i++)
    {
      const gint32 layer = items[i];

      if (gimp_item_is_group (layer))
        {
          int             n_children;
          g_autofree int *children = gimp_item_get_children (layer, &n_children);

          append_layers (list, children, n_children);
        }
      else
        {
          g_array_append_val (list, layer);
        }
    }
}

static void
append_image (GArray *list, gint32 image)
{
  int             n_layers;
  g_autofree int *layers = gimp_image_get_layers (image, &n_layers);

  append_layers (list, layers, n_layers);
}

GArray *
scumble_layers_of (gint32 image)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (gint32));

  append_image (list, image);

  return list;
}

GArray *
scumble_layers_list (void)
{
  GArray         *list   = g_array_new (FALSE, FALSE, sizeof (gint32));
  int             n_images;
  g_autofree int *images = gimp_image_list (&n_images);

  for (int i = 0; i < n_images; i++)
    append_image (list, images[i]);

  return list;
}

static gint32
open_image (const char *path)
{
  const gint32 image = gimp_file_load (GIMP_RUN_NONINTERACTIVE, path, path);

  /* The file's progress is ours, and would stay in GIMP's status bar as long as we do. */
  gimp_progress_end ();
  if (image == -1)
    return -1;

  scumble_leftovers_mark (image);
  opened = g_slist_prepend (opened, GINT_TO_POINTER (image));

  return image;
}

/* As File > Open names it. */
static gint32
whole_picture (gint32 image, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  int              n_layers;
  g_autofree int  *layers = gimp_image_get_layers (image, &n_layers);
  gint32           layer;

  if (n_layers == 1 && !gimp_item_is_group (layers[0]))
    layer = layers[0];
  else
    layer = gimp_image_merge_visible_layers (image, GIMP_CLIP_TO_IMAGE);

  if (layer != -1)
    gimp_item_set_name (layer, name);

  return layer;
}

gint32
scumble_layers_open (const char *path, GError **error)
{
  const gint32 image = open_image (path);
  const gint32 layer = image == -1 ? -1 : whole_picture (image, path);

  if (layer == -1)
    {
      g_autofree char *name = g_filename_display_basename (path);

      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                   _("“%s” cannot be opened as a picture: %s"), name,
                   gimp_get_pdb_error ());
    }

  return layer;
}

void
scumble_layers_close (void)
{
  for (GSList *image = opened; image != NULL; image = image->next)
    gimp_image_delete (GPOINTER_TO_INT (image->data));

  g_clear_pointer (&opened, g_slist_free);
}

/* What an item is, as it is written down. A mask is found by its layer. */
typedef enum { LAYER, MASK, CHANNEL, SELECTION } Kind;

static const char *const kinds[] = { "layer", "mask", "channel", "selection" };

static Kind
kind_of (gint32 item)
{
  if (gimp_item_is_layer_mask (item))
    return MASK;
  if (gimp_item_is_selection (item))
    return SELECTION;

  return gimp_item_is_channel (item) ? CHANNEL : LAYER;
}

static Kind
stored_kind (GKeyFile *file, const char *group)
{
  g_autofree char *kind = g_key_file_get_string (file, group, "kind", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kind, kinds[i]) == 0)
      return (Kind) i;

  return LAYER;
}

static void
append_channels (GArray *list, gint32 image)
{
  int             n_channels;
  g_autofree int *channels = gimp_image_get_channels (image, &n_channels);

  g_array_append_vals (list, channels, (guint) n_channels);
}

/* Everything that can be the item of a kind, or the layer of the mask. */
static GArray *
list_kind (Kind kind)
{
  GArray         *list;
  int             n_images;
  g_autofree int *images = NULL;

  if (kind == LAYER || kind == MASK)
    return scumble_layers_list ();

  list   = g_array_new (FALSE, FALSE, sizeof (gint32));
  images = gimp_image_list (&n_images);
  for (int i = 0; i < n_images; i++)
    {
      const gint32 selection = gimp_image_get_selection (images[i]);

      if (kind == CHANNEL)
        append_channels (list, images[i]);
      else
        g_array_append_val (list, selection);
    }

  return list;
}

/* What stands for an item's image from one start of GIMP to the next. */
static char *
home_of (gint32 item)
{
  const gint32 image = gimp_item_get_image (item);
  char        *uri   = gimp_image_get_uri (image);

  return uri != NULL ? uri : gimp_image_get_name (image);
}

void
scumble_layers_store (GKeyFile *file, const char *group, gint32 item, gint32 image)
{
  g_autofree char *home = NULL;
  g_autofree char *name = NULL;
  Kind             kind;

  if (!gimp_item_is_valid (item))
    return;

  kind = kind_of (item);
  if (kind == MASK)
    item = gimp_layer_from_mask (item);

  home = home_of (item);
  name = gimp_item_get_name (item);
  g_key_file_set_string (file, group, "kind", kinds[kind]);
  g_key_file_set_string (file, group, "image", home);
  g_key_file_set_boolean (file, group, "same-image",
                          gimp_item_get_image (item) == image);
  g_key_file_set_string (file, group, "layer", name);
  g_key_file_set_integer (file, group, "tattoo", gimp_item_get_tattoo (item));
}

/* How well an item fits what was stored: 3 entirely, 0 not at all. Within an image that
 * was renamed or saved as another file, the tattoo alone is better than the name. */
static int
fit (GKeyFile *file, const char *group, gint32 item, gint32 image)
{
  const gboolean   same   = image != -1 && g_key_file_get_boolean (file, group,
                                                                   "same-image", NULL);
  g_autofree char *home   = g_key_file_get_string (file, group, "image", NULL);
  g_autofree char *name   = g_key_file_get_string (file, group, "layer", NULL);
  g_autofree char *here   = home_of (item);
  g_autofree char *called = gimp_item_get_name (item);
  const gboolean   tattoo = gimp_item_get_tattoo (item) ==
                            g_key_file_get_integer (file, group, "tattoo", NULL);
  const gboolean   inside = same ? gimp_item_get_image (item) == image
                                 : g_strcmp0 (here, home) == 0;

  if (!inside)
    return 0;
  if (g_strcmp0 (called, name) == 0)
    return tattoo ? 3 : 1;

  return same && tattoo ? 2 : 0;
}

static gint32
find_open (GKeyFile *file, const char *group, gint32 image)
{
  const Kind         kind = stored_kind (file, group);
  g_autoptr (GArray) list = list_kind (kind);
  gint32             best = -1;

  for (int wanted = 3; wanted >= 1 && best == -1; wanted--)
    for (guint i = 0; i < list->len && best == -1; i++)
      if (fit (file, group, g_array_index (list, gint32, i), image) == wanted)
        best = g_array_index (list, gint32, i);

  return kind == MASK && best != -1 ? gimp_layer_get_mask (best) : best;
}

gint32
scumble_layers_recall (GKeyFile *file, const char *group, gint32 image)
{
  const gint32     item  = find_open (file, group, image);
  const gboolean   same  = g_key_file_get_boolean (file, group, "same-image", NULL);
  g_autofree char *home  = g_key_file_get_string (file, group, "image", NULL);
  g_autofree char *name  = g_key_file_get_string (file, group, "layer", NULL);
  g_autofree char *path  = home == NULL ? NULL : g_filename_from_uri (home, NULL, NULL);
  g_autofree char *base  = path == NULL ? NULL : g_filename_display_basename (path);
  gint32           again;
  gint32           found;

  if (item != -1 || path == NULL || (same && image != -1))
    return item;

  again = open_image (path);
  found = again == -1 ? -1 : find_open (file, group, -1);

  return found == -1 && again != -1 && g_strcmp0 (name, base) == 0 &&
             stored_kind (file, group) == LAYER
           ? whole_picture (again, path) : found;
}
