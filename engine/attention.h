/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "kernels.h"
#include "safetensors.h"

G_BEGIN_DECLS

/**
 * ScumbleAttention:
 *
 * A style-attentional block: Park and Lee, "Arbitrary Style Transfer with Style-Attentional
 * Networks", CVPR 2019, section 3.2, at c channels. With x content and s style features,
 *
 *     query = query(mvn(x))   key = key(mvn(s))   value = out(value(s))
 *     attended(x) = sum over style positions of softmax(query . key) value
 *
 * where each word is a 1x1 convolution with bias and the products are not scaled. The
 * softmax weights sum to 1, so the last convolution, out, is applied to the values once
 * instead of to every sum of them.
 */
typedef struct _ScumbleAttention ScumbleAttention;

/**
 * ScumbleKeys:
 * @n: style positions, at least 1
 * @c: channels
 * @keys: (owned): [n, c]
 * @values: (owned): [n, c], as they come out of the block
 * @logits: (owned): [n] logarithms of how visible the positions are, 0 for a whole one
 *
 * What a block knows of a style.
 */
typedef struct
{
  int    n;
  int    c;
  float *keys;
  float *values;
  float *logits;
} ScumbleKeys;

/**
 * ScumbleGaze:
 * @mean: (transfer none): [c] of the whole content plane
 * @std: (transfer none): [c] likewise, sqrt (var + 1e-5)
 * @keys: (transfer none): of the style
 * @gain: what the result is multiplied with
 * @weights: (transfer none) (nullable): [h, w] and with this, for every cell of the content
 * @sharpness: what the products of queries and keys are multiplied with; 1 as in the paper
 * @logits: (transfer none) (nullable): [keys.n] what is added to them, in place of the keys'
 *   own
 *
 * A content that looks at a style.
 */
typedef struct
{
  const float       *mean;
  const float       *std;
  const ScumbleKeys *keys;
  float              gain;
  const float       *weights;
  float              sharpness;
  const float       *logits;
} ScumbleGaze;

/**
 * scumble_attention_new:
 * @file: holds PREFIX.query.weight [c, c, 1, 1] and PREFIX.query.bias [c], and the same for
 *   key, value and out
 * @c: channels
 * @simd: (transfer none): the instruction set it runs on
 *
 * Returns: (transfer full) (nullable): the block; %NULL with %SCUMBLE_ERROR_MODEL if a
 *   tensor is missing or of another shape
 */
ScumbleAttention *scumble_attention_new     (const ScumbleSafetensors *file,
                                             const char *prefix, int c,
                                             const ScumbleSimd *simd, GError **error);
void              scumble_attention_free    (ScumbleAttention *attention);

/**
 * scumble_attention_see:
 * @keys: (out caller-allocates): clear with scumble_keys_clear()
 * @plane: [h, w, c] features of a whole style, at least one of them visible
 * @weights: (nullable): [h, w] how visible its cells are, 0..1; those with less than a 4096th of
 *   the greatest are left out
 * @mean: [c] of the plane
 * @std: [c] likewise
 * @most: positions that may be kept, at least 1; of more, as many at even distances in reading
 *   order
 */
void              scumble_attention_see     (const ScumbleAttention *attention,
                                             ScumbleKeys *keys, const ScumbleTensor *plane,
                                             const float *weights, const float *mean,
                                             const float *std, int most, int threads);
void              scumble_keys_clear        (ScumbleKeys *keys);

/**
 * scumble_attention_scratch:
 *
 * Returns: the bytes of scratch that scumble_attention_add() needs, whatever the sizes of
 *   content and style
 */
gsize             scumble_attention_scratch (const ScumbleAttention *attention, int threads);

/**
 * scumble_attention_add:
 * @x: [h, w, c] content features
 * @y: [h, w, c], not @x: receives y + gain weights attended(x)
 * @scratch: as scumble_attention_scratch() says
 *
 * Goes through the style in blocks with a running softmax: Milakov and Gimelshein, "Online
 * normalizer calculation for softmax", 2018. The result does not depend on @threads, nor a
 * cell's on what is beside it.
 */
void              scumble_attention_add     (const ScumbleAttention *attention,
                                             const ScumbleGaze *gaze, const ScumbleTensor *x,
                                             const ScumbleTensor *y, float *scratch,
                                             int threads);

/**
 * scumble_attention_use:
 * @x: [h, w, c] content features
 * @use: (out caller-allocates): [keys.n]: the mean over the cells of @x of how much they look
 *   at each position; sums to 1
 *
 * Weights and gain are not looked at. The result does not depend on the number of threads.
 *
 * Returns: %FALSE with an error out of budget
 */
gboolean          scumble_attention_use     (const ScumbleAttention *attention,
                                             const ScumbleGaze *gaze, const ScumbleTensor *x,
                                             float *use, const ScumbleJob *job,
                                             GError **error);

/**
 * scumble_attention_use_room:
 *
 * Returns: the bytes of scratch that scumble_attention_use() takes
 */
gsize             scumble_attention_use_room (const ScumbleAttention *attention, int cells,
                                              int positions, int threads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleAttention, scumble_attention_free)

G_END_DECLS
