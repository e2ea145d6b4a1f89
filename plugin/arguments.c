/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arguments.h"
#include "presets.h"
#include "session.h"
#include "shelf.h"

#include <glib/gi18n-lib.h>

/* All texts go to GIMP and end with the process, which only answers the query. */

static void
add (GArray *defs, GimpPDBArgType type, const char *name, const char *text)
{
  const GimpParamDef def = { type, (char *) name, (char *) text };

  g_array_append_val (defs, def);
}

static const ScumbleParam *
find_param (const char *name)
{
  guint               n;
  const ScumbleParam *params = scumble_params (&n);

  for (guint i = 0; i < n; i++)
    if (strcmp (params[i].name, name) == 0)
      return &params[i];

  g_return_val_if_reached (NULL);
}

/* What a parameter's method alone looks at. */
static char *
describe_owner (const ScumbleParam *param)
{
  const ScumbleMethod *method = param->method == NULL
                                ? NULL : scumble_method_find (param->method, NULL);

  return method == NULL ? g_strdup ("") : g_strdup_printf ("%s: ", method->title);
}

static char *
describe_choice (const ScumbleParam *param)
{
  g_autofree char    *owner = describe_owner (param);
  g_autoptr (GString) text  = g_string_new (owner);
  const char         *mark  = ":";

  g_string_append (text, param->blurb);
  for (const ScumbleChoice *choice = param->choices; choice->id != NULL; choice++)
    {
      g_string_append_printf (text, "%s \"%s\"%s", mark, choice->id,
                              choice->value == (int) param->def ? " (usual)" : "");
      mark = ",";
    }
  if (param->other != NULL)
    g_string_append_printf (text, " or any number up to %g", param->max);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe_number (const ScumbleParam *param)
{
  g_autofree char *owner = describe_owner (param);

  return g_strdup_printf ("%s%s (%g <= %s <= %g, usually %g%s)", owner, param->blurb,
                          param->min, param->name, param->max, param->def,
                          param->percent ? "; 1 is 100 %" : "");
}

static void
add_param (GArray *defs, const ScumbleParam *param)
{
  switch (param->kind)
    {
    case SCUMBLE_PARAM_NUMBER:
      add (defs, GIMP_PDB_FLOAT, param->name, describe_number (param));
      break;
    case SCUMBLE_PARAM_CHOICE:
      add (defs, GIMP_PDB_STRING, param->name, describe_choice (param));
      break;
    }
}

static gboolean
parse_param (const ScumbleParam *param, ScumbleSettings *settings, const GimpParam **at,
             GError **error)
{
  const GimpParam *arg = (*at)++;

  switch (param->kind)
    {
    case SCUMBLE_PARAM_NUMBER:
      *scumble_param_value (param, settings) = arg->data.d_float;
      return TRUE;
    case SCUMBLE_PARAM_CHOICE:
      return scumble_param_choose (param, settings, arg->data.d_string, error);
    }

  g_return_val_if_reached (FALSE);
}

static void
describe_target (GArray *defs)
{
  add (defs, GIMP_PDB_INT32, "run-mode",
       "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1) }");
  add (defs, GIMP_PDB_IMAGE, "image", "The image");
  add (defs, GIMP_PDB_DRAWABLE, "drawable", "The layer to repaint");
}

static gboolean
parse_target (ScumbleCall *call, const GimpParam **at, GError **error)
{
  call->run_mode = (GimpRunMode) (*at)++->data.d_int32;
  call->image    = (*at)++->data.d_image;
  call->drawable = (*at)++->data.d_drawable;

  return TRUE;
}

static void
describe_style (GArray *defs)
{
  add (defs, GIMP_PDB_DRAWABLE, "style",
       "The layer to take the style from, of any open image");
}

static gboolean
parse_style (ScumbleCall *call, const GimpParam **at, GError **error)
{
  scumble_choices_add_layer (&call->choices, (*at)++->data.d_drawable);

  return TRUE;
}

/* Several styles and their shares */
static void
describe_mixture (GArray *defs)
{
  add (defs, GIMP_PDB_INT32, "n-styles", "How many styles");
  add (defs, GIMP_PDB_INT32ARRAY, "styles",
       "The layers to take the styles from, of any open images; -1 for a file's");
  add (defs, GIMP_PDB_INT32, "n-weights", "As many as styles, or 0 for equal shares");
  add (defs, GIMP_PDB_FLOATARRAY, "weights",
       "The styles' shares, above 0; only their proportions count");
}

/* What else there is to say of their pictures */
static void
describe_pictures (GArray *defs)
{
  add (defs, GIMP_PDB_INT32, "n-selected-only",
       "As many as styles, or 0 to take the styles from whole layers");
  add (defs, GIMP_PDB_INT32ARRAY, "selected-only",
       "Whether each style is taken from the selected part of its layer only "
       "{ TRUE, FALSE }");
  add (defs, GIMP_PDB_INT32, "n-files", "As many as styles, or 0 if all are layers");
  add (defs, GIMP_PDB_STRINGARRAY, "files",
       "Paths of the saved styles, or of the PNG or JPEG pictures, that are styles in place "
       "of layers; \"\" for a layer's");
}

static void
describe_styles (GArray *defs)
{
  describe_mixture (defs);
  add (defs, GIMP_PDB_INT32, "n-regions",
       "As many as styles, or 0 to paint all styles everywhere");
  add (defs, GIMP_PDB_INT32ARRAY, "regions",
       "Where each style is painted: a layer, layer mask, channel or selection whose "
       "bright parts say so; -1 for everywhere that no other style's region covers");
  describe_pictures (defs);
  add (defs, GIMP_PDB_DRAWABLE, "strength-map",
       "A layer, layer mask, channel or selection to multiply the strength with, or -1");
}

static gboolean
check_length (const char *what, int n, int n_styles, GError **error)
{
  if (n == n_styles || n == 0)
    return TRUE;

  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
               /* TRANSLATORS: the name of an argument, such as “weights” */
               _("“%s” has %d values for %d styles. Give as many as styles, or none."), what,
               n, n_styles);
  return FALSE;
}

static gboolean
refuse (const char *sentence, GError **error)
{
  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT, sentence);

  return FALSE;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

/* Returns: (nullable): %NULL with @error set if @layer and @file are two styles */
static ScumbleHostChoice *
add_style (ScumbleCall *call, gint32 layer, const char *file, GError **error)
{
  if (is_empty (file))
    return scumble_choices_add_layer (&call->choices, layer);
  if (layer == -1)
    return scumble_choices_add_file (&call->choices, file);

  refuse (_("A style is either a layer or a file. Give -1 in “styles” where “files” names "
            "one."), error);
  return NULL;
}

/* Takes several styles from their arguments, each a count and an array.
 * @regions: (nullable) */
static gboolean
take_styles (ScumbleCall *call, const GimpParam *mixture, const GimpParam *regions,
             const GimpParam *pictures, GError **error)
{
  const GimpParam *weights  = mixture + 2;
  const GimpParam *selected = pictures;
  const GimpParam *files    = pictures + 2;
  const int        n        = mixture[0].data.d_int32;

  if (!check_length ("weights", weights[0].data.d_int32, n, error) ||
      !(regions == NULL || check_length ("regions", regions[0].data.d_int32, n, error)) ||
      !check_length ("selected-only", selected[0].data.d_int32, n, error) ||
      !check_length ("files", files[0].data.d_int32, n, error))
    return FALSE;

  for (int i = 0; i < n; i++)
    {
      const char        *file   = files[0].data.d_int32 > 0 ? files[1].data.d_stringarray[i]
                                                            : NULL;
      ScumbleHostChoice *choice = add_style (call, mixture[1].data.d_int32array[i], file,
                                             error);

      if (choice == NULL)
        return FALSE;
      if (weights[0].data.d_int32 > 0)
        choice->weight = weights[1].data.d_floatarray[i];
      if (regions != NULL && regions[0].data.d_int32 > 0)
        choice->region = regions[1].data.d_int32array[i];
      if (selected[0].data.d_int32 > 0)
        choice->selected_only = selected[1].data.d_int32array[i] != FALSE;
    }

  return TRUE;
}

static gboolean
parse_styles (ScumbleCall *call, const GimpParam **at, GError **error)
{
  const GimpParam *args = *at;

  *at += 11;
  call->choices.strength_map = args[10].data.d_drawable;
  return take_styles (call, args, args + 4, args + 6, error);
}

static void
describe_style_file (GArray *defs)
{
  add (defs, GIMP_PDB_STRING, "filename",
       "Path of a style saved in the dialog or by " SCUMBLE_PROCEDURE "-save-style, or of a "
       "PNG or JPEG picture");
}

static gboolean
parse_style_file (ScumbleCall *call, const GimpParam **at, GError **error)
{
  const char *path = (*at)++->data.d_string;

  if (is_empty (path))
    return refuse (_("The name of the style's file is missing."), error);

  scumble_choices_add_file (&call->choices, path);

  return TRUE;
}

static void
describe_strength (GArray *defs)
{
  add_param (defs, find_param ("strength"));
}

static gboolean
parse_strength (ScumbleCall *call, const GimpParam **at, GError **error)
{
  return parse_param (find_param ("strength"), &call->settings, at, error) &&
         scumble_settings_check (&call->settings, error);
}

static void
describe_preset (GArray *defs)
{
  add (defs, GIMP_PDB_STRING, "preset",
       "Name of a preset that was saved in the dialog, or the full path of an exported "
       "one");
}

static gboolean
parse_preset (ScumbleCall *call, const GimpParam **at, GError **error)
{
  const char      *preset = (*at)++->data.d_string;
  g_autofree char *folder = scumble_session_folder ();

  if (is_empty (preset))
    return refuse (_("The name of the preset is missing."), error);
  if (g_path_is_absolute (preset))
    return scumble_presets_import (preset, &call->settings, error);

  return scumble_presets_load (folder, preset, &call->settings, error);
}

static char *
describe_methods (void)
{
  g_autoptr (GString) text = g_string_new ("What to paint with");
  const char         *mark = ":";

  for (const ScumbleMethod *const *method = scumble_methods (); *method != NULL; method++)
    {
      g_string_append_printf (text, "%s \"%s\" (%s)", mark, (*method)->id,
                              (*method)->title);
      mark = ",";
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
describe_method (GArray *defs)
{
  add (defs, GIMP_PDB_STRING, "method", describe_methods ());
  add (defs, GIMP_PDB_STRING, "quality",
       "Name of the model file, without its folder and ending, or \"\" for the method's "
       "usual one; with \"\" as method, that of the saved style");
}

/* Returns: (nullable): the first of the call's styles that was saved */
static const char *
find_saved_style (const ScumbleCall *call)
{
  const GPtrArray *styles = call->choices.styles;

  for (guint i = 0; i < styles->len; i++)
    {
      const ScumbleHostChoice *choice = g_ptr_array_index (styles, i);

      if (scumble_shelf_is_saved (choice->file))
        return choice->file;
    }

  return NULL;
}

/* The method that a saved style was made with, if that is what the call names. */
static gboolean
take_method_of_file (ScumbleCall *call, GError **error)
{
  const char               *path = find_saved_style (call);
  g_auto (ScumbleStyleFile) file = { 0 };
  const ScumbleMethod      *method;

  if (path == NULL)
    return scumble_method_find ("", error) != NULL;
  if (!scumble_style_file_read (&file, path, error))
    return FALSE;

  method = scumble_method_find (file.method, error);
  if (method == NULL)
    return FALSE;

  call->settings.method  = method->id;
  call->settings.quality = g_intern_string (file.model);

  return TRUE;
}

static gboolean
parse_method (ScumbleCall *call, const GimpParam **at, GError **error)
{
  const char          *id      = (*at)++->data.d_string;
  const char          *quality = (*at)++->data.d_string;
  const ScumbleMethod *method;

  if (is_empty (id))
    return take_method_of_file (call, error);

  method = scumble_method_find (id, error);
  if (method == NULL)
    return FALSE;

  call->settings.method  = method->id;
  call->settings.quality = is_empty (quality) ? NULL : g_intern_string (quality);

  return TRUE;
}

static void
describe_settings (GArray *defs)
{
  guint               n;
  const ScumbleParam *params = scumble_params (&n);

  describe_method (defs);
  for (guint i = 0; i < n; i++)
    add_param (defs, &params[i]);
}

static gboolean
parse_settings (ScumbleCall *call, const GimpParam **at, GError **error)
{
  guint               n;
  const ScumbleParam *params = scumble_params (&n);

  if (!parse_method (call, at, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!parse_param (&params[i], &call->settings, at, error))
      return FALSE;

  return scumble_settings_check (&call->settings, error);
}

static void
describe_run_mode (GArray *defs)
{
  add (defs, GIMP_PDB_INT32, "run-mode", "The run mode { RUN-NONINTERACTIVE (1) }");
}

/* A style, and how to look at it. */
static void
describe_study (GArray *defs)
{
  describe_run_mode (defs);
  describe_style (defs);
  describe_method (defs);
  add_param (defs, find_param ("scale"));
}

static gboolean
parse_study (ScumbleCall *call, const GimpParam **at, GError **error)
{
  call->run_mode = (GimpRunMode) (*at)++->data.d_int32;

  return parse_style (call, at, error) && parse_method (call, at, error) &&
         parse_param (find_param ("scale"), &call->settings, at, error);
}

static void
describe_file (GArray *defs)
{
  add (defs, GIMP_PDB_STRING, "filename",
       "Path of the file to write, which should end in \".safetensors\"");
  add (defs, GIMP_PDB_STRING, "title",
       "What the style is called, or \"\" for its layer's name; of a mixture, for all names");
}

static gboolean
parse_file (ScumbleCall *call, const GimpParam **at, GError **error)
{
  call->file  = (*at)++->data.d_string;
  call->title = (*at)++->data.d_string;
  if (is_empty (call->file))
    return refuse (_("The name of the style's file is missing."), error);

  return TRUE;
}

static void
describe_save (GArray *defs)
{
  describe_study (defs);
  describe_file (defs);
}

static gboolean
parse_save (ScumbleCall *call, const GimpParam **at, GError **error)
{
  return parse_study (call, at, error) && scumble_settings_check (&call->settings, error) &&
         parse_file (call, at, error);
}

static void
describe_save_mix (GArray *defs)
{
  describe_run_mode (defs);
  describe_mixture (defs);
  describe_pictures (defs);
  describe_method (defs);
  add_param (defs, find_param ("scale"));
  describe_file (defs);
}

static gboolean
parse_save_mix (ScumbleCall *call, const GimpParam **at, GError **error)
{
  const GimpParam *args = *at;

  *at += 9;
  return take_styles (call, args + 1, NULL, args + 5, error) &&
         parse_method (call, at, error) &&
         parse_param (find_param ("scale"), &call->settings, at, error) &&
         scumble_settings_check (&call->settings, error) && parse_file (call, at, error);
}

static void
describe_learn (GArray *defs)
{
  describe_study (defs);
  add_param (defs, find_param ("updates"));
  add_param (defs, find_param ("adapt"));
  add (defs, GIMP_PDB_STRING, "photographs",
       "Path of the folder with the PNG or JPEG pictures to learn on");
  describe_file (defs);
}

static gboolean
parse_photographs (ScumbleCall *call, const GimpParam **at, GError **error)
{
  const ScumbleMethod *method = scumble_method_find (call->settings.method, error);
  const char          *folder = (*at)++->data.d_string;

  if (method == NULL)
    return FALSE;
  if (method->adapt == NULL)
    return refuse (_("This method does not learn its styles. Choose one that does, "
                             "or save the style as it is."), error);
  if (is_empty (folder))
    return refuse (_("The folder of photographs is missing."), error);

  call->settings.photographs = g_intern_string (folder);
  return TRUE;
}

static gboolean
parse_learn (ScumbleCall *call, const GimpParam **at, GError **error)
{
  return parse_study (call, at, error) &&
         parse_param (find_param ("updates"), &call->settings, at, error) &&
         parse_param (find_param ("adapt"), &call->settings, at, error) &&
         scumble_settings_check (&call->settings, error) &&
         parse_photographs (call, at, error) && parse_file (call, at, error);
}

static const struct
{
  void     (*describe) (GArray *defs);
  gboolean (*parse)    (ScumbleCall *call, const GimpParam **at, GError **error);
} parts[] =
{
  [SCUMBLE_PART_TARGET]     = { describe_target, parse_target },
  [SCUMBLE_PART_STYLE]      = { describe_style, parse_style },
  [SCUMBLE_PART_STYLES]     = { describe_styles, parse_styles },
  [SCUMBLE_PART_STYLE_FILE] = { describe_style_file, parse_style_file },
  [SCUMBLE_PART_STRENGTH]   = { describe_strength, parse_strength },
  [SCUMBLE_PART_PRESET]     = { describe_preset, parse_preset },
  [SCUMBLE_PART_SETTINGS]   = { describe_settings, parse_settings },
  [SCUMBLE_PART_SAVE]       = { describe_save, parse_save },
  [SCUMBLE_PART_SAVE_MIX]   = { describe_save_mix, parse_save_mix },
  [SCUMBLE_PART_LEARN]      = { describe_learn, parse_learn },
};

GArray *
scumble_arguments_describe (const ScumblePart *list)
{
  GArray *defs = g_array_new (FALSE, FALSE, sizeof (GimpParamDef));

  for (; *list != SCUMBLE_PART_END; list++)
    parts[*list].describe (defs);

  return defs;
}

gboolean
scumble_arguments_parse (const ScumblePart *list, ScumbleCall *call,
                         const GimpParam *params, GError **error)
{
  for (; *list != SCUMBLE_PART_END; list++)
    if (!parts[*list].parse (call, &params, error))
      return FALSE;

  return TRUE;
}
