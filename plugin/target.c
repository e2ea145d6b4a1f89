/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target.h"
#include "encoding.h"
#include "split.h"

#include <glib/gi18n-lib.h>

/* Whether @drawable is a layer, and no group; otherwise says what it is. */
static gboolean
check_kind (gint32 drawable, GError **error)
{
  g_autofree char *name = NULL;

  if (!gimp_item_is_valid (drawable))
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                           _("The layer does not exist (any more). Choose a layer of an "
                             "open image."));
      return FALSE;
    }

  name = gimp_item_get_name (drawable);

  if (gimp_item_is_layer_mask (drawable))
    g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                 _("“%s” is a layer mask. Click the layer's own thumbnail in the Layers "
                   "dialog, so that the layer is active and not its mask."), name);
  else if (!gimp_item_is_layer (drawable))
    g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                 _("“%s” is a channel. Choose a layer in the Layers dialog."), name);
  else if (gimp_item_is_group (drawable))
    g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                 _("“%s” is a layer group. Choose a layer inside it, or make one of it "
                   "with Layer > New from Visible."), name);
  else
    return TRUE;

  return FALSE;
}

static gboolean
is_inserted (gint32 image, gint32 layer)
{
  gimp_image_get_item_position (image, layer);

  return gimp_get_pdb_status () == GIMP_PDB_SUCCESS;
}

static gboolean
check_place (gint32 image, gint32 drawable, GError **error)
{
  g_autofree char *name = gimp_item_get_name (drawable);

  if (gimp_item_get_image (drawable) != image)
    g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                 _("The layer “%s” belongs to another image."), name);
  else if (gimp_image_get_floating_sel (image) != -1)
    g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                         _("The image has a floating selection. Anchor it or turn it "
                           "into a layer first, with Layer > Anchor Layer or Layer > To "
                           "New Layer."));
  else if (!is_inserted (image, drawable))
    g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                 _("The layer “%s” has not been inserted into the image yet."), name);
  else
    return TRUE;

  return FALSE;
}

static gboolean
check_state (gint32 image, gint32 drawable, GError **error)
{
  if (gimp_image_base_type (image) == GIMP_INDEXED)
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                           _("A painting has more colours than the palette of an indexed "
                             "image holds. Convert the image with Image > Mode > RGB "
                             "first, or use Filters > Artistic > Scumble to New Image."));
      return FALSE;
    }

  for (gint32 item = drawable; item != -1; item = gimp_item_get_parent (item))
    if (gimp_item_get_lock_content (item))
      {
        g_autofree char *name = gimp_item_get_name (item);

        g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                     _("“%s” is locked. Unlock its pixels in the Layers dialog first."),
                     name);
        return FALSE;
      }

  return TRUE;
}

/* The part @from of a mask or selection, moved to 0, 0. */
static GeglBuffer *
copy_mask (gint32 channel, const GeglRectangle *from)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (channel);
  const GeglRectangle    extent = { 0, 0, from->width, from->height };
  GeglBuffer            *copy   = gegl_buffer_new (&extent,
                                                   gegl_buffer_get_format (buffer));

  gegl_buffer_copy (buffer, from, GEGL_ABYSS_NONE, copy, &extent);

  return copy;
}

/* One row of a mask: [width, 2], its numbers and 1. */
static void
read_row (GeglBuffer *mask, int y, float *row)
{
  const GeglRectangle area = { 0, y, gegl_buffer_get_width (mask), 1 };
  ScumbleEncoding     encoding;

  scumble_encoding_init (&encoding, gegl_buffer_get_format (mask));
  scumble_encoding_read (&encoding, mask, &area, row);
}

static void
write_row (GeglBuffer *mask, int y, const float *numbers)
{
  const GeglRectangle area   = { 0, y, gegl_buffer_get_width (mask), 1 };
  const gsize         n      = (gsize) area.width;
  g_autofree guint8  *pixels = NULL;
  ScumbleEncoding     encoding;

  scumble_encoding_init (&encoding, gegl_buffer_get_format (mask));
  pixels = g_malloc (n * encoding.size);
  scumble_encoding_write (&encoding, numbers, pixels, n);
  gegl_buffer_set (mask, &area, 0, encoding.format, pixels, GEGL_AUTO_ROWSTRIDE);
}

/* Both of one size, at 0, 0. */
static void
multiply_mask (GeglBuffer *mask, GeglBuffer *factor)
{
  const int         width = gegl_buffer_get_width (mask);
  g_autofree float *m     = g_new (float, 2 * (gsize) width);
  g_autofree float *f     = g_new (float, 2 * (gsize) width);

  for (int y = 0; y < gegl_buffer_get_height (mask); y++)
    {
      read_row (mask, y, m);
      read_row (factor, y, f);
      for (int x = 0; x < width; x++)
        m[x] = m[2 * x] * f[2 * x];
      write_row (mask, y, m);
    }
}

static gboolean
shows_everything (GeglBuffer *mask)
{
  const int         width = gegl_buffer_get_width (mask);
  g_autofree float *row   = g_new (float, 2 * (gsize) width);
  gboolean          all   = TRUE;

  for (int y = 0; y < gegl_buffer_get_height (mask) && all; y++)
    {
      read_row (mask, y, row);
      for (int x = 0; x < width; x++)
        all = all && row[2 * x] >= 1.0f;
    }

  return all;
}

/* The new layer shows where the layer itself does, within the selection. */
static GeglBuffer *
make_mask (const ScumbleTarget *self)
{
  const gint32           own  = gimp_layer_get_mask (self->drawable);
  GeglRectangle          area = self->area;
  g_autoptr (GeglBuffer) mask = NULL;
  int                    x, y;

  if (own != -1 && gimp_layer_get_apply_mask (self->drawable))
    mask = copy_mask (own, &area);

  if (!gimp_selection_is_empty (self->image))
    {
      g_autoptr (GeglBuffer) selection = NULL;

      gimp_drawable_offsets (self->drawable, &x, &y);
      area.x   += x;
      area.y   += y;
      selection = copy_mask (gimp_image_get_selection (self->image), &area);

      if (mask == NULL)
        mask = g_steal_pointer (&selection);
      else
        multiply_mask (mask, selection);
    }

  return mask == NULL || shows_everything (mask) ? NULL : g_steal_pointer (&mask);
}

gboolean
scumble_target_init (ScumbleTarget *self, gint32 image, gint32 drawable,
                     gboolean new_image, GError **error)
{
  *self = (ScumbleTarget) { .image = image, .drawable = drawable, .replaces = -1 };

  if (!check_kind (drawable, error) || !check_place (image, drawable, error) ||
      !(new_image || check_state (image, drawable, error)))
    return FALSE;

  if (!gimp_drawable_mask_intersect (drawable, &self->area.x, &self->area.y,
                                     &self->area.width, &self->area.height))
    {
      g_autofree char *name = gimp_item_get_name (drawable);

      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                   _("The selection does not touch the layer “%s”. Move it there, or "
                     "drop it with Select > None."), name);
      return FALSE;
    }

  self->mask = make_mask (self);
  return TRUE;
}

/* Whether @place is within 0..@whole when @length long; numbers of a file may be as large as they
 * like. */
static gboolean
fits (int place, int length, int whole)
{
  return place >= 0 && length <= whole && place <= whole - length;
}

static gboolean
check_size (const ScumbleRecord *record, gint32 layer, GError **error)
{
  const GeglRectangle *area = &record->area;
  g_autofree char     *name = NULL;

  if (area->width == gimp_drawable_width (layer) &&
      area->height == gimp_drawable_height (layer) &&
      fits (area->x, area->width, gimp_drawable_width (record->source)) &&
      fits (area->y, area->height, gimp_drawable_height (record->source)))
    return TRUE;

  name = gimp_item_get_name (layer);
  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
               _("“%s” or the layer it was painted from has been resized since. Start "
                 "anew with Filters > Artistic > Scumble."), name);
  return FALSE;
}

gboolean
scumble_target_init_again (ScumbleTarget *self, gint32 image, gint32 layer,
                           const ScumbleRecord *record, GError **error)
{
  *self = (ScumbleTarget) { .image = image, .drawable = record->source,
                            .area = record->area, .replaces = layer };

  if (!(scumble_split_is (layer) || check_kind (layer, error)) ||
      !check_place (image, layer, error) || !check_state (image, layer, error))
    return FALSE;

  if (record->source == -1)
    {
      g_autofree char *name = gimp_item_get_name (layer);

      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                   _("The layer that “%s” was painted from is not in the image any "
                     "more. Undo its removal, or paint another layer with Filters > "
                     "Artistic > Scumble."), name);
      return FALSE;
    }

  self->given_name = g_strdup (record->name);
  return check_size (record, layer, error);
}

void
scumble_target_clear (ScumbleTarget *self)
{
  g_clear_object (&self->mask);
  g_clear_pointer (&self->given_name, g_free);
}

gboolean
scumble_style_check (gint32 style, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (!gimp_item_is_valid (style))
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                           _("The style is missing: it was never chosen, or has been "
                             "deleted. Choose a layer of any open image."));
      return FALSE;
    }

  if (check_kind (style, &fault))
    return TRUE;

  /* TRANSLATORS: a sentence that says why a layer cannot be the style */
  g_set_error (error, fault->domain, fault->code, _("The style does not do: %s"),
               fault->message);
  return FALSE;
}
