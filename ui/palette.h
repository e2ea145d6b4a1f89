/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"

G_BEGIN_DECLS

/**
 * ScumblePalette:
 *
 * The styles that models have seen lately, so that going back to one costs nothing, and
 * those that have been learned. Belongs to the worker.
 */
typedef struct _ScumblePalette ScumblePalette;

ScumblePalette *scumble_palette_new  (ScumbleHost *host);
void            scumble_palette_free (ScumblePalette *self);

/**
 * scumble_palette_get:
 * @settings: how to look at the style
 *
 * Returns: (transfer none) (nullable): the style of @pick for @model, as it is kept, loaded
 *   or encoded; valid until another one is asked for a few times. %NULL with an error
 */
ScumbleStyle   *scumble_palette_get  (ScumblePalette *self, ScumbleModel *model,
                                      ScumblePick *pick, const ScumbleSettings *settings,
                                      const ScumbleJob *job, GError **error);

/**
 * scumble_palette_sketch:
 *
 * The same, but the style as it was before it learned.
 */
ScumbleStyle   *scumble_palette_sketch  (ScumblePalette *self, ScumbleModel *model,
                                         ScumblePick *pick,
                                         const ScumbleSettings *settings,
                                         const ScumbleJob *job, GError **error);

/**
 * scumble_palette_updates:
 *
 * Returns: the updates that make the style of scumble_palette_get(): fewer than those of
 *   @settings if learning was stopped early, 0 if it has not learned. Those of @settings for
 *   a style that they do not matter to
 */
int             scumble_palette_updates (ScumblePalette *self, ScumbleModel *model,
                                         ScumblePick *pick,
                                         const ScumbleSettings *settings);

/**
 * scumble_palette_learn:
 * @settings: how long to learn, and what; for 0 updates nothing happens
 * @told: told of every update
 *
 * Adapts the style of @pick to the content, or to the photographs that @settings name.
 * scumble_palette_get() gives the learned one from now on. When cancelled after the first
 * update, that is how far it came. On disk it is known by the updates that it has had.
 */
gboolean        scumble_palette_learn   (ScumblePalette *self, ScumbleModel *model,
                                         ScumblePick *pick,
                                         const ScumbleSettings *settings,
                                         ScumbleAdaptTold told, gpointer told_data,
                                         const ScumbleJob *job, GError **error);

G_END_DECLS
