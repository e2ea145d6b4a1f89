/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"
#include "procedure.h"

#include <glib/gstdio.h>

/* Beside the settings: the brush was as large as the picture asked for. */
static const char own_group[]  = "session";
static const char brush_fits[] = "brush-fits";

char *
scumble_session_folder (void)
{
  return g_build_filename (gimp_directory (), "scumble", NULL);
}

static char *
file_name (void)
{
  return g_build_filename (gimp_directory (), "scumble", "last-values.ini", NULL);
}

/* What was used in this session of GIMP, or else in an earlier one. */
static char *
load_text (void)
{
  const int        size = gimp_get_data_size (SCUMBLE_PROCEDURE);
  g_autofree char *file = file_name ();
  g_autofree char *text = NULL;

  if (size <= 0)
    {
      g_file_get_contents (file, &text, NULL, NULL);
      return g_steal_pointer (&text);
    }

  text = g_malloc0 ((gsize) size + 1);
  gimp_get_data (SCUMBLE_PROCEDURE, text);

  return g_steal_pointer (&text);
}

/* Returns: (transfer full): what was kept; empty if there is nothing, or nothing of use */
static GKeyFile *
load (ScumbleSettings *settings)
{
  GKeyFile        *values = g_key_file_new ();
  g_autofree char *text   = load_text ();

  if (text != NULL && scumble_settings_from_text (settings, text, NULL))
    g_key_file_load_from_data (values, text, G_MAXSIZE, G_KEY_FILE_NONE, NULL);

  return values;
}

gboolean
scumble_session_load (ScumbleSettings *settings, ScumbleHostChoices *choices,
                      GError **error)
{
  g_autoptr (GKeyFile) values = load (settings);

  return scumble_choices_recall (choices, values, -1, error);
}

gboolean
scumble_session_begin (ScumbleSettings *settings, ScumbleHostChoices *choices, int width,
                       int height, GError **error)
{
  g_autoptr (GKeyFile) values = NULL;

  scumble_settings_begin (settings, width, height);
  values = load (settings);
  if (g_key_file_get_boolean (values, own_group, brush_fits, NULL))
    settings->brush = scumble_settings_fit_brush (width, height);

  return scumble_choices_recall (choices, values, -1, error);
}

static void
save_file (GKeyFile *values)
{
  g_autofree char *file   = file_name ();
  g_autofree char *folder = g_path_get_dirname (file);

  g_mkdir_with_parents (folder, 0700);
  g_key_file_save_to_file (values, file, NULL);
}

void
scumble_session_save (const ScumbleSettings *settings, const ScumbleHostChoices *choices,
                      int width, int height)
{
  g_autoptr (GKeyFile) values  = g_key_file_new ();
  g_autofree char     *text    = scumble_settings_to_text (settings);
  g_autofree char     *session = NULL;
  gsize                length;

  g_key_file_load_from_data (values, text, G_MAXSIZE, G_KEY_FILE_NONE, NULL);
  g_key_file_set_boolean (values, own_group, brush_fits,
                          settings->brush == scumble_settings_fit_brush (width, height));
  scumble_choices_store (choices, values, -1, FALSE);
  save_file (values);

  scumble_choices_store (choices, values, -1, TRUE);
  session = g_key_file_to_data (values, &length, NULL);
  gimp_set_data (SCUMBLE_PROCEDURE, session, (guint32) length);
}
