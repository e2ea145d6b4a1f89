/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The arithmetic backwards: from the gradient of a loss with respect to a layer's output, g,
 * to that with respect to its input.  Whole planes only; like kernels.h otherwise. */
#pragma once

#include "kernels.h"

G_BEGIN_DECLS

/**
 * ScumbleGradConv:
 * @forward: the convolution without its padding; set @forward.relu for a ReLU after it
 * @back: the convolution that takes gradients to the padded input
 * @kernel: cells along a side of the kernel; the reflected border is kernel / 2 wide
 * @stride: cells from one result to the next
 *
 * A convolution over a reflected border, in both directions.
 */
typedef struct
{
  ScumbleConv forward;
  ScumbleConv back;
  int         kernel;
  int         stride;
} ScumbleGradConv;

/**
 * scumble_grad_conv_init:
 * @grad: with @kernel and @stride set
 * @weights: (transfer none): [c_out, c_in, kernel, kernel]
 * @bias: (transfer none) (nullable): [c_out]
 */
void     scumble_grad_conv_init    (ScumbleGradConv *grad, int c_in, int c_out,
                                    const float *weights, const float *bias);
void     scumble_grad_conv_clear   (ScumbleGradConv *grad);

/**
 * scumble_grad_conv_scratch:
 * @h: height of the input
 * @w: width of the input
 *
 * Returns: the floats of scratch that the next two functions need
 */
gsize    scumble_grad_conv_scratch (const ScumbleGradConv *grad, int h, int w, int threads);

/**
 * scumble_grad_conv_forward:
 * @x: [h, w, c_in]
 * @y: [h / stride, w / stride, c_out], overwritten; the sides of @x are multiples of stride
 */
void     scumble_grad_conv_forward (const ScumbleGradConv *grad, const ScumbleTensor *x,
                                    const ScumbleTensor *y, float *scratch, int threads);

/**
 * scumble_grad_conv_back:
 * @g: [h / stride, w / stride, c_out]
 * @gx: [h, w, c_in], overwritten
 */
void     scumble_grad_conv_back    (const ScumbleGradConv *grad, const ScumbleTensor *g,
                                    const ScumbleTensor *gx, float *scratch, int threads);

/**
 * scumble_grad_relu:
 * @y: the ReLU's output
 * @g: (inout): becomes 0 where @y is 0
 */
void     scumble_grad_relu         (const ScumbleTensor *y, const ScumbleTensor *g,
                                    int threads);

/**
 * scumble_grad_sigmoid:
 * @y: the sigmoid's output
 * @g: (inout): times y (1 - y)
 */
void     scumble_grad_sigmoid      (const ScumbleTensor *y, const ScumbleTensor *g,
                                    int threads);

/**
 * scumble_grad_pool2:
 * @x: [h, w, c] the pooling's input, with even sides
 * @g: [h / 2, w / 2, c]
 * @gx: [h, w, c], overwritten: each gradient goes to the first greatest of its 2x2 cells
 */
void     scumble_grad_pool2        (const ScumbleTensor *x, const ScumbleTensor *g,
                                    const ScumbleTensor *gx, int threads);

/**
 * scumble_grad_up2:
 * @g: [2 h, 2 w, c]
 * @gx: [h, w, c], overwritten: sums of 2x2 cells
 */
void     scumble_grad_up2          (const ScumbleTensor *g, const ScumbleTensor *gx,
                                    int threads);

/**
 * scumble_grad_norm:
 * @normalised: [h, w, c] what instance normalisation made, before scale and shift
 * @std: [c] what it divided by
 * @scale: [c] what it was multiplied with
 * @g: (inout): with respect to scale normalised + shift; becomes that of the input
 * @g_scale: (out caller-allocates): [c]
 * @g_shift: (out caller-allocates): [c]
 */
void     scumble_grad_norm         (const ScumbleTensor *normalised, const float *std,
                                    const float *scale, const ScumbleTensor *g,
                                    double *g_scale, double *g_shift, int threads);

/**
 * scumble_grad_unexplained:
 * @x: [h, w, c] features
 * @target: [h, w, c] what they should be
 * @g: (inout): the error's gradient is added
 *
 * Returns: the mean squared error over the target's mean spatial variance + 1e-6
 */
double   scumble_grad_unexplained  (const ScumbleTensor *x, const ScumbleTensor *target,
                                    const ScumbleTensor *g, int threads);

G_END_DECLS
