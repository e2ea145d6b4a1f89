/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure.h"
#include "presets.h"
#include "session.h"

#include <glib/gi18n-lib.h>

enum
{
  ARG_RUN_MODE,
  ARG_IMAGE,
  ARG_DRAWABLE,
  N_AGAIN_ARGS,
  ARG_STYLE = N_AGAIN_ARGS,
  N_SIMPLE_ARGS,
  ARG_METHOD = N_SIMPLE_ARGS,
  ARG_PRESET = N_SIMPLE_ARGS,
  N_FIXED_ARGS,
};

#define AGAIN     SCUMBLE_PROCEDURE "-again"
#define NEW_IMAGE SCUMBLE_PROCEDURE "-new-image"
#define PRESET    SCUMBLE_PROCEDURE "-preset"

static const char authors[]   = "The Scumble authors";
static const char copyright[] = "The Scumble authors; GPL-3.0-or-later";
static const char year[]      = "2026";

static const GimpParamDef result[] =
{
  { GIMP_PDB_LAYER, "layer", "The new layer" },
};

/* All texts go to GIMP and end with the process, which only answers the query. */

static char *
describe_method (void)
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

static char *
describe_choice (const ScumbleParam *param)
{
  g_autoptr (GString) text = g_string_new (param->blurb);
  const char         *mark = ":";

  for (const ScumbleChoice *choice = param->choices; choice->id != NULL; choice++)
    {
      g_string_append_printf (text, "%s \"%s\"%s", mark, choice->id,
                              choice->value == (int) param->def ? " (usual)" : "");
      mark = ",";
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe_number (const ScumbleParam *param)
{
  return g_strdup_printf ("%s (%g <= %s <= %g, usually %g)", param->blurb, param->min,
                          param->name, param->max, param->def);
}

static GimpParamDef
describe_param (const ScumbleParam *param)
{
  char *name = (char *) param->name;

  switch (param->kind)
    {
    case SCUMBLE_PARAM_NUMBER:
      return (GimpParamDef) { GIMP_PDB_FLOAT, name, describe_number (param) };
    case SCUMBLE_PARAM_CHOICE:
      return (GimpParamDef) { GIMP_PDB_STRING, name, describe_choice (param) };
    }

  g_return_val_if_reached ((GimpParamDef) { 0 });
}

static GimpParamDef *
make_arguments (void)
{
  const GimpParamDef  fixed[N_FIXED_ARGS] =
  {
    { GIMP_PDB_INT32,    "run-mode",
      "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1) }" },
    { GIMP_PDB_IMAGE,    "image",    "The image" },
    { GIMP_PDB_DRAWABLE, "drawable", "The layer to repaint" },
    { GIMP_PDB_DRAWABLE, "style",
      "The layer to take the style from, of any open image" },
    { GIMP_PDB_STRING,   "method",   describe_method () },
  };
  guint               n_params;
  const ScumbleParam *params = scumble_params (&n_params);
  GimpParamDef       *args   = g_new0 (GimpParamDef, N_FIXED_ARGS + n_params);

  for (guint i = 0; i < N_FIXED_ARGS; i++)
    args[i] = fixed[i];

  for (guint i = 0; i < n_params; i++)
    args[N_FIXED_ARGS + i] = describe_param (&params[i]);

  return args;
}

static guint
count_arguments (void)
{
  guint n_params;

  scumble_params (&n_params);

  return N_FIXED_ARGS + n_params;
}

static void
add_to_menus (const char *name, const char *const *menus)
{
  for (; *menus != NULL; menus++)
    gimp_plugin_menu_register (name, *menus);

  if (g_file_test (SCUMBLE_ICON, G_FILE_TEST_EXISTS))
    gimp_plugin_icon_register (name, GIMP_ICON_TYPE_IMAGE_FILE,
                               (const guint8 *) SCUMBLE_ICON);
}

static void
install_full (const GimpParamDef *args)
{
  static const char *const menus[] = { "<Image>/Filters/Artistic", NULL };

  gimp_install_procedure (SCUMBLE_PROCEDURE,
                          N_("Repaint a layer in the style of another layer"),
                          "Paints the content of one layer in the style of another, with "
                          "neural style transfer on this computer's own processor. The "
                          "result is a new layer above the repainted one, in the same "
                          "group, at the same place and with the same transparency. With "
                          "a selection, only its bounds are painted, and a selection "
                          "that is not a plain rectangle becomes the new layer's mask.",
                          authors, copyright, year, N_("_Scumble..."),
                          "RGB*, GRAY*, INDEXED*", GIMP_PLUGIN, (int) count_arguments (),
                          G_N_ELEMENTS (result), args, result);
  add_to_menus (SCUMBLE_PROCEDURE, menus);
}

static void
install_new_image (const GimpParamDef *args)
{
  static const char *const  menus[] = { "<Image>/Filters/Artistic", NULL };
  static const GimpParamDef image[] =
  {
    { GIMP_PDB_IMAGE, "new-image", "The new image" },
  };

  gimp_install_procedure (NEW_IMAGE,
                          N_("Repaint a layer in the style of another layer, as a new "
                             "image"),
                          "Does what plug-in-scumble does, but leaves the image alone "
                          "and puts the result into a new one, of the same precision and "
                          "with the same colour profile. An indexed image gives an RGB "
                          "image.",
                          authors, copyright, year, N_("Scumble to _New Image..."),
                          "RGB*, GRAY*, INDEXED*", GIMP_PLUGIN, (int) count_arguments (),
                          G_N_ELEMENTS (image), args, image);
  add_to_menus (NEW_IMAGE, menus);
}

static void
install_again (const GimpParamDef *args)
{
  static const char *const menus[] = { "<Image>/Filters/Artistic", "<Layers>", NULL };

  gimp_install_procedure (AGAIN,
                          N_("Paint a layer that Scumble has painted once more, with "
                             "other settings"),
                          "Takes a layer that plug-in-scumble has painted, in this "
                          "session or before its image was saved, and paints it once "
                          "more from what is in the original layer now. Without a dialog "
                          "the settings are those that it was painted with. The new "
                          "layer replaces the old one and keeps its mode, opacity and "
                          "mask.",
                          authors, copyright, year,
                          N_("Scumble: _Re-stylise This Layer..."),
                          "RGB*, GRAY*, INDEXED*", GIMP_PLUGIN, N_AGAIN_ARGS,
                          G_N_ELEMENTS (result), args, result);
  add_to_menus (AGAIN, menus);
}

static void
install_preset (const GimpParamDef *args)
{
  GimpParamDef own[N_FIXED_ARGS];

  for (guint i = 0; i < N_SIMPLE_ARGS; i++)
    own[i] = args[i];
  own[ARG_PRESET] = (GimpParamDef) { GIMP_PDB_STRING, "preset",
                                     "Name of a preset that was saved in the dialog, or "
                                     "the full path of an exported one" };

  gimp_install_procedure (PRESET,
                          "Repaint a layer in the style of another with the settings of "
                          "a preset",
                          "Does what plug-in-scumble does; method and numbers are those "
                          "of the preset.",
                          authors, copyright, year, NULL, "RGB*, GRAY*, INDEXED*",
                          GIMP_PLUGIN, N_FIXED_ARGS, G_N_ELEMENTS (result), own, result);
}

static void
install_simple (const ScumbleMethod *method, const GimpParamDef *args)
{
  g_autofree char *name  = g_strconcat (SCUMBLE_PROCEDURE, "-", method->id, NULL);
  g_autofree char *blurb = g_strdup_printf ("Repaint a layer in the style of another "
                                            "with %s and the usual settings",
                                            method->title);

  gimp_install_procedure (name, blurb, method->blurb, authors, copyright, year, NULL,
                          "RGB*, GRAY*, INDEXED*", GIMP_PLUGIN, N_SIMPLE_ARGS,
                          G_N_ELEMENTS (result), args, result);
}

void
scumble_procedure_install (void)
{
  const GimpParamDef *args = make_arguments ();

  install_full (args);
  install_new_image (args);
  install_again (args);
  install_preset (args);
  for (const ScumbleMethod *const *method = scumble_methods (); *method != NULL; method++)
    install_simple (*method, args);
}

static gboolean
parse_param (const ScumbleParam *param, ScumbleSettings *settings, const GimpParam *arg,
             GError **error)
{
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

static gboolean
parse_settings (ScumbleSettings *settings, const GimpParam *args, GError **error)
{
  guint                n_params;
  const ScumbleParam  *params = scumble_params (&n_params);
  const char          *id     = args[ARG_METHOD].data.d_string;
  const ScumbleMethod *method = scumble_method_find (id == NULL ? "" : id, error);

  if (method == NULL)
    return FALSE;

  settings->method = method->id;
  for (guint i = 0; i < n_params; i++)
    if (!parse_param (&params[i], settings, &args[N_FIXED_ARGS + i], error))
      return FALSE;

  return scumble_settings_check (settings, error);
}

static gboolean
load_preset (ScumbleSettings *settings, const GimpParam *args, GError **error)
{
  const char      *preset = args[ARG_PRESET].data.d_string;
  g_autofree char *folder = scumble_session_presets ();

  if (preset == NULL || *preset == '\0')
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                           _("The name of the preset is missing."));
      return FALSE;
    }

  if (g_path_is_absolute (preset))
    return scumble_presets_import (preset, settings, error);

  return scumble_presets_load (folder, preset, settings, error);
}

static gboolean
check_count (const ScumbleCall *call, const char *name, int n_params, int n_needed,
             GError **error)
{
  if (n_params >= N_AGAIN_ARGS &&
      (n_params == n_needed || call->run_mode != GIMP_RUN_NONINTERACTIVE))
    return TRUE;

  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
               _("%s takes %d arguments, not %d. The Procedure Browser lists them."),
               name, n_needed, n_params);
  return FALSE;
}

static ScumbleOutput
output_of (const char *name)
{
  if (strcmp (name, AGAIN) == 0)
    return SCUMBLE_OUTPUT_AGAIN;

  return strcmp (name, NEW_IMAGE) == 0 ? SCUMBLE_OUTPUT_IMAGE : SCUMBLE_OUTPUT_LAYER;
}

/* Returns: the method whose own procedure @name is, or %NULL */
static const ScumbleMethod *
simple_method (const char *name)
{
  return g_str_has_prefix (name, SCUMBLE_PROCEDURE "-")
         ? scumble_method_find (name + strlen (SCUMBLE_PROCEDURE "-"), NULL) : NULL;
}

gboolean
scumble_procedure_parse (ScumbleCall *call, const char *name, const GimpParam *params,
                         int n_params, GError **error)
{
  const ScumbleMethod *simple   = simple_method (name);
  const ScumbleOutput  output   = output_of (name);
  const gboolean       preset   = strcmp (name, PRESET) == 0;
  int                  n_needed = (int) count_arguments ();

  if (output == SCUMBLE_OUTPUT_AGAIN)
    n_needed = N_AGAIN_ARGS;
  else if (simple != NULL)
    n_needed = N_SIMPLE_ARGS;
  else if (preset)
    n_needed = N_FIXED_ARGS;

  *call = (ScumbleCall) { .run_mode = GIMP_RUN_NONINTERACTIVE, .output = output,
                          .style = -1 };
  scumble_settings_init (&call->settings);

  if (n_params > ARG_RUN_MODE)
    call->run_mode = (GimpRunMode) params[ARG_RUN_MODE].data.d_int32;
  if (!check_count (call, name, n_params, n_needed, error))
    return FALSE;

  call->image    = params[ARG_IMAGE].data.d_image;
  call->drawable = params[ARG_DRAWABLE].data.d_drawable;

  if (call->run_mode != GIMP_RUN_NONINTERACTIVE || output == SCUMBLE_OUTPUT_AGAIN)
    return TRUE;

  call->style = params[ARG_STYLE].data.d_drawable;
  if (preset)
    return load_preset (&call->settings, params, error);
  if (simple == NULL)
    return parse_settings (&call->settings, params, error);

  call->settings.method = simple->id;
  return TRUE;
}
