/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The encoder's statistics tile by tile, against those of whole planes. */
#include "method-test.h"
#include "feature-plane.h"
#include "taps.h"

enum { N_TAPS = SCUMBLE_VGG_TAPS - 1 };

static ScumbleConvnet *
open_encoder (void)
{
  g_autoptr (ScumbleSafetensors) file  = golden_open ("narrow-encoder");
  g_autoptr (GError)             error = NULL;
  ScumbleConvnet                *net   = scumble_vgg_encoder (file, SCUMBLE_VGG_RELU5_1,
                                                              &error);

  g_assert_no_error (error);
  return net;
}

/* Invisible in one corner, half visible in another. */
static Picture
veiled_picture (int w, int h)
{
  Picture picture = random_picture (w, h, 5);

  for (int i = 0; i < w * h; i++)
    if (i / w < h / 3 && i % w < w / 3)
      picture.rgba[4 * i + 3] = 0.0f;
    else if (i / w > h / 2 && i % w > w / 2)
      picture.rgba[4 * i + 3] = 0.5f;

  return picture;
}

/* Means and covariances straight from the definition. */
static void
plain_covariance (const ScumbleFeatures *features, float *values)
{
  const ScumbleTensor *plane = &features->plane;
  const int            c     = plane->c;
  double               total = 0.0;
  g_autofree double   *means = g_new0 (double, c);
  g_autofree double   *sums  = g_new0 (double, c * c);

  for (int i = 0; i < plane->h * plane->w; i++)
    {
      const double weight = features->weights != NULL ? features->weights[i] : 1.0;

      total += weight;
      for (int j = 0; j < c; j++)
        means[j] += weight * plane->data[i * c + j];
    }
  for (int j = 0; j < c; j++)
    values[j] = (float) (means[j] /= total);
  for (int i = 0; i < plane->h * plane->w; i++)
    {
      const float *cell   = plane->data + (gsize) i * (gsize) c;
      const double weight = features->weights != NULL ? features->weights[i] : 1.0;

      for (int j = 0; j < c * c; j++)
        sums[j] += weight * (cell[j / c] - means[j / c]) * (cell[j % c] - means[j % c]);
    }
  for (int j = 0; j < c * c; j++)
    values[c + j] = (float) (sums[j] / total);
}

/* What the taps should find, from whole planes. */
static void
measure_planes (const ScumbleConvnet *encoder, ScumbleSource *source, float *statistics,
                float *covariances)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new ((gsize) 1 << 30);
  g_autoptr (GError)       error = NULL;
  const ScumbleJob         job   = { .arena = arena, .threads = 2, .tile = 1 << 20 };
  ScumblePicture           picture;

  scumble_picture_init (&picture, source, 16, &job, &error);
  g_assert_no_error (error);
  for (int i = 0; i < N_TAPS; i++)
    {
      g_autoptr (ScumbleConvnet) part = scumble_vgg_part (encoder, SCUMBLE_VGG_PICTURE,
                                                          (ScumbleVggTap) (i + 1));
      const int                  c    = scumble_convnet_channels (part);
      ScumbleFeatures            features;

      scumble_features_encode (&features, part, &picture, 1 << i, SCUMBLE_KEEP_FLOATS, &job,
                               &error);
      g_assert_no_error (error);
      scumble_moments_get (&features.moments, statistics, statistics + c);
      statistics += 2 * c;
      if (i < SCUMBLE_TAPS_LEARNED)
        {
          plain_covariance (&features, covariances);
          covariances += (1 + c) * c;
        }
      scumble_features_clear (&features);
    }
  scumble_picture_clear (&picture);
}

static void
check (const Picture *pixels, gboolean veiled)
{
  static const int           tiles[]    = { 16, 48, 0 };
  g_autoptr (ScumbleConvnet) encoder    = open_encoder ();
  ScumbleMemorySource        memory;
  ScumbleTaps                taps;
  gsize                      length;
  g_autofree float          *statistics = NULL;
  g_autofree float          *wanted     = NULL;

  scumble_memory_source_init (&memory, pixels->w, pixels->h, pixels->rgba);
  g_assert_cmpint (memory.source.has_alpha, ==, veiled);
  scumble_taps_init (&taps, encoder, SCUMBLE_VGG_RELU5_1);
  length     = scumble_taps_covariances_length (&taps);
  statistics = g_new (float, taps.length);
  wanted     = g_new (float, length);
  measure_planes (encoder, &memory.source, statistics, wanted);

  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    for (int threads = 1; threads <= 2; threads++)
      {
        g_autoptr (ScumbleArena) arena  = scumble_arena_new ((gsize) 1 << 28);
        g_autoptr (GError)       error  = NULL;
        const ScumbleJob         job    = { .arena = arena, .threads = threads,
                                            .tile = tiles[i] };
        g_autofree float        *found  = g_new (float, taps.length);
        g_autofree float        *covariance = g_new (float, length);

        scumble_taps_measure_source (&taps, &memory.source, found, &job, &error);
        g_assert_no_error (error);
        scumble_taps_covariances_source (&taps, &memory.source, covariance, &job, &error);
        g_assert_no_error (error);
        g_test_message ("tile %d: %.2g and %.2g", tiles[i],
                        max_difference (found, statistics, (gsize) taps.length),
                        max_difference (covariance, wanted, length));
        g_assert_cmpfloat (max_difference (found, statistics, (gsize) taps.length), <=, 1e-4);
        g_assert_cmpfloat (max_difference (covariance, wanted, length), <=, 1e-4);
      }

  scumble_taps_clear (&taps);
}

static void
test_opaque (void)
{
  const Picture picture = random_picture (150, 97, 4);

  check (&picture, FALSE);
  g_free (picture.rgba);
}

static void
test_veiled (void)
{
  const Picture picture = veiled_picture (130, 110);

  check (&picture, TRUE);
  g_free (picture.rgba);
}

/* A picture whose first plane alone is larger than the budget, by the plan. */
static void
test_budget (void)
{
  enum { W = 1200, H = 900, BUDGET = 8 << 20 };
  g_autoptr (ScumbleConvnet) encoder = open_encoder ();
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (BUDGET);
  g_autoptr (ScumbleArena)   planned = scumble_arena_new (BUDGET);
  g_autoptr (GError)         error   = NULL;
  ScumbleRehearsal           notes   = { .work = 0.0 };
  const ScumbleJob           job     = { .arena = arena, .threads = 2 };
  const ScumbleJob           trial   = { .arena = planned, .threads = 2, .rehearsal = &notes };
  const Picture              picture = random_picture (W, H, 6);
  ScumbleMemorySource        memory;
  ScumbleTaps                taps;
  g_autofree float          *found   = NULL;

  scumble_memory_source_init (&memory, W, H, picture.rgba);
  scumble_taps_init (&taps, encoder, SCUMBLE_VGG_RELU5_1);
  g_assert_cmpuint ((gsize) W * H * sizeof (float) *
                      (gsize) scumble_convnet_channels (taps.parts[0]), >, BUDGET);

  found = g_new (float, MAX ((gsize) taps.length, scumble_taps_covariances_length (&taps)));
  g_assert_true (scumble_taps_measure_source (&taps, &memory.source, found, &trial, &error));
  g_assert_true (scumble_taps_measure_source (&taps, &memory.source, found, &job, &error));
  g_assert_true (scumble_taps_covariances_source (&taps, &memory.source, found, &trial, &error));
  g_assert_true (scumble_taps_covariances_source (&taps, &memory.source, found, &job, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (scumble_arena_peak (arena), <=, scumble_arena_peak (planned));
  g_assert_cmpfloat (notes.work, >, 0.0);

  scumble_taps_clear (&taps);
  g_free (picture.rgba);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  golden_folder = argv[1];

  g_test_add_func ("/taps/opaque", test_opaque);
  g_test_add_func ("/taps/veiled", test_veiled);
  g_test_add_func ("/taps/budget", test_budget);

  return g_test_run ();
}
