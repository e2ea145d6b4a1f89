/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arena.h"
#include "error.h"
#include "mark.h"

#include <sys/mman.h>

enum { LINE = 64, PAGE = 4096 };

struct _ScumbleArena
{
  guint8 *base;
  gsize   budget;
  gsize   top;     /* scratch in use */
  gsize   touched; /* scratch whose pages may be resident: the highest top so far */
  gsize   held;    /* bytes in blocks */
  gsize   peak;
};

static gsize
round_up (gsize bytes, gsize unit)
{
  return bytes > G_MAXSIZE - unit ? G_MAXSIZE - unit + 1 : (bytes + unit - 1) / unit * unit;
}

static gpointer
map (gsize bytes)
{
  gpointer p = mmap (NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (p == MAP_FAILED)
    return NULL;

  /* A hint only: with huge pages a first touch costs a 512th. */
  madvise (p, bytes, MADV_HUGEPAGE);

  return p;
}

static void
refuse (const ScumbleArena *arena, gsize bytes, GError **error)
{
  scumble_set_error (error, SCUMBLE_ERROR_MEMORY,
                     N_("This needs %.1f MiB more working memory, but %.1f of the "
                        "allowed %.1f MiB are left. Allow more memory, or use a "
                        "smaller picture."), bytes / 1048576.0,
                     scumble_arena_room (arena) / 1048576.0, arena->budget / 1048576.0);
}

ScumbleArena *
scumble_arena_new (gsize budget)
{
  ScumbleArena *arena = g_new0 (ScumbleArena, 1);

  /* A system that does not overcommit may refuse a budget as large as its memory. */
  for (arena->budget = budget / PAGE * PAGE; arena->budget > 0 && arena->base == NULL;)
    {
      arena->base = map (arena->budget);
      if (arena->base == NULL)
        arena->budget = arena->budget / 2 / PAGE * PAGE;
    }

  return arena;
}

void
scumble_arena_free (ScumbleArena *arena)
{
  if (arena == NULL)
    return;

  g_warn_if_fail (arena->held == 0);
  if (arena->base != NULL)
    munmap (arena->base, arena->budget);
  g_free (arena);
}

gsize
scumble_arena_budget (const ScumbleArena *arena)
{
  return arena->budget;
}

gsize
scumble_arena_room (const ScumbleArena *arena)
{
  return arena->budget - arena->top - arena->held;
}

gboolean
scumble_arena_has_room (const ScumbleArena *arena, gsize bytes, GError **error)
{
  if (bytes <= scumble_arena_room (arena))
    return TRUE;

  refuse (arena, bytes, error);
  return FALSE;
}

gsize
scumble_arena_peak (const ScumbleArena *arena)
{
  return arena->peak;
}

/* Gives back the pages above the stack's top when blocks have come to need them. */
static void
trim (ScumbleArena *arena)
{
  const gsize from = round_up (arena->top, PAGE);

  if (arena->touched + arena->held <= arena->budget || from >= arena->touched)
    return;

  madvise (arena->base + from, arena->touched - from, MADV_DONTNEED);
  arena->touched = arena->top;
}

static void
note_use (ScumbleArena *arena)
{
  arena->touched = MAX (arena->touched, arena->top);
  arena->peak    = MAX (arena->peak, arena->top + arena->held);
}

gpointer
scumble_arena_take (ScumbleArena *arena, gsize bytes, GError **error)
{
  const gsize rounded = round_up (bytes, LINE);
  gpointer    p;

  if (rounded > scumble_arena_room (arena))
    {
      refuse (arena, bytes, error);
      return NULL;
    }

  p           = arena->base + arena->top;
  arena->top += rounded;
  note_use (arena);

  return p;
}

gboolean
scumble_arena_tensor (ScumbleArena *arena, int h, int w, int c, ScumbleTensor *out,
                      GError **error)
{
  const gsize stride = (gsize) w * (gsize) c;
  float      *data   = scumble_arena_take (arena, (gsize) h * stride * sizeof (float),
                                           error);

  if (data == NULL)
    return FALSE;

  *out = (ScumbleTensor) { data, h, w, c, stride };
  return TRUE;
}

gsize
scumble_arena_mark (const ScumbleArena *arena)
{
  return arena->top;
}

void
scumble_arena_release (ScumbleArena *arena, gsize mark)
{
  g_return_if_fail (mark <= arena->top);

  arena->top = mark;
}

gpointer
scumble_arena_block_new (ScumbleArena *arena, gsize bytes, GError **error)
{
  const gsize rounded = round_up (bytes, PAGE);
  gpointer    p       = NULL;

  if (rounded <= scumble_arena_room (arena))
    p = map (rounded);

  if (p == NULL)
    {
      refuse (arena, bytes, error);
      return NULL;
    }

  arena->held += rounded;
  trim (arena);
  note_use (arena);

  return p;
}

void
scumble_arena_block_free (ScumbleArena *arena, gpointer block, gsize bytes)
{
  const gsize rounded = round_up (bytes, PAGE);

  if (block == NULL)
    return;

  munmap (block, rounded);
  arena->held -= rounded;
}
