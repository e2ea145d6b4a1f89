/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pixels.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static const Babl *
engine_format (void)
{
  return babl_format ("R'G'B'A float");
}

const Babl *
scumble_float_encoding (const Babl *format, gboolean alpha)
{
  const char    *model  = babl_get_name (babl_format_get_model (format));
  const gboolean linear = strchr (model, '\'') == NULL;

  if (babl_format_is_palette (format))
    return engine_format ();
  if (model[0] == 'Y' && alpha)
    return babl_format (linear ? "YA float" : "Y'A float");
  if (model[0] == 'Y')
    return babl_format (linear ? "Y float" : "Y' float");
  if (alpha)
    return babl_format (linear ? "RGBA float" : "R'G'B'A float");

  return babl_format (linear ? "RGB float" : "R'G'B' float");
}

/* Whether babl's plain formats already say everything that @profile says. */
static gboolean
is_built_in (GimpColorProfile *profile)
{
  GimpColorProfile *(* const make[]) (void) =
  {
    gimp_color_profile_new_rgb_srgb,
    gimp_color_profile_new_rgb_srgb_linear,
    gimp_color_profile_new_d65_gray_srgb_trc,
    gimp_color_profile_new_d65_gray_linear,
  };

  for (guint i = 0; i < G_N_ELEMENTS (make); i++)
    {
      g_autoptr (GimpColorProfile) known = make[i] ();

      if (gimp_color_profile_is_equal (profile, known))
        return TRUE;
    }

  return FALSE;
}

static void
refuse_profile (GimpColorProfile *profile, GError **error)
{
  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
               _("The colour profile “%s” of the image cannot be used. Convert the image "
                 "to sRGB with Image > Color Management > Convert to Color Profile "
                 "first."),
               gimp_color_profile_get_label (profile));
}

static gboolean
manage_colours (ScumbleDrawableSource *self, gint32 image, GError **error)
{
  g_autoptr (GimpColorProfile) profile = gimp_image_get_effective_color_profile (image);
  g_autoptr (GimpColorProfile) srgb    = gimp_color_profile_new_rgb_srgb ();

  if (profile == NULL || is_built_in (profile))
    return TRUE;

  self->to_srgb =
    gimp_color_transform_new (profile, self->encoding, srgb, engine_format (),
                              GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC,
                              GIMP_COLOR_TRANSFORM_FLAGS_BLACK_POINT_COMPENSATION);
  if (self->to_srgb == NULL)
    {
      refuse_profile (profile, error);
      return FALSE;
    }

  self->profile = g_steal_pointer (&profile);
  return TRUE;
}

/* Below 0, babl and lcms go on with the straight part of sRGB's curve, so that a little less than
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
  enum { STRIP = 1 << 16 };

  return MAX (1, STRIP / w);
}

/* Fades what is not selected. */
static void
apply_selection (const ScumbleDrawableSource *self, const GeglRectangle *area, float *rgba)
{
  const gsize       n      = (gsize) area->width * (gsize) area->height;
  g_autofree float *shares = g_new (float, n);

  gegl_buffer_get (self->selection, area, 1.0, babl_format ("Y float"), shares,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    rgba[4 * i + 3] *= shares[i];
}

static void
read_strip (ScumbleDrawableSource *self, const GeglRectangle *area, float *rgba)
{
  const gsize n = (gsize) area->width * (gsize) area->height;

  if (self->to_srgb == NULL)
    {
      gegl_buffer_get (self->buffer, area, 1.0, engine_format (), rgba,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    }
  else
    {
      g_autofree float *raw = g_new (float, 4 * n);

      gegl_buffer_get (self->buffer, area, 1.0, self->encoding, raw, GEGL_AUTO_ROWSTRIDE,
                       GEGL_ABYSS_NONE);
      gimp_color_transform_process_pixels (self->to_srgb, self->encoding, raw,
                                           engine_format (), rgba, n);
    }

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

  self->area     = *area;
  self->encoding = scumble_float_encoding (gegl_buffer_get_format (buffer), TRUE);
  self->source   = (ScumbleSource) {
    .width     = area->width,
    .height    = area->height,
    .has_alpha = babl_format_has_alpha (gegl_buffer_get_format (buffer)),
    .read      = read_pixels,
  };

  if (!manage_colours (self, gimp_item_get_image (drawable), error))
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
  g_clear_object (&self->to_srgb);
  g_clear_object (&self->profile);
  g_free (self);
}

/* The last component of @original's pixels, bit for bit. Both [n] of @format. */
static void
copy_alpha (const Babl *format, const guint8 *original, guint8 *pixels, gsize n)
{
  const gsize bpp   = (gsize) babl_format_get_bytes_per_pixel (format);
  const gsize bytes = bpp / (gsize) babl_format_get_n_components (format);

  for (gsize at = bpp - bytes; at < n * bpp; at += bpp)
    memcpy (pixels + at, original + at, bytes);
}

static void
convert_pixels (const ScumbleDrawableSink *self, const float *rgb, guint8 *pixels,
                gsize n)
{
  const Babl       *srgb     = babl_format ("R'G'B' float");
  const Babl       *format   = gegl_buffer_get_format (self->buffer);
  g_autofree float *straight = g_new (float, 3 * n);
  g_autofree float *managed  = NULL;

  for (gsize i = 0; i < 3 * n; i++)
    straight[i] = straighten (rgb[i]);
  if (self->from_srgb == NULL)
    {
      babl_process (babl_fish (srgb, format), straight, pixels, (glong) n);
      return;
    }

  managed = g_new (float, 3 * n);
  gimp_color_transform_process_pixels (self->from_srgb, srgb, straight, self->encoding,
                                       managed, n);
  babl_process (babl_fish (self->encoding, format), managed, pixels, (glong) n);
}

static void
write_strip (ScumbleDrawableSink *self, const GeglRectangle *strip, const float *rgb)
{
  const Babl          *format = gegl_buffer_get_format (self->buffer);
  const GeglRectangle *origin = &self->original->area;
  const gsize          n      = (gsize) strip->width * (gsize) strip->height;
  const gsize          bytes  = n * (gsize) babl_format_get_bytes_per_pixel (format);
  g_autofree guint8   *pixels = g_malloc (bytes);

  convert_pixels (self, rgb, pixels, n);

  if (babl_format_has_alpha (format))
    {
      const GeglRectangle from     = { origin->x + strip->x, origin->y + strip->y,
                                       strip->width, strip->height };
      g_autofree guint8  *original = g_malloc (bytes);

      gegl_buffer_get (self->original->buffer, &from, 1.0, format, original,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      copy_alpha (format, original, pixels, n);
    }

  gegl_buffer_set (self->buffer, strip, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
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

/* A palette cannot hold the result. */
static const Babl *
result_format (const Babl *format)
{
  if (!babl_format_is_palette (format))
    return format;

  return babl_format (babl_format_has_alpha (format) ? "R'G'B'A u8" : "R'G'B' u8");
}

ScumbleDrawableSink *
scumble_drawable_sink_new (ScumbleDrawableSource *original, GError **error)
{
  const Babl                     *format = result_format (
    gegl_buffer_get_format (original->buffer));
  const GeglRectangle             extent = { 0, 0, original->area.width,
                                             original->area.height };
  g_autoptr (GimpColorProfile)    srgb   = gimp_color_profile_new_rgb_srgb ();
  g_autoptr (ScumbleDrawableSink) self   = g_new0 (ScumbleDrawableSink, 1);

  self->sink.write = write_pixels;
  self->original   = original;
  self->encoding   = scumble_float_encoding (format, FALSE);
  self->buffer     = gegl_buffer_new (&extent, format);

  if (original->profile == NULL)
    return g_steal_pointer (&self);

  self->from_srgb =
    gimp_color_transform_new (srgb, babl_format ("R'G'B' float"),
                              original->profile, self->encoding,
                              GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC,
                              GIMP_COLOR_TRANSFORM_FLAGS_BLACK_POINT_COMPENSATION);
  if (self->from_srgb == NULL)
    {
      refuse_profile (original->profile, error);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
scumble_drawable_sink_free (ScumbleDrawableSink *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->buffer);
  g_clear_object (&self->from_srgb);
  g_free (self);
}
