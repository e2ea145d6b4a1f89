/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method-test.h"

#include <string.h>

/* What holds for every method that paints by itself, with a narrow network of random weights.
 * A large content and style are beyond the method's caps. */
typedef struct
{
  Paint full;
  int   content[2]; /* width and height */
  int   style[2];
  int   tile;
} Case;

static const Case cases[] = {
  { { "metanet", "tiny-metanet", 1.0, 0, 2, { 0, 0, 0, 0 }, 0 },
    { 1300, 820 }, { 1100, 1001 }, 512 },
  { { "sanet", "tiny-sanet", 1.0, 0, 2, { 0, 0, 0, 0 }, 0 },
    { 650, 430 }, { 700, 601 }, 200 },
  { { "sanet", "tiny-sanet-joined", 1.0, 0, 2, { 0, 0, 0, 0 }, 0 },
    { 650, 430 }, { 700, 601 }, 200 },
};

/* Seen: 1.2e-5. */
static void
test_golden (gconstpointer data)
{
  const Case *c = data;

  check_goldens (c->full.model + strlen ("tiny-"), &c->full, 1e-4);
}

static void
test_tiles (gconstpointer data)
{
  const Case *c = data;
  const Picture content = random_picture (101, 83, 1);
  const Picture style   = random_picture (64, 90, 2);
  Paint         half    = c->full;

  check_tiles (&c->full, &content, &style, 16);
  check_tiles (&c->full, &content, &style, 56);
  half.strength = 0.5;
  check_tiles (&half, &content, &style, 24);

  g_free (content.rgba);
  g_free (style.rgba);
}

/* Both pictures are beyond the cap: the style is shrunk, and the content looks at a small
 * copy of itself. */
static void
test_large (gconstpointer data)
{
  const Case *c = data;
  const Picture content = random_picture (c->content[0], c->content[1], 1);
  const Picture style   = random_picture (c->style[0], c->style[1], 2);
  Paint         half    = c->full;

  half.strength = 0.5;
  check_tiles (&half, &content, &style, c->tile);

  g_free (content.rgba);
  g_free (style.rgba);
}

/* Strength 0 knows nothing of the style. */
static void
test_strength_zero (gconstpointer data)
{
  const Case *c = data;
  const Picture     content = random_picture (60, 50, 1);
  const Picture     one     = random_picture (64, 90, 2);
  const Picture     two     = random_picture (48, 40, 7);
  Paint             none    = c->full;
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
test_invisible (gconstpointer data)
{
  const Case *c = data;
  Picture           content = random_picture (60, 50, 1);
  Picture           style   = random_picture (64, 90, 2);
  Paint             half    = c->full;
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
test_starvation (gconstpointer data)
{
  const Case *c = data;

  check_starvation (&c->full, 256 << 10);
}

static void
test_cancel (gconstpointer data)
{
  const Case *c = data;
  const Picture              picture = random_picture (60, 50, 1);
  g_autoptr (GError)         error   = NULL;
  g_autoptr (GCancellable)   cancel  = g_cancellable_new ();
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (64 << 20);
  g_autoptr (ScumbleModel)   model   = open_model (c->full.method, c->full.model);
  const ScumbleJob           job     = { .arena = arena, .threads = 1,
                                         .cancellable = cancel };
  ScumbleMemorySource        source;

  scumble_memory_source_init (&source, picture.w, picture.h, picture.rgba);
  g_cancellable_cancel (cancel);
  g_assert_null (scumble_model_survey (model, &source.source, &job, &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED);

  g_free (picture.rgba);
}

static void
add (const Case *c, const char *name, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/%s/%s", c->full.model, name);

  g_test_add_data_func (path, c, test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  golden_folder = argv[1];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      add (&cases[i], "golden", test_golden);
      add (&cases[i], "tiles", test_tiles);
      add (&cases[i], "large", test_large);
      add (&cases[i], "strength-zero", test_strength_zero);
      add (&cases[i], "invisible", test_invisible);
      add (&cases[i], "starvation", test_starvation);
      add (&cases[i], "cancel", test_cancel);
    }

  return g_test_run ();
}
