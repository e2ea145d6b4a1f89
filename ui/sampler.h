/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "easel.h"
#include "worker.h"

G_BEGIN_DECLS

enum { SCUMBLE_SAMPLER_STRENGTHS = 3 };

/**
 * scumble_sampler_strength:
 * @number: 0..%SCUMBLE_SAMPLER_STRENGTHS - 1
 *
 * Returns: the strength of that number, the weakest first
 */
double      scumble_sampler_strength (int number);

/**
 * scumble_sampler_view:
 * @view: what a preview shows
 * @width: device pixels that a sample may be wide
 * @height: and high
 *
 * Returns: the same at the size of a sample, which is no larger than the picture itself
 */
ScumbleView scumble_sampler_view     (const ScumbleView *view, int width, int height);

/**
 * scumble_sampler_run:
 * @order: its view says what the samples show, and their size
 *
 * Paints what the preview shows with every method at every strength. A small
 * part of a small picture is the real thing; otherwise the part is taken for the whole, and
 * shrunk if it is large. Each sample is an answer of its own, a method's weakest
 * first; a method that cannot be used answers with its error in place of the first sample that
 * it has not painted. Runs on the worker.
 */
void        scumble_sampler_run      (ScumbleEasel *easel, const ScumbleOrder *order,
                                      ScumbleTask *task, const ScumbleJob *job);

G_END_DECLS
