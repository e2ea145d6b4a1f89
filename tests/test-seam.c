/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Painting a picture as if it repeated, for every method. */
#include "ref.h"
#include "seam.h"
#include "shipped-test.h"

#include <math.h>

static void
set_up (Fixture *f, gconstpointer data)
{
  shipped_set_up (f, data);
  f->look.seamless = TRUE;
}

/* Returns: [h, w, 3] */
static float *
paint_look (Fixture *f, const float *rgba, int w, int h, int tile)
{
  ScumbleJob          job = f->job;
  ScumbleMemorySource source;

  job.tile = tile;
  scumble_memory_source_init (&source, w, h, rgba);
  return shipped_paint (f, &source.source, &f->look, &job, TRUE);
}

/* Waves that run on where the picture ends; each side, @dx and @dy further.
 * Returns: [h, w, 4] */
static float *
waves (int w, int h, int dx, int dy)
{
  float *rgba = g_new (float, 4 * w * h);

  for (int i = 0; i < 4 * w * h; i++)
    {
      const double x = 2.0 * G_PI * (i / 4 % w + dx) / w, y = 2.0 * G_PI * (i / 4 / w + dy) / h;
      const int    k = i % 4;

      rgba[i] = k == 3 ? 1.0f
                       : (float) (0.5 + 0.2 * sin (3.0 * x + k) + 0.15 * sin (2.0 * y - k) +
                                  0.14 * sin (9.0 * x + 7.0 * y + k));
    }

  return rgba;
}

/* Noise without any likeness between its sides; see through in places, if @hole. */
static float *
noise (int w, int h, int dx, int dy, gboolean hole)
{
  g_autofree float *from = random_picture (w, h, 5).rgba;
  float            *rgba = g_new (float, 4 * w * h);

  for (int i = 0; i < w * h; i++)
    {
      const int at = (i / w + dy) % h * w + (i % w + dx) % w;

      for (int k = 0; k < 4; k++)
        rgba[4 * i + k] = k == 3 && !hole ? 1.0f : from[4 * at + k];
      if (hole && at % w / 8 % 3 == 0)
        rgba[4 * i + 3] = 0.0f;
    }

  return rgba;
}

/* How far @moved is from @rgb moved around by @dx and @dy. */
static double
apart (const float *rgb, const float *moved, int w, int h, int dx, int dy)
{
  double most = 0.0;

  for (int i = 0; i < 3 * w * h; i++)
    {
      const int at = (i / 3 / w + dy) % h * w + (i / 3 % w + dx) % w;

      most = MAX (most, fabsf (moved[i] - rgb[3 * at + i % 3]));
    }

  return most;
}

/* The grain of which MetaNet makes strokes is the picture's, and stays where it is whatever moves
 * in it. At strength 0 there is none. */
static void
leave_out_grain (Fixture *f, gconstpointer data)
{
  const char *const *method = data;

  if (g_str_equal (method[0], "metanet"))
    f->look.strength = 0.0;
}

/* It does not matter where a picture that repeats is cut: whole cells further, it is the same
 * painting. */
static void
test_moved (Fixture *f, gconstpointer data)
{
  enum { W = 96, H = 64, DX = 32, DY = 16 };

  leave_out_grain (f, data);
  for (int kept = 0; kept < 2; kept++)
    {
      g_autofree float *rgba  = noise (W, H, 0, 0, FALSE);
      g_autofree float *other = noise (W, H, DX, DY, FALSE);
      g_autofree float *rgb   = NULL, *moved = NULL, *plain = NULL;
      double            joined, unjoined;

      f->look.keep_colours = f->look.keep_detail = 0.6 * kept;
      f->look.seamless     = TRUE;
      rgb                  = paint_look (f, rgba, W, H, 0);
      moved                = paint_look (f, other, W, H, 0);
      joined               = apart (rgb, moved, W, H, DX, DY);
      f->look.seamless     = FALSE;
      plain                = paint_look (f, rgba, W, H, 0);
      unjoined             = apart (plain, rgb, W, H, 0, 0);
      g_test_message ("moved: %g, not joined: %g", joined, unjoined);
      g_assert_cmpfloat (joined, <=, 2e-3);
      g_assert_cmpfloat (unjoined, >, 0.05);
    }
}

/* Copies side by side, of which the one in the middle is surrounded as it would be by all. */
static void
test_copies (Fixture *f, gconstpointer data)
{
  enum { W = 128, H = 128, COPIES = 3 };
  g_autofree float *rgba  = noise (W, H, 0, 0, FALSE);
  g_autofree float *wall  = g_new (float, 4 * W * H * COPIES * COPIES);
  g_autofree float *rgb   = NULL;
  g_autofree float *large = NULL;
  double            mean  = 0.0;

  leave_out_grain (f, data);
  rgb = paint_look (f, rgba, W, H, 0);
  for (int i = 0; i < 4 * W * H * COPIES * COPIES; i++)
    wall[i] = rgba[4 * (i / 4 / (W * COPIES) % H * W + i / 4 % W) + i % 4];
  f->look.seamless = FALSE;
  large            = paint_look (f, wall, W * COPIES, H * COPIES, 0);
  for (int i = 0; i < 3 * W * H; i++)
    {
      const int at = (i / 3 / W + H * (COPIES / 2)) * W * COPIES + i / 3 % W + W * (COPIES / 2);

      mean += fabsf (rgb[i] - large[3 * at + i % 3]) / (3.0 * W * H);
    }
  g_test_message ("copies: %g", mean);
  /* The wall has a border, and its statistics have that. */
  g_assert_cmpfloat (mean, <=, 0.02);
}

/* The mean difference of neighbours, between column or row @at and the next, which after the
 * last is the first. */
static double
step (const float *rgb, int w, int h, int at, gboolean across)
{
  double sum = 0.0;

  for (int i = 0; i < (across ? h : w); i++)
    for (int k = 0; k < 3; k++)
      {
        const int from = across ? i * w + at : at * w + i;
        const int to   = across ? i * w + (at + 1) % w : (at + 1) % h * w + i;

        sum += fabsf (rgb[3 * to + k] - rgb[3 * from + k]);
      }

  return sum / (3.0 * (across ? h : w));
}

/* How the last step, to the first row or column again, compares with the largest. */
static double
seam_of (const float *rgb, int w, int h, gboolean across)
{
  const int n    = across ? w : h;
  double    most = 0.0;

  for (int at = 0; at < n - 1; at++)
    most = MAX (most, step (rgb, w, h, at, across));

  return step (rgb, w, h, n - 1, across) / most;
}

/* Where sides are no whole cells, and under a large brush, there is no seam to be seen. */
static void
test_seam (Fixture *f, gconstpointer data)
{
  static const double brushes[] = { 1.0, 2.3 };
  enum { W = 117, H = 90 };
  g_autofree float *rgba = waves (W, H, 20, 40);

  f->look.keep_detail = 0.5;
  for (guint b = 0; b < G_N_ELEMENTS (brushes); b++)
    {
      g_autofree float *joined = NULL, *plain = NULL;

      f->look.brush    = brushes[b];
      f->look.seamless = TRUE;
      joined           = paint_look (f, rgba, W, H, 0);
      f->look.seamless = FALSE;
      plain            = paint_look (f, rgba, W, H, 0);
      g_test_message ("seam: %g and %g, not joined: %g and %g", seam_of (joined, W, H, TRUE),
                      seam_of (joined, W, H, FALSE), seam_of (plain, W, H, TRUE),
                      seam_of (plain, W, H, FALSE));
      g_assert_cmpfloat (seam_of (joined, W, H, TRUE), <=, 1.25);
      g_assert_cmpfloat (seam_of (joined, W, H, FALSE), <=, 1.25);
      g_assert_cmpfloat (seam_of (plain, W, H, TRUE) + seam_of (plain, W, H, FALSE), >, 2.5);
    }
}

/* With everything at once. */
static void
test_tiles (Fixture *f, gconstpointer data)
{
  static const int tiles[] = { 48, 100 };
  enum { W = 117, H = 64 };
  g_autofree float *rgba    = noise (W, H, 0, 0, TRUE);
  g_autofree float *weights = g_new (float, W * H);
  g_autofree float *whole   = NULL;
  ScumbleMemoryMask mask;

  for (int i = 0; i < W * H; i++)
    weights[i] = (float) (i % W) / W;
  scumble_memory_mask_init (&mask, W, H, weights);
  f->zones[1].mask     = &mask.mask;
  f->look.n_zones      = 2;
  f->look.strength     = 0.8;
  f->look.strength_map = &mask.mask;
  f->look.brush        = 1.5;
  f->look.keep_colours = 0.5;
  f->look.keep_detail  = 0.7;
  whole                = paint_look (f, rgba, W, H, 0);
  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      g_autofree float *tiled = paint_look (f, rgba, W, H, tiles[i]);

      ref_assert_close_floats (tiled, whole, 3 * W * H, 1e-4);
    }
}

/* A mask repeats with its picture. */
static void
test_mask (Fixture *f, gconstpointer data)
{
  enum { W = 96, H = 64, DX = 32 };
  g_autofree float *rgba     = noise (W, H, 0, 0, FALSE);
  g_autofree float *other    = noise (W, H, DX, 0, FALSE);
  g_autofree float *weights  = g_new (float, W * H);
  g_autofree float *weighted = g_new (float, W * H);
  g_autofree float *rgb      = NULL, *moved = NULL;
  ScumbleMemoryMask masks[2];

  for (int i = 0; i < W * H; i++)
    {
      weights[i]  = (float) (i % W) / W;
      weighted[i] = (float) ((i % W + DX) % W) / W;
    }
  scumble_memory_mask_init (&masks[0], W, H, weights);
  scumble_memory_mask_init (&masks[1], W, H, weighted);
  leave_out_grain (f, data);
  f->look.strength_map = &masks[0].mask;
  rgb                  = paint_look (f, rgba, W, H, 0);
  f->look.strength_map = &masks[1].mask;
  moved                = paint_look (f, other, W, H, 0);
  g_assert_cmpfloat (apart (rgb, moved, W, H, DX, 0), <=, 5e-3);
}

/* A picture of a pixel and others that the margin covers many times over. */
static void
test_small (Fixture *f, gconstpointer data)
{
  static const int sizes[][2] = { { 1, 1 }, { 3, 50 }, { 33, 2 } };

  f->look.keep_detail = 1.0;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const int         w    = sizes[i][0], h = sizes[i][1];
      g_autofree float *rgba = noise (w, h, 0, 0, FALSE);
      g_autofree float *rgb  = paint_look (f, rgba, w, h, 0);

      for (int k = 0; k < 3 * w * h; k++)
        g_assert_true (rgb[k] >= 0.0f && rgb[k] <= 1.0f);
    }
}

static gboolean
fail_to_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE, "The picture is gone.");
  return FALSE;
}

static void
test_broken (Fixture *f, gconstpointer data)
{
  ScumbleSource      source = { .width = 50, .height = 40, .read = fail_to_read };
  g_autoptr (GError) error  = NULL;

  g_assert_null (scumble_model_survey_for (f->model, &source, &f->look, &f->job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "gone");
}

static const Check checks[] = {
  { "moved", test_moved },
  { "copies", test_copies },
  { "seam", test_seam },
  { "tiles", test_tiles },
  { "mask", test_mask },
  { "small", test_small },
  { "broken", test_broken },
};

int
main (int argc, char **argv)
{
  return shipped_run (argc, argv, "seam", checks, G_N_ELEMENTS (checks), set_up);
}
