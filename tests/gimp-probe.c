/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A plug-in that the tests put beside ours, for what a script cannot see: it fills layers
 * with known pictures in their full precision, and compares a layer that plug-in-scumble
 * made with what the engine itself makes of the same pixels. GIMP starts it once and asks the
 * same process every time. */
#include "gimp-watch.h"

#include "engine.h"

#include <lcms2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PROCEDURE "test-scumble-"
#define SERVER    "extension-test-scumble"

enum { MAX_RESULTS = 6, RAMP = -1, LIGHTS = -2 };

/* Waves and a disc, with soft, hard, full and no transparency; or a ramp, so smooth that
 * its steps are far below those of eight bits; or waves as high as half beyond white. */
static void
paint_pixel (double x, double y, int seed, double *rgba)
{
  const double from_centre = hypot (x - 0.5, y - 0.4);

  if (seed == RAMP)
    {
      rgba[0] = rgba[1] = rgba[2] = 0.25 + 0.5 * x;
      rgba[3] = 1.0;
      return;
    }

  if (seed == LIGHTS)
    {
      paint_pixel (x, y, 0, rgba);
      for (int c = 0; c < 3; c++)
        rgba[c] = 2.0 * rgba[c] - 0.4;
      return;
    }

  for (int c = 0; c < 3; c++)
    rgba[c] = 0.5 + 0.45 * sin ((5.0 + c + 2.0 * seed) * x +
                                (3.0 + 2.0 * c * (1 + seed)) * y + c + seed);
  if (from_centre < 0.25)
    rgba[seed % 3] = 1.0 - rgba[seed % 3];

  rgba[3] = x < 0.1 ? 0.0 : x < 0.6 ? 1.0 : 1.0 / 3.0 + y * 0.6180339887498949;
  rgba[3] = MIN (rgba[3], 1.0);
}

static void
fill (const GimpParam *params, GimpParam *values)
{
  const gint32       drawable = params[0].data.d_drawable;
  const int          seed     = params[1].data.d_int32;
  GeglBuffer        *buffer   = gimp_drawable_get_buffer (drawable);
  const int          w        = gimp_drawable_width (drawable);
  const int          h        = gimp_drawable_height (drawable);
  g_autofree double *row      = g_new (double, 4 * (gsize) w);

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

/* What a pixel looks like that no eye has seen: below full transparency, or out of range. */
static void
spoil_pixel (gboolean hidden, gsize i, float *rgba)
{
  static const float odd[] = { -3.0f, 40.0f, NAN, INFINITY, -INFINITY };

  for (int c = 0; c < 3; c++)
    {
      if (hidden && rgba[3] == 0.0f)
        rgba[c] = 1.0f - rgba[c];
      if (!hidden && i % 7 == 0)
        rgba[c] = odd[(i / 7 + (gsize) c) % G_N_ELEMENTS (odd)];
    }
}

static void
spoil (const GimpParam *params, GimpParam *values)
{
  const gint32        drawable = params[0].data.d_drawable;
  GeglBuffer         *buffer   = gimp_drawable_get_buffer (drawable);
  const Babl         *format   = babl_format ("R'G'B'A float");
  GeglBufferIterator *iter     = gegl_buffer_iterator_new (buffer, NULL, 0, format,
                                                           GEGL_ACCESS_READWRITE,
                                                           GEGL_ABYSS_NONE, 1);

  while (gegl_buffer_iterator_next (iter))
    for (int i = 0; i < iter->length; i++)
      spoil_pixel (params[1].data.d_int32, (gsize) i,
                   (float *) iter->items[0].data + 4 * (gsize) i);

  g_object_unref (buffer);
  gimp_drawable_update (drawable, 0, 0, gimp_drawable_width (drawable),
                        gimp_drawable_height (drawable));
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

/* sRGB's curve, mirrored below 0, where babl has only the straight part of it. Far above 1 babl's
 * own curves are wrong by parts of a hundred. */
static double
encode (double light)
{
  const double size = fabs (light);

  return size > 0.0031308 ? copysign (1.055 * pow (size, 1.0 / 2.4) - 0.055, light)
                          : 12.92 * light;
}

static double
decode (double value)
{
  const double size = fabs (value);

  return size > 0.04045 ? copysign (pow ((size + 0.055) / 1.055, 2.4), value) : value / 12.92;
}

/* The colours of a layer of @format, without a curve of babl's where it has none itself; of gray
 * and palettes with sRGB's. */
static gboolean
is_light (const Babl *format)
{
  return g_str_has_prefix (babl_get_name (babl_format_get_model (format)), "RGB");
}

static float *
read_picture (gint32 drawable, const GeglRectangle *area)
{
  const gsize        n      = 4 * (gsize) area->width * (gsize) area->height;
  const gboolean     light  = is_light (gimp_drawable_get_format (drawable));
  g_autofree double *pixels = (double *) read_area (drawable, area,
                                                    babl_format (light ? "RGBA double"
                                                                 : "R'G'B'A double"));
  float             *rgba   = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    if (i % 4 == 3)
      rgba[i] = (float) pixels[i];
    else
      rgba[i] = (float) (light            ? encode (pixels[i])
                         : pixels[i] < 0.0 ? encode (pixels[i] / 12.92)
                                           : pixels[i]);

  return rgba;
}

static char **
model_path (void)
{
  char **path = g_new0 (char *, 3);

  path[0] = g_build_filename (gimp_directory (), "scumble", "models", NULL);
  path[1] = g_build_filename (g_get_user_data_dir (), "scumble", "models", NULL);

  return path;
}

/* What the engine makes of a part of @drawable, without GIMP. @method is "METHOD" or
 * "METHOD/QUALITY". */
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
  g_auto (GStrv)             names  = g_strsplit (method, "/", 2);
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

  model = scumble_model_open ((const char *const *) path, names[0], names[1], &error);
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
  const gboolean     light    = is_light (format);
  const gsize        c        = (gsize) babl_format_get_n_components (floats);
  GeglRectangle      own      = { 0, 0, gimp_drawable_width (layer),
                                  gimp_drawable_height (layer) };
  GeglRectangle      area     = own;
  const gsize        n        = (gsize) own.width * (gsize) own.height;
  g_autofree float  *expected = NULL;
  g_autofree double *exact    = g_new (double, 3 * n);
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

  for (gsize i = 0; i < 3 * n; i++)
    exact[i] = light               ? decode (expected[i])
               : expected[i] < 0.0 ? 12.92 * decode (expected[i])
                                   : expected[i];

  /* Rounded to the layer's precision, then read like the layer. */
  babl_process (babl_fish (babl_format (light ? "RGB double" : "R'G'B' double"), format), exact,
                rounded, (glong) n);
  babl_process (babl_fish (format, floats), rounded, wanted, (glong) n);

  values[1].data.d_float = 0.0;
  values[2].data.d_float = 0.0;
  for (gsize i = 0; i < n * c; i++)
    {
      const double difference = fabs ((double) wanted[i] - found[i]) /
                                MAX (1.0, fabs ((double) wanted[i]));

      /* Written so that a value that is no number is the largest. */
      if (!(difference <= values[1].data.d_float))
        values[1].data.d_float = difference;
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
change_profile (const GimpParam *params, GimpParam *values)
{
  const gint32      image   = params[0].data.d_image;
  const gboolean    assign  = params[1].data.d_int32;
  GimpColorProfile *profile = make_profile (image, !assign);

  if (assign)
    gimp_image_set_color_profile (image, profile);
  else
    gimp_image_convert_color_profile (image, profile,
                                      GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC,
                                      TRUE);
  g_object_unref (profile);
}

/* One colour of a table. @cargo: the transform that it stands for */
static cmsInt32Number
fill_table (const cmsUInt16Number in[], cmsUInt16Number out[], void *cargo)
{
  cmsDoTransform (cargo, in, out, 1);
  return TRUE;
}

/* Gives @profile a table in place of a transform, between curves that leave all as it is. */
static void
write_table (cmsHPROFILE profile, cmsTagSignature tag, cmsHPROFILE from, cmsUInt32Number from_type,
             cmsHPROFILE to, cmsUInt32Number to_type)
{
  enum { GRID = 33 };
  cmsHTRANSFORM transform = cmsCreateTransform (from, from_type, to, to_type,
                                                INTENT_RELATIVE_COLORIMETRIC,
                                                cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
  cmsPipeline  *pipeline  = cmsPipelineAlloc (NULL, 3, 3);
  cmsStage     *table     = cmsStageAllocCLut16bit (NULL, GRID, 3, 3, NULL);

  cmsStageSampleCLut16bit (table, fill_table, transform, 0);
  cmsPipelineInsertStage (pipeline, cmsAT_END, cmsStageAllocToneCurves (NULL, 3, NULL));
  cmsPipelineInsertStage (pipeline, cmsAT_END, table);
  cmsPipelineInsertStage (pipeline, cmsAT_END, cmsStageAllocToneCurves (NULL, 3, NULL));
  cmsWriteTag (profile, tag, pipeline);
  cmsPipelineFree (pipeline);
  cmsDeleteTransform (transform);
}

/* Adobe RGB as printers and some cameras say such a thing: by tables of colours. */
static void
assign_tables (const GimpParam *params, GimpParam *values)
{
  GimpColorProfile   *adobe   = gimp_color_profile_new_rgb_adobe ();
  cmsHPROFILE         like    = gimp_color_profile_get_lcms_profile (adobe);
  cmsHPROFILE         lab     = cmsCreateLab4Profile (NULL);
  cmsHPROFILE         profile = cmsCreateProfilePlaceholder (NULL);
  cmsUInt32Number     length  = 0;
  g_autofree guint8  *bytes   = NULL;
  GimpColorProfile   *found;

  cmsSetProfileVersion (profile, 4.3);
  cmsSetDeviceClass (profile, cmsSigDisplayClass);
  cmsSetColorSpace (profile, cmsSigRgbData);
  cmsSetPCS (profile, cmsSigLabData);
  cmsWriteTag (profile, cmsSigMediaWhitePointTag, cmsD50_XYZ ());
  write_table (profile, cmsSigAToB0Tag, like, TYPE_RGB_16, lab, TYPE_Lab_16);
  write_table (profile, cmsSigBToA0Tag, lab, TYPE_Lab_16, like, TYPE_RGB_16);

  cmsSaveProfileToMem (profile, NULL, &length);
  bytes = g_malloc (length);
  cmsSaveProfileToMem (profile, bytes, &length);
  found = gimp_color_profile_new_from_icc_profile (bytes, length, NULL);
  gimp_image_set_color_profile (params[0].data.d_image, found);

  g_object_unref (found);
  cmsCloseProfile (profile);
  cmsCloseProfile (lab);
  g_object_unref (adobe);
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

/* @n: (out): how many pixels there are */
static float *
read_all (gint32 drawable, const char *format, gsize *n)
{
  const GeglRectangle area = { 0, 0, gimp_drawable_width (drawable),
                               gimp_drawable_height (drawable) };

  *n = (gsize) area.width * (gsize) area.height;

  return (float *) read_area (drawable, &area, babl_format (format));
}

/* Of the colours of all pixels that are not invisible */
static void
find_range (const GimpParam *params, GimpParam *values)
{
  gsize             n;
  g_autofree float *rgba = read_all (params[0].data.d_drawable, "R'G'B'A float", &n);

  values[1].data.d_float = G_MAXDOUBLE;
  values[2].data.d_float = -G_MAXDOUBLE;
  for (gsize i = 0; i < 4 * n; i++)
    if (i % 4 != 3 && rgba[i / 4 * 4 + 3] > 0.0f)
      {
        values[1].data.d_float = MIN (values[1].data.d_float, rgba[i]);
        values[2].data.d_float = MAX (values[2].data.d_float, rgba[i]);
      }
}

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  const float x = *(const float *) a;
  const float y = *(const float *) b;

  return (x > y) - (x < y);
}

static void
count_levels (const GimpParam *params, GimpParam *values)
{
  gsize             n;
  g_autofree float *gray   = read_all (params[0].data.d_drawable, "Y' float", &n);
  int               levels = 1;

  qsort (gray, n, sizeof *gray, compare_floats);
  for (gsize i = 1; i < n; i++)
    levels += gray[i] > gray[i - 1];

  values[1].data.d_int32 = levels;
}

static void
digest (const GimpParam *params, GimpParam *values)
{
  const gint32        drawable = params[0].data.d_drawable;
  const GeglRectangle area     = { 0, 0, gimp_drawable_width (drawable),
                                   gimp_drawable_height (drawable) };
  const Babl         *format   = gimp_drawable_get_format (drawable);
  const gsize         n        = (gsize) area.width * (gsize) area.height;
  g_autofree guint8  *pixels   = read_area (drawable, &area, format);

  values[1].data.d_string = g_compute_checksum_for_data (
    G_CHECKSUM_SHA256, pixels, n * (gsize) babl_format_get_bytes_per_pixel (format));
}

static void
list_methods (const GimpParam *params, GimpParam *values)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (const ScumbleMethod *const *method = scumble_methods (); *method != NULL; method++)
    g_ptr_array_add (ids, (char *) (*method)->id);

  values[1].data.d_int32       = (gint32) ids->len;
  values[2].data.d_stringarray = (char **) g_ptr_array_steal (ids, NULL);
}

/* As Scheme reads it. */
static void
write_usual (const GimpParam *params, GimpParam *values)
{
  GString            *text = g_string_new ("(");
  guint               n;
  const ScumbleParam *table = scumble_params (&n);
  ScumbleSettings     settings;

  scumble_settings_init (&settings);
  for (guint i = 0; i < n; i++)
    switch (table[i].kind)
      {
      case SCUMBLE_PARAM_NUMBER:
        g_string_append_printf (text, "%f ", table[i].def);
        break;
      case SCUMBLE_PARAM_CHOICE:
        g_string_append_printf (text, "\"%s\" ",
                                scumble_param_chosen (&table[i], &settings)->id);
        break;
      }

  g_string_append_c (text, ')');
  values[1].data.d_string = g_string_free (text, FALSE);
}

/* As a program can: Script-Fu counts the arguments itself. */
static void
call_short (const GimpParam *params, GimpParam *values)
{
  GimpParam  args[] = {
    { GIMP_PDB_INT32,    { .d_int32 = GIMP_RUN_WITH_LAST_VALS } },
    { GIMP_PDB_DRAWABLE, { .d_drawable = params[0].data.d_drawable } },
    { GIMP_PDB_STRING,   { .d_string = (char *) "adain" } },
  };
  GimpParam *found;
  int        n;

  found = gimp_run_procedure2 ("plug-in-scumble-save-style", &n, G_N_ELEMENTS (args), args);
  gimp_destroy_params (found, n);
  values[1].data.d_string = g_strdup (gimp_get_pdb_error ());
}

static const GimpParamDef drawable_arg[] =
{
  { GIMP_PDB_DRAWABLE, "drawable", "Which one" },
};

static const GimpParamDef fill_args[] =
{
  { GIMP_PDB_DRAWABLE, "drawable", "What to fill" },
  { GIMP_PDB_INT32,    "seed",     "Which picture; -1 is a ramp, -2 has lights" },
};

static const GimpParamDef spoil_args[] =
{
  { GIMP_PDB_DRAWABLE, "drawable", "What to spoil" },
  { GIMP_PDB_INT32,    "hidden",   "Whether to change the colours of transparent pixels, "
                                   "or else to put numbers that are no colours here and "
                                   "there" },
};

static const GimpParamDef compare_args[] =
{
  { GIMP_PDB_DRAWABLE, "layer",    "The result" },
  { GIMP_PDB_DRAWABLE, "drawable", "What was repainted" },
  { GIMP_PDB_DRAWABLE, "style",    "What it was painted like" },
  { GIMP_PDB_STRING,   "method",   "The method, or METHOD/QUALITY" },
  { GIMP_PDB_FLOAT,    "strength", "The strength" },
};

static const GimpParamDef compare_results[] =
{
  { GIMP_PDB_FLOAT, "difference", "Largest difference of a colour component from what "
                                  "the engine makes, in the layer's own encoding; of one above "
                                  "1 the share" },
  { GIMP_PDB_FLOAT, "change",     "Mean difference from what was repainted" },
  { GIMP_PDB_INT32, "alpha",      "Whether alpha is the same, bit for bit" },
};

static const GimpParamDef profile_args[] =
{
  { GIMP_PDB_IMAGE, "image",  "Which image" },
  { GIMP_PDB_INT32, "assign", "Whether to give it an uncommon colour profile, or to "
                              "convert it to the common one" },
};

static const GimpParamDef image_arg[] =
{
  { GIMP_PDB_IMAGE, "image", "Which image" },
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

static const GimpParamDef levels_results[] =
{
  { GIMP_PDB_INT32, "levels", "How many different grays it has" },
};

static const GimpParamDef digest_results[] =
{
  { GIMP_PDB_STRING, "digest", "SHA-256 of its pixels, byte for byte" },
};

static const GimpParamDef methods_results[] =
{
  { GIMP_PDB_INT32,       "n-methods", "How many" },
  { GIMP_PDB_STRINGARRAY, "methods",   "The methods on offer" },
};

static const GimpParamDef usual_results[] =
{
  { GIMP_PDB_STRING, "values", "The usual values of all settings after the quality, as a "
                               "list" },
};

static const GimpParamDef range_results[] =
{
  { GIMP_PDB_FLOAT, "least", "Perceptual" },
  { GIMP_PDB_FLOAT, "most",  "Perceptual" },
};

static const GimpParamDef short_results[] =
{
  { GIMP_PDB_STRING, "error", "What is said to a call with too few arguments" },
};

static const GimpParamDef watch_args[] =
{
  { GIMP_PDB_IMAGE,    "image",    "For plug-in-scumble, as the next four" },
  { GIMP_PDB_DRAWABLE, "drawable", "" },
  { GIMP_PDB_DRAWABLE, "style",    "" },
  { GIMP_PDB_STRING,   "method",   "" },
  { GIMP_PDB_FLOAT,    "strength", "" },
  { GIMP_PDB_INT32,    "stage",    "The stage to kill it in, or -1 to let it live" },
  { GIMP_PDB_STRING,   "quality",  "The method's quality" },
};

static const GimpParamDef watch_results[] =
{
  { GIMP_PDB_INT32,       "n-stages", "How many texts the progress had" },
  { GIMP_PDB_STRINGARRAY, "stages",   "The texts" },
  { GIMP_PDB_INT32,       "rising",   "Whether the progress never went back" },
  { GIMP_PDB_INT32,       "killed",   "Whether it was killed" },
  { GIMP_PDB_INT32,       "status",   "What became of it" },
  { GIMP_PDB_INT32,       "peak",     "KiB of memory that it had at most" },
};

typedef struct
{
  const char         *name;
  void              (*run) (const GimpParam *params, GimpParam *values);
  const GimpParamDef *args;
  int                 n_args;
  const GimpParamDef *results;
  int                 n_results;
} Procedure;

static const Procedure procedures[] =
{
  { "fill",    fill,           fill_args,    G_N_ELEMENTS (fill_args),    NULL, 0 },
  { "spoil",   spoil,          spoil_args,   G_N_ELEMENTS (spoil_args),   NULL, 0 },
  { "profile", change_profile, profile_args, G_N_ELEMENTS (profile_args), NULL, 0 },
  { "tables",  assign_tables,  image_arg,    G_N_ELEMENTS (image_arg),    NULL, 0 },
  { "compare", compare,        compare_args, G_N_ELEMENTS (compare_args),
    compare_results, G_N_ELEMENTS (compare_results) },
  { "read",    read_pixel,     read_args,    G_N_ELEMENTS (read_args),
    read_results,    G_N_ELEMENTS (read_results) },
  { "range",   find_range,     drawable_arg, G_N_ELEMENTS (drawable_arg),
    range_results,   G_N_ELEMENTS (range_results) },
  { "levels",  count_levels,   drawable_arg, G_N_ELEMENTS (drawable_arg),
    levels_results,  G_N_ELEMENTS (levels_results) },
  { "digest",  digest,         drawable_arg, G_N_ELEMENTS (drawable_arg),
    digest_results,  G_N_ELEMENTS (digest_results) },
  { "methods", list_methods,   NULL,         0,
    methods_results, G_N_ELEMENTS (methods_results) },
  { "usual",   write_usual,    NULL,         0,
    usual_results,   G_N_ELEMENTS (usual_results) },
  { "short",   call_short,     drawable_arg, G_N_ELEMENTS (drawable_arg),
    short_results,   G_N_ELEMENTS (short_results) },
};

/* In a process of its own, which takes its view of the progress with it. */
static const Procedure watch =
{
  "watch", scumble_watch, watch_args, G_N_ELEMENTS (watch_args),
  watch_results, G_N_ELEMENTS (watch_results)
};

static const Procedure *
find_procedure (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (procedures); i++)
    if (strcmp (name + strlen (PROCEDURE), procedures[i].name) == 0)
      return &procedures[i];

  return &watch;
}

static void
run_procedure (const char *name, int n_params, const GimpParam *params, int *n_results,
               GimpParam **results)
{
  static GimpParam values[MAX_RESULTS + 1];
  const Procedure *self = find_procedure (name);

  values[0] = (GimpParam) { GIMP_PDB_STATUS, { .d_status = GIMP_PDB_SUCCESS } };
  for (int k = 0; k < self->n_results; k++)
    values[1 + k].type = self->results[k].type;
  *results   = values;
  *n_results = 1 + self->n_results;
  self->run (params, values);
}

static void
serve (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (procedures); i++)
    {
      const Procedure *self = &procedures[i];
      g_autofree char *name = g_strconcat (PROCEDURE, self->name, NULL);

      gimp_install_temp_proc (name, "For tests", "", "", "", "", NULL, "", GIMP_TEMPORARY,
                              self->n_args, self->n_results, self->args, self->results,
                              run_procedure);
    }

  gimp_extension_ack ();
  while (TRUE)
    gimp_extension_process (0);
}

static void
query (void)
{
  gimp_install_procedure (SERVER, "For tests", "", "", "", "", NULL, "", GIMP_EXTENSION, 0, 0,
                          NULL, NULL);
  gimp_install_procedure (PROCEDURE "watch", "For tests", "", "", "", "", NULL, "", GIMP_PLUGIN,
                          watch.n_args, watch.n_results, watch.args, watch.results);
}

static void
run (const char *name, int n_params, const GimpParam *params, int *n_results,
     GimpParam **results)
{
  gegl_init (NULL, NULL);
  if (strcmp (name, SERVER) == 0)
    serve ();
  else
    run_procedure (name, n_params, params, n_results, results);
}

const GimpPlugInInfo PLUG_IN_INFO =
{
  .query_proc = query,
  .run_proc   = run,
};

MAIN ()
