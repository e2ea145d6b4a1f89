/* SPDX-License-Identifier: GPL-3.0-or-later */

/* SANet, MetaNet and MetaStyle against PyTorch, stage by stage: a test is named after its stage,
 * and begins with what PyTorch made of the stage before, so that one wrong stage fails alone.
 * The pictures at the end are checked where the methods' other tests are. */
#include "method-test.h"
#include "attention.h"
#include "feature-plane.h"
#include "meta-net.h"
#include "ref.h"
#include "simd.h"
#include "taps.h"
#include "transfer-net.h"
#include "vgg.h"

#include <glib/gstdio.h>

/* As many updates as the goldens had. */
enum { UPDATES = 2 };

static const ScumbleLayer merge_layers[] = { { SCUMBLE_LAYER_CONV3, "merge", FALSE } };

/* A tensor of a golden, to be freed like those of ref.h. */
static ScumbleTensor
golden_tensor (const char *golden, const char *name)
{
  g_autoptr (ScumbleSafetensors) file = golden_open (golden);
  int                            shape[3];
  float                         *data = golden_floats (file, name, shape);

  return (ScumbleTensor) { data, shape[0], shape[1], shape[2],
                           (gsize) shape[1] * (gsize) shape[2] };
}

static gsize
length (const ScumbleTensor *x)
{
  return (gsize) x->h * (gsize) x->w * (gsize) x->c;
}

/* Relative to the greatest value of the stage. */
static void
check_floats (const float *found, const ScumbleTensor *expected, double tolerance)
{
  double greatest = 0.0, difference;

  for (gsize i = 0; i < length (expected); i++)
    greatest = MAX (greatest, fabs ((double) expected->data[i]));
  g_assert_cmpfloat (greatest, >, 0.0);
  difference = max_difference (found, expected->data, length (expected));
  g_test_message ("differs by %.2g of %.3g", difference, greatest);
  g_assert_cmpfloat (difference, <=, tolerance * greatest);
}

/* A plane that may have more channels than the golden's. */
static void
check_plane (const ScumbleTensor *found, const ScumbleTensor *expected, double tolerance)
{
  g_autofree float *dense = g_new (float, length (expected));

  g_assert_cmpint (found->h, ==, expected->h);
  g_assert_cmpint (found->w, ==, expected->w);
  g_assert_cmpint (found->c, >=, expected->c);
  for (int i = 0; i < expected->h * expected->w; i++)
    memcpy (dense + i * expected->c,
            scumble_tensor_at (found, i / expected->w, i % expected->w),
            (gsize) expected->c * sizeof *dense);
  check_floats (dense, expected, tolerance);
}

static ScumbleConvnet *
open_encoder (void)
{
  g_autoptr (ScumbleSafetensors) file  = golden_open ("tiny-encoder");
  g_autoptr (GError)             error = NULL;
  ScumbleConvnet                *net   = scumble_vgg_encoder (file, SCUMBLE_VGG_RELU5_1,
                                                              &error);

  g_assert_no_error (error);
  return net;
}

/* What an encoder makes of "content" or "style" at a tap; @data is "content.relu3_1". */
static void
test_encoder (gconstpointer data)
{
  const char                *stage    = data;
  const int                  level    = stage[strlen (stage) - 3] - '0';
  g_autofree char           *name     = g_strndup (stage, strcspn (stage, "."));
  g_autoptr (ScumbleArena)   arena    = scumble_arena_new (64 << 20);
  const ScumbleJob           job      = { .arena = arena, .threads = 2 };
  ScumbleTensor              pixels   = golden_tensor ("methods", name);
  ScumbleTensor              expected = golden_tensor ("methods", stage);
  g_autoptr (ScumbleConvnet) encoder  = open_encoder ();
  g_autoptr (ScumbleConvnet) part     =
    scumble_vgg_part (encoder, SCUMBLE_VGG_PICTURE, (ScumbleVggTap) level);
  ScumbleMemorySource        source;
  ScumblePicture             picture;
  ScumbleFeatures            features;

  scumble_memory_source_init (&source, pixels.w, pixels.h, pixels.data);
  g_assert_true (scumble_picture_init (&picture, &source.source, 16, &job, NULL));
  g_assert_true (scumble_features_encode (&features, part, &picture, 1 << (level - 1),
                                          SCUMBLE_KEEP_FLOATS, &job, NULL));
  check_plane (&features.plane, &expected, 1e-4);

  scumble_features_clear (&features);
  scumble_picture_clear (&picture);
  g_free (pixels.data);
  g_free (expected.data);
}

/* The encoder's statistics of the style, or means and covariances. */
static void
test_taps (gconstpointer data)
{
  const char                *stage    = data;
  const gboolean             learned  = g_str_equal (stage, "covariances");
  g_autoptr (ScumbleArena)   arena    = scumble_arena_new (64 << 20);
  const ScumbleJob           job      = { .arena = arena, .threads = 2 };
  g_autoptr (ScumbleConvnet) encoder  = open_encoder ();
  ScumbleTensor              pixels   = golden_tensor ("methods", "style");
  ScumbleTensor              expected = golden_tensor ("methods", stage);
  g_autofree float          *found    = g_new (float, length (&expected));
  ScumbleMemorySource        source;
  ScumbleTaps                taps;

  scumble_memory_source_init (&source, pixels.w, pixels.h, pixels.data);
  scumble_taps_init (&taps, encoder, SCUMBLE_VGG_RELU5_1);
  g_assert_cmpuint (learned ? scumble_taps_covariances_length (&taps) : (gsize) taps.length, ==,
                    length (&expected));
  g_assert_true ((learned ? scumble_taps_covariances_source : scumble_taps_measure_source)
                   (&taps, &source.source, found, &job, NULL));
  check_floats (found, &expected, 1e-4);

  scumble_taps_clear (&taps);
  g_free (pixels.data);
  g_free (expected.data);
}

/* The statistics of a whole plane. */
static void
measure (const ScumbleTensor *plane, float *mean, float *std)
{
  ScumbleMoments moments;

  scumble_moments_init (&moments, plane->c);
  scumble_moments_add (&moments, plane, NULL, 1);
  scumble_moments_get (&moments, mean, std);
  scumble_moments_clear (&moments);
}

/* A block of SANet: the content looks at the style, "moved4_1", or at itself, "own4_1". */
static void
test_attention (gconstpointer data)
{
  const char                    *stage     = data;
  const char                    *level     = stage + strlen (stage) - 3;
  const gboolean                 own       = g_str_has_prefix (stage, "own");
  g_autofree char               *prefix    = g_strconcat ("transform.sanet", level, NULL);
  g_autofree char               *here      = g_strconcat ("content.relu", level, NULL);
  g_autofree char               *there     = g_strconcat ("style.relu", level, NULL);
  g_autoptr (ScumbleSafetensors) file      = golden_open ("tiny-sanet");
  ScumbleTensor                  content   = golden_tensor ("methods", here);
  ScumbleTensor                  style     = golden_tensor ("methods", own ? here : there);
  ScumbleTensor                  expected  = golden_tensor ("sanet", stage);
  const int                      c         = content.c;
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, prefix, c,
                                                                    scumble_simd_best (),
                                                                    NULL);
  g_autofree float              *scratch   =
    g_malloc (scumble_attention_scratch (attention, 2));
  g_autofree float              *values    = g_new (float, 4 * c);
  float                         *mean      = values, *std = mean + c;
  ScumbleTensor                  y         = ref_tensor_empty (content.h, content.w, c);
  ScumbleKeys                    keys;
  const ScumbleGaze              gaze      = { .mean = mean, .std = std, .keys = &keys,
                                               .gain = 1.0f, .sharpness = 1.0f };

  measure (&style, std + c, std + 2 * c);
  scumble_attention_see (attention, &keys, &style, NULL, std + c, std + 2 * c, G_MAXINT, 2);
  measure (&content, mean, std);
  scumble_copy (&content, &y, 2);
  scumble_attention_add (attention, &gaze, &content, &y, scratch, 2);
  check_plane (&y, &expected, 1e-4);

  scumble_keys_clear (&keys);
  g_free (content.data);
  g_free (style.data);
  g_free (expected.data);
  g_free (y.data);
}

static void
run_convnet (const ScumbleConvnet *net, const ScumbleTensor *x, const ScumbleTensor *y)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (64 << 20);
  const ScumbleJob         job   = { .arena = arena, .threads = 2 };
  const ScumbleRegion      in    = { *x, { 0, 0, x->w, x->h }, x->w, x->h };
  ScumbleRegion            out   = { .tensor = *y, .rect = { 0, 0, y->w, y->h } };

  g_assert_true (scumble_convnet_run (net, &in, &out, &job, NULL));
}

/* merge (fine + up (coarse)) */
static void
test_merge (void)
{
  g_autoptr (ScumbleSafetensors) file     = golden_open ("tiny-sanet");
  ScumbleTensor                  fine     = golden_tensor ("sanet", "moved4_1");
  ScumbleTensor                  coarse   = golden_tensor ("sanet", "moved5_1");
  ScumbleTensor                  expected = golden_tensor ("sanet", "merged");
  ScumbleTensor                  up       = ref_up2 (&coarse);
  ScumbleTensor                  y        = ref_tensor_empty (fine.h, fine.w, fine.c);
  g_autoptr (ScumbleConvnet)     merge    = scumble_convnet_new (merge_layers, 1, file,
                                                                 "transform", fine.c, NULL);

  for (gsize i = 0; i < length (&fine); i++)
    fine.data[i] += up.data[i];
  run_convnet (merge, &fine, &y);
  check_plane (&y, &expected, 1e-4);

  g_free (fine.data);
  g_free (coarse.data);
  g_free (expected.data);
  g_free (up.data);
  g_free (y.data);
}

static void
test_decoder (void)
{
  g_autoptr (ScumbleSafetensors) file     = golden_open ("tiny-sanet");
  ScumbleTensor                  merged   = golden_tensor ("sanet", "merged");
  ScumbleTensor                  expected = golden_tensor ("sanet", "paint-1");
  g_autoptr (ScumbleConvnet)     decoder  = scumble_vgg_decoder (file, merged.c, NULL);
  ScumbleTensor                  y        = ref_tensor_empty (8 * merged.h, 8 * merged.w, 3);
  ScumbleTensor                  part;

  run_convnet (decoder, &merged, &y);
  scumble_clamp (&y, 2);
  part = scumble_tensor_view (&y, 0, 0, expected.h, expected.w);
  check_plane (&part, &expected, 1e-4);

  g_free (merged.data);
  g_free (expected.data);
  g_free (y.data);
}

static ScumbleMetaNet *
open_meta (void)
{
  g_autoptr (ScumbleSafetensors) file  = golden_open ("tiny-metanet");
  ScumbleTensor                  known = golden_tensor ("methods", "statistics");
  g_autoptr (GError)             error = NULL;
  ScumbleMetaNet                *meta  = scumble_meta_net_new (file, known.c, &error);

  g_assert_no_error (error);
  g_free (known.data);

  return meta;
}

static void
test_hidden (void)
{
  g_autoptr (ScumbleMetaNet) meta       = open_meta ();
  ScumbleTensor              statistics = golden_tensor ("methods", "statistics");
  ScumbleTensor              expected   = golden_tensor ("metanet", "hidden");
  g_autofree float          *hidden     = scumble_meta_net_look (meta, statistics.data, 2);

  g_assert_cmpint (scumble_meta_net_length (meta), ==, expected.c);
  check_floats (hidden, &expected, 1e-5);

  g_free (statistics.data);
  g_free (expected.data);
}

static void
test_generated (void)
{
  g_autoptr (ScumbleMetaNet)     meta     = open_meta ();
  const int                      base     = scumble_meta_net_base (meta);
  ScumbleTensor                  hidden   = golden_tensor ("metanet", "hidden");
  ScumbleTensor                  expected = golden_tensor ("metanet", "generated");
  g_autofree float              *values   = scumble_meta_net_generate (meta, hidden.data, 2);

  g_assert_cmpuint (length (&expected), ==,
                    scumble_transfer_layer (base, SCUMBLE_TRANSFER_LAST).weights);
  check_floats (values, &expected, 1e-5);

  g_free (hidden.data);
  g_free (expected.data);
}

/* A layer of a transfer network, all before it included. */
static void
check_layer (const char *golden, const char *name, const float *values, int base)
{
  g_autoptr (ScumbleArena)    arena    = scumble_arena_new (64 << 20);
  const ScumbleJob            job      = { .arena = arena, .threads = 2 };
  ScumbleTensor               pixels   = golden_tensor ("methods", "content");
  ScumbleTensor               expected = golden_tensor (golden, name);
  g_autoptr (ScumbleTransfer) net      = NULL;
  int                         layer    = 0;
  ScumbleMemorySource         source;
  ScumblePicture              picture;
  ScumbleTensor               features;

  while (!g_str_equal (scumble_transfer_layer (base, layer).name, name))
    layer++;
  scumble_memory_source_init (&source, pixels.w, pixels.h, pixels.data);
  g_assert_true (scumble_picture_init (&picture, &source.source, SCUMBLE_TRANSFER_ALIGN, &job,
                                       NULL));
  net = scumble_transfer_new (base, values, 0.0f, &picture, 32 << 20, &job, NULL);
  g_assert_true (scumble_transfer_features (net, &picture, layer, &features, &job, NULL));
  g_assert_cmpint (expected.c, ==, scumble_transfer_layer (base, layer).c_out);
  check_plane (&features, &expected, 1e-4);

  scumble_picture_clear (&picture);
  g_free (pixels.data);
  g_free (expected.data);
}

static void
test_metanet_layer (gconstpointer name)
{
  g_autoptr (ScumbleMetaNet) meta      = open_meta ();
  ScumbleTensor              generated = golden_tensor ("metanet", "generated");
  ScumbleTensor              hidden    = golden_tensor ("metanet", "hidden");
  /* For the last layer, which all pictures share. */
  g_autofree float          *values    = scumble_meta_net_generate (meta, hidden.data, 2);

  memcpy (values, generated.data, length (&generated) * sizeof *values);
  check_layer ("metanet", name, values, scumble_meta_net_base (meta));

  g_free (generated.data);
  g_free (hidden.data);
}

static void
test_metastyle_layer (gconstpointer name)
{
  g_autoptr (ScumbleSafetensors) file   = golden_open ("tiny-metastyle");
  const int                      base   = scumble_transfer_base (file, "transfer", NULL);
  g_autofree float              *values = golden_parameters (file, base);

  check_layer ("metastyle", name, values, base);
}

/* The parameters that a saved style has. */
static float *
saved_parameters (const ScumbleStyle *style, gsize n)
{
  char                          *folder = ref_folder_new ();
  g_autofree char               *path   = g_build_filename (folder, "style.safetensors", NULL);
  g_autoptr (ScumbleSafetensors) file   = NULL;
  float                         *values;

  g_assert_true (scumble_style_save (style, path, "Stage", NULL));
  file   = scumble_safetensors_open (path, NULL);
  values = scumble_safetensors_floats (file, "style.parameters", n, NULL);
  g_assert_nonnull (values);
  ref_folder_free (folder);

  return values;
}

/* Adapted, scales and shifts have moved as PyTorch's have, and nothing else has moved. But a shift
 * at a block's end is taken away by the next normalisation: its gradient is rounding, of which
 * Adam makes steps as large as any. */
static void
test_adapted (void)
{
  g_autoptr (ScumbleSafetensors) file       = golden_open ("tiny-metastyle");
  const int                      base       = scumble_transfer_base (file, "transfer", NULL);
  const gsize                    n          = scumble_transfer_count (base);
  g_autofree float              *start      = golden_parameters (file, base);
  g_autofree float              *parameters = NULL;
  g_autoptr (ScumbleArena)       arena      = scumble_arena_new (256 << 20);
  const ScumbleJob               job        = { .arena = arena, .threads = 2 };
  const ScumbleAdaptation        how        = { .updates = UPDATES };
  ScumbleTensor                  content    = golden_tensor ("methods", "content");
  ScumbleTensor                  style      = golden_tensor ("methods", "style");
  ScumbleTensor                  expected   = golden_tensor ("metastyle", "adapted");
  g_autofree float              *found      = g_new (float, length (&expected));
  g_autoptr (ScumbleModel)       model      = open_model ("metastyle", "tiny-metastyle");
  g_autoptr (ScumbleStyle)       encoded    = NULL;
  g_autoptr (ScumbleStyle)       adapted    = NULL;
  gsize                          at         = 0;
  ScumbleMemorySource            sources[2];

  scumble_memory_source_init (&sources[0], content.w, content.h, content.data);
  scumble_memory_source_init (&sources[1], style.w, style.h, style.data);
  encoded = scumble_model_encode (model, &sources[1].source, NULL, &job, NULL);
  adapted = scumble_model_adapt (model, encoded, &sources[0].source, &how, &job, NULL);
  g_assert_nonnull (adapted);

  parameters = saved_parameters (adapted, n);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (base, i);
      const gsize                end   = i < SCUMBLE_TRANSFER_LAST ? layer.scale : layer.end;

      g_assert_cmpfloat (max_difference (parameters + layer.weights, start + layer.weights,
                                         end - layer.weights), ==, 0.0);
      memcpy (found + at, parameters + end, (layer.end - end) * sizeof *found);
      at += layer.end - end;
      for (int k = 1; k <= layer.c_out && layer.skip; k++)
        found[at - (gsize) k] = expected.data[at - (gsize) k];
    }
  g_assert_cmpuint (at, ==, length (&expected));
  /* Seen: 6e-6; an update moves a number by up to 0.01. */
  check_floats (found, &expected, 1e-4);

  g_free (content.data);
  g_free (style.data);
  g_free (expected.data);
}

static void
add (const char *folder, const char *stage, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/stages/%s/%s", folder, stage);

  g_test_add_data_func (path, stage, test);
}

int
main (int argc, char **argv)
{
  static const char *const encoder[]   = { "content.relu3_1", "content.relu4_1",
                                           "content.relu5_1", "style.relu1_1",
                                           "style.relu2_1", "style.relu3_1", "style.relu4_1",
                                           "style.relu5_1" };
  static const char *const attention[] = { "moved4_1", "moved5_1", "own4_1", "own5_1" };
  static const char *const metanet[]   = { "first", "down1", "down2", "block1_a", "block2_a",
                                           "block3_a", "block4_a", "block5_a", "up1", "up2" };
  static const char *const metastyle[] = { "down2", "block5_a", "up2" };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  golden_folder = argv[1];

  for (guint i = 0; i < G_N_ELEMENTS (encoder); i++)
    add ("encoder", encoder[i], test_encoder);
  add ("encoder", "statistics", test_taps);
  add ("encoder", "covariances", test_taps);
  for (guint i = 0; i < G_N_ELEMENTS (attention); i++)
    add ("sanet", attention[i], test_attention);
  g_test_add_func ("/stages/sanet/merged", test_merge);
  g_test_add_func ("/stages/sanet/decoder", test_decoder);
  g_test_add_func ("/stages/metanet/hidden", test_hidden);
  g_test_add_func ("/stages/metanet/generated", test_generated);
  for (guint i = 0; i < G_N_ELEMENTS (metanet); i++)
    add ("metanet", metanet[i], test_metanet_layer);
  for (guint i = 0; i < G_N_ELEMENTS (metastyle); i++)
    add ("metastyle", metastyle[i], test_metastyle_layer);
  g_test_add_func ("/stages/metastyle/adapted", test_adapted);

  return g_test_run ();
}
