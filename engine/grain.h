/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "safetensors.h"
#include "source.h"

G_BEGIN_DECLS

/**
 * ScumbleGrain:
 * @amount: how much grain a part of a picture has, 1 for as much as networks learn with
 * @left: where the part lies in the picture
 * @top: likewise
 * @source: (transfer none) (nullable): the picture, whose ground it is on; %NULL for one whose
 *   upper left corner is the ground's
 */
typedef struct
{
  float          amount;
  int            left;
  int            top;
  ScumbleSource *source;
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
 * It is a function of a pixel's place on the ground alone: the parts of a picture have the same
 * grain as the whole of it; where the picture repeats, so does the grain; and what stays where it
 * is in an animation keeps its own.
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
