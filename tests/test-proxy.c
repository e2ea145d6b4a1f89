/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proxy.h"
#include "ref.h"

#include <math.h>

static gboolean
fits_thousand (int width, int height)
{
  return width * height <= 1000;
}

static gboolean
fits_twelve (int width, int height)
{
  return width <= 12 && height <= 12;
}

static ScumbleProxy
make (ScumbleArena *arena, ScumbleMemorySource *source, ScumbleProxyFits fits)
{
  const ScumbleJob   job   = { .arena = arena, .threads = 1 };
  g_autoptr (GError) error = NULL;
  ScumbleProxy       proxy;

  scumble_proxy_init (&proxy, &source->source, fits, &job, &error);
  g_assert_no_error (error);

  return proxy;
}

/* A ground with a break in it: from row 50 on it lies elsewhere. */
static void
broken_ground (ScumbleSource *source, int y, ScumbleGround *ground)
{
  *ground = (ScumbleGround) { -30, y < 50 ? 5 : 20, 42, 63 };
}

/* What fits is not copied. */
static void
test_small (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);
  g_autofree float        *rgba  = ref_picture (40, 25, 1);
  ScumbleMemorySource      source;
  ScumbleProxy             proxy;

  scumble_memory_source_init (&source, 40, 25, rgba);
  proxy = make (arena, &source, fits_thousand);
  g_assert_true (proxy.source == &source.source);
  g_assert_cmpuint (scumble_arena_peak (arena), ==, 0);
  scumble_proxy_clear (&proxy);
}

/* As large as allowed, in the picture's proportions. */
static void
test_size (void)
{
  static const int         sizes[][2] = { { 41, 25 }, { 400, 300 }, { 3000, 20 }, { 7, 999 },
                                          { 5000, 1 } };
  g_autoptr (ScumbleArena) arena      = scumble_arena_new (4 << 20);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const int           w = sizes[i][0], h = sizes[i][1];
      g_autofree float   *rgba = ref_picture (w, h, i);
      ScumbleMemorySource source;
      ScumbleProxy        proxy;
      double              scale;

      scumble_memory_source_init (&source, w, h, rgba);
      proxy = make (arena, &source, fits_thousand);
      scale = w > h ? (double) proxy.source->width / w : (double) proxy.source->height / h;
      g_assert_true (fits_thousand (proxy.source->width, proxy.source->height));
      g_assert_false (fits_thousand (proxy.source->width + 1, proxy.source->height + 1));
      g_assert_cmpfloat (fabs (MAX (scale * w, 1.0) - proxy.source->width), <=, 1.0);
      g_assert_cmpfloat (fabs (MAX (scale * h, 1.0) - proxy.source->height), <=, 1.0);
      scumble_proxy_clear (&proxy);
    }
}

/* Every pixel against the definition: the mean of what it covers, as networks see it, parts of
 * pixels counted in part, weighted by alpha. */
static void
test_mean (void)
{
  enum { W = 31, H = 17 };
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);
  g_autofree float        *rgba  = ref_picture (W, H, 3);
  ScumbleMemorySource      source;
  ScumbleProxy             proxy;
  int                      w, h;

  for (int i = 0; i < W * H; i++)
    {
      rgba[4 * i + 3] = i % 7 == 0 ? 0.0f : i % 3 == 0 ? 0.4f : 1.0f;
      rgba[4 * i] += i % 5 == 0 ? 3.0f : i % 5 == 1 ? -3.0f : 0.0f;
    }
  scumble_memory_source_init (&source, W, H, rgba);
  proxy = make (arena, &source, fits_twelve);
  w     = proxy.source->width;
  h     = proxy.source->height;
  g_assert_cmpint (w, ==, 12);
  g_assert_true (proxy.source->has_alpha);

  for (int i = 0; i < h; i++)
    for (int j = 0; j < w; j++)
      {
        double sum[4] = { 0.0 }, area = 0.0;
        float  expected[4];

        for (int y = 0; y < H; y++)
          for (int x = 0; x < W; x++)
            {
              const double dx = MIN (x + 1.0, (j + 1.0) * W / w) - MAX (x, (double) j * W / w);
              const double dy = MIN (y + 1.0, (i + 1.0) * H / h) - MAX (y, (double) i * H / h);
              const double a  = rgba[4 * (y * W + x) + 3];

              if (dx <= 0.0 || dy <= 0.0)
                continue;
              area += dx * dy;
              for (int k = 0; k < 3; k++)
                sum[k] += dx * dy * a * CLAMP (rgba[4 * (y * W + x) + k], 0.0f, 1.0f);
              sum[3] += dx * dy * a;
            }
        for (int k = 0; k < 3; k++)
          expected[k] = (float) (sum[k] / sum[3]);
        expected[3] = (float) (sum[3] / area);
        ref_assert_close_floats (proxy.rgba + 4 * (i * w + j), expected, 4, 1e-5);
      }

  scumble_proxy_clear (&proxy);
}

/* A colour that no alpha shows is never looked at. */
static void
test_invisible (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);
  g_autofree float        *rgba  = ref_picture (30, 30, 3);
  ScumbleMemorySource      source;
  ScumbleProxy             proxy;

  for (int i = 0; i < 30 * 30; i++)
    if (i % 30 < 15)
      {
        rgba[4 * i]     = NAN;
        rgba[4 * i + 3] = 0.0f;
      }
  scumble_memory_source_init (&source, 30, 30, rgba);
  proxy = make (arena, &source, fits_twelve);
  for (int i = 0; i < 4 * proxy.source->width * proxy.source->height; i++)
    g_assert_true (proxy.rgba[i] >= 0.0f && proxy.rgba[i] <= 1.0f);

  scumble_proxy_clear (&proxy);
}

/* Shrunk to a third, a picture lies a third as far along a ground that is as much smaller. */
static void
test_ground (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);
  const ScumbleJob         job   = { .arena = arena, .threads = 1 };
  g_autofree float        *rgba  = ref_picture (60, 90, 1);
  ScumbleMemorySource      source;
  ScumbleProxy             proxy;
  ScumbleGround            ground;

  scumble_memory_source_init (&source, 60, 90, rgba);
  source.source.ground = broken_ground;
  g_assert_true (scumble_proxy_init_sized (&proxy, &source.source, 20, 30, &job, NULL));
  ground = scumble_source_ground (proxy.source, 10);
  g_assert_cmpint (ground.x, ==, -10);
  g_assert_cmpint (ground.y, ==, 2);
  g_assert_cmpint (ground.period_w, ==, 14);
  g_assert_cmpint (ground.period_h, ==, 21);
  g_assert_cmpint (scumble_source_ground (proxy.source, 20).y, ==, 7);
  scumble_proxy_clear (&proxy);

  scumble_memory_source_init (&source, 60, 90, rgba);
  g_assert_true (scumble_proxy_init_sized (&proxy, &source.source, 20, 30, &job, NULL));
  ground = scumble_source_ground (proxy.source, 20);
  g_assert_cmpint (ground.x, ==, 0);
  g_assert_cmpint (ground.y, ==, 0);
  scumble_proxy_clear (&proxy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxy/small", test_small);
  g_test_add_func ("/proxy/size", test_size);
  g_test_add_func ("/proxy/mean", test_mean);
  g_test_add_func ("/proxy/invisible", test_invisible);
  g_test_add_func ("/proxy/ground", test_ground);

  return g_test_run ();
}
