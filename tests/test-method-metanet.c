/* SPDX-License-Identifier: GPL-3.0-or-later */

/* MetaNet files of every width that the paper has: 8, 16 and 32. */
#include "method-test.h"
#include "ref.h"
#include "safetensors-writer.h"
#include "taps.h"
#include "transfer-net.h"

#include <glib/gstdio.h>

enum { SLICE = 3 };

/* Small random values, as many as the shape says. */
static void
add (ScumbleSafetensorsWriter *writer, const char *name, const int *shape, guint n_dims,
     float low, float high)
{
  gsize             n = 1;
  g_autofree float *values;

  for (guint i = 0; i < n_dims; i++)
    n *= (gsize) shape[i];
  values = g_new (float, n);
  ref_fill (values, n, g_str_hash (name), low, high);
  scumble_safetensors_writer_add (writer, name, shape, n_dims, values);
}

static void
add_map (ScumbleSafetensorsWriter *writer, const char *name, int out, int in)
{
  g_autofree char *weight = g_strdup_printf ("meta.%s.weight", name);
  g_autofree char *bias   = g_strdup_printf ("meta.%s.bias", name);

  add (writer, weight, (const int[]) { out, in }, 2, -0.1f, 0.1f);
  add (writer, bias, (const int[]) { out }, 1, -0.2f, 0.2f);
}

/* A model file of random values for the tiny encoder. */
static void
write_model (const char *path, int base)
{
  g_autoptr (ScumbleSafetensorsWriter) writer  = scumble_safetensors_writer_new ();
  g_autoptr (ScumbleSafetensors)       file    = golden_open ("tiny-encoder");
  g_autoptr (GError)                   error   = NULL;
  g_autoptr (ScumbleConvnet)           encoder =
    scumble_vgg_encoder (file, SCUMBLE_VGG_RELU5_1, &error);
  ScumbleTaps                          taps;

  g_assert_no_error (error);
  scumble_taps_init (&taps, encoder, SCUMBLE_VGG_RELU5_1);
  scumble_safetensors_writer_set (writer, "scumble.method", "metanet");
  scumble_safetensors_writer_set (writer, "scumble.version", "1");
  scumble_safetensors_writer_set (writer, "scumble.encoder", "tiny-encoder");
  add (writer, "meta.mean", &taps.length, 1, -0.1f, 0.1f);
  add (writer, "meta.scale", &taps.length, 1, 0.5f, 1.5f);
  add_map (writer, "hidden", SCUMBLE_TRANSFER_LAST * SLICE, taps.length);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (base, i);
      const gsize                from  = i == SCUMBLE_TRANSFER_FIRST ? layer.scale
                                                                     : layer.weights;

      add_map (writer, layer.name, (int) (layer.end - from), SLICE);
    }
  add (writer, "shared.first.weight", (const int[]) { base, 3, 9, 9 }, 4, -0.1f, 0.1f);
  add (writer, "shared.last.weight", (const int[]) { 3, base, 9, 9 }, 4, -0.1f, 0.1f);
  add (writer, "shared.last.bias", (const int[]) { 3 }, 1, -0.1f, 0.1f);
  scumble_taps_clear (&taps);
  g_assert_true (scumble_safetensors_writer_save (writer, path, &error));
  g_assert_no_error (error);
}

/* Saved, a generated network takes at most the paper's 449 KB; loaded without the painting, it
 * is the same. */
static ScumbleStyle *
save_and_load (ScumbleModel *model, const ScumbleStyle *style, const char *folder)
{
  g_autofree char   *path   = g_build_filename (folder, "style.safetensors", NULL);
  g_autoptr (GError) error  = NULL;
  ScumbleStyle      *loaded = NULL;
  GStatBuf           about;

  g_assert_true (scumble_style_save (style, path, "Style", &error));
  g_assert_cmpint (g_stat (path, &about), ==, 0);
  g_assert_cmpint (about.st_size, <=, 449000);
  loaded = scumble_style_load (model, path, &error);
  g_assert_no_error (error);
  g_remove (path);

  return loaded;
}

/* It opens, and paints something of the picture. */
static void
test_base (gconstpointer data)
{
  const int                  base    = GPOINTER_TO_INT (data);
  g_autofree char           *folder  = g_dir_make_tmp ("scumble-XXXXXX", NULL);
  g_autofree char           *path    = g_build_filename (folder, "wide.safetensors", NULL);
  const char *const          paths[] = { folder, golden_folder, NULL };
  const Picture              picture = random_picture (60, 44, 1);
  const ScumbleRect          whole   = { 0, 0, 60, 44 };
  g_autoptr (GError)         error   = NULL;
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (64 << 20);
  const ScumbleJob           job     = { .arena = arena, .threads = 2 };
  g_autofree float          *rgb     = g_new (float, 3 * 60 * 44);
  g_autoptr (ScumbleModel)   model   = NULL;
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleStyle)   loaded  = NULL;
  g_autofree float          *again   = g_new (float, 3 * 60 * 44);
  g_autoptr (ScumbleContent) content = NULL;
  ScumbleMemorySource        source;
  ScumbleZone                zone    = { NULL, NULL };
  ScumbleLook                look;
  float                      low = 1.0f, high = 0.0f;

  write_model (path, base);
  scumble_memory_source_init (&source, 60, 44, picture.rgba);
  model = scumble_model_open (paths, "metanet", "wide", &error);
  g_assert_no_error (error);
  style = scumble_model_encode (model, &source.source, NULL, &job, &error);
  g_assert_no_error (error);
  content = scumble_model_survey (model, &source.source, &job, &error);
  g_assert_no_error (error);
  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  g_assert_true (scumble_content_render (content, &look, &whole, rgb, &job, &error));
  for (int i = 0; i < 3 * 60 * 44; i++)
    {
      low  = MIN (low, rgb[i]);
      high = MAX (high, rgb[i]);
      g_assert_true (rgb[i] >= 0.0f && rgb[i] <= 1.0f);
    }
  g_assert_cmpfloat (high - low, >, 0.01);

  loaded     = save_and_load (model, style, folder);
  zone.style = loaded;
  g_assert_true (scumble_content_render (content, &look, &whole, again, &job, &error));
  g_assert_cmpfloat (max_difference (rgb, again, 3 * 60 * 44), ==, 0.0);

  g_remove (path);
  g_rmdir (folder);
  g_free (picture.rgba);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  golden_folder = argv[1];

  g_test_add_data_func ("/metanet/base-8", GINT_TO_POINTER (8), test_base);
  g_test_add_data_func ("/metanet/base-16", GINT_TO_POINTER (16), test_base);
  g_test_add_data_func ("/metanet/base-32", GINT_TO_POINTER (32), test_base);

  return g_test_run ();
}
