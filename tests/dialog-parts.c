/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The parts of the dialog that need no window. */
#include "box.h"
#include "viewport.h"
#include "worker.h"

#include <math.h>

/* What a shrunken pixel is, by definition: every picture pixel counts with the area that
 * it covers. */
static float
naive_box (const float *pixels, int w, int h, int to_w, int to_h, int x, int y)
{
  double sum = 0.0;

  for (int i = 0; i < h; i++)
    for (int j = 0; j < w; j++)
      {
        const double left   = MAX ((double) j / w, (double) x / to_w);
        const double right  = MIN ((j + 1.0) / w, (x + 1.0) / to_w);
        const double top    = MAX ((double) i / h, (double) y / to_h);
        const double bottom = MIN ((i + 1.0) / h, (y + 1.0) / to_h);

        if (right > left && bottom > top)
          sum += pixels[i * w + j] * (right - left) * (bottom - top) * to_w * to_h;
      }

  return (float) sum;
}

static void
check_box (int w, int h, int to_w, int to_h)
{
  const ScumbleRect from   = { 0, 0, w, h };
  const ScumbleRect top    = { 0, 0, w, h / 2 };
  const ScumbleRect bottom = { 0, h / 2, w, h - h / 2 };
  float             pixels[12 * 12];
  ScumbleBox        box;

  for (int i = 0; i < w * h; i++)
    pixels[i] = (float) ((i * 37) % 101) / 100.0f;

  scumble_box_init (&box, &from, to_w, to_h, 1);
  scumble_box_add (&box, &bottom, pixels + top.h * w);
  scumble_box_add (&box, &top, pixels);

  for (int y = 0; y < to_h; y++)
    for (int x = 0; x < to_w; x++)
      g_assert_cmpfloat_with_epsilon (box.sum[y * to_w + x],
                                      naive_box (pixels, w, h, to_w, to_h, x, y), 1e-5);
  scumble_box_clear (&box);
}

static void
test_box (void)
{
  for (int w = 1; w <= 12; w++)
    for (int h = 1; h <= 12; h += 3)
      for (int to_w = 1; to_w <= w; to_w++)
        for (int to_h = 1; to_h <= h; to_h += 2)
          check_box (w, h, to_w, to_h);
}

/* Transparent pixels weigh nothing, whatever colour they hide. */
static void
test_box_alpha (void)
{
  const float         rgba[8] = { 0.8f, 0.4f, 0.2f, 1.0f, NAN, 1.0f, 1.0f, 0.0f };
  const ScumbleRect   all     = { 0, 0, 2, 1 };
  ScumbleMemorySource source;
  float               out[4];

  scumble_memory_source_init (&source, 2, 1, rgba);
  g_assert_true (scumble_box_read (&source.source, &all, 1, 1, out, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (out[0], 0.8f, 1e-6);
  g_assert_cmpfloat_with_epsilon (out[1], 0.4f, 1e-6);
  g_assert_cmpfloat_with_epsilon (out[2], 0.2f, 1e-6);
  g_assert_cmpfloat_with_epsilon (out[3], 0.5f, 1e-6);
}

static ScumbleViewport
viewport (int width, int height, int window_w, int window_h, double zoom)
{
  ScumbleViewport v = { width, height, window_w, window_h, zoom, 0.0, 0.0 };

  scumble_viewport_hold (&v);
  return v;
}

/* Whatever is looked at lies inside the picture, and fills what the picture covers. */
static void
check_view (const ScumbleViewport *v)
{
  const ScumbleRect picture = { 0, 0, v->width, v->height };
  const ScumbleRect covered = scumble_viewport_covered (v);
  const ScumbleView view    = scumble_viewport_view (v);
  const ScumbleRect place   = scumble_viewport_place (v, &view.rect);

  g_assert_true (scumble_rect_contains (picture, view.rect));
  g_assert_cmpint (view.rect.w, >=, 1);
  g_assert_cmpint (view.rect.h, >=, 1);
  g_assert_cmpint (view.w, >=, 1);
  g_assert_cmpint (view.w, <=, view.rect.w);
  g_assert_cmpint (view.h, >=, 1);
  g_assert_cmpint (view.h, <=, view.rect.h);
  g_assert_cmpint (place.x, <=, covered.x);
  g_assert_cmpint (place.y, <=, covered.y);
  g_assert_cmpint (place.x + place.w, >=, covered.x + covered.w);
  g_assert_cmpint (place.y + place.h, >=, covered.y + covered.h);
}

static void
test_viewport (void)
{
  const int    sizes[]   = { 1, 7, 300, 2001 };
  const int    windows[] = { 1, 401, 640 };
  const double zooms[]   = { 0.0, 0.0625, 0.5, 1.0, 2.0, 8.0 };

  for (guint i = 0; i < 4 * 4 * 3 * 3 * 6; i++)
    {
      ScumbleViewport v = viewport (sizes[i % 4], sizes[i / 4 % 4], windows[i / 16 % 3],
                                    windows[i / 48 % 3], zooms[i / 144]);

      check_view (&v);
      scumble_viewport_zoom_at (&v, scumble_viewport_step (&v, 1), 3.0, 5.0);
      check_view (&v);
      v.x += 1000.0;
      scumble_viewport_hold (&v);
      check_view (&v);
    }
}

/* At 100 % a pixel of the picture is a pixel of the window. */
static void
test_viewport_exact (void)
{
  for (int window = 99; window <= 102; window++)
    {
      const ScumbleViewport v     = viewport (1000, 1001, window, window, 1.0);
      const ScumbleView     view  = scumble_viewport_view (&v);
      const ScumbleRect     place = scumble_viewport_place (&v, &view.rect);

      g_assert_cmpint (view.w, ==, view.rect.w);
      g_assert_cmpint (view.h, ==, view.rect.h);
      g_assert_cmpint (place.w, ==, view.w);
      g_assert_cmpint (place.h, ==, view.h);
    }
}

/* Zooming keeps the point under the pointer where it is. */
static void
test_viewport_anchor (void)
{
  ScumbleViewport v = viewport (4000, 3000, 640, 480, 1.0);

  v.x = 2000.0;
  v.y = 1500.0;
  scumble_viewport_zoom_at (&v, 2.0, 100.0, 50.0);
  g_assert_cmpfloat_with_epsilon (v.x + (100.0 - 320.0) / 2.0, 2000.0 + (100.0 - 320.0),
                                  1e-9);
  g_assert_cmpfloat_with_epsilon (v.y + (50.0 - 240.0) / 2.0, 1500.0 + (50.0 - 240.0),
                                  1e-9);
}

/* A worker whose orders are numbers, and its answers too. */
typedef struct
{
  GMainLoop *loop;
  GArray    *answers;
  int        gate;  /* atomic: orders wait for it to open */
  int        began; /* atomic: orders begun */
} Shop;

static void
shop_answer (gconstpointer answer, gpointer user_data)
{
  g_array_append_vals (((Shop *) user_data)->answers, answer, 1);
}

static void
shop_idle (gpointer user_data)
{
  g_main_loop_quit (((Shop *) user_data)->loop);
}

static int *
number (int value)
{
  return g_memdup2 (&value, sizeof value);
}

static void
wait_until (const int *flag)
{
  while (!g_atomic_int_get (flag))
    g_usleep (1000);
}

/* Answers at once, then again unless cancelled meanwhile. */
static void
run_twice (gpointer order, ScumbleTask *task, gpointer user_data)
{
  Shop     *shop  = user_data;
  const int value = *(const int *) order;

  g_atomic_int_inc (&shop->began);
  wait_until (&shop->gate);
  scumble_task_answer (task, number (value));
  if (!g_cancellable_is_cancelled (scumble_task_cancellable (task)))
    scumble_task_answer (task, number (-value));
}

static Shop
shop_new (void)
{
  return (Shop) { g_main_loop_new (NULL, FALSE), g_array_new (FALSE, FALSE, sizeof (int)),
                  0, 0 };
}

static void
shop_clear (Shop *shop)
{
  g_array_unref (shop->answers);
  g_main_loop_unref (shop->loop);
}

static void
expect (const Shop *shop, const int *values, guint n)
{
  g_assert_cmpmem (shop->answers->data, shop->answers->len * sizeof (int), values,
                   n * sizeof (int));
}

/* A patient order lets the one in work answer once; orders between are skipped. */
static void
test_worker_patient (void)
{
  const ScumbleWorkerVTable vtable     = { run_twice, shop_answer, shop_idle, g_free,
                                           g_free };
  const int      expected[] = { 1, 3, -3 };
  Shop           shop       = shop_new ();
  ScumbleWorker *worker     = scumble_worker_new (&vtable, &shop);

  scumble_worker_submit (worker, number (1), SCUMBLE_WORKER_PATIENT);
  wait_until (&shop.began);
  scumble_worker_submit (worker, number (2), SCUMBLE_WORKER_PATIENT);
  scumble_worker_submit (worker, number (3), SCUMBLE_WORKER_PATIENT);
  g_assert_true (scumble_worker_busy (worker));
  g_atomic_int_set (&shop.gate, 1);
  g_main_loop_run (shop.loop);

  g_assert_false (scumble_worker_busy (worker));
  expect (&shop, expected, G_N_ELEMENTS (expected));
  scumble_worker_free (worker);
  shop_clear (&shop);
}

/* An urgent order makes every earlier answer stale. */
static void
test_worker_at_once (void)
{
  const ScumbleWorkerVTable vtable     = { run_twice, shop_answer, shop_idle, g_free,
                                           g_free };
  const int      expected[] = { 2, -2 };
  Shop           shop       = shop_new ();
  ScumbleWorker *worker     = scumble_worker_new (&vtable, &shop);

  scumble_worker_submit (worker, number (1), SCUMBLE_WORKER_PATIENT);
  wait_until (&shop.began);
  scumble_worker_submit (worker, number (2), SCUMBLE_WORKER_AT_ONCE);
  g_atomic_int_set (&shop.gate, 1);
  g_main_loop_run (shop.loop);

  expect (&shop, expected, G_N_ELEMENTS (expected));
  scumble_worker_free (worker);
  shop_clear (&shop);
}

static gboolean
serves_even (gconstpointer order, gconstpointer user_data)
{
  return *(const int *) order % 2 == 0;
}

/* Long work that goes on under a newer order if it serves that too. */
static void
run_held (gpointer order, ScumbleTask *task, gpointer user_data)
{
  Shop     *shop  = user_data;
  const int value = *(const int *) order;

  scumble_task_hold (task, TRUE);
  g_atomic_int_inc (&shop->began);
  wait_until (&shop->gate);

  order = scumble_task_renew (task, serves_even, NULL);
  if (order != NULL)
    scumble_task_answer (task, number (100 * value + *(const int *) order));
  else if (g_cancellable_is_cancelled (scumble_task_cancellable (task)))
    scumble_task_answer (task, number (-value));
  else
    scumble_task_answer (task, number (value));
}

static void
check_held (int second, const int *expected, guint n)
{
  const ScumbleWorkerVTable vtable = { run_held, shop_answer, shop_idle, g_free, g_free };
  Shop           shop   = shop_new ();
  ScumbleWorker *worker = scumble_worker_new (&vtable, &shop);

  scumble_worker_submit (worker, number (1), SCUMBLE_WORKER_PATIENT);
  wait_until (&shop.began);
  scumble_worker_submit (worker, number (second), SCUMBLE_WORKER_PATIENT);
  g_atomic_int_set (&shop.gate, 1);
  g_main_loop_run (shop.loop);

  expect (&shop, expected, n);
  scumble_worker_free (worker);
  shop_clear (&shop);
}

static void
test_worker_held (void)
{
  const int taken_on[] = { 102 };
  const int refused[]  = { -1, 3 };

  check_held (2, taken_on, G_N_ELEMENTS (taken_on));
  check_held (3, refused, G_N_ELEMENTS (refused));
}

static void
run_until_cancelled (gpointer order, ScumbleTask *task, gpointer user_data)
{
  g_atomic_int_inc (&((Shop *) user_data)->began);
  while (!g_cancellable_is_cancelled (scumble_task_cancellable (task)))
    g_usleep (1000);
  scumble_task_answer (task, number (7));
}

/* What is stopped still says its last; what is freed says nothing any more. */
static void
test_worker_stop (void)
{
  const ScumbleWorkerVTable vtable     = { run_until_cancelled, shop_answer, shop_idle,
                                           g_free, g_free };
  const int      expected[] = { 7 };
  Shop           shop       = shop_new ();
  ScumbleWorker *worker     = scumble_worker_new (&vtable, &shop);

  scumble_worker_submit (worker, number (1), SCUMBLE_WORKER_AT_ONCE);
  wait_until (&shop.began);
  scumble_worker_stop (worker);
  g_main_loop_run (shop.loop);
  expect (&shop, expected, G_N_ELEMENTS (expected));

  g_atomic_int_set (&shop.began, 0);
  scumble_worker_submit (worker, number (2), SCUMBLE_WORKER_AT_ONCE);
  wait_until (&shop.began);
  scumble_worker_free (worker);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  expect (&shop, expected, G_N_ELEMENTS (expected));
  shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dialog/box", test_box);
  g_test_add_func ("/dialog/box/alpha", test_box_alpha);
  g_test_add_func ("/dialog/viewport", test_viewport);
  g_test_add_func ("/dialog/viewport/exact", test_viewport_exact);
  g_test_add_func ("/dialog/viewport/anchor", test_viewport_anchor);
  g_test_add_func ("/dialog/worker/patient", test_worker_patient);
  g_test_add_func ("/dialog/worker/at-once", test_worker_at_once);
  g_test_add_func ("/dialog/worker/held", test_worker_held);
  g_test_add_func ("/dialog/worker/stop", test_worker_stop);

  return g_test_run ();
}
