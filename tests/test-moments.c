/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "moments.h"
#include "ref.h"
#include "simd-grad.h"

#include <math.h>
#include <string.h>

enum { C = 37 };

typedef struct
{
  float mean[C];
  float std[C];
} Result;

static Result
measure (const ScumbleTensor *x, const float *weights, int threads)
{
  ScumbleMoments moments;
  Result         result;

  scumble_moments_init (&moments, C);
  scumble_moments_add (&moments, x, weights, threads);
  scumble_moments_get (&moments, result.mean, result.std);
  scumble_moments_clear (&moments);

  return result;
}

static void
check (const ScumbleTensor *x, const float *weights)
{
  const Result result = measure (x, weights, 1);
  double       mean[C], std[C];

  ref_moments (x, weights, mean, std);
  for (int k = 0; k < C; k++)
    {
      g_assert_cmpfloat_with_epsilon (result.mean[k], mean[k], 1e-5);
      g_assert_cmpfloat_with_epsilon (result.std[k], std[k], 1e-5);
    }
}

/* Far from zero, where sums of squares lose most, and against the definition's two passes. */
static void
test_twin (void)
{
  for (int n = 2; n <= 20; n += 3)
    {
      const ScumbleTensor x       = ref_tensor (n, n + 1, C, 1);
      g_autofree float   *weights = g_new (float, n * (n + 1));

      ref_fill (weights, (gsize) (n * (n + 1)), 2, 0.0f, 1.0f);
      check (&x, NULL);
      check (&x, weights);
      for (gsize i = 0; i < (gsize) x.h * x.stride; i++)
        x.data[i] += 30.0f;
      check (&x, NULL);
      g_free (x.data);
    }
}

/* Every instruction set adds up the same, in doubles: channels that fill vectors and some
 * that do not, far from zero. */
static void
test_kernels (void)
{
  enum { N = 23 };
  const ScumbleTensor x = ref_tensor (1, N, C, 8);
  float               weights[N];
  double              expected[2][2 * C] = { { 0.0 } };

  ref_fill (weights, N, 9, 0.0f, 1.0f);
  for (int i = 0; i < N * C; i++)
    {
      const double value = (double) (x.data[i] += 30.0f);

      for (int weighted = 0; weighted < 2; weighted++)
        {
          const double weight = weighted ? (double) weights[i / C] : 1.0;

          expected[weighted][i % C]     += weight * value;
          expected[weighted][C + i % C] += weight * value * value;
        }
    }

  for (const ScumbleSimd *const *simd = scumble_simd_all (); *simd != NULL; simd++)
    for (int weighted = 0; (*simd)->usable () && weighted < 2; weighted++)
      {
        double sums[2 * C] = { 0.0 };

        (*simd)->grad->add_moments (x.data, weighted ? weights : NULL, N, C, sums);
        for (int k = 0; k < 2 * C; k++)
          g_assert_cmpfloat_with_epsilon (sums[k], expected[weighted][k], 1e-9);
      }

  g_free (x.data);
}

static void
test_weights_of_one (void)
{
  const ScumbleTensor x       = ref_tensor (7, 5, C, 3);
  float               ones[35];
  Result              plain, weighted;

  for (int i = 0; i < 35; i++)
    ones[i] = 1.0f;
  plain    = measure (&x, NULL, 1);
  weighted = measure (&x, ones, 1);
  ref_assert_close_floats (weighted.mean, plain.mean, C, 1e-7);
  ref_assert_close_floats (weighted.std, plain.std, C, 1e-7);

  g_free (x.data);
}

/* Bit for bit. */
static void
test_threads (void)
{
  const ScumbleTensor x       = ref_tensor (31, 17, C, 4);
  g_autofree float   *weights = g_new (float, 31 * 17);
  Result              one;

  ref_fill (weights, 31 * 17, 5, 0.0f, 1.0f);
  one = measure (&x, weights, 1);
  for (int threads = 2; threads <= 8; threads++)
    {
      const Result many = measure (&x, weights, threads);

      g_assert_cmpmem (&many, sizeof many, &one, sizeof one);
    }

  g_free (x.data);
}

static void
test_parts (void)
{
  const ScumbleTensor x     = ref_tensor (16, 9, C, 6);
  const Result        whole = measure (&x, NULL, 1);
  ScumbleMoments      moments;
  Result              parts;

  scumble_moments_init (&moments, C);
  for (int i = 0; i < 16; i += 5)
    {
      const ScumbleTensor part = scumble_tensor_view (&x, i, 0, MIN (5, 16 - i), 9);

      scumble_moments_add (&moments, &part, NULL, 2);
    }
  scumble_moments_get (&moments, parts.mean, parts.std);
  scumble_moments_clear (&moments);
  ref_assert_close_floats (parts.mean, whole.mean, C, 1e-6);
  ref_assert_close_floats (parts.std, whole.std, C, 1e-6);

  g_free (x.data);
}

/* One cell has no variance, and neither have equal ones; none at all yields numbers too. */
static void
test_degenerate (void)
{
  const ScumbleTensor one     = ref_tensor (1, 1, C, 7);
  const ScumbleTensor flat    = ref_tensor_empty (4, 4, C);
  const float         zeros[] = { 0.0f };
  const float         floor   = (float) sqrt (1e-5);
  Result              result;

  result = measure (&one, NULL, 1);
  ref_assert_close_floats (result.mean, one.data, C, 1e-7);
  for (int k = 0; k < C; k++)
    g_assert_cmpfloat_with_epsilon (result.std[k], floor, 1e-6f);

  for (gsize i = 0; i < 4 * flat.stride; i++)
    flat.data[i] = 0.3f;
  result = measure (&flat, NULL, 1);
  for (int k = 0; k < C; k++)
    g_assert_cmpfloat_with_epsilon (result.std[k], floor, 1e-6f);

  result = measure (&one, zeros, 1);
  for (int k = 0; k < C; k++)
    g_assert_true (result.mean[k] == 0.0f && isfinite (result.std[k]));

  g_free (one.data);
  g_free (flat.data);
}

/* The largest of the cells that count at all; below zero too. */
static void
test_highs (void)
{
  const ScumbleTensor x       = ref_tensor (40, 3, C, 7);
  g_autofree float   *weights = g_new0 (float, 40 * 3);
  ScumbleMoments      moments;
  float               highs[C], expected[C];

  for (gsize i = 0; i < 40 * 3 * C; i++)
    x.data[i] -= 9.0f;
  for (int i = 0; i < 40 * 3; i += 7)
    weights[i] = 0.01f;

  for (int threads = 1; threads <= 3; threads += 2)
    {
      for (int k = 0; k < C; k++)
        expected[k] = -G_MAXFLOAT;
      for (int i = 0; i < 40 * 3; i += 7)
        for (int k = 0; k < C; k++)
          expected[k] = MAX (expected[k], x.data[i * C + k]);

      scumble_moments_init (&moments, C);
      scumble_moments_get_highs (&moments, highs);
      g_assert_cmpfloat (highs[C - 1], ==, 0.0f);
      for (int i = 0; i < 40; i += 20)
        {
          const ScumbleTensor part = scumble_tensor_view (&x, i, 0, 20, 3);

          scumble_moments_add (&moments, &part, weights + 3 * i, threads);
        }
      scumble_moments_get_highs (&moments, highs);
      ref_assert_close_floats (highs, expected, C, 0.0);
      scumble_moments_clear (&moments);
    }
  g_free (x.data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/moments/twin", test_twin);
  g_test_add_func ("/moments/kernels", test_kernels);
  g_test_add_func ("/moments/weights-of-one", test_weights_of_one);
  g_test_add_func ("/moments/threads", test_threads);
  g_test_add_func ("/moments/parts", test_parts);
  g_test_add_func ("/moments/degenerate", test_degenerate);
  g_test_add_func ("/moments/highs", test_highs);

  return g_test_run ();
}
