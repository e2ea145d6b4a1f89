/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * scumble_screen_transform:
 *
 * Finds out how GIMP's own windows show colours, as the user has chosen in Edit > Preferences >
 * Color Management: by the monitor's profile, or by the soft-proofing profile for it. After GTK+
 * has been started.
 *
 * Returns: (transfer full) (nullable): a transform from sRGB to what the screen is given; %NULL
 *   where that is sRGB
 */
GimpColorTransform *scumble_screen_transform (void);

/**
 * scumble_screen_convert:
 * @surface: ARGB32, converted in place
 */
void                scumble_screen_convert (GimpColorTransform *transform,
                                            cairo_surface_t *surface);

G_END_DECLS
