/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The arithmetic: no allocation while running, no input or output, no errors.  Tensors are
 * [h, w, c] and never overlap unless said; "threads" is how many a kernel may run on. */
#pragma once

#include "tensor.h"

G_BEGIN_DECLS

typedef struct _ScumbleSimd ScumbleSimd;

/**
 * ScumbleConvForm:
 * @SCUMBLE_CONV_PLAIN: a convolution and nothing else
 * @SCUMBLE_CONV_POOL: followed by 2x2 maximum pooling (ceil mode), in one pass
 * @SCUMBLE_CONV_UP: preceded by nearest-neighbour upsampling by 2, in one pass
 * @SCUMBLE_CONV_ANY: a convolution of any kernel and stride, straight from its definition
 */
typedef enum
{
  SCUMBLE_CONV_PLAIN,
  SCUMBLE_CONV_POOL,
  SCUMBLE_CONV_UP,
  SCUMBLE_CONV_ANY,
} ScumbleConvForm;

/**
 * ScumbleConv:
 * @form: what else the pass does
 * @c_in: channels in
 * @c_out: channels out
 * @relu: whether negative results become 0
 * @simd: (transfer none): the instruction set it runs on
 * @weights: (owned): as its algorithm wants them, or, where that takes much memory, what a run
 *   makes that of in its scratch; see conv.c
 * @bias: (owned): [c_out], padded with zeros to whole panels
 * @kernel: of %SCUMBLE_CONV_ANY: cells along a side of the kernel
 * @stride: of %SCUMBLE_CONV_ANY: cells from one result to the next
 *
 * A convolution, ready to run: 3x3 with stride 1, unless it says otherwise.
 */
typedef struct
{
  ScumbleConvForm    form;
  int                c_in;
  int                c_out;
  gboolean           relu;
  const ScumbleSimd *simd;
  float             *weights;
  float             *bias;
  int                kernel;
  int                stride;
} ScumbleConv;

static inline int
scumble_conv_kernel (const ScumbleConv *conv)
{
  return conv->form == SCUMBLE_CONV_ANY ? conv->kernel : 3;
}

static inline int
scumble_conv_stride (const ScumbleConv *conv)
{
  return conv->form == SCUMBLE_CONV_ANY ? conv->stride : 1;
}

/**
 * scumble_conv_fuses:
 *
 * Returns: whether the widths allow a form other than %SCUMBLE_CONV_PLAIN
 */
gboolean scumble_conv_fuses (int c_in, int c_out);

/**
 * scumble_conv_init:
 * @conv: with @form, @c_in, @c_out, @relu and @simd set
 * @weights: (transfer none): [c_out, c_in, kernel, kernel], the order of model files
 * @bias: (transfer none): [c_out]
 *
 * Chooses the algorithm by the widths and brings the weights into its order.
 */
void  scumble_conv_init    (ScumbleConv *conv, const float *weights, const float *bias,
                            int threads);
void  scumble_conv_clear   (ScumbleConv *conv);

/**
 * ScumbleKernels:
 * @weights: weight (o, i, k) is at @weights[o * @out + i * @in + k * @cell], k running over
 *   the kernel's cells row by row
 * @c_out: how many channels out there are, at most the convolution's
 * @c_in: how many channels in there are, likewise
 *
 * Weights as they lie somewhere: so a kernel can be turned, its channels exchanged, and
 * missing ones be zeros, without a copy.
 */
typedef struct
{
  const float *weights;
  int          c_out;
  int          c_in;
  gssize       out;
  gssize       in;
  gssize       cell;
} ScumbleKernels;

/**
 * scumble_conv_alloc:
 * @conv: as for scumble_conv_init(); all its weights are zeros afterwards
 */
void  scumble_conv_alloc   (ScumbleConv *conv, int threads);

/**
 * scumble_conv_set:
 * @conv: made with scumble_conv_alloc()
 * @bias: (nullable): [kernels->c_out]; %NULL leaves it as it is
 *
 * Changes the weights; as often as need be, with kernels of the same channels.
 */
void  scumble_conv_set     (ScumbleConv *conv, const ScumbleKernels *kernels,
                            const float *bias, int threads);

/**
 * scumble_conv_scratch:
 *
 * Returns: the bytes of scratch, aligned to 64, that a run on @threads threads needs
 */
gsize scumble_conv_scratch (const ScumbleConv *conv, int threads);

/**
 * scumble_conv_ready:
 *
 * Returns: whether the weights are kept as a run wants them, so that many small runs cost
 *   hardly more than a large one
 */
gboolean scumble_conv_ready  (const ScumbleConv *conv);

/**
 * scumble_conv3x3:
 * @x: [h + 2, w + 2, c_in]; the border of one cell is part of the data. For
 *   %SCUMBLE_CONV_ANY [(h - 1) stride + kernel, (w - 1) stride + kernel, c_in], or more
 * @y: [h, w, c_out], overwritten; pooled, [ceil (h / 2), ceil (w / 2), c_out]
 * @scratch: as scumble_conv_scratch() says
 *
 * Cross-correlation as in PyTorch's conv2d: y[i, j] = bias + sum over (u, v) in 0..2 of
 * weights[u, v] x[i + u, j + v].
 */
void  scumble_conv3x3      (const ScumbleConv *conv, const ScumbleTensor *x,
                            const ScumbleTensor *y, float *scratch, int threads);

/**
 * scumble_conv3x3_up:
 * @conv: of form %SCUMBLE_CONV_UP
 * @x: the cells that @y's lie on, and a border of one cell around them
 * @y0: 0 or 1: row of @y's first cell, counted from the first that @x's inner cells make
 * @x0: the same for columns
 * @y: [h, w, c_out], overwritten
 *
 * Upsampling and convolution in one pass, without the upsampled plane.
 */
void  scumble_conv3x3_up   (const ScumbleConv *conv, const ScumbleTensor *x, int y0, int x0,
                            const ScumbleTensor *y, float *scratch, int threads);

/**
 * scumble_pool2:
 * @x: [h, w, c]
 * @y: [ceil (h / 2), ceil (w / 2), c], overwritten
 *
 * Maximum over 2x2 cells; an odd last row or column counts alone (PyTorch's ceil_mode).
 */
void  scumble_pool2        (const ScumbleTensor *x, const ScumbleTensor *y, int threads);

/**
 * scumble_up2:
 * @x: the cells that @y needs
 * @y0: row of @y's first cell, counted from twice the row of @x's first cell
 * @x0: the same for columns
 * @y: [h, w, c], overwritten
 *
 * Nearest-neighbour upsampling: y[i, j] = x[(i + y0) / 2, (j + x0) / 2].
 */
void  scumble_up2          (const ScumbleTensor *x, int y0, int x0, const ScumbleTensor *y,
                            int threads);

/**
 * scumble_clamp:
 *
 * Limits every value to 0..1; what is no number becomes 0.
 */
void  scumble_clamp        (const ScumbleTensor *x, int threads);

/**
 * scumble_copy:
 *
 * Copies @x to @y of the same shape.
 */
void  scumble_copy         (const ScumbleTensor *x, const ScumbleTensor *y, int threads);

G_END_DECLS
