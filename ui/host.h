/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

/**
 * ScumbleHostLayer:
 * @id: the host's handle of the layer
 * @name: (transfer full): the layer's name
 * @image: (transfer full): name of the image that it belongs to
 * @thumbnail: (transfer full) (nullable): a small picture of it, transparency included
 *
 * A layer that can serve as a style.
 */
typedef struct
{
  int        id;
  char      *name;
  char      *image;
  GdkPixbuf *thumbnail;
} ScumbleHostLayer;

void scumble_host_layer_free (ScumbleHostLayer *layer);

/**
 * ScumbleHost:
 * @model_path: (array zero-terminated=1): folders to look for model files in
 * @memory: byte budget of the dialog's engine jobs, preview and final run together
 * @threads: how many threads they may use
 * @parent_window: X11 window to be transient for, or 0
 * @prefer_dark: whether the host shows a dark theme
 * @folder: (nullable): where to keep presets; made when needed. %NULL to do without
 * @content: the layer to repaint; readable from the worker thread
 * @content_name: its name
 * @sink: takes the final pixels; written to from the worker thread
 *
 * @list_layers: lists every layer that can be a style, best guess first
 * @open_style: opens a layer for reading from the worker thread. The pixels are taken
 *   over, or kept alive, before this returns. %NULL with @error set if the layer is gone
 * @close_style: frees what @open_style returned
 * @add_file: (nullable): opens a picture file, so that its picture is among the layers
 *   from now on. Returns its ID, or -1 with @error set
 * @show_help: (nullable): opens the manual
 *
 * What the dialog needs from whoever hosts it; the plug-in implements it with libgimp, a
 * test program with picture files. All functions are called on the main thread; @content,
 * opened styles and @sink are used from one worker thread.
 */
typedef struct _ScumbleHost ScumbleHost;

struct _ScumbleHost
{
  const char *const *model_path;
  gsize              memory;
  int                threads;
  gulong             parent_window;
  gboolean           prefer_dark;
  const char        *folder;
  ScumbleSource     *content;
  const char        *content_name;
  ScumbleSink       *sink;

  GPtrArray     *(* list_layers) (ScumbleHost *host);
  ScumbleSource *(* open_style)  (ScumbleHost *host, int layer_id, GError **error);
  void           (* close_style) (ScumbleHost *host, ScumbleSource *style);
  int            (* add_file)    (ScumbleHost *host, const char *path, GError **error);
  void           (* show_help)   (ScumbleHost *host);
};

G_END_DECLS
