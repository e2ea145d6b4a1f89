/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "picture.h"
#include "safetensors.h"

G_BEGIN_DECLS

/* The layers of the transfer network: first, down1, down2, five residual blocks of two, up1,
 * up2, and last. */
enum
{
  SCUMBLE_TRANSFER_FIRST  = 0,
  SCUMBLE_TRANSFER_LAST   = 15,
  SCUMBLE_TRANSFER_LAYERS = 16,
};

/* Pixels that the sides of a picture are padded to a multiple of. */
#define SCUMBLE_TRANSFER_ALIGN 16

/**
 * ScumbleTransferLayer:
 * @name: such as "block1_a"
 * @c_in: channels in
 * @c_out: channels out
 * @kernel: cells along a side of the kernel
 * @stride: cells from one result to the next
 * @up: whether its input is upsampled first
 * @skip: whether it ends a residual block: instead of a ReLU, the block's input is added
 * @weights: where its [c_out, c_in, kernel, kernel] begin among the network's parameters
 * @scale: where the scale of its normalisation begins, [c_out]; the last layer has none
 * @shift: where the shift begins, [c_out]; of the last layer, the bias
 * @end: the first parameter after it
 *
 * A layer of a network of some base width.
 */
typedef struct
{
  const char *name;
  int         c_in;
  int         c_out;
  int         kernel;
  int         stride;
  gboolean    up;
  gboolean    skip;
  gsize       weights;
  gsize       scale;
  gsize       shift;
  gsize       end;
} ScumbleTransferLayer;

/**
 * scumble_transfer_layer:
 * @base: channels of the first layer
 * @i: number of a layer
 */
ScumbleTransferLayer scumble_transfer_layer (int base, int i);

/**
 * scumble_transfer_base:
 * @file: a model file with a tensor PREFIX.first.weight [base, 3, 9, 9]
 *
 * Returns: the base width, or 0 with %SCUMBLE_ERROR_MODEL if there is no such tensor, or
 *   one of a width out of bounds
 */
int                  scumble_transfer_base  (const ScumbleSafetensors *file,
                                             const char *prefix, GError **error);

/**
 * scumble_transfer_count:
 *
 * Returns: how many parameters a network has: all layers' weights, scale and shift in turn
 */
gsize                scumble_transfer_count (int base);

/**
 * ScumbleTransfer:
 *
 * The transfer network of MetaNet and MetaStyle, after Johnson, Alahi and Fei-Fei,
 * "Perceptual Losses for Real-Time Style Transfer", ECCV 2016: picture -> picture. Every
 * convolution but the last is followed by an instance normalisation, whose statistics are
 * frozen when the network is made. So it renders any part of a picture like the whole.
 */
typedef struct _ScumbleTransfer ScumbleTransfer;

/**
 * scumble_transfer_new:
 * @base: channels of the first layer
 * @parameters: (transfer none): as scumble_transfer_count() says
 * @grain: how much grain it sees on every picture (ScumbleGrain)
 * @picture: what the normalisations measure; invisible pixels are left out. It is gone
 *   through layer by layer, so it should be small
 * @allowance: bytes of scratch to take at most, where that is possible. As many layers'
 *   results are kept meanwhile as fit; the others are computed again, tile by tile, and
 *   the network is the same but for rounding
 *
 * Returns: (transfer full) (nullable): the network, or %NULL with an error on cancel, out of
 *   budget, or if the picture fails to read
 */
ScumbleTransfer *scumble_transfer_new  (int base, const float *parameters, float grain,
                                        const ScumblePicture *picture, gsize allowance,
                                        const ScumbleJob *job, GError **error);
void             scumble_transfer_free (ScumbleTransfer *transfer);

/**
 * scumble_transfer_new_room:
 *
 * Returns: the most bytes of scratch that scumble_transfer_new() takes; more than
 *   @allowance only if that is too little for anything
 */
gsize            scumble_transfer_new_room (int base, const ScumblePicture *picture,
                                            gsize allowance, const ScumbleJob *job);

/**
 * scumble_transfer_new_least:
 *
 * Returns: the least allowance with which scumble_transfer_new() does not take
 *   unreasonably long: no longer than 16 times painting @picture
 */
gsize            scumble_transfer_new_least (int base, const ScumblePicture *picture,
                                             const ScumbleJob *job);

/**
 * scumble_transfer_new_work:
 *
 * Returns: its multiply-adds, as the convolutions' definition counts them
 */
double           scumble_transfer_new_work (int base, const ScumblePicture *picture,
                                            gsize allowance, const ScumbleJob *job);

/**
 * scumble_transfer_run:
 * @rect: a rectangle inside the padded picture
 * @rgb: (out caller-allocates): [rect.h, rect.w, 3], for scumble_transfer_squash()
 */
gboolean         scumble_transfer_run  (const ScumbleTransfer *transfer,
                                        const ScumblePicture *picture,
                                        const ScumbleRect *rect, float *rgb,
                                        const ScumbleJob *job, GError **error);

/**
 * scumble_transfer_features:
 * @layer: number of a layer that does not end a block
 * @features: (out): [h, w, c] its results for the whole padded picture, in scratch that the
 *   caller gives back; channels beyond the layer's own are 0
 *
 * What the network makes of a picture on the way, to look into it.
 */
gboolean             scumble_transfer_features (const ScumbleTransfer *transfer,
                                                const ScumblePicture *picture, int layer,
                                                ScumbleTensor *features,
                                                const ScumbleJob *job, GError **error);

/**
 * scumble_transfer_squash:
 * @rgb: (inout): [n]
 *
 * The sigmoid that ends the network.
 */
void             scumble_transfer_squash (float *rgb, gsize n, int threads);

/**
 * scumble_transfer_room:
 *
 * Returns: the most bytes of scratch that scumble_transfer_run() takes for a rectangle of
 *   @w x @h
 */
gsize            scumble_transfer_room (int base, int w, int h, int threads);

/**
 * scumble_transfer_work:
 *
 * Returns: the multiply-adds of scumble_transfer_run() for @rect of @picture, as the
 *   convolutions' definition counts them
 */
double           scumble_transfer_work (int base, const ScumblePicture *picture,
                                        const ScumbleRect *rect);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleTransfer, scumble_transfer_free)

G_END_DECLS
