/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "half.h"
#include "ref.h"
#include "safetensors.h"

#include <math.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = ref_folder_new ();
  f->path   = g_build_filename (f->folder, "model.safetensors", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  ref_folder_free (f->folder);
  g_free (f->path);
}

static const float whole[]  = { 0.0f, -0.5f, 1.0f, 2.25f, -3.0f, 0.0625f };
static const float halves[] = { 1.5f, -2.0f, 0.0f, 1024.0f };

static RefFile *
make (void)
{
  RefFile *file = ref_file_new ();

  ref_file_text (file, "scumble.method", "adain");
  ref_file_tensor (file, "a.weight", 2, (int[]) { 2, 3 }, whole, FALSE);
  ref_file_tensor (file, "b", 4, (int[]) { 1, 2, 2, 1 }, halves, TRUE);
  ref_file_tensor (file, "scalar", 0, NULL, whole + 3, FALSE);

  return file;
}

static void
write_bytes (const char *path, const guint8 *bytes, gsize n)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, (const char *) bytes, (gssize) n, G_FILE_SET_CONTENTS_NONE,
                            0600, &error);
  g_assert_no_error (error);
}

static void
assert_refused (const char *path, const char *fault)
{
  g_autoptr (GError)             error = NULL;
  g_autoptr (ScumbleSafetensors) file  = scumble_safetensors_open (path, &error);

  g_assert_null (file);
  if (fault != NULL && strstr (error->message, fault) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, fault);
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, path);
}

/* What is damaged either is refused in words, or all of it can be read. */
static void
assert_refused_or_sound (const char *path)
{
  static const char *const       names[] = { "a.weight", "b", "scalar" };
  g_autoptr (GError)             error   = NULL;
  g_autoptr (ScumbleSafetensors) file    = scumble_safetensors_open (path, &error);

  if (file == NULL)
    {
      ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, path);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (gsize n = 1; n <= 6; n++)
      {
        g_autofree float *values = scumble_safetensors_floats (file, names[i], n, &error);

        if (values == NULL)
          ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, path);
        for (gsize k = 0; values != NULL && k < n; k++)
          g_assert_true (isfinite (values[k]));
      }
}

/* @header, then @n bytes of zeros. */
static void
write_header (const char *path, const char *header, gsize n)
{
  const gsize           size   = strlen (header);
  const guint64         length = GUINT64_TO_LE (size);
  g_autofree guint8    *bytes  = g_malloc0 (sizeof length + size + n);

  memcpy (bytes, &length, sizeof length);
  memcpy (bytes + sizeof length, header, size);
  write_bytes (path, bytes, sizeof length + size + n);
}

static void
test_valid (Fixture *f, gconstpointer data)
{
  g_autoptr (RefFile)            made  = make ();
  g_autoptr (GError)             error = NULL;
  g_autoptr (ScumbleSafetensors) file  = NULL;
  g_autofree float              *a     = NULL;
  g_autofree float              *b     = NULL;
  g_autofree float              *c     = NULL;
  int                            shape[4];

  ref_file_save (made, f->folder, "model");
  file = scumble_safetensors_open (f->path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (scumble_safetensors_path (file), ==, f->path);
  g_assert_cmpstr (scumble_safetensors_metadata (file, "scumble.method"), ==, "adain");
  g_assert_null (scumble_safetensors_metadata (file, "scumble.nothing"));

  g_assert_true (scumble_safetensors_shape (file, "b", 4, shape, &error));
  g_assert_cmpmem (shape, sizeof shape, ((int[]) { 1, 2, 2, 1 }), sizeof shape);
  a = scumble_safetensors_floats (file, "a.weight", 6, &error);
  b = scumble_safetensors_floats (file, "b", 4, &error);
  c = scumble_safetensors_floats (file, "scalar", 1, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (a, sizeof whole, whole, sizeof whole);
  g_assert_cmpmem (b, sizeof halves, halves, sizeof halves);
  g_assert_cmpfloat (*c, ==, 2.25f);
}

static void
test_look_ups (Fixture *f, gconstpointer data)
{
  g_autoptr (RefFile)            made  = make ();
  g_autoptr (GError)             error = NULL;
  g_autoptr (ScumbleSafetensors) file  = NULL;
  int                            shape[4];

  ref_file_save (made, f->folder, "model");
  file = scumble_safetensors_open (f->path, &error);
  g_assert_no_error (error);

  g_assert_null (scumble_safetensors_floats (file, "c", 6, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "\"c\"");
  g_assert_null (scumble_safetensors_floats (file, "b", 5, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, f->path);
  g_assert_false (scumble_safetensors_shape (file, "b", 2, shape, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "\"b\"");
  g_assert_false (scumble_safetensors_shape (file, "c", 2, shape, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "\"c\"");
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  assert_refused (f->path, NULL);
  assert_refused (f->folder, NULL);
}

static void
test_truncated (Fixture *f, gconstpointer data)
{
  g_autoptr (RefFile) made  = make ();
  g_autoptr (GBytes)  bytes = ref_file_bytes (made);

  for (gsize n = 0; n < g_bytes_get_size (bytes); n++)
    {
      write_bytes (f->path, g_bytes_get_data (bytes, NULL), n);
      assert_refused (f->path, NULL);
    }
}

static void
test_appended (Fixture *f, gconstpointer data)
{
  g_autoptr (RefFile) made  = make ();
  g_autoptr (GBytes)  bytes = ref_file_bytes (made);
  const gsize         n     = g_bytes_get_size (bytes);
  g_autofree guint8  *more  = g_malloc0 (n + 1);

  memcpy (more, g_bytes_get_data (bytes, NULL), n);
  write_bytes (f->path, more, n + 1);
  assert_refused (f->path, "bytes of data");
}

/* Every byte of the file, the length before the header included. */
static void
test_flipped (Fixture *f, gconstpointer data)
{
  static const guint8 masks[] = { 0x01, 0x02, 0x04, 0x10, 0x20, 0x40, 0x80, 0xff };
  g_autoptr (RefFile) made    = make ();
  g_autoptr (GBytes)  bytes   = ref_file_bytes (made);
  const gsize         n       = g_bytes_get_size (bytes);
  g_autofree guint8  *damaged = g_memdup2 (g_bytes_get_data (bytes, NULL), n);

  for (gsize i = 0; i < n; i++)
    for (guint k = 0; k < G_N_ELEMENTS (masks); k++)
      {
        damaged[i] ^= masks[k];
        write_bytes (f->path, damaged, n);
        assert_refused_or_sound (f->path);
        damaged[i] ^= masks[k];
      }
}

#define T(shape, begin, end)                                                                  \
  "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static void
test_headers (Fixture *f, gconstpointer data)
{
  const struct
  {
    const char *header;
    gsize       n;
    const char *fault;
  } cases[] = {
    { "", 0, "" },
    { "[]", 0, "not a JSON object" },
    { "7", 0, "not a JSON object" },
    { "null", 0, "" },
    { "{\"a\":" T ("[1]", "0", "4") "} trailing", 4, "not JSON" },
    { "{\"a\":7}", 0, "\"a\" is not a tensor" },
    { "{\"a\":{}}", 0, "type unknown" },
    { "{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "BF16" },
    { "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8, "I64" },
    { "{\"a\":{\"dtype\":5,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "unknown" },
    { "{\"a\":{\"dtype\":[\"F32\"],\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "unknown" },
    { "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "no shape" },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets" },
    { "{\"a\":" T ("[1,1,1,1,1]", "0", "4") "}", 4, "no shape" },
    { "{\"a\":" T ("[0]", "0", "0") "}", 0, "positive integer" },
    { "{\"a\":" T ("[-1]", "0", "4") "}", 4, "positive integer" },
    { "{\"a\":" T ("[1.0]", "0", "4") "}", 4, "positive integer" },
    { "{\"a\":" T ("[\"1\"]", "0", "4") "}", 4, "positive integer" },
    { "{\"a\":" T ("[null]", "0", "4") "}", 4, "positive integer" },
    { "{\"a\":" T ("[[1]]", "0", "4") "}", 4, "positive integer" },
    { "{\"a\":" T ("[2147483648]", "0", "4") "}", 4, "positive integer" },
    { "{\"a\":" T ("[18446744073709551617]", "0", "4") "}", 4, "positive integer" },
    /* 2^31 - 1 to the fourth power, and products that wrap around to 1 and to 4. */
    { "{\"a\":" T ("[2147483647,2147483647,2147483647,2147483647]", "0", "4") "}", 4,
      "larger than memory" },
    { "{\"a\":" T ("[65536,65536,65536,65536]", "0", "4") "}", 4, "larger than memory" },
    { "{\"a\":" T ("[1073741824,1073741824,4]", "0", "0") "}", 0, "does not fit" },
    { "{\"a\":" T ("[1073741824,1073741824,8]", "0", "4") "}", 4, "" },
    { "{\"a\":" T ("[1]", "4", "0") "}", 4, "data_offsets" },
    { "{\"a\":" T ("[1]", "-4", "0") "}", 4, "data_offsets" },
    { "{\"a\":" T ("[1]", "0", "9223372036854775807") "}", 4, "ends at byte" },
    { "{\"a\":" T ("[1]", "9223372036854775804", "9223372036854775807") "}", 4, "" },
    { "{\"a\":" T ("[1]", "0", "4.0") "}", 4, "data_offsets" },
    { "{\"a\":" T ("[2]", "0", "4") "}", 4, "does not fit" },
    { "{\"a\":" T ("[1]", "0", "8") "}", 8, "does not fit" },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 8,
      "data_offsets" },
    /* Overlaps, gaps before, between and after. */
    { "{\"a\":" T ("[2]", "0", "8") ",\"b\":" T ("[2]", "4", "12") "}", 12, "overlap" },
    { "{\"a\":" T ("[1]", "0", "4") ",\"b\":" T ("[1]", "0", "4") "}", 4, "overlap" },
    { "{\"a\":" T ("[1]", "4", "8") "}", 8, "gap" },
    { "{\"a\":" T ("[1]", "0", "4") ",\"b\":" T ("[1]", "8", "12") "}", 12, "gap" },
    { "{\"a\":" T ("[1]", "0", "4") "}", 8, "bytes of data" },
    { "{}", 4, "bytes of data" },
    /* Metadata. */
    { "{\"__metadata__\":[]}", 0, "metadata" },
    { "{\"__metadata__\":{\"k\":7}}", 0, "not text" },
    { "{\"__metadata__\":{\"k\":{}}}", 0, "not text" },
    { "{\"__metadata__\":{\"k\":null}}", 0, "not text" },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
      "\"\xff\":{}}", 4, "not text" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_header (f->path, cases[i].header, cases[i].n);
      assert_refused (f->path, cases[i].fault);
    }
}

/* A duplicate hides the first: its bytes are then in no tensor. */
static void
test_duplicate (Fixture *f, gconstpointer data)
{
  write_header (f->path,
                "{\"a\":" T ("[1]", "0", "4") ",\"a\":" T ("[1]", "4", "8") "}", 8);
  assert_refused (f->path, NULL);
}

static void
test_nul (Fixture *f, gconstpointer data)
{
  const char    header[] = "{\"a\0b\":{}}";
  const guint64 length   = GUINT64_TO_LE (sizeof header - 1);
  guint8        bytes[sizeof length + sizeof header - 1];

  memcpy (bytes, &length, sizeof length);
  memcpy (bytes + sizeof length, header, sizeof header - 1);
  write_bytes (f->path, bytes, sizeof bytes);
  assert_refused (f->path, "not text");
}

static void
test_deep (Fixture *f, gconstpointer data)
{
  const gsize      depth  = 1 << 20;
  g_autofree char *header = g_malloc (depth + 1);

  memset (header, '[', depth);
  header[depth] = '\0';
  write_header (f->path, header, 0);
  assert_refused (f->path, "nested too deeply");

  memset (header, '{', depth);
  write_header (f->path, header, 0);
  assert_refused (f->path, "nested too deeply");
}

/* What the parser reads over, and JSON does not have, hides no depth. */
static void
test_hidden_depth (Fixture *f, gconstpointer data)
{
  static const char *const veils[] = { "/*\"*/", "//\"\n", "'\"', ", "/*]]]]]]]]*/" };
  const gsize              depth   = 1 << 20;

  for (guint i = 0; i < G_N_ELEMENTS (veils); i++)
    {
      g_autofree char    *brackets = g_strnfill (depth, '[');
      g_autoptr (GString) header   = g_string_new ("[");

      g_string_append (header, veils[i]);
      g_string_append (header, brackets);
      write_header (f->path, header->str, 0);
      assert_refused (f->path, "not JSON");
    }
}

/* The eight bytes before the header can claim anything. */
static void
test_lengths (Fixture *f, gconstpointer data)
{
  static const guint64 lengths[] = { 1, 100, 1u << 31, G_MAXINT64, G_MAXUINT64,
                                     G_MAXUINT64 - 7 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      const guint64 length = GUINT64_TO_LE (lengths[i]);

      write_bytes (f->path, (const guint8 *) &length, sizeof length);
      assert_refused (f->path, "header would be");
    }
}

static void
test_not_finite (Fixture *f, gconstpointer data)
{
  static const float bad[] = { NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    for (gsize at = 0; at < 6; at++)
      {
        g_autoptr (RefFile) file = ref_file_new ();
        float               values[6] = { 0.0f };

        values[at] = bad[i];
        ref_file_tensor (file, "layer", 1, (int[]) { 6 }, values, FALSE);
        ref_file_save (file, f->folder, "model");
        assert_refused (f->path, "\"layer\" is not finite");
      }
}

/* A peek tells what a file says of itself, and does not look at the values. */
static void
test_peek (Fixture *f, gconstpointer data)
{
  const float            bad  = NAN;
  g_autoptr (RefFile)    file = ref_file_new ();
  g_autoptr (GHashTable) texts = NULL;

  g_assert_null (scumble_safetensors_peek (f->path));

  ref_file_text (file, "scumble.method", "adain");
  ref_file_tensor (file, "layer", 1, (int[]) { 1 }, &bad, FALSE);
  ref_file_save (file, f->folder, "model");
  texts = scumble_safetensors_peek (f->path);
  g_assert_nonnull (texts);
  g_assert_cmpstr (g_hash_table_lookup (texts, "scumble.method"), ==, "adain");

  write_bytes (f->path, (const guint8 *) "adain", 5);
  g_assert_null (scumble_safetensors_peek (f->path));
}

/* Against the definition of binary16, for each of its values. */
static void
test_half (void)
{
  for (guint i = 0; i < 0x10000; i++)
    {
      const double  sign     = i & 0x8000 ? -1.0 : 1.0;
      const int     exponent = (int) (i >> 10 & 0x1f), mantissa = (int) (i & 0x3ff);
      const guint16 half     = (guint16) i;
      float         value;

      g_assert_cmpint (scumble_half_finite (half), ==, exponent != 0x1f);
      if (exponent == 0x1f)
        continue;
      scumble_halves_unpack (&half, &value, 1);
      if (exponent == 0)
        g_assert_cmpfloat (value, ==, sign * ldexp (mantissa, -24));
      else
        g_assert_cmpfloat (value, ==, sign * ldexp (1024 + mantissa, exponent - 25));
      g_assert_cmpint (!signbit (value), ==, !(i & 0x8000));
    }
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/safetensors/valid", test_valid);
  add ("/safetensors/look-ups", test_look_ups);
  add ("/safetensors/missing", test_missing);
  add ("/safetensors/truncated", test_truncated);
  add ("/safetensors/appended", test_appended);
  add ("/safetensors/flipped", test_flipped);
  add ("/safetensors/headers", test_headers);
  add ("/safetensors/duplicate", test_duplicate);
  add ("/safetensors/nul", test_nul);
  add ("/safetensors/deep", test_deep);
  add ("/safetensors/hidden-depth", test_hidden_depth);
  add ("/safetensors/lengths", test_lengths);
  add ("/safetensors/not-finite", test_not_finite);
  add ("/safetensors/peek", test_peek);
  g_test_add_func ("/safetensors/half", test_half);

  return g_test_run ();
}
