/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ref.h"
#include "vgg.h"

static const RefWidths widths = { { 4, 5, 6, 7, 8 } };

static ScumbleSafetensors *
open_file (const RefFile *made)
{
  char               *folder = ref_folder_new ();
  g_autofree char    *path   = g_build_filename (folder, "m.safetensors", NULL);
  g_autoptr (GError)  error  = NULL;
  ScumbleSafetensors *file;

  ref_file_save (made, folder, "m");
  file = scumble_safetensors_open (path, &error);
  g_assert_no_error (error);
  ref_folder_free (folder);

  return file;
}

/* VGG-19's plan, written out once more. */
static const ScumbleLayer plan[] = {
  { SCUMBLE_LAYER_CONV3, "conv1_1", TRUE }, { SCUMBLE_LAYER_CONV3, "conv1_2", TRUE },
  { SCUMBLE_LAYER_POOL2, NULL, FALSE },
  { SCUMBLE_LAYER_CONV3, "conv2_1", TRUE }, { SCUMBLE_LAYER_CONV3, "conv2_2", TRUE },
  { SCUMBLE_LAYER_POOL2, NULL, FALSE },
  { SCUMBLE_LAYER_CONV3, "conv3_1", TRUE }, { SCUMBLE_LAYER_CONV3, "conv3_2", TRUE },
  { SCUMBLE_LAYER_CONV3, "conv3_3", TRUE }, { SCUMBLE_LAYER_CONV3, "conv3_4", TRUE },
  { SCUMBLE_LAYER_POOL2, NULL, FALSE },
  { SCUMBLE_LAYER_CONV3, "conv4_1", TRUE }, { SCUMBLE_LAYER_CONV3, "conv4_2", TRUE },
  { SCUMBLE_LAYER_CONV3, "conv4_3", TRUE }, { SCUMBLE_LAYER_CONV3, "conv4_4", TRUE },
  { SCUMBLE_LAYER_POOL2, NULL, FALSE },
  { SCUMBLE_LAYER_CONV3, "conv5_1", TRUE },
};
static const guint rows_to[] = { 0, 1, 4, 7, 12, 17 };

static ScumbleTensor
run (const ScumbleConvnet *net, const ScumbleTensor *x, int h, int w)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (64 << 20);
  const ScumbleJob         job   = { .arena = arena, .threads = 2 };
  const ScumbleRegion      in    = { *x, { 0, 0, x->w, x->h }, x->w, x->h };
  ScumbleRegion            out   = { .rect = { 0, 0, w, h } };
  g_autoptr (GError)       error = NULL;

  out.tensor = ref_tensor_empty (h, w, scumble_convnet_channels (net));
  g_assert_true (scumble_convnet_run (net, &in, &out, &job, &error));
  g_assert_cmpint (out.plane_h, ==, h);
  g_assert_cmpint (out.plane_w, ==, w);

  return out.tensor;
}

/* From every tap to every later one. */
static void
test_encoder (void)
{
  g_autoptr (RefFile)            made    = ref_encoder (&widths, 1);
  g_autoptr (ScumbleSafetensors) file    = open_file (made);
  g_autoptr (GError)             error   = NULL;
  g_autoptr (ScumbleConvnet)     encoder = scumble_vgg_encoder (file, SCUMBLE_VGG_RELU5_1, &error);

  g_assert_no_error (error);
  for (int from = 0; from < SCUMBLE_VGG_TAPS; from++)
    for (int to = from + 1; to < SCUMBLE_VGG_TAPS; to++)
      {
        g_autoptr (ScumbleConvnet) part = scumble_vgg_part (encoder, from, to);
        const int           c           = from == 0 ? 3 : widths.level[from - 1];
        const ScumbleTensor x           = ref_tensor (32, 48, c, 2);
        const ScumbleTensor expected    = ref_net_run (plan + rows_to[from],
                                                       rows_to[to] - rows_to[from], made,
                                                       "encoder", &x);
        const ScumbleTensor y           = run (part, &x, expected.h, expected.w);

        g_assert_cmpint (y.c, ==, widths.level[to - 1]);
        ref_assert_close (&y, &expected, 1e-4);

        g_free (x.data);
        g_free (y.data);
        g_free (expected.data);
      }
}

static void
test_decoder (void)
{
  static const ScumbleLayer mirrored[] = {
    { SCUMBLE_LAYER_CONV3, "conv4_1", TRUE },
    { SCUMBLE_LAYER_UP2, NULL, FALSE },
    { SCUMBLE_LAYER_CONV3, "conv3_4", TRUE }, { SCUMBLE_LAYER_CONV3, "conv3_3", TRUE },
    { SCUMBLE_LAYER_CONV3, "conv3_2", TRUE }, { SCUMBLE_LAYER_CONV3, "conv3_1", TRUE },
    { SCUMBLE_LAYER_UP2, NULL, FALSE },
    { SCUMBLE_LAYER_CONV3, "conv2_2", TRUE }, { SCUMBLE_LAYER_CONV3, "conv2_1", TRUE },
    { SCUMBLE_LAYER_UP2, NULL, FALSE },
    { SCUMBLE_LAYER_CONV3, "conv1_2", TRUE }, { SCUMBLE_LAYER_CONV3, "conv1_1", FALSE },
  };
  g_autoptr (RefFile)            made    = ref_decoder (&widths, 1);
  g_autoptr (ScumbleSafetensors) file    = open_file (made);
  g_autoptr (GError)             error   = NULL;
  g_autoptr (ScumbleConvnet)     decoder = scumble_vgg_decoder (file, 7, &error);
  const ScumbleTensor            x       = ref_tensor (4, 3, 7, 2);
  ScumbleTensor                  y, expected;

  g_assert_no_error (error);
  expected = ref_net_run (mirrored, G_N_ELEMENTS (mirrored), made, "decoder", &x);
  y        = run (decoder, &x, 32, 24);
  ref_assert_close (&y, &expected, 1e-4);

  g_free (x.data);
  g_free (y.data);
  g_free (expected.data);
}

/* VGG-19 in full: one cell of relu5_1, for the widths' sake. */
static void
test_full_width (void)
{
  static const RefWidths         full    = { { 64, 128, 256, 512, 512 } };
  g_autoptr (RefFile)            made    = ref_encoder (&full, 1);
  g_autoptr (ScumbleSafetensors) file    = open_file (made);
  g_autoptr (GError)             error   = NULL;
  g_autoptr (ScumbleConvnet)     encoder = scumble_vgg_encoder (file, SCUMBLE_VGG_RELU5_1, &error);
  g_autoptr (ScumbleConvnet)     part    = NULL;
  const ScumbleTensor            x       = ref_tensor (16, 16, 3, 2);
  ScumbleTensor                  y, expected;

  g_assert_no_error (error);
  part     = scumble_vgg_part (encoder, SCUMBLE_VGG_PICTURE, SCUMBLE_VGG_RELU4_1);
  expected = ref_net_run (plan, rows_to[SCUMBLE_VGG_RELU4_1], made, "encoder", &x);
  y        = run (part, &x, 2, 2);
  ref_assert_close (&y, &expected, 1e-3);

  g_free (x.data);
  g_free (y.data);
  g_free (expected.data);
}

static void
test_misfits (void)
{
  g_autoptr (RefFile)            made  = ref_decoder (&widths, 1);
  g_autoptr (RefFile)            grey  = ref_file_new ();
  g_autoptr (ScumbleSafetensors) file  = open_file (made);
  g_autoptr (GError)             error = NULL;
  g_autoptr (ScumbleSafetensors) other = NULL;
  const char *const              names[] = { "4_1", "3_4", "3_3", "3_2", "3_1", "2_2", "2_1",
                                             "1_2", "1_1" };

  g_assert_null (scumble_vgg_decoder (file, 6, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "decoder.conv4_1.weight");
  g_assert_null (scumble_vgg_encoder (file, SCUMBLE_VGG_RELU5_1, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "encoder.conv1_1.weight");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strconcat ("decoder.conv", names[i], NULL);

      ref_file_conv (grey, name, 4, 4, 3, i);
    }
  other = open_file (grey);
  g_assert_null (scumble_vgg_decoder (other, 4, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "4 channels instead of 3");
}

/* A decoder whose levels take the channels of a tap behind what they get from above; level 2
 * lacks as many as @missing. */
static RefFile *
joined_decoder (int missing)
{
  static const struct
  {
    const char *name;
    int         c_in;
    int         c_out;
  } layers[] = {
    { "4_1", 7, 6 }, { "3_4", 12, 6 }, { "3_3", 6, 6 }, { "3_2", 6, 6 }, { "3_1", 6, 5 },
    { "2_2", 10, 5 }, { "2_1", 5, 4 }, { "1_2", 8, 4 }, { "1_1", 4, 3 },
  };
  RefFile *file = ref_file_new ();

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      g_autofree char *name = g_strconcat ("decoder.conv", layers[i].name, NULL);

      ref_file_conv (file, name, layers[i].c_out,
                     layers[i].c_in - (g_str_equal (layers[i].name, "2_2") ? missing : 0), 3, i);
    }

  return file;
}

/* The stages are the parts of the plan, and fit each other and the taps. */
static void
test_stages (void)
{
  static const int               c_in[]  = { 8, 10, 12, 7 }, c_out[] = { 3, 4, 5, 6 };
  g_autoptr (RefFile)            plain   = ref_decoder (&widths, 1);
  g_autoptr (RefFile)            made    = joined_decoder (0);
  g_autoptr (RefFile)            damaged = joined_decoder (1);
  g_autoptr (ScumbleSafetensors) without = open_file (plain);
  g_autoptr (ScumbleSafetensors) file    = open_file (made);
  g_autoptr (ScumbleSafetensors) misfit  = open_file (damaged);
  g_autoptr (GError)             error   = NULL;

  g_assert_false (scumble_vgg_decoder_joins (without));
  g_assert_true (scumble_vgg_decoder_joins (file));
  for (int level = 1; level <= SCUMBLE_VGG_STAGES; level++)
    {
      g_autoptr (ScumbleConvnet) stage = scumble_vgg_decoder_stage (file, level, c_in[level - 1],
                                                                    &error);
      const ScumbleTensor        x     = ref_tensor (4, 3, c_in[level - 1], 2);
      ScumbleTensor              y;

      g_assert_no_error (error);
      g_assert_cmpint (scumble_convnet_channels (stage), ==, c_out[level - 1]);
      y = run (stage, &x, 4, 3);
      g_free (x.data);
      g_free (y.data);
    }

  g_assert_null (scumble_vgg_decoder_stage (misfit, 2, 10, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "decoder.conv2_2.weight");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/vgg/encoder", test_encoder);
  g_test_add_func ("/vgg/decoder", test_decoder);
  g_test_add_func ("/vgg/stages", test_stages);
  g_test_add_func ("/vgg/full-width", test_full_width);
  g_test_add_func ("/vgg/misfits", test_misfits);

  return g_test_run ();
}
