/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Scumble, driven by compare.py through standard input.
 *
 *     runner FOLDER THREADS WIDTH HEIGHT CONTENT.f32 WIDTH HEIGHT STYLE.f32
 *
 * FOLDER holds the model files; pictures are float32 [height, width, 3].  "run" answers
 * with the seconds of one run, in which nothing is left of earlier ones but the model and
 * the pages of the arena, as other engines keep theirs; "fresh" does the same with a new
 * arena, and "save FILE" writes the picture. */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUDGET_MIB = 1024 };

typedef struct
{
  float              *rgba;
  ScumbleMemorySource source;
} Picture;

typedef struct
{
  ScumbleModel *model;
  Picture       content;
  Picture       style;
  ScumbleJob    job;
  float        *rgb; /* the result, [h, w, 3] */
} Runner;

static gboolean
read_picture (Picture *picture, char **arguments, GError **error)
{
  const int        w = atoi (arguments[0]), h = atoi (arguments[1]);
  const gsize      n     = (gsize) w * (gsize) h;
  g_autofree char *bytes = NULL;
  const float     *rgb;
  gsize            length;

  if (!g_file_get_contents (arguments[2], &bytes, &length, error))
    return FALSE;
  if (w < 1 || h < 1 || length != 3 * n * sizeof (float))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   "\"%s\" does not hold %d x %d pixels.", arguments[2], w, h);
      return FALSE;
    }

  rgb           = (const float *) (gpointer) bytes;
  picture->rgba = g_new (float, 4 * n);
  for (gsize i = 0; i < n; i++)
    {
      memcpy (picture->rgba + 4 * i, rgb + 3 * i, 3 * sizeof *rgb);
      picture->rgba[4 * i + 3] = 1.0f;
    }
  scumble_memory_source_init (&picture->source, w, h, picture->rgba);

  return TRUE;
}

static gboolean
stylize (Runner *runner, ScumbleSink *sink, GError **error)
{
  g_autoptr (ScumbleStyle) style     = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  ScumbleZone zone = { NULL, NULL };
  ScumbleLook look;

  style = scumble_model_encode (runner->model, &runner->style.source.source, NULL,
                                &runner->job, error);
  if (style == NULL)
    return FALSE;
  content = scumble_model_survey (runner->model, &runner->content.source.source,
                                  &runner->job, error);

  zone.style = style;
  scumble_look_init (&look, &zone, 1);

  return content != NULL &&
         scumble_content_paint (content, &look, NULL, sink, &runner->job, error);
}

static gsize
result_bytes (const Runner *runner)
{
  const ScumbleSource *content = &runner->content.source.source;

  return 3 * sizeof (float) * (gsize) content->width * (gsize) content->height;
}

static gboolean
run (Runner *runner, gboolean fresh, GError **error)
{
  const ScumbleSource *content = &runner->content.source.source;
  const ScumbleRect    whole   = { 0, 0, content->width, content->height };
  const gint64         begun   = g_get_monotonic_time ();
  ScumbleMemorySink    sink;

  if (fresh)
    {
      scumble_arena_free (runner->job.arena);
      g_free (runner->rgb);
      runner->job.arena = scumble_arena_new ((gsize) BUDGET_MIB << 20);
      runner->rgb       = g_malloc (result_bytes (runner));
    }
  scumble_memory_sink_init (&sink, &whole, runner->rgb);
  if (!stylize (runner, &sink.sink, error))
    return FALSE;
  printf ("%.6f\n", (double) (g_get_monotonic_time () - begun) / 1e6);

  return TRUE;
}

static gboolean
save (const Runner *runner, const char *path, GError **error)
{
  if (!g_file_set_contents (path, (const char *) runner->rgb,
                            (gssize) result_bytes (runner), error))
    return FALSE;
  puts ("saved");

  return TRUE;
}

static gboolean
serve (Runner *runner, GError **error)
{
  char     line[4096];
  gboolean done = TRUE;

  puts ("ready");
  while (done && fflush (stdout) == 0 && fgets (line, sizeof line, stdin) != NULL)
    {
      g_strchomp (line);
      if (g_str_has_prefix (line, "save "))
        done = save (runner, line + 5, error);
      else
        done = run (runner, g_str_equal (line, "fresh"), error);
    }

  return done;
}

static void
runner_clear (Runner *runner)
{
  scumble_model_unref (runner->model);
  scumble_arena_free (runner->job.arena);
  g_free (runner->content.rgba);
  g_free (runner->style.rgba);
  g_free (runner->rgb);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Runner   runner          = { NULL };
  gboolean done            = FALSE;

  if (argc == 9)
    {
      const char *const path[] = { argv[1], NULL };

      runner.model = scumble_model_open (path, "adain", NULL, &error);
      done = runner.model != NULL && read_picture (&runner.content, argv + 3, &error) &&
             read_picture (&runner.style, argv + 6, &error);
    }
  if (done)
    {
      runner.job.threads = MAX (1, atoi (argv[2]));
      runner.job.arena   = scumble_arena_new ((gsize) BUDGET_MIB << 20);
      runner.rgb         = g_malloc0 (result_bytes (&runner));
      done               = serve (&runner, &error);
    }
  if (!done)
    g_printerr ("runner: %s\n", error != NULL ? error->message
                                              : "FOLDER THREADS WIDTH HEIGHT CONTENT.f32 "
                                                "WIDTH HEIGHT STYLE.f32 are needed");
  runner_clear (&runner);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
