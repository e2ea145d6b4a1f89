/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pixbuf-source.h"
#include "error.h"

#include <glib/gi18n-lib.h>

static void
read_row (const guint8 *from, int channels, int w, float *rgba)
{
  for (int x = 0; x < w; x++)
    {
      for (int k = 0; k < 3; k++)
        rgba[4 * x + k] = from[x * channels + k] / 255.0f;
      rgba[4 * x + 3] = channels == 4 ? from[x * channels + 3] / 255.0f : 1.0f;
    }
}

static gboolean
pixbuf_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba,
              GError **error)
{
  const GdkPixbuf *pixbuf   = ((ScumblePixbufSource *) source)->pixbuf;
  const guint8    *pixels   = gdk_pixbuf_read_pixels (pixbuf);
  const int        channels = gdk_pixbuf_get_n_channels (pixbuf);
  const gsize      stride   = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

  for (int y = 0; y < rect->h; y++)
    read_row (pixels + (gsize) (rect->y + y) * stride + (gsize) (rect->x * channels),
              channels, rect->w, rgba + (gsize) y * (gsize) rect->w * 4);

  return TRUE;
}

static GBytes *
profile_of (GdkPixbuf *pixbuf)
{
  const char *base64 = gdk_pixbuf_get_option (pixbuf, "icc-profile");
  guchar     *icc;
  gsize       length;

  if (base64 == NULL)
    return NULL;

  icc = g_base64_decode (base64, &length);
  return g_bytes_new_take (icc, length);
}

/* @raw: (transfer full) (nullable): what was read; NULL with @fault set */
static ScumblePixbufSource *
wrap (GdkPixbuf *raw, const char *path, const GError *fault, GError **error)
{
  g_autofree char     *shown = g_filename_display_name (path);
  ScumblePixbufSource *self;

  if (raw == NULL)
    {
      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                   _("“%s” cannot be read as a picture: %s. Choose another file, such as "
                     "a PNG or JPEG picture."), shown, fault->message);
      return NULL;
    }

  self                   = g_new0 (ScumblePixbufSource, 1);
  self->pixbuf           = gdk_pixbuf_apply_embedded_orientation (raw);
  self->profile          = profile_of (raw);
  self->source.width     = gdk_pixbuf_get_width (self->pixbuf);
  self->source.height    = gdk_pixbuf_get_height (self->pixbuf);
  self->source.has_alpha = gdk_pixbuf_get_has_alpha (self->pixbuf);
  self->source.read      = pixbuf_read;
  g_object_unref (raw);

  return self;
}

ScumblePixbufSource *
scumble_pixbuf_source_new (const char *path, GError **error)
{
  g_autoptr (GError) fault = NULL;
  GdkPixbuf         *raw   = gdk_pixbuf_new_from_file (path, &fault);

  return wrap (raw, path, fault, error);
}

ScumblePixbufSource *
scumble_pixbuf_source_new_at (const char *path, int w, int h, GError **error)
{
  g_autoptr (GError) fault = NULL;
  GdkPixbuf         *raw   = gdk_pixbuf_new_from_file_at_scale (path, w, h, FALSE, &fault);

  return wrap (raw, path, fault, error);
}

void
scumble_pixbuf_source_free (ScumblePixbufSource *self)
{
  if (self == NULL)
    return;

  g_object_unref (self->pixbuf);
  g_clear_pointer (&self->profile, g_bytes_unref);
  g_free (self);
}
