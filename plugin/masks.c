/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "masks.h"
#include "colours.h"
#include "layers.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  ScumbleMask     mask;
  GeglBuffer     *buffer;   /* (nullable): extent 0, 0, width, height; NULL where all is 1 */
  ScumbleEncoding encoding; /* of its pixels */
  ScumbleColours  colours;  /* of what they say, if it is a layer */
  gboolean        layer;    /* whose gray counts as the eye sees it, or else numbers as they are */
} DrawableMask;

static void
append_masks (GArray *list, gint32 image)
{
  g_autoptr (GArray) layers = scumble_layers_list ();

  for (guint i = 0; i < layers->len; i++)
    {
      const gint32 layer = g_array_index (layers, gint32, i);
      const gint32 mask  = gimp_layer_get_mask (layer);

      if (mask != -1 && gimp_item_get_image (layer) == image)
        g_array_append_val (list, mask);
    }
}

GArray *
scumble_masks_list (gint32 image)
{
  GArray            *list      = g_array_new (FALSE, FALSE, sizeof (gint32));
  const gint32       selection = gimp_image_get_selection (image);
  g_autoptr (GArray) layers    = scumble_layers_list ();
  int                n_channels;
  g_autofree int    *channels  = gimp_image_get_channels (image, &n_channels);

  if (!gimp_selection_is_empty (image))
    g_array_append_val (list, selection);
  g_array_append_vals (list, channels, (guint) n_channels);
  append_masks (list, image);
  g_array_append_vals (list, layers->data, layers->len);

  return list;
}

const char *
scumble_mask_kind (gint32 item)
{
  if (gimp_item_is_layer_mask (item))
    return _("Layer mask");
  if (gimp_item_is_selection (item))
    return _("Selection");

  return gimp_item_is_channel (item) ? _("Channel") : _("Layer");
}

/* @own is [n, 4], of which gray takes the first half. */
static void
weigh (const DrawableMask *self, float *own, float *weights, gsize n)
{
  g_autofree float *rgba = NULL;

  if (!self->layer)
    {
      for (gsize i = 0; i < n; i++)
        weights[i] = scumble_sane (own[2 * i]);
      return;
    }

  rgba = g_new (float, 4 * n);
  scumble_colours_to_srgb (&self->colours, own, rgba, n);
  for (gsize i = 0; i < n; i++)
    weights[i] = scumble_sane (scumble_colours_gray (&self->colours, rgba + 4 * i) * rgba[4 * i + 3]);
}

static gboolean
read_mask (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  const DrawableMask *self = (const DrawableMask *) mask;
  const GeglRectangle area = { rect->x, rect->y, rect->w, rect->h };
  const gsize         n    = (gsize) rect->w * (gsize) rect->h;
  g_autofree float   *own  = NULL;

  if (self->buffer == NULL)
    {
      for (gsize i = 0; i < n; i++)
        weights[i] = 1.0f;
      return TRUE;
    }

  own = g_new (float, 4 * n);
  scumble_encoding_read (&self->encoding, self->buffer, &area, own);
  weigh (self, own, weights, n);

  return TRUE;
}

/* The item's pixels over the target, moved to 0, 0. */
static GeglBuffer *
copy_over (gint32 item, const ScumbleTarget *target)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (item);
  const GeglRectangle    extent = { 0, 0, target->area.width, target->area.height };
  GeglRectangle          from   = target->area;
  GeglBuffer            *copy;
  int                    x, y;

  if (gimp_drawable_offsets (target->drawable, &x, &y))
    {
      from.x += x;
      from.y += y;
    }
  if (gimp_drawable_offsets (item, &x, &y))
    {
      from.x -= x;
      from.y -= y;
    }

  copy = gegl_buffer_new (&extent, gegl_buffer_get_format (buffer));
  gegl_buffer_copy (buffer, &from, GEGL_ABYSS_NONE, copy, &extent);

  return copy;
}

static gboolean
check_item (gint32 item, GError **error)
{
  g_autofree char *name = NULL;

  if (!gimp_item_is_valid (item) || !gimp_item_is_drawable (item))
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                           _("The mask does not exist (any more). Choose a layer, a layer "
                             "mask, a channel or the selection of an open image."));
      return FALSE;
    }
  if (!gimp_item_is_group (item))
    return TRUE;

  name = gimp_item_get_name (item);
  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
               _("“%s” is a layer group, which cannot be a mask. Choose a layer inside it."),
               name);
  return FALSE;
}

ScumbleMask *
scumble_mask_new (gint32 item, const ScumbleTarget *target, GError **error)
{
  DrawableMask *self;

  if (!check_item (item, error))
    return NULL;

  self       = g_new0 (DrawableMask, 1);
  self->mask = (ScumbleMask) { .width = target->area.width, .height = target->area.height,
                               .read  = read_mask };

  if (!gimp_item_is_selection (item) ||
      !gimp_selection_is_empty (gimp_item_get_image (item)))
    {
      self->buffer = copy_over (item, target);
      self->layer  = gimp_item_is_layer (item);
      scumble_encoding_init (&self->encoding, gegl_buffer_get_format (self->buffer));
      scumble_colours_init (&self->colours, &self->encoding, -1, NULL);
    }

  return &self->mask;
}

void
scumble_mask_free (ScumbleMask *mask)
{
  DrawableMask *self = (DrawableMask *) mask;

  if (self == NULL)
    return;

  g_clear_object (&self->buffer);
  scumble_colours_clear (&self->colours);
  g_free (self);
}
