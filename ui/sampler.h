/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"
#include "worker.h"

G_BEGIN_DECLS

/**
 * scumble_sampler_strength:
 * @column: 0..%SCUMBLE_SAMPLER_COLUMNS - 1
 *
 * Returns: the strength of the samples in a column
 */
double scumble_sampler_strength (int column);

enum { SCUMBLE_SAMPLER_COLUMNS = 3 };

/**
 * scumble_sampler_view:
 * @content: what is to be painted
 *
 * Returns: the whole of it, and the size of its samples
 */
ScumbleView scumble_sampler_view (const ScumbleSource *content);

/**
 * scumble_sampler_run:
 * @arena: working memory
 *
 * Paints the whole content with every method at every column's strength, at a size that
 * shows what the brush strokes are like, and shrinks it to a sample. Each sample is an
 * answer of its own; a method that cannot be used answers with its error. Runs on the
 * worker; keeps nothing.
 */
void   scumble_sampler_run      (ScumbleHost *host, ScumbleArena *arena,
                                 const ScumbleOrder *order, ScumbleTask *task);

G_END_DECLS
