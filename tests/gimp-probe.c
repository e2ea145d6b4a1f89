/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A plug-in that the tests put beside ours, for what a script cannot see: it fills layers
 * with known pictures in their full precision, and compares a layer that plug-in-scumble
 * made with what the engine itself makes of the same pixels. */
#include "engine.h"

#include <libgimp/gimp.h>
#include <math.h>
#include <string.h>

#define FILL    "test-scumble-fill"
#define COMPARE "test-scumble-compare"
#define PROFILE "test-scumble-profile"
#define READ    "test-scumble-read"

static void
query (void)
{
  static const GimpParamDef fill_args[] =
  {
    { GIMP_PDB_DRAWABLE, "drawable", "What to fill" },
    { GIMP_PDB_INT32,    "seed",     "Which picture" },
  };
  static const GimpParamDef compare_args[] =
  {
    { GIMP_PDB_DRAWABLE, "layer",    "The result" },
    { GIMP_PDB_DRAWABLE, "drawable", "What was repainted" },
    { GIMP_PDB_DRAWABLE, "style",    "What it was painted like" },
    { GIMP_PDB_STRING,   "method",   "The method" },
    { GIMP_PDB_FLOAT,    "strength", "The strength" },
  };
  static const GimpParamDef compare_results[] =
  {
    { GIMP_PDB_FLOAT, "difference", "Largest difference of a colour component from what "
                                    "the engine makes, in the layer's own encoding" },
    { GIMP_PDB_FLOAT, "change",     "Mean difference from what was repainted" },
    { GIMP_PDB_INT32, "alpha",      "Whether alpha is the same, bit for bit" },
  };
  static const GimpParamDef profile_args[] =
  {
    { GIMP_PDB_IMAGE, "image",  "Which image" },
    { GIMP_PDB_INT32, "assign", "Whether to give it an uncommon colour profile, or to "
                                "convert it to the common one" },
  };
  static const GimpParamDef read_args[] =
  {
    { GIMP_PDB_DRAWABLE, "drawable", "What to read" },
    { GIMP_PDB_INT32,    "x",        "Where" },
    { GIMP_PDB_INT32,    "y",        "Where" },
  };
  static const GimpParamDef read_results[] =
  {
    { GIMP_PDB_FLOAT, "red",   "Perceptual, or the mask's own value" },
    { GIMP_PDB_FLOAT, "green", "Likewise" },
    { GIMP_PDB_FLOAT, "blue",  "Likewise" },
    { GIMP_PDB_FLOAT, "alpha", "Alpha" },
  };

  gimp_install_procedure (FILL, "Fill a layer", "", "", "", "", NULL, "", GIMP_PLUGIN,
                          G_N_ELEMENTS (fill_args), 0, fill_args, NULL);
  gimp_install_procedure (COMPARE, "Compare a layer", "", "", "", "", NULL, "",
                          GIMP_PLUGIN, G_N_ELEMENTS (compare_args),
                          G_N_ELEMENTS (compare_results), compare_args, compare_results);
  gimp_install_procedure (PROFILE, "Change the colour profile", "", "", "", "", NULL, "",
                          GIMP_PLUGIN, G_N_ELEMENTS (profile_args), 0, profile_args,
                          NULL);
  gimp_install_procedure (READ, "Read a pixel", "", "", "", "", NULL, "", GIMP_PLUGIN,
                          G_N_ELEMENTS (read_args), G_N_ELEMENTS (read_results),
                          read_args, read_results);
}

/* Waves and a disc, with soft, hard, full and no transparency. */
static void
paint_pixel (double x, double y, int seed, double *rgba)
{
  const double from_centre = hypot (x - 0.5, y - 0.4);

  for (int c = 0; c < 3; c++)
    rgba[c] = 0.5 + 0.45 * sin ((5.0 + c + 2.0 * seed) * x +
                                (3.0 + 2.0 * c * (1 + seed)) * y + c + seed);
  if (from_centre < 0.25)
    rgba[seed % 3] = 1.0 - rgba[seed % 3];

  rgba[3] = x < 0.1 ? 0.0 : x < 0.6 ? 1.0 : 1.0 / 3.0 + y * 0.6180339887498949;
  rgba[3] = MIN (rgba[3], 1.0);
}

static void
fill (gint32 drawable, int seed)
{
  GeglBuffer         *buffer = gimp_drawable_get_buffer (drawable);
  const int           w      = gimp_drawable_width (drawable);
  const int           h      = gimp_drawable_height (drawable);
  g_autofree double *row     = g_new (double, 4 * (gsize) w);

  for (int y = 0; y < h; y++)
    {
      for (int x = 0; x < w; x++)
        paint_pixel ((x + 0.5) / w, (y + 0.5) / h, seed, row + 4 * x);
      gegl_buffer_set (buffer, GEGL_RECTANGLE (0, y, w, 1), 0,
                       babl_format ("R'G'B'A double"), row, GEGL_AUTO_ROWSTRIDE);
    }

  g_object_unref (buffer);
  gimp_drawable_update (drawable, 0, 0, w, h);
}

static guint8 *
read_area (gint32 drawable, const GeglRectangle *area, const Babl *format)
{
  GeglBuffer  *buffer = gimp_drawable_get_buffer (drawable);
  const gsize  n      = (gsize) area->width * (gsize) area->height;
  guint8      *pixels = g_malloc (n * (gsize) babl_format_get_bytes_per_pixel (format));

  gegl_buffer_get (buffer, area, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  g_object_unref (buffer);

  return pixels;
}

static float *
read_picture (gint32 drawable, const GeglRectangle *area)
{
  float       *rgba = (float *) read_area (drawable, area, babl_format ("R'G'B'A float"));
  const gsize  n    = 4 * (gsize) area->width * (gsize) area->height;

  for (gsize i = 0; i < n; i++)
    rgba[i] = CLAMP (rgba[i], 0.0f, 1.0f);

  return rgba;
}

static char **
model_path (void)
{
  char **path = g_new0 (char *, 2);

  path[0] = g_build_filename (g_get_user_data_dir (), "scumble", "models", NULL);

  return path;
}

/* What the engine makes of a part of @drawable, without GIMP. */
static float *
stylise (gint32 drawable, const GeglRectangle *area, gint32 style, const char *method,
         double strength)
{
  const GeglRectangle        whole  = { 0, 0, gimp_drawable_width (style),
                                        gimp_drawable_height (style) };
  const ScumbleRect          rect   = { 0, 0, area->width, area->height };
  g_autofree float          *pixels = read_picture (drawable, area);
  g_autofree float          *paint  = read_picture (style, &whole);
  g_autofree float          *result = g_new0 (float, 3 * (gsize) rect.w * (gsize) rect.h);
  g_auto (GStrv)             path   = model_path ();
  g_autoptr (ScumbleArena)   arena  = scumble_arena_new ((gsize) 1 << 30);
  const ScumbleJob           job    = { .arena = arena, .threads = 1 };
  g_autoptr (ScumbleModel)   model  = NULL;
  g_autoptr (ScumbleStyle)   seen   = NULL;
  g_autoptr (ScumbleContent) survey = NULL;
  ScumbleMemorySource        source, painting;
  ScumbleZone                zone   = { NULL, NULL };
  ScumbleLook                look;
  GError                    *error  = NULL;

  scumble_memory_source_init (&source, rect.w, rect.h, pixels);
  scumble_memory_source_init (&painting, whole.width, whole.height, paint);

  model = scumble_model_open ((const char *const *) path, method, NULL, &error);
  if (model != NULL)
    seen = scumble_model_encode (model, &painting.source, NULL, &job, &error);
  if (seen != NULL)
    survey = scumble_model_survey (model, &source.source, &job, &error);

  zone.style = seen;
  scumble_look_init (&look, &zone, 1);
  look.strength = strength;
  if (survey == NULL ||
      !scumble_content_render (survey, &look, &rect, result, &job, &error))
    g_error ("the engine failed: %s", error->message);

  return g_steal_pointer (&result);
}

static const Babl *
native_float (const Babl *format)
{
  const char *model  = babl_get_name (babl_format_get_model (format));
  const char *colour = model[0] == 'Y' ? strchr (model, '\'') ? "Y'" : "Y"
                                       : strchr (model, '\'') ? "R'G'B'" : "RGB";
  g_autofree char *name = g_strdup_printf ("%s float", colour);

  return babl_format (name);
}

static gboolean
same_alpha (const Babl *format, const guint8 *a, const guint8 *b, gsize n)
{
  const gsize bpp   = (gsize) babl_format_get_bytes_per_pixel (format);
  const gsize bytes = bpp / (gsize) babl_format_get_n_components (format);

  if (!babl_format_has_alpha (format))
    return TRUE;

  for (gsize i = 0; i < n; i++)
    if (memcmp (a + (i + 1) * bpp - bytes, b + (i + 1) * bpp - bytes, bytes) != 0)
      return FALSE;

  return TRUE;
}

static void
compare (const GimpParam *params, GimpParam *values)
{
  const gint32       layer    = params[0].data.d_drawable;
  const gint32       drawable = params[1].data.d_drawable;
  const Babl        *format   = gimp_drawable_get_format (layer);
  const Babl        *floats   = native_float (format);
  const gsize        c        = (gsize) babl_format_get_n_components (floats);
  GeglRectangle      own      = { 0, 0, gimp_drawable_width (layer),
                                  gimp_drawable_height (layer) };
  GeglRectangle      area     = own;
  const gsize        n        = (gsize) own.width * (gsize) own.height;
  g_autofree float  *expected = NULL;
  g_autofree guint8 *rounded  = g_malloc (n * 4 * sizeof (double));
  g_autofree float  *wanted   = g_new (float, n * c);
  g_autofree float  *found    = (float *) read_area (layer, &own, floats);
  g_autofree guint8 *alpha    = read_area (layer, &own, format);
  g_autofree guint8 *original = NULL;
  g_autofree float  *before   = NULL;
  int                x, y;

  gimp_drawable_offsets (layer, &area.x, &area.y);
  gimp_drawable_offsets (drawable, &x, &y);
  area.x  -= x;
  area.y  -= y;
  original = read_area (drawable, &area, format);
  before   = (float *) read_area (drawable, &area, floats);
  expected = stylise (drawable, &area, params[2].data.d_drawable, params[3].data.d_string,
                      params[4].data.d_float);

  /* Rounded to the layer's precision, then read like the layer. */
  babl_process (babl_fish (babl_format ("R'G'B' float"), format), expected, rounded,
                (glong) n);
  babl_process (babl_fish (format, floats), rounded, wanted, (glong) n);

  values[1].data.d_float = 0.0;
  values[2].data.d_float = 0.0;
  for (gsize i = 0; i < n * c; i++)
    {
      values[1].data.d_float  = MAX (values[1].data.d_float,
                                     fabsf (wanted[i] - found[i]));
      values[2].data.d_float += fabsf (before[i] - found[i]) / (double) (n * c);
    }
  values[3].data.d_int32 = same_alpha (format, alpha, original, n);
}

static GimpColorProfile *
make_profile (gint32 image, gboolean common)
{
  GimpColorProfile *profile;
  GimpColorProfile *linear;

  if (gimp_image_base_type (image) == GIMP_GRAY)
    profile = common ? gimp_color_profile_new_d65_gray_srgb_trc ()
                     : gimp_color_profile_new_d50_gray_lab_trc ();
  else
    profile = common ? gimp_color_profile_new_rgb_srgb ()
                     : gimp_color_profile_new_rgb_adobe ();

  if (gimp_image_get_precision (image) != GIMP_PRECISION_FLOAT_LINEAR)
    return profile;

  linear = gimp_color_profile_new_linear_from_color_profile (profile);
  g_object_unref (profile);

  return linear;
}

static void
change_profile (gint32 image, gboolean assign)
{
  GimpColorProfile *profile = make_profile (image, !assign);

  if (assign)
    gimp_image_set_color_profile (image, profile);
  else
    gimp_image_convert_color_profile (image, profile,
                                      GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC,
                                      TRUE);
  g_object_unref (profile);
}

static void
read_pixel (const GimpParam *params, GimpParam *values)
{
  const GeglRectangle area  = { params[1].data.d_int32, params[2].data.d_int32, 1, 1 };
  const gint32        item  = params[0].data.d_drawable;
  const gboolean      plain = !gimp_item_is_layer (item);
  g_autofree float   *rgba  = (float *) read_area (item, &area,
                                                   babl_format (plain ? "RGBA float"
                                                                : "R'G'B'A float"));

  for (int c = 0; c < 4; c++)
    values[1 + c].data.d_float = rgba[c];
}

static void
run (const char *name, int n_params, const GimpParam *params, int *n_results,
     GimpParam **results)
{
  static GimpParam values[5] =
  {
    { GIMP_PDB_STATUS, { .d_status = GIMP_PDB_SUCCESS } },
    { GIMP_PDB_FLOAT,  { 0 } },
    { GIMP_PDB_FLOAT,  { 0 } },
    { GIMP_PDB_FLOAT,  { 0 } },
    { GIMP_PDB_FLOAT,  { 0 } },
  };

  gegl_init (NULL, NULL);
  *results   = values;
  *n_results = 1;

  if (strcmp (name, FILL) == 0)
    {
      fill (params[0].data.d_drawable, params[1].data.d_int32);
    }
  else if (strcmp (name, PROFILE) == 0)
    {
      change_profile (params[0].data.d_image, params[1].data.d_int32);
    }
  else if (strcmp (name, COMPARE) == 0)
    {
      values[3].type = GIMP_PDB_INT32;
      compare (params, values);
      *n_results = 4;
    }
  else
    {
      read_pixel (params, values);
      *n_results = 5;
    }
}

const GimpPlugInInfo PLUG_IN_INFO =
{
  .query_proc = query,
  .run_proc   = run,
};

MAIN ()
