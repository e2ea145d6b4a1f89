/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Compiled once per instruction set, like simd.c. */
#include "simd-softmax.h"
#include "simd-vector.h"

/* e^x for x of 0 or less, and 0 below e^-40: so no weight, and no product of one with a
 * feature, is too small to be a normal number, which can take a processor a hundred times
 * as long.
 *
 * x = n log 2 + r, with the n that makes r small, e^r as a polynomial from Cephes' expf(), and
 * 2^n by its exponent.  Adding 1.5 * 2^23 rounds to n and leaves it in the lowest bits. */
INLINE Vector
weight_of (Vector x)
{
  const float  round = 12582912.0f, least = -40.0f;
  const Mask   seen  = x > least;
  const Vector in    = vmax (x, (Vector) { 0 } + least);
  const Vector t     = in * 1.44269504f + round;
  const Vector n     = t - round;
  const Vector r     = in - n * 0.693359375f + n * 2.12194440e-4f;
  Vector       e     = 1.9875691500e-4f * r + 1.3981999507e-3f;

  e = e * r + 8.3334519073e-3f;
  e = e * r + 4.1665795894e-2f;
  e = e * r + 1.6666665459e-1f;
  e = e * r + 5.0000001201e-1f;
  e = e * (r * r) + r + 1.0f;

  return (Vector) ((Mask) (e * (Vector) (((Mask) t << 23) + (127 << 23))) & seen);
}

static void
weigh (const ScumbleScores *scores, float *most, float *total, float *fade)
{
  for (int i = 0; i < scores->cells; i += LANES)
    {
      const Vector before   = load (most + i);
      float       *s        = scores->scores + i;
      Vector       greatest = before, sum = { 0 }, left;

      for (int j = 0; j < scores->positions; j++)
        greatest = vmax (greatest, load (s + (gsize) j * scores->step));
      for (int j = 0; j < scores->positions; j++, s += scores->step)
        {
          const Vector weight = weight_of (load (s) - greatest);

          store (s, weight);
          sum += weight;
        }

      left = weight_of (before - greatest);
      store (fade + i, left);
      store (most + i, greatest);
      store (total + i, load (total + i) * left + sum);
    }
}

static void
add_use (const ScumbleScores *scores, const float *most, const float *share, float *use)
{
  for (int j = 0; j < scores->positions; j++)
    {
      const float *s   = scores->scores + (gsize) j * scores->step;
      Vector       sum = { 0 };

      for (int i = 0; i < scores->cells; i += LANES)
        sum += weight_of (load (s + i) - load (most + i)) * load (share + i);
      for (int k = 0; k < LANES; k++)
        use[j] += sum[k];
    }
}

extern const ScumbleSimdSoftmax SIMD_TABLE (scumble_simd_softmax);

const ScumbleSimdSoftmax SIMD_TABLE (scumble_simd_softmax) = {
  .weigh   = weigh,
  .add_use = add_use,
};
