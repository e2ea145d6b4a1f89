/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp-host.h"
#include "layers.h"
#include "masks.h"
#include "paint.h"
#include "procedure.h"
#include "screen.h"
#include "session.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

enum { THUMBNAIL_SIZE = 128 };

/* What a style probably is: a picture opened for the purpose, not what is repainted. */
static int
rank (gint32 layer, gint32 content)
{
  if (layer == content)
    return 2;

  return gimp_item_get_image (layer) == gimp_item_get_image (content) ? 1 : 0;
}

static GdkPixbuf *
thumbnail_of (gint32 item)
{
  return gimp_drawable_get_thumbnail (item, THUMBNAIL_SIZE, THUMBNAIL_SIZE,
                                      GIMP_PIXBUF_KEEP_ALPHA);
}

static gboolean
is_selected_in_part (gint32 layer)
{
  int x, y, w, h;

  return !gimp_selection_is_empty (gimp_item_get_image (layer)) &&
         gimp_drawable_mask_intersect (layer, &x, &y, &w, &h);
}

static ScumbleHostLayer *
describe_layer (gint32 layer)
{
  const gint32      image     = gimp_item_get_image (layer);
  g_autofree char  *uri       = gimp_image_get_uri (image);
  ScumbleHostLayer *described = g_new0 (ScumbleHostLayer, 1);

  described->id            = layer;
  described->name          = gimp_item_get_name (layer);
  described->image         = gimp_image_get_name (image);
  described->file          = uri == NULL ? NULL : g_filename_from_uri (uri, NULL, NULL);
  described->thumbnail     = thumbnail_of (layer);
  described->has_selection = is_selected_in_part (layer);

  return described;
}

static ScumbleHostLayer *
describe_mask (gint32 item)
{
  const gboolean    mask      = gimp_item_is_layer_mask (item);
  ScumbleHostLayer *described = g_new0 (ScumbleHostLayer, 1);

  described->id        = item;
  described->name      = gimp_item_get_name (mask ? gimp_layer_from_mask (item) : item);
  described->image     = g_strdup (scumble_mask_kind (item));
  described->thumbnail = thumbnail_of (item);

  return described;
}

static GPtrArray *
list_layers (ScumbleHost *host)
{
  const ScumbleGimpHost *self   = (ScumbleGimpHost *) host;
  g_autoptr (GArray)     layers = scumble_layers_list ();
  GPtrArray             *list   = g_ptr_array_new_with_free_func (
    (GDestroyNotify) scumble_host_layer_free);

  for (int wanted = 0; wanted <= 2; wanted++)
    for (guint i = 0; i < layers->len; i++)
      {
        const gint32 layer = g_array_index (layers, gint32, i);

        if (rank (layer, self->target->drawable) == wanted)
          g_ptr_array_add (list, describe_layer (layer));
      }

  return list;
}

static ScumbleSource *
open_style (ScumbleHost *host, int layer_id, gboolean selected_only, GError **error)
{
  GeglRectangle area = { 0, 0, 0, 0 };

  if (!scumble_style_check (layer_id, error))
    return NULL;
  if (selected_only)
    return (ScumbleSource *) scumble_drawable_source_new_selected (layer_id, error);

  area.width  = gimp_drawable_width (layer_id);
  area.height = gimp_drawable_height (layer_id);

  return (ScumbleSource *) scumble_drawable_source_new (layer_id, &area, TRUE, error);
}

static void
close_style (ScumbleHost *host, ScumbleSource *style)
{
  scumble_drawable_source_free ((ScumbleDrawableSource *) style);
}

static GPtrArray *
list_masks (ScumbleHost *host)
{
  const ScumbleGimpHost *self  = (ScumbleGimpHost *) host;
  g_autoptr (GArray)     masks = scumble_masks_list (self->target->image);
  GPtrArray             *list  = g_ptr_array_new_with_free_func (
    (GDestroyNotify) scumble_host_layer_free);

  for (guint i = 0; i < masks->len; i++)
    g_ptr_array_add (list, describe_mask (g_array_index (masks, gint32, i)));

  return list;
}

static ScumbleMask *
open_mask (ScumbleHost *host, int mask_id, GError **error)
{
  const ScumbleGimpHost *self = (ScumbleGimpHost *) host;

  return self->frames != NULL ? scumble_frames_mask_new (self->frames, mask_id, error)
                              : scumble_mask_new (mask_id, self->target, error);
}

static void
close_mask (ScumbleHost *host, ScumbleMask *mask)
{
  const ScumbleGimpHost *self = (ScumbleGimpHost *) host;

  (self->frames != NULL ? scumble_frames_mask_free : scumble_mask_free) (mask);
}

/* As GIMP's own dialogs tell each other of a layer: its process and its ID. */
static int
dropped_layer (ScumbleHost *host, const char *text, GError **error)
{
  int pid, id;

  if (sscanf (text, "%d:%d", &pid, &id) != 2 || pid != gimp_getpid ())
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                           _("This layer belongs to another GIMP. Open its image in this one."));
      return -1;
    }

  return scumble_style_check (id, error) ? id : -1;
}

static int
add_file (ScumbleHost *host, const char *path, GError **error)
{
  return scumble_layers_open (path, error);
}

static void
show_help (ScumbleHost *host)
{
  gimp_help (SCUMBLE_HELP_DOMAIN, SCUMBLE_PROCEDURE);
}

static void
transform_rows (GimpColorTransform *transform, const Babl *format, GdkPixbuf *picture)
{
  const gsize width  = (gsize) gdk_pixbuf_get_width (picture);
  guint8     *row    = gdk_pixbuf_get_pixels (picture);

  for (int y = 0; y < gdk_pixbuf_get_height (picture); y++)
    {
      gimp_color_transform_process_pixels (transform, format, row, format, row, width);
      row += gdk_pixbuf_get_rowstride (picture);
    }
}

static void
to_srgb (GBytes *icc, GdkPixbuf *picture)
{
  gsize                        length;
  const guint8                *data    = g_bytes_get_data (icc, &length);
  const Babl                  *format  = babl_format (gdk_pixbuf_get_has_alpha (picture)
                                                      ? "R'G'B'A u8" : "R'G'B' u8");
  g_autoptr (GimpColorProfile) srgb    = gimp_color_profile_new_rgb_srgb ();
  g_autoptr (GimpColorProfile) profile =
    gimp_color_profile_new_from_icc_profile (data, length, NULL);
  GimpColorTransform          *transform;

  /* A gray or CMYK picture has been made RGB, of which its profile knows nothing. */
  if (profile == NULL || !gimp_color_profile_is_rgb (profile))
    return;

  transform =
    gimp_color_transform_new (profile, format, srgb, format,
                              GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC,
                              GIMP_COLOR_TRANSFORM_FLAGS_BLACK_POINT_COMPENSATION);
  if (transform == NULL)
    return;

  transform_rows (transform, format, picture);
  g_object_unref (transform);
}

static void
keep_brightness (ScumbleHost *host, float *rgb, gsize n)
{
  const ScumbleGimpHost *self = (ScumbleGimpHost *) host;

  for (gsize i = 0; i < n; i++, rgb += 3)
    rgb[0] = rgb[1] = rgb[2] = scumble_colours_gray (&self->colours, rgb);
}

static void
to_screen (ScumbleHost *host, cairo_surface_t *picture)
{
  ScumbleGimpHost *self = (ScumbleGimpHost *) host;

  if (!self->screen_known)
    self->screen = scumble_screen_transform ();
  self->screen_known = TRUE;
  if (self->screen != NULL)
    scumble_screen_convert (self->screen, picture);
}

void
scumble_gimp_host_init (ScumbleGimpHost *self, const ScumbleTarget *target,
                        ScumbleSource *content, ScumbleSink *sink)
{
  *self = (ScumbleGimpHost) {
    .target = target,
    .models = scumble_model_path (),
    .styles = scumble_style_path (),
    .folder = scumble_session_folder (),
  };

  self->host = (ScumbleHost) {
    .model_path    = (const char *const *) self->models,
    .style_path    = (const char *const *) self->styles,
    .memory        = scumble_memory_budget (),
    .memory_advice = scumble_memory_advice (),
    .threads       = scumble_thread_count (),
    .folder        = self->folder,
    .layer_type    = "application/x-gimp-layer-id",
    .content       = content,
    .sink          = sink,
    .list_layers   = list_layers,
    .open_style    = open_style,
    .close_style   = close_style,
    .dropped_layer = dropped_layer,
    .add_file      = add_file,
    .list_masks    = list_masks,
    .open_mask     = open_mask,
    .close_mask    = close_mask,
    .show_help     = show_help,
    .to_srgb       = to_srgb,
    .to_screen     = to_screen,
  };

  if (target != NULL && gimp_image_base_type (target->image) == GIMP_GRAY)
    {
      const ScumbleEncoding gray = { .gray = TRUE };

      scumble_colours_init (&self->colours, &gray, -1, NULL);
      self->host.keep_of = keep_brightness;
    }
}

void
scumble_gimp_host_clear (ScumbleGimpHost *self)
{
  g_clear_pointer (&self->models, g_strfreev);
  g_clear_pointer (&self->styles, g_strfreev);
  g_clear_pointer (&self->folder, g_free);
  scumble_colours_clear (&self->colours);
  g_clear_object (&self->screen);
}
