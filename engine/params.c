/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "params.h"
#include "error.h"
#include "mark.h"
#include "method.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define MAX_BRUSH 16.0

static const ScumbleChoice colour_methods[] = {
  { "luminance", N_("Style's brightness only"), SCUMBLE_COLOUR_LUMINANCE },
  { "coral", N_("Style recoloured (CORAL)"), SCUMBLE_COLOUR_CORAL },
  { NULL }
};

static const ScumbleChoice edges[] = {
  { "apart", N_("No"), FALSE },
  { "joined", N_("Yes (seamless)"), TRUE },
  { NULL }
};

static const ScumbleChoice updates[] = {
  { "0", N_("None (a first sketch)"), 0 },
  { "25", N_("Draft (25 rounds)"), 25 },
  { "50", N_("Normal (50 rounds)"), 50 },
  { "100", N_("Fine (100 rounds)"), 100 },
  { "200", N_("Best (200 rounds)"), 200 },
  { NULL }
};

static const ScumbleChoice adapts[] = {
  { "normalisation", N_("Its balance only (steadier)"), FALSE },
  { "all", N_("Everything (closer)"), TRUE },
  { NULL }
};

#define NUMBER(field, ...) \
  .kind = SCUMBLE_PARAM_NUMBER, .offset = offsetof (ScumbleSettings, field), __VA_ARGS__
#define CHOICE(field, list, value)                                           \
  .kind = SCUMBLE_PARAM_CHOICE, .offset = offsetof (ScumbleSettings, field), \
  .choices = list, .def = value

static const ScumbleParam params[] = {
  { "strength", N_("_Strength"),
    N_("How much of the style to apply: 0 % is the picture without it, 100 % the style in full, "
       "more exaggerates it"),
    NUMBER (strength, .min = 0.0, .max = 1.5, .def = 1.0, .percent = TRUE) },
  { "scale", N_("Texture si_ze"),
    N_("How large the style's marks and patterns come out: 1 as in the style picture, 2 twice as "
       "large. What the picture shows stays as fine as it is"),
    NUMBER (scale, .min = 0.25, .max = 4.0, .def = 1.0, .ratio = TRUE) },
  { "brush", N_("Br_ush size"),
    N_("How large the brush is that paints everything: 1 paints every detail; larger brushes "
       "leave small things out and show as strokes on large photographs"),
    NUMBER (brush, .min = 1.0, .max = MAX_BRUSH, .def = 1.0, .ratio = TRUE) },
  { "colour", N_("_Keep colours"),
    N_("How much of the picture's own colours to keep: 0 % takes the style's colours, 100 % "
       "keeps the picture's"),
    NUMBER (colour, .min = 0.0, .max = 1.0, .def = 0.0, .percent = TRUE) },
  { "colour-method", N_("Keep colours _by"),
    N_("How the picture's own colours are kept: by taking only brightness from the style, or "
       "by giving the style the picture's colours before it is looked at"),
    CHOICE (colour_method, colour_methods, SCUMBLE_COLOUR_LUMINANCE) },
  { "detail", N_("Keep _detail"),
    N_("How much of the picture's own outlines to give back to the painting: eyes, mouths and "
       "letters become clear again, and strokes and colours stay"),
    NUMBER (detail, .min = 0.0, .max = 1.0, .def = 0.0, .percent = TRUE) },
  { "edges", N_("_Join edges"),
    N_("Whether to paint the picture as if it repeated in both directions: then copies of the "
       "result fit together without a seam, as patterns and textures must"),
    CHOICE (seamless, edges, FALSE) },
  { "temperature", N_("Ble_nd strokes"),
    N_("How many of the style's strokes are blended at every place of the picture: low values "
       "copy single strokes, high values blend many"),
    .method = "sanet",
    NUMBER (temperature, .min = 0.1, .max = 10.0, .def = 1.0, .ratio = TRUE) },
  { "repetition", N_("_Avoid repetition"),
    N_("How much to avoid parts of the style that are used again and again"),
    .method = "sanet",
    NUMBER (repetition, .min = 0.0, .max = 1.0, .def = 0.0, .percent = TRUE) },
  { "updates", N_("Lear_ning"),
    N_("How long to learn the style: in every round a piece of the picture is painted and compared "
       "with the painting. More rounds come closer to it and take longer"),
    .method = "metastyle", CHOICE (updates, updates, 200), .max = 1000.0,
    .other = N_("Other (%s)") },
  { "adapt", N_("_What changes"),
    N_("What may change while the style is learned: only how strongly each kind of mark is "
       "painted, which is steadier, or everything, which comes closer"),
    .method = "metastyle", CHOICE (adapt_all, adapts, TRUE) },
};

static const char group[]       = "scumble";
static const char photographs[] = "photographs";
enum { VERSION = 1 };

const ScumbleParam *
scumble_params (guint *n_params)
{
  *n_params = G_N_ELEMENTS (params);
  return params;
}

gboolean
scumble_param_applies (const ScumbleParam *param, const char *method)
{
  return param->method == NULL || g_strcmp0 (param->method, method) == 0;
}

static int *
choice_value (const ScumbleParam *param, ScumbleSettings *settings)
{
  return (int *) ((char *) settings + param->offset);
}

const ScumbleChoice *
scumble_param_chosen (const ScumbleParam *param, const ScumbleSettings *settings)
{
  ScumbleSettings copy  = *settings;
  const int       value = *choice_value (param, &copy);

  for (const ScumbleChoice *choice = param->choices; choice->id != NULL; choice++)
    if (choice->value == value)
      return choice;

  return NULL;
}

char *
scumble_param_id (const ScumbleParam *param, const ScumbleSettings *settings)
{
  const ScumbleChoice *chosen = scumble_param_chosen (param, settings);
  ScumbleSettings      copy   = *settings;

  return chosen != NULL ? g_strdup (chosen->id)
                        : g_strdup_printf ("%d", *choice_value (param, &copy));
}

static gboolean
refuse_choice (const ScumbleParam *param, const char *value, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (const ScumbleChoice *choice = param->choices; choice->id != NULL; choice++)
    g_string_append_printf (known, "%s\"%s\"", choice > param->choices ? ", " : "",
                            choice->id);
  scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                     N_("The %s is \"%s\"; it must be one of %s."), param->name, value,
                     known->str);
  return FALSE;
}

/* A number that is none of the choices. */
static gboolean
choose_other (const ScumbleParam *param, ScumbleSettings *settings, const char *id)
{
  guint64 value;

  if (param->other == NULL || id == NULL ||
      !g_ascii_string_to_unsigned (id, 10, (guint64) param->min, (guint64) param->max, &value,
                                   NULL))
    return FALSE;

  *choice_value (param, settings) = (int) value;
  return TRUE;
}

gboolean
scumble_param_choose (const ScumbleParam *param, ScumbleSettings *settings, const char *id,
                      GError **error)
{
  for (const ScumbleChoice *choice = param->choices; choice->id != NULL; choice++)
    if (g_strcmp0 (choice->id, id) == 0)
      {
        *choice_value (param, settings) = choice->value;
        return TRUE;
      }

  return choose_other (param, settings, id) ||
         refuse_choice (param, id != NULL ? id : "", error);
}

void
scumble_settings_init (ScumbleSettings *settings)
{
  *settings = (ScumbleSettings) { .method = scumble_methods ()[0]->id };

  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    switch (params[i].kind)
      {
      case SCUMBLE_PARAM_NUMBER:
        *scumble_param_value (&params[i], settings) = params[i].def;
        break;
      case SCUMBLE_PARAM_CHOICE:
        *choice_value (&params[i], settings) = (int) params[i].def;
        break;
      }
}

/* Where a picture shows as a painting when all of it is looked at. */
static const double PAINTED_PIXELS = 1000.0 * 750.0;

double
scumble_settings_fit_brush (int width, int height)
{
  const double brush = sqrt ((double) width * height / PAINTED_PIXELS);

  return CLAMP (floor (2.0 * brush) / 2.0, 1.0, MAX_BRUSH);
}

void
scumble_settings_begin (ScumbleSettings *settings, int width, int height)
{
  scumble_settings_init (settings);
  settings->brush = scumble_settings_fit_brush (width, height);
}

/* Written so that a value that is no number fails. */
static gboolean
in_range (const ScumbleParam *param, double value)
{
  return value >= param->min && value <= param->max;
}

static gboolean
check_number (const ScumbleParam *param, double value, GError **error)
{
  if (in_range (param, value))
    return TRUE;

  scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                     N_("The %s is %g; it must be a number from %g to %g."), param->name,
                     value, param->min, param->max);
  return FALSE;
}

static gboolean
check_choice (const ScumbleParam *param, ScumbleSettings *settings, GError **error)
{
  g_autofree char *id = scumble_param_id (param, settings);

  return scumble_param_choose (param, settings, id, error);
}

gboolean
scumble_settings_check (const ScumbleSettings *settings, GError **error)
{
  ScumbleSettings copy = *settings;

  if (scumble_method_find (settings->method, error) == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    if (!(params[i].kind == SCUMBLE_PARAM_NUMBER
            ? check_number (&params[i], *scumble_param_value (&params[i], &copy), error)
            : check_choice (&params[i], &copy, error)))
      return FALSE;

  return TRUE;
}

char *
scumble_settings_to_text (const ScumbleSettings *settings)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  ScumbleSettings      copy = *settings;

  g_key_file_set_integer (file, group, "version", VERSION);
  g_key_file_set_string (file, group, "method", settings->method);
  if (settings->quality != NULL)
    g_key_file_set_string (file, group, "quality", settings->quality);
  g_key_file_set_string (file, group, photographs,
                         settings->photographs != NULL ? settings->photographs : "");

  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    {
      g_autofree char *id = NULL;

      switch (params[i].kind)
        {
        case SCUMBLE_PARAM_NUMBER:
          g_key_file_set_double (file, group, params[i].name,
                                 *scumble_param_value (&params[i], &copy));
          break;
        case SCUMBLE_PARAM_CHOICE:
          id = scumble_param_id (&params[i], settings);
          g_key_file_set_string (file, group, params[i].name, id);
          break;
        }
    }

  return g_key_file_to_data (file, NULL, NULL);
}

static void
read_number (const ScumbleParam *param, ScumbleSettings *settings, GKeyFile *file)
{
  g_autoptr (GError) absent = NULL;
  const double       value  = g_key_file_get_double (file, group, param->name, &absent);

  if (absent == NULL && in_range (param, value))
    *scumble_param_value (param, settings) = value;
}

static void
read_choice (const ScumbleParam *param, ScumbleSettings *settings, GKeyFile *file)
{
  g_autofree char *id = g_key_file_get_string (file, group, param->name, NULL);

  scumble_param_choose (param, settings, id, NULL);
}

/* A quality is one of a method, so it is read only with its method. */
static void
read_method (ScumbleSettings *settings, GKeyFile *file)
{
  g_autofree char     *id      = g_key_file_get_string (file, group, "method", NULL);
  g_autofree char     *quality = g_key_file_get_string (file, group, "quality", NULL);
  const ScumbleMethod *method  = scumble_method_find (id, NULL);

  if (method == NULL)
    return;

  settings->method  = method->id;
  settings->quality = quality != NULL && quality[0] != '\0' ? g_intern_string (quality)
                                                            : NULL;
}

/* Whether there is such a folder is found out when it is needed. */
static void
read_photographs (ScumbleSettings *settings, GKeyFile *file)
{
  g_autofree char *folder = g_key_file_get_string (file, group, photographs, NULL);

  if (folder != NULL)
    settings->photographs = folder[0] != '\0' ? g_intern_string (folder) : NULL;
}

gboolean
scumble_settings_from_text (ScumbleSettings *settings, const char *text, GError **error)
{
  g_autoptr (GKeyFile) file  = g_key_file_new ();
  g_autoptr (GError)   local = NULL;

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &local) ||
      g_key_file_get_integer (file, group, "version", &local) != VERSION)
    {
      if (local != NULL)
        scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                           N_("These are no settings of this version of Scumble: %s."),
                           local->message);
      else
        scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                           N_("These are no settings of this version of Scumble."));
      return FALSE;
    }

  read_method (settings, file);
  read_photographs (settings, file);
  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    switch (params[i].kind)
      {
      case SCUMBLE_PARAM_NUMBER:
        read_number (&params[i], settings, file);
        break;
      case SCUMBLE_PARAM_CHOICE:
        read_choice (&params[i], settings, file);
        break;
      }

  return TRUE;
}

void
scumble_settings_look (const ScumbleSettings *settings, const ScumbleZone *zones,
                       guint n_zones, ScumbleLook *look)
{
  scumble_look_init (look, zones, n_zones);
  look->strength    = settings->strength;
  look->temperature = settings->temperature;
  look->repetition  = settings->repetition;
  look->brush       = settings->brush;
  look->keep_detail = settings->detail;
  look->seamless    = settings->seamless;
  if (settings->colour_method == SCUMBLE_COLOUR_LUMINANCE)
    look->keep_colours = settings->colour;
}

void
scumble_settings_styling (const ScumbleSettings *settings, ScumbleSource *content,
                          ScumbleStyling *styling)
{
  *styling = (ScumbleStyling) { .scale = settings->scale, .content = content };
  if (settings->colour_method == SCUMBLE_COLOUR_CORAL)
    styling->keep_colours = settings->colour;
}

gboolean
scumble_settings_same_styling (const ScumbleSettings *a, const ScumbleSettings *b)
{
  ScumbleStyling one, two;

  scumble_settings_styling (a, NULL, &one);
  scumble_settings_styling (b, NULL, &two);

  return one.scale == two.scale && one.keep_colours == two.keep_colours;
}
