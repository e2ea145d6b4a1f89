/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method.h"
#include "ref.h"

#include <string.h>

static void
test_offered (void)
{
  const ScumbleMethod *const *methods = scumble_methods ();

  g_assert_nonnull (methods[0]);
  g_assert_cmpstr (methods[0]->id, ==, "adain");
  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_assert_true (scumble_method_find (methods[i]->id, NULL) == methods[i]);
      g_assert_true (g_str_has_suffix (methods[i]->blurb, "."));
      g_assert_cmpuint (strlen (methods[i]->title), >, 0);
      for (guint k = 0; k < i; k++)
        g_assert_cmpstr (methods[k]->id, !=, methods[i]->id);
    }
}

/* The contract: everything is required. */
static void
test_complete (void)
{
  const ScumbleMethod *const *methods = scumble_methods ();

  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_assert_true (methods[i]->open != NULL && methods[i]->close != NULL);
      g_assert_true (methods[i]->encode != NULL && methods[i]->style_free != NULL);
      g_assert_true (methods[i]->survey != NULL && methods[i]->content_free != NULL);
      g_assert_true (methods[i]->render != NULL && methods[i]->room != NULL);
    }
}

/* The message lists every method that one could have meant. */
static void
test_unknown (void)
{
  static const char *const    ids[]   = { "oil", "", "AdaIN", NULL };
  const ScumbleMethod *const *methods = scumble_methods ();

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (scumble_method_find (ids[i], &error));
      for (guint k = 0; methods[k] != NULL; k++)
        g_assert_nonnull (strstr (error->message, methods[k]->id));
      ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, ids[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/methods/offered", test_offered);
  g_test_add_func ("/methods/complete", test_complete);
  g_test_add_func ("/methods/unknown", test_unknown);

  return g_test_run ();
}
