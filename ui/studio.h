/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"
#include "worker.h"

G_BEGIN_DECLS

/**
 * ScumbleStudio:
 *
 * Where the dialog uses the engine. It belongs to the worker: it keeps the
 * model, the style and the content, each as long as what it was made from stays the same,
 * so that another strength is a matter of rendering and nothing else.
 */
typedef struct _ScumbleStudio ScumbleStudio;

ScumbleStudio *scumble_studio_new  (ScumbleHost *host);
void           scumble_studio_free (ScumbleStudio *self);

/**
 * scumble_studio_run:
 *
 * Fills an order. A preview is answered with one to three shots, each better than the one
 * before: the original, a draft from a shrunken picture, the real thing.
 */
void           scumble_studio_run  (ScumbleStudio *self, const ScumbleOrder *order,
                                    ScumbleTask *task);

G_END_DECLS
