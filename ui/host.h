/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <cairo.h>
#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

/**
 * ScumbleHostLayer:
 * @id: the host's handle of the layer
 * @name: (transfer full): the layer's name
 * @image: (transfer full): name of the image that it belongs to
 * @file: (transfer full) (nullable): path of that image's file, to find it again another
 *   time
 * @thumbnail: (transfer full) (nullable): a small picture of it, transparency included
 * @has_selection: whether a part of the layer, and not all of it, is selected
 *
 * A layer that can serve as a style, or anything that can serve as a mask: a layer, a
 * layer mask, a channel, the selection.
 */
typedef struct
{
  int        id;
  char      *name;
  char      *image;
  char      *file;
  GdkPixbuf *thumbnail;
  gboolean   has_selection;
} ScumbleHostLayer;

void scumble_host_layer_free (ScumbleHostLayer *layer);

/**
 * ScumbleHostChoice:
 * @layer: ID of the host's layer, or -1 where @file is the style
 * @file: (nullable): path of a picture, or of a style saved by scumble_style_save()
 * @name: what it is called
 * @selected_only: whether only the selected part of the layer is looked at
 * @weight: share in the mixture, above 0; only the proportions of several count
 * @region: ID of the host's mask that says where the style is painted, or -1 for
 *   everywhere that no other style's region covers
 *
 * One style that the user has chosen.
 */
typedef struct
{
  int      layer;
  char    *file;
  char    *name;
  gboolean selected_only;
  double   weight;
  int      region;
} ScumbleHostChoice;

ScumbleHostChoice *scumble_host_choice_new  (int layer, const char *file, const char *name);
ScumbleHostChoice *scumble_host_choice_copy (const ScumbleHostChoice *choice);
void           scumble_host_choice_free (ScumbleHostChoice *choice);

/**
 * ScumbleHostChoices:
 * @styles: (element-type ScumbleHostChoice): the styles; several are mixed
 * @strength_map: ID of the host's mask that the strength is multiplied with, or -1
 *
 * What is chosen from what the host has, beside the settings.
 */
typedef struct
{
  GPtrArray *styles;
  int        strength_map;
} ScumbleHostChoices;

void scumble_host_choices_init  (ScumbleHostChoices *choices);
void scumble_host_choices_clear (ScumbleHostChoices *choices);

/**
 * ScumbleHost:
 * @model_path: (array zero-terminated=1): folders to look for model files in
 * @style_path: (array zero-terminated=1) (nullable): folders with the styles in the box:
 *   picture files, whose titles are in "styles.ini" beside them, if anywhere
 * @memory: byte budget of the dialog's engine jobs, preview and final run together
 * @memory_advice: (nullable): a sentence for the user that says where to allow more
 * @threads: how many threads they may use
 * @title: of the window
 * @parent_window: X11 window to be transient for, or 0
 * @prefer_dark: whether the host shows a dark theme
 * @folder: (nullable): where to keep presets, saved and recent styles; made when needed.
 *   %NULL to do without
 * @content: the layer to repaint; readable from the worker thread
 * @frame_width: of one of the pictures that @content is made of, in pixels; 0 where it is one
 * @frame_height: likewise
 * @sink: takes the final pixels; written to from the worker thread
 *
 * @list_layers: lists every layer that can be a style, best guess first
 * @open_style: opens a layer for reading from the worker thread; with @selected_only, what
 *   is not selected of it is transparent. The pixels are taken over, or kept alive, before
 *   this returns. %NULL with @error set if the layer is gone
 * @close_style: frees what @open_style returned
 * @layer_type: (nullable): the type of data under which layers are dragged from the host's own
 *   windows; there with @dropped_layer
 * @dropped_layer: finds the layer that such data, a text, stands for. Returns its ID, or -1
 *   with @error set if it cannot be a style
 * @add_file: (nullable): opens a picture file, so that its picture is among the layers
 *   from now on. Returns its ID, or -1 with @error set
 * @list_masks: (nullable): lists what can serve as a mask, best guess first; @image says
 *   what kind of mask each is
 * @open_mask: opens a mask as @open_style opens a style. It is as large as @content and
 *   lies where that lies; 0 where the mask has no pixels
 * @close_mask: frees what @open_mask returned
 * @show_help: (nullable): opens the manual
 * @to_srgb: (nullable): converts a picture in place to sRGB from the ICC colour profile
 *   that its file has; leaves it alone where that is no profile for it. Called on any
 *   thread
 * @keep_of: (nullable): makes of painted colours, [n, 3] sRGB-encoded, in place what is left of
 *   them where @sink puts them, such as their brightness in a gray picture. Called on any thread
 * @to_screen: (nullable): converts an ARGB32 surface in place from sRGB to what the screen is
 *   to be given, so that the preview has the colours of the host's own windows
 *
 * What the dialog needs from whoever hosts it; the plug-in implements it with libgimp, a
 * test program with picture files. All functions but @to_srgb and @keep_of are called on
 * the main thread; @content, opened styles and masks, and @sink are used from one worker thread.
 */
typedef struct _ScumbleHost ScumbleHost;

struct _ScumbleHost
{
  const char *const *model_path;
  const char *const *style_path;
  gsize              memory;
  const char        *memory_advice;
  int                threads;
  const char        *title;
  gulong             parent_window;
  gboolean           prefer_dark;
  const char        *folder;
  const char        *layer_type;
  ScumbleSource     *content;
  int                frame_width;
  int                frame_height;
  ScumbleSink       *sink;

  GPtrArray     *(* list_layers) (ScumbleHost *host);
  ScumbleSource *(* open_style)  (ScumbleHost *host, int layer_id, gboolean selected_only,
                                  GError **error);
  void           (* close_style) (ScumbleHost *host, ScumbleSource *style);
  int            (* dropped_layer) (ScumbleHost *host, const char *text, GError **error);
  int            (* add_file)    (ScumbleHost *host, const char *path, GError **error);
  GPtrArray     *(* list_masks)  (ScumbleHost *host);
  ScumbleMask   *(* open_mask)   (ScumbleHost *host, int mask_id, GError **error);
  void           (* close_mask)  (ScumbleHost *host, ScumbleMask *mask);
  void           (* show_help)   (ScumbleHost *host);
  void           (* to_srgb)     (GBytes *profile, GdkPixbuf *picture);
  void           (* keep_of)     (ScumbleHost *host, float *rgb, gsize n);
  void           (* to_screen)   (ScumbleHost *host, cairo_surface_t *picture);
};

/**
 * scumble_host_begin:
 *
 * Sets every value to what somebody who has not chosen anything begins with: see
 * scumble_settings_begin(). Where the content is many pictures, one of them is looked at at a time.
 */
void scumble_host_begin (const ScumbleHost *host, ScumbleSettings *settings);

G_END_DECLS
