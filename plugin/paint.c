/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paint.h"

#include <glib/gi18n-lib.h>

/* A stage's part of the whole run. */
typedef struct
{
  double from;
  double to;
} Stage;

char **
scumble_model_path (void)
{
  char **path = g_new0 (char *, 4);

  path[0] = g_build_filename (gimp_directory (), "scumble", "models", NULL);
  path[1] = g_build_filename (g_get_user_data_dir (), "scumble", "models", NULL);
  path[2] = g_strdup (SCUMBLE_MODEL_DIR);

  return path;
}

gsize
scumble_memory_budget (void)
{
  guint64 bytes;

  g_object_get (gegl_config (), "tile-cache-size", &bytes, NULL);

  return (gsize) MIN (bytes, (guint64) G_MAXSIZE);
}

int
scumble_thread_count (void)
{
  int threads;

  g_object_get (gegl_config (), "threads", &threads, NULL);

  return MAX (threads, 1);
}

static void
report (double fraction, gpointer user_data)
{
  const Stage *stage = user_data;

  gimp_progress_update (stage->from + fraction * (stage->to - stage->from));
}

static void
begin (Stage *stage, const char *text, double to)
{
  *stage = (Stage) { stage->to, to };
  gimp_progress_set_text (text);
  gimp_progress_update (stage->from);
}

gboolean
scumble_paint (ScumbleSource *content, ScumbleSource *style,
               const ScumbleSettings *settings, ScumbleSink *sink, GError **error)
{
  g_auto (GStrv)             path     = scumble_model_path ();
  g_autoptr (ScumbleArena)   arena    = scumble_arena_new (scumble_memory_budget ());
  Stage                      stage    = { 0.0, 0.0 };
  const ScumbleJob           job      = { .arena = arena, .progress = report,
                                          .threads       = scumble_thread_count (),
                                          .progress_data = &stage };
  ScumbleZone                zone     = { NULL, NULL };
  g_autoptr (ScumbleModel)   model    = NULL;
  g_autoptr (ScumbleStyle)   painting = NULL;
  g_autoptr (ScumbleContent) surveyed = NULL;
  ScumbleStyling             styling;
  ScumbleLook                look;
  gboolean                   ok;

  gimp_progress_init (_("Reading the model"));
  model = scumble_model_open ((const char *const *) path, settings->method, NULL, error);
  if (model == NULL)
    return FALSE;

  begin (&stage, _("Studying the style"), 0.15);
  scumble_settings_styling (settings, content, &styling);
  painting = scumble_model_encode (model, style, &styling, &job, error);
  if (painting == NULL)
    return FALSE;

  begin (&stage, _("Looking at the layer"), 0.5);
  surveyed = scumble_model_survey (model, content, &job, error);
  if (surveyed == NULL)
    return FALSE;

  begin (&stage, _("Painting"), 1.0);
  zone.style = painting;
  scumble_settings_look (settings, &zone, 1, &look);
  ok = scumble_content_paint (surveyed, &look, NULL, sink, &job, error);
  gimp_progress_end ();

  return ok;
}
