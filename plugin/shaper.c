/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shaper.h"
#include "curve.h"

#include <lcms2.h>
#include <math.h>

/* Samples of the inverse of a curve that is a table: many, for it is steep near black. */
enum { SAMPLES = 1 << 15 };

typedef double Matrix[3][3];

struct _ScumbleShaper
{
  gboolean      gray;
  gboolean      linear;
  ScumbleCurve  decode[3];
  ScumbleCurve  encode[3];
  cmsToneCurve *inverse[3]; /* what @encode asks; @decode asks the profile's own */
  Matrix        to;         /* from the profile's light to sRGB's */
  Matrix        from;
};

/* Of the light of @profile, relative to the white that all profiles share. */
static gboolean
read_primaries (cmsHPROFILE profile, Matrix xyz)
{
  static const cmsTagSignature tags[] = { cmsSigRedColorantTag, cmsSigGreenColorantTag,
                                          cmsSigBlueColorantTag };

  for (int k = 0; k < 3; k++)
    {
      const cmsCIEXYZ *colour = cmsReadTag (profile, tags[k]);

      if (colour == NULL)
        return FALSE;
      xyz[0][k] = colour->X;
      xyz[1][k] = colour->Y;
      xyz[2][k] = colour->Z;
    }

  return TRUE;
}

/* By cofactors; FALSE if there is none. */
static gboolean
invert (Matrix a, Matrix inverse)
{
  double det = 0.0;

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      inverse[j][i] = a[(i + 1) % 3][(j + 1) % 3] * a[(i + 2) % 3][(j + 2) % 3] -
                      a[(i + 1) % 3][(j + 2) % 3] * a[(i + 2) % 3][(j + 1) % 3];
  for (int j = 0; j < 3; j++)
    det += a[0][j] * inverse[j][0];
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      inverse[i][j] /= det;

  return fabs (det) > 1e-6;
}

static void
multiply (Matrix a, Matrix b, Matrix product)
{
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      product[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
}

static gboolean
find_matrices (ScumbleShaper *self, cmsHPROFILE profile)
{
  g_autoptr (GimpColorProfile) srgb = gimp_color_profile_new_rgb_srgb ();
  Matrix                       ours, theirs, ours_inverted, theirs_inverted;

  if (!read_primaries (gimp_color_profile_get_lcms_profile (srgb), ours) ||
      !read_primaries (profile, theirs) || !invert (ours, ours_inverted) ||
      !invert (theirs, theirs_inverted))
    return FALSE;

  multiply (ours_inverted, theirs, self->to);
  multiply (theirs_inverted, ours, self->from);
  return TRUE;
}

/* lcms makes a number of what is none. */
static float
ask (gconstpointer curve, float value)
{
  return isnan (value) ? value : cmsEvalToneCurveFloat (curve, value);
}

static gboolean
find_curves (ScumbleShaper *self, cmsHPROFILE profile)
{
  static const cmsTagSignature tags[] = { cmsSigRedTRCTag, cmsSigGreenTRCTag,
                                          cmsSigBlueTRCTag };

  for (int k = 0; k < (self->gray ? 1 : 3); k++)
    {
      const cmsToneCurve *curve = cmsReadTag (profile, self->gray ? cmsSigGrayTRCTag : tags[k]);

      if (curve != NULL)
        self->inverse[k] = cmsReverseToneCurveEx (SAMPLES, curve);
      if (self->inverse[k] == NULL)
        return FALSE;

      scumble_curve_init (&self->decode[k], ask, curve, FALSE);
      scumble_curve_init (&self->encode[k], ask, self->inverse[k], TRUE);
    }

  return TRUE;
}

ScumbleShaper *
scumble_shaper_new (GimpColorProfile *profile, gboolean linear)
{
  const cmsHPROFILE         lcms = gimp_color_profile_get_lcms_profile (profile);
  g_autoptr (ScumbleShaper) self = g_new0 (ScumbleShaper, 1);

  self->gray   = gimp_color_profile_is_gray (profile);
  self->linear = linear;
  if (cmsIsCLUT (lcms, INTENT_RELATIVE_COLORIMETRIC, LCMS_USED_AS_INPUT) ||
      cmsIsCLUT (lcms, INTENT_RELATIVE_COLORIMETRIC, LCMS_USED_AS_OUTPUT) ||
      !find_curves (self, lcms) || !(self->gray || find_matrices (self, lcms)))
    return NULL;

  return g_steal_pointer (&self);
}

void
scumble_shaper_free (ScumbleShaper *self)
{
  if (self == NULL)
    return;

  for (int k = 0; k < 3; k++)
    {
      scumble_curve_clear (&self->decode[k]);
      scumble_curve_clear (&self->encode[k]);
      if (self->inverse[k] != NULL)
        cmsFreeToneCurve (self->inverse[k]);
    }
  g_free (self);
}

static float
bend (const ScumbleShaper *self, const ScumbleCurve *curve, float value)
{
  return self->linear ? value : scumble_curve_at (curve, value);
}

static void
transform (const double matrix[3][3], float *rgb)
{
  const double r = rgb[0], g = rgb[1], b = rgb[2];

  for (int k = 0; k < 3; k++)
    rgb[k] = (float) (matrix[k][0] * r + matrix[k][1] * g + matrix[k][2] * b);
}

void
scumble_shaper_to_light (const ScumbleShaper *self, float *rgb)
{
  if (self->gray)
    {
      rgb[0] = rgb[1] = rgb[2] = bend (self, &self->decode[0], rgb[0]);
      return;
    }

  for (int k = 0; k < 3; k++)
    rgb[k] = bend (self, &self->decode[k], rgb[k]);
  transform (self->to, rgb);
}

void
scumble_shaper_from_light (const ScumbleShaper *self, float *rgb)
{
  if (self->gray)
    {
      rgb[0] = bend (self, &self->encode[0], rgb[0]);
      return;
    }

  transform (self->from, rgb);
  for (int k = 0; k < 3; k++)
    rgb[k] = bend (self, &self->encode[k], rgb[k]);
}
