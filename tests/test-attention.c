/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method-test.h"
#include "attention.h"
#include "ref.h"
#include "safetensors-writer.h"
#include "simd.h"

#include <fenv.h>
#include <glib/gstdio.h>

enum { C = 16, MOST_C = 20 };

static const char block[] = "transform.sanet4_1";

/* A 1x1 convolution in double precision. */
static void
map (const ScumbleSafetensors *file, const char *name, int c, const double *x, double *y)
{
  g_autofree char  *weight_name = g_strdup_printf ("%s.%s.weight", block, name);
  g_autofree char  *bias_name   = g_strdup_printf ("%s.%s.bias", block, name);
  g_autofree float *weight      = scumble_safetensors_floats (file, weight_name, c * c, NULL);
  g_autofree float *bias        = scumble_safetensors_floats (file, bias_name, c, NULL);

  for (int i = 0; i < c; i++)
    {
      y[i] = bias[i];
      for (int k = 0; k < c; k++)
        y[i] += (double) weight[i * c + k] * x[k];
    }
}

static void
cell (const ScumbleTensor *x, int i, const float *mean, const float *std, double *out)
{
  const float *from = scumble_tensor_at (x, i / x->w, i % x->w);

  for (int k = 0; k < x->c; k++)
    out[k] = mean != NULL ? ((double) from[k] - mean[k]) / std[k] : from[k];
}

/* One content cell after the definition, step by step. */
static void
attend (const ScumbleSafetensors *file, const double *x, const ScumbleTensor *style,
        const float *weights, const float *mean, const float *std, double *out)
{
  const int          c      = style->c;
  const int          n      = style->h * style->w;
  g_autofree double *scores = g_new (double, n);
  double             query[MOST_C], key[MOST_C], in[MOST_C], value[MOST_C];
  double             moved[MOST_C] = { 0.0 };
  double             most = -HUGE_VAL, total = 0.0;

  map (file, "query", c, x, query);
  for (int j = 0; j < n; j++)
    {
      cell (style, j, mean, std, in);
      map (file, "key", c, in, key);
      scores[j] = 0.0;
      for (int k = 0; k < c; k++)
        scores[j] += query[k] * key[k];
      most = MAX (most, scores[j]);
    }
  for (int j = 0; j < n; j++)
    {
      scores[j] = exp (scores[j] - most) * weights[j];
      total    += scores[j];
    }
  for (int j = 0; j < n; j++)
    {
      cell (style, j, NULL, NULL, in);
      map (file, "value", c, in, value);
      for (int k = 0; k < c; k++)
        moved[k] += scores[j] / total * value[k];
    }
  map (file, "out", c, moved, out);
}

static ScumbleTensor
random_tensor (GRand *rand, int h, int w, int c, double scale)
{
  ScumbleTensor x = { g_new (float, h * w * c), h, w, c, (gsize) w * (gsize) c };

  for (int i = 0; i < h * w * c; i++)
    x.data[i] = (float) (scale * g_rand_double_range (rand, -1.0, 1.0));

  return x;
}

/* The model file of a block of @c channels. */
static ScumbleSafetensors *
random_block (GRand *rand, int c)
{
  static const char *const             names[] = { "query", "key", "value", "out" };
  g_autoptr (ScumbleSafetensorsWriter) writer  = scumble_safetensors_writer_new ();
  const int                            shape[] = { c, c, 1, 1 };
  g_autoptr (GError)                   error   = NULL;
  g_autofree char                     *folder  = g_dir_make_tmp (NULL, &error);
  g_autofree char                     *path    = g_build_filename (folder, "block", NULL);
  ScumbleSafetensors                  *file;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const ScumbleTensor values = random_tensor (rand, c, 1, c, 1.7 / sqrt (c));
      g_autofree char    *weight = g_strdup_printf ("%s.%s.weight", block, names[i]);
      g_autofree char    *bias   = g_strdup_printf ("%s.%s.bias", block, names[i]);

      scumble_safetensors_writer_add (writer, weight, shape, 4, values.data);
      scumble_safetensors_writer_add (writer, bias, shape, 1, values.data);
      g_free (values.data);
    }
  scumble_safetensors_writer_save (writer, path, &error);
  g_assert_no_error (error);
  file = scumble_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (folder);

  return file;
}

/* A case of attention, and what else can be asked of it. */
typedef struct
{
  int                c;
  int                h;
  int                w;
  int                style_h;
  int                style_w;
  double             scale;
  int                threads;
  const ScumbleSimd *simd;
} Case;

/* Relative to the greatest value. */
static void
check (Case k)
{
  const guint32                  seed      = (guint32) (k.h * k.style_w);
  g_autoptr (GRand)              rand      = g_rand_new_with_seed (seed);
  g_autoptr (ScumbleSafetensors) file      = random_block (rand, k.c);
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, block, k.c, k.simd,
                                                                    NULL);
  ScumbleTensor                  x         = random_tensor (rand, k.h, k.w, k.c, k.scale);
  ScumbleTensor                  style     = random_tensor (rand, k.style_h, k.style_w, k.c,
                                                            k.scale);
  const int                      n         = k.style_h * k.style_w;
  ScumbleTensor                  y         = random_tensor (rand, k.h, k.w, k.c, 0.0);
  g_autofree float              *weights   = g_new (float, n);
  g_autofree float              *scratch   =
    g_malloc (scumble_attention_scratch (attention, k.threads));
  float                          mean[MOST_C], std[MOST_C];
  ScumbleKeys                    keys;
  ScumbleGaze                    gaze      = { mean, std, &keys, 0.5f, NULL, 1.0f, NULL };
  double                         worst     = 0.0, greatest = 0.0;

  for (int i = 0; i < k.c; i++)
    {
      mean[i] = (float) g_rand_double (rand);
      std[i]  = (float) g_rand_double_range (rand, 0.5, 1.5);
    }
  for (int j = 0; j < n; j++)
    weights[j] = j % 5 == 0 ? 0.0f : j % 5 == 1 ? 0.3f : 1.0f;
  weights[n - 1] = 1.0f;

  scumble_attention_see (attention, &keys, &style, weights, mean, std, G_MAXINT, 2);
  g_assert_cmpint (keys.n, <, n);
  feclearexcept (FE_UNDERFLOW);
  scumble_attention_add (attention, &gaze, &x, &y, scratch, k.threads);
  g_assert_false (fetestexcept (FE_UNDERFLOW) != 0);

  for (int i = 0; i < k.h * k.w; i++)
    {
      double in[MOST_C], out[MOST_C];

      cell (&x, i, mean, std, in);
      attend (file, in, &style, weights, mean, std, out);
      for (int o = 0; o < k.c; o++)
        {
          worst    = MAX (worst, fabs (0.5 * out[o] - y.data[i * k.c + o]));
          greatest = MAX (greatest, fabs (0.5 * out[o]));
        }
    }
  g_test_message ("%s, %d channels, %d x %d cells, %d positions, scale %g: %.2g",
                  k.simd->name, k.c, k.w, k.h, n, k.scale, worst / greatest);
  g_assert_cmpfloat (worst, <=, 1e-4 * greatest);

  scumble_keys_clear (&keys);
  g_free (x.data);
  g_free (style.data);
  g_free (y.data);
}

/* Several sizes: fewer cells and positions than a block, and several blocks with a rest;
 * channels that fill vectors, and that do not. */
static void
test_twin (gconstpointer simd)
{
  static const int channels[] = { C, MOST_C };

  if (ref_skip_unusable (simd))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      check ((Case) { channels[i], 1, 1, 1, 2, 1.0, 2, simd });
      check ((Case) { channels[i], 3, 5, 4, 7, 1.0, 2, simd });
      check ((Case) { channels[i], 5, 9, 16, 32, 1.0, 2, simd });
      check ((Case) { channels[i], 9, 13, 29, 31, 1.0, 2, simd });
    }
}

/* Scores in the hundreds: a softmax that is not relative to the greatest overflows, and most
 * of its weights are too small to be normal numbers, which cost a processor many times the
 * time.  On one thread, which is the test's own, none of them was made. */
static void
test_extreme (gconstpointer simd)
{
  if (ref_skip_unusable (simd))
    return;

  check ((Case) { C, 5, 7, 37, 31, 12.0, 1, simd });
}

/* A cell sees the same whatever lies beside it and however many threads there are, to the
 * last bit: 250 cells at once, and from each of them on alone. */
static void
check_apart (const ScumbleSimd *simd)
{
  enum { W = 250 };
  g_autoptr (GRand)              rand      = g_rand_new_with_seed (5);
  g_autoptr (ScumbleSafetensors) file      = random_block (rand, C);
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, block, C, simd,
                                                                    NULL);
  const ScumbleTensor            x         = random_tensor (rand, 1, W, C, 2.0);
  const ScumbleTensor            style     = random_tensor (rand, 19, 31, C, 2.0);
  const ScumbleTensor            all       = random_tensor (rand, 1, W, C, 0.0);
  g_autofree float              *scratch   =
    g_malloc (scumble_attention_scratch (attention, 3));
  float                          mean[C]   = { 0.0f }, std[C];
  ScumbleKeys                    keys;
  const ScumbleGaze              gaze      = { mean, std, &keys, 1.0f, NULL, 1.0f, NULL };

  for (int k = 0; k < C; k++)
    std[k] = 0.7f;
  scumble_attention_see (attention, &keys, &style, NULL, mean, std, G_MAXINT, 2);
  scumble_attention_add (attention, &gaze, &x, &all, scratch, 3);
  for (int from = 0; from < W; from += 7)
    {
      const ScumbleTensor part = scumble_tensor_view (&x, 0, from, 1, W - from);
      const ScumbleTensor y    = random_tensor (rand, 1, W - from, C, 0.0);

      scumble_attention_add (attention, &gaze, &part, &y, scratch, 1);
      g_assert_cmpmem (y.data, (gsize) ((W - from) * C) * sizeof *y.data,
                       all.data + from * C, (gsize) ((W - from) * C) * sizeof *y.data);
      g_free (y.data);
    }

  scumble_keys_clear (&keys);
  g_free (x.data);
  g_free (style.data);
  g_free (all.data);
}

static void
test_apart (gconstpointer simd)
{
  if (!ref_skip_unusable (simd))
    check_apart (simd);
}

/* How much random cells look at every one of @keys' positions. */
static void
measure_use (const ScumbleKeys *keys, float sharpness, const float *logits, int threads,
             float *use)
{
  g_autoptr (ScumbleSafetensors) file      = golden_open ("tiny-sanet");
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, block, C,
                                                                    scumble_simd_best (),
                                                                    NULL);
  g_autoptr (GRand)              rand      = g_rand_new_with_seed (4);
  g_autoptr (ScumbleArena)       arena     = scumble_arena_new (16 << 20);
  const ScumbleJob               job       = { .arena = arena, .threads = threads };
  const ScumbleTensor            x         = random_tensor (rand, 17, 19, C, 2.0);
  g_autoptr (GError)             error     = NULL;
  float                          mean[C], std[C];
  const ScumbleGaze              gaze      = { mean, std, keys, 1.0f, NULL, sharpness, logits };

  for (int k = 0; k < C; k++)
    {
      mean[k] = 0.1f;
      std[k]  = 0.8f;
    }
  scumble_attention_use (attention, &gaze, &x, use, &job, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (scumble_arena_peak (arena), <=,
                    scumble_attention_use_room (attention, 17 * 19, keys->n, threads));
  g_free (x.data);
}

static ScumbleKeys
random_keys (int h, int w)
{
  g_autoptr (ScumbleSafetensors) file      = golden_open ("tiny-sanet");
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, block, C,
                                                                    scumble_simd_best (),
                                                                    NULL);
  g_autoptr (GRand)              rand      = g_rand_new_with_seed (3);
  const ScumbleTensor            style     = random_tensor (rand, h, w, C, 2.0);
  float                          mean[C]   = { 0.0f }, std[C];
  ScumbleKeys                    keys;

  for (int k = 0; k < C; k++)
    std[k] = 1.0f;
  scumble_attention_see (attention, &keys, &style, NULL, mean, std, G_MAXINT, 2);
  g_free (style.data);

  return keys;
}

/* The use of all positions sums to 1; without sharpness it is equal; an over-used position
 * whose logit is lowered is used less. */
static void
test_use (void)
{
  ScumbleKeys       keys   = random_keys (30, 29);
  const int         n      = keys.n;
  g_autofree float *use    = g_new (float, n);
  g_autofree float *other  = g_new (float, n);
  g_autofree float *logits = g_new0 (float, n);
  double            sum    = 0.0;
  int               most   = 0;

  measure_use (&keys, 1.0f, NULL, 1, use);
  measure_use (&keys, 1.0f, NULL, 3, other);
  g_assert_cmpmem (use, (gsize) n * sizeof *use, other, (gsize) n * sizeof *use);
  for (int j = 0; j < n; j++)
    {
      sum += use[j];
      most = use[j] > use[most] ? j : most;
    }
  g_assert_cmpfloat (fabs (sum - 1.0), <=, 1e-5);
  g_assert_cmpfloat (use[most] * n, >, 1.5);

  measure_use (&keys, 0.0f, NULL, 2, other);
  for (int j = 0; j < n; j++)
    g_assert_cmpfloat (fabs (other[j] * n - 1.0), <=, 1e-4);

  logits[most] = -logf (use[most] * n);
  measure_use (&keys, 1.0f, logits, 2, other);
  g_assert_cmpfloat (other[most], <, use[most]);

  scumble_keys_clear (&keys);
}

/* Sharper, fewer positions are looked at. */
static void
test_sharpness (void)
{
  static const float sharpness[] = { 0.1f, 0.5f, 1.0f, 4.0f };
  ScumbleKeys        keys        = random_keys (30, 29);
  g_autofree float  *use         = g_new (float, keys.n);
  double             before      = 0.0;

  for (guint i = 0; i < G_N_ELEMENTS (sharpness); i++)
    {
      double squares = 0.0;

      measure_use (&keys, sharpness[i], NULL, 1, use);
      for (int j = 0; j < keys.n; j++)
        squares += (double) use[j] * use[j];
      g_assert_cmpfloat (squares, >, before);
      before = squares;
    }

  scumble_keys_clear (&keys);
}

/* Of more visible positions than may be kept as many as may, at even distances; one that is
 * visible alone is kept wherever it is. */
static void
test_most (void)
{
  enum { H = 9, W = 7, MOST = 10 };
  g_autoptr (GRand)              rand      = g_rand_new_with_seed (6);
  g_autoptr (ScumbleSafetensors) file      = random_block (rand, C);
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, block, C,
                                                                    scumble_simd_best (), NULL);
  ScumbleTensor                  style     = random_tensor (rand, H, W, C, 1.0);
  float                          weights[H * W], mean[C] = { 0.0f }, std[C];
  ScumbleKeys                    all, some, one;
  int                            last = -1, visible = 0;

  for (int i = 0; i < C; i++)
    std[i] = 1.0f;
  for (int j = 0; j < H * W; j++)
    visible += (weights[j] = j % 3 == 0 ? 0.0f : 1.0f) > 0.0f;
  scumble_attention_see (attention, &all, &style, weights, mean, std, visible, 2);
  scumble_attention_see (attention, &some, &style, weights, mean, std, MOST, 2);
  g_assert_cmpint (all.n, ==, visible);
  g_assert_cmpint (some.n, ==, MOST);
  for (int i = 0; i < MOST; i++)
    {
      int at = last + 1;

      while (at < all.n && memcmp (all.keys + at * C, some.keys + i * C, sizeof mean) != 0)
        at++;
      g_assert_cmpint (at, <, all.n);
      g_assert_cmpmem (all.values + at * C, sizeof mean, some.values + i * C, sizeof mean);
      g_assert_cmpint (at - last, >=, visible / MOST);
      g_assert_cmpint (at - last, <=, visible / MOST + 1);
      last = at;
    }

  memset (weights, 0, sizeof weights);
  weights[H * W / 2] = 0.5f;
  scumble_attention_see (attention, &one, &style, weights, mean, std, MOST, 2);
  g_assert_cmpint (one.n, ==, 1);

  scumble_keys_clear (&all);
  scumble_keys_clear (&some);
  scumble_keys_clear (&one);
  g_free (style.data);
}

static void
test_misfit (void)
{
  g_autoptr (ScumbleSafetensors) file  = golden_open ("tiny-sanet");
  g_autoptr (GError)             error = NULL;

  g_assert_null (scumble_attention_new (file, block, C + 1, scumble_simd_best (), &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL);
  g_clear_error (&error);
  g_assert_null (scumble_attention_new (file, "transform.sanet6_1", C, scumble_simd_best (),
                                        &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL);
}

static void
add (const char *name, const ScumbleSimd *simd, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/attention/%s/%s", name, simd->name);

  g_test_add_data_func (path, simd, test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  golden_folder = argv[1];

  for (const ScumbleSimd *const *simd = scumble_simd_all (); *simd != NULL; simd++)
    {
      add ("twin", *simd, test_twin);
      add ("extreme", *simd, test_extreme);
      add ("apart", *simd, test_apart);
    }
  g_test_add_func ("/attention/use", test_use);
  g_test_add_func ("/attention/sharpness", test_sharpness);
  g_test_add_func ("/attention/most", test_most);
  g_test_add_func ("/attention/misfit", test_misfit);

  return g_test_run ();
}
