/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tiles.h"

/* Larger tiles repeat less work at their edges, smaller ones stay in the caches; SPEED.md
 * has the measurements. */
static const int edges[] = { 1024, 768, 512, 384, 256, 192, 128, 96, 64, 48, 32, 16, 8 };

int
scumble_tile_edge (const ScumbleRect *area, int unit, ScumbleTileRoom room,
                   gconstpointer user_data, const ScumbleJob *job)
{
  const gsize available = scumble_arena_room (job->arena);
  int         most      = G_MAXINT;

  if (job->tile > 0)
    {
      most = MAX (job->tile / unit, 1) * unit;
      if (room (MIN (most, area->w), MIN (most, area->h), user_data) <= available)
        return most;
    }

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    {
      const int edge = edges[i] / unit * unit;

      if (edge > 0 && edge < most &&
          room (MIN (edge, area->w), MIN (edge, area->h), user_data) <= available)
        return edge;
    }

  return unit;
}

static ScumbleRect
tile_at (const ScumbleRect *area, int edge, int row, int col)
{
  const ScumbleRect cell = { area->x + col * edge, area->y + row * edge, edge, edge };

  return scumble_rect_intersect (cell, *area);
}

static int
n_lines (int length, int edge)
{
  return (length + edge - 1) / edge;
}

int
scumble_tiles_count (const ScumbleRect *area, int edge)
{
  return n_lines (area->w, edge) * n_lines (area->h, edge);
}

gboolean
scumble_tiles_walk (const ScumbleRect *area, int edge, ScumbleTileFunc func,
                    gpointer user_data, const ScumbleJob *job, GError **error)
{
  const int cols = n_lines (area->w, edge);
  const int rows = n_lines (area->h, edge);

  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++)
      {
        const ScumbleRect tile = tile_at (area, edge, i, j);

        if (!scumble_job_go_on (job, error) || !func (&tile, user_data, error))
          return FALSE;
        scumble_job_report (job, ((double) i * cols + j + 1.0) / ((double) rows * cols));
      }

  return TRUE;
}

/* The tiles of one line that differ in what they reach: the first, those between, the last.
 * Returns: how many there are like number @i */
static int
n_alike (int i, int n)
{
  return i == 1 && n > 2 ? n - 2 : i < MIN (n, 3) ? 1 : 0;
}

gboolean
scumble_tiles_rehearse (const ScumbleRect *area, int edge, ScumbleTileRoom room,
                        ScumbleTileWork work, gconstpointer user_data, const ScumbleJob *job,
                        GError **error)
{
  const int   cols  = n_lines (area->w, edge);
  const int   rows  = n_lines (area->h, edge);
  const gsize mark  = scumble_arena_mark (job->arena);
  const gsize bytes = room (MIN (edge, area->w), MIN (edge, area->h), user_data);

  if (scumble_arena_take (job->arena, bytes, error) == NULL)
    return FALSE;
  scumble_arena_release (job->arena, mark);

  job->rehearsal->tile = edge;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      {
        const double      n    = (double) n_alike (i, rows) * n_alike (j, cols);
        const ScumbleRect tile = tile_at (area, edge, i == 2 ? rows - 1 : i,
                                          j == 2 ? cols - 1 : j);

        if (n > 0.0)
          job->rehearsal->work += n * work (&tile, user_data);
      }

  return TRUE;
}
