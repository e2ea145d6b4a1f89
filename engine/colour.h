/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "source.h"

G_BEGIN_DECLS

/* Y' of ITU-R BT.709, whose primaries sRGB has. */
static inline float
scumble_luma (const float *rgb)
{
  return 0.2126f * rgb[0] + 0.7152f * rgb[1] + 0.0722f * rgb[2];
}

/**
 * scumble_relight:
 * @rgb: (inout): a pixel in 0..1
 * @luma: what its luma shall be; brought into 0..1
 *
 * Gives a pixel another brightness. It keeps as much of its chroma as fits there: its hue
 * stays.
 */
void scumble_relight     (float *rgb, float luma);

/**
 * scumble_keep_chroma:
 * @rgba: [n, 4] pixels of the content
 * @has_alpha: whether their alpha counts
 * @amount: 0..1
 * @rgb: (inout): [n, 3] the result, in 0..1
 *
 * Moves the result's colours towards those that have its own luma and the content's chroma.
 * Where these would be beyond 0..1, they have as much of the chroma as fits: luma and hue
 * stay. Invisible pixels stay as they are.
 */
void scumble_keep_chroma (const float *rgba, gboolean has_alpha, float amount, float *rgb,
                          gsize n);

/**
 * scumble_return_beyond:
 * @rgba: [n, 4] pixels of the content
 * @has_alpha: whether their alpha counts
 * @left: [n] how much of every pixel is left to the content, 0..1
 * @chroma: how much of the content's chroma the result has elsewhere, 0..1
 * @rgb: (inout): [n, 3] the result, in 0..1; beyond where the content is
 *
 * Gives the result back what the content has beyond 0..1, as MODEL.md has it: the brightness as
 * far as the content is left, the chroma also as far as it is kept. Invisible pixels stay as
 * they are, and what is no number is not beyond.
 */
void scumble_return_beyond (const float *rgba, gboolean has_alpha, const float *left,
                            float chroma, float *rgb, gsize n);

/**
 * ScumbleColourSource:
 * @source: reads @from with other colours; alpha stays
 *
 * A picture in the colours of another one.
 */
typedef struct
{
  ScumbleSource  source;
  ScumbleSource *from;
  double         map[3][3];
  double         shift[3];
} ScumbleColourSource;

/**
 * scumble_colour_source_init:
 * @from: (transfer none): the picture; must outlive @self
 * @like: the picture whose colours are wanted
 * @amount: how far to go, 0..1
 *
 * CORAL (Sun, Feng and Saenko, "Return of Frustratingly Easy Domain Adaptation", AAAI 2016):
 * the affine map that takes the means and covariances of red, green and blue, over visible
 * pixels, from those of @from to those of @like. MODEL.md has the definition.
 *
 * Returns: %FALSE with an error if a picture cannot be read or has no visible pixel, or on
 *   cancel
 */
gboolean scumble_colour_source_init (ScumbleColourSource *self, ScumbleSource *from,
                                     ScumbleSource *like, double amount,
                                     const ScumbleJob *job, GError **error);

G_END_DECLS
