/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ref.h"
#include "simd.h"
#include "transfer-net.h"

/* A convolution of any kernel and stride, straight from the definition. */
static ScumbleTensor
twin (const ScumbleConv *conv, const ScumbleTensor *x, int h, int w, const float *weights,
      const float *bias)
{
  const int     n = conv->kernel;
  ScumbleTensor y = ref_tensor_empty (h, w, conv->c_out);

  for (int i = 0; i < h; i++)
    for (int j = 0; j < w; j++)
      for (int o = 0; o < conv->c_out; o++)
        {
          double sum = bias[o];

          for (int u = 0; u < n * n; u++)
            for (int k = 0; k < conv->c_in; k++)
              sum += (double) weights[(o * conv->c_in + k) * n * n + u] *
                     scumble_tensor_at (x, i * conv->stride + u / n,
                                        j * conv->stride + u % n)[k];
          scumble_tensor_at (&y, i, j)[o] = conv->relu && sum < 0.0 ? 0.0f : (float) sum;
        }

  return y;
}

static void
check_conv (ScumbleConv conv, int h, int w)
{
  const int         cells   = conv.kernel * conv.kernel;
  const gsize       n       = (gsize) (conv.c_out * conv.c_in * cells);
  g_autofree float *weights = g_new (float, n);
  g_autofree float *bias    = g_new (float, conv.c_out);
  ScumbleTensor     x       = ref_tensor ((h - 1) * conv.stride + conv.kernel,
                                          (w - 1) * conv.stride + conv.kernel, conv.c_in, 1);
  ScumbleTensor     y       = ref_tensor_empty (h, w, conv.c_out);
  ScumbleTensor     expected;

  ref_fill (weights, n, 2, -0.2f, 0.2f);
  ref_fill (bias, (gsize) conv.c_out, 3, -1.0f, 1.0f);
  expected = twin (&conv, &x, h, w, weights, bias);
  scumble_conv_init (&conv, weights, bias, 1);
  scumble_conv3x3 (&conv, &x, &y, NULL, 2);
  ref_assert_close (&y, &expected, 1e-4);

  scumble_conv_clear (&conv);
  g_free (x.data);
  g_free (y.data);
  g_free (expected.data);
}

/* On every instruction set, at widths that suit the vectors and widths that do not. */
static void
test_any_conv (void)
{
  static const int widths[][2] = { { 3, 16 }, { 16, 3 }, { 16, 32 }, { 5, 7 }, { 32, 3 } };
  static const int shapes[][2] = { { 9, 1 }, { 3, 2 }, { 1, 1 }, { 5, 3 } };

  for (const ScumbleSimd *const *simd = scumble_simd_all (); *simd != NULL; simd++)
    for (guint i = 0; (*simd)->usable () && i < G_N_ELEMENTS (widths); i++)
      for (guint k = 0; k < G_N_ELEMENTS (shapes); k++)
        check_conv ((ScumbleConv) { .form   = SCUMBLE_CONV_ANY,
                                    .c_in   = widths[i][0],
                                    .c_out  = widths[i][1],
                                    .relu   = k % 2 == 0,
                                    .simd   = *simd,
                                    .kernel = shapes[k][0],
                                    .stride = shapes[k][1] }, 5, 1 + 9 * (int) k);
}

/* Layers side by side, and as many weights as the widths ask for. */
static void
test_layout (void)
{
  gsize at = 0, weights = 0;

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (8, i);

      g_assert_cmpuint (layer.weights, ==, at);
      g_assert_cmpuint (layer.end - layer.shift, ==, layer.c_out);
      weights += layer.scale - layer.weights;
      at       = layer.end;
    }
  g_assert_cmpstr (scumble_transfer_layer (8, 12).name, ==, "block5_b");
  g_assert_cmpuint (weights, ==, 3 * 8 * 81 + 9 * (8 * 16 + 16 * 32 + 10 * 32 * 32) +
                                   9 * (32 * 16 + 16 * 8) + 8 * 3 * 81);
  g_assert_cmpuint (scumble_transfer_count (8), ==, at);
}

/* A kernel three times as strong changes nothing: the normalisation takes it away again. */
static void
test_normalised (void)
{
  enum { BASE = 5, W = 40, H = 36 };
  g_autoptr (ScumbleArena)    arena  = scumble_arena_new (64 << 20);
  const ScumbleJob            job    = { .arena = arena, .threads = 2 };
  const ScumbleRect           whole  = { 0, 0, W, H };
  const ScumbleTransferLayer  first  = scumble_transfer_layer (BASE, SCUMBLE_TRANSFER_FIRST);
  const gsize                 n      = scumble_transfer_count (BASE);
  g_autofree float           *rgba   = ref_picture (W, H, 3);
  g_autofree float           *values = g_new (float, n);
  g_autofree float           *before = g_new (float, 3 * W * H);
  g_autofree float           *after  = g_new (float, 3 * W * H);
  ScumbleMemorySource         source;
  ScumblePicture              picture;

  ref_fill (values, n, 4, -0.3f, 0.3f);
  scumble_memory_source_init (&source, W, H, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, SCUMBLE_TRANSFER_ALIGN,
                                       &job, NULL));
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (ScumbleTransfer) net = scumble_transfer_new (BASE, values, 0.0f, &picture,
                                                              32 << 20, &job, NULL);

      g_assert_true (scumble_transfer_run (net, &picture, &whole, i == 0 ? before : after,
                                           &job, NULL));
      for (gsize k = first.weights; k < first.scale; k++)
        values[k] *= 3.0f;
    }
  ref_assert_close_floats (after, before, 3 * W * H, 1e-4);
  scumble_picture_clear (&picture);
}

/* A network measured with some allowance and in some tiles, and what it paints. */
static float *
paint_measured (const ScumblePicture *picture, const float *values, int base, gsize allowance,
                int tile, int threads)
{
  g_autoptr (ScumbleArena)    arena = scumble_arena_new (256 << 20);
  const ScumbleJob            job   = { .arena = arena, .threads = threads, .tile = tile };
  const ScumbleRect           whole = { 0, 0, picture->w, picture->h };
  const gsize                 room  = scumble_transfer_new_room (base, picture, allowance,
                                                                 &job);
  g_autoptr (GError)          error = NULL;
  g_autoptr (ScumbleTransfer) net   = NULL;
  float                      *rgb   = g_new (float, 3 * picture->w * picture->h);

  net = scumble_transfer_new (base, values, 0.0f, picture, allowance, &job, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (scumble_arena_peak (arena), <=, room);
  g_assert_true (scumble_transfer_run (net, picture, &whole, rgb, &job, &error));

  return rgb;
}

/* What is kept, tiles and threads make no difference beyond rounding, and what does not fit
 * is computed again. */
static void
check_measuring (gboolean veiled)
{
  enum { BASE = 6, W = 150, H = 130, PADDED = 160 * 144 };
  static const int         tiles[]    = { 16, 64, 0 };
  g_autoptr (ScumbleArena) arena      = scumble_arena_new (64 << 20);
  const ScumbleJob         job        = { .arena = arena, .threads = 2 };
  const gsize              n          = scumble_transfer_count (BASE);
  g_autofree float        *rgba       = ref_picture (W, H, 5);
  g_autofree float        *values     = g_new (float, n);
  g_autofree float        *expected   = NULL;
  gsize                    allowances[8] = { 0 };
  ScumbleMemorySource      source;
  ScumblePicture           picture;
  guint                    n_allowed  = 0;

  for (int i = 0; i < W * H; i++)
    rgba[4 * i + 3] = !veiled ? 1.0f : i % W < W / 3 ? 0.0f : i / W < H / 2 ? 0.4f : 1.0f;
  ref_fill (values, n, 6, -0.3f, 0.3f);
  scumble_memory_source_init (&source, W, H, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, SCUMBLE_TRANSFER_ALIGN,
                                       &job, NULL));
  g_assert_cmpint (picture.w * picture.h, ==, PADDED);

  /* From everything kept to nothing. */
  for (gsize allowance = 64 << 20, before = 0; allowance > 0; allowance -= allowance / 4)
    {
      const gsize room = scumble_transfer_new_room (BASE, &picture, allowance, &job);

      if (room > allowance)
        break;
      if (room != before && n_allowed < G_N_ELEMENTS (allowances) - 1)
        allowances[n_allowed++] = allowance;
      before = room;
    }
  /* And the least. */
  allowances[n_allowed++] = 0;
  g_assert_cmpuint (n_allowed, >=, 4);
  for (guint i = 1; i < n_allowed; i++)
    g_assert_cmpfloat (scumble_transfer_new_work (BASE, &picture, allowances[i], &job), >=,
                       scumble_transfer_new_work (BASE, &picture, allowances[i - 1], &job));

  expected = paint_measured (&picture, values, BASE, allowances[0], 0, 1);
  for (guint i = 0; i < n_allowed; i++)
    for (guint k = 0; k < G_N_ELEMENTS (tiles); k++)
      {
        g_autofree float *found = paint_measured (&picture, values, BASE, allowances[i],
                                                  tiles[k], 1 + (int) k % 2);

        ref_assert_close_floats (found, expected, 3 * PADDED, 1e-4);
      }
  scumble_picture_clear (&picture);
}

static void
test_measuring (void)
{
  check_measuring (FALSE);
  check_measuring (TRUE);
}

/* Allowances of next to nothing take what they must, and no more than they say; from the least
 * reasonable one on, measuring is a few times the work of painting. */
static void
test_frugal (void)
{
  enum { BASE = 8, W = 640, H = 480 };
  g_autoptr (ScumbleArena) arena   = scumble_arena_new (64 << 20);
  const ScumbleJob         job     = { .arena = arena, .threads = 2 };
  g_autofree float        *rgba    = ref_picture (W, H, 7);
  ScumbleMemorySource      source;
  ScumblePicture           picture;
  ScumbleRect              whole;
  gsize                    room, least;
  double                   once;

  scumble_memory_source_init (&source, W, H, rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, SCUMBLE_TRANSFER_ALIGN,
                                       &job, NULL));
  room = scumble_transfer_new_room (BASE, &picture, 0, &job);
  g_assert_cmpuint (room, <, 4 << 20);
  for (gsize allowance = room; allowance <= 256 << 20; allowance *= 2)
    g_assert_cmpuint (scumble_transfer_new_room (BASE, &picture, allowance, &job), <=,
                      allowance);

  whole = (ScumbleRect) { 0, 0, picture.w, picture.h };
  once  = scumble_transfer_work (BASE, &picture, &whole);
  least = scumble_transfer_new_least (BASE, &picture, &job);
  g_assert_cmpuint (least, <, 16 << 20);
  g_assert_cmpfloat (scumble_transfer_new_work (BASE, &picture, least, &job), <=, 16.0 * once);
  g_assert_cmpfloat (scumble_transfer_new_work (BASE, &picture, least / 2, &job), >,
                     16.0 * once);
  scumble_picture_clear (&picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transfer-net/any-conv", test_any_conv);
  g_test_add_func ("/transfer-net/layout", test_layout);
  g_test_add_func ("/transfer-net/normalised", test_normalised);
  g_test_add_func ("/transfer-net/measuring", test_measuring);
  g_test_add_func ("/transfer-net/frugal", test_frugal);

  return g_test_run ();
}
