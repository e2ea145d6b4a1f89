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

  if (job->tile > 0)
    return MAX (job->tile / unit, 1) * unit;

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    {
      const int edge = edges[i] / unit * unit;

      if (edge > 0 && room (MIN (edge, area->w), MIN (edge, area->h), user_data) <= available)
        return edge;
    }

  return unit;
}

gboolean
scumble_tiles_walk (const ScumbleRect *area, int edge, ScumbleTileFunc func,
                    gpointer user_data, const ScumbleJob *job, GError **error)
{
  const int cols = (area->w + edge - 1) / edge;
  const int rows = (area->h + edge - 1) / edge;

  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++)
      {
        const ScumbleRect cell = { area->x + j * edge, area->y + i * edge, edge, edge };
        const ScumbleRect tile = scumble_rect_intersect (cell, *area);

        if (!scumble_job_go_on (job, error) || !func (&tile, user_data, error))
          return FALSE;
        scumble_job_report (job, (i * cols + j + 1.0) / ((double) rows * cols));
      }

  return TRUE;
}
