/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The engine against what PyTorch computed beforehand: golden/make.py.
 *
 *     test-golden GOLDEN-FOLDER WEIGHTS-FOLDER */
#include "engine.h"
#include "feature-plane.h"
#include "ref.h"
#include "vgg.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *name;
  char       *networks;
  double      strength;
  double      features; /* tolerances */
  double      pixels;
} Case;

typedef struct
{
  const char         *golden;
  const char         *weights;
  Case                test;
  ScumbleSafetensors *expected;
  ScumbleArena       *arena;
  ScumbleJob          job;
} Fixture;

static ScumbleSafetensors *
open_file (const char *folder, const char *name)
{
  g_autofree char    *path  = g_strdup_printf ("%s/%s.safetensors", folder, name);
  g_autoptr (GError)  error = NULL;
  ScumbleSafetensors *file  = scumble_safetensors_open (path, &error);

  g_assert_no_error (error);
  return file;
}

/* A tensor of the golden, [h, w, c]; its data is to be freed. */
static ScumbleTensor
get (const Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  int                shape[3];
  float             *data;

  scumble_safetensors_shape (f->expected, name, 3, shape, &error);
  g_assert_no_error (error);
  data = scumble_safetensors_floats (f->expected, name,
                                     (gsize) shape[0] * (gsize) shape[1] * (gsize) shape[2],
                                     &error);
  g_assert_no_error (error);

  return (ScumbleTensor) { data, shape[0], shape[1], shape[2],
                           (gsize) shape[1] * (gsize) shape[2] };
}

/* Opaque pixels [h, w, 4] of a golden's picture. */
static float *
get_picture (const Fixture *f, const char *name, int *w, int *h)
{
  const ScumbleTensor rgb  = get (f, name);
  float              *rgba = g_new (float, 4 * rgb.w * rgb.h);

  g_assert_cmpint (rgb.c, ==, 3);
  for (int i = 0; i < rgb.w * rgb.h; i++)
    {
      memcpy (rgba + 4 * i, rgb.data + 3 * i, 3 * sizeof *rgba);
      rgba[4 * i + 3] = 1.0f;
    }
  *w = rgb.w;
  *h = rgb.h;
  g_free (rgb.data);

  return rgba;
}

/* Tells the greatest error, and fails if it is beyond @tolerance of @scale. */
static void
compare (const Fixture *f, const char *stage, const ScumbleTensor *x,
         const ScumbleTensor *expected, double scale, double tolerance)
{
  double most = 0.0;

  ref_assert_close (x, expected, tolerance * scale);
  for (gsize i = 0; i < (gsize) x->h * x->stride; i++)
    most = MAX (most, fabs ((double) x->data[i] - expected->data[i]));
  g_test_message ("%s: %s differs by %.1e of %.1e allowed", f->test.name, stage, most / scale,
                  tolerance);
}

static double
greatest (const ScumbleTensor *x)
{
  double most = 0.0;

  for (gsize i = 0; i < (gsize) x->h * x->stride; i++)
    most = MAX (most, fabs (x->data[i]));

  return most;
}

static ScumbleConvnet *
open_encoder (const Fixture *f)
{
  const gboolean                 shipped = g_str_equal (f->test.networks, "shipped");
  g_autofree char               *name    = g_strconcat (f->test.networks, "-encoder", NULL);
  g_autoptr (ScumbleSafetensors) file    = shipped ? open_file (f->weights, "encoder")
                                                   : open_file (f->golden, name);
  g_autoptr (GError)             error   = NULL;
  ScumbleConvnet                *encoder = scumble_vgg_encoder (file, SCUMBLE_VGG_RELU5_1, &error);

  g_assert_no_error (error);
  return encoder;
}

/* The features of a golden's picture at one tap, compared with the golden's. */
static ScumbleFeatures
check_features (Fixture *f, const ScumbleConvnet *encoder, const char *picture_name,
                ScumbleVggTap tap, const char *stage)
{
  g_autoptr (ScumbleConvnet) net      = scumble_vgg_part (encoder, SCUMBLE_VGG_PICTURE, tap);
  const int                  stride   = tap == SCUMBLE_VGG_RELU1_1 ? 1 : SCUMBLE_VGG_STRIDE;
  const ScumbleTensor        expected = get (f, stage);
  g_autoptr (GError)         error    = NULL;
  ScumbleMemorySource        source;
  ScumblePicture             picture;
  ScumbleFeatures            features;
  int                        w, h;
  g_autofree float          *rgba     = get_picture (f, picture_name, &w, &h);

  scumble_memory_source_init (&source, w, h, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, SCUMBLE_VGG_STRIDE, &f->job,
                                       &error));
  g_assert_true (scumble_features_encode (&features, net, &picture, stride,
                                          SCUMBLE_KEEP_FLOATS, &f->job, &error));
  compare (f, stage, &features.plane, &expected, greatest (&expected), f->test.features);
  scumble_picture_clear (&picture);
  g_free (expected.data);

  return features;
}

/* AdaIN's definition on the engine's own features and statistics. */
static void
check_transform (Fixture *f, const ScumbleFeatures *content, const ScumbleFeatures *style)
{
  const ScumbleTensor  expected = get (f, "transformed");
  const int            c        = expected.c;
  g_autofree float    *values   = g_new (float, 5 * c);
  float               *mean     = values, *std = mean + c, *mean_s = std + c;
  float               *std_s    = mean_s + c, *high = std_s + c;
  const float          strength = (float) f->test.strength;

  scumble_moments_get (&content->moments, mean, std);
  scumble_moments_get (&style->moments, mean_s, std_s);
  scumble_moments_get_highs (&style->moments, high);
  for (int i = 0; i < expected.h; i++)
    for (int j = 0; j < expected.w; j++)
      for (int k = 0; k < c; k++)
        {
          float      *x      = scumble_tensor_at (&content->plane, i, j) + k;
          const float gain   = MIN (std_s[k] / std[k], 4.0f);
          const float styled = gain * (*x - mean[k]) + mean_s[k];

          *x = strength * MIN (styled, high[k]) + (1.0f - strength) * *x;
        }
  compare (f, "transformed", &content->plane, &expected, greatest (&expected),
           f->test.features);
  g_free (expected.data);
}

static void
check_pixels (Fixture *f)
{
  const gboolean             shipped = g_str_equal (f->test.networks, "shipped");
  const char *const          path[]  = { shipped ? f->weights : f->golden, NULL };
  g_autofree char           *name    = shipped ? NULL
                                               : g_strconcat (f->test.networks, "-adain", NULL);
  const ScumbleTensor        expected = get (f, "pixels");
  const ScumbleTensor        out     = ref_tensor_empty (expected.h, expected.w, 3);
  const ScumbleRect          all     = { 0, 0, expected.w, expected.h };
  g_autoptr (GError)         error   = NULL;
  g_autoptr (ScumbleModel)   model   = scumble_model_open (path, "adain", name, &error);
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  ScumbleMemorySource        content_source, style_source;
  ScumbleZone                zone = { NULL, NULL };
  ScumbleLook                look;
  int                        w, h;
  g_autofree float          *content_rgba = get_picture (f, "content", &w, &h);
  g_autofree float          *style_rgba   = NULL;

  g_assert_no_error (error);
  scumble_memory_source_init (&content_source, w, h, content_rgba);
  style_rgba = get_picture (f, "style", &w, &h);
  scumble_memory_source_init (&style_source, w, h, style_rgba);

  style   = scumble_model_encode (model, &style_source.source, NULL, &f->job, &error);
  content = scumble_model_survey (model, &content_source.source, &f->job, &error);
  g_assert_no_error (error);
  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  look.strength = f->test.strength;
  g_assert_true (scumble_content_render (content, &look, &all, out.data, &f->job, &error));
  compare (f, "pixels", &out, &expected, 1.0, f->test.pixels);

  g_free (expected.data);
  g_free (out.data);
}

static char *
checksum (const char *folder, const char *name)
{
  g_autofree char    *path  = g_strdup_printf ("%s/%s.safetensors", folder, name);
  g_autofree char    *bytes = NULL;
  g_autoptr (GError)  error = NULL;
  gsize               n;

  g_file_get_contents (path, &bytes, &n, &error);
  g_assert_no_error (error);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, n);
}

/* Goldens of other weights than the ones that ship would only show a difference. */
static void
assert_up_to_date (const Fixture *f)
{
  g_autofree char *encoder = checksum (f->weights, "encoder");
  g_autofree char *model   = checksum (f->weights, "adain");
  g_autofree char *both    = g_strdup_printf ("%s %s", encoder, model);

  if (g_strcmp0 (both, scumble_safetensors_metadata (f->expected, "networks")) != 0)
    g_error ("the networks in weights/ are not those that the golden \"%s\" was made with; "
             "run tests/golden/make.py", f->test.name);
}

static void
test_case (gconstpointer data)
{
  Fixture                    f       = *(const Fixture *) data;
  g_autoptr (ScumbleConvnet) encoder = NULL;
  ScumbleFeatures            content, style;

  f.expected = open_file (f.golden, f.test.name);
  f.arena    = scumble_arena_new (256 << 20);
  f.job      = (ScumbleJob) { .arena = f.arena, .threads = 2 };
  if (g_str_equal (f.test.networks, "shipped"))
    assert_up_to_date (&f);

  encoder = open_encoder (&f);
  if (scumble_safetensors_shape (f.expected, "relu1_1", 3, (int[3]) { 0 }, NULL))
    {
      content = check_features (&f, encoder, "content", SCUMBLE_VGG_RELU1_1, "relu1_1");
      scumble_features_clear (&content);
    }
  content = check_features (&f, encoder, "content", SCUMBLE_VGG_RELU4_1, "relu4_1");
  style   = check_features (&f, encoder, "style", SCUMBLE_VGG_RELU4_1, "style4_1");
  check_transform (&f, &content, &style);
  scumble_features_clear (&content);
  scumble_features_clear (&style);
  check_pixels (&f);

  scumble_arena_free (f.arena);
  scumble_safetensors_free (f.expected);
}

static void
free_case (gpointer data)
{
  Fixture *f = data;

  g_free (f->test.networks);
  g_free (f);
}

int
main (int argc, char **argv)
{
  g_autoptr (GKeyFile) file  = g_key_file_new ();
  g_autofree char     *path  = NULL;
  g_auto (GStrv)       names = NULL;
  g_autoptr (GError)   error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);

  path = g_build_filename (argv[1], "cases.ini", NULL);
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  names = g_key_file_get_groups (file, NULL);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *title = g_strconcat ("/golden/", names[i], NULL);
      Fixture         *f     = g_new0 (Fixture, 1);

      f->golden        = argv[1];
      f->weights       = argv[2];
      f->test.name     = names[i];
      f->test.networks = g_key_file_get_string (file, names[i], "networks", NULL);
      f->test.strength = g_key_file_get_double (file, names[i], "strength", NULL);
      f->test.features = g_key_file_get_double (file, names[i], "features", NULL);
      f->test.pixels   = g_key_file_get_double (file, names[i], "pixels", NULL);
      g_test_add_data_func_full (title, f, test_case, free_case);
    }

  return g_test_run ();
}
