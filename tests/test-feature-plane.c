/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature-plane.h"
#include "ref.h"
#include "vgg.h"

#include <math.h>

static const RefWidths widths  = { { 4, 5, 16, 16, 16 } };
/* So little work, and so wide a plane, that the plane is what needs the memory. */
static const RefWidths shallow = { { 2, 2, 2, 48, 2 } };

typedef struct
{
  ScumbleArena   *arena;
  ScumbleConvnet *encoder; /* to relu4_1 */
  ScumbleConvnet *deeper;  /* from there to relu5_1 */
  ScumbleConvnet *whole;
  ScumbleJob      job;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  char                          *folder = ref_folder_new ();
  g_autofree char               *path   = g_build_filename (folder, "e.safetensors", NULL);
  g_autoptr (RefFile)            made   = ref_encoder (data, 3);
  g_autoptr (ScumbleSafetensors) file   = NULL;

  ref_file_save (made, folder, "e");
  file       = scumble_safetensors_open (path, NULL);
  f->whole   = scumble_vgg_encoder (file, SCUMBLE_VGG_RELU5_1, NULL);
  f->encoder = scumble_vgg_part (f->whole, SCUMBLE_VGG_PICTURE, SCUMBLE_VGG_RELU4_1);
  f->deeper  = scumble_vgg_part (f->whole, SCUMBLE_VGG_RELU4_1, SCUMBLE_VGG_RELU5_1);
  f->arena   = scumble_arena_new (64 << 20);
  f->job     = (ScumbleJob) { .arena = f->arena, .threads = 2 };
  ref_folder_free (folder);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (scumble_arena_mark (f->arena), ==, 0);
  g_assert_cmpuint (scumble_arena_room (f->arena), ==, scumble_arena_budget (f->arena));
  scumble_convnet_free (f->encoder);
  scumble_convnet_free (f->deeper);
  scumble_convnet_free (f->whole);
  scumble_arena_free (f->arena);
}

static ScumbleFeatures
encode (Fixture *f, const ScumblePicture *picture, int tile, ScumbleKeep keep)
{
  g_autoptr (GError) error = NULL;
  ScumbleFeatures    features;

  f->job.tile = tile;
  g_assert_true (scumble_features_encode (&features, f->encoder, picture, SCUMBLE_VGG_STRIDE,
                                          keep, &f->job, &error));
  g_assert_true ((features.plane.data != NULL) == (keep == SCUMBLE_KEEP_FLOATS));

  return features;
}

static void
assert_same_moments (const ScumbleMoments *a, const ScumbleMoments *b)
{
  g_autofree float *means = g_new (float, 2 * a->c);
  g_autofree float *stds  = g_new (float, 2 * a->c);

  g_assert_cmpint (a->c, ==, b->c);
  scumble_moments_get (a, means, stds);
  scumble_moments_get (b, means + b->c, stds + b->c);
  ref_assert_close_floats (means, means + a->c, (gsize) a->c, 1e-5);
  ref_assert_close_floats (stds, stds + a->c, (gsize) a->c, 1e-5);
}

/* Whatever the tiles, kept or not: one plane and one set of statistics. */
static void
check_tiles (Fixture *f, float *rgba)
{
  static const int    tiles[] = { 8, 16, 24, 56, 1000 };
  ScumbleMemorySource source;
  ScumblePicture      picture;
  ScumbleFeatures     whole;

  scumble_memory_source_init (&source, 75, 58, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, 16, &f->job, NULL));
  whole = encode (f, &picture, 1000, SCUMBLE_KEEP_FLOATS);
  g_assert_cmpint (whole.plane.h, ==, 8);
  g_assert_cmpint (whole.plane.w, ==, 10);
  g_assert_true ((whole.weights != NULL) == source.source.has_alpha);

  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      ScumbleFeatures kept  = encode (f, &picture, tiles[i], SCUMBLE_KEEP_FLOATS);
      ScumbleFeatures brief = encode (f, &picture, tiles[i], SCUMBLE_KEEP_NOTHING);

      ref_assert_close (&kept.plane, &whole.plane, 1e-5);
      if (whole.weights != NULL)
        ref_assert_close_floats (kept.weights, whole.weights, 80, 1e-6);
      assert_same_moments (&kept.moments, &whole.moments);
      assert_same_moments (&brief.moments, &whole.moments);
      scumble_features_clear (&kept);
      scumble_features_clear (&brief);
    }

  scumble_features_clear (&whole);
  scumble_picture_clear (&picture);
}

static void
test_tiles (Fixture *f, gconstpointer data)
{
  g_autofree float *rgba = ref_picture (75, 58, 1);

  check_tiles (f, rgba);
}

static void
test_holes (Fixture *f, gconstpointer data)
{
  g_autofree float *rgba = ref_picture (75, 58, 1);

  for (int i = 0; i < 75 * 58; i++)
    rgba[4 * i + 3] = i % 75 < 30 ? 0.0f : (float) (i % 5) / 4.0f;
  check_tiles (f, rgba);
}

/* A cell's weight is the mean alpha of its pixels, those of the padding included. */
static void
test_weights (Fixture *f, gconstpointer data)
{
  g_autofree float   *rgba = ref_picture (16, 24, 1);
  ScumbleMemorySource source;
  ScumblePicture      picture;
  ScumbleFeatures     features;

  for (int i = 0; i < 16 * 24; i++)
    rgba[4 * i + 3] = (float) (i % 11) / 10.0f;
  scumble_memory_source_init (&source, 16, 24, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, 8, &f->job, NULL));
  features = encode (f, &picture, 8, SCUMBLE_KEEP_FLOATS);
  for (int cell = 0; cell < 6; cell++)
    {
      double sum = 0.0;

      for (int k = 0; k < 64; k++)
        sum += rgba[4 * ((cell / 2 * 8 + k / 8) * 16 + cell % 2 * 8 + k % 8) + 3];
      g_assert_cmpfloat_with_epsilon (features.weights[cell], sum / 64.0, 1e-6);
    }
  scumble_features_clear (&features);
  scumble_picture_clear (&picture);
}

/* Deeper by a part gives what the whole encoder gives. */
static void
test_deepen (Fixture *f, gconstpointer data)
{
  g_autofree float         *rgba = ref_picture (75, 58, 1);
  g_autoptr (GError)        error = NULL;
  g_autoptr (ScumbleConvnet) all  = scumble_vgg_part (f->whole, SCUMBLE_VGG_PICTURE,
                                                      SCUMBLE_VGG_RELU5_1);
  ScumbleMemorySource       source;
  ScumblePicture            picture;
  ScumbleFeatures           fine, coarse, expected;

  for (int i = 0; i < 75 * 58; i++)
    rgba[4 * i + 3] = i % 75 < 30 ? 0.0f : (float) (i % 5) / 4.0f;
  scumble_memory_source_init (&source, 75, 58, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, 16, &f->job, NULL));
  g_assert_true (scumble_features_encode (&expected, all, &picture, 16, SCUMBLE_KEEP_FLOATS,
                                          &f->job, &error));
  fine = encode (f, &picture, 24, SCUMBLE_KEEP_FLOATS);
  for (ScumbleKeep keep = SCUMBLE_KEEP_NOTHING; keep <= SCUMBLE_KEEP_FLOATS; keep++)
    {
      g_assert_true (scumble_features_deepen (&coarse, f->deeper, &fine, keep, &f->job,
                                              &error));
      if (keep == SCUMBLE_KEEP_FLOATS)
        {
          ref_assert_close (&coarse.plane, &expected.plane, 1e-4);
          ref_assert_close_floats (coarse.weights, expected.weights, 20, 1e-6);
        }
      assert_same_moments (&coarse.moments, &expected.moments);
      scumble_features_clear (&coarse);
    }

  scumble_features_clear (&fine);
  scumble_features_clear (&expected);
  scumble_picture_clear (&picture);
}

/* Every rectangle of some, read from however the plane is kept. */
static void
check_reading (const ScumbleFeatures *features, const ScumbleTensor *expected,
               const ScumbleJob *job, double tolerance)
{
  static const ScumbleRect rects[] = {
    { 0, 0, 50, 40 }, { 0, 0, 1, 1 }, { 49, 39, 1, 1 }, { 3, 2, 35, 1 }, { 4, 1, 2, 6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rects); i++)
    {
      const ScumbleRect   r    = rects[i];
      const ScumbleTensor y    = ref_tensor_empty (r.h, r.w, expected->c);
      const ScumbleTensor part = scumble_tensor_view (expected, r.y, r.x, r.h, r.w);
      g_autoptr (GError)  error = NULL;

      g_assert_true (scumble_features_read (features, r, &y, job, &error));
      ref_assert_close (&y, &part, tolerance);
      g_assert_cmpuint (scumble_arena_mark (job->arena), ==, 0);
      g_free (y.data);
    }
}

/* As the budget falls, the plane is kept as floats, as halves, and not at all; whatever it
 * is, it reads the same. */
static void
check_keep (Fixture *f, ScumbleKeep keep)
{
  g_autofree float   *rgba    = ref_picture (400, 320, 1);
  guint               seen[3] = { 0 };
  ScumbleMemorySource source;
  ScumblePicture      picture;
  ScumbleFeatures     whole;

  scumble_memory_source_init (&source, 400, 320, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, 16, &f->job, NULL));
  whole = encode (f, &picture, 1000, SCUMBLE_KEEP_FLOATS);
  for (gsize budget = 64 << 10; budget <= 8 << 20; budget += budget / 6)
    {
      g_autoptr (ScumbleArena) arena = scumble_arena_new (budget);
      const ScumbleJob         job   = { .arena = arena, .threads = 1 };
      g_autoptr (GError)       error = NULL;
      ScumbleFeatures          features;

      if (scumble_features_encode (&features, f->encoder, &picture, SCUMBLE_VGG_STRIDE,
                                   keep, &job, &error))
        {
          const guint how = features.plane.data != NULL ? 0 : features.halves != NULL ? 1 : 2;

          if (keep == SCUMBLE_KEEP_IF_SMALL && how < 2)
            g_assert_cmpuint ((gsize) (50 * 40 * features.plane.c) * (how == 0 ? 4 : 2), <=,
                              budget / 4);
          seen[how]++;
          assert_same_moments (&features.moments, &whole.moments);
          if (scumble_features_room (&features, 50, 40, 1) <= scumble_arena_room (arena))
            check_reading (&features, &whole.plane, &job, how == 1 ? 1e-2 : 1e-5);
        }
      else
        {
          ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, NULL);
        }
      scumble_features_clear (&features);
      g_assert_cmpuint (scumble_arena_room (arena), ==, scumble_arena_budget (arena));
    }
  g_test_message ("floats %u, halves %u, not at all %u times", seen[0], seen[1], seen[2]);
  for (int how = 0; how < 3; how++)
    g_assert_cmpuint (seen[how], >, 0);

  scumble_features_clear (&whole);
  scumble_picture_clear (&picture);
}

static void
test_keep (Fixture *f, gconstpointer data)
{
  check_keep (f, SCUMBLE_KEEP_AS_FITS);
}

/* The same, but what is kept is a quarter of the budget at most. */
static void
test_keep_small (Fixture *f, gconstpointer data)
{
  check_keep (f, SCUMBLE_KEEP_IF_SMALL);
}

static void
test_starved (Fixture *f, gconstpointer data)
{
  g_autofree float   *rgba = ref_picture (40, 30, 1);
  gboolean            done = FALSE;
  guint               tries = 0;
  ScumbleMemorySource source;

  rgba[3] = 0.0f;
  scumble_memory_source_init (&source, 40, 30, rgba);
  for (gsize budget = 0; !done; budget += 4096, tries++)
    {
      g_autoptr (ScumbleArena) arena    = scumble_arena_new (budget);
      const ScumbleJob         job      = { .arena = arena, .threads = 1 };
      g_autoptr (GError)       error    = NULL;
      ScumbleFeatures          features = { .arena = NULL };
      ScumblePicture           picture;

      done = scumble_picture_init (&picture, &source.source, 16, &job, &error) &&
             scumble_features_encode (&features, f->encoder, &picture, SCUMBLE_VGG_STRIDE,
                                      SCUMBLE_KEEP_FLOATS, &job, &error);
      if (!done)
        ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, NULL);
      scumble_features_clear (&features);
      scumble_picture_clear (&picture);
      g_assert_cmpuint (scumble_arena_room (arena), ==, scumble_arena_budget (arena));
    }
  g_assert_cmpuint (tries, >, 3);
}

static void
add (const char *path, const RefWidths *used, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, used, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/feature-plane/tiles", &widths, test_tiles);
  add ("/feature-plane/holes", &widths, test_holes);
  add ("/feature-plane/weights", &widths, test_weights);
  add ("/feature-plane/deepen", &widths, test_deepen);
  add ("/feature-plane/keep", &shallow, test_keep);
  add ("/feature-plane/keep-small", &shallow, test_keep_small);
  add ("/feature-plane/starved", &widths, test_starved);

  return g_test_run ();
}
