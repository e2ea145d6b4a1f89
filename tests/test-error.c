/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "error.h"
#include "ref.h"
#include "safetensors.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* A language of a few sentences. */
static const struct
{
  const char *english;
  const char *foreign;
} dictionary[] =
{
  { "Take %s, then %d of %zu.", "%3$zu: %2$d, %1$s!" },
  { "%u, %lld, %llu, %g and %.1f are 100 %%.", "100 %%: %u, %lld, %llu, %g, %.1f" },
  { "One is lost: %s.", "Perdu." },
  { "One is new: %s.", "%s %s" },
  { "One is %s.", "%d" },
  { "One is out of place: %s.", "%2$s" },
  { "One is before the first: %s.", "%0$s" },
  { "One has no end: %s.", "%s %" },
  { "One is padded: %s.", "%5s" },
  { "The style is damaged: %s.", "Abîmé : %s" },
  { "it is %d bytes long", "%d octets" },
};

static const char *
word (const char *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (dictionary); i++)
    if (g_str_equal (dictionary[i].english, format))
      return dictionary[i].foreign;

  return format;
}

static void
assert_reworded (const GError *error, const char *expected)
{
  g_autofree char *sentence = scumble_error_reworded (error, word);

  g_assert_cmpstr (sentence, ==, expected);
}

static void
test_order (void)
{
  g_autoptr (GError) error = NULL;

  scumble_set_error (&error, SCUMBLE_ERROR_MODEL, "Take %s, then %d of %zu.", "100 %s", -2,
                     (gsize) 3);
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL);
  g_assert_cmpstr (error->message, ==, "Take 100 %s, then -2 of 3.");
  assert_reworded (error, "3: -2, 100 %s!");
}

/* What printf () makes of the numbers is what they are in both wordings. */
static void
test_numbers (void)
{
  const guint              u   = G_MAXUINT;
  const long long          lld = G_MININT64;
  const unsigned long long llu = G_MAXUINT64;
  g_autofree char         *english =
    g_strdup_printf ("%u, %lld, %llu, %g and %.1f are 100 %%.", u, lld, llu, 1e-7, 2.25);
  g_autofree char         *foreign =
    g_strdup_printf ("100 %%: %u, %lld, %llu, %g, %.1f", u, lld, llu, 1e-7, 2.25);
  g_autoptr (GError)       error   = NULL;

  scumble_set_error (&error, SCUMBLE_ERROR_ARGUMENT,
                     "%u, %lld, %llu, %g and %.1f are 100 %%.", u, lld, llu, 1e-7, 2.25);
  g_assert_cmpstr (error->message, ==, english);
  assert_reworded (error, foreign);
}

/* A sentence that nobody has translated, or not well. */
static void
test_misfit (void)
{
#define CHECK(format) \
  G_STMT_START \
    { \
      g_autoptr (GError) error = NULL; \
\
      scumble_set_error (&error, SCUMBLE_ERROR_MODEL, format, "this"); \
      assert_reworded (error, error->message); \
    } \
  G_STMT_END

  CHECK ("Nobody has translated %s.");
  CHECK ("One is lost: %s.");
  CHECK ("One is new: %s.");
  CHECK ("One is %s.");
  CHECK ("One is out of place: %s.");
  CHECK ("One is before the first: %s.");
  CHECK ("One has no end: %s.");
  CHECK ("One is padded: %s.");

#undef CHECK
}

/* What others have said stays as they said it, in our domain and in theirs. */
static void
test_foreign (void)
{
  g_autoptr (GError) ours =
    g_error_new_literal (SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE, "it is %d bytes long");
  g_autoptr (GError) theirs =
    g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "it is %d bytes long");

  assert_reworded (ours, "it is %d bytes long");
  assert_reworded (theirs, "it is %d bytes long");
  scumble_set_error (NULL, SCUMBLE_ERROR_PICTURE, "it is %d bytes long", 1);
}

static void
test_copy (void)
{
  g_autoptr (GError) copy       = NULL;
  g_autoptr (GError) propagated = NULL;
  GError            *error      = NULL;

  scumble_set_error (&error, SCUMBLE_ERROR_MODEL, "it is %d bytes long", 7);
  copy = g_error_copy (error);
  g_propagate_error (&propagated, error);
  g_assert_error (copy, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL);
  assert_reworded (propagated, "7 octets");
  g_clear_error (&propagated);
  assert_reworded (copy, "7 octets");
}

static void
test_prefix (void)
{
  g_autoptr (GError) error = NULL;

  scumble_set_error (&error, SCUMBLE_ERROR_MODEL, "it is %d bytes long", 7);
  g_prefix_error (&error, "%s: ", "a.txt");
  g_assert_cmpstr (error->message, ==, "a.txt: it is 7 bytes long");
  assert_reworded (error, "a.txt: 7 octets");
}

static void
test_cause (void)
{
  g_autoptr (GError) error = NULL, copy = NULL, cause = NULL;

  scumble_set_error (&cause, SCUMBLE_ERROR_MODEL, "it is %d bytes long", 7);
  scumble_set_error_caused (&error, SCUMBLE_ERROR_MODEL, cause,
                            "The style is damaged: %s.", cause->message);
  copy = g_error_copy (error);
  g_clear_error (&cause);
  g_clear_error (&error);
  g_assert_cmpstr (copy->message, ==, "The style is damaged: it is 7 bytes long.");
  assert_reworded (copy, "Abîmé : 7 octets");
}

static const char *
shout (const char *format)
{
  return g_str_has_prefix (format, "it is too short") ? "TOO SHORT" : format;
}

/* Both halves of what a damaged file is refused with can be reworded. */
static void
test_file (void)
{
  g_autofree char               *folder   = g_dir_make_tmp ("scumble-XXXXXX", NULL);
  g_autofree char               *path     = g_build_filename (folder, "short", NULL);
  g_autofree char               *sentence = NULL;
  g_autoptr (GError)             error    = NULL;
  g_autoptr (ScumbleSafetensors) file     = NULL;

  g_assert_true (g_file_set_contents (path, "abc", 3, NULL));
  file = scumble_safetensors_open (path, &error);
  g_unlink (path);
  g_rmdir (folder);
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL);
  sentence = scumble_error_reworded (error, shout);
  g_assert_nonnull (strstr (sentence, path));
  g_assert_nonnull (strstr (sentence, ": TOO SHORT."));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/order", test_order);
  g_test_add_func ("/error/numbers", test_numbers);
  g_test_add_func ("/error/misfit", test_misfit);
  g_test_add_func ("/error/foreign", test_foreign);
  g_test_add_func ("/error/copy", test_copy);
  g_test_add_func ("/error/prefix", test_prefix);
  g_test_add_func ("/error/cause", test_cause);
  g_test_add_func ("/error/file", test_file);

  return g_test_run ();
}
