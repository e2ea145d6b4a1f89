/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colour.h"
#include "detail.h"
#include "ref.h"

#include <math.h>

enum { W = 90, H = 61, N = W * H };

/* Half an edge, smooth and flat parts, noise, and a hole where it says so. */
static float *
photograph (gboolean hole)
{
  float *rgba = ref_picture (W, H, 5);

  for (int i = 0; i < N; i++)
    {
      const int   x = i % W, y = i / W;
      const float v = x < W / 3 ? 0.3f : x < 2 * W / 3 ? 0.8f : 0.2f + 0.008f * (float) y;

      for (int k = 0; k < 3; k++)
        rgba[4 * i + k] = v + 0.1f * (rgba[4 * i + k] - 0.5f);
      rgba[4 * i + 3] = !hole ? 1.0f : x / 9 % 4 == 0 ? 0.0f : rgba[4 * i + 3];
    }

  return rgba;
}

/* [H, W, 3] */
static float *
painting (void)
{
  g_autofree float *rgba = ref_picture (W, H, 6);
  float            *rgb  = g_new (float, 3 * N);

  for (int i = 0; i < 3 * N; i++)
    rgb[i] = rgba[i / 3 * 4 + i % 3];

  return rgb;
}

static gboolean
keep (const float *rgba, double brush, double amount, const ScumbleRect *rect, float *rgb,
      int threads, gsize budget, GError **error)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (budget);
  const ScumbleJob         job   = { .arena = arena, .threads = threads };
  ScumbleMemorySource      source;

  scumble_memory_source_init (&source, W, H, rgba);
  return scumble_keep_detail (&source.source, brush, amount, rect, rgb, &job, error);
}

/* Returns: (transfer full): the whole painting with its details */
static float *
keep_all (const float *rgba, const float *rgb, double brush, double amount, int threads)
{
  const ScumbleRect  all   = { 0, 0, W, H };
  float             *kept  = g_memdup2 (rgb, 3 * N * sizeof *rgb);
  g_autoptr (GError) error = NULL;

  keep (rgba, brush, amount, &all, kept, threads, 4 << 20, &error);
  g_assert_no_error (error);

  return kept;
}

/* The mean of @values [N] over the square around pixel @i, weighted by alpha. */
static double
mean_of (const float *rgba, const double *values, int i, int radius)
{
  double sum = 0.0, weights = 0.0;

  for (int y = MAX (i / W - radius, 0); y <= MIN (i / W + radius, H - 1); y++)
    for (int x = MAX (i % W - radius, 0); x <= MIN (i % W + radius, W - 1); x++)
      {
        const double alpha = rgba[4 * (y * W + x) + 3];

        sum     += alpha * values[y * W + x];
        weights += alpha;
      }

  return weights > 0.0 ? sum / weights : 0.0;
}

static double *
means (const float *rgba, const double *values, int radius)
{
  double *found = g_new (double, N);

  for (int i = 0; i < N; i++)
    found[i] = mean_of (rgba, values, i, radius);

  return found;
}

/* What MODEL.md says, pixel by pixel: the new luma, unless it leaves 0..1. */
static double *
twin (const float *rgba, const float *rgb, int radius, double amount)
{
  g_autofree double *content = g_new (double, N), *square = g_new (double, N);
  g_autofree double *apart   = g_new (double, N), *gate   = g_new (double, N);
  g_autofree double *mean    = NULL, *mean_square = NULL, *mean_apart = NULL;
  g_autofree double *mean_gate = NULL, *shift = NULL;
  double            *luma      = g_new (double, N);

  for (int i = 0; i < N; i++)
    {
      content[i] = scumble_luma (rgba + 4 * i);
      square[i]  = content[i] * content[i];
      apart[i]   = content[i] - scumble_luma (rgb + 3 * i);
    }
  mean        = means (rgba, content, radius);
  mean_square = means (rgba, square, radius);
  mean_apart  = means (rgba, apart, radius);
  for (int i = 0; i < N; i++)
    {
      const double variance = mean_square[i] - mean[i] * mean[i];

      gate[i]        = variance / (variance + 1.0 / 256.0);
      mean_apart[i] *= gate[i];
    }
  mean_gate = means (rgba, gate, radius);
  shift     = means (rgba, mean_apart, radius);
  for (int i = 0; i < N; i++)
    luma[i] = scumble_luma (rgb + 3 * i) + amount * (mean_gate[i] * apart[i] - shift[i]);

  return luma;
}

static void
test_twin (gconstpointer data)
{
  static const struct { double brush; int radius; double amount; } cases[] = {
    { 1.0, 8, 1.0 }, { 1.4, 11, 0.3 }, { 2.0, 16, 1.0 }, { 9.0, 16, 0.7 },
  };
  const gboolean    hole = GPOINTER_TO_INT (data);
  g_autofree float *rgba = photograph (hole);
  g_autofree float *rgb  = painting ();

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autofree float  *kept = keep_all (rgba, rgb, cases[c].brush, cases[c].amount, 1);
      g_autofree double *luma = twin (rgba, rgb, cases[c].radius, cases[c].amount);

      for (int i = 0; i < N; i++)
        {
          const gboolean seen   = rgba[4 * i + 3] > 0.0f;
          const double   wanted = seen ? CLAMP (luma[i], 0.0, 1.0) : scumble_luma (rgb + 3 * i);

          g_assert_cmpfloat (fabs (scumble_luma (kept + 3 * i) - wanted), <=, 2e-4);
        }
    }
}

/* Colours keep their hue, and where there is room for it their chroma. */
static void
test_hue (void)
{
  g_autofree float *rgba = photograph (FALSE);
  g_autofree float *rgb  = painting ();
  g_autofree float *kept = keep_all (rgba, rgb, 1.0, 1.0, 1);

  for (int i = 0; i < N; i++)
    {
      const float *from = rgb + 3 * i, *to = kept + 3 * i;
      double       share = 1.0;

      for (int k = 0; k < 3; k++)
        {
          const double chroma = from[k] - scumble_luma (from), y = scumble_luma (to);

          if (fabs (chroma) > 1e-6)
            share = MIN (share, chroma > 0.0 ? (1.0 - y) / chroma : y / -chroma);
        }
      for (int k = 0; k < 3; k++)
        g_assert_cmpfloat (fabs (to[k] - scumble_luma (to) -
                                 share * (from[k] - scumble_luma (from))), <=, 1e-4);
    }
}

/* An edge that the painting has lost comes back; strokes on smooth ground hardly change. */
static void
test_purpose (void)
{
  g_autofree float *rgba = g_new (float, 4 * N);
  g_autofree float *rgb  = g_new (float, 3 * N);
  g_autofree float *kept = NULL;
  double            edge, strokes;

  for (int i = 0; i < N; i++)
    {
      const int x = i % W, y = i / W;

      for (int k = 0; k < 4; k++)
        rgba[4 * i + k] = k == 3 ? 1.0f : x < 30 ? 0.2f : 0.7f;
      for (int k = 0; k < 3; k++)
        rgb[3 * i + k] = x > 50 ? (y / 2 % 2 == 0 ? 0.4f : 0.6f) : 0.5f;
    }
  kept    = keep_all (rgba, rgb, 1.0, 1.0, 1);
  edge    = kept[3 * (30 * W + 30)] - kept[3 * (30 * W + 29)];
  strokes = fabs (kept[3 * (28 * W + 75)] - kept[3 * (30 * W + 75)]);
  g_assert_cmpfloat (edge, >, 0.4);
  g_assert_cmpfloat (strokes, >, 0.199);
}

/* A part with enough around it is a part of the whole, whatever the threads. */
static void
test_parts (void)
{
  enum { X = 50, Y = 40, REACH = 16 };
  const ScumbleRect  part  = { X - REACH, Y - REACH, W - X + REACH, H - Y + REACH };
  g_autofree float  *rgba  = photograph (TRUE);
  g_autofree float  *rgb   = painting ();
  g_autofree float  *whole = keep_all (rgba, rgb, 1.0, 1.0, 1);
  g_autofree float  *many  = keep_all (rgba, rgb, 1.0, 1.0, 3);
  g_autofree float  *cut   = g_new (float, 3 * part.w * part.h);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (scumble_detail_reach (1.0), ==, REACH);
  g_assert_cmpint (scumble_detail_reach (16.0), ==, 2 * REACH);
  ref_assert_close_floats (many, whole, 3 * N, 0.0);

  for (int i = 0; i < 3 * part.w * part.h; i++)
    cut[i] = rgb[3 * ((part.y + i / 3 / part.w) * W + part.x + i / 3 % part.w) + i % 3];
  keep (rgba, 1.0, 1.0, &part, cut, 2, 4 << 20, &error);
  g_assert_no_error (error);
  for (int y = Y; y < H; y++)
    ref_assert_close_floats (cut + 3 * ((y - part.y) * part.w + REACH),
                             whole + 3 * (y * W + X), 3 * (W - X), 1e-5);
}

/* Invisible pixels may hold anything. */
static void
test_invisible (void)
{
  g_autofree float *rgba   = photograph (TRUE);
  g_autofree float *rgb    = painting ();
  g_autofree float *before = keep_all (rgba, rgb, 1.0, 1.0, 1);
  g_autofree float *after  = NULL;

  for (int i = 0; i < N; i++)
    if (rgba[4 * i + 3] == 0.0f)
      {
        rgba[4 * i]     = NAN;
        rgba[4 * i + 1] = 7.0f;
        for (int k = 0; k < 3; k++)
          g_assert_cmpfloat (before[3 * i + k], ==, rgb[3 * i + k]);
      }
  after = keep_all (rgba, rgb, 1.0, 1.0, 1);
  ref_assert_close_floats (after, before, 3 * N, 0.0);
}

static void
test_memory (void)
{
  const ScumbleRect  all   = { 0, 0, W, H };
  const gsize        room  = scumble_detail_room (W, H);
  g_autofree float  *rgba  = photograph (FALSE);
  g_autofree float  *rgb   = painting ();
  g_autoptr (GError) error = NULL;

  g_assert_true (keep (rgba, 1.0, 1.0, &all, rgb, 1, room + 4096, &error));
  g_assert_no_error (error);
  g_assert_false (keep (rgba, 1.0, 1.0, &all, rgb, 1, room / 2, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/detail/twin/opaque", GINT_TO_POINTER (FALSE), test_twin);
  g_test_add_data_func ("/detail/twin/holes", GINT_TO_POINTER (TRUE), test_twin);
  g_test_add_func ("/detail/hue", test_hue);
  g_test_add_func ("/detail/purpose", test_purpose);
  g_test_add_func ("/detail/parts", test_parts);
  g_test_add_func ("/detail/invisible", test_invisible);
  g_test_add_func ("/detail/memory", test_memory);

  return g_test_run ();
}
