/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "picture.h"
#include "vgg.h"

G_BEGIN_DECLS

/* The taps that MetaStyle learns from: relu1_1 .. relu4_1. */
enum { SCUMBLE_TAPS_LEARNED = 4 };

/**
 * ScumbleTaps:
 * @parts: (owned): the encoder from each tap to the next
 * @n: how many of them, from relu1_1 on
 * @length: how many statistics there are
 *
 * An encoder that is asked for the statistics of a picture at its first @n taps: for every
 * tap in turn the channels' means, then their deviations. Pictures go through it tile by
 * tile, with all that the deepest tap's cells of a tile depend on, so no plane is kept and
 * the tiles change nothing.
 */
typedef struct
{
  ScumbleConvnet *parts[SCUMBLE_VGG_TAPS - 1];
  int             n;
  int             length;
} ScumbleTaps;

/**
 * scumble_taps_init:
 * @encoder: must outlive @taps
 * @last: the deepest tap that it will be asked for
 */
void     scumble_taps_init           (ScumbleTaps *taps, const ScumbleConvnet *encoder,
                                      ScumbleVggTap last);
void     scumble_taps_clear          (ScumbleTaps *taps);

/**
 * scumble_taps_measure:
 * @statistics: (out caller-allocates): [taps->length]; invisible pixels are left out
 *
 * Returns: %FALSE with an error on cancel, out of budget, or if the picture fails to read
 */
gboolean scumble_taps_measure        (const ScumbleTaps *taps, const ScumblePicture *picture,
                                      float *statistics, const ScumbleJob *job,
                                      GError **error);

/**
 * scumble_taps_measure_source:
 *
 * The same for a whole picture.
 */
gboolean scumble_taps_measure_source (const ScumbleTaps *taps, ScumbleSource *source,
                                      float *statistics, const ScumbleJob *job,
                                      GError **error);

/**
 * scumble_taps_covariances_length:
 *
 * Returns: how many floats the means and covariances at relu1_1 .. relu4_1 are together
 */
gsize    scumble_taps_covariances_length (const ScumbleTaps *taps);

/**
 * scumble_taps_covariances_source:
 * @values: (out caller-allocates): for each of these taps in turn the channels' means and
 *   covariances [1 + c, c]; invisible pixels are left out
 *
 * Returns: %FALSE with an error on cancel, out of budget, or if the picture fails to read
 */
gboolean scumble_taps_covariances_source (const ScumbleTaps *taps, ScumbleSource *source,
                                          float *values, const ScumbleJob *job,
                                          GError **error);

/**
 * scumble_taps_covariances_work:
 * @w: of a picture, in pixels
 * @h: likewise
 *
 * Returns: the multiply-adds of taking the whole of it to relu4_1 at once
 */
double   scumble_taps_covariances_work   (const ScumbleTaps *taps, int w, int h);

G_END_DECLS
