/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colour.h"
#include "ref.h"

#include <math.h>

enum { W = 90, H = 61, N = W * H };

/* Colours that vary around @mean by @spread, each channel in its own way. */
static float *
coloured (const float mean[3], float spread, guint32 seed)
{
  float *rgba = ref_picture (W, H, seed);

  for (int i = 0; i < N; i++)
    {
      float *p = rgba + 4 * i;
      const float r = p[0] - 0.5f, g = p[1] - 0.5f, b = p[2] - 0.5f;

      p[0] = mean[0] + spread * (r + 0.5f * g);
      p[1] = mean[1] + spread * (0.3f * g + 0.4f * b);
      p[2] = mean[2] + spread * (0.8f * b - 0.3f * r);
      p[3] = 1.0f;
    }

  return rgba;
}

static void
moments (const float *rgba, double mean[3], double covariance[3][3])
{
  for (int j = 0; j < 3; j++)
    {
      mean[j] = 0.0;
      for (int i = 0; i < N; i++)
        mean[j] += rgba[4 * i + j] / (double) N;
    }
  for (int j = 0; j < 3; j++)
    for (int k = 0; k < 3; k++)
      {
        covariance[j][k] = 0.0;
        for (int i = 0; i < N; i++)
          covariance[j][k] += (rgba[4 * i + j] - mean[j]) * (rgba[4 * i + k] - mean[k]) / N;
      }
}

/* What CORAL makes of a picture: [H, W, 4] */
static float *
recolour (const float *from, const float *like, double amount)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (4 << 20);
  const ScumbleJob         job   = { .arena = arena, .threads = 1 };
  const ScumbleRect        all   = { 0, 0, W, H };
  float                   *rgba  = g_new (float, 4 * N);
  g_autoptr (GError)       error = NULL;
  ScumbleMemorySource      sources[2];
  ScumbleColourSource      source;

  scumble_memory_source_init (&sources[0], W, H, from);
  scumble_memory_source_init (&sources[1], W, H, like);
  scumble_colour_source_init (&source, &sources[0].source, &sources[1].source, amount, &job,
                              &error);
  g_assert_no_error (error);
  g_assert_true (source.source.read (&source.source, &all, rgba, &error));

  return rgba;
}

/* At 1 the means and covariances are those of the other picture; at 0 nothing changes; between,
 * colours are on the straight way. */
static void
test_coral (void)
{
  g_autofree float *from = coloured ((const float[]) { 0.7f, 0.5f, 0.3f }, 0.2f, 1);
  g_autofree float *like = coloured ((const float[]) { 0.35f, 0.45f, 0.6f }, 0.3f, 2);
  g_autofree float *none = recolour (from, like, 0.0);
  g_autofree float *half = recolour (from, like, 0.5);
  g_autofree float *full = recolour (from, like, 1.0);
  double            mean[2][3], covariance[2][3][3];

  moments (full, mean[0], covariance[0]);
  moments (like, mean[1], covariance[1]);
  for (int j = 0; j < 3; j++)
    {
      g_assert_cmpfloat (fabs (mean[0][j] - mean[1][j]), <=, 1e-3);
      for (int k = 0; k < 3; k++)
        g_assert_cmpfloat (fabs (covariance[0][j][k] - covariance[1][j][k]), <=,
                           0.02 * sqrt (covariance[1][j][j] * covariance[1][k][k]));
    }

  ref_assert_close_floats (none, from, 4 * N, 1e-6);
  for (int i = 0; i < 4 * N; i++)
    g_assert_cmpfloat (fabs (half[i] - (from[i] + full[i]) / 2.0), <=, 1e-5);
}

/* A grey picture has no colours to bring out, and a flat one nothing at all. */
static void
test_degenerate (void)
{
  static const float spreads[] = { 0.0f, 1e-4f, 0.2f };
  g_autofree float  *like      = coloured ((const float[]) { 0.35f, 0.45f, 0.6f }, 0.3f, 2);

  for (guint s = 0; s < G_N_ELEMENTS (spreads); s++)
    {
      g_autofree float *grey = coloured ((const float[]) { 0.5f, 0.5f, 0.5f }, spreads[s], 1);
      g_autofree float *made = NULL;

      for (int i = 0; i < N; i++)
        grey[4 * i + 1] = grey[4 * i + 2] = grey[4 * i];
      made = recolour (grey, like, 1.0);
      for (int i = 0; i < 4 * N; i++)
        g_assert_true (made[i] >= 0.0f && made[i] <= 1.0f);
    }
}

/* Invisible pixels count neither here nor there, whatever they hold, and stay invisible. */
static void
test_invisible (void)
{
  g_autofree float *from   = coloured ((const float[]) { 0.7f, 0.5f, 0.3f }, 0.2f, 1);
  g_autofree float *like   = coloured ((const float[]) { 0.35f, 0.45f, 0.6f }, 0.3f, 2);
  g_autofree float *before = NULL;
  g_autofree float *after  = NULL;

  for (int i = 0; i < N / 3; i++)
    from[4 * i + 3] = like[4 * i + 3] = 0.0f;
  before = recolour (from, like, 1.0);
  for (int i = 0; i < N / 3; i++)
    {
      from[4 * i]     = NAN;
      like[4 * i + 1] = 9.0f;
    }
  after = recolour (from, like, 1.0);
  ref_assert_close_floats (after + 4 * (N / 3), before + 4 * (N / 3), 4 * (N - N / 3), 0.0);
  for (int i = 0; i < N / 3; i++)
    g_assert_cmpfloat (after[4 * i + 3], ==, 0.0f);
}

static void
test_nothing (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);
  const ScumbleJob         job   = { .arena = arena, .threads = 1 };
  const float              rgba[8] = { 0.5f, 0.5f, 0.5f, 0.0f, 0.1f, 0.2f, 0.3f, 0.0f };
  g_autoptr (GError)       error = NULL;
  ScumbleMemorySource      source;
  ScumbleColourSource      coloured_source;

  scumble_memory_source_init (&source, 2, 1, rgba);
  g_assert_false (scumble_colour_source_init (&coloured_source, &source.source, &source.source,
                                              1.0, &job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "visible");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/colour/coral", test_coral);
  g_test_add_func ("/colour/degenerate", test_degenerate);
  g_test_add_func ("/colour/invisible", test_invisible);
  g_test_add_func ("/colour/nothing", test_nothing);

  return g_test_run ();
}
