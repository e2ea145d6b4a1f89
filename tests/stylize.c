/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The engine without GIMP: picture files in, a picture file out, seconds and memory told.
 *
 *     stylize [--method M] [--strength S] [--threads N] [--memory MIB] [--tile PX]
 *             [--model NAME] [--models FOLDER]
 *             [--updates N] [--adapt-less] [--learn-from FOLDER]
 *             [--set NAME=VALUE ...] [--second STYLE] [--mask MASK] [--mix SHARE]
 *             [--strength-map MASK] [--save STYLE.safetensors]
 *             CONTENT STYLE OUTPUT.png
 *
 * --set takes the settings of the dialog by their names in scripts, such as scale=2. A second
 * style goes where MASK is white, or is mixed in by its share. A STYLE that ends in
 * ".safetensors" is one that --save has written. */
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
  int    adapt_less;
  char  *learn_from;
  char **sets;
  char  *second;
  char  *mask;
  double mix;
  char  *map;
  char  *save;
  char **files;
} Options;

/* What is painted, and with what. */
typedef struct
{
  const Options       *options;
  ScumbleSettings      settings;
  ScumbleModel        *model;
  ScumblePixbufSource *content;
  ScumbleSink         *sink;
  ScumbleJob           job;
} Run;

/* A picture's red as weights. */
typedef struct
{
  ScumbleMask          mask;
  ScumblePixbufSource *picture;
  gboolean             inverted;
} PixbufMask;

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

static gboolean
mask_read (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  const PixbufMask *self = (const PixbufMask *) mask;
  ScumbleSource    *from = &self->picture->source;
  const gsize       n    = (gsize) rect->w * (gsize) rect->h;
  g_autofree float *rgba = g_new (float, 4 * n);

  if (!from->read (from, rect, rgba, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    weights[i] = self->inverted ? 1.0f - rgba[4 * i] : rgba[4 * i];

  return TRUE;
}

static void
mask_init (PixbufMask *self, ScumblePixbufSource *picture, gboolean inverted)
{
  *self = (PixbufMask) { { picture->source.width, picture->source.height, mask_read },
                         picture, inverted };
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
adapt (const Run *run, ScumbleStyle **style, GError **error)
{
  const Options        *options = run->options;
  g_autoptr (GPtrArray)  others  =
    g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_pixbuf_source_free);
  ScumbleAdaptation      how     = { .updates = options->updates, .all = !options->adapt_less,
                                    .told    = tell_loss };
  ScumbleStyle          *adapted;

  if (options->updates == 0)
    return TRUE;
  if (options->learn_from != NULL && !open_pictures (others, options->learn_from, error))
    return FALSE;

  /* A source is the first member of these. */
  how.others   = (ScumbleSource *const *) others->pdata;
  how.n_others = others->len;
  adapted      = scumble_model_adapt (run->model, *style, &run->content->source, &how,
                                      &run->job, error);
  if (adapted == NULL)
    return FALSE;
  scumble_style_unref (*style);
  *style = adapted;

  return TRUE;
}

/* Reads a style, or makes it from a picture. */
static ScumbleStyle *
get_style (const Run *run, const char *path, GError **error)
{
  g_autoptr (ScumblePixbufSource) picture = NULL;
  g_autoptr (ScumbleStyle)        style   = NULL;
  gint64                          since   = g_get_monotonic_time ();
  ScumbleStyling                  styling;

  if (g_str_has_suffix (path, ".safetensors"))
    return scumble_style_load (run->model, path, error);

  picture = scumble_pixbuf_source_new (path, error);
  if (picture == NULL)
    return NULL;

  lap (&since);
  scumble_settings_styling (&run->settings, &run->content->source, &styling);
  style = scumble_model_encode (run->model, &picture->source, &styling, &run->job, error);
  if (style == NULL)
    return NULL;
  tell ("encode", lap (&since));

  if (!adapt (run, &style, error))
    return NULL;
  if (run->options->updates > 0)
    tell ("adapt", lap (&since));

  return g_steal_pointer (&style);
}

/* Surveys and renders, with the seconds of each. */
static gboolean
paint (const Run *run, const ScumbleLook *look, GError **error)
{
  g_autoptr (ScumbleContent) content = NULL;
  gint64                     since   = g_get_monotonic_time ();

  content = scumble_model_survey_for (run->model, &run->content->source, look, &run->job,
                                      error);
  if (content == NULL)
    return FALSE;
  tell ("survey", lap (&since));

  if (!scumble_content_paint (content, look, NULL, run->sink, &run->job, error))
    return FALSE;
  tell ("render", lap (&since));

  return TRUE;
}

/* Puts @mask (nullable) and the strength map, if there is one, on the styles and paints. */
static gboolean
paint_zones (const Run *run, ScumbleStyle *const styles[2], ScumblePixbufSource *mask,
             GError **error)
{
  g_autoptr (ScumblePixbufSource) map = NULL;
  ScumbleZone                     zones[2] = { { styles[0], NULL }, { styles[1], NULL } };
  PixbufMask                      masks[2], strengths;
  ScumbleLook                     look;

  scumble_settings_look (&run->settings, zones, mask != NULL ? 2 : 1, &look);
  for (int i = 0; i < 2 && mask != NULL; i++)
    {
      mask_init (&masks[i], mask, i == 0);
      zones[i].mask = &masks[i].mask;
    }
  if (run->options->map != NULL)
    {
      map = scumble_pixbuf_source_new (run->options->map, error);
      if (map == NULL)
        return FALSE;
      mask_init (&strengths, map, FALSE);
      look.strength_map = &strengths.mask;
    }

  return paint (run, &look, error);
}

/* With one style, a mixture of two, or two with a mask. */
static gboolean
paint_styles (const Run *run, GError **error)
{
  const Options                  *options = run->options;
  const double                    shares[] = { 1.0 - options->mix, options->mix };
  g_autoptr (ScumbleStyle)        first    = get_style (run, options->files[1], error);
  g_autoptr (ScumbleStyle)        second   = NULL;
  g_autoptr (ScumbleStyle)        mixed    = NULL;
  g_autoptr (ScumblePixbufSource) mask     = NULL;

  if (first == NULL)
    return FALSE;
  if (options->second == NULL)
    return (options->save == NULL ||
            scumble_style_save (first, options->save, options->files[1], error)) &&
           paint_zones (run, (ScumbleStyle *const[]) { first, NULL }, NULL, error);

  second = get_style (run, options->second, error);
  if (second == NULL)
    return FALSE;
  if (options->mask == NULL)
    {
      mixed = scumble_style_mix ((const ScumbleStyle *const[]) { first, second }, shares, 2,
                                 error);
      return mixed != NULL &&
             paint_zones (run, (ScumbleStyle *const[]) { mixed, NULL }, NULL, error);
    }

  mask = scumble_pixbuf_source_new (options->mask, error);
  return mask != NULL &&
         paint_zones (run, (ScumbleStyle *const[]) { first, second }, mask, error);
}

/* "scale=2" */
static gboolean
set (ScumbleSettings *settings, const char *text, GError **error)
{
  g_auto (GStrv)      parts  = g_strsplit (text, "=", 2);
  guint               n      = 0;
  const ScumbleParam *params = scumble_params (&n);

  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (params[i].name, parts[0]) == 0 && parts[1] != NULL)
      {
        if (params[i].kind == SCUMBLE_PARAM_CHOICE)
          return scumble_param_choose (&params[i], settings, parts[1], error);
        *scumble_param_value (&params[i], settings) = g_ascii_strtod (parts[1], NULL);
        return TRUE;
      }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "There is no setting \"%s\".",
               text);
  return FALSE;
}

static gboolean
get_settings (const Options *options, ScumbleSettings *settings, GError **error)
{
  scumble_settings_init (settings);
  settings->method   = options->method;
  settings->strength = options->strength;
  for (guint i = 0; options->sets != NULL && options->sets[i] != NULL; i++)
    if (!set (settings, options->sets[i], error))
      return FALSE;

  return scumble_settings_check (settings, error);
}

static gboolean
run (const Options *options, GError **error)
{
  const char *const                path[]  = { options->models, NULL };
  g_autoptr (ScumbleArena)         arena   = scumble_arena_new ((gsize) options->memory << 20);
  g_autoptr (ScumblePixbufSource)  content = NULL;
  g_autoptr (ScumbleModel)         model   = NULL;
  g_autoptr (GdkPixbuf)            result  = NULL;
  gint64                           since   = g_get_monotonic_time ();
  PixbufSink                       sink    = { { pixbuf_write }, NULL };
  Run                              run     = { .options = options, .sink = &sink.sink,
                                               .job     = { .arena   = arena,
                                                            .threads = options->threads,
                                                            .tile    = options->tile } };

  if (!get_settings (options, &run.settings, error))
    return FALSE;
  model = scumble_model_open (path, options->method, options->model, error);
  if (model == NULL)
    return FALSE;
  tell ("open", lap (&since));

  content = scumble_pixbuf_source_new (options->files[0], error);
  if (content == NULL)
    return FALSE;
  result      = gdk_pixbuf_copy (content->pixbuf);
  sink.pixbuf = result;
  run.content = content;
  run.model   = model;
  if (!paint_styles (&run, error))
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
    { "adapt-less", 0, 0, G_OPTION_ARG_NONE, &options->adapt_less,
      "Just the normalisations", NULL },
    { "learn-from", 0, 0, G_OPTION_ARG_FILENAME, &options->learn_from,
      "More pictures to adapt on", "DIR" },
    { "model", 0, 0, G_OPTION_ARG_STRING, &options->model, "Model file [M]", "NAME" },
    { "models", 0, 0, G_OPTION_ARG_FILENAME, &options->models, "Folder of models", "DIR" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->sets, "A setting", "NAME=VALUE" },
    { "second", 0, 0, G_OPTION_ARG_FILENAME, &options->second, "A second style", "STYLE" },
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &options->mask, "Where it goes", "MASK" },
    { "mix", 0, 0, G_OPTION_ARG_DOUBLE, &options->mix, "Or its share [0.5]", "SHARE" },
    { "strength-map", 0, 0, G_OPTION_ARG_FILENAME, &options->map, "How strong", "MASK" },
    { "save", 0, 0, G_OPTION_ARG_FILENAME, &options->save, "Keeps STYLE", "FILE" },
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
                                 .mix      = 0.5,
                                 .threads  = (int) g_get_num_processors (),
                                 .memory   = 1024 };
  const gboolean     done = parse (argc, argv, &options, &error) && run (&options, &error);

  if (!done)
    g_printerr ("%s\n", error->message);

  g_free (options.method);
  g_free (options.model);
  g_free (options.models);
  g_free (options.learn_from);
  g_strfreev (options.sets);
  g_free (options.second);
  g_free (options.mask);
  g_free (options.map);
  g_free (options.save);
  g_strfreev (options.files);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
