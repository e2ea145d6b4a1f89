/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "half.h"

#include <string.h>

enum { LARGEST = 0x7bff };

static float
from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static guint32
to_bits (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* A half's exponent and mantissa, moved into a float's place, are the value times 2^-112:
 * the exponents are biased by 15 and by 127.  Subnormals come out right too. */
static float
unpack (guint16 half)
{
  const float magnitude = from_bits ((guint32) (half & 0x7fff) << 13) * 0x1p112f;

  return from_bits (to_bits (magnitude) | (guint32) (half & 0x8000) << 16);
}

/* The same backwards, rounded to the nearest, ties to even. */
static guint16
pack (float value)
{
  const guint32 bits   = to_bits (value);
  const guint32 scaled = to_bits (from_bits (bits & 0x7fffffff) * 0x1p-112f);
  const guint32 near   = (scaled + 0xfff + (scaled >> 13 & 1)) >> 13;

  return (guint16) ((bits >> 16 & 0x8000) | MIN (near, LARGEST));
}

gboolean
scumble_half_finite (guint16 half)
{
  return (half & 0x7fff) <= LARGEST;
}

void
scumble_halves_pack (const float *x, guint16 *halves, gsize n)
{
  for (gsize i = 0; i < n; i++)
    halves[i] = pack (x[i]);
}

void
scumble_halves_unpack (const guint16 *halves, float *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] = unpack (halves[i]);
}
