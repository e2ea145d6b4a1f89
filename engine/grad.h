/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The arithmetic backwards: from the gradient of a loss with respect to a layer's output, g,
 * to that with respect to its input, and to its weights.  Whole planes only; like kernels.h
 * otherwise.  Planes have whole panels of 16 channels, unless they are pictures of 3.
 *
 * A plane that a convolution reads lies inside a frame: the cells around it that the
 * convolution reaches for are part of the memory, so that nothing is copied to have them. */
#pragma once

#include "job.h"
#include "kernels.h"
#include "simd-grad.h"

G_BEGIN_DECLS

/**
 * ScumbleFrame:
 * @whole: [h + 2 border, w + 2 border, c]
 * @inside: the part of it without the border
 * @border: cells on each side
 */
typedef struct
{
  ScumbleTensor whole;
  ScumbleTensor inside;
  int           border;
} ScumbleFrame;

/**
 * scumble_frame_floats:
 *
 * Returns: the floats of memory that a frame around [h, w, c] takes
 */
gsize        scumble_frame_floats  (int h, int w, int c, int border);

/**
 * scumble_frame_on:
 * @data: (transfer none): memory for scumble_frame_floats(), aligned to 64 bytes
 */
ScumbleFrame scumble_frame_on      (float *data, int h, int w, int c, int border);

/**
 * scumble_frame_take:
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY when the budget does not allow it
 */
gboolean     scumble_frame_take    (ScumbleFrame *frame, int h, int w, int c, int border,
                                    ScumbleArena *arena, GError **error);

/**
 * scumble_frame_continue:
 * @clamp: whether the cells at the edge are repeated, as before upsampling; else the plane
 *   is mirrored at them
 *
 * Fills the border of a plane that a convolution reads.
 */
void         scumble_frame_continue (const ScumbleFrame *frame, gboolean clamp);

/**
 * scumble_frame_zero:
 *
 * Fills the border with zeros, for a gradient that a convolution reads.
 */
void         scumble_frame_zero    (const ScumbleFrame *frame);

/**
 * ScumbleGradConv:
 * @c_in: channels in that there are weights for
 * @c_out: likewise
 * @plane_in: channels of the plane that it reads, at least @c_in
 * @plane_out: likewise
 * @kernel: cells along a side of the kernel
 * @stride: 1, or 2 with a kernel of 3
 * @up: whether its input is upsampled first, by 2; with a kernel of 3 and stride 1
 * @relu: whether a ReLU follows
 * @forward: the convolution as it paints
 * @back: the one that takes gradients to the framed input; at stride 2, to its even rows
 * @odd: at stride 2, the one to its odd rows
 *
 * A convolution over a border, in both directions.
 */
typedef struct
{
  int         c_in;
  int         c_out;
  int         plane_in;
  int         plane_out;
  int         kernel;
  int         stride;
  gboolean    up;
  gboolean    relu;
  ScumbleConv forward;
  ScumbleConv back;
  ScumbleConv odd;
} ScumbleGradConv;

/**
 * scumble_grad_conv_init:
 * @conv: with everything set but the convolutions
 */
void     scumble_grad_conv_init    (ScumbleGradConv *conv);
void     scumble_grad_conv_clear   (ScumbleGradConv *conv);

/**
 * scumble_grad_conv_set:
 * @weights: (transfer none): [c_out, c_in, kernel, kernel]
 * @bias: (transfer none) (nullable): [c_out]; %NULL for none
 *
 * Changes the weights, as often as need be.
 */
void     scumble_grad_conv_set     (ScumbleGradConv *conv, const float *weights,
                                    const float *bias);

/**
 * scumble_grad_conv_border:
 *
 * Returns: the border that the input's frame has
 */
int      scumble_grad_conv_border  (const ScumbleGradConv *conv);

/**
 * scumble_grad_conv_halo:
 *
 * Returns: the border of zeros that the frame of the output's gradient has
 */
int      scumble_grad_conv_halo    (const ScumbleGradConv *conv);

/**
 * scumble_grad_conv_scratch:
 *
 * Returns: the floats of scratch that the next three functions need
 */
gsize    scumble_grad_conv_scratch (const ScumbleGradConv *conv, int threads);

/**
 * scumble_grad_conv_forward:
 * @x: [h, w, plane_in], continued at its border
 * @y: [h / stride, w / stride, plane_out], twice as high and wide if upsampled; overwritten.
 *   The sides of @x are multiples of stride
 */
void     scumble_grad_conv_forward (const ScumbleGradConv *conv, const ScumbleFrame *x,
                                    const ScumbleTensor *y, float *scratch, int threads);

/**
 * scumble_grad_conv_back:
 * @g: like @y, in a frame of zeros
 * @gx: like @x, overwritten; the border is used up
 */
void     scumble_grad_conv_back    (const ScumbleGradConv *conv, const ScumbleFrame *g,
                                    const ScumbleFrame *gx, float *scratch, int threads);

/**
 * scumble_grad_conv_weights:
 * @x: as it was read
 * @g: like @y, in a frame of zeros
 * @gradient: (out caller-allocates): [c_out, c_in, kernel, kernel]
 *
 * The gradient with respect to the weights. The same numbers on any number of threads.
 */
void     scumble_grad_conv_weights (const ScumbleGradConv *conv, const ScumbleFrame *x,
                                    const ScumbleFrame *g, float *gradient, float *scratch,
                                    int threads);

/**
 * scumble_grad_bias:
 * @g: [h, w, c]
 * @gradient: (out caller-allocates): [c] sums over all cells
 */
void     scumble_grad_bias         (const ScumbleTensor *g, float *gradient);

/**
 * scumble_grad_sigmoid:
 * @y: the sigmoid's output
 * @g: the gradient with respect to it
 * @gx: overwritten: g y (1 - y)
 */
void     scumble_grad_sigmoid      (const ScumbleTensor *y, const ScumbleTensor *g,
                                    const ScumbleTensor *gx, int threads);

/**
 * scumble_grad_relu:
 * @y: the ReLU's output
 * @g: the gradient with respect to it
 * @gx: overwritten: the gradient where @y is positive, else 0; may be @g
 */
void     scumble_grad_relu         (const ScumbleTensor *y, const ScumbleTensor *g,
                                    const ScumbleTensor *gx, int threads);

/**
 * scumble_grad_pool2:
 * @x: [h, w, c] the pooling's input, a ReLU's output, with even sides
 * @g: [h / 2, w / 2, c]
 * @gx: [h, w, c], overwritten: before the ReLU. Each gradient goes to the first greatest of
 *   its 2x2 cells, unless that is 0
 */
void     scumble_grad_pool2        (const ScumbleTensor *x, const ScumbleTensor *g,
                                    const ScumbleTensor *gx, int threads);

/**
 * scumble_grad_add:
 *
 * y += x
 */
void     scumble_grad_add          (const ScumbleTensor *x, const ScumbleTensor *y,
                                    int threads);

/**
 * scumble_norm_forward:
 * @norm: with @relu and @weights set and room for [c]; filled in
 * @c: channels that there are a scale and a shift for
 * @scale: (transfer none): [c]
 * @shift: (transfer none): [c]
 * @x: [h, w, at least c]; channels beyond @c become 0
 * @skip: (nullable): what is added to the result, instead of a ReLU
 * @y: like @x, overwritten
 *
 * Instance normalisation with the statistics of @x: biased variance, 1e-5 inside the root.
 * What a cell weighs decides how much it counts in these, not what becomes of it.
 */
void     scumble_norm_forward      (ScumbleNorm *norm, int c, const float *scale,
                                    const float *shift, const ScumbleTensor *x,
                                    const ScumbleTensor *skip, const ScumbleTensor *y,
                                    int threads);

/**
 * scumble_norm_back:
 * @norm: as it was forwards
 * @x: as it was
 * @g: the gradient with respect to what came out
 * @gx: overwritten: the gradient with respect to @x; may be @g
 * @g_scale: (out caller-allocates): [c]
 * @g_shift: (out caller-allocates): [c]
 */
void     scumble_norm_back         (const ScumbleNorm *norm, int c,
                                    const ScumbleTensor *x, const ScumbleTensor *g,
                                    const ScumbleTensor *gx, float *g_scale, float *g_shift,
                                    int threads);

/* Deviations beyond which a normalised value is a spike. Edges in photographs reach six. */
#define SCUMBLE_SPIKE 6.0

/**
 * scumble_norm_spikes:
 * @norm: as it was forwards
 * @c: channels that count
 * @x: as it was
 * @share: what the loss is multiplied with
 * @gx: to which the loss's gradient with respect to @x is added
 *
 * spikes() of weights/train/losses.py for one normalisation: the mean over cells and channels of
 * the squared excess of normalised values over %SCUMBLE_SPIKE.
 *
 * Returns: @share times that
 */
double   scumble_norm_spikes       (const ScumbleNorm *norm, int c, const ScumbleTensor *x,
                                    double share, const ScumbleTensor *gx, int threads);

/**
 * scumble_grad_squared_error:
 * @x: [h, w, c]
 * @target: [h, w, c] what they should be
 * @weights: (nullable): [h, w] how much each cell counts; %NULL for all ones
 * @scale: what a squared error of 1 counts
 * @g: (inout): the error's gradient is added
 *
 * Returns: @scale times the weighted sum of all squared errors
 */
double   scumble_grad_squared_error (const ScumbleTensor *x, const ScumbleTensor *target,
                                     const float *weights, double scale,
                                     const ScumbleTensor *g, int threads);

G_END_DECLS
