/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ref.h"
#include "strokes.h"

enum { W = 40, H = 30, BYTES = 13 };

/* A number for every pixel of a picture and its colours. */
static float *
pixels_of (const ScumbleRect *rect)
{
  float *rgb = g_new (float, 3 * rect->w * rect->h);

  for (int i = 0; i < 3 * rect->w * rect->h; i++)
    rgb[i] = (float) (3 * ((rect->y + i / 3 / rect->w) * 1000 + rect->x + i / 3 % rect->w) +
                      i % 3);

  return rgb;
}

static void
keep (ScumbleStrokes *strokes, ScumbleRect rect)
{
  g_autofree float *rgb = pixels_of (&rect);

  scumble_strokes_keep (strokes, &rect, rgb);
}

static void
check (const ScumbleStrokes *strokes, ScumbleRect rect, gboolean there)
{
  const int         n     = 3 * rect.w * rect.h;
  g_autofree float *rgb   = pixels_of (&rect);
  g_autofree float *found = g_new0 (float, n);

  g_assert_cmpint (scumble_strokes_have (strokes, &rect), ==, there);
  g_assert_cmpint (scumble_strokes_read (strokes, &rect, found), ==, there);
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat (found[i], ==, there ? rgb[i] : 0.0f);
}

/* Of what lies in the frame everything is kept, in whatever pieces it comes. */
static void
test_pieces (void)
{
  const ScumbleRect          frame   = { 10, 20, W, H };
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (1 << 20);
  g_autoptr (ScumbleStrokes) strokes = scumble_strokes_new (arena);

  check (strokes, frame, FALSE);
  keep (strokes, frame);
  check (strokes, frame, FALSE);

  scumble_strokes_frame (strokes, &frame);
  keep (strokes, (ScumbleRect) { 0, 0, 100, 25 });
  check (strokes, (ScumbleRect) { 10, 20, W, 5 }, TRUE);
  check (strokes, (ScumbleRect) { 10, 20, W, 6 }, FALSE);
  check (strokes, (ScumbleRect) { 9, 20, 5, 5 }, FALSE);
  keep (strokes, (ScumbleRect) { 200, 200, 10, 10 });
  keep (strokes, (ScumbleRect) { 10, 25, 15, 25 });
  check (strokes, frame, FALSE);
  check (strokes, (ScumbleRect) { 11, 21, 14, 29 }, TRUE);
  keep (strokes, (ScumbleRect) { 25, 22, 60, 60 });
  check (strokes, frame, TRUE);

  scumble_strokes_clear (strokes);
  check (strokes, frame, FALSE);
}

/* A frame inside the last one changes nothing; another one begins anew. */
static void
test_frames (void)
{
  const ScumbleRect          frame   = { 10, 20, W, H };
  const ScumbleRect          inside  = { 15, 20, W - 5, H };
  const ScumbleRect          beside  = { 11, 20, W, H };
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (1 << 20);
  g_autoptr (ScumbleStrokes) strokes = scumble_strokes_new (arena);

  scumble_strokes_frame (strokes, &frame);
  keep (strokes, frame);
  scumble_strokes_frame (strokes, &inside);
  check (strokes, frame, TRUE);
  scumble_strokes_frame (strokes, &beside);
  check (strokes, inside, FALSE);
  keep (strokes, beside);
  check (strokes, beside, TRUE);
}

/* Strokes take no more than a sixteenth of the budget, and leave half of it. */
static void
test_budget (void)
{
  enum { BUDGET = 1 << 20 };
  const ScumbleRect          most    = { 0, 0, BUDGET / 16 / BYTES, 1 };
  const ScumbleRect          more    = { 0, 0, BUDGET / 16 / BYTES + 1, 1 };
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (BUDGET);
  g_autoptr (ScumbleStrokes) strokes = scumble_strokes_new (arena);
  const gsize                mark    = scumble_arena_mark (arena);
  g_autoptr (GError)         error   = NULL;

  scumble_strokes_frame (strokes, &more);
  keep (strokes, more);
  check (strokes, more, FALSE);
  scumble_strokes_frame (strokes, &most);
  keep (strokes, most);
  check (strokes, most, TRUE);
  scumble_strokes_clear (strokes);
  g_assert_cmpuint (scumble_arena_room (arena), ==, BUDGET);

  scumble_arena_take (arena, BUDGET / 2 - 4096, &error);
  g_assert_no_error (error);
  scumble_strokes_frame (strokes, &most);
  keep (strokes, most);
  check (strokes, most, FALSE);
  scumble_arena_release (arena, mark);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strokes/pieces", test_pieces);
  g_test_add_func ("/strokes/frames", test_frames);
  g_test_add_func ("/strokes/budget", test_budget);

  return g_test_run ();
}
