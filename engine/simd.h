/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The inner loops, compiled once per instruction set from simd.c.  Output channels come in
 * panels of SCUMBLE_PANEL, the last one padded with zero weights. */
#pragma once

#include "kernels.h"

G_BEGIN_DECLS

typedef struct _ScumbleSimdGrad    ScumbleSimdGrad;
typedef struct _ScumbleSimdSoftmax ScumbleSimdSoftmax;

enum
{
  SCUMBLE_PANEL = 16,

  SCUMBLE_WINO_TILE  = 6,   /* cells along a side of a tile of Winograd's F(6x6, 3x3) */
  SCUMBLE_WINO       = 64,  /* products of such a tile */
  SCUMBLE_UP_TILE    = 4,   /* cells along a side of a tile that becomes 8x8 cells */
  SCUMBLE_UP         = 100, /* products of such a tile */
  SCUMBLE_MATRIX_GAP = 16,  /* floats between the matrices of a tile's products */
  SCUMBLE_GRAD_WINO  = 36,  /* products of a tile of F(4x4, 3x3), for learning */
};

static inline int
scumble_panels (int c)
{
  return (c + SCUMBLE_PANEL - 1) / SCUMBLE_PANEL;
}

/**
 * ScumbleSimd:
 * @name: "avx512", "avx2" or "portable"
 * @lanes: floats in a vector
 * @rows: rows of a matrix that are best multiplied at once, or a multiple of it
 * @usable: whether this processor can run it
 *
 * @direct: rows @from up to @to of a convolution, straight from its definition;
 *   weights [panel, kernel, kernel c_in, 16]
 * @dot: the same for three channels out and c_in a multiple of 16, where vectors run along
 *   the channels in, and stride 1; weights [kernel, kernel c_in / lanes, 3, lanes]
 * @winograd: @n tiles of 6x6 cells, from tile @from in reading order, pooled or not; c_in
 *   and c_out multiples of 16; weights [64, panel, c_in, 16]; scratch for
 *   64 (n (c_in + c_out) + 2 gaps) floats
 * @up: upsampled and convolved, @n tiles of 4x4 cells of @x's inside, from tile @from in
 *   reading order; c_in and c_out multiples of 16; weights [100, panel, c_in, 16]; scratch
 *   for 100 (n (c_in + c_out) + 2 gaps) floats
 * @transform: weights for these two: sixteen kernels side by side, [9, 16], to [n, n, 16],
 *   @step floats from one product to the next; u = G g G', G being @lines [n, 3]
 * @grad: the inner loops of learning, see simd-grad.h
 * @softmax: those of attention, see simd-softmax.h
 *
 * One instruction set.
 */
struct _ScumbleSimd
{
  const char *name;
  int         lanes;
  int         rows;
  gboolean  (*usable)   (void);
  void      (*direct)   (const ScumbleConv *conv, const ScumbleTensor *x,
                         const ScumbleTensor *y, int from, int to);
  void      (*dot)      (const ScumbleConv *conv, const ScumbleTensor *x,
                         const ScumbleTensor *y, int from, int to);
  void      (*winograd) (const ScumbleConv *conv, const ScumbleTensor *x,
                         const ScumbleTensor *y, int from, int n, float *scratch);
  void      (*up)       (const ScumbleConv *conv, const ScumbleTensor *x, int y0, int x0,
                         const ScumbleTensor *y, int from, int n, float *scratch);
  void      (*transform) (const float *g, const float lines[][3], int n, float *u,
                          gsize step);

  const ScumbleSimdGrad    *grad;
  const ScumbleSimdSoftmax *softmax;
};

/**
 * scumble_simd_all:
 *
 * Returns: (array zero-terminated=1) (transfer none): every instruction set compiled in,
 *   the best first; the last one runs everywhere
 */
const ScumbleSimd *const *scumble_simd_all  (void);

/**
 * scumble_simd_best:
 *
 * Returns: (transfer none): the best one that this processor can run
 */
const ScumbleSimd        *scumble_simd_best (void);

G_END_DECLS
