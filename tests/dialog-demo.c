/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The dialog without GIMP: picture files are the layers, a PNG is the result.
 *
 *     dialog-demo [--models FOLDER] [--memory MIB] [--dark] [--parent XID]
 *                 [--strength S] [--folder FOLDER] CONTENT [STYLE...] OUTPUT.png
 *
 * Prints the settings with which the result was painted, or "given up". */
#include "dialog.h"
#include "pixbuf-source.h"

#include <gtk/gtk.h>
#include <stdlib.h>

enum { THUMBNAIL = 128 };

typedef struct
{
  char    *models;
  int      memory;
  gboolean dark;
  gint64   parent;
  double   strength;
  char    *folder;
  char   **files;
} Options;

typedef struct
{
  ScumbleHost host;
  GPtrArray  *styles; /* paths */
} DemoHost;

/* 8 bits a channel; an alpha channel is set beforehand and left alone. */
typedef struct
{
  ScumbleSink sink;
  GdkPixbuf  *pixbuf;
} DemoSink;

static gboolean
sink_write (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  GdkPixbuf  *pixbuf   = ((DemoSink *) sink)->pixbuf;
  const int   channels = gdk_pixbuf_get_n_channels (pixbuf);
  const gsize stride   = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

  for (int y = 0; y < rect->h; y++)
    {
      guint8 *to = gdk_pixbuf_get_pixels (pixbuf) + (gsize) (rect->y + y) * stride +
                   rect->x * channels;

      for (int x = 0; x < rect->w; x++, rgb += 3, to += channels)
        for (int k = 0; k < 3; k++)
          to[k] = (guint8) (rgb[k] * 255.0f + 0.5f);
    }

  return TRUE;
}

static ScumbleHostLayer *
layer_new (int id, const char *path)
{
  ScumbleHostLayer *layer = g_new0 (ScumbleHostLayer, 1);
  g_autofree char  *dir   = g_path_get_dirname (path);

  layer->id        = id;
  layer->name      = g_path_get_basename (path);
  layer->image     = g_path_get_basename (dir);
  layer->thumbnail = gdk_pixbuf_new_from_file_at_size (path, THUMBNAIL, THUMBNAIL, NULL);

  return layer;
}

/* Files that have come or gone since show up, as images in GIMP do. */
static GPtrArray *
list_layers (ScumbleHost *host)
{
  const DemoHost *self   = (const DemoHost *) host;
  GPtrArray      *layers = g_ptr_array_new_with_free_func (
    (GDestroyNotify) scumble_host_layer_free);

  for (guint i = 0; i < self->styles->len; i++)
    {
      const char *path = g_ptr_array_index (self->styles, i);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        g_ptr_array_add (layers, layer_new ((int) i, path));
    }

  return layers;
}

static ScumbleSource *
open_style (ScumbleHost *host, int layer_id, GError **error)
{
  const DemoHost      *self  = (const DemoHost *) host;
  const char          *path  = g_ptr_array_index (self->styles, (guint) layer_id);
  ScumblePixbufSource *style = scumble_pixbuf_source_new (path, error);

  return style == NULL ? NULL : &style->source;
}

static void
close_style (ScumbleHost *host, ScumbleSource *style)
{
  scumble_pixbuf_source_free ((ScumblePixbufSource *) style);
}

static int
add_file (ScumbleHost *host, const char *path, GError **error)
{
  DemoHost            *self  = (DemoHost *) host;
  ScumblePixbufSource *style = scumble_pixbuf_source_new (path, error);

  if (style == NULL)
    return -1;

  scumble_pixbuf_source_free (style);
  g_ptr_array_add (self->styles, g_strdup (path));

  return (int) self->styles->len - 1;
}

static void
show_help (ScumbleHost *host)
{
  g_print ("help\n");
}

static gboolean
run (const Options *options, GError **error)
{
  const int                       n_files = (int) g_strv_length (options->files);
  const char *const               path[]  = { options->models, NULL };
  g_autoptr (ScumblePixbufSource) content = NULL;
  g_autoptr (GdkPixbuf)           result  = NULL;
  g_autofree char                *name    = g_path_get_basename (options->files[0]);
  g_autofree char                *text    = NULL;
  g_autoptr (GPtrArray)           styles  = g_ptr_array_new_with_free_func (g_free);
  DemoSink                        sink    = { { sink_write }, NULL };
  ScumbleSettings                 settings;
  int                             style_id = -1;
  DemoHost                        demo;

  content = scumble_pixbuf_source_new (options->files[0], error);
  if (content == NULL)
    return FALSE;

  result      = gdk_pixbuf_copy (content->pixbuf);
  sink.pixbuf = result;
  demo        = (DemoHost) {
    .host = {
      .model_path    = path,
      .memory        = (gsize) options->memory << 20,
      .threads       = (int) g_get_num_processors (),
      .parent_window = (gulong) options->parent,
      .prefer_dark   = options->dark,
      .folder        = options->folder,
      .content       = &content->source,
      .content_name  = name,
      .sink          = &sink.sink,
      .list_layers   = list_layers,
      .open_style    = open_style,
      .close_style   = close_style,
      .add_file      = add_file,
      .show_help     = show_help,
    },
    .styles = styles,
  };
  for (int i = 1; i < n_files - 1; i++)
    g_ptr_array_add (styles, g_strdup (options->files[i]));

  scumble_settings_init (&settings);
  settings.strength = options->strength;
  if (!scumble_dialog_run (&demo.host, &settings, &style_id))
    {
      g_print ("given up\n");
      return TRUE;
    }

  text = scumble_settings_to_text (&settings);
  g_print ("%sstyle=%s\n", text, (char *) g_ptr_array_index (styles, (guint) style_id));

  return gdk_pixbuf_save (result, options->files[n_files - 1], "png", error, NULL);
}

static gboolean
parse (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "models", 0, 0, G_OPTION_ARG_FILENAME, &options->models, "Folder of models",
      "DIR" },
    { "memory", 0, 0, G_OPTION_ARG_INT, &options->memory, "Working memory [1024]",
      "MIB" },
    { "dark", 0, 0, G_OPTION_ARG_NONE, &options->dark, "Prefer a dark theme", NULL },
    { "parent", 0, 0, G_OPTION_ARG_INT64, &options->parent, "Window to stay above",
      "XID" },
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &options->strength, "Strength [1]", "S" },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &options->folder, "Folder of presets",
      "DIR" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files, NULL,
      "CONTENT [STYLE...] OUTPUT.png" },
    { NULL }
  };

  if (!gtk_init_with_args (argc, argv, NULL, entries, NULL, error))
    return FALSE;

  if (options->files == NULL || g_strv_length (options->files) < 2)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "Picture files are needed: CONTENT [STYLE...] OUTPUT.png");
      return FALSE;
    }

  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error   = NULL;
  Options            options = { .models   = g_strdup (SCUMBLE_MODEL_DIR),
                                 .memory   = 1024,
                                 .strength = 1.0 };
  const gboolean done = parse (&argc, &argv, &options, &error) && run (&options, &error);

  if (!done)
    g_printerr ("%s\n", error->message);

  g_free (options.models);
  g_free (options.folder);
  g_strfreev (options.files);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
