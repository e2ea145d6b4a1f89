/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The struct behind the handle, for convnet.c, which loads and measures, and convnet-run.c. */
#pragma once

#include "convnet.h"

G_BEGIN_DECLS

/**
 * ScumbleStep:
 * @conv: of a convolution
 * @row: of the table, where it begins
 *
 * A layer, or a convolution and the resampling beside it in one pass.
 */
typedef struct
{
  ScumbleLayerKind kind;
  ScumbleConv      conv;
  int              c_in;
  int              c_out;
  guint            row;
} ScumbleStep;

/**
 * ScumbleExtent:
 * @rect: what is computed of a plane
 * @at: the same with the border that the next step wants around it
 * @w: width of the whole plane
 * @h: its height
 */
typedef struct
{
  ScumbleRect rect;
  ScumbleRect at;
  int         w;
  int         h;
} ScumbleExtent;

/* @part: whether the steps are another network's */
struct _ScumbleConvnet
{
  guint        n;
  ScumbleStep *steps;
  gboolean     part;
};

/* Whether a step halves the sides of a plane. */
static inline gboolean
scumble_step_halves (const ScumbleStep *step)
{
  return step->kind == SCUMBLE_LAYER_POOL2 || step->conv.form == SCUMBLE_CONV_POOL;
}

/* Whether it doubles them. */
static inline gboolean
scumble_step_doubles (const ScumbleStep *step)
{
  return step->kind == SCUMBLE_LAYER_UP2 || step->conv.form == SCUMBLE_CONV_UP;
}

/* How many cells of border it wants around its input. */
static inline int
scumble_step_border (const ScumbleStep *step)
{
  return step->kind == SCUMBLE_LAYER_CONV3 ? 1 : 0;
}

/**
 * scumble_convnet_walk:
 * @plane_w: width of the whole input plane
 * @plane_h: its height
 * @out: what is wanted of the output plane
 * @extents: (out caller-allocates): one more than there are steps
 *
 * Goes backwards through the steps, from what is wanted to what that depends on.
 */
void scumble_convnet_walk        (const ScumbleConvnet *net, int plane_w, int plane_h,
                                  ScumbleRect out, ScumbleExtent *extents);

/**
 * scumble_convnet_positions:
 *
 * Positions that make a difference to what a rectangle reaches: upsampling rounds outwards by
 * where it begins, every time.
 *
 * Returns: how many there are along each side
 */
int  scumble_convnet_positions   (const ScumbleConvnet *net);

/* Walks from a rectangle far from any border of planes that are large enough. */
void scumble_convnet_walk_inside (const ScumbleConvnet *net, int x, int y, int w, int h,
                                  ScumbleExtent *extents);

G_END_DECLS
