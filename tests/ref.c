/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ref.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Numerical Recipes' "quick and dirty" generator; its upper bits are good enough. */
static guint32
next (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

void
ref_fill (float *values, gsize n, guint32 seed, float low, float high)
{
  guint32 state = seed * 2654435761u + 1;

  for (gsize i = 0; i < n; i++)
    values[i] = low + (high - low) * (float) next (&state) / 16777215.0f;
}

ScumbleTensor
ref_tensor_empty (int h, int w, int c)
{
  const gsize stride = (gsize) w * (gsize) c;

  return (ScumbleTensor) { g_new0 (float, (gsize) h * stride), h, w, c, stride };
}

ScumbleTensor
ref_tensor (int h, int w, int c, guint32 seed)
{
  const ScumbleTensor x = ref_tensor_empty (h, w, c);

  ref_fill (x.data, (gsize) h * x.stride, seed, -1.0f, 1.0f);
  return x;
}

void
ref_assert_close (const ScumbleTensor *x, const ScumbleTensor *expected, double tolerance)
{
  g_assert_cmpint (x->h, ==, expected->h);
  g_assert_cmpint (x->w, ==, expected->w);
  g_assert_cmpint (x->c, ==, expected->c);

  for (int i = 0; i < x->h; i++)
    ref_assert_close_floats (scumble_tensor_at (x, i, 0), scumble_tensor_at (expected, i, 0),
                             (gsize) x->w * (gsize) x->c, tolerance);
}

/* Written so that a value that is no number fails. */
void
ref_assert_close_floats (const float *x, const float *expected, gsize n, double tolerance)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs ((double) x[i] - expected[i]) <= tolerance))
      g_error ("value %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is %g where %g was expected "
               "within %g", i, n, x[i], expected[i], tolerance);
}

ScumbleTensor
ref_conv3x3 (const ScumbleTensor *x, const float *weights, const float *bias, int c_out,
             gboolean relu)
{
  const ScumbleTensor y = ref_tensor_empty (x->h - 2, x->w - 2, c_out);

  for (int i = 0; i < y.h; i++)
    for (int j = 0; j < y.w; j++)
      for (int o = 0; o < c_out; o++)
        {
          double sum = bias[o];

          for (int k = 0; k < x->c; k++)
            for (int u = 0; u < 3; u++)
              for (int v = 0; v < 3; v++)
                sum += (double) weights[((o * x->c + k) * 3 + u) * 3 + v] *
                       scumble_tensor_at (x, i + u, j + v)[k];
          scumble_tensor_at (&y, i, j)[o] = relu && sum < 0.0 ? 0.0f : (float) sum;
        }

  return y;
}

ScumbleTensor
ref_reflect (const ScumbleTensor *x)
{
  const ScumbleTensor y = ref_tensor_empty (x->h + 2, x->w + 2, x->c);

  for (int i = 0; i < y.h; i++)
    for (int j = 0; j < y.w; j++)
      {
        const int row = i == 0 ? 1 : i == x->h + 1 ? x->h - 2 : i - 1;
        const int col = j == 0 ? 1 : j == x->w + 1 ? x->w - 2 : j - 1;

        for (int k = 0; k < x->c; k++)
          scumble_tensor_at (&y, i, j)[k] = scumble_tensor_at (x, row, col)[k];
      }

  return y;
}

ScumbleTensor
ref_pool2 (const ScumbleTensor *x)
{
  const ScumbleTensor y = ref_tensor_empty ((x->h + 1) / 2, (x->w + 1) / 2, x->c);

  for (int i = 0; i < y.h; i++)
    for (int j = 0; j < y.w; j++)
      for (int k = 0; k < x->c; k++)
        {
          float most = -INFINITY;

          for (int u = 2 * i; u < MIN (2 * i + 2, x->h); u++)
            for (int v = 2 * j; v < MIN (2 * j + 2, x->w); v++)
              most = MAX (most, scumble_tensor_at (x, u, v)[k]);
          scumble_tensor_at (&y, i, j)[k] = most;
        }

  return y;
}

ScumbleTensor
ref_up2 (const ScumbleTensor *x)
{
  const ScumbleTensor y = ref_tensor_empty (2 * x->h, 2 * x->w, x->c);

  for (int i = 0; i < y.h; i++)
    for (int j = 0; j < y.w; j++)
      for (int k = 0; k < x->c; k++)
        scumble_tensor_at (&y, i, j)[k] = scumble_tensor_at (x, i / 2, j / 2)[k];

  return y;
}

void
ref_moments (const ScumbleTensor *x, const float *weights, double *mean, double *std)
{
  double total = 0.0, total2 = 0.0;

  for (int i = 0; i < x->h * x->w; i++)
    {
      const double w = weights != NULL ? weights[i] : 1.0;

      total  += w;
      total2 += w * w;
    }

  for (int k = 0; k < x->c; k++)
    {
      double sum = 0.0, squares = 0.0;

      for (int i = 0; i < x->h * x->w; i++)
        sum += (weights != NULL ? weights[i] : 1.0) *
               scumble_tensor_at (x, i / x->w, i % x->w)[k];
      mean[k] = sum / total;
      for (int i = 0; i < x->h * x->w; i++)
        squares += (weights != NULL ? weights[i] : 1.0) *
                   pow (scumble_tensor_at (x, i / x->w, i % x->w)[k] - mean[k], 2);
      std[k] = sqrt (squares / (total - total2 / total) + 1e-5);
    }
}

typedef struct
{
  char    *name;
  guint    n_dims;
  int      shape[4];
  gboolean half;
  gsize    n;
  float   *values;
} Tensor;

struct _RefFile
{
  GPtrArray *tensors;
  GString   *metadata;
};

static void
tensor_free (gpointer data)
{
  Tensor *tensor = data;

  g_free (tensor->name);
  g_free (tensor->values);
  g_free (tensor);
}

RefFile *
ref_file_new (void)
{
  RefFile *file = g_new (RefFile, 1);

  file->tensors  = g_ptr_array_new_with_free_func (tensor_free);
  file->metadata = g_string_new (NULL);

  return file;
}

void
ref_file_free (RefFile *file)
{
  g_ptr_array_unref (file->tensors);
  g_string_free (file->metadata, TRUE);
  g_free (file);
}

void
ref_file_text (RefFile *file, const char *key, const char *value)
{
  g_string_append_printf (file->metadata, "%s\"%s\":\"%s\"",
                          file->metadata->len > 0 ? "," : "", key, value);
}

void
ref_file_tensor (RefFile *file, const char *name, guint n_dims, const int *shape,
                 const float *values, gboolean half)
{
  Tensor *tensor = g_new0 (Tensor, 1);

  tensor->name   = g_strdup (name);
  tensor->n_dims = n_dims;
  tensor->half   = half;
  tensor->n      = 1;
  for (guint i = 0; i < n_dims; i++)
    {
      tensor->shape[i] = shape[i];
      tensor->n       *= (gsize) shape[i];
    }
  tensor->values = g_memdup2 (values, tensor->n * sizeof *values);
  g_ptr_array_add (file->tensors, tensor);
}

void
ref_file_conv (RefFile *file, const char *name, int c_out, int c_in, int size, guint32 seed)
{
  const gsize       n       = (gsize) (c_out * c_in * size * size);
  const float       limit   = sqrtf (6.0f / (float) (c_in * size * size));
  g_autofree float *weights = g_new (float, n);
  g_autofree float *bias    = g_new (float, c_out);
  g_autofree char  *weight_name = g_strconcat (name, ".weight", NULL);
  g_autofree char  *bias_name   = g_strconcat (name, ".bias", NULL);

  ref_fill (weights, n, seed, -limit, limit);
  ref_fill (bias, (gsize) c_out, seed + 1, -0.1f, 0.1f);
  ref_file_tensor (file, weight_name, 4, (int[]) { c_out, c_in, size, size }, weights, FALSE);
  ref_file_tensor (file, bias_name, 1, &c_out, bias, FALSE);
}

static const Tensor *
find (const RefFile *file, const char *name)
{
  for (guint i = 0; i < file->tensors->len; i++)
    {
      const Tensor *tensor = g_ptr_array_index (file->tensors, i);

      if (g_str_equal (tensor->name, name))
        return tensor;
    }

  g_error ("there is no tensor \"%s\"", name);
}

const float *
ref_file_values (const RefFile *file, const char *name)
{
  return find (file, name)->values;
}

/* Of values that binary16 can hold, and that are not subnormal in it. */
static guint16
half_bits (float value)
{
  const guint16 sign = signbit (value) ? 0x8000 : 0;
  int           exponent;
  const double  mantissa = frexp (fabs (value), &exponent) * 2.0;

  if (value == 0.0f)
    return sign;

  return (guint16) (sign | (exponent + 14) << 10 | (int) ((mantissa - 1.0) * 1024.0));
}

static void
append_values (GByteArray *data, const Tensor *tensor)
{
  for (gsize i = 0; i < tensor->n; i++)
    if (tensor->half)
      {
        const guint16 half = half_bits (tensor->values[i]);

        g_byte_array_append (data, (const guint8 *) &half, sizeof half);
      }
    else
      {
        g_byte_array_append (data, (const guint8 *) &tensor->values[i], sizeof (float));
      }
}

GBytes *
ref_file_bytes (const RefFile *file)
{
  g_autoptr (GByteArray) data   = g_byte_array_new ();
  g_autoptr (GString)    header = g_string_new ("{");
  GByteArray            *bytes  = g_byte_array_new ();
  guint64                length;

  g_string_append_printf (header, "\"__metadata__\":{%s}", file->metadata->str);
  for (guint i = 0; i < file->tensors->len; i++)
    {
      const Tensor *tensor = g_ptr_array_index (file->tensors, i);
      const guint   begin  = data->len;

      append_values (data, tensor);
      g_string_append_printf (header, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", tensor->name,
                              tensor->half ? "F16" : "F32");
      for (guint k = 0; k < tensor->n_dims; k++)
        g_string_append_printf (header, "%s%d", k > 0 ? "," : "", tensor->shape[k]);
      g_string_append_printf (header, "],\"data_offsets\":[%u,%u]}", begin, data->len);
    }
  g_string_append_c (header, '}');

  length = GUINT64_TO_LE (header->len);
  g_byte_array_append (bytes, (const guint8 *) &length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) header->str, (guint) header->len);
  g_byte_array_append (bytes, data->data, data->len);

  return g_byte_array_free_to_bytes (bytes);
}

void
ref_file_save (const RefFile *file, const char *folder, const char *name)
{
  g_autofree char   *path  = g_strdup_printf ("%s/%s.safetensors", folder, name);
  g_autoptr (GBytes) bytes = ref_file_bytes (file);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                       (gssize) g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
}

static ScumbleTensor
run_layer (const ScumbleLayer *layer, const RefFile *file, const char *prefix,
           const ScumbleTensor *x)
{
  g_autofree char *weight_name = NULL;
  g_autofree char *bias_name   = NULL;
  const Tensor    *weight;
  ScumbleTensor    padded, y;

  if (layer->kind == SCUMBLE_LAYER_POOL2)
    return ref_pool2 (x);
  if (layer->kind == SCUMBLE_LAYER_UP2)
    return ref_up2 (x);

  weight_name = g_strdup_printf ("%s.%s.weight", prefix, layer->name);
  bias_name   = g_strdup_printf ("%s.%s.bias", prefix, layer->name);
  weight      = find (file, weight_name);
  padded      = ref_reflect (x);
  y           = ref_conv3x3 (&padded, weight->values, ref_file_values (file, bias_name),
                             weight->shape[0], layer->relu);
  g_free (padded.data);

  return y;
}

ScumbleTensor
ref_net_run (const ScumbleLayer *layers, guint n, const RefFile *file, const char *prefix,
             const ScumbleTensor *x)
{
  ScumbleTensor y = run_layer (&layers[0], file, prefix, x);

  for (guint i = 1; i < n; i++)
    {
      const ScumbleTensor from = y;

      y = run_layer (&layers[i], file, prefix, &from);
      g_free (from.data);
    }

  return y;
}

RefFile *
ref_encoder (const RefWidths *widths, guint32 seed)
{
  static const int counts[] = { 2, 2, 4, 4, 1 };
  RefFile         *file     = ref_file_new ();
  int              c        = 3;

  ref_file_text (file, "scumble.part", "encoder");
  ref_file_text (file, "scumble.version", "1");
  for (int level = 0; level < 5; level++)
    for (int i = 0; i < counts[level]; i++)
      {
        g_autofree char *name = g_strdup_printf ("encoder.conv%d_%d", level + 1, i + 1);

        ref_file_conv (file, name, widths->level[level], c, 3,
                       seed + (guint32) (100 * level + 10 * i));
        c = widths->level[level];
      }

  return file;
}

/* The mirrored plan, from @c channels of relu4_1. */
static void
add_decoder (RefFile *file, const RefWidths *widths, guint32 seed)
{
  const struct
  {
    const char *name;
    int         from; /* levels */
    int         to;
  } plan[] = {
    { "conv4_1", 3, 2 }, { "conv3_4", 2, 2 }, { "conv3_3", 2, 2 }, { "conv3_2", 2, 2 },
    { "conv3_1", 2, 1 }, { "conv2_2", 1, 1 }, { "conv2_1", 1, 0 }, { "conv1_2", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (plan); i++)
    {
      g_autofree char *name = g_strconcat ("decoder.", plan[i].name, NULL);

      ref_file_conv (file, name, widths->level[plan[i].to], widths->level[plan[i].from], 3,
                     seed + 10 * i);
    }
  ref_file_conv (file, "decoder.conv1_1", 3, widths->level[0], 3, seed + 1000);
}

RefFile *
ref_decoder (const RefWidths *widths, guint32 seed)
{
  RefFile *file = ref_file_new ();

  ref_file_text (file, "scumble.method", "adain");
  ref_file_text (file, "scumble.version", "1");
  add_decoder (file, widths, seed);

  return file;
}

static RefFile *
sanet (const RefWidths *widths, guint32 seed)
{
  static const char *const words[] = { "query", "key", "value", "out" };
  RefFile                 *file    = ref_file_new ();
  const int                c       = widths->level[3];

  ref_file_text (file, "scumble.method", "sanet");
  ref_file_text (file, "scumble.version", "1");
  for (guint level = 4; level <= 5; level++)
    for (guint i = 0; i < G_N_ELEMENTS (words); i++)
      {
        g_autofree char *name = g_strdup_printf ("transform.sanet%u_1.%s", level, words[i]);

        ref_file_conv (file, name, c, c, 1, seed + 10 * i + level);
      }
  ref_file_conv (file, "transform.merge", c, c, 3, seed + 500);
  add_decoder (file, widths, seed);

  return file;
}

void
ref_models (const char *folder, const RefWidths *widths, guint32 seed)
{
  g_autoptr (RefFile) encoder = ref_encoder (widths, seed);
  g_autoptr (RefFile) adain   = ref_decoder (widths, seed + 1);
  g_autoptr (RefFile) other   = sanet (widths, seed + 2);

  ref_file_save (encoder, folder, "encoder");
  ref_file_save (adain, folder, "adain");
  ref_file_save (other, folder, "sanet");
}

char *
ref_folder_new (void)
{
  g_autoptr (GError) error  = NULL;
  char              *folder = g_dir_make_tmp ("scumble-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
ref_folder_free (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

float *
ref_picture (int w, int h, guint32 seed)
{
  const gsize n    = (gsize) w * (gsize) h;
  float      *rgba = g_new (float, 4 * n);

  ref_fill (rgba, 4 * n, seed, 0.0f, 0.4f);
  for (gsize i = 0; i < n; i++)
    {
      const float x = (float) (i % (gsize) w), y = (float) (i / (gsize) w);

      rgba[4 * i + 0] += 0.3f + 0.3f * sinf (0.11f * x + 0.05f * y + (float) seed);
      rgba[4 * i + 1] += 0.3f + 0.3f * sinf (0.07f * x - 0.13f * y);
      rgba[4 * i + 2] += 0.3f + 0.3f * sinf (0.19f * y);
      rgba[4 * i + 3]  = 1.0f;
    }

  return rgba;
}

void
ref_assert_failed (GError **error, ScumbleError code, const char *thing)
{
  g_assert_error (*error, SCUMBLE_ERROR, (int) code);
  g_assert_true (g_str_has_suffix ((*error)->message, "."));
  g_assert_true (g_ascii_isupper ((*error)->message[0]));
  if (thing != NULL && strstr ((*error)->message, thing) == NULL)
    g_error ("the message \"%s\" does not name \"%s\"", (*error)->message, thing);
  g_clear_error (error);
}

gboolean
ref_skip_unusable (const ScumbleSimd *simd)
{
  if (simd->usable ())
    return FALSE;

  g_test_skip ("this processor lacks the instructions");
  return TRUE;
}
