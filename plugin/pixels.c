/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pixels.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const Babl *
engine_format (void)
{
  return babl_format ("R'G'B'A float");
}

/* How to read pixels as floats without changing what their numbers mean to the image's
 * profile: a linear drawable's profile is a linear one. */
static const Babl *
float_encoding (const Babl *format, gboolean alpha)
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

/* The networks know pictures from 0 to 1; floating point layers may hold anything. */
static void
clamp_to_unit (float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    values[i] = values[i] > 0.0f ? MIN (values[i], 1.0f) : 0.0f;
}

static gboolean
read_pixels (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  ScumbleDrawableSource *self = (ScumbleDrawableSource *) source;
  const GeglRectangle    area = { self->area.x + rect->x, self->area.y + rect->y,
                                  rect->w, rect->h };
  const gsize            n    = (gsize) rect->w * (gsize) rect->h;

  if (self->to_srgb == NULL)
    {
      gegl_buffer_get (self->buffer, &area, 1.0, engine_format (), rgba,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    }
  else
    {
      g_autofree float *raw = g_new (float, 4 * n);

      gegl_buffer_get (self->buffer, &area, 1.0, self->encoding, raw,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gimp_color_transform_process_pixels (self->to_srgb, self->encoding, raw,
                                           engine_format (), rgba, n);
    }
  clamp_to_unit (rgba, 4 * n);

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
                           _("The layer is gone: it was deleted, or its image closed."));
      return NULL;
    }

  self->area     = *area;
  self->encoding = float_encoding (gegl_buffer_get_format (buffer), TRUE);
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

void
scumble_drawable_source_free (ScumbleDrawableSource *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->buffer);
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
  const Babl       *srgb    = babl_format ("R'G'B' float");
  const Babl       *format  = gegl_buffer_get_format (self->buffer);
  g_autofree float *managed = NULL;

  if (self->from_srgb == NULL)
    {
      babl_process (babl_fish (srgb, format), rgb, pixels, (glong) n);
      return;
    }

  managed = g_new (float, 3 * n);
  gimp_color_transform_process_pixels (self->from_srgb, srgb, rgb, self->encoding,
                                       managed, n);
  babl_process (babl_fish (self->encoding, format), managed, pixels, (glong) n);
}

static gboolean
write_pixels (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb,
              GError **error)
{
  ScumbleDrawableSink *self   = (ScumbleDrawableSink *) sink;
  const Babl          *format = gegl_buffer_get_format (self->buffer);
  const GeglRectangle *origin = &self->original->area;
  const gsize          n      = (gsize) rect->w * (gsize) rect->h;
  const gsize          bytes  = n * (gsize) babl_format_get_bytes_per_pixel (format);
  g_autofree guint8   *pixels = g_malloc (bytes);

  convert_pixels (self, rgb, pixels, n);

  if (babl_format_has_alpha (format))
    {
      const GeglRectangle from     = { origin->x + rect->x, origin->y + rect->y,
                                       rect->w, rect->h };
      g_autofree guint8  *original = g_malloc (bytes);

      gegl_buffer_get (self->original->buffer, &from, 1.0, format, original,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      copy_alpha (format, original, pixels, n);
    }

  gegl_buffer_set (self->buffer, GEGL_RECTANGLE (rect->x, rect->y, rect->w, rect->h), 0,
                   format, pixels, GEGL_AUTO_ROWSTRIDE);

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
  self->encoding   = float_encoding (format, FALSE);
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
