/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The inner loops of learning, compiled once per instruction set from simd-grad.c. */
#pragma once

#include "simd.h"

G_BEGIN_DECLS

/**
 * ScumbleProduct:
 * @a: element (row, k) is at @a[row * @a_row + k * @a_k] of every part
 * @a_part: floats from one part to the next
 * @b: element (k, column) is at @b[k * @b_k + column] of every part
 * @b_part: likewise
 * @parts: how many parts there are
 * @k: products per part
 * @rows: of the result
 * @columns: likewise; a multiple of 16
 * @y: element (row, column) is at @y[row * @y_row + column]
 *
 * y += the sum over all parts of a b: of matrices that lie inside planes, as the cells of a
 * row, or the channels of a cell.
 */
typedef struct
{
  const float *a;
  gsize        a_row;
  gsize        a_k;
  gsize        a_part;
  const float *b;
  gsize        b_k;
  gsize        b_part;
  int          parts;
  int          k;
  int          rows;
  int          columns;
  float       *y;
  gsize        y_row;
} ScumbleProduct;

/**
 * ScumbleSimdGrad:
 * @multiply_add: a product, added to what there is
 *
 * What an instruction set does for learning.
 */
struct _ScumbleSimdGrad
{
  void (*multiply_add) (const ScumbleProduct *product);
};

G_END_DECLS
