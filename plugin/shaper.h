/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GimpColorProfile, g_object_unref)

/**
 * ScumbleShaper:
 *
 * A colour profile that is a curve for each component and, of red, green and blue, a matrix, as
 * those of cameras, telephones and working spaces are. lcms knows its curves; its whole way
 * through such a profile, made for all others too, takes many times as long.
 */
typedef struct _ScumbleShaper ScumbleShaper;

/**
 * scumble_shaper_new:
 * @profile: (transfer none): must outlive what is returned
 * @linear: whether the profile has been made linear, so that its curves need not be asked
 *
 * Returns: (transfer full) (nullable): the profile; %NULL if it has tables of colours, or works
 *   in one direction only
 */
ScumbleShaper *scumble_shaper_new        (GimpColorProfile *profile, gboolean linear);
void           scumble_shaper_free       (ScumbleShaper *self);

/**
 * scumble_shaper_to_light:
 * @rgb: (inout): red, green, blue, or the same gray three times; becomes linear light of sRGB's
 *   primaries, in 0..1, or beyond where that is
 */
void           scumble_shaper_to_light   (const ScumbleShaper *self, float *rgb);

/**
 * scumble_shaper_from_light:
 * @rgb: (inout): linear light of sRGB's primaries, for gray the same three times; becomes red,
 *   green, blue, or gray
 */
void           scumble_shaper_from_light (const ScumbleShaper *self, float *rgb);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleShaper, scumble_shaper_free)

G_END_DECLS
