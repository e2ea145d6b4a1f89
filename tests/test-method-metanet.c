/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method-test.h"

static const Paint metanet = { "metanet", "tiny-metanet", 1.0, 0, 2, { 0, 0, 0, 0 }, 0 };

/* Seen: 1.2e-5. */
static void
test_golden (void)
{
  check_goldens ("metanet", &metanet, 1e-4);
}

static void
test_tiles (void)
{
  const Picture content = random_picture (101, 83, 1);
  const Picture style   = random_picture (64, 90, 2);
  Paint         half    = metanet;

  check_tiles (&metanet, &content, &style, 16);
  check_tiles (&metanet, &content, &style, 56);
  half.strength = 0.5;
  check_tiles (&half, &content, &style, 24);

  g_free (content.rgba);
  g_free (style.rgba);
}

/* Both pictures are beyond the cap: the style is shrunk, and the content looks at a small
 * copy of itself. */
static void
test_large (void)
{
  const Picture content = random_picture (1300, 820, 1);
  const Picture style   = random_picture (1100, 1001, 2);
  Paint         half    = metanet;

  half.strength = 0.5;
  check_tiles (&half, &content, &style, 512);

  g_free (content.rgba);
  g_free (style.rgba);
}

/* Strength 0 knows nothing of the style. */
static void
test_strength_zero (void)
{
  const Picture     content = random_picture (60, 50, 1);
  const Picture     one     = random_picture (64, 90, 2);
  const Picture     two     = random_picture (48, 40, 7);
  Paint             none    = metanet;
  g_autofree float *a       = NULL;
  g_autofree float *b       = NULL;

  none.strength = 0.0;
  a = paint (&none, &content, &one);
  b = paint (&none, &content, &two);
  g_assert_cmpfloat (max_difference (a, b, 3 * 60 * 50), ==, 0.0);

  none.strength = 1.0;
  g_free (b);
  b = paint (&none, &content, &two);
  g_assert_cmpfloat (max_difference (a, b, 3 * 60 * 50), >, 1e-3);

  g_free (content.rgba);
  g_free (one.rgba);
  g_free (two.rgba);
}

/* What is painted under an alpha of zero changes nothing, in style or content. */
static void
test_invisible (void)
{
  Picture           content = random_picture (60, 50, 1);
  Picture           style   = random_picture (64, 90, 2);
  Paint             half    = metanet;
  g_autofree float *a       = NULL;
  g_autofree float *b       = NULL;

  half.strength = 0.5;
  for (int i = 0; i < 40 * 64; i++)
    style.rgba[4 * i + 3] = 0.0f;
  for (int i = 0; i < 20 * 60; i++)
    content.rgba[4 * i + 3] = 0.0f;
  a = paint (&half, &content, &style);

  for (int i = 0; i < 40 * 64; i++)
    style.rgba[4 * i + i % 3] = 7.0f;
  for (int i = 0; i < 20 * 60; i++)
    content.rgba[4 * i + i % 3] = -3.0f;
  b = paint (&half, &content, &style);
  g_assert_cmpfloat (max_difference (a, b, 3 * 60 * 50), ==, 0.0);

  g_free (content.rgba);
  g_free (style.rgba);
}

static void
test_starvation (void)
{
  check_starvation (&metanet, 256 << 10);
}

static void
test_cancel (void)
{
  const Picture              picture = random_picture (60, 50, 1);
  g_autoptr (GError)         error   = NULL;
  g_autoptr (GCancellable)   cancel  = g_cancellable_new ();
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (64 << 20);
  g_autoptr (ScumbleModel)   model   = open_model ("metanet", "tiny-metanet");
  const ScumbleJob           job     = { .arena = arena, .threads = 1,
                                         .cancellable = cancel };
  ScumbleMemorySource        source;

  scumble_memory_source_init (&source, picture.w, picture.h, picture.rgba);
  g_cancellable_cancel (cancel);
  g_assert_null (scumble_model_survey (model, &source.source, &job, &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED);

  g_free (picture.rgba);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  golden_folder = argv[1];

  g_test_add_func ("/metanet/golden", test_golden);
  g_test_add_func ("/metanet/tiles", test_tiles);
  g_test_add_func ("/metanet/large", test_large);
  g_test_add_func ("/metanet/strength-zero", test_strength_zero);
  g_test_add_func ("/metanet/invisible", test_invisible);
  g_test_add_func ("/metanet/starvation", test_starvation);
  g_test_add_func ("/metanet/cancel", test_cancel);

  return g_test_run ();
}
