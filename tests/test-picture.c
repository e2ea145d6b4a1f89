/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"
#include "ref.h"

#include <math.h>

static const struct { int w, h; } sizes[] = {
  { 1, 1 }, { 1, 7 }, { 7, 1 }, { 2, 3 }, { 8, 8 }, { 9, 17 }, { 16, 16 }, { 33, 5 },
};

/* The definition: walk, and turn around at either end. */
static int
bounce (int i, int n)
{
  int at = 0, step = 1;

  while (i-- > 0 && n > 1)
    {
      if (at + step < 0 || at + step >= n)
        step = -step;
      at += step;
    }

  return at;
}

static void
test_padded (void)
{
  g_assert_cmpint (scumble_picture_padded (1, 8), ==, 16);
  g_assert_cmpint (scumble_picture_padded (16, 8), ==, 16);
  g_assert_cmpint (scumble_picture_padded (17, 8), ==, 24);
  g_assert_cmpint (scumble_picture_padded (33, 16), ==, 48);
}

static void
check_rect (const ScumblePicture *picture, const float *rgba, ScumbleRect rect,
            const ScumbleJob *job)
{
  const gsize        n     = (gsize) (rect.w * rect.h);
  g_autofree float  *rgb   = g_new (float, 3 * n);
  g_autofree float  *alpha = g_new (float, n);
  g_autoptr (GError) error = NULL;

  g_assert_true (scumble_picture_read (picture, rect, rgb, alpha, job, &error));
  for (int i = 0; i < rect.h; i++)
    for (int j = 0; j < rect.w; j++)
      {
        const int    x    = bounce (rect.x + j, picture->source->width);
        const int    y    = bounce (rect.y + i, picture->source->height);
        const float *from = rgba + 4 * (y * picture->source->width + x);

        ref_assert_close_floats (rgb + 3 * (i * rect.w + j), from, 3, 0.0);
        g_assert_cmpfloat (alpha[i * rect.w + j], ==, from[3]);
      }
}

static void
test_mirrored (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);
  const ScumbleJob         job   = { .arena = arena, .threads = 1 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const int           w    = sizes[i].w, h = sizes[i].h;
      g_autofree float   *rgba = ref_picture (w, h, i);
      ScumbleMemorySource source;
      ScumblePicture      picture;

      scumble_memory_source_init (&source, w, h, rgba);
      g_assert_true (scumble_picture_init (&picture, &source.source, 8, &job, NULL));
      check_rect (&picture, rgba, (ScumbleRect) { 0, 0, picture.w, picture.h }, &job);
      for (int at = 0; at + 3 <= MIN (picture.w, picture.h); at += 2)
        check_rect (&picture, rgba, (ScumbleRect) { at, picture.h - 3 - at, 3, 2 }, &job);
      scumble_picture_clear (&picture);
    }
}

/* Colours that are no numbers, or out of range, become colours. */
static void
test_insane (void)
{
  g_autoptr (ScumbleArena) arena  = scumble_arena_new (1 << 20);
  const ScumbleJob         job    = { .arena = arena, .threads = 1 };
  const float              rgba[] = { NAN, INFINITY, -INFINITY, 1.0f };
  const float              expected[] = { 0.0f, 1.0f, 0.0f };
  ScumbleMemorySource      source;
  ScumblePicture           picture;
  float                    rgb[3];

  scumble_memory_source_init (&source, 1, 1, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, 8, &job, NULL));
  g_assert_true (scumble_picture_read (&picture, (ScumbleRect) { 5, 5, 1, 1 }, rgb, NULL, &job,
                                       NULL));
  ref_assert_close_floats (rgb, expected, 3, 0.0);
  scumble_picture_clear (&picture);
}

/* Every third pixel, and the whole left third, is invisible and has @poison for a colour. */
static float *
holed (int w, int h, float poison)
{
  float *rgba = ref_picture (w, h, 3);

  for (int i = 0; i < w * h; i++)
    if (i % 3 == 0 || i % w < w / 3)
      {
        for (int k = 0; k < 3; k++)
          rgba[4 * i + k] = poison;
        rgba[4 * i + 3] = 0.0f;
      }
    else
      {
        rgba[4 * i + 3] = (float) (i % 7 + 1) / 7.0f;
      }

  return rgba;
}

static float *
read_whole (int w, int h, const float *rgba, float *alpha)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (16 << 20);
  const ScumbleJob         job   = { .arena = arena, .threads = 1 };
  g_autoptr (GError)       error = NULL;
  ScumbleMemorySource      source;
  ScumblePicture           picture;
  float                   *rgb   = g_new (float, 3 * w * h);

  scumble_memory_source_init (&source, w, h, rgba);
  g_assert_true (source.source.has_alpha);
  g_assert_true (scumble_picture_init (&picture, &source.source, 8, &job, &error));
  g_assert_true (scumble_picture_read (&picture, (ScumbleRect) { 0, 0, w, h }, rgb, alpha, &job,
                                       &error));
  g_assert_cmpuint (scumble_arena_mark (arena), ==, 0);
  scumble_picture_clear (&picture);

  return rgb;
}

static void
test_holes (void)
{
  static const float poisons[] = { NAN, INFINITY, 1e30f, 0.5f };
  g_autofree float  *clean     = holed (150, 90, 0.0f);
  g_autofree float  *alpha     = g_new (float, 150 * 90);
  g_autofree float  *expected  = read_whole (150, 90, clean, alpha);

  for (int i = 0; i < 150 * 90; i++)
    {
      g_assert_cmpfloat (alpha[i], ==, clean[4 * i + 3]);
      if (alpha[i] > 0.0f)
        ref_assert_close_floats (expected + 3 * i, clean + 4 * i, 3, 0.0);
    }

  for (guint i = 0; i < G_N_ELEMENTS (poisons); i++)
    {
      g_autofree float *poisoned = holed (150, 90, poisons[i]);
      g_autofree float *rgb      = read_whole (150, 90, poisoned, NULL);

      ref_assert_close_floats (rgb, expected, 3 * 150 * 90, 0.0);
    }
}

/* In a picture of one colour the holes take that colour, wherever they are. */
static void
test_fill (void)
{
  for (guint i = 1; i < G_N_ELEMENTS (sizes); i++)
    {
      const int         w    = sizes[i].w, h = sizes[i].h;
      g_autofree float *rgba = g_new0 (float, 4 * w * h);
      g_autofree float *rgb  = NULL;

      rgba[4 * (w * h - 1) + 0] = 0.25f;
      rgba[4 * (w * h - 1) + 1] = 0.5f;
      rgba[4 * (w * h - 1) + 2] = 0.75f;
      rgba[4 * (w * h - 1) + 3] = 1.0f;
      rgb = read_whole (w, h, rgba, NULL);
      for (int k = 0; k < 3 * w * h; k++)
        g_assert_cmpfloat_with_epsilon (rgb[k], 0.25f * (float) (k % 3 + 1), 1e-6f);
    }
}

static void
test_invisible (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);
  const ScumbleJob         job   = { .arena = arena, .threads = 1 };
  g_autofree float        *rgba  = g_new0 (float, 4 * 9 * 5);
  g_autoptr (GError)       error = NULL;
  ScumbleMemorySource      source;
  ScumblePicture           picture;

  scumble_memory_source_init (&source, 9, 5, rgba);
  g_assert_false (scumble_picture_init (&picture, &source.source, 8, &job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "transparent");
  scumble_picture_clear (&picture);
}

static gboolean
refuse (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE, "The disk is full.");
  return FALSE;
}

static void
test_unreadable (void)
{
  g_autoptr (ScumbleArena) arena  = scumble_arena_new (1 << 20);
  const ScumbleJob         job    = { .arena = arena, .threads = 1 };
  ScumbleSource            source = { .width     = 20,
                                       .height    = 20,
                                       .has_alpha = TRUE,
                                       .read      = refuse };
  g_autoptr (GError)       error  = NULL;
  ScumblePicture           picture;
  float                    rgb[3];

  g_assert_false (scumble_picture_init (&picture, &source, 8, &job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "disk");
  scumble_picture_clear (&picture);

  source.has_alpha = FALSE;
  g_assert_true (scumble_picture_init (&picture, &source, 8, &job, &error));
  g_assert_false (scumble_picture_read (&picture, (ScumbleRect) { 0, 0, 1, 1 }, rgb, NULL, &job,
                                        &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "disk");
  g_assert_cmpuint (scumble_arena_mark (arena), ==, 0);
  scumble_picture_clear (&picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/picture/padded", test_padded);
  g_test_add_func ("/picture/mirrored", test_mirrored);
  g_test_add_func ("/picture/insane", test_insane);
  g_test_add_func ("/picture/holes", test_holes);
  g_test_add_func ("/picture/fill", test_fill);
  g_test_add_func ("/picture/invisible", test_invisible);
  g_test_add_func ("/picture/unreadable", test_unreadable);

  return g_test_run ();
}
