/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ref.h"
#include "simd.h"

#include <math.h>

typedef struct
{
  int c_in;
  int c_out;
} Widths;

/* Panels are 16 wide: whole ones, parts of one, one and a half; and what ends in pixels. */
static const Widths widths[] = {
  { 3, 16 }, { 16, 3 }, { 16, 16 }, { 32, 64 }, { 5, 7 }, { 24, 40 }, { 1, 1 }, { 48, 3 },
  { 16, 32 }, { 3, 3 },
};

typedef struct
{
  ScumbleConv conv;
  float      *weights;
  float      *bias;
} Fixture;

static Fixture
make (Widths w, ScumbleConvForm form, gboolean relu, const ScumbleSimd *simd)
{
  const gsize n = 9 * (gsize) w.c_in * (gsize) w.c_out;
  Fixture     f = { { .form = form, .c_in = w.c_in, .c_out = w.c_out, .relu = relu,
                      .simd = simd },
                    g_new (float, n), g_new (float, w.c_out) };

  ref_fill (f.weights, n, 5, -0.5f, 0.5f);
  ref_fill (f.bias, (gsize) w.c_out, 6, -0.5f, 0.5f);
  scumble_conv_init (&f.conv, f.weights, f.bias, 1);

  return f;
}

static void
clear (Fixture *f)
{
  scumble_conv_clear (&f->conv);
  g_free (f->weights);
  g_free (f->bias);
}

static float *
new_scratch (const ScumbleConv *conv, int threads)
{
  const gsize bytes = scumble_conv_scratch (conv, threads);

  return bytes > 0 ? g_aligned_alloc0 (bytes, 1, 64) : NULL;
}

/* Sums of many products: an error of a few units in the last place for each; Winograd's
 * transforms magnify it. */
static double
tolerance (const ScumbleConv *conv)
{
  return 4e-6 * (conv->c_in + 8);
}

/* A tensor within a larger one, whose other cells must stay as they are. */
typedef struct
{
  ScumbleTensor whole;
  ScumbleTensor view;
} Framed;

static Framed
framed (int h, int w, int c)
{
  Framed f;

  f.whole = ref_tensor_empty (h + 2, w + 2, c);
  for (gsize i = 0; i < (gsize) f.whole.h * f.whole.stride; i++)
    f.whole.data[i] = 777.0f;
  f.view = scumble_tensor_view (&f.whole, 1, 1, h, w);

  return f;
}

static void
assert_frame (const Framed *f)
{
  for (int i = 0; i < f->whole.h; i++)
    for (int j = 0; j < f->whole.w; j++)
      if (i == 0 || j == 0 || i == f->whole.h - 1 || j == f->whole.w - 1)
        for (int k = 0; k < f->whole.c; k++)
          g_assert_cmpfloat (scumble_tensor_at (&f->whole, i, j)[k], ==, 777.0f);
}

/* With x [h + 2, w + 2, c_in]. */
static void
check_plain (const Fixture *f, const ScumbleTensor *x, const ScumbleTensor *expected,
             int threads)
{
  const Framed y       = framed (expected->h, expected->w, expected->c);
  float       *scratch = new_scratch (&f->conv, threads);

  scumble_conv3x3 (&f->conv, x, &y.view, scratch, threads);
  ref_assert_close (&y.view, expected, tolerance (&f->conv));
  assert_frame (&y);

  g_aligned_free (scratch);
  g_free (y.whole.data);
}

static void
each_size (const ScumbleSimd *simd, Widths w, ScumbleConvForm form)
{
  Fixture f = make (w, form, form == SCUMBLE_CONV_POOL || w.c_out > 3, simd);

  for (int h = 1; h <= 13; h++)
    for (int width = 1; width <= 13; width++)
      {
        const ScumbleTensor x        = ref_tensor (h + 2, width + 2, w.c_in, 9);
        ScumbleTensor       expected = ref_conv3x3 (&x, f.weights, f.bias, w.c_out,
                                                    f.conv.relu);

        if (form == SCUMBLE_CONV_POOL)
          {
            const ScumbleTensor pooled = ref_pool2 (&expected);

            g_free (expected.data);
            expected = pooled;
          }
        check_plain (&f, &x, &expected, 1 + (h + width) % 3);

        g_free (x.data);
        g_free (expected.data);
      }
  clear (&f);
}

static void
test_plain (gconstpointer simd)
{
  if (ref_skip_unusable (simd))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    each_size (simd, widths[i], SCUMBLE_CONV_PLAIN);
}

static void
test_pooled (gconstpointer simd)
{
  if (ref_skip_unusable (simd))
    return;

  each_size (simd, (Widths) { 16, 16 }, SCUMBLE_CONV_POOL);
  each_size (simd, (Widths) { 16, 48 }, SCUMBLE_CONV_POOL);
}

/* All four offsets of the first cell, and both parities of the size: the result is a part
 * of the convolution of the whole upsampled plane. */
static void
check_up (const Fixture *f, int h, int w)
{
  const int           c_in = f->conv.c_in;
  const ScumbleTensor x    = ref_tensor (h + 2, w + 2, c_in, 3);
  const ScumbleTensor big  = ref_up2 (&x);
  const ScumbleTensor all  = ref_conv3x3 (&big, f->weights, f->bias, f->conv.c_out,
                                          f->conv.relu);

  for (int at = 0; at < 16; at++)
    {
      const int y0 = at & 1, x0 = at >> 1 & 1;
      const int rows = 2 * h - y0 - (at >> 2 & 1), cols = 2 * w - x0 - (at >> 3 & 1);

      if (rows < 1 || cols < 1)
        continue;

      /* x's inner cells begin at row 2 of big, which is row 1 of all. */
      const ScumbleTensor expected = scumble_tensor_view (&all, 1 + y0, 1 + x0, rows, cols);
      const Framed        y        = framed (rows, cols, f->conv.c_out);
      const int           threads  = 1 + at % 3;
      float              *scratch  = new_scratch (&f->conv, threads);

      scumble_conv3x3_up (&f->conv, &x, y0, x0, &y.view, scratch, threads);
      ref_assert_close (&y.view, &expected, tolerance (&f->conv));
      assert_frame (&y);

      g_aligned_free (scratch);
      g_free (y.whole.data);
    }

  g_free (x.data);
  g_free (big.data);
  g_free (all.data);
}

static void
test_up (gconstpointer simd)
{
  static const Widths sizes[] = { { 16, 16 }, { 32, 16 }, { 16, 48 } };

  if (ref_skip_unusable (simd))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      Fixture f = make (sizes[i], SCUMBLE_CONV_UP, i != 1, simd);

      for (int h = 1; h <= 7; h++)
        for (int w = 1; w <= 7; w++)
          check_up (&f, h, w);
      clear (&f);
    }
}

/* A plane that is cut into many blocks of scratch. */
static void
test_large (gconstpointer simd)
{
  ScumbleTensor x, expected;
  Fixture       f;

  if (ref_skip_unusable (simd))
    return;

  x        = ref_tensor (75, 131, 16, 4);
  f        = make ((Widths) { 16, 16 }, SCUMBLE_CONV_PLAIN, FALSE, simd);
  expected = ref_conv3x3 (&x, f.weights, f.bias, 16, FALSE);
  for (int threads = 1; threads <= 3; threads++)
    check_plain (&f, &x, &expected, threads);

  g_free (x.data);
  g_free (expected.data);
  clear (&f);
}

/* Widths whose transformed weights are made in every run. */
static void
test_wide (gconstpointer simd)
{
  const Widths  wide = { 160, 144 };
  ScumbleTensor x, expected, pooled;
  Fixture       f;

  if (ref_skip_unusable (simd))
    return;

  x        = ref_tensor (15, 21, wide.c_in, 4);
  f        = make (wide, SCUMBLE_CONV_PLAIN, TRUE, simd);
  expected = ref_conv3x3 (&x, f.weights, f.bias, wide.c_out, TRUE);
  pooled   = ref_pool2 (&expected);
  for (int threads = 1; threads <= 3; threads++)
    check_plain (&f, &x, &expected, threads);
  clear (&f);

  f = make (wide, SCUMBLE_CONV_POOL, TRUE, simd);
  check_plain (&f, &x, &pooled, 2);
  clear (&f);

  f = make (wide, SCUMBLE_CONV_UP, FALSE, simd);
  check_up (&f, 5, 6);
  clear (&f);

  g_free (x.data);
  g_free (expected.data);
  g_free (pooled.data);
}

static void
test_fuses (void)
{
  g_assert_true (scumble_conv_fuses (16, 16));
  g_assert_true (scumble_conv_fuses (32, 64));
  g_assert_false (scumble_conv_fuses (3, 16));
  g_assert_false (scumble_conv_fuses (16, 3));
  g_assert_false (scumble_conv_fuses (24, 40));
}

static void
add (const char *what, const ScumbleSimd *simd, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/conv/%s/%s", simd->name, what);

  g_test_add_data_func (path, simd, func);
}

int
main (int argc, char **argv)
{
  const ScumbleSimd *const *all = scumble_simd_all ();

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conv/fuses", test_fuses);
  for (guint i = 0; all[i] != NULL; i++)
    {
      add ("plain", all[i], test_plain);
      add ("pooled", all[i], test_pooled);
      add ("up", all[i], test_up);
      add ("large", all[i], test_large);
      add ("wide", all[i], test_wide);
    }

  return g_test_run ();
}
