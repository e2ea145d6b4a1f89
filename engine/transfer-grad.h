/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"

G_BEGIN_DECLS

/**
 * ScumbleTransferGrad:
 *
 * A transfer network that learns: it paints a small picture with the statistics of that
 * picture, remembers how, and tells how a loss depends on the scales and shifts of its
 * normalisations.
 */
typedef struct _ScumbleTransferGrad ScumbleTransferGrad;

/**
 * scumble_transfer_grad_new:
 * @base: channels of the first layer
 * @parameters: (transfer none): must outlive the network; only scales and shifts, but not
 *   the kernels or the last layer, may change meanwhile
 */
ScumbleTransferGrad *scumble_transfer_grad_new     (int base, const float *parameters);
void                 scumble_transfer_grad_free    (ScumbleTransferGrad *net);

/**
 * scumble_transfer_grad_forward:
 * @x: [h, w, 3] sides multiples of 16; must stay until scumble_transfer_grad_back()
 * @y: [h, w, 3] receives the painted picture, and must stay likewise
 *
 * What it remembers lies in the job's arena, above the mark that the caller releases to
 * after scumble_transfer_grad_back().
 *
 * Returns: %FALSE with an error on cancel or out of budget
 */
gboolean             scumble_transfer_grad_forward (ScumbleTransferGrad *net,
                                                    const ScumbleTensor *x,
                                                    const ScumbleTensor *y,
                                                    const ScumbleJob *job, GError **error);

/**
 * scumble_transfer_grad_back:
 * @g: (inout): [h, w, 3] the loss's gradient with respect to the painted picture; used up
 * @gradient: (out caller-allocates): scumble_transfer_count() numbers; those of scales and
 *   shifts are set
 *
 * Returns: %FALSE with an error on cancel or out of budget
 */
gboolean             scumble_transfer_grad_back    (ScumbleTransferGrad *net,
                                                    const ScumbleTensor *g,
                                                    double *gradient, const ScumbleJob *job,
                                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleTransferGrad, scumble_transfer_grad_free)

G_END_DECLS
