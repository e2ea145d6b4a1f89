/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "safetensors.h"

G_BEGIN_DECLS

/**
 * ScumbleCritic:
 *
 * An encoder that judges a painted picture, and says how every pixel should change: the
 * perceptual loss of MetaStyle's adaptation, transfer_loss() of weights/train/losses.py,
 *
 *     |relu3_1 (painted) - relu3_1 (content)|^2 / n / spatial variance of relu3_1 (content)
 *     + sum over relu1_1 .. relu4_1 of
 *           sqrt (|gram - gram of the style|^2 / |gram of the style|^2)
 *
 * but for the constants that keep it finite.
 */
typedef struct _ScumbleCritic ScumbleCritic;

/**
 * scumble_critic_new:
 * @file: an encoder file
 *
 * Returns: (transfer full) (nullable): the critic; %NULL with %SCUMBLE_ERROR_MODEL if a
 *   tensor is missing or does not fit its neighbours
 */
ScumbleCritic *scumble_critic_new   (const ScumbleSafetensors *file, GError **error);
void           scumble_critic_free  (ScumbleCritic *critic);

/**
 * scumble_critic_judge:
 * @painted: [h, w, 3], sides multiples of 8 and at least 16
 * @content: [h, w, 3]
 * @wanted: the style's Gram matrices, as of scumble_taps_grams_source()
 * @g: [h, w, 3], overwritten: the loss's gradient with respect to @painted
 * @loss: (out): the loss
 *
 * Returns: %FALSE with an error on cancel or out of budget
 */
gboolean       scumble_critic_judge (const ScumbleCritic *critic,
                                     const ScumbleTensor *painted,
                                     const ScumbleTensor *content, const float *wanted,
                                     const ScumbleTensor *g, double *loss,
                                     const ScumbleJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleCritic, scumble_critic_free)

G_END_DECLS
