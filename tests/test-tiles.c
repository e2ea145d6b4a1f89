/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ref.h"
#include "tiles.h"

#include <string.h>

enum { W = 40, H = 30 };

typedef struct
{
  ScumbleRect   area;
  guint8        seen[W * H];
  guint         tiles;
  guint         stop_at; /* how many tiles to let pass */
  double        last;    /* progress told */
  GCancellable *cancellable;
} Walk;

static gboolean
visit (const ScumbleRect *tile, gpointer user_data, GError **error)
{
  Walk *walk = user_data;

  g_assert_cmpint (tile->w, >=, 1);
  g_assert_cmpint (tile->h, >=, 1);
  g_assert_true (scumble_rect_contains (walk->area, *tile));
  for (int y = tile->y; y < tile->y + tile->h; y++)
    for (int x = tile->x; x < tile->x + tile->w; x++)
      walk->seen[y * W + x]++;

  if (++walk->tiles == walk->stop_at)
    {
      if (walk->cancellable == NULL)
        {
          g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE, "The disk is full.");
          return FALSE;
        }
      g_cancellable_cancel (walk->cancellable);
    }

  return TRUE;
}

static void
told (double fraction, gpointer user_data)
{
  Walk *walk = user_data;

  g_assert_cmpfloat (fraction, >, walk->last);
  g_assert_cmpfloat (fraction, <=, 1.0);
  walk->last = fraction;
}

/* Every cell of the area exactly once, and no other. */
static void
test_cover (void)
{
  static const ScumbleRect areas[] = {
    { 0, 0, W, H }, { 3, 5, 1, 1 }, { 7, 2, 33, 1 }, { 1, 1, 8, 16 }, { 39, 0, 1, 30 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (areas); i++)
    for (int edge = 1; edge <= 41; edge++)
      {
        Walk             walk = { .area = areas[i] };
        const ScumbleJob job  = { .threads = 1, .progress = told, .progress_data = &walk };

        g_assert_true (scumble_tiles_walk (&areas[i], edge, visit, &walk, &job, NULL));
        g_assert_cmpfloat (walk.last, ==, 1.0);
        for (int k = 0; k < W * H; k++)
          {
            const ScumbleRect cell = { k % W, k / W, 1, 1 };

            g_assert_cmpint (walk.seen[k], ==, scumble_rect_contains (areas[i], cell) ? 1 : 0);
          }
      }
}

static void
test_stopped (void)
{
  const ScumbleRect area = { 0, 0, W, H };

  for (guint stop_at = 1; stop_at < 12; stop_at++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError)       error       = NULL;
      Walk                     walk        = { .area = area, .stop_at = stop_at };
      ScumbleJob               job         = { .threads = 1 };

      g_assert_false (scumble_tiles_walk (&area, 10, visit, &walk, &job, &error));
      ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "disk");
      g_assert_cmpuint (walk.tiles, ==, stop_at);

      walk            = (Walk) { .area = area, .stop_at = stop_at, .cancellable = cancellable };
      job.cancellable = cancellable;
      g_assert_false (scumble_tiles_walk (&area, 10, visit, &walk, &job, &error));
      ref_assert_failed (&error, SCUMBLE_ERROR_CANCELLED, NULL);
      g_assert_cmpuint (walk.tiles, ==, stop_at);
    }
}

static gsize
room (int w, int h, gconstpointer user_data)
{
  return (gsize) w * (gsize) h * 100;
}

static void
test_edge (void)
{
  const ScumbleRect        large = { 0, 0, 5000, 5000 };
  const ScumbleRect        strip = { 0, 0, 5000, 3 };
  g_autoptr (ScumbleArena) none  = scumble_arena_new (0);
  int                      last  = 0;

  for (gsize budget = 8192; budget < 200 << 20; budget *= 2)
    {
      g_autoptr (ScumbleArena) arena = scumble_arena_new (budget);
      const ScumbleJob         job   = { .arena = arena, .threads = 1 };
      const int                edge  = scumble_tile_edge (&large, 8, room, NULL, &job);
      const int                wide  = scumble_tile_edge (&strip, 8, room, NULL, &job);

      g_assert_cmpint (edge % 8, ==, 0);
      g_assert_cmpuint (room (edge, edge, NULL), <=, budget);
      g_assert_cmpint (edge, >=, last);
      g_assert_cmpint (wide, >=, edge);
      last = edge;
    }
  g_assert_cmpint (last, >, 256);

  g_assert_cmpint (scumble_tile_edge (&large, 16, room, NULL,
                                      &(ScumbleJob) { .arena = none, .threads = 1 }),
                   ==, 16);
}

static void
test_asked_for (void)
{
  const ScumbleRect        area  = { 0, 0, 500, 500 };
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);

  for (int tile = 1; tile < 100; tile++)
    {
      const ScumbleJob job  = { .arena = arena, .threads = 1, .tile = tile };
      const int        edge = scumble_tile_edge (&area, 8, room, NULL, &job);

      g_assert_cmpint (scumble_tile_edge (&area, 1, room, NULL, &job), ==, tile);
      g_assert_cmpint (edge, ==, MAX (8, tile - tile % 8));
    }
}

/* A tile that was asked for but does not fit gives way to smaller ones. */
static void
test_no_room (void)
{
  const ScumbleRect        area  = { 0, 0, 5000, 5000 };
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);

  for (int tile = 104; tile < 2000; tile += 8)
    {
      const ScumbleJob job  = { .arena = arena, .threads = 1, .tile = tile };

      g_assert_cmpint (scumble_tile_edge (&area, 8, room, NULL, &job), ==, 96);
    }
}

static double
area_of (const ScumbleRect *tile, gconstpointer user_data)
{
  return (double) tile->w * tile->h;
}

/* As large as GIMP's images may be, in tiles as small as there are: more than an int counts. */
static void
test_many (void)
{
  const ScumbleRect        area      = { 0, 0, 524288, 524287 };
  g_autoptr (ScumbleArena) arena     = scumble_arena_new (1 << 20);
  ScumbleRehearsal         rehearsal = { .work = 0.0 };
  const ScumbleJob         job       = { .arena = arena, .threads = 1, .rehearsal = &rehearsal };

  g_assert_true (scumble_tiles_rehearse (&area, 8, room, area_of, NULL, &job, NULL));
  g_assert_cmpfloat (rehearsal.work, ==, area_of (&area, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tiles/cover", test_cover);
  g_test_add_func ("/tiles/stopped", test_stopped);
  g_test_add_func ("/tiles/edge", test_edge);
  g_test_add_func ("/tiles/asked-for", test_asked_for);
  g_test_add_func ("/tiles/no-room", test_no_room);
  g_test_add_func ("/tiles/many", test_many);

  return g_test_run ();
}
