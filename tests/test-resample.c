/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"
#include "ref.h"

#include <math.h>

static void
test_pool (void)
{
  for (int h = 1; h <= 9; h++)
    for (int w = 1; w <= 9; w++)
      for (int threads = 1; threads <= 3; threads++)
        {
          const ScumbleTensor x        = ref_tensor (h, w, 5, 1);
          const ScumbleTensor expected = ref_pool2 (&x);
          const ScumbleTensor y        = ref_tensor_empty (expected.h, expected.w, 5);

          scumble_pool2 (&x, &y, threads);
          ref_assert_close (&y, &expected, 0.0);

          g_free (x.data);
          g_free (y.data);
          g_free (expected.data);
        }
}

static void
test_up (void)
{
  const ScumbleTensor x     = ref_tensor (6, 7, 3, 2);
  const ScumbleTensor whole = ref_up2 (&x);

  for (int y0 = 0; y0 <= 1; y0++)
    for (int x0 = 0; x0 <= 1; x0++)
      for (int h = 1; h <= 12 - y0; h++)
        for (int w = 1; w <= 14 - x0; w++)
          {
            const ScumbleTensor expected = scumble_tensor_view (&whole, y0, x0, h, w);
            const ScumbleTensor y        = ref_tensor_empty (h, w, 3);

            scumble_up2 (&x, y0, x0, &y, 1 + h % 3);
            ref_assert_close (&y, &expected, 0.0);
            g_free (y.data);
          }

  g_free (x.data);
  g_free (whole.data);
}

static void
test_clamp (void)
{
  float               values[]   = { -1.0f, 0.25f, 7.0f, NAN, INFINITY, -INFINITY };
  const float         expected[] = { 0.0f, 0.25f, 1.0f, 0.0f, 1.0f, 0.0f };
  const ScumbleTensor x          = { values, 1, 2, 3, 6 };

  scumble_clamp (&x, 2);
  ref_assert_close_floats (values, expected, 6, 0.0);
}

static void
test_copy (void)
{
  const ScumbleTensor whole = ref_tensor (8, 8, 3, 7);
  const ScumbleTensor x     = scumble_tensor_view (&whole, 2, 3, 4, 5);
  const ScumbleTensor y     = ref_tensor_empty (4, 5, 3);

  scumble_copy (&x, &y, 2);
  ref_assert_close (&y, &x, 0.0);

  g_free (whole.data);
  g_free (y.data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/resample/pool", test_pool);
  g_test_add_func ("/resample/up", test_up);
  g_test_add_func ("/resample/clamp", test_clamp);
  g_test_add_func ("/resample/copy", test_copy);

  return g_test_run ();
}
