/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record.h"
#include "layers.h"

#include <glib/gi18n-lib.h>

static const char parasite_name[] = "scumble";
static const char group_source[]  = "source";

void
scumble_record_write (const ScumbleRecord *self, gint32 layer)
{
  const gint32         image    = gimp_item_get_image (layer);
  g_autoptr (GKeyFile) file     = g_key_file_new ();
  g_autofree char     *settings = scumble_settings_to_text (&self->settings);
  int                  area[4]  = { self->area.x, self->area.y, self->area.width,
                                    self->area.height };
  g_autofree char     *text     = NULL;
  GimpParasite        *parasite = NULL;

  g_key_file_load_from_data (file, settings, G_MAXSIZE, G_KEY_FILE_NONE, NULL);
  scumble_choices_store (&self->choices, file, image, FALSE);
  scumble_layers_store (file, group_source, self->source, image);
  g_key_file_set_integer_list (file, group_source, "area", area, G_N_ELEMENTS (area));
  g_key_file_set_string (file, group_source, "result",
                         self->name == NULL ? "" : self->name);

  text     = g_key_file_to_data (file, NULL, NULL);
  parasite = gimp_parasite_new (parasite_name, GIMP_PARASITE_PERSISTENT,
                                (guint32) strlen (text) + 1, text);
  gimp_item_attach_parasite (layer, parasite);
  gimp_parasite_free (parasite);
}

/* The text may come from anybody's file. */
static GKeyFile *
load (gint32 layer)
{
  GimpParasite        *parasite = gimp_item_get_parasite (layer, parasite_name);
  g_autoptr (GKeyFile) file     = g_key_file_new ();
  g_autofree char     *text     = NULL;

  if (parasite == NULL)
    return NULL;

  text = g_strndup (gimp_parasite_data (parasite),
                    (gsize) gimp_parasite_data_size (parasite));
  gimp_parasite_free (parasite);

  return g_key_file_load_from_data (file, text, G_MAXSIZE, G_KEY_FILE_NONE, NULL)
         ? g_steal_pointer (&file) : NULL;
}

static gboolean
parse (ScumbleRecord *self, GKeyFile *file, gint32 image)
{
  gsize            n_area = 0;
  g_autofree int  *area   = g_key_file_get_integer_list (file, group_source, "area",
                                                         &n_area, NULL);
  g_autofree char *text   = g_key_file_to_data (file, NULL, NULL);

  if (n_area != 4 || !scumble_settings_from_text (&self->settings, text, NULL))
    return FALSE;

  self->area   = (GeglRectangle) { area[0], area[1], area[2], area[3] };
  self->name   = g_key_file_get_string (file, group_source, "result", NULL);
  self->source = scumble_layers_recall (file, group_source, image);
  scumble_choices_recall (&self->choices, file, image, &self->lost);

  return TRUE;
}

gint32
scumble_record_layer (gint32 item)
{
  return gimp_item_is_valid (item) && gimp_item_is_layer_mask (item)
             ? gimp_layer_from_mask (item)
             : item;
}

gboolean
scumble_record_read (ScumbleRecord *self, gint32 layer, GError **error)
{
  g_autoptr (GKeyFile) file = NULL;

  *self = (ScumbleRecord) { .source = -1 };
  scumble_settings_init (&self->settings);
  scumble_host_choices_init (&self->choices);

  if (gimp_item_is_valid (layer))
    file = load (layer);
  if (file != NULL && parse (self, file, gimp_item_get_image (layer)))
    return TRUE;

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                       _("This layer was not painted by Scumble. Choose one that was, or "
                         "start with Filters > Artistic > Scumble."));
  return FALSE;
}

void
scumble_record_clear (ScumbleRecord *self)
{
  scumble_host_choices_clear (&self->choices);
  g_clear_error (&self->lost);
  g_clear_pointer (&self->name, g_free);
}
