/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "safetensors.h"
#include "tensor.h"

G_BEGIN_DECLS

/**
 * ScumbleGrain:
 * @left: where a part of a picture lies, 0 or more
 * @top: likewise
 * @amount: how much grain it has, 1 for as much as networks learn with
 */
typedef struct
{
  int   left;
  int   top;
  float amount;
} ScumbleGrain;

/**
 * scumble_grain_add:
 * @x: (inout): [h, w, 3] a part of a picture
 *
 * Adds faint noise, so that a network has something to make a painting's texture of on flat
 * parts too, which it would cover with dots on a lattice: grain() of weights/train/grain.py.
 * It is noise of a deviation of 0.02 each in cells of 1, 2, 4 and 8 pixels, independent in
 * every channel and at every corner of a cell, and bilinear between corners.
 *
 * It is a function of a pixel's place alone: the parts of a picture have the same grain as the
 * whole of it.
 */
void scumble_grain_add (const ScumbleTensor *x, const ScumbleGrain *grain, int threads);

/**
 * scumble_grain_load:
 * @name: of a tensor of one number: how much grain a network sees, at full strength
 * @amount: (out): that, 0 .. 1; 0 if there is no such tensor, as of networks that learned
 *   before there was grain
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MODEL if there are more numbers
 */
gboolean scumble_grain_load (const ScumbleSafetensors *file, const char *name, float *amount,
                             GError **error);

G_END_DECLS
