/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* IEEE 754 binary16, as model files and large feature planes hold it. */

/**
 * scumble_half_finite:
 *
 * Returns: whether @half is neither an infinity nor NaN
 */
gboolean scumble_half_finite   (guint16 half);

/**
 * scumble_halves_pack:
 * @x: (array length=n): finite values; what is beyond ±65504 becomes that
 * @halves: (array length=n) (out caller-allocates): the nearest halves
 */
void     scumble_halves_pack   (const float *x, guint16 *halves, gsize n);

/**
 * scumble_halves_unpack:
 * @halves: (array length=n): finite values
 * @x: (array length=n) (out caller-allocates): exactly these
 */
void     scumble_halves_unpack (const guint16 *halves, float *x, gsize n);

G_END_DECLS
