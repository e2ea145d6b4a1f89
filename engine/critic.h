/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "safetensors.h"
#include "veil.h"

G_BEGIN_DECLS

/**
 * ScumbleCritic:
 *
 * An encoder that judges a painted picture, and says how every pixel should change: the
 * perceptual loss of MetaStyle's adaptation, transfer_loss() of weights/train/losses.py,
 *
 *     mean over relu3_1 and relu4_1, instance-normalised, of |painted - content|^2 / n
 *     + sum over relu1_1 .. relu4_1 of |means - those of the style| / its deviation
 *                           + |covariances - those of the style| / |those of the style|
 *     + half of how far colours lie in the outermost three of 255 levels: 0 = none, 1 = all
 *       are 0 or 1
 *     + a thousand times how much repeats every four pixels (scumble_lattice())
 *
 * but for the constants that keep it finite (scumble_covariance_distance()). Cells count as
 * much as they are visible in all of these means, and pixels in the last two. Immutable; threads
 * may share it.
 */
typedef struct _ScumbleCritic ScumbleCritic;

/**
 * scumble_critic_new:
 * @file: an encoder file
 *
 * Returns: (transfer full) (nullable): the critic; %NULL with %SCUMBLE_ERROR_MODEL if a
 *   tensor is missing or does not fit its neighbours
 */
ScumbleCritic *scumble_critic_new    (const ScumbleSafetensors *file, GError **error);
void           scumble_critic_free   (ScumbleCritic *critic);

/**
 * ScumbleVerdicts:
 *
 * A critic at work on pictures of one size.
 */
typedef struct _ScumbleVerdicts ScumbleVerdicts;

/**
 * scumble_verdicts_new:
 * @critic: (transfer none): must outlive the verdicts
 * @w: width of the pictures, a multiple of 8 and at least 16
 * @h: their height, likewise
 * @wanted: (transfer none): the style's means and covariances, as of
 *   scumble_taps_covariances_source()
 * @job: its arena gives the memory, which the caller releases after
 *   scumble_verdicts_free()
 *
 * Returns: (transfer full) (nullable): %NULL with an error out of budget
 */
ScumbleVerdicts *scumble_verdicts_new  (const ScumbleCritic *critic, int w, int h,
                                        const float *wanted, const ScumbleJob *job,
                                        GError **error);
void             scumble_verdicts_free (ScumbleVerdicts *verdicts);

/**
 * scumble_verdicts_compare:
 * @content: [h, w, 3] what the painted pictures should show from now on
 * @veil: (transfer none) (nullable): how visible it is, until the next call; %NULL if
 *   everything is
 *
 * Returns: %FALSE with an error on cancel
 */
gboolean       scumble_verdicts_compare (ScumbleVerdicts *verdicts,
                                         const ScumbleTensor *content,
                                         const ScumbleVeil *veil, const ScumbleJob *job,
                                         GError **error);

/**
 * scumble_verdicts_judge:
 * @painted: [h, w, 3]
 * @g: (out): [h, w, 3] the loss's gradient with respect to @painted; in memory of
 *   @verdicts, until the next call
 * @loss: (out): the loss
 *
 * Returns: %FALSE with an error on cancel
 */
gboolean       scumble_verdicts_judge  (ScumbleVerdicts *verdicts,
                                        const ScumbleTensor *painted, ScumbleTensor *g,
                                        double *loss, const ScumbleJob *job,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleCritic, scumble_critic_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleVerdicts, scumble_verdicts_free)

G_END_DECLS
