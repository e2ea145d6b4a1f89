/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The dialog without GIMP: picture files are the layers, a PNG is the result.
 *
 *     dialog-demo [--models FOLDER] [--styles FOLDER] [--memory MIB] [--dark] [--odd-screen]
 *                 [--parent XID] [--method ID] [--strength S] [--folder FOLDER]
 *                 [--dawdle MS]
 *                 [--selection PICTURE] [--mask PICTURE]... CONTENT [STYLE...] OUTPUT.png
 *
 * Masks are gray pictures, as large as the content or scaled to it. What is white in the
 * selection is selected in all styles, which it is scaled to. Whoever wants to see it paint
 * makes it dawdle before every part of the result. Prints the settings and the styles with
 * which the result was painted, or "given up". */
#include "dialog.h"
#include "pixbuf-source.h"

#include <glib/gi18n-lib.h>
#include <gtk/gtk.h>
#include <stdio.h>
#include <stdlib.h>

enum { THUMBNAIL = 128 };

typedef struct
{
  char    *models;
  char    *styles;
  int      memory;
  int      dawdle;
  gboolean dark;
  gboolean odd_screen;
  gint64   parent;
  double   strength;
  char    *method;
  char    *folder;
  char    *selection;
  char   **masks;
  char   **files;
} Options;

typedef struct
{
  ScumbleHost        host;
  GPtrArray         *styles; /* paths */
  const char        *selection;
  const char *const *masks;
} DemoHost;

/* The green channel of a picture, scaled. */
typedef struct
{
  ScumbleMask mask;
  GdkPixbuf  *pixbuf;
} DemoMask;

/* A picture, transparent where it is not selected. */
typedef struct
{
  ScumbleSource        source;
  ScumblePixbufSource *picture;
  DemoMask            *selection; /* nullable */
} DemoStyle;

/* 8 bits a channel; an alpha channel is set beforehand and left alone. */
typedef struct
{
  ScumbleSink sink;
  GdkPixbuf  *pixbuf;
  int         dawdle; /* milliseconds */
} DemoSink;

static gboolean
sink_write (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  GdkPixbuf  *pixbuf   = ((DemoSink *) sink)->pixbuf;
  const int   channels = gdk_pixbuf_get_n_channels (pixbuf);
  const gsize stride   = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

  g_usleep ((gulong) ((DemoSink *) sink)->dawdle * 1000);
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

static gboolean
mask_read (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  const GdkPixbuf *pixbuf   = ((DemoMask *) mask)->pixbuf;
  const guint8    *pixels   = gdk_pixbuf_read_pixels (pixbuf);
  const int        channels = gdk_pixbuf_get_n_channels (pixbuf);
  const gsize      stride   = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

  for (int y = rect->y; y < rect->y + rect->h; y++)
    for (int x = rect->x; x < rect->x + rect->w; x++)
      *weights++ = pixels[(gsize) y * stride + (gsize) (x * channels) + 1] / 255.0f;

  return TRUE;
}

static DemoMask *
mask_new (const char *path, int width, int height, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_file (path, error);
  DemoMask             *self;

  if (pixbuf == NULL)
    return NULL;

  self         = g_new0 (DemoMask, 1);
  self->mask   = (ScumbleMask) { .width = width, .height = height, .read = mask_read };
  self->pixbuf = gdk_pixbuf_scale_simple (pixbuf, width, height, GDK_INTERP_BILINEAR);

  return self;
}

static void
mask_free (DemoMask *self)
{
  if (self == NULL)
    return;

  g_object_unref (self->pixbuf);
  g_free (self);
}

static ScumbleHostLayer *
layer_new (int id, const char *path, const char *image)
{
  ScumbleHostLayer *layer = g_new0 (ScumbleHostLayer, 1);

  layer->id        = id;
  layer->name      = g_path_get_basename (path);
  layer->image     = g_strdup (image);
  layer->file      = g_canonicalize_filename (path, NULL);
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
      const char       *path = g_ptr_array_index (self->styles, i);
      g_autofree char  *dir  = g_path_get_dirname (path);
      g_autofree char  *name = g_path_get_basename (dir);
      ScumbleHostLayer *layer;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      layer                = layer_new ((int) i, path, name);
      layer->has_selection = self->selection != NULL;
      g_ptr_array_add (layers, layer);
    }

  return layers;
}

static gboolean
style_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  DemoStyle        *self    = (DemoStyle *) source;
  const gsize       n       = (gsize) rect->w * (gsize) rect->h;
  g_autofree float *weights = g_new (float, n);

  if (!self->picture->source.read (&self->picture->source, rect, rgba, error))
    return FALSE;
  if (self->selection == NULL)
    return TRUE;
  if (!mask_read (&self->selection->mask, rect, weights, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    rgba[4 * i + 3] *= weights[i];

  return TRUE;
}

static void
close_style (ScumbleHost *host, ScumbleSource *source)
{
  DemoStyle *self = (DemoStyle *) source;

  scumble_pixbuf_source_free (self->picture);
  mask_free (self->selection);
  g_free (self);
}

static ScumbleSource *
open_style (ScumbleHost *host, int layer_id, gboolean selected_only, GError **error)
{
  const DemoHost      *self    = (const DemoHost *) host;
  const char          *path    = g_ptr_array_index (self->styles, (guint) layer_id);
  ScumblePixbufSource *picture = scumble_pixbuf_source_new (path, error);
  DemoStyle           *style;

  if (picture == NULL)
    return NULL;

  style              = g_new0 (DemoStyle, 1);
  style->source      = picture->source;
  style->source.read = style_read;
  style->picture     = picture;
  if (!selected_only)
    return &style->source;

  style->source.has_alpha = TRUE;
  style->selection = mask_new (self->selection, picture->source.width,
                               picture->source.height, error);
  if (style->selection != NULL)
    return &style->source;

  close_style (host, &style->source);
  return NULL;
}

static GPtrArray *
list_masks (ScumbleHost *host)
{
  const DemoHost *self  = (const DemoHost *) host;
  GPtrArray      *masks = g_ptr_array_new_with_free_func (
    (GDestroyNotify) scumble_host_layer_free);

  for (int i = 0; self->masks != NULL && self->masks[i] != NULL; i++)
    g_ptr_array_add (masks, layer_new (i, self->masks[i], "picture"));

  return masks;
}

static ScumbleMask *
open_mask (ScumbleHost *host, int mask_id, GError **error)
{
  DemoMask *mask = mask_new (((const DemoHost *) host)->masks[mask_id],
                             host->content->width, host->content->height, error);

  return mask == NULL ? NULL : &mask->mask;
}

static void
close_mask (ScumbleHost *host, ScumbleMask *mask)
{
  mask_free ((DemoMask *) mask);
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

/* A layer is dropped as "demo:1", the second of them. */
static int
dropped_layer (ScumbleHost *host, const char *text, GError **error)
{
  const DemoHost *self = (DemoHost *) host;
  guint           id;

  if (sscanf (text, "demo:%u", &id) == 1 && id < self->styles->len)
    return (int) id;

  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT, "%s is no layer of the demo's.", text);
  return -1;
}

static void
show_help (ScumbleHost *host)
{
  g_print ("help\n");
}

/* The styles and masks, as "style=waves.png 0.50 region=mask.png". */
static void
print_choices (const DemoHost *self, const ScumbleHostChoices *choices)
{
  for (guint i = 0; i < choices->styles->len; i++)
    {
      const ScumbleHostChoice *choice = g_ptr_array_index (choices->styles, i);

      g_print ("style=%s %.2f%s%s%s\n",
               choice->file != NULL
                 ? choice->file
                 : (char *) g_ptr_array_index (self->styles, (guint) choice->layer),
               choice->weight, choice->selected_only ? " selected" : "",
               choice->region < 0 ? "" : " region=",
               choice->region < 0 ? "" : self->masks[choice->region]);
    }
  if (choices->strength_map >= 0)
    g_print ("strength-map=%s\n", self->masks[choices->strength_map]);
}

static gboolean
show (DemoHost *self, const Options *options, GdkPixbuf *result, GError **error)
{
  g_autofree char *text = NULL;
  ScumbleSettings  settings;
  ScumbleHostChoices   choices;
  gboolean         painted;

  scumble_settings_init (&settings);
  scumble_host_choices_init (&choices);
  settings.strength = options->strength;
  if (options->method != NULL)
    settings.method = g_intern_string (options->method);
  painted           = scumble_dialog_run (&self->host, &settings, &choices);

  if (painted)
    {
      text = scumble_settings_to_text (&settings);
      g_print ("%s", text);
      print_choices (self, &choices);
    }
  else
    g_print ("given up\n");
  scumble_host_choices_clear (&choices);

  return !painted || gdk_pixbuf_save (result,
                                      options->files[g_strv_length (options->files) - 1],
                                      "png", error, NULL);
}

static void
swap_red_and_blue (ScumbleHost *host, cairo_surface_t *picture)
{
  const gsize stride = (gsize) cairo_image_surface_get_stride (picture);

  cairo_surface_flush (picture);
  for (int y = 0; y < cairo_image_surface_get_height (picture); y++)
    {
      guint32 *row = (guint32 *) (gpointer) (cairo_image_surface_get_data (picture) +
                                             (gsize) y * stride);

      for (int x = 0; x < cairo_image_surface_get_width (picture); x++)
        row[x] = (row[x] & 0xff00ff00u) | (row[x] >> 16 & 0xffu) | (row[x] & 0xffu) << 16;
    }
  cairo_surface_mark_dirty (picture);
}

static gboolean
run (const Options *options, GError **error)
{
  const int                       n_files  = (int) g_strv_length (options->files);
  const char *const               models[] = { options->models, NULL };
  const char *const               boxes[]  = { options->styles, NULL };
  g_autoptr (ScumblePixbufSource) content  = NULL;
  g_autoptr (GdkPixbuf)           result   = NULL;
  g_autofree char                *name     = g_path_get_basename (options->files[0]);
  g_autofree char                *title    = g_strdup_printf ("Scumble: %s", name);
  g_autoptr (GPtrArray)           styles   = g_ptr_array_new_with_free_func (g_free);
  DemoSink                        sink     = { { sink_write }, NULL,
                                               options->dawdle };
  DemoHost                        demo;

  content = scumble_pixbuf_source_new (options->files[0], error);
  if (content == NULL)
    return FALSE;

  result      = gdk_pixbuf_copy (content->pixbuf);
  sink.pixbuf = result;
  demo        = (DemoHost) {
    .host = {
      .model_path    = models,
      .style_path    = boxes,
      .memory        = (gsize) options->memory << 20,
      .memory_advice = "Start it with more --memory.",
      .threads       = (int) g_get_num_processors (),
      .title         = title,
      .parent_window = (gulong) options->parent,
      .prefer_dark   = options->dark,
      .folder        = options->folder,
      .layer_type    = "application/x-scumble-demo",
      .content       = &content->source,
      .sink          = &sink.sink,
      .list_layers   = list_layers,
      .open_style    = open_style,
      .close_style   = close_style,
      .dropped_layer = dropped_layer,
      .add_file      = add_file,
      .list_masks    = list_masks,
      .open_mask     = open_mask,
      .close_mask    = close_mask,
      .to_screen     = options->odd_screen ? swap_red_and_blue : NULL,
      .show_help     = show_help,
    },
    .styles    = styles,
    .selection = options->selection,
    .masks     = (const char *const *) options->masks,
  };
  for (int i = 1; i < n_files - 1; i++)
    g_ptr_array_add (styles, g_strdup (options->files[i]));

  return show (&demo, options, result, error);
}

static gboolean
parse (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "models", 0, 0, G_OPTION_ARG_FILENAME, &options->models, "Folder of models",
      "DIR" },
    { "styles", 0, 0, G_OPTION_ARG_FILENAME, &options->styles,
      "Folder of the styles in the box", "DIR" },
    { "memory", 0, 0, G_OPTION_ARG_INT, &options->memory, "Working memory [1024]",
      "MIB" },
    { "dawdle", 0, 0, G_OPTION_ARG_INT, &options->dawdle, "How long, each time",
      "MS" },
    { "odd-screen", 0, 0, G_OPTION_ARG_NONE, &options->odd_screen,
      "Have a screen that takes blue for red", NULL },
    { "dark", 0, 0, G_OPTION_ARG_NONE, &options->dark, "Prefer a dark theme", NULL },
    { "parent", 0, 0, G_OPTION_ARG_INT64, &options->parent, "Window to stay above",
      "XID" },
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &options->strength, "Strength [1]", "S" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &options->method, "Method", "ID" },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &options->folder, "Folder of presets",
      "DIR" },
    { "selection", 0, 0, G_OPTION_ARG_FILENAME, &options->selection,
      "What is selected in the styles", "FILE" },
    { "mask", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->masks, "A mask", "FILE" },
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
  gboolean           done;

  bindtextdomain (GETTEXT_PACKAGE, SCUMBLE_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  done = parse (&argc, &argv, &options, &error) && run (&options, &error);

  if (!done)
    g_printerr ("%s\n", error->message);

  g_free (options.models);
  g_free (options.styles);
  g_free (options.method);
  g_free (options.folder);
  g_free (options.selection);
  g_strfreev (options.masks);
  g_strfreev (options.files);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
