/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "params.h"
#include "ref.h"

#include <math.h>
#include <string.h>

static void
test_defaults (void)
{
  g_autoptr (GError)  error  = NULL;
  ScumbleSettings     settings;
  guint               n;
  const ScumbleParam *params = scumble_params (&n);

  g_assert_cmpuint (n, >, 0);
  scumble_settings_init (&settings);
  g_assert_true (scumble_settings_check (&settings, &error));
  for (guint i = 0; i < n; i++)
    {
      if (params[i].kind == SCUMBLE_PARAM_CHOICE)
        {
          const ScumbleChoice *chosen = scumble_param_chosen (&params[i], &settings);

          g_assert_cmpint (chosen->value, ==, (int) params[i].def);
          continue;
        }
      g_assert_cmpfloat (params[i].min, <, params[i].max);
      g_assert_cmpfloat (*scumble_param_value (&params[i], &settings), ==, params[i].def);
    }
}

/* Of every number: its ends are in, what is beyond them or no number is out. */
static void
test_ranges (void)
{
  guint               n;
  const ScumbleParam *params = scumble_params (&n);

  for (guint i = 0; i < n && params[i].kind == SCUMBLE_PARAM_NUMBER; i++)
    {
      const double good[] = { params[i].min, params[i].max, params[i].def };
      const double bad[]  = { nextafter (params[i].min, -INFINITY),
                              nextafter (params[i].max, INFINITY), -INFINITY, INFINITY, NAN };
      g_autoptr (GError) error = NULL;
      ScumbleSettings    settings;

      scumble_settings_init (&settings);
      for (guint k = 0; k < G_N_ELEMENTS (good); k++)
        {
          *scumble_param_value (&params[i], &settings) = good[k];
          g_assert_true (scumble_settings_check (&settings, &error));
        }
      for (guint k = 0; k < G_N_ELEMENTS (bad); k++)
        {
          *scumble_param_value (&params[i], &settings) = bad[k];
          g_assert_false (scumble_settings_check (&settings, &error));
          ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, params[i].name);
        }
    }
}

static void
test_method (void)
{
  g_autoptr (GError) error = NULL;
  ScumbleSettings    settings;

  scumble_settings_init (&settings);
  settings.method = "oil";
  g_assert_false (scumble_settings_check (&settings, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, "\"oil\"");
}

static void
test_round_trip (void)
{
  static const double values[] = { 0.0, 1.0, 1.5, 0.1, 1.0 / 3.0 };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char   *text  = NULL;
      g_autoptr (GError) error = NULL;
      ScumbleSettings    before, after;

      scumble_settings_init (&before);
      scumble_settings_init (&after);
      before.strength = values[i];
      text            = scumble_settings_to_text (&before);
      g_assert_true (scumble_settings_from_text (&after, text, &error));
      g_assert_cmpstr (after.method, ==, before.method);
      g_assert_cmpfloat (after.strength, ==, values[i]);
    }
}

/* The folder to learn from comes and goes with the settings: a text without a word of it leaves
 * it, one that says the content takes it away. */
static void
test_photographs (void)
{
  g_autofree char *text  = NULL;
  g_autofree char *plain = NULL;
  ScumbleSettings  settings, again;

  scumble_settings_init (&settings);
  g_assert_null (settings.photographs);
  plain                = scumble_settings_to_text (&settings);
  settings.photographs = g_intern_string ("/pictures/of the sea");
  text                 = scumble_settings_to_text (&settings);

  scumble_settings_init (&again);
  g_assert_true (scumble_settings_from_text (&again, text, NULL));
  g_assert_true (again.photographs == settings.photographs);
  g_assert_true (scumble_settings_from_text (&again, "[scumble]\nversion=1\n", NULL));
  g_assert_true (again.photographs == settings.photographs);
  g_assert_true (scumble_settings_from_text (&again, plain, NULL));
  g_assert_null (again.photographs);
}

/* Where a choice is one of several usual numbers, others can be told and read back. */
static void
test_other (void)
{
  static const char *const bad[] = { "1001", "-1", "7.5", "many", "", "0x10" };
  g_autofree char    *text     = NULL;
  g_autofree char    *id       = NULL;
  g_autoptr (GError)  error    = NULL;
  const ScumbleParam *updates  = NULL;
  guint               n;
  const ScumbleParam *params   = scumble_params (&n);
  ScumbleSettings     settings, again;

  for (guint i = 0; i < n; i++)
    updates = g_str_equal (params[i].name, "updates") ? &params[i] : updates;
  scumble_settings_init (&settings);
  scumble_settings_init (&again);
  g_assert_true (scumble_param_choose (updates, &settings, "37", &error));
  g_assert_cmpint (settings.updates, ==, 37);
  g_assert_null (scumble_param_chosen (updates, &settings));
  g_assert_true (scumble_settings_check (&settings, &error));
  id   = scumble_param_id (updates, &settings);
  text = scumble_settings_to_text (&settings);
  g_assert_cmpstr (id, ==, "37");
  g_assert_true (scumble_settings_from_text (&again, text, &error));
  g_assert_cmpint (again.updates, ==, 37);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (scumble_param_choose (updates, &settings, bad[i], &error));
      ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, "updates");
      g_assert_cmpint (settings.updates, ==, 37);
    }
  settings.updates = 1001;
  g_assert_false (scumble_settings_check (&settings, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, "updates");
}

/* What a text lacks or has wrong stays as it was. */
static void
test_partial (void)
{
  static const char *const texts[] = {
    "[scumble]\nversion=1\n",
    "[scumble]\nversion=1\nstrength=nan\nmethod=oil\n",
    "[scumble]\nversion=1\nstrength=7\n[other]\nstrength=0.1\n",
    "[scumble]\nversion=1\nstrength=a lot\nunknown=1\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      ScumbleSettings    settings;

      scumble_settings_init (&settings);
      settings.strength = 0.25;
      g_assert_true (scumble_settings_from_text (&settings, texts[i], &error));
      g_assert_cmpfloat (settings.strength, ==, 0.25);
      g_assert_true (scumble_settings_check (&settings, &error));
    }
}

static void
test_garbage (void)
{
  static const char *const texts[] = {
    "", "garbage", "[scumble", "[scumble]\n", "[scumble]\nversion=2\nstrength=0.5\n",
    "[scumble]\nversion=one\n", "[other]\nversion=1\n", "\xff\xfe", "[scumble]\nversion=\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      ScumbleSettings    settings;

      scumble_settings_init (&settings);
      settings.strength = 0.25;
      g_assert_false (scumble_settings_from_text (&settings, texts[i], &error));
      g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT);
      g_assert_cmpfloat (settings.strength, ==, 0.25);
    }
}

/* A small picture's brush is the default; a large one's grows with its edges, in halves. */
static void
test_begin (void)
{
  static const struct { int width; int height; double brush; } cases[] = {
    { 1, 1, 1.0 }, { 640, 427, 1.0 }, { 1365, 1024, 1.0 }, { 1600, 1200, 1.5 },
    { 2000, 1500, 2.0 }, { 4000, 3000, 4.0 }, { 3000, 4000, 4.0 }, { 6000, 4000, 5.5 },
    { 262144, 262144, 16.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const double       brush = scumble_settings_fit_brush (cases[i].width, cases[i].height);
      g_autoptr (GError) error = NULL;
      g_autofree char   *found = NULL, *expected = NULL;
      ScumbleSettings    begun, usual;

      g_assert_cmpfloat (brush, ==, cases[i].brush);
      scumble_settings_begin (&begun, cases[i].width, cases[i].height);
      g_assert_true (scumble_settings_check (&begun, &error));
      g_assert_cmpfloat (begun.brush, ==, brush);

      scumble_settings_init (&usual);
      usual.brush = brush;
      found    = scumble_settings_to_text (&begun);
      expected = scumble_settings_to_text (&usual);
      g_assert_cmpstr (found, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/params/defaults", test_defaults);
  g_test_add_func ("/params/begin", test_begin);
  g_test_add_func ("/params/ranges", test_ranges);
  g_test_add_func ("/params/method", test_method);
  g_test_add_func ("/params/round-trip", test_round_trip);
  g_test_add_func ("/params/photographs", test_photographs);
  g_test_add_func ("/params/other", test_other);
  g_test_add_func ("/params/partial", test_partial);
  g_test_add_func ("/params/garbage", test_garbage);

  return g_test_run ();
}
