/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"
#include "worker.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_FOOT (scumble_foot_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleFoot, scumble_foot, SCUMBLE, FOOT, GtkStack)

/**
 * ScumbleFoot:
 *
 * The line that says what learning and painting would take, that the preview is being
 * refined, or how far the learning or the painting is. It is at one of these, from the latest
 * of the calls below.
 */

/**
 * scumble_foot_take:
 * @answer: of the worker, which may tell what painting will take, or of learning
 *
 * Keeps the one for scumble_foot_rest(), and shows the other after scumble_foot_learn().
 */
void scumble_foot_take   (ScumbleFoot *self, const ScumbleAnswer *answer);

/**
 * scumble_foot_rest:
 * @has_style: whether there is a style to paint with
 */
void scumble_foot_rest   (ScumbleFoot *self, gboolean has_style);

/**
 * scumble_foot_refine:
 * @worker: (transfer none): whose progress is shown; outlives the foot
 *
 * Shows the busy mark, unless there is a rest within a fifth of a second, and after a while how
 * far the preview is.
 */
void scumble_foot_refine (ScumbleFoot *self, const ScumbleWorker *worker);

/**
 * scumble_foot_paint:
 * @worker: (transfer none): whose progress is shown; outlives the foot
 */
void scumble_foot_paint  (ScumbleFoot *self, const ScumbleWorker *worker);

/**
 * scumble_foot_learn:
 *
 * Shows how far the learning is, as the answers that are taken from now on say.
 */
void scumble_foot_learn  (ScumbleFoot *self);

G_END_DECLS
