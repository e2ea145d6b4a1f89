/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"

G_BEGIN_DECLS

/**
 * ScumbleArena:
 *
 * All working memory of a job, within one byte budget. Scratch memory is a stack: take,
 * and release down to a mark. Its pages stay mapped between uses, because fresh pages
 * cost more than most layers do. Blocks live as long as their owner wants (a content's
 * feature plane) and count against the same budget. Not for use by several threads.
 */
typedef struct _ScumbleArena ScumbleArena;

/**
 * scumble_arena_new:
 * @budget: bytes that scratch memory and blocks may take together
 *
 * Reserves addresses only; pages are taken as they are touched. A system that grants less
 * gets a smaller budget; scumble_arena_budget() tells.
 *
 * Returns: (transfer full): an arena; free with scumble_arena_free() after all blocks
 */
ScumbleArena *scumble_arena_new     (gsize budget);
void          scumble_arena_free    (ScumbleArena *arena);

gsize         scumble_arena_budget  (const ScumbleArena *arena);

/**
 * scumble_arena_room:
 *
 * Returns: the bytes that can still be taken, scratch and blocks together
 */
gsize         scumble_arena_room    (const ScumbleArena *arena);

/**
 * scumble_arena_has_room:
 *
 * Returns: whether so many bytes can still be taken; %FALSE with %SCUMBLE_ERROR_MEMORY
 */
gboolean      scumble_arena_has_room (const ScumbleArena *arena, gsize bytes, GError **error);

/**
 * scumble_arena_peak:
 *
 * Returns: the most bytes that were ever in use at once
 */
gsize         scumble_arena_peak    (const ScumbleArena *arena);

/**
 * scumble_arena_take:
 * @bytes: size; rounded up to a whole number of cache lines
 *
 * Returns: (transfer none) (nullable): uninitialised memory aligned to 64 bytes, until it
 *   is released; %NULL with %SCUMBLE_ERROR_MEMORY when the budget does not allow it
 */
gpointer      scumble_arena_take    (ScumbleArena *arena, gsize bytes, GError **error);

/**
 * scumble_arena_tensor:
 * @out: (out caller-allocates): receives a dense tensor [h, w, c], uninitialised
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY when the budget does not allow it
 */
gboolean      scumble_arena_tensor  (ScumbleArena *arena, int h, int w, int c,
                                     ScumbleTensor *out, GError **error);

gsize         scumble_arena_mark    (const ScumbleArena *arena);
void          scumble_arena_release (ScumbleArena *arena, gsize mark);

/**
 * scumble_arena_block_new:
 * @bytes: size
 *
 * Returns: (transfer full) (nullable): memory filled with zeros, aligned to 64 bytes, to
 *   be given back with scumble_arena_block_free() in any order; %NULL with
 *   %SCUMBLE_ERROR_MEMORY when the budget does not allow it
 */
gpointer      scumble_arena_block_new  (ScumbleArena *arena, gsize bytes, GError **error);
void          scumble_arena_block_free (ScumbleArena *arena, gpointer block, gsize bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleArena, scumble_arena_free)

G_END_DECLS
