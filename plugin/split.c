/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "split.h"
#include "group.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The parts remember by a parasite what they are. */
static const char part_name[]  = "scumble-part";
static const char photograph[] = "photograph";

typedef struct
{
  const char   *id;
  const char   *title;
  GimpLayerMode mode;
} Part;

/* From the bottom to the top. Only the photograph has the layer's alpha: what is above shows
 * where it does, and wholly, or the photograph would shine through soft edges. */
static const Part parts[] = {
  { photograph, N_("Photograph"), GIMP_LAYER_MODE_NORMAL },
  { "brightness", N_("Painting: brightness"), GIMP_LAYER_MODE_LCH_LIGHTNESS },
  { "colours", N_("Painting: colours"), GIMP_LAYER_MODE_LCH_COLOR },
};

gboolean
scumble_split_check (gint32 image, GError **error)
{
  if (gimp_image_base_type (image) != GIMP_GRAY)
    return TRUE;

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                       _("A gray image has no colours to split off. Use Filters > Artistic > "
                         "Scumble, or convert the image with Image > Mode > RGB first."));
  return FALSE;
}

/* Returns: (transfer full) (nullable): what part @layer is */
static char *
part_of (gint32 layer)
{
  GimpParasite *parasite = gimp_item_get_parasite (layer, part_name);
  char         *id;

  if (parasite == NULL)
    return NULL;

  id = g_strndup (gimp_parasite_data (parasite), (gsize) gimp_parasite_data_size (parasite));
  gimp_parasite_free (parasite);

  return id;
}

static void
mark (gint32 layer, const char *id)
{
  GimpParasite *parasite = gimp_parasite_new (part_name, GIMP_PARASITE_PERSISTENT,
                                              (guint32) strlen (id) + 1, id);

  gimp_item_attach_parasite (layer, parasite);
  gimp_parasite_free (parasite);
}

/* The layers of a group lie from the top to the bottom. */
static const Part *
part_at (guint i)
{
  return &parts[G_N_ELEMENTS (parts) - 1 - i];
}

gint32
scumble_split_new (const ScumbleTarget *target, const char *name)
{
  ScumbleGroupLayer  layers[G_N_ELEMENTS (parts)];
  int                n = 0;
  g_autofree gint32 *made = NULL;
  gint32             group;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    layers[i] = (ScumbleGroupLayer) {
      _(part_at (i)->title), part_at (i)->mode,
      part_at (i)->id == photograph && gimp_drawable_has_alpha (target->drawable)
    };
  group = scumble_group_new (target->image, target->area.width, target->area.height, name, layers,
                             G_N_ELEMENTS (parts));
  if (group == -1)
    return -1;

  made = gimp_item_get_children (group, &n);
  for (int i = 0; i < n; i++)
    mark (made[i], part_at ((guint) i)->id);
  if (target->mask != NULL)
    scumble_layer_add_mask (group, target->mask);

  return group;
}

void
scumble_split_fill (gint32 group, const ScumbleDrawableSink *sink)
{
  const ScumbleDrawableSource *original = sink->original;
  int                          n        = 0;
  g_autofree gint32           *layers   = gimp_item_get_children (group, &n);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *id = part_of (layers[i]);

      if (g_strcmp0 (id, photograph) == 0)
        scumble_drawable_fill (layers[i], original->buffer, &original->area);
      else if (id != NULL)
        scumble_drawable_fill (layers[i], sink->buffer, NULL);
    }
}

gboolean
scumble_split_is (gint32 layer)
{
  int                n      = 0;
  g_autofree gint32 *layers = NULL;
  gboolean           found  = FALSE;

  if (!gimp_item_is_valid (layer) || !gimp_item_is_group (layer))
    return FALSE;

  layers = gimp_item_get_children (layer, &n);
  for (int i = 0; i < n && !found; i++)
    {
      g_autofree char *id = part_of (layers[i]);

      found = id != NULL;
    }

  return found;
}

gint32
scumble_split_whole (gint32 layer)
{
  g_autofree char *id     = gimp_item_is_valid (layer) ? part_of (layer) : NULL;
  const gint32     parent = id != NULL ? gimp_item_get_parent (layer) : -1;

  return parent != -1 ? parent : layer;
}

GStrv
scumble_split_names (gint32 group)
{
  int                n      = 0;
  g_autofree gint32 *layers = NULL;
  GStrv              names;

  if (!scumble_split_is (group))
    return NULL;

  layers = gimp_item_get_children (group, &n);
  names  = g_new0 (char *, n + 1);
  for (int i = 0; i < n; i++)
    names[i] = gimp_item_get_name (layers[i]);

  return names;
}

void
scumble_split_rename (gint32 group, const char *const *names)
{
  int                n      = 0;
  g_autofree gint32 *layers = names != NULL ? gimp_item_get_children (group, &n) : NULL;

  for (int i = 0; i < n && names[i] != NULL; i++)
    gimp_item_set_name (layers[i], names[i]);
}
