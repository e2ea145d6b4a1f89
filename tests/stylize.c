/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The engine without GIMP: picture files in, a picture file out, seconds and memory told.
 *
 *     stylize [--method M] [--strength S] [--threads N] [--memory MIB] [--tile PX]
 *             [--model NAME] [--models FOLDER]
 *             [--updates N] [--adapt-all] [--learn-from FOLDER]
 *             CONTENT STYLE OUTPUT.png */
#include "engine.h"
#include "pixbuf-source.h"

#include <stdlib.h>
#include <sys/resource.h>

typedef struct
{
  char  *method;
  char  *model;
  char  *models;
  double strength;
  int    threads;
  int    memory;
  int    tile;
  int    updates;
  int    adapt_all;
  char  *learn_from;
  char **files;
} Options;

/* 8 bits a channel; an alpha channel is set beforehand and left alone. */
typedef struct
{
  ScumbleSink sink;
  GdkPixbuf  *pixbuf;
} PixbufSink;

static gboolean
pixbuf_write (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  GdkPixbuf   *pixbuf   = ((PixbufSink *) sink)->pixbuf;
  const int    channels = gdk_pixbuf_get_n_channels (pixbuf);
  const gsize  stride   = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

  for (int i = 0; i < rect->h; i++)
    {
      guint8 *to = gdk_pixbuf_get_pixels (pixbuf) + (gsize) (rect->y + i) * stride +
                   rect->x * channels;

      for (int j = 0; j < rect->w; j++, rgb += 3, to += channels)
        for (int k = 0; k < 3; k++)
          to[k] = (guint8) (rgb[k] * 255.0f + 0.5f);
    }

  return TRUE;
}

static double
lap (gint64 *since)
{
  const gint64 now     = g_get_monotonic_time ();
  const double seconds = (now - *since) / 1e6;

  *since = now;
  return seconds;
}

static void
tell (const char *stage, double seconds)
{
  g_print ("%-8s %7.3f s\n", stage, seconds);
}

static void
tell_memory (const ScumbleArena *arena)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  g_print ("arena    %7.1f MiB of %.1f\npeak     %7.1f MiB resident\n",
           scumble_arena_peak (arena) / 1048576.0, scumble_arena_budget (arena) / 1048576.0,
           usage.ru_maxrss / 1024.0);
}

static void
tell_loss (const ScumbleAdapting *adapting, gpointer user_data)
{
  if (adapting->update == 1 || adapting->update % 25 == 0)
    g_print ("update %3d: loss %.4f\n", adapting->update, adapting->loss);
}

/* Adds the pictures of @folder to @pictures; every file there must be one. */
static gboolean
open_pictures (GPtrArray *pictures, const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char      *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char     *path   = g_build_filename (folder, name, NULL);
      ScumblePixbufSource *source = scumble_pixbuf_source_new (path, error);

      if (source == NULL)
        return FALSE;
      g_ptr_array_add (pictures, source);
    }

  return dir != NULL;
}

/* Fine-tunes the style on the content and others, if the method does that. */
static gboolean
adapt (ScumbleModel *model, ScumbleStyle **style, ScumbleSource *content,
       const Options *options, const ScumbleJob *job, GError **error)
{
  g_autoptr (GPtrArray) others =
    g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_pixbuf_source_free);
  ScumbleAdaptation     how    = { .updates = options->updates, .all = options->adapt_all,
                                   .told    = tell_loss };
  ScumbleStyle         *adapted;

  if (options->updates == 0)
    return TRUE;
  if (options->learn_from != NULL && !open_pictures (others, options->learn_from, error))
    return FALSE;

  /* A source is the first member of these. */
  how.others   = (ScumbleSource *const *) others->pdata;
  how.n_others = others->len;
  adapted      = scumble_model_adapt (model, *style, content, &how, job, error);
  if (adapted == NULL)
    return FALSE;
  scumble_style_unref (*style);
  *style = adapted;

  return TRUE;
}

/* Encode, adapt, survey and render, with the seconds of each. */
static gboolean
paint (ScumbleModel *model, ScumbleSource *content_source, ScumbleSource *style_source,
       ScumbleSink *sink, const Options *options, const ScumbleJob *job, GError **error)
{
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  gint64                     since   = g_get_monotonic_time ();
  ScumbleZone                zone    = { NULL, NULL };
  ScumbleLook                look;

  style = scumble_model_encode (model, style_source, NULL, job, error);
  if (style == NULL)
    return FALSE;
  tell ("encode", lap (&since));

  if (!adapt (model, &style, content_source, options, job, error))
    return FALSE;
  if (options->updates > 0)
    tell ("adapt", lap (&since));

  content = scumble_model_survey (model, content_source, job, error);
  if (content == NULL)
    return FALSE;
  tell ("survey", lap (&since));

  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  look.strength = options->strength;
  if (!scumble_content_paint (content, &look, NULL, sink, job, error))
    return FALSE;
  tell ("render", lap (&since));

  return TRUE;
}

static gboolean
run (const Options *options, GError **error)
{
  const char *const                path[]  = { options->models, NULL };
  g_autoptr (ScumbleArena)         arena   = scumble_arena_new ((gsize) options->memory << 20);
  g_autoptr (ScumblePixbufSource)  content = NULL;
  g_autoptr (ScumblePixbufSource)  style   = NULL;
  g_autoptr (ScumbleModel)         model   = NULL;
  g_autoptr (GdkPixbuf)            result  = NULL;
  gint64                           since   = g_get_monotonic_time ();
  const ScumbleJob                 job     = { .arena   = arena,
                                               .threads = options->threads,
                                               .tile    = options->tile };
  PixbufSink                       sink    = { { pixbuf_write }, NULL };

  model = scumble_model_open (path, options->method, options->model, error);
  if (model == NULL)
    return FALSE;
  tell ("open", lap (&since));

  content = scumble_pixbuf_source_new (options->files[0], error);
  style   = content != NULL ? scumble_pixbuf_source_new (options->files[1], error) : NULL;
  if (style == NULL)
    return FALSE;
  result      = gdk_pixbuf_copy (content->pixbuf);
  sink.pixbuf = result;
  tell ("read", lap (&since));

  if (!paint (model, &content->source, &style->source, &sink.sink, options, &job, error))
    return FALSE;
  tell_memory (arena);

  return gdk_pixbuf_save (result, options->files[2], "png", error, NULL);
}

static gboolean
parse (int argc, char **argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "method", 'm', 0, G_OPTION_ARG_STRING, &options->method, "Method [adain]", "M" },
    { "strength", 's', 0, G_OPTION_ARG_DOUBLE, &options->strength, "Strength [1]", "S" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options->threads, "Threads [all]", "N" },
    { "memory", 0, 0, G_OPTION_ARG_INT, &options->memory, "Working memory [1024]", "MIB" },
    { "tile", 0, 0, G_OPTION_ARG_INT, &options->tile, "Edge of a tile [by memory]", "PX" },
    { "updates", 0, 0, G_OPTION_ARG_INT, &options->updates, "Of adaptation [0]", "N" },
    { "adapt-all", 0, 0, G_OPTION_ARG_NONE, &options->adapt_all,
      "Not just normalisations", NULL },
    { "learn-from", 0, 0, G_OPTION_ARG_FILENAME, &options->learn_from,
      "More pictures to adapt on", "DIR" },
    { "model", 0, 0, G_OPTION_ARG_STRING, &options->model, "Model file [M]", "NAME" },
    { "models", 0, 0, G_OPTION_ARG_FILENAME, &options->models, "Folder of models", "DIR" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files, NULL,
      "CONTENT STYLE OUTPUT.png" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Paints CONTENT in the style of STYLE.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;

  if (options->files == NULL || g_strv_length (options->files) != 3 ||
      options->threads < 1 || options->memory < 0 || options->tile < 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "Three picture files are needed: CONTENT STYLE OUTPUT.png, and "
                           "threads, memory and tile must not be negative.");
      return FALSE;
    }

  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Options            options = { .method   = g_strdup ("adain"),
                                 .models   = g_strdup (SCUMBLE_MODEL_DIR),
                                 .strength = 1.0,
                                 .threads  = (int) g_get_num_processors (),
                                 .memory   = 1024 };
  const gboolean     done = parse (argc, argv, &options, &error) && run (&options, &error);

  if (!done)
    g_printerr ("%s\n", error->message);

  g_free (options.method);
  g_free (options.model);
  g_free (options.models);
  g_free (options.learn_from);
  g_strfreev (options.files);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
