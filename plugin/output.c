/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"
#include "leftovers.h"
#include "split.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static char *
make_name (const ScumbleRecord *record)
{
  const ScumbleMethod *method = scumble_method_find (record->settings.method, NULL);
  g_autofree char     *source = gimp_item_is_valid (record->source)
                                ? gimp_item_get_name (record->source)
                                : g_strdup ("Scumble");
  g_autofree char     *style  = scumble_choices_title (&record->choices);

  /* TRANSLATORS: name of the new layer: "Background (AdaIN: Starry Night, 80 %)" */
  return g_strdup_printf (_("%s (%s: %s, %d %%)"), source, _(method->title), style,
                          (int) lrint (100.0 * record->settings.strength));
}

/* What the layer is to remember; the choices are a copy. */
static void
begin_record (ScumbleRecord *record, const ScumbleTarget *target,
              const ScumbleSettings *settings, const ScumbleHostChoices *choices)
{
  *record = (ScumbleRecord) { .settings = *settings, .source = target->drawable,
                              .area = target->area };
  scumble_host_choices_init (&record->choices);
  record->choices.strength_map = choices->strength_map;
  for (guint i = 0; i < choices->styles->len; i++)
    g_ptr_array_add (record->choices.styles,
                     scumble_host_choice_copy (g_ptr_array_index (choices->styles, i)));
}

static GimpImageType
layer_type (gint32 image, GeglBuffer *pixels)
{
  const gboolean alpha = babl_format_has_alpha (gegl_buffer_get_format (pixels));

  if (gimp_image_base_type (image) == GIMP_GRAY)
    return alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE;

  return alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE;
}

static gint32
make_image (const ScumbleTarget *target)
{
  const gint32                 old     = target->image;
  const gboolean               gray    = gimp_image_base_type (old) == GIMP_GRAY;
  g_autoptr (GimpColorProfile) profile = gimp_image_get_color_profile (old);
  double                       x, y;
  gint32                       image;

  image = gimp_image_new_with_precision (target->area.width, target->area.height,
                                         gray ? GIMP_GRAY : GIMP_RGB,
                                         gimp_image_get_precision (old));
  if (image == -1)
    return -1;

  scumble_leftovers_mark (image);
  if (profile != NULL)
    gimp_image_set_color_profile (image, profile);
  if (gimp_image_get_resolution (old, &x, &y))
    gimp_image_set_resolution (image, x, y);

  return image;
}

/* A layer that @image does not show yet. */
static gint32
make_layer (const ScumbleTarget *target, gint32 image, GeglBuffer *pixels,
            const char *name)
{
  const gint32 layer = gimp_layer_new (image, name, target->area.width,
                                       target->area.height, layer_type (image, pixels),
                                       100.0, GIMP_LAYER_MODE_NORMAL);

  if (layer != -1 && target->mask != NULL)
    scumble_layer_add_mask (layer, target->mask);

  return layer;
}

/* A mask that has just been added is what GIMP works on next, which nobody expects who has asked
 * for a painting. */
static void
work_on_layer (gint32 layer)
{
  if (gimp_layer_get_mask (layer) != -1)
    gimp_layer_set_edit_mask (layer, FALSE);
}

/* Whether @layer is still where it was when we started; if so, at which @position. */
static gboolean
find_place (gint32 image, gint32 layer, int *position)
{
  *position = -1;
  if (gimp_item_is_valid (layer))
    *position = gimp_image_get_item_position (image, layer);

  return *position >= 0 && gimp_get_pdb_status () == GIMP_PDB_SUCCESS;
}

/* Above the repainted layer; on top of the image if that has left it by now. */
static gboolean
insert_layer (const ScumbleTarget *target, gint32 layer)
{
  gint32 parent   = -1;
  int    x        = 0;
  int    y        = 0;
  int    position;

  if (find_place (target->image, target->drawable, &position))
    {
      parent = gimp_item_get_parent (target->drawable);
      gimp_drawable_offsets (target->drawable, &x, &y);
    }
  gimp_layer_set_offsets (layer, x + target->area.x, y + target->area.y);

  return gimp_image_insert_layer (target->image, layer, parent, MAX (position, 0));
}

static gboolean
replace_layer (const ScumbleTarget *target, gint32 layer, int position, const char *name)
{
  const gint32   parent = gimp_item_get_parent (target->replaces);
  g_auto (GStrv) names  = scumble_split_names (target->replaces);

  /* Names are unique within an image, so that the old layer has to go first. */
  if (!gimp_image_insert_layer (target->image, layer, parent, position) ||
      !gimp_image_remove_layer (target->image, target->replaces) ||
      !gimp_item_set_name (layer, name))
    return FALSE;

  scumble_split_rename (layer, (const char *const *) names);
  return TRUE;
}

/* Returns: (transfer full): what the new layer is to be called. A name of the user's own
 *   stays, and with it what @record says of the name that it replaced. */
static char *
choose_title (const ScumbleTarget *target, gboolean again, ScumbleRecord *record)
{
  g_autofree char *kept = again ? gimp_item_get_name (target->replaces) : NULL;

  if (kept != NULL && g_strcmp0 (kept, target->given_name) != 0)
    {
      record->name = g_strdup (target->given_name);
      return g_steal_pointer (&kept);
    }

  record->name = make_name (record);
  return g_strdup (record->name);
}

/* GIMP numbers a name that the image has already. */
static void
note_name (gint32 layer, ScumbleRecord *record)
{
  g_autofree char *name = gimp_item_get_name (layer);

  if (g_strcmp0 (name, record->name) == 0)
    return;

  g_free (record->name);
  record->name = g_steal_pointer (&name);
  scumble_record_write (record, layer);
}

/* GIMP may kill us at any moment: what the image gets is finished before it gets it. */
static gint32
put_layer (const ScumbleTarget *target, const ScumbleDrawableSink *sink, gboolean split,
           ScumbleRecord *record)
{
  int              position;
  const gboolean   again = find_place (target->image, target->replaces, &position);
  g_autofree char *title = choose_title (target, again, record);
  const gint32     layer = again   ? gimp_layer_copy (target->replaces)
                           : split ? scumble_split_new (target, title)
                                   : make_layer (target, target->image, sink->buffer, title);
  gboolean         ok;

  if (layer == -1)
    return -1;

  if (gimp_item_is_group (layer))
    scumble_split_fill (layer, sink);
  else
    scumble_drawable_fill (layer, sink->buffer, NULL);
  scumble_record_write (record, layer);
  work_on_layer (layer);

  gimp_image_undo_group_start (target->image);
  ok = again ? replace_layer (target, layer, position, title)
             : insert_layer (target, layer);
  if (ok && g_strcmp0 (title, record->name) == 0)
    note_name (layer, record);
  gimp_image_undo_group_end (target->image);

  return ok ? layer : -1;
}

gint32
scumble_output_layer (const ScumbleTarget *target, const ScumbleDrawableSink *sink,
                      gboolean split, const ScumbleSettings *settings,
                      const ScumbleHostChoices *choices, GError **error)
{
  g_auto (ScumbleRecord) record = { 0 };
  gint32                 layer;

  if (!gimp_image_is_valid (target->image))
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                           _("The image was closed before its new layer was ready."));
      return -1;
    }

  begin_record (&record, target, settings, choices);
  layer = put_layer (target, sink, split, &record);
  if (layer == -1)
    g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                 _("GIMP does not take the new layer: %s"), gimp_get_pdb_error ());

  return layer;
}

gint32
scumble_output_image (const ScumbleTarget *target, const ScumbleDrawableSink *sink,
                      const ScumbleSettings *settings, const ScumbleHostChoices *choices,
                      GError **error)
{
  g_auto (ScumbleRecord) record = { 0 };
  gint32                 image  = -1;
  gint32                 layer  = -1;

  begin_record (&record, target, settings, choices);
  record.name = make_name (&record);
  if (gimp_image_is_valid (target->image))
    image = make_image (target);
  if (image != -1)
    layer = make_layer (target, image, sink->buffer, record.name);

  if (layer == -1)
    {
      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                   _("GIMP does not make the new image: %s"), gimp_get_pdb_error ());
      if (image != -1)
        gimp_image_delete (image);
      return -1;
    }

  gimp_image_undo_disable (image);
  scumble_drawable_fill (layer, sink->buffer, NULL);
  work_on_layer (layer);
  gimp_image_insert_layer (image, layer, -1, 0);
  scumble_record_write (&record, layer);
  gimp_image_undo_enable (image);

  return image;
}
