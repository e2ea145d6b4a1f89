/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The vectors of the files that are compiled once per instruction set: the compiler's own. */
#pragma once

#include "simd.h"

#if defined __AVX512F__
enum { LANES = 16, ROWS = 14 };
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD  1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#elif defined __AVX2__
enum { LANES = 8, ROWS = 6 };
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define ODD  1, 3, 5, 7, 9, 11, 13, 15
#else
enum { LANES = 4, ROWS = 3 };
#define EVEN 0, 2, 4, 6
#define ODD  1, 3, 5, 7
#endif

/* Of the rows that a product takes at once, these are reached from the first of them, the others
 * from the first after these: there are not registers enough for every row's distance. */
enum { VECTORS = SCUMBLE_PANEL / LANES, NEAR = ROWS / 2 };

typedef float Vector __attribute__ ((vector_size (LANES * sizeof (float))));
typedef int   Mask __attribute__ ((vector_size (LANES * sizeof (int))));
typedef float Loose __attribute__ ((vector_size (LANES * sizeof (float)), aligned (4)));

/* Of a table of functions: PREFIX_avx2 and so on. */
#define PASTE(prefix, name)  prefix##_##name
#define EXPAND(prefix, name) PASTE (prefix, name)
#define SIMD_TABLE(prefix)   EXPAND (prefix, SIMD_NAME)
#define QUOTE(name)          #name
#define STRING(name)         QUOTE (name)

#define INLINE  static inline __attribute__ ((always_inline))
#define UNROLL  _Pragma ("GCC unroll 16")

/* For what addresses dozens of places at once: in a loop around it, gcc would keep a pointer
 * to each of them on the stack and move them all on every time. */
#define APART   static __attribute__ ((noinline))

INLINE Vector
load (const float *p)
{
  return *(const Loose *) p;
}

INLINE void
store (float *p, Vector v)
{
  *(Loose *) p = v;
}

/* Negative lanes become 0: a comparison yields all ones or all zeros. */
INLINE Vector
rectify (Vector v)
{
  return (Vector) ((Mask) v & (v > 0.0f));
}

INLINE Vector
vmax (Vector a, Vector b)
{
  const Mask greater = a > b;

  return (Vector) (((Mask) a & greater) | ((Mask) b & ~greater));
}
