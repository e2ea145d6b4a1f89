/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Compiled once per instruction set, like simd.c. */
#include "simd-grad.h"
#include "simd-vector.h"

/* @rows rows, a constant, of one panel of columns. */
INLINE void
add_rows (const ScumbleProduct *p, const int rows)
{
  Vector sum[ROWS][VECTORS];

  UNROLL
  for (int r = 0; r < rows; r++)
    UNROLL
    for (int v = 0; v < VECTORS; v++)
      sum[r][v] = load (p->y + (gsize) r * p->y_row + v * LANES);

  for (int part = 0; part < p->parts; part++)
    {
      const float *a = p->a + (gsize) part * p->a_part;
      const float *b = p->b + (gsize) part * p->b_part;

      for (int k = 0; k < p->k; k++, a += p->a_k, b += p->b_k)
        UNROLL
        for (int r = 0; r < rows; r++)
          UNROLL
          for (int v = 0; v < VECTORS; v++)
            sum[r][v] += load (b + v * LANES) * a[(gsize) r * p->a_row];
    }

  UNROLL
  for (int r = 0; r < rows; r++)
    UNROLL
    for (int v = 0; v < VECTORS; v++)
      store (p->y + (gsize) r * p->y_row + v * LANES, sum[r][v]);
}

/* Rows that are left over take the largest step that still fits. */
#define STEP(n)                                                                               \
  for (; (n) <= ROWS && rows >= (n); rows -= (n))                                             \
    {                                                                                         \
      add_rows (&p, MIN ((n), (int) ROWS));                                                   \
      p.a += (n) * p.a_row;                                                                   \
      p.y += (n) * p.y_row;                                                                   \
    }

static void
add_panel (ScumbleProduct p)
{
  int rows = p.rows;

  STEP (ROWS)
  STEP (8)
  STEP (4)
  STEP (2)
  STEP (1)
}

#undef STEP

static void
multiply_add (const ScumbleProduct *product)
{
  ScumbleProduct p = *product;

  for (int at = 0; at < product->columns; at += SCUMBLE_PANEL)
    {
      p.b = product->b + at;
      p.y = product->y + at;
      add_panel (p);
    }
}

extern const ScumbleSimdGrad SIMD_TABLE (scumble_simd_grad);

const ScumbleSimdGrad SIMD_TABLE (scumble_simd_grad) = {
  .multiply_add = multiply_add,
};
