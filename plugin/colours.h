/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "curve.h"
#include "encoding.h"
#include "shaper.h"

G_BEGIN_DECLS

/**
 * ScumbleColours:
 * @gray: whether a pixel has one component beside alpha, or else three
 * @linear: whether they are proportional to light
 * @encode: from light to sRGB
 * @decode: back
 * @profile: (nullable): what they mean; %NULL where that is sRGB's primaries, or its white, and
 *   its curve where they are not linear
 * @shaper: (nullable): @profile, if it is curves and a matrix
 * @to_srgb: (nullable): @profile, if it is not
 * @from_srgb: (nullable): likewise, but %NULL before scumble_colours_invert()
 *
 * What a drawable's numbers mean, and how they become sRGB-encoded floats and back. Below 0 these
 * follow the straight part of sRGB's curve, as babl and lcms have it. Like #ScumbleEncoding it
 * gives the same floats every time.
 */
typedef struct
{
  gboolean            gray;
  gboolean            linear;
  ScumbleCurve        encode;
  ScumbleCurve        decode;
  GimpColorProfile   *profile;
  ScumbleShaper      *shaper;
  GimpColorTransform *to_srgb;
  GimpColorTransform *from_srgb;
} ScumbleColours;

/**
 * scumble_colours_init:
 * @self: (out caller-allocates): receives the colours; clear with scumble_colours_clear()
 *   whatever is returned
 * @encoding: of a drawable
 * @image: ID of its image, whose colour profile counts; -1 for plain sRGB
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if the profile cannot be used
 */
gboolean scumble_colours_init      (ScumbleColours *self, const ScumbleEncoding *encoding,
                                    gint32 image, GError **error);

/**
 * scumble_colours_invert:
 *
 * Prepares for scumble_colours_from_srgb().
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if the profile works in one direction only
 */
gboolean scumble_colours_invert    (ScumbleColours *self, GError **error);
void     scumble_colours_clear     (ScumbleColours *self);

/**
 * scumble_colours_to_srgb:
 * @own: [n, 4] red, green, blue, alpha; of gray [n, 2] gray, alpha
 * @rgba: (out caller-allocates): [n, 4]; may be @own, unless that is gray
 *
 * What is no number, or infinite, stays so.
 */
void     scumble_colours_to_srgb   (const ScumbleColours *self, const float *own, float *rgba,
                                    gsize n);

/**
 * scumble_colours_from_srgb:
 * @rgb: [n, 3]
 * @own: (out caller-allocates): [n, 3] red, green, blue; of gray [n, 1], their luminance
 */
void     scumble_colours_from_srgb (const ScumbleColours *self, const float *rgb, float *own,
                                    gsize n);

/**
 * scumble_colours_gray:
 * @rgb: an sRGB-encoded pixel
 *
 * Returns: the gray that is as light, sRGB-encoded
 */
float    scumble_colours_gray      (const ScumbleColours *self, const float *rgb);

G_END_DECLS
