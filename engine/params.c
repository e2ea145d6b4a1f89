/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "params.h"
#include "error.h"
#include "method.h"

#include <glib/gi18n.h>
#include <stddef.h>
#include <string.h>

static const ScumbleParam params[] = {
  { "strength", N_("_Strength"),
    N_("How much of the style to apply: 0 keeps the picture, 1 is the style in full, more "
       "exaggerates it"),
    0.0, 1.5, 1.0, offsetof (ScumbleSettings, strength) },
};

static const char group[] = "scumble";
enum { VERSION = 1 };

const ScumbleParam *
scumble_params (guint *n_params)
{
  *n_params = G_N_ELEMENTS (params);
  return params;
}

void
scumble_settings_init (ScumbleSettings *settings)
{
  settings->method = scumble_methods ()[0]->id;
  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    *scumble_param_value (&params[i], settings) = params[i].def;
}

/* Written so that a value that is no number fails. */
static gboolean
in_range (const ScumbleParam *param, double value)
{
  return value >= param->min && value <= param->max;
}

gboolean
scumble_settings_check (const ScumbleSettings *settings, GError **error)
{
  ScumbleSettings copy = *settings;

  if (scumble_method_find (settings->method, error) == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    {
      const double value = *scumble_param_value (&params[i], &copy);

      if (!in_range (&params[i], value))
        {
          g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                       "The %s is %g; it must be a number from %g to %g.", params[i].name,
                       value, params[i].min, params[i].max);
          return FALSE;
        }
    }

  return TRUE;
}

char *
scumble_settings_to_text (const ScumbleSettings *settings)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  ScumbleSettings      copy = *settings;

  g_key_file_set_integer (file, group, "version", VERSION);
  g_key_file_set_string (file, group, "method", settings->method);
  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    g_key_file_set_double (file, group, params[i].name,
                           *scumble_param_value (&params[i], &copy));

  return g_key_file_to_data (file, NULL, NULL);
}

gboolean
scumble_settings_from_text (ScumbleSettings *settings, const char *text, GError **error)
{
  g_autoptr (GKeyFile) file   = g_key_file_new ();
  g_autoptr (GError)   local  = NULL;
  g_autofree char     *id     = NULL;
  const ScumbleMethod *method = NULL;

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &local) ||
      g_key_file_get_integer (file, group, "version", &local) != VERSION)
    {
      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                   "These are no settings of this version of Scumble%s%s.",
                   local != NULL ? ": " : "", local != NULL ? local->message : "");
      return FALSE;
    }

  id     = g_key_file_get_string (file, group, "method", NULL);
  method = scumble_method_find (id, NULL);
  if (method != NULL)
    settings->method = method->id;

  for (guint i = 0; i < G_N_ELEMENTS (params); i++)
    {
      g_autoptr (GError) absent = NULL;
      const double       value  = g_key_file_get_double (file, group, params[i].name, &absent);

      if (absent == NULL && in_range (&params[i], value))
        *scumble_param_value (&params[i], settings) = value;
    }

  return TRUE;
}
