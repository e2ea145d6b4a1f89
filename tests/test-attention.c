/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method-test.h"
#include "attention.h"

enum { C = 16 };

static const char block[] = "transform.sanet4_1";

/* A 1x1 convolution in double precision. */
static void
map (const ScumbleSafetensors *file, const char *name, const double *x, double *y)
{
  g_autofree char  *weight_name = g_strdup_printf ("%s.%s.weight", block, name);
  g_autofree char  *bias_name   = g_strdup_printf ("%s.%s.bias", block, name);
  g_autofree float *weight      = scumble_safetensors_floats (file, weight_name, C * C, NULL);
  g_autofree float *bias        = scumble_safetensors_floats (file, bias_name, C, NULL);

  for (int i = 0; i < C; i++)
    {
      y[i] = bias[i];
      for (int k = 0; k < C; k++)
        y[i] += (double) weight[i * C + k] * x[k];
    }
}

static void
cell (const ScumbleTensor *x, int i, const float *mean, const float *std, double *out)
{
  const float *from = scumble_tensor_at (x, i / x->w, i % x->w);

  for (int k = 0; k < C; k++)
    out[k] = mean != NULL ? ((double) from[k] - mean[k]) / std[k] : from[k];
}

/* One content cell after the definition, step by step. */
static void
attend (const ScumbleSafetensors *file, const double *x, const ScumbleTensor *style,
        const float *weights, const float *mean, const float *std, double *out)
{
  const int          n      = style->h * style->w;
  g_autofree double *scores = g_new (double, n);
  double             query[C], key[C], in[C], value[C], moved[C] = { 0.0 };
  double             most = -HUGE_VAL, total = 0.0;

  map (file, "query", x, query);
  for (int j = 0; j < n; j++)
    {
      cell (style, j, mean, std, in);
      map (file, "key", in, key);
      scores[j] = 0.0;
      for (int k = 0; k < C; k++)
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
      map (file, "value", in, value);
      for (int k = 0; k < C; k++)
        moved[k] += scores[j] / total * value[k];
    }
  map (file, "out", moved, out);
}

static ScumbleTensor
random_tensor (GRand *rand, int h, int w, double scale)
{
  ScumbleTensor x = { g_new (float, h * w * C), h, w, C, (gsize) w * C };

  for (int i = 0; i < h * w * C; i++)
    x.data[i] = (float) (scale * g_rand_double_range (rand, -1.0, 1.0));

  return x;
}

/* Relative to the greatest value, over several sizes: fewer cells and positions than a
 * block, and several blocks with a rest. */
static void
check (int h, int w, int style_h, int style_w, double scale)
{
  g_autoptr (ScumbleSafetensors) file      = golden_open ("tiny-sanet");
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, block, C, NULL);
  g_autoptr (GRand)              rand      = g_rand_new_with_seed ((guint32) (h * style_w));
  ScumbleTensor                  x         = random_tensor (rand, h, w, scale);
  ScumbleTensor                  style     = random_tensor (rand, style_h, style_w, scale);
  const int                      n         = style_h * style_w;
  ScumbleTensor                  y         = random_tensor (rand, h, w, 0.0);
  g_autofree float              *weights   = g_new (float, n);
  const gsize                    bytes     = scumble_attention_scratch (attention, 2);
  g_autofree float              *scratch   = g_malloc (bytes);
  float                          mean[C], std[C];
  ScumbleKeys                    keys;
  ScumbleGaze                    gaze      = { mean, std, &keys, 0.5f, NULL, 1.0f, NULL };
  double                         worst     = 0.0, greatest = 0.0;

  for (int k = 0; k < C; k++)
    {
      mean[k] = (float) g_rand_double (rand);
      std[k]  = (float) g_rand_double_range (rand, 0.5, 1.5);
    }
  for (int j = 0; j < n; j++)
    weights[j] = j % 5 == 0 ? 0.0f : j % 5 == 1 ? 0.3f : 1.0f;
  weights[n - 1] = 1.0f;

  scumble_attention_see (attention, &keys, &style, weights, mean, std);
  g_assert_cmpint (keys.n, <, n);
  scumble_attention_add (attention, &gaze, &x, &y, scratch, 2);

  for (int i = 0; i < h * w; i++)
    {
      double in[C], out[C];

      cell (&x, i, mean, std, in);
      attend (file, in, &style, weights, mean, std, out);
      for (int k = 0; k < C; k++)
        {
          worst    = MAX (worst, fabs (0.5 * out[k] - y.data[i * C + k]));
          greatest = MAX (greatest, fabs (0.5 * out[k]));
        }
    }
  g_test_message ("%d x %d cells, %d positions, scale %g: %.2g", w, h, n, scale,
                  worst / greatest);
  g_assert_cmpfloat (worst, <=, 1e-4 * greatest);

  scumble_keys_clear (&keys);
  g_free (x.data);
  g_free (style.data);
  g_free (y.data);
}

static void
test_twin (void)
{
  check (1, 1, 1, 2, 1.0);
  check (3, 5, 4, 7, 1.0);
  check (11, 13, 16, 32, 1.0);
  check (20, 13, 37, 31, 1.0);
}

/* Scores in the hundreds: a softmax that is not relative to the greatest overflows. */
static void
test_extreme (void)
{
  check (5, 7, 37, 31, 12.0);
}

/* How much random cells look at every one of @keys' positions. */
static void
measure_use (const ScumbleKeys *keys, float sharpness, const float *logits, int threads,
             float *use)
{
  g_autoptr (ScumbleSafetensors) file      = golden_open ("tiny-sanet");
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, block, C, NULL);
  g_autoptr (GRand)              rand      = g_rand_new_with_seed (4);
  g_autoptr (ScumbleArena)       arena     = scumble_arena_new (16 << 20);
  const ScumbleJob               job       = { .arena = arena, .threads = threads };
  const ScumbleTensor            x         = random_tensor (rand, 17, 19, 2.0);
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
  g_autoptr (ScumbleAttention)   attention = scumble_attention_new (file, block, C, NULL);
  g_autoptr (GRand)              rand      = g_rand_new_with_seed (3);
  const ScumbleTensor            style     = random_tensor (rand, h, w, 2.0);
  float                          mean[C]   = { 0.0f }, std[C];
  ScumbleKeys                    keys;

  for (int k = 0; k < C; k++)
    std[k] = 1.0f;
  scumble_attention_see (attention, &keys, &style, NULL, mean, std);
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

static void
test_misfit (void)
{
  g_autoptr (ScumbleSafetensors) file  = golden_open ("tiny-sanet");
  g_autoptr (GError)             error = NULL;

  g_assert_null (scumble_attention_new (file, block, C + 1, &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL);
  g_clear_error (&error);
  g_assert_null (scumble_attention_new (file, "transform.sanet6_1", C, &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  golden_folder = argv[1];

  g_test_add_func ("/attention/twin", test_twin);
  g_test_add_func ("/attention/extreme", test_extreme);
  g_test_add_func ("/attention/use", test_use);
  g_test_add_func ("/attention/sharpness", test_sharpness);
  g_test_add_func ("/attention/misfit", test_misfit);

  return g_test_run ();
}
