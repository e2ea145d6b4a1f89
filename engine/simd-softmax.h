/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The softmax of attention, compiled once per instruction set from simd-softmax.c.  Cells lie
 * side by side, a multiple of SCUMBLE_PANEL of them, and the positions that they look at one
 * below the other. */
#pragma once

#include "simd.h"

G_BEGIN_DECLS

/**
 * ScumbleScores:
 * @scores: how much a cell looks at position j is at @scores[j * @step + cell]
 * @step: floats from one position to the next
 * @positions: how many positions there are
 * @cells: how many cells there are; a multiple of 16
 */
typedef struct
{
  float *scores;
  gsize  step;
  int    positions;
  int    cells;
} ScumbleScores;

/**
 * ScumbleSimdSoftmax:
 *
 * Weights are e^(score - most).  What is smaller than e^-40 cannot show beside the greatest
 * weight, which is 1, and counts as 0.
 *
 * @weigh: the scores become weights relative to @most, [cells], the greatest scores so far,
 *   which are brought up to date first; their sum is added to @total, [cells]; and @fade,
 *   [cells], is what anything that was summed with earlier weights has to be multiplied with,
 *   as @total is already.  @most begins with -INFINITY and @total with 0
 * @add_use: use[position] += the sum over all cells of weight * share[cell]; the scores stay
 *
 * What an instruction set does for a softmax over more positions than fit at once.
 */
struct _ScumbleSimdSoftmax
{
  void (*weigh)   (const ScumbleScores *scores, float *most, float *total, float *fade);
  void (*add_use) (const ScumbleScores *scores, const float *most, const float *share,
                   float *use);
};

G_END_DECLS
