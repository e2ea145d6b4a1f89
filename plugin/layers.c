/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layers.h"
#include "error.h"

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

GArray *
scumble_layers_list (void)
{
  GArray         *list   = g_array_new (FALSE, FALSE, sizeof (gint32));
  int             n_images;
  g_autofree int *images = gimp_image_list (&n_images);

  for (int i = 0; i < n_images; i++)
    {
      int             n_layers;
      g_autofree int *layers = gimp_image_get_layers (images[i], &n_layers);

      append_layers (list, layers, n_layers);
    }

  return list;
}

static gint32
open_image (const char *path)
{
  const gint32 image = gimp_file_load (GIMP_RUN_NONINTERACTIVE, path, path);

  /* The file's progress is ours, and would stay in GIMP's status bar as long as we do. */
  gimp_progress_end ();
  if (image != -1)
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

/* What stands for a layer's image from one start of GIMP to the next. */
static char *
home_of (gint32 layer)
{
  const gint32 image = gimp_item_get_image (layer);
  char        *uri   = gimp_image_get_uri (image);

  return uri != NULL ? uri : gimp_image_get_name (image);
}

void
scumble_layers_store (GKeyFile *file, const char *group, gint32 layer, gint32 image)
{
  g_autofree char *home = NULL;
  g_autofree char *name = NULL;

  if (!gimp_item_is_valid (layer))
    return;

  home = home_of (layer);
  name = gimp_item_get_name (layer);
  g_key_file_set_string (file, group, "image", home);
  g_key_file_set_boolean (file, group, "same-image",
                          gimp_item_get_image (layer) == image);
  g_key_file_set_string (file, group, "layer", name);
  g_key_file_set_integer (file, group, "tattoo", gimp_item_get_tattoo (layer));
}

/* How well a layer fits what was stored: 3 entirely, 0 not at all. Within an image that
 * was renamed or saved as another file, the tattoo alone is better than the name. */
static int
fit (GKeyFile *file, const char *group, gint32 layer, gint32 image)
{
  const gboolean   same   = image != -1 && g_key_file_get_boolean (file, group,
                                                                   "same-image", NULL);
  g_autofree char *home   = g_key_file_get_string (file, group, "image", NULL);
  g_autofree char *name   = g_key_file_get_string (file, group, "layer", NULL);
  g_autofree char *here   = home_of (layer);
  g_autofree char *called = gimp_item_get_name (layer);
  const gboolean   tattoo = gimp_item_get_tattoo (layer) ==
                            g_key_file_get_integer (file, group, "tattoo", NULL);
  const gboolean   inside = same ? gimp_item_get_image (layer) == image
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
  g_autoptr (GArray) list = scumble_layers_list ();
  gint32             best = -1;

  for (int wanted = 3; wanted >= 1 && best == -1; wanted--)
    for (guint i = 0; i < list->len && best == -1; i++)
      if (fit (file, group, g_array_index (list, gint32, i), image) == wanted)
        best = g_array_index (list, gint32, i);

  return best;
}

gint32
scumble_layers_recall (GKeyFile *file, const char *group, gint32 image)
{
  const gint32     layer = find_open (file, group, image);
  const gboolean   same  = g_key_file_get_boolean (file, group, "same-image", NULL);
  g_autofree char *home  = g_key_file_get_string (file, group, "image", NULL);
  g_autofree char *name  = g_key_file_get_string (file, group, "layer", NULL);
  g_autofree char *path  = home == NULL ? NULL : g_filename_from_uri (home, NULL, NULL);
  g_autofree char *base  = path == NULL ? NULL : g_filename_display_basename (path);
  gint32           again;
  gint32           found;

  if (layer != -1 || path == NULL || (same && image != -1))
    return layer;

  again = open_image (path);
  found = again == -1 ? -1 : find_open (file, group, -1);

  return found == -1 && again != -1 && g_strcmp0 (name, base) == 0
         ? whole_picture (again, path) : found;
}
