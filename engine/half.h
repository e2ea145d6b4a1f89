/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

/* IEEE 754 binary16 to binary32; exact.  Subnormals are scaled into the normal range. */
static inline float
scumble_half_to_float (guint16 half)
{
  const guint32 sign     = (guint32) (half & 0x8000) << 16;
  const guint32 exponent = (half >> 10) & 0x1f;
  const guint32 mantissa = half & 0x3ff;
  guint32       bits;
  float         value;

  if (exponent == 0)
    {
      value = (float) mantissa * 0x1p-24f;
      return sign != 0 ? -value : value;
    }

  bits = sign | (exponent == 0x1f ? 0x7f800000u : (exponent + 112) << 23) | mantissa << 13;
  memcpy (&value, &bits, sizeof value);

  return value;
}
