/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "choices.h"
#include "layers.h"
#include "target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const char map_group[]    = "strength-map";
static const char key_file[]     = "file";
static const char key_id[]       = "id";
static const char key_selected[] = "selected-only";
static const char key_weight[]   = "weight";

static ScumbleHostChoice *
choice_at (const ScumbleHostChoices *choices, guint i)
{
  return g_ptr_array_index (choices->styles, i);
}

static ScumbleHostChoice *
add (ScumbleHostChoices *choices, gint32 layer, const char *path, const char *name)
{
  ScumbleHostChoice *choice = scumble_host_choice_new (layer, path, name);

  g_ptr_array_add (choices->styles, choice);

  return choice;
}

ScumbleHostChoice *
scumble_choices_add_layer (ScumbleHostChoices *choices, gint32 layer)
{
  g_autofree char *name = gimp_item_is_valid (layer) ? gimp_item_get_name (layer) : NULL;

  return add (choices, layer, NULL, name);
}

/* A saved style says itself what it is called. */
static char *
name_of_file (const char *path)
{
  g_auto (ScumbleStyleFile) file = { 0 };

  if (scumble_style_file_read (&file, path, NULL) && *file.title != '\0')
    return g_strdup (file.title);

  return g_filename_display_basename (path);
}

ScumbleHostChoice *
scumble_choices_add_file (ScumbleHostChoices *choices, const char *path)
{
  g_autofree char *name = name_of_file (path);

  return add (choices, -1, path, name);
}

static gboolean
check_file (const char *path, GError **error)
{
  g_autofree char *name = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;

  name = g_filename_display_name (path);
  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
               _("The style's file “%s” does not exist."), name);
  return FALSE;
}

static gboolean
check_mask (gint32 mask, GError **error)
{
  if (mask == -1 || (gimp_item_is_valid (mask) && gimp_item_is_drawable (mask)))
    return TRUE;

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                       _("The mask does not exist (any more). Choose a layer, a layer "
                         "mask, a channel or the selection of an open image."));
  return FALSE;
}

static gboolean
check_choice (const ScumbleHostChoice *choice, GError **error)
{
  if (!(choice->file != NULL ? check_file (choice->file, error)
                             : scumble_style_check (choice->layer, error)) ||
      !check_mask (choice->region, error))
    return FALSE;

  if (choice->weight > 0.0 && isfinite (choice->weight))
    return TRUE;

  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
               _("The share of a style is %g; it must be above 0."), choice->weight);
  return FALSE;
}

gboolean
scumble_choices_check (const ScumbleHostChoices *choices, GError **error)
{
  if (choices->styles->len == 0)
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                           _("The style is missing. Choose a layer of any open image."));
      return FALSE;
    }

  for (guint i = 0; i < choices->styles->len; i++)
    if (!check_choice (choice_at (choices, i), error))
      return FALSE;

  return check_mask (choices->strength_map, error);
}

static const char *
name_of (const ScumbleHostChoice *choice)
{
  return choice->name != NULL ? choice->name : _("a closed picture");
}

char *
scumble_choices_title (const ScumbleHostChoices *choices)
{
  g_autoptr (GString) title = g_string_new (NULL);

  for (guint i = 0; i < choices->styles->len; i++)
    g_string_append_printf (title, "%s%s", i > 0 ? " + " : "",
                            name_of (choice_at (choices, i)));
  if (title->len == 0)
    g_string_append (title, _("a closed picture"));

  return g_string_free (g_steal_pointer (&title), FALSE);
}

/* "style", "style-2", "style-3" */
static char *
group_of (guint i)
{
  return i == 0 ? g_strdup ("style") : g_strdup_printf ("style-%u", i + 1);
}

static void
store_item (GKeyFile *file, const char *group, gint32 item, gint32 image,
            gboolean numbers)
{
  scumble_layers_store (file, group, item, image);
  if (numbers && item != -1)
    g_key_file_set_integer (file, group, key_id, item);
}

static void
store_choice (const ScumbleHostChoice *choice, GKeyFile *file, guint i, gint32 image,
              gboolean numbers)
{
  g_autofree char *group  = group_of (i);
  g_autofree char *region = g_strconcat (group, "-region", NULL);

  if (choice->file != NULL)
    g_key_file_set_string (file, group, key_file, choice->file);
  else
    store_item (file, group, choice->layer, image, numbers);

  g_key_file_set_boolean (file, group, key_selected, choice->selected_only);
  g_key_file_set_double (file, group, key_weight, choice->weight);
  store_item (file, region, choice->region, image, numbers);
}

void
scumble_choices_store (const ScumbleHostChoices *choices, GKeyFile *file, gint32 image,
                       gboolean numbers)
{
  for (guint i = 0; i < choices->styles->len; i++)
    store_choice (choice_at (choices, i), file, i, image, numbers);

  store_item (file, map_group, choices->strength_map, image, numbers);
}

/* -1 where nothing was stored. */
static gboolean
recall_mask (GKeyFile *file, const char *group, gint32 image, gint32 *mask)
{
  const gint32 id = g_key_file_get_integer (file, group, key_id, NULL);

  *mask = -1;
  if (!g_key_file_has_group (file, group))
    return TRUE;

  *mask = id > 0 && gimp_item_is_valid (id) ? id
                                            : scumble_layers_recall (file, group, image);
  return *mask != -1;
}

static ScumbleHostChoice *
recall_style (ScumbleHostChoices *choices, GKeyFile *file, const char *group,
              gint32 image)
{
  g_autofree char *path = g_key_file_get_string (file, group, key_file, NULL);
  gint32           layer;

  if (path != NULL)
    return g_file_test (path, G_FILE_TEST_IS_REGULAR)
           ? scumble_choices_add_file (choices, path) : NULL;

  return recall_mask (file, group, image, &layer)
         ? scumble_choices_add_layer (choices, layer) : NULL;
}

static gboolean
recall_choice (ScumbleHostChoices *choices, GKeyFile *file, const char *group,
               gint32 image)
{
  ScumbleHostChoice *choice = recall_style (choices, file, group, image);
  g_autofree char   *region = g_strconcat (group, "-region", NULL);
  double             weight;

  if (choice == NULL)
    return FALSE;

  choice->selected_only = g_key_file_get_boolean (file, group, key_selected, NULL);
  weight                = g_key_file_get_double (file, group, key_weight, NULL);
  if (weight > 0.0 && isfinite (weight))
    choice->weight = weight;

  return recall_mask (file, region, image, &choice->region);
}

gboolean
scumble_choices_recall (ScumbleHostChoices *choices, GKeyFile *file, gint32 image,
                        GError **error)
{
  gboolean complete = TRUE;
  guint    i        = 0;

  for (;; i++)
    {
      g_autofree char *group = group_of (i);

      if (!g_key_file_has_group (file, group))
        break;
      complete &= recall_choice (choices, file, group, image);
    }
  complete &= recall_mask (file, map_group, image, &choices->strength_map);

  if (complete && i > 0)
    return TRUE;

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                       _("The style is not to be found any more, or a mask. Open it, or "
                         "choose another one with Filters > Artistic > Scumble."));
  return FALSE;
}
