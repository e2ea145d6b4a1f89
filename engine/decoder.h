/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "feature-plane.h"
#include "method.h"
#include "safetensors-writer.h"

G_BEGIN_DECLS

/**
 * ScumbleDecoder:
 * @n: how many taps: all from relu1_1 to relu4_1 with skip connections, else relu4_1 alone
 * @parts: (owned): the encoder to each tap: from the one before, or from the picture to the
 *   first two
 * @stages: (owned): the decoder from each tap, and what comes from the stage above, down
 * @begin: where each tap's channels begin in those of all taps, behind each other
 * @c: the channels of all taps
 * @attended: the channels of what a method computes at relu4_1 itself
 *
 * The decoder that AdaIN and SANet share, and the taps that it needs. AdaIN gives all of them the
 * style's statistics. SANet does so with skip connections, and its own cells stand behind those of
 * relu4_1; without, they stand in place of them.
 */
typedef struct
{
  int             n;
  ScumbleConvnet *parts[SCUMBLE_VGG_STAGES];
  ScumbleConvnet *stages[SCUMBLE_VGG_STAGES];
  int             begin[SCUMBLE_VGG_STAGES];
  int             c;
  int             attended;
} ScumbleDecoder;

/**
 * scumble_decoder_init:
 * @decoder: (out caller-allocates): clear with scumble_decoder_clear() also on failure
 * @file: holds tensors decoder.*; their shapes tell whether there are skip connections
 * @encoder: must outlive @decoder
 * @attended: the channels of what the method computes at relu4_1 itself; 0 if nothing
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MODEL if a tensor is missing or does not fit
 */
gboolean scumble_decoder_init  (ScumbleDecoder *decoder, const ScumbleSafetensors *file,
                                const ScumbleConvnet *encoder, int attended, GError **error);
void     scumble_decoder_clear (ScumbleDecoder *decoder);

/* The channels of the taps that are given the style's statistics: of all, or of none. */
static inline int
scumble_decoder_imposed (const ScumbleDecoder *decoder)
{
  return decoder->n > 1 || decoder->attended == 0 ? decoder->c : 0;
}

/**
 * ScumblePlanes:
 * @n: how many taps
 * @features: (owned): what the encoder makes of a picture at each tap
 *
 * A picture as a decoder needs it.
 */
typedef struct
{
  int             n;
  ScumbleFeatures features[SCUMBLE_VGG_STAGES];
} ScumblePlanes;

/**
 * scumble_planes_encode:
 * @planes: (out caller-allocates): clear with scumble_planes_clear() also on failure
 * @picture: must outlive @planes, like @decoder
 * @deepest: how the plane of relu4_1 is kept; the others are where that takes little
 *
 * Returns: %FALSE with an error on cancel, out of budget, or if the picture fails to read
 */
gboolean scumble_planes_encode (ScumblePlanes *planes, const ScumbleDecoder *decoder,
                                const ScumblePicture *picture, ScumbleKeep deepest,
                                const ScumbleJob *job, GError **error);
void     scumble_planes_clear  (ScumblePlanes *planes);

/* relu4_1. */
static inline const ScumbleFeatures *
scumble_planes_deepest (const ScumblePlanes *planes)
{
  return &planes->features[planes->n - 1];
}

/**
 * ScumbleStatistics:
 * @mean: (owned): of each channel over the whole picture
 * @std: (owned): sqrt (var + 1e-5) with the unbiased variance
 * @high: (owned): the largest values
 *
 * What AdaIN knows of a picture: [c] each, of a decoder's taps behind each other.
 */
typedef struct
{
  float *mean;
  float *std;
  float *high;
} ScumbleStatistics;

/**
 * scumble_statistics_new:
 *
 * Returns: (transfer full): the statistics of what was encoded
 */
ScumbleStatistics *scumble_statistics_new  (const ScumbleDecoder *decoder,
                                            const ScumblePlanes *planes);
void               scumble_statistics_free (ScumbleStatistics *statistics);

/**
 * scumble_statistics_mix:
 * @all: (array length=n): of several styles
 * @weights: (array length=n): of each
 *
 * AdaIN's result is linear in means and deviations, as far as it is below the largest values;
 * those go the same way.
 *
 * Returns: (transfer full): their weighted sum
 */
ScumbleStatistics *scumble_statistics_mix  (const ScumbleStatistics *const *all,
                                            const float *weights, guint n, int c);

/**
 * scumble_statistics_save:
 *
 * Writes tensors style.mean, style.std and style.high.
 */
void               scumble_statistics_save (const ScumbleStatistics *statistics, int c,
                                            ScumbleSafetensorsWriter *writer);

/**
 * scumble_statistics_load:
 *
 * Returns: (transfer full) (nullable): what was saved; %NULL with %SCUMBLE_ERROR_MODEL if a
 *   tensor is missing or of another length than @c
 */
ScumbleStatistics *scumble_statistics_load (const ScumbleSafetensors *file, int c,
                                            GError **error);

/**
 * ScumbleDecoding:
 * @decoder: the networks
 * @content: that is painted
 * @planes: of the content
 * @own: the content's statistics
 * @look: what it is painted with
 * @statistics: tells those of a style, from what its method made of it
 * @attend: (nullable): computes cells at relu4_1, [cells.h, cells.w, attended], in scratch of
 *   its own; there if the decoder has such channels
 * @attend_room: the scratch that it needs for @w x @h cells; there with @attend
 * @attend_work: its multiply-adds; there with @attend
 *
 * A content on its way to pixels. The content's statistics are the whole picture's for every
 * zone.
 */
typedef struct _ScumbleDecoding ScumbleDecoding;

struct _ScumbleDecoding
{
  const ScumbleDecoder    *decoder;
  const ScumbleContent    *content;
  const ScumblePlanes     *planes;
  const ScumbleStatistics *own;
  const ScumbleLook       *look;

  const ScumbleStatistics *(*statistics) (gconstpointer style);

  gboolean (*attend)      (const ScumbleDecoding *decoding, ScumbleRect cells,
                           const ScumbleTensor *y, const ScumbleJob *job, GError **error);
  gsize    (*attend_room) (const ScumbleDecoding *decoding, int w, int h, int threads);
  double   (*attend_work) (const ScumbleDecoding *decoding, ScumbleRect cells);
};

/**
 * scumble_decoding_paint:
 * @rgb: (out caller-allocates): [rect.h, rect.w, 3], 0..1
 *
 * Returns: %FALSE with an error on cancel, out of budget, or if something fails to read
 */
gboolean scumble_decoding_paint     (const ScumbleDecoding *decoding, const ScumbleRect *rect,
                                     float *rgb, const ScumbleJob *job, GError **error);

/* The most bytes of scratch for @w x @h pixels, wherever they lie. */
gsize    scumble_decoding_room      (const ScumbleDecoding *decoding, int w, int h,
                                     int threads);
double   scumble_decoding_work      (const ScumbleDecoding *decoding,
                                     const ScumbleRect *rect);

G_END_DECLS
