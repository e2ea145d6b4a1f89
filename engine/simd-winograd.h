/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Winograd's convolution for learning. */
#pragma once

#include "simd-vector.h"

/* Winograd F(4x4, 3x3): Lavin and Gray, "Fast Algorithms for Convolutional Neural
 * Networks", CVPR 2016, section 4.3.  Y = A' [ (G g G') o (B' d B) ] A. */

/* v = B' d for one line of six. */
INLINE void
line_in (const Vector d[6], Vector v[6])
{
  const Vector a = d[4] - 4.0f * d[2];
  const Vector b = d[3] - 4.0f * d[1];
  const Vector e = d[4] - d[2];
  const Vector f = 2.0f * (d[3] - d[1]);

  v[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
  v[1] = a + b;
  v[2] = a - b;
  v[3] = e + f;
  v[4] = e - f;
  v[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

/* One vector of channels of a tile: d [6, 6] -> v [36]; @v_step floats between products. */
INLINE void
tile_in (const float *d, gsize stride, gsize c, float *v, gsize v_step)
{
  Vector half[6][6];

  UNROLL
  for (int j = 0; j < 6; j++)
    {
      Vector column[6], out[6];

      UNROLL
      for (int i = 0; i < 6; i++)
        column[i] = load (d + (gsize) i * stride + (gsize) j * c);
      line_in (column, out);
      UNROLL
      for (int i = 0; i < 6; i++)
        half[i][j] = out[i];
    }

  UNROLL
  for (int i = 0; i < 6; i++)
    {
      Vector out[6];

      line_in (half[i], out);
      UNROLL
      for (int j = 0; j < 6; j++)
        store (v + (gsize) (6 * i + j) * v_step, out[j]);
    }
}
