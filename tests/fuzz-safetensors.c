/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes as a model file: refused in words, or sound.  Built with a fuzzer's own main
 * (clang -fsanitize=fuzzer -DSCUMBLE_FUZZ) it runs for as long as one likes; built as a
 * test, over a corpus that it makes itself by damaging a valid file at random. */
#include "ref.h"
#include "safetensors.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize n);

static void
read_tensor (const ScumbleSafetensors *file, const char *name)
{
  int shape[4];

  for (guint n_dims = 0; n_dims <= 4; n_dims++)
    if (scumble_safetensors_shape (file, name, n_dims, shape, NULL))
      {
        g_autofree float *values = NULL;
        gsize             n      = 1;

        for (guint i = 0; i < n_dims; i++)
          n *= (gsize) shape[i];
        values = scumble_safetensors_floats (file, name, n, NULL);
        g_assert_nonnull (values);
        for (gsize i = 0; i < n; i++)
          g_assert_true (isfinite (values[i]));
      }
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize n)
{
  static const char *const       names[] = { "a", "b", "c", "layer.weight" };
  g_autofree char               *path    = NULL;
  g_autoptr (GError)             error   = NULL;
  g_autoptr (ScumbleSafetensors) file    = NULL;
  const int                      fd      = g_file_open_tmp ("scumble-fuzz-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents_full (path, (const char *) bytes, (gssize) n,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  file = scumble_safetensors_open (path, &error);
  if (file == NULL)
    ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, path);
  else
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      read_tensor (file, names[i]);
  g_unlink (path);

  return 0;
}

#ifndef SCUMBLE_FUZZ

/* Pieces of JSON that change what a header means. */
static const char *const pieces[] = {
  "{", "}", "[", "]", "\"", ":", ",", "0", "1", "-1", "99999999999999999999", "1e9", "null",
  "true", "\"F32\"", "\"F16\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\\u0000",
  "\"__metadata__\"", "\"a\"", "\"b\"", "4294967296", " ", "\n",
};

static void
damage (GByteArray *bytes)
{
  const guint at    = (guint) g_test_rand_int_range (0, (gint32) MAX (bytes->len, 1));
  const char *piece = pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))];
  const guint n     = (guint) strlen (piece);
  guint8      byte  = (guint8) g_test_rand_int ();

  switch (g_test_rand_int_range (0, 5))
    {
    case 0:
      if (at < bytes->len)
        bytes->data[at] = byte;
      break;
    case 1:
      g_byte_array_set_size (bytes, at);
      break;
    case 2:
      g_byte_array_append (bytes, &byte, 1);
      break;
    case 3:
      if (at + n <= bytes->len)
        memcpy (bytes->data + at, piece, n);
      break;
    case 4:
      if (at + n <= bytes->len)
        g_byte_array_remove_range (bytes, at, n);
      break;
    }
}

/* The length before the header, put right again, so that damage reaches the parser. */
static void
mend (GByteArray *bytes, gsize data)
{
  const guint64 length = GUINT64_TO_LE (bytes->len - MIN (data, bytes->len - 8) - 8);

  memcpy (bytes->data, &length, sizeof length);
}

static void
test_damaged (void)
{
  const float         values[] = { 1.0f, -2.0f, 0.5f, 3.0f, 0.25f, 8.0f };
  g_autoptr (RefFile) file     = ref_file_new ();
  g_autoptr (GBytes)  valid    = NULL;

  ref_file_text (file, "scumble.method", "adain");
  ref_file_tensor (file, "a", 2, (int[]) { 2, 3 }, values, FALSE);
  ref_file_tensor (file, "b", 1, (int[]) { 4 }, values, TRUE);
  ref_file_tensor (file, "layer.weight", 3, (int[]) { 1, 1, 2 }, values, FALSE);
  valid = ref_file_bytes (file);

  for (int i = 0; i < 4000; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      const int              times = 1 + i % 4;

      g_byte_array_append (bytes, g_bytes_get_data (valid, NULL),
                           (guint) g_bytes_get_size (valid));
      for (int k = 0; k < times; k++)
        damage (bytes);
      if (i % 2 == 0 && bytes->len >= 8)
        mend (bytes, 40);
      LLVMFuzzerTestOneInput (bytes->data, bytes->len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/safetensors/damaged", test_damaged);

  return g_test_run ();
}

#endif
