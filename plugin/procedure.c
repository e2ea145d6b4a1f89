/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure.h"
#include "arguments.h"

#include <glib/gi18n-lib.h>

enum { MAX_PARTS = 4, N_TARGET_ARGS = 3 };

/* One procedure. Without a label it is for scripts only. Those that paint are named, in this
 * order, after their style's kind, "-preset" in place of all settings, and "-new-image", "-split" or
 * "-frames". */
typedef struct
{
  const char   *suffix;
  const char   *label;
  const char   *menus[2]; /* the second may be missing */
  const char   *blurb;
  const char   *help;
  ScumbleOutput output;
  ScumblePart   parts[MAX_PARTS];
} Procedure;

static const char authors[]   = "The Scumble authors";
static const char copyright[] = "The Scumble authors; GPL-3.0-or-later";
static const char year[]      = "2026";
static const char types[]     = "RGB*, GRAY*, INDEXED*";

#define ARTISTIC  "<Image>/Filters/Artistic"
#define ANIMATION "<Image>/Filters/Animation"

static const Procedure procedures[] =
{
  { "", N_("_Scumble..."), { ARTISTIC },
    N_("Repaint a layer in the style of another layer"),
    "Paints the content of one layer in the style of another, with neural style transfer on "
    "this computer's own processor. The result is a new layer above the repainted one, in "
    "the same group, at the same place and with the same transparency. With a selection, "
    "only its bounds are painted, and a selection that is not a plain rectangle becomes "
    "the new layer's mask. Colours beyond white and sRGB, which floating point layers and wide "
    "profiles have, come back as far as the strength is below 1 or colours are kept. This "
    "procedure has every setting; plug-in-scumble-adain and its like have few.",
    SCUMBLE_OUTPUT_LAYER,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_SETTINGS } },
  { "-new-image", N_("Scumble to _New Image..."), { ARTISTIC },
    N_("Repaint a layer in the style of another layer, as a new image"),
    "Does what plug-in-scumble does, but leaves the image alone and puts the result into a "
    "new one, of the same precision and with the same colour profile. An indexed image "
    "gives an RGB image.",
    SCUMBLE_OUTPUT_IMAGE,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_SETTINGS } },
  { "-split", N_("Scumble to Split _Layers..."), { ARTISTIC },
    N_("Repaint a layer in the style of another layer, as a group of layers for brightness and "
       "colours"),
    "Does what plug-in-scumble does, but the result is a layer group: at the bottom the "
    "repainted pixels as they were, above them the painting's brightness in a layer of the mode "
    "LCh Lightness, and on top its colours in one of the mode LCh Color. All opaque, the group "
    "looks as the painting; less opacity brings back the brightness, or the colours, of what was "
    "repainted. A selection that is not a plain rectangle becomes the group's mask. The image "
    "must not be gray.",
    SCUMBLE_OUTPUT_SPLIT,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_SETTINGS } },
  { "-frames", N_("Scumble All Layers as _Frames..."), { ANIMATION },
    N_("Repaint all layers, as the frames of an animation, in the style of another layer"),
    "Does what plug-in-scumble does with all layers of the image, those in groups included, and "
    "puts them into a copy of the image, where they keep their names, places, modes and masks. "
    "All of them are looked at together, so that what stays the same from one frame to the next "
    "is painted the same; painted one by one, an animation flickers. The selection does not "
    "matter, nor which layer is named. An indexed image, such as an opened GIF, gives an RGB "
    "image.",
    SCUMBLE_OUTPUT_FRAMES,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_SETTINGS } },
  { "-again", N_("Scumble: _Re-stylise This Layer..."), { ARTISTIC, "<Layers>" },
    N_("Paint a layer that Scumble has painted once more, with other settings"),
    "Takes a layer that plug-in-scumble has painted, in this session or before its image "
    "was saved, and paints it once more from what is in the original layer now. Without a "
    "dialog the settings, styles, regions and strength map are those that it was painted "
    "with. The new layer replaces the old one and keeps its mode, opacity and mask; so do the "
    "layers of a group from plug-in-scumble-split.",
    SCUMBLE_OUTPUT_AGAIN,
    { SCUMBLE_PART_TARGET } },
  { "-preset", NULL, { NULL },
    "Repaint a layer in the style of another with the settings of a preset",
    "Does what plug-in-scumble does; method and settings are those of the preset.",
    SCUMBLE_OUTPUT_LAYER,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_PRESET } },
  { "-preset-new-image", NULL, { NULL },
    "Repaint a layer in the style of another with the settings of a preset, as a new image",
    "Does what plug-in-scumble-new-image does; method and settings are those of the preset.",
    SCUMBLE_OUTPUT_IMAGE,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_PRESET } },
  { "-preset-split", NULL, { NULL },
    "Repaint a layer in the style of another with the settings of a preset, as a layer group",
    "Does what plug-in-scumble-split does; method and settings are those of the preset.",
    SCUMBLE_OUTPUT_SPLIT,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_PRESET } },
  { "-preset-frames", NULL, { NULL },
    "Repaint all layers in the style of another with the settings of a preset",
    "Does what plug-in-scumble-frames does; method and settings are those of the preset.",
    SCUMBLE_OUTPUT_FRAMES,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_PRESET } },
  { "-mix", NULL, { NULL },
    "Repaint a layer in several styles, mixed or side by side",
    "Does what plug-in-scumble does with several styles, which may be layers and files. "
    "Styles without a region are mixed in proportion to their weights, and painted where no "
    "region is. A style with a region is painted where that is bright; where regions "
    "overlap, in proportion to region and weight. A style may be taken from the selected "
    "part of its layer only, of one layer as of several. The strength map multiplies the "
    "strength everywhere: black leaves the layer nearly as it is. Regions and map count "
    "where they lie in the image; outside their pixels they are black. What "
    "plug-in-scumble-style-file says of saved styles and of an empty method's name holds "
    "here too.",
    SCUMBLE_OUTPUT_LAYER,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLES, SCUMBLE_PART_SETTINGS } },
  { "-mix-new-image", NULL, { NULL },
    "Repaint a layer in several styles, as a new image",
    "Does what plug-in-scumble-mix does, but leaves the image alone and puts the result into "
    "a new one, as plug-in-scumble-new-image does.",
    SCUMBLE_OUTPUT_IMAGE,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLES, SCUMBLE_PART_SETTINGS } },
  { "-mix-split", NULL, { NULL },
    "Repaint a layer in several styles, as a layer group",
    "Does what plug-in-scumble-mix does, but the result is a layer group, as that of "
    "plug-in-scumble-split.",
    SCUMBLE_OUTPUT_SPLIT,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLES, SCUMBLE_PART_SETTINGS } },
  { "-mix-frames", NULL, { NULL },
    "Repaint all layers in several styles",
    "Does what plug-in-scumble-mix does with all layers of the image, as plug-in-scumble-frames "
    "does.",
    SCUMBLE_OUTPUT_FRAMES,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLES, SCUMBLE_PART_SETTINGS } },
  { "-mix-preset", NULL, { NULL },
    "Repaint a layer in several styles with the settings of a preset",
    "Does what plug-in-scumble-mix does; method and settings are those of the preset.",
    SCUMBLE_OUTPUT_LAYER,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLES, SCUMBLE_PART_PRESET } },
  { "-mix-preset-new-image", NULL, { NULL },
    "Repaint a layer in several styles with the settings of a preset, as a new image",
    "Does what plug-in-scumble-mix-new-image does; method and settings are those of the "
    "preset.",
    SCUMBLE_OUTPUT_IMAGE,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLES, SCUMBLE_PART_PRESET } },
  { "-mix-preset-split", NULL, { NULL },
    "Repaint a layer in several styles with the settings of a preset, as a layer group",
    "Does what plug-in-scumble-mix-split does; method and settings are those of the preset.",
    SCUMBLE_OUTPUT_SPLIT,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLES, SCUMBLE_PART_PRESET } },
  { "-mix-preset-frames", NULL, { NULL },
    "Repaint all layers in several styles with the settings of a preset",
    "Does what plug-in-scumble-mix-frames does; method and settings are those of the preset.",
    SCUMBLE_OUTPUT_FRAMES,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLES, SCUMBLE_PART_PRESET } },
  { "-style-file", NULL, { NULL },
    "Repaint a layer in the style of a file",
    "Does what plug-in-scumble does with a style from a file. A saved style belongs to the "
    "method that it was saved with, which an empty name stands for; its texture size is "
    "that of when it was saved. A picture file is a style for any method.",
    SCUMBLE_OUTPUT_LAYER,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE_FILE, SCUMBLE_PART_SETTINGS } },
  { "-style-file-new-image", NULL, { NULL },
    "Repaint a layer in the style of a file, as a new image",
    "Does what plug-in-scumble-style-file does, but leaves the image alone and puts the "
    "result into a new one, as plug-in-scumble-new-image does.",
    SCUMBLE_OUTPUT_IMAGE,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE_FILE, SCUMBLE_PART_SETTINGS } },
  { "-style-file-split", NULL, { NULL },
    "Repaint a layer in the style of a file, as a layer group",
    "Does what plug-in-scumble-style-file does, but the result is a layer group, as that of "
    "plug-in-scumble-split.",
    SCUMBLE_OUTPUT_SPLIT,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE_FILE, SCUMBLE_PART_SETTINGS } },
  { "-style-file-frames", NULL, { NULL },
    "Repaint all layers in the style of a file",
    "Does what plug-in-scumble-style-file does with all layers of the image, as "
    "plug-in-scumble-frames does.",
    SCUMBLE_OUTPUT_FRAMES,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE_FILE, SCUMBLE_PART_SETTINGS } },
  { "-style-file-preset", NULL, { NULL },
    "Repaint a layer in the style of a file with the settings of a preset",
    "Does what plug-in-scumble-style-file does; method and settings are those of the preset.",
    SCUMBLE_OUTPUT_LAYER,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE_FILE, SCUMBLE_PART_PRESET } },
  { "-style-file-preset-new-image", NULL, { NULL },
    "Repaint a layer in the style of a file with the settings of a preset, as a new image",
    "Does what plug-in-scumble-style-file-new-image does; method and settings are those of "
    "the preset.",
    SCUMBLE_OUTPUT_IMAGE,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE_FILE, SCUMBLE_PART_PRESET } },
  { "-style-file-preset-split", NULL, { NULL },
    "Repaint a layer in the style of a file with the settings of a preset, as a layer group",
    "Does what plug-in-scumble-style-file-split does; method and settings are those of the "
    "preset.",
    SCUMBLE_OUTPUT_SPLIT,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE_FILE, SCUMBLE_PART_PRESET } },
  { "-style-file-preset-frames", NULL, { NULL },
    "Repaint all layers in the style of a file with the settings of a preset",
    "Does what plug-in-scumble-style-file-frames does; method and settings are those of the "
    "preset.",
    SCUMBLE_OUTPUT_FRAMES,
    { SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE_FILE, SCUMBLE_PART_PRESET } },
  { "-save-style", NULL, { NULL },
    "Save a layer's style as a small file",
    "Looks at a layer with one of the methods, and writes what it has seen into a file of "
    "kilobytes, which stands for the layer in plug-in-scumble-style-file. A method that "
    "learns its styles needs a layer to learn on: what it has learned of this style before, "
    "in a run with the usual settings for learning, is saved. Otherwise the file's style "
    "learns whenever it is painted with.",
    SCUMBLE_OUTPUT_STYLE,
    { SCUMBLE_PART_SAVE } },
  { "-save-mix", NULL, { NULL },
    "Save a mixture of styles as a small file",
    "Does what plug-in-scumble-save-style does with several styles, which may be layers and "
    "files, mixed in proportion to their weights into one. Saved styles among them belong to "
    "the method that they were saved with, which an empty method's name stands for.",
    SCUMBLE_OUTPUT_STYLE,
    { SCUMBLE_PART_SAVE_MIX } },
  { "-learn-style", NULL, { NULL },
    "Learn a layer's style on a folder of photographs, and save it as a small file",
    "Does what plug-in-scumble-save-style does with a method that learns its styles, and has "
    "it learn on the pictures of a folder first: on at most 24 from all over it, those with a "
    "side below 256 pixels left out. The file's style has learned wherever it is painted with.",
    SCUMBLE_OUTPUT_STYLE,
    { SCUMBLE_PART_LEARN } },
};

/* What a method's own procedure takes. */
static const ScumblePart simple_parts[] =
{
  SCUMBLE_PART_TARGET, SCUMBLE_PART_STYLE, SCUMBLE_PART_STRENGTH, SCUMBLE_PART_END
};

static const GimpParamDef results[] =
{
  [SCUMBLE_OUTPUT_LAYER] = { GIMP_PDB_LAYER, "layer", "The new layer" },
  [SCUMBLE_OUTPUT_AGAIN] = { GIMP_PDB_LAYER, "layer", "The new layer" },
  [SCUMBLE_OUTPUT_IMAGE] = { GIMP_PDB_IMAGE, "new-image", "The new image" },
  [SCUMBLE_OUTPUT_SPLIT] = { GIMP_PDB_LAYER, "layer", "The new layer group" },
  [SCUMBLE_OUTPUT_FRAMES] = { GIMP_PDB_IMAGE, "new-image", "The new image" },
};

static void
add_to_menus (const char *name, const Procedure *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->menus) && self->menus[i] != NULL; i++)
    gimp_plugin_menu_register (name, self->menus[i]);

  if (g_file_test (SCUMBLE_ICON, G_FILE_TEST_EXISTS))
    gimp_plugin_icon_register (name, GIMP_ICON_TYPE_IMAGE_FILE,
                               (const guint8 *) SCUMBLE_ICON);
}

static void
install (const Procedure *self)
{
  g_autofree char   *name     = g_strconcat (SCUMBLE_PROCEDURE, self->suffix, NULL);
  g_autoptr (GArray) args     = scumble_arguments_describe (self->parts);
  const gboolean     silent   = self->output == SCUMBLE_OUTPUT_STYLE;

  gimp_install_procedure (name, self->blurb, self->help, authors, copyright, year,
                          self->label, types, GIMP_PLUGIN, (int) args->len,
                          silent ? 0 : 1, (GimpParamDef *) args->data,
                          silent ? NULL : &results[self->output]);
  if (self->label != NULL)
    add_to_menus (name, self);
}

static void
install_simple (const ScumbleMethod *method)
{
  g_autofree char   *name  = g_strconcat (SCUMBLE_PROCEDURE, "-", method->id, NULL);
  g_autofree char   *blurb = g_strdup_printf ("Repaint a layer in the style of another "
                                              "with %s and the usual settings",
                                              method->title);
  g_autoptr (GArray) args  = scumble_arguments_describe (simple_parts);

  gimp_install_procedure (name, blurb, method->blurb, authors, copyright, year, NULL,
                          types, GIMP_PLUGIN, (int) args->len, 1,
                          (GimpParamDef *) args->data, &results[SCUMBLE_OUTPUT_LAYER]);
}

void
scumble_procedure_install (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (procedures); i++)
    install (&procedures[i]);
  for (const ScumbleMethod *const *method = scumble_methods (); *method != NULL; method++)
    install_simple (*method);
}

static const Procedure *
find_procedure (const char *name)
{
  const char *suffix = name + MIN (strlen (SCUMBLE_PROCEDURE), strlen (name));

  for (guint i = 0; i < G_N_ELEMENTS (procedures); i++)
    if (strcmp (procedures[i].suffix, suffix) == 0)
      return &procedures[i];

  return NULL;
}

/* Whether the arguments matter only as far as the layer to repaint: the dialog or the last values
 * say the rest later. */
static gboolean
says_target_only (const ScumbleCall *call, const ScumblePart *parts)
{
  return call->run_mode != GIMP_RUN_NONINTERACTIVE && parts[0] == SCUMBLE_PART_TARGET;
}

static gboolean
check_count (const ScumbleCall *call, const char *name, const ScumblePart *parts,
             int n_params, GError **error)
{
  g_autoptr (GArray) args   = scumble_arguments_describe (parts);
  const int          needed = (int) args->len;

  if (n_params == needed || (says_target_only (call, parts) && n_params >= N_TARGET_ARGS))
    return TRUE;

  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
               _("%s takes %d arguments, not %d. The Procedure Browser lists them."),
               name, needed, n_params);
  return FALSE;
}

/* Of a method's own procedure. */
static gboolean
take_method (ScumbleCall *call, const char *name, GError **error)
{
  const ScumbleMethod *method =
    scumble_method_find (name + strlen (SCUMBLE_PROCEDURE "-"), error);

  if (method == NULL)
    return FALSE;

  call->settings.method = method->id;
  return TRUE;
}

gboolean
scumble_procedure_parse (ScumbleCall *call, const char *name, const GimpParam *params,
                         int n_params, GError **error)
{
  static const ScumblePart target[] = { SCUMBLE_PART_TARGET, SCUMBLE_PART_END };
  const Procedure         *self     = find_procedure (name);
  const ScumblePart       *parts    = self != NULL ? self->parts : simple_parts;

  *call = (ScumbleCall) { .run_mode = GIMP_RUN_NONINTERACTIVE };
  scumble_settings_init (&call->settings);
  scumble_host_choices_init (&call->choices);

  if (self != NULL)
    call->output = self->output;
  if (n_params > 0)
    call->run_mode = (GimpRunMode) params[0].data.d_int32;
  if (!check_count (call, name, parts, n_params, error) ||
      !(self != NULL || take_method (call, name, error)))
    return FALSE;

  if (says_target_only (call, parts))
    parts = target;

  return scumble_arguments_parse (parts, call, params, error);
}

void
scumble_call_clear (ScumbleCall *call)
{
  scumble_host_choices_clear (&call->choices);
}
