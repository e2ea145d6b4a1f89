/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "grain.h"
#include "veil.h"

G_BEGIN_DECLS

/**
 * ScumbleTransferGrad:
 *
 * A transfer network that learns: it paints small pictures of one size, each with its own
 * statistics, remembers how, and tells how a loss depends on its parameters.
 */
typedef struct _ScumbleTransferGrad ScumbleTransferGrad;

/**
 * scumble_transfer_grad_new:
 * @base: channels of the first layer
 * @parameters: (transfer none): must outlive the network; scales and shifts may change at
 *   any time, the rest before scumble_transfer_grad_set()
 * @w: width of the pictures, a multiple of 16
 * @h: their height, likewise
 * @job: its arena gives the memory, which the caller releases after
 *   scumble_transfer_grad_free()
 *
 * Returns: (transfer full) (nullable): %NULL with an error out of budget
 */
ScumbleTransferGrad *scumble_transfer_grad_new     (int base, const float *parameters, int w,
                                                    int h, const ScumbleJob *job,
                                                    GError **error);
void                 scumble_transfer_grad_free    (ScumbleTransferGrad *net);

/**
 * scumble_transfer_grad_set:
 *
 * Takes up the kernels and the last layer's bias as they are now.
 */
void                 scumble_transfer_grad_set     (ScumbleTransferGrad *net, int threads);

/**
 * scumble_transfer_grad_forward:
 * @x: [h, w, 3]
 * @veil: (transfer none) (nullable): how visible @x is, until scumble_transfer_grad_back(); it
 *   is painted as scumble_transfer_new() does. %NULL if everything is
 * @grain: the grain that the network sees on @x
 * @y: [h, w, 3] receives the painted picture, and must stay until
 *   scumble_transfer_grad_back()
 *
 * Returns: %FALSE with an error on cancel
 */
gboolean             scumble_transfer_grad_forward (ScumbleTransferGrad *net,
                                                    const ScumbleTensor *x,
                                                    const ScumbleVeil *veil,
                                                    const ScumbleGrain *grain,
                                                    const ScumbleTensor *y,
                                                    const ScumbleJob *job, GError **error);

/**
 * scumble_transfer_grad_back:
 * @g: [h, w, 3] the loss's gradient with respect to the painted picture
 * @all: whether the gradients of kernels and the last layer's bias are wanted
 * @gradient: (out caller-allocates): scumble_transfer_count() numbers; unless @all, only
 *   those of scales and shifts are set
 * @loss: (inout): to which is added what the network's own spikes cost, whose gradient is in
 *   @gradient too: a network that keeps what a normalisation takes away in a spot of it, so
 *   strong that it decides the deviation, paints blots (spikes() in weights/train/losses.py)
 *
 * Returns: %FALSE with an error on cancel
 */
gboolean             scumble_transfer_grad_back    (ScumbleTransferGrad *net,
                                                    const ScumbleTensor *g, gboolean all,
                                                    float *gradient, double *loss,
                                                    const ScumbleJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleTransferGrad, scumble_transfer_grad_free)

G_END_DECLS
