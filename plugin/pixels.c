/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pixels.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Below 0, GIMP goes on with the straight part of sRGB's curve, so that a little less than
 * no light is a large number. The engine is given the whole curve, mirrored. */
static float
bend (float value)
{
  const float light = -value / 12.92f;

  return light > 0.0031308f ? 0.055f - 1.055f * powf (light, 1.0f / 2.4f) : value;
}

static float
straighten (float value)
{
  return value < -0.04045f ? -12.92f * powf ((0.055f - value) / 1.055f, 2.4f) : value;
}

/* Floating point layers may hold anything, also what is no number; and an image's profile more
 * than sRGB. */
static void
sift (float *rgba, gsize n, gboolean *beyond)
{
  for (gsize i = 0; i < n; i++, rgba += 4)
    {
      for (int k = 0; k < 3; k++)
        rgba[k] = isfinite (rgba[k]) ? bend (rgba[k]) : scumble_sane (rgba[k]);
      rgba[3] = scumble_sane (rgba[3]);
      *beyond = *beyond || scumble_pixel_beyond (rgba);
    }
}

/* Pixels are converted in strips, so that the conversions of a large tile take little. */
static int
strip_rows (int w)
{
  enum { STRIP = 1 << 14 };

  return MAX (1, STRIP / w);
}

/* Fades what is not selected. */
static void
apply_selection (const ScumbleDrawableSource *self, const GeglRectangle *area, float *rgba)
{
  const gsize       n      = (gsize) area->width * (gsize) area->height;
  g_autofree float *shares = g_new (float, 2 * n);
  ScumbleEncoding   encoding;

  scumble_encoding_init (&encoding, gegl_buffer_get_format (self->selection));
  scumble_encoding_read (&encoding, self->selection, area, shares);
  for (gsize i = 0; i < n; i++)
    rgba[4 * i + 3] *= shares[2 * i];
}

static void
read_strip (ScumbleDrawableSource *self, const GeglRectangle *area, float *rgba)
{
  const gsize       n    = (gsize) area->width * (gsize) area->height;
  g_autofree float *gray = self->encoding.gray ? g_new (float, 2 * n) : NULL;
  float            *own  = gray != NULL ? gray : rgba;

  scumble_encoding_read (&self->encoding, self->buffer, area, own);
  scumble_colours_to_srgb (&self->colours, own, rgba, n);

  if (self->selection != NULL)
    apply_selection (self, area, rgba);
  sift (rgba, n, &self->source.beyond);
}

static gboolean
read_pixels (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  ScumbleDrawableSource *self = (ScumbleDrawableSource *) source;
  const int              rows = strip_rows (rect->w);

  for (int y = 0; y < rect->h; y += rows)
    {
      const GeglRectangle strip = { self->area.x + rect->x, self->area.y + rect->y + y,
                                    rect->w, MIN (rows, rect->h - y) };

      read_strip (self, &strip, rgba + 4 * (gsize) y * (gsize) rect->w);
    }

  return TRUE;
}

static GeglBuffer *
copy_locally (GeglBuffer *buffer, const GeglRectangle *area)
{
  const Babl *format = gegl_buffer_get_format (buffer);
  GeglBuffer *copy   = gegl_buffer_new (area, format);

  gegl_buffer_copy (buffer, area, GEGL_ABYSS_NONE, copy, area);

  return copy;
}

ScumbleDrawableSource *
scumble_drawable_source_new (gint32 drawable, const GeglRectangle *area, gboolean keep,
                             GError **error)
{
  g_autoptr (ScumbleDrawableSource) self   = g_new0 (ScumbleDrawableSource, 1);
  g_autoptr (GeglBuffer)            buffer = gimp_drawable_get_buffer (drawable);

  if (buffer == NULL)
    {
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                           _("The layer is gone: it was deleted, or its image closed. "
                             "Choose another one."));
      return NULL;
    }

  scumble_encoding_init (&self->encoding, gegl_buffer_get_format (buffer));
  self->area   = *area;
  self->source = (ScumbleSource) {
    .width     = area->width,
    .height    = area->height,
    .has_alpha = self->encoding.alpha,
    .read      = read_pixels,
  };

  if (!scumble_colours_init (&self->colours, &self->encoding, gimp_item_get_image (drawable),
                             error))
    return NULL;

  self->buffer = keep ? copy_locally (buffer, area) : g_steal_pointer (&buffer);

  return g_steal_pointer (&self);
}

static GeglBuffer *
copy_selection (gint32 image, gint32 drawable, const GeglRectangle *area)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (
    gimp_image_get_selection (image));
  GeglRectangle          from   = *area;
  GeglBuffer            *copy   = gegl_buffer_new (area, gegl_buffer_get_format (buffer));
  int                    x, y;

  gimp_drawable_offsets (drawable, &x, &y);
  from.x += x;
  from.y += y;
  gegl_buffer_copy (buffer, &from, GEGL_ABYSS_NONE, copy, area);

  return copy;
}

ScumbleDrawableSource *
scumble_drawable_source_new_selected (gint32 drawable, GError **error)
{
  const gint32           image = gimp_item_get_image (drawable);
  ScumbleDrawableSource *self;
  GeglRectangle          area;

  if (!gimp_drawable_mask_intersect (drawable, &area.x, &area.y, &area.width,
                                     &area.height))
    {
      g_autofree char *name = gimp_item_get_name (drawable);

      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                   _("Nothing is selected of the style “%s”. Select a part of it, or use "
                     "all of it."), name);
      return NULL;
    }

  self = scumble_drawable_source_new (drawable, &area, TRUE, error);
  if (self != NULL && !gimp_selection_is_empty (image))
    {
      self->selection        = copy_selection (image, drawable, &area);
      self->source.has_alpha = TRUE;
    }

  return self;
}

void
scumble_drawable_source_free (ScumbleDrawableSource *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->buffer);
  g_clear_object (&self->selection);
  scumble_colours_clear (&self->colours);
  g_free (self);
}

static void
write_strip (ScumbleDrawableSink *self, const GeglRectangle *strip, const float *rgb)
{
  const ScumbleEncoding *encoding = &self->original->encoding;
  const GeglRectangle   *origin   = &self->original->area;
  const GeglRectangle    from     = { origin->x + strip->x, origin->y + strip->y,
                                      strip->width, strip->height };
  const gsize            n        = (gsize) strip->width * (gsize) strip->height;
  g_autofree float      *straight = g_new (float, 3 * n);
  g_autofree float      *own      = g_new (float, 3 * n);
  g_autofree guint8     *pixels   = g_malloc (n * encoding->size);

  for (gsize i = 0; i < 3 * n; i++)
    straight[i] = straighten (rgb[i]);
  scumble_colours_from_srgb (&self->original->colours, straight, own, n);

  /* Alpha stays, bit for bit. */
  if (encoding->alpha)
    gegl_buffer_get (self->original->buffer, &from, 1.0, encoding->format, pixels,
                     GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  scumble_encoding_write (encoding, own, pixels, n);
  gegl_buffer_set (self->buffer, strip, 0, encoding->format, pixels, GEGL_AUTO_ROWSTRIDE);
}

static gboolean
write_pixels (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb,
              GError **error)
{
  const int rows = strip_rows (rect->w);

  for (int y = 0; y < rect->h; y += rows)
    {
      const GeglRectangle strip = { rect->x, rect->y + y, rect->w,
                                    MIN (rows, rect->h - y) };

      write_strip ((ScumbleDrawableSink *) sink, &strip,
                   rgb + 3 * (gsize) y * (gsize) rect->w);
    }

  return TRUE;
}

ScumbleDrawableSink *
scumble_drawable_sink_new (ScumbleDrawableSource *original, GError **error)
{
  const GeglRectangle             extent = { 0, 0, original->area.width,
                                             original->area.height };
  g_autoptr (ScumbleDrawableSink) self   = NULL;

  if (!scumble_colours_invert (&original->colours, error))
    return NULL;

  self             = g_new0 (ScumbleDrawableSink, 1);
  self->sink.write = write_pixels;
  self->original   = original;
  self->buffer     = gegl_buffer_new (&extent, original->encoding.format);

  return g_steal_pointer (&self);
}

void
scumble_drawable_sink_free (ScumbleDrawableSink *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->buffer);
  g_free (self);
}

void
scumble_drawable_fill (gint32 drawable, GeglBuffer *pixels, const GeglRectangle *area)
{
  const GeglRectangle   *from   = area != NULL ? area : gegl_buffer_get_extent (pixels);
  const GeglRectangle    whole  = { 0, 0, from->width, from->height };
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);

  gegl_buffer_copy (pixels, from, GEGL_ABYSS_NONE, buffer, &whole);
  gegl_buffer_flush (buffer);
}

void
scumble_layer_add_mask (gint32 layer, GeglBuffer *pixels)
{
  const gint32 mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_WHITE);

  gimp_layer_add_mask (layer, mask);
  scumble_drawable_fill (mask, pixels, NULL);
}
