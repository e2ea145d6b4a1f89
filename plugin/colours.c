/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colours.h"
#include "engine.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* sRGB's curve. Below 0 its straight part goes on. */
static float
encode (gconstpointer data, float light)
{
  return light > 0.0031308f ? 1.055f * powf (light, 1.0f / 2.4f) - 0.055f : 12.92f * light;
}

static float
decode (gconstpointer data, float value)
{
  return value > 0.04045f ? powf ((value + 0.055f) / 1.055f, 2.4f) : value / 12.92f;
}

/* Whether sRGB's curve and primaries already say everything that @profile says. */
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

/* How our floats are called where profiles are applied. */
static const Babl *
floats (const ScumbleColours *self, gboolean alpha)
{
  if (self->gray && alpha)
    return babl_format (self->linear ? "YA float" : "Y'A float");
  if (self->gray)
    return babl_format (self->linear ? "Y float" : "Y' float");
  if (alpha)
    return babl_format (self->linear ? "RGBA float" : "R'G'B'A float");

  return babl_format (self->linear ? "RGB float" : "R'G'B' float");
}

static GimpColorTransform *
make_transform (GimpColorProfile *from, const Babl *from_floats, GimpColorProfile *to,
                const Babl *to_floats)
{
  return gimp_color_transform_new (from, from_floats, to, to_floats,
                                   GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC,
                                   GIMP_COLOR_TRANSFORM_FLAGS_BLACK_POINT_COMPENSATION);
}

static gboolean
refuse_profile (GimpColorProfile *profile, GError **error)
{
  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
               _("The colour profile “%s” of the image cannot be used. Convert the image "
                 "to sRGB with Image > Color Management > Convert to Color Profile "
                 "first."),
               gimp_color_profile_get_label (profile));
  return FALSE;
}

gboolean
scumble_colours_init (ScumbleColours *self, const ScumbleEncoding *encoding, gint32 image,
                      GError **error)
{
  g_autoptr (GimpColorProfile) srgb    = NULL;
  g_autoptr (GimpColorProfile) profile = NULL;

  *self = (ScumbleColours) { .gray = encoding->gray, .linear = encoding->linear };
  scumble_curve_init (&self->encode, encode, NULL, TRUE);
  scumble_curve_init (&self->decode, decode, NULL, FALSE);
  if (image != -1)
    profile = gimp_image_get_effective_color_profile (image);
  if (profile == NULL || is_built_in (profile))
    return TRUE;

  self->profile = g_steal_pointer (&profile);
  self->shaper  = scumble_shaper_new (self->profile, self->linear);
  if (self->shaper != NULL)
    return TRUE;

  srgb          = gimp_color_profile_new_rgb_srgb ();
  self->to_srgb = make_transform (self->profile, floats (self, TRUE), srgb,
                                  babl_format ("R'G'B'A float"));

  return self->to_srgb != NULL || refuse_profile (self->profile, error);
}

gboolean
scumble_colours_invert (ScumbleColours *self, GError **error)
{
  g_autoptr (GimpColorProfile) srgb = NULL;

  if (self->profile == NULL || self->shaper != NULL)
    return TRUE;

  srgb            = gimp_color_profile_new_rgb_srgb ();
  self->from_srgb = make_transform (srgb, babl_format ("R'G'B' float"), self->profile,
                                    floats (self, FALSE));

  return self->from_srgb != NULL || refuse_profile (self->profile, error);
}

void
scumble_colours_clear (ScumbleColours *self)
{
  scumble_curve_clear (&self->encode);
  scumble_curve_clear (&self->decode);
  g_clear_pointer (&self->shaper, scumble_shaper_free);
  g_clear_object (&self->to_srgb);
  g_clear_object (&self->from_srgb);
  g_clear_object (&self->profile);
}

/* Whether there is nothing to convert. */
static gboolean
is_srgb (const ScumbleColours *self)
{
  return self->profile == NULL && !self->gray && !self->linear;
}

/* CIE Y of linear light, relative to the white of an ICC profile, as GIMP has it. */
static float
luminance (const float *light)
{
  return 0.2224879f * light[0] + 0.7169038f * light[1] + 0.0606083f * light[2];
}

static void
to_light (const ScumbleColours *self, const float *rgb, float *light)
{
  for (int k = 0; k < 3; k++)
    light[k] = scumble_curve_at (&self->decode, rgb[k]);
}

float
scumble_colours_gray (const ScumbleColours *self, const float *rgb)
{
  float light[3];

  to_light (self, rgb, light);

  return scumble_curve_at (&self->encode, luminance (light));
}

void
scumble_colours_to_srgb (const ScumbleColours *self, const float *own, float *rgba, gsize n)
{
  const gsize colours = self->gray ? 1 : 3;

  if (self->to_srgb != NULL)
    {
      gimp_color_transform_process_pixels (self->to_srgb, floats (self, TRUE), own,
                                           babl_format ("R'G'B'A float"), rgba, n);
      return;
    }

  if (is_srgb (self))
    {
      memmove (rgba, own, 4 * n * sizeof *rgba);
      return;
    }

  for (gsize i = 0; i < n; i++, own += colours + 1, rgba += 4)
    {
      for (gsize k = 0; k < 3; k++)
        rgba[k] = self->gray ? own[0] : own[k];
      if (self->shaper != NULL)
        scumble_shaper_to_light (self->shaper, rgba);
      if (self->shaper != NULL || self->linear)
        for (gsize k = 0; k < 3; k++)
          rgba[k] = scumble_curve_at (&self->encode, rgba[k]);
      rgba[3] = own[colours];
    }
}

/* One pixel: three components, or the first for gray. */
static void
from_srgb (const ScumbleColours *self, const float *rgb, float *own)
{
  to_light (self, rgb, own);
  if (self->gray)
    own[0] = own[1] = own[2] = luminance (own);

  if (self->shaper != NULL)
    scumble_shaper_from_light (self->shaper, own);
  else if (!self->linear)
    own[0] = scumble_curve_at (&self->encode, own[0]);
}

void
scumble_colours_from_srgb (const ScumbleColours *self, const float *rgb, float *own, gsize n)
{
  const gsize colours = self->gray ? 1 : 3;

  if (self->from_srgb != NULL)
    {
      gimp_color_transform_process_pixels (self->from_srgb, babl_format ("R'G'B' float"), rgb,
                                           floats (self, FALSE), own, n);
      return;
    }

  if (is_srgb (self))
    {
      memcpy (own, rgb, 3 * n * sizeof *own);
      return;
    }

  for (gsize i = 0; i < n; i++, rgb += 3, own += colours)
    {
      float pixel[3];

      from_srgb (self, rgb, pixel);
      memcpy (own, pixel, colours * sizeof *own);
    }
}
