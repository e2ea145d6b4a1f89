/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"

G_BEGIN_DECLS

/**
 * ScumbleTileRoom:
 * @w: width of a tile, in pixels
 * @h: its height
 *
 * Returns: the bytes of scratch that a tile of that size takes
 */
typedef gsize (*ScumbleTileRoom) (int w, int h, gconstpointer user_data);

/**
 * ScumbleTileWork:
 *
 * Returns: the multiply-adds of a tile
 */
typedef double (*ScumbleTileWork) (const ScumbleRect *tile, gconstpointer user_data);

/**
 * ScumbleTileFunc:
 *
 * Does the work of one tile.
 */
typedef gboolean (*ScumbleTileFunc) (const ScumbleRect *tile, gpointer user_data,
                                     GError **error);

/**
 * scumble_tile_edge:
 * @area: what is to be cut into tiles, in pixels
 * @unit: every tile starts at a multiple of it, counted from @area's corner
 * @room: what a tile takes
 *
 * Returns: the edge of a tile, a multiple of @unit: the job's own or, where that does
 *   not fit the job's arena or there is none, the largest useful one that does; @unit if none
 *   fits
 */
int      scumble_tile_edge  (const ScumbleRect *area, int unit, ScumbleTileRoom room,
                             gconstpointer user_data, const ScumbleJob *job);

/**
 * scumble_tiles_count:
 *
 * Returns: how many tiles of that edge @area has
 */
int      scumble_tiles_count (const ScumbleRect *area, int edge);

/**
 * scumble_tiles_walk:
 * @edge: of a tile
 *
 * Calls @func for every tile of @area, from left to right and top to bottom, with progress
 * told and the cancellable looked at between tiles.
 *
 * Returns: %FALSE with the error that stopped it
 */
gboolean scumble_tiles_walk (const ScumbleRect *area, int edge, ScumbleTileFunc func,
                             gpointer user_data, const ScumbleJob *job, GError **error);

/**
 * scumble_tiles_rehearse:
 * @edge: of a tile
 * @room: what a tile takes
 * @work: what it costs
 *
 * Notes in the job's rehearsal what scumble_tiles_walk() would do.
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY when a tile does not fit the arena
 */
gboolean scumble_tiles_rehearse (const ScumbleRect *area, int edge, ScumbleTileRoom room,
                                 ScumbleTileWork work, gconstpointer user_data,
                                 const ScumbleJob *job, GError **error);

G_END_DECLS
