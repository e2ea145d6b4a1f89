/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The parts of the dialog that need no window. */
#include "blend.h"
#include "box.h"
#include "easel.h"
#include "photographs.h"
#include "pixbuf-source.h"
#include "presets.h"
#include "shelf.h"
#include "studio.h"
#include "viewport.h"
#include "worker.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

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
  g_atomic_int_set (&shop.gate, 1);
  g_main_loop_run (shop.loop);

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

static gboolean
note_odd (gconstpointer order, gpointer user_data)
{
  if (*(const int *) order % 2 == 0)
    return FALSE;

  *(int *) user_data = *(const int *) order;
  return TRUE;
}

/* Long work that takes note of newer orders as it goes on. */
static void
run_noting (gpointer order, ScumbleTask *task, gpointer user_data)
{
  Shop *shop = user_data;
  int   sum  = *(const int *) order;
  int   noted;

  scumble_task_hold (task, TRUE);
  g_atomic_int_inc (&shop->began);
  wait_until (&shop->gate);

  if (scumble_task_note (task, note_odd, &noted))
    sum += 100 * noted;
  g_assert_false (g_cancellable_is_cancelled (scumble_task_cancellable (task)));
  scumble_task_answer (task, number (sum));
}

static void
check_noting (int second, const int *expected, guint n)
{
  const ScumbleWorkerVTable vtable = { run_noting, shop_answer, shop_idle, g_free, g_free };
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

/* What is noted is not run; what is not noted is run afterwards. Either way there is rest
 * once, when all is done. */
static void
test_worker_note (void)
{
  const int noted[]   = { 301 };
  const int waiting[] = { 1, 2 };

  check_noting (3, noted, G_N_ELEMENTS (noted));
  check_noting (2, waiting, G_N_ELEMENTS (waiting));
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

/* Styles on a shelf: the latest first, each once, and no more than it holds. */
static void
test_shelf (void)
{
  g_autofree char    *folder = g_dir_make_tmp ("scumble-XXXXXX", NULL);
  g_autofree char    *shelf  = scumble_shelf_folder (folder, SCUMBLE_SHELF_RECENT);
  g_autoptr (GError)  error  = NULL;
  const char *const   titles[] = { "a", "b [1]", "c", "a" };
  const char *const   expected[] = { "a", "c" };
  g_autoptr (GPtrArray) entries = scumble_shelf_list (shelf);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 4, 4);

  g_assert_cmpuint (entries->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autofree char        *path  = g_build_filename (folder, titles[i], NULL);
      const ScumbleShelfEntry entry = { path, (char *) titles[i], "adain", NULL };

      g_file_set_contents (path, "", 0, NULL);
      g_assert_true (scumble_shelf_put (shelf, &entry, pixbuf, 2, &error));
      g_assert_no_error (error);
    }

  g_ptr_array_unref (entries);
  entries = scumble_shelf_list (shelf);
  g_assert_cmpuint (entries->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < entries->len; i++)
    {
      const ScumbleShelfEntry *entry = g_ptr_array_index (entries, i);

      g_assert_cmpstr (entry->title, ==, expected[i]);
      g_assert_true (entry->method == g_intern_string ("adain"));
      g_assert_true (g_file_test (entry->thumbnail, G_FILE_TEST_EXISTS));
      g_assert_true (scumble_shelf_remove (shelf, entry->file, &error));
      g_assert_false (g_file_test (entry->file, G_FILE_TEST_EXISTS));
      g_assert_false (g_file_test (entry->thumbnail, G_FILE_TEST_EXISTS));
    }

  g_ptr_array_unref (entries);
  entries = scumble_shelf_list (shelf);
  g_assert_cmpuint (entries->len, ==, 0);
}

/* The last ten settings are remembered, the latest first and each once. */
static void
test_recent_settings (void)
{
  g_autofree char   *folder = g_dir_make_tmp ("scumble-XXXXXX", NULL);
  g_autoptr (GError) error  = NULL;
  g_autoptr (GArray) recent = NULL;
  ScumbleSettings    settings;

  scumble_settings_init (&settings);
  for (int i = 0; i < 14; i++)
    {
      settings.strength = (i < 13 ? i : 5) / 16.0;
      g_assert_true (scumble_presets_remember (folder, &settings, &error));
      g_assert_no_error (error);
    }

  recent = scumble_presets_recent (folder);
  g_assert_cmpuint (recent->len, ==, 10);
  for (guint i = 0; i < recent->len; i++)
    {
      const int wanted = i == 0 ? 5 : i <= 7 ? 13 - (int) i : 12 - (int) i;

      g_assert_cmpfloat (g_array_index (recent, ScumbleSettings, i).strength, ==,
                         wanted / 16.0);
    }
}

/* What is exported can be imported; what is no preset is refused, and changes nothing. */
static void
test_preset_files (void)
{
  g_autofree char   *folder = g_dir_make_tmp ("scumble-XXXXXX", NULL);
  g_autofree char   *path   = g_build_filename (folder, "soft", NULL);
  g_autoptr (GError) error  = NULL;
  ScumbleSettings    settings, imported;

  scumble_settings_init (&settings);
  settings.strength = 0.25;
  settings.method   = "sanet";
  g_assert_true (scumble_presets_export (path, &settings, &error));
  scumble_settings_init (&imported);
  g_assert_true (scumble_presets_import (path, &imported, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (imported.strength, ==, 0.25);
  g_assert_cmpstr (imported.method, ==, "sanet");

  g_assert_true (g_file_set_contents (path, "no settings\n", -1, NULL));
  g_assert_false (scumble_presets_import (path, &imported, &error));
  g_assert_nonnull (error);
  g_assert_cmpfloat (imported.strength, ==, 0.25);
  g_remove (path);
}

static void
assert_not_written (gboolean written, GError **error, const char *path)
{
  g_assert_false (written);
  g_assert_error (*error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE);
  g_assert_nonnull (strstr ((*error)->message, path));
  g_assert_nonnull (strstr ((*error)->message, "choose another place"));
  g_clear_error (error);
}

/* Without room on the disk, as far as a process can be told so, and where a file is in the
 * folder's place: it is said, and an older preset stays. */
static void
test_preset_not_written (void)
{
  g_autofree char    *folder = g_dir_make_tmp ("scumble-XXXXXX", NULL);
  g_autofree char    *path   = g_build_filename (folder, "soft", NULL);
  g_autoptr (GError)  error  = NULL;
  struct rlimit       before, full;
  ScumbleSettings     settings, kept;
  void              (*signal_before) (int) = signal (SIGXFSZ, SIG_IGN);

  scumble_settings_init (&settings);
  settings.strength = 0.25;
  g_assert_true (scumble_presets_export (path, &settings, &error));

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  full          = before;
  full.rlim_cur = 0;
  settings.strength = 0.5;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &full), ==, 0);
  assert_not_written (scumble_presets_export (path, &settings, &error), &error, path);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  signal (SIGXFSZ, signal_before);

  scumble_settings_init (&kept);
  g_assert_true (scumble_presets_import (path, &kept, &error));
  g_assert_cmpfloat (kept.strength, ==, 0.25);

  assert_not_written (scumble_presets_save (path, "Hard", &settings, &error), &error, path);
  g_remove (path);
  g_rmdir (folder);
}

/* A host whose masks are rows of four weights. */
enum { MASK_PIXELS = 4 };

static const float masks[][MASK_PIXELS] = { { 0.0f, 1.0f, 0.25f, 1.0f },
                                            { 0.0f, 0.0f, 0.25f, 1.0f },
                                            { 1.0f, 0.5f, 1.0f, 0.0f } };

static ScumbleMask *
open_mask (ScumbleHost *host, int mask_id, GError **error)
{
  ScumbleMemoryMask *mask = g_new0 (ScumbleMemoryMask, 1);

  scumble_memory_mask_init (mask, MASK_PIXELS, 1, masks[mask_id]);
  return &mask->mask;
}

static void
close_mask (ScumbleHost *host, ScumbleMask *mask)
{
  g_free (mask);
}

static ScumbleHost masks_host = { .open_mask = open_mask, .close_mask = close_mask };

static ScumbleMask *
cut (ScumblePick *pick, gpointer user_data, GError **error)
{
  return scumble_pick_mask (pick);
}

static void
read_mask (ScumbleMask *mask, float *weights)
{
  const ScumbleRect all = { 0, 0, MASK_PIXELS, 1 };

  if (mask != NULL)
    g_assert_true (mask->read (mask, &all, weights, NULL));
  else
    for (int i = 0; i < MASK_PIXELS; i++)
      weights[i] = 1.0f;
}

/* An order for a style without a picture: -1 for a region stands for everywhere. */
static ScumbleOrder
order_of (const int *regions, const double *shares, guint n, int strength_map)
{
  ScumbleOrder order = { .styles = scumble_ingredients_new () };

  scumble_settings_init (&order.settings);
  for (guint i = 0; i < n; i++)
    {
      ScumbleHostChoice      *choice = scumble_host_choice_new (-1, "picture", "picture");
      const ScumbleIngredient one    = {
        scumble_pick_new (&masks_host, choice, NULL), shares[i],
        regions[i] < 0 ? NULL : scumble_pick_new_mask (&masks_host, regions[i], NULL)
      };

      scumble_host_choice_free (choice);
      g_array_append_val (order.styles, one);
    }
  if (strength_map >= 0)
    order.strength_map = scumble_pick_new_mask (&masks_host, strength_map, NULL);

  return order;
}

static void
clear_order (ScumbleOrder *order)
{
  g_array_unref (order->styles);
  scumble_pick_unref (order->strength_map);
}

static ScumbleStyle *
encode (ScumbleModel *model, float red)
{
  float               rgba[32 * 32 * 4];
  g_autoptr (GError)  error = NULL;
  ScumbleArena       *arena = scumble_arena_new (64 << 20);
  const ScumbleJob    job   = { .arena = arena, .threads = 1 };
  ScumbleMemorySource source;
  ScumbleStyle       *style;

  for (guint i = 0; i < G_N_ELEMENTS (rgba); i++)
    rgba[i] = i % 4 == 3 ? 1.0f : i % 4 == 0 ? red : (float) (i * 37 % 101) / 100.0f;
  scumble_memory_source_init (&source, 32, 32, rgba);
  style = scumble_model_encode (model, &source.source, NULL, &job, &error);
  g_assert_no_error (error);
  scumble_arena_free (arena);

  return style;
}

/* A style with a region goes there in proportion to its share; one without goes where the
 * others leave room. */
static void
check_blend (ScumbleModel *model, const int *regions, const double *shares, guint n,
             int strength_map)
{
  ScumbleOrder             order  = order_of (regions, shares, n, strength_map);
  g_autoptr (GPtrArray)    styles = g_ptr_array_new_with_free_func (
    (GDestroyNotify) scumble_style_unref);
  g_autoptr (GError)       error  = NULL;
  ScumbleBlend            *blend;
  ScumbleLook              look;
  float                    sum[MASK_PIXELS]  = { 0.0f };
  float                    map[MASK_PIXELS];
  float                    read[MASK_PIXELS];
  gboolean                 rest   = FALSE;
  guint                    zone   = 0;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (styles, encode (model, (float) i / 4.0f));
  blend = scumble_blend_new (&order, styles, cut, NULL, &error);
  g_assert_no_error (error);
  scumble_blend_look (blend, &look);

  for (guint i = 0; i < n; i++)
    {
      rest = rest || regions[i] < 0;
      if (regions[i] < 0)
        continue;
      read_mask (look.zones[zone].mask, read);
      g_assert_true (look.zones[zone++].style == g_ptr_array_index (styles, i));
      for (int k = 0; k < MASK_PIXELS; k++)
        {
          g_assert_cmpfloat_with_epsilon (read[k], masks[regions[i]][k] * shares[i],
                                          1e-6);
          sum[k] = MIN (1.0f, sum[k] + masks[regions[i]][k]);
        }
    }

  g_assert_cmpuint (look.n_zones, ==, zone + (rest ? 1 : 0));
  if (rest)
    {
      read_mask (look.zones[zone].mask, read);
      for (int k = 0; k < MASK_PIXELS; k++)
        g_assert_cmpfloat_with_epsilon (read[k], 1.0f - sum[k], 1e-6);
    }

  read_mask (look.strength_map, map);
  for (int k = 0; k < MASK_PIXELS; k++)
    g_assert_cmpfloat_with_epsilon (map[k],
                                    (strength_map < 0 ? 1.0f : masks[strength_map][k]) *
                                        (rest ? 1.0f : sum[k]),
                                    1e-6);

  scumble_blend_free (blend);
  clear_order (&order);
}

static void
test_blend (gconstpointer golden)
{
  const char *const        path[]    = { golden, NULL };
  const int                regions[] = { 0, 1, -1 };
  const int                nowhere[] = { -1 };
  const double             shares[]  = { 1.0, 0.5, 0.25 };
  g_autoptr (GError)       error     = NULL;
  g_autoptr (ScumbleModel) model     = scumble_model_open (path, "adain", "narrow-adain",
                                                           &error);

  g_assert_no_error (error);
  for (int map = -1; map < 3; map++)
    {
      check_blend (model, regions, shares, 3, map);
      check_blend (model, regions, shares, 2, map);
      check_blend (model, regions, shares, 1, map);
      check_blend (model, regions + 1, shares, 2, map);
      check_blend (model, nowhere, shares, 1, map);
    }
}

/* Styles that cannot be had have not been learned. */
static void
test_learned (gconstpointer golden)
{
  const char *const     path[]  = { golden, NULL };
  const int             nowhere = -1;
  const double          share   = 1.0;
  float                 rgba[4] = { 0.0f };
  g_autoptr (GError)    error   = NULL;
  ScumbleOrder          order   = order_of (&nowhere, &share, 1, -1);
  ScumbleMemorySource   content;
  ScumbleHost           host    = { .model_path = path, .memory = 1 << 24, .threads = 1,
                                    .content = &content.source };
  ScumbleEasel         *easel   = scumble_easel_new (&host);
  const ScumbleJob      job     = { .arena = scumble_easel_arena (easel), .threads = 1 };

  scumble_memory_source_init (&content, 1, 1, rgba);
  order.settings.method  = "metastyle";
  order.settings.quality = "tiny-metastyle";
  g_assert_true (scumble_easel_set_model (easel, &order.settings, &error));
  g_assert_no_error (error);
  g_assert_false (scumble_easel_mix (easel, &order, &job, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (scumble_easel_updates (easel), ==, 0);

  scumble_easel_free (easel);
  clear_order (&order);
}

/* Somebody who learns, and what the main thread is told of it. */
typedef struct
{
  ScumbleStudio *studio;
  GMainLoop     *loop;
  int            lessons;
  int            updates;
  double         loss;  /* the last */
  GError        *error; /* nullable */
} Class;

static ScumbleSource *
open_painting (ScumbleHost *host, int layer, gboolean selected_only, GError **error)
{
  return host->content;
}

static void
close_painting (ScumbleHost *host, ScumbleSource *style)
{
}

static void
learn (gpointer order, ScumbleTask *task, gpointer user_data)
{
  scumble_studio_run (((Class *) user_data)->studio, order, task);
}

static void
take_lesson (gconstpointer data, gpointer user_data)
{
  const ScumbleAnswer *answer = data;
  Class               *self   = user_data;

  if (answer->error != NULL && self->error == NULL)
    self->error = g_error_copy (answer->error);
  self->updates = answer->updates;
  if (answer->lesson.update == 0)
    return;

  g_assert_cmpint (answer->lesson.update, ==, ++self->lessons);
  g_assert_cmpint (answer->lesson.updates, ==, 25);
  g_assert_cmpfloat (answer->lesson.loss, >, 0.0);
  self->loss = answer->lesson.loss;
}

static void
leave_class (gpointer user_data)
{
  g_main_loop_quit (((Class *) user_data)->loop);
}

static const ScumbleWorkerVTable class_vtable = {
  .run         = learn,
  .answer      = take_lesson,
  .idle        = leave_class,
  .order_free  = scumble_order_free,
  .answer_free = scumble_answer_free,
};

/* Learns a style on its picture, or on @photographs. */
static Class
attend (const char *golden, const char *photographs)
{
  enum { W = 60, H = 44 };
  const char *const       path[] = { golden, NULL };
  float                   rgba[4 * W * H];
  ScumbleMemorySource     content;
  ScumbleHost             host   = { .model_path  = path, .memory = 256 << 20, .threads = 1,
                                     .content     = &content.source,
                                     .open_style  = open_painting,
                                     .close_style = close_painting };
  ScumbleHostChoice       choice = { .layer = 1, .weight = 1.0, .region = -1 };
  const ScumbleIngredient style  = { scumble_pick_new (&host, &choice, NULL), 1.0, NULL };
  ScumbleOrder           *order  = g_new0 (ScumbleOrder, 1);
  Class                   self   = { NULL, g_main_loop_new (NULL, FALSE), 0, 0, 0.0, NULL };
  ScumbleWorker          *worker;

  for (int i = 0; i < 4 * W * H; i++)
    rgba[i] = i % 4 == 3 ? 1.0f : (float) (i * 37 % 101) / 100.0f;
  scumble_memory_source_init (&content, W, H, rgba);
  scumble_settings_init (&order->settings);
  order->kind                 = SCUMBLE_ORDER_LEARN;
  order->settings.method      = "metastyle";
  order->settings.quality     = "tiny-metastyle";
  order->settings.updates     = 25;
  order->settings.photographs = g_intern_string (photographs);
  order->styles           = scumble_ingredients_new ();
  order->view             = (ScumbleView) { { 0, 0, W, H }, W, H };
  g_array_append_val (order->styles, style);

  self.studio = scumble_studio_new (&host);
  worker      = scumble_worker_new (&class_vtable, &self);
  scumble_worker_submit (worker, order, SCUMBLE_WORKER_AT_ONCE);
  g_main_loop_run (self.loop);

  scumble_worker_free (worker);
  scumble_studio_free (self.studio);
  g_main_loop_unref (self.loop);

  return self;
}

/* The plot gets the loss of every single update, in their order. */
static void
test_lessons (gconstpointer golden)
{
  const Class self = attend (golden, NULL);

  g_assert_no_error (self.error);
  g_assert_cmpint (self.lessons, ==, 25);
  g_assert_cmpint (self.updates, ==, 25);
}

/* Writes a picture of a checked pattern. */
static void
add_picture (const char *folder, const char *name, int w, int h)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, w, h);
  g_autofree char      *path   = g_build_filename (folder, name, NULL);
  const int             stride = gdk_pixbuf_get_rowstride (pixbuf);

  for (int y = 0; y < h; y++)
    for (int k = 0; k < 3 * w; k++)
      gdk_pixbuf_get_pixels (pixbuf)[y * stride + k] = (guchar) ((k / 39 + y / 7) % 2 * 200 + 20);
  g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", NULL, NULL));
}

static void
remove_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static void
assert_no_lessons (const char *golden, const char *folder, const char *sentence)
{
  Class self = attend (golden, folder);

  g_assert_cmpint (self.lessons, ==, 0);
  g_assert_error (self.error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE);
  g_assert_nonnull (strstr (self.error->message, sentence));
  g_assert_nonnull (strstr (self.error->message, folder));
  g_error_free (self.error);
}

/* Of a folder, the pictures that are large enough are learned on, shrunk, and no more than two
 * dozen; what is learned is another thing then. Where there are none, or no folder, a sentence
 * says so. */
static void
test_photographs (gconstpointer golden)
{
  g_autofree char  *folder   = g_dir_make_tmp ("photographs-XXXXXX", NULL);
  g_autofree char  *note     = g_build_filename (folder, "note.txt", NULL);
  g_autofree char  *first    = NULL;
  g_autofree char  *second   = NULL;
  const Class       on_layer = attend (golden, NULL);
  ScumbleArena     *arena    = scumble_arena_new (1 << 20);
  const ScumbleJob  job      = { .arena = arena, .threads = 1 };
  Class             on_photographs;

  g_assert_true (g_file_set_contents (note, "no picture", -1, NULL));
  add_picture (folder, "small.png", 255, 400);
  assert_no_lessons (golden, folder, "no photograph");
  first = scumble_photographs_identity (folder);

  add_picture (folder, "large.png", 2100, 1000);
  second = scumble_photographs_identity (folder);
  g_assert_cmpstr (first, !=, second);
  on_photographs = attend (golden, folder);
  g_assert_no_error (on_photographs.error);
  g_assert_cmpint (on_photographs.lessons, ==, 25);
  g_assert_cmpint (on_photographs.updates, ==, 25);
  g_assert_cmpfloat (fabs (on_photographs.loss - on_layer.loss), >, 1e-3);

  for (int i = 0; i < 30; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.png", i);

      add_picture (folder, name, 256, 260);
    }
  {
    g_autoptr (GPtrArray) pictures = scumble_photographs_open (folder, &job, NULL);
    int                   most     = 0;

    g_assert_cmpuint (pictures->len, ==, 24);
    for (guint i = 0; i < pictures->len; i++)
      {
        const ScumblePixbufSource *picture = g_ptr_array_index (pictures, i);

        most = MAX (most, picture->source.width * picture->source.height);
        g_assert_cmpint (MIN (picture->source.width, picture->source.height), >=, 256);
      }
    g_assert_cmpint (most, <=, 1 << 20);
  }

  remove_files (folder);
  assert_no_lessons (golden, folder, "cannot be read");
  g_assert_null (scumble_photographs_identity (folder));
  scumble_arena_free (arena);
}

static void
assert_strokes (const ScumbleOrder *order, const char *plain, gboolean same)
{
  g_autofree char *strokes = scumble_order_strokes (order);

  g_assert_cmpint (g_str_equal (strokes, plain), ==, same);
}

/* What is seen to after painting does not change the strokes; everything else does. */
static void
test_strokes (void)
{
  const int          regions[] = { 0, -1 };
  const double       shares[]  = { 1.0, 0.5 };
  ScumbleOrder       order     = order_of (regions, shares, 2, 2);
  ScumbleIngredient *first     = &g_array_index (order.styles, ScumbleIngredient, 0);
  ScumblePick       *region    = g_steal_pointer (&first->region);
  ScumblePick       *map       = g_steal_pointer (&order.strength_map);
  g_autofree char   *plain     = scumble_order_strokes (&order);

  first->region = region;
  assert_strokes (&order, plain, FALSE);
  first->region      = NULL;
  order.strength_map = map;
  assert_strokes (&order, plain, FALSE);
  order.strength_map = NULL;
  first->weight      = 0.75;
  assert_strokes (&order, plain, FALSE);
  first->weight           = 1.0;
  order.settings.strength = 0.9;
  assert_strokes (&order, plain, FALSE);
  order.settings.strength = 1.0;

  order.look++;
  order.settings.detail = 0.6;
  order.settings.colour = 0.3;
  assert_strokes (&order, plain, TRUE);
  order.settings.colour_method = SCUMBLE_COLOUR_CORAL;
  assert_strokes (&order, plain, FALSE);

  scumble_pick_unref (region);
  scumble_pick_unref (map);
  clear_order (&order);
}

static void
assert_coats (const ScumbleOrder *order, const char *plain, gboolean same)
{
  g_autofree char *coats = scumble_order_coats (order);

  g_assert_cmpint (g_str_equal (coats, plain), ==, same);
}

/* For a large brush, it matters which styles there are and which of them are mixed, not how strong
 * they are or where they go. */
static void
test_coats (void)
{
  const int          regions[] = { 0, -1 };
  const double       shares[]  = { 1.0, 0.5 };
  ScumbleOrder       order     = order_of (regions, shares, 2, 2);
  ScumbleIngredient *first     = &g_array_index (order.styles, ScumbleIngredient, 0);
  ScumbleIngredient *second    = &g_array_index (order.styles, ScumbleIngredient, 1);
  ScumblePick       *region    = first->region;
  ScumblePick       *map       = order.strength_map;
  g_autofree char   *plain     = scumble_order_coats (&order);

  order.strength_map      = NULL;
  order.settings.strength = 0.4;
  order.settings.detail   = 0.6;
  first->weight           = 0.75;
  assert_coats (&order, plain, TRUE);

  order.settings.brush = 3.0;
  assert_coats (&order, plain, FALSE);
  order.settings.brush = 1.0;
  second->weight       = 0.6;
  assert_coats (&order, plain, FALSE);
  second->weight = 0.5;
  first->region  = NULL;
  assert_coats (&order, plain, FALSE);

  first->region      = region;
  order.strength_map = map;
  clear_order (&order);
}

enum { CLOTH_W = 60, CLOTH_H = 44, CLOTH_N = CLOTH_W * CLOTH_H };

/* Paints all of a content of that size. */
static void
paint_cloth (ScumbleEasel *easel, const ScumbleOrder *order, float *rgb)
{
  const ScumbleRect  all   = { 0, 0, CLOTH_W, CLOTH_H };
  const ScumbleJob   job   = { .arena = scumble_easel_arena (easel), .threads = 1 };
  g_autoptr (GError) error = NULL;
  ScumbleMemorySink  sink;

  scumble_memory_sink_init (&sink, &all, rgb);
  g_assert_true (
    scumble_easel_set_model (easel, &order->settings, &error) &&
    scumble_easel_mix (easel, order, &job, &error) &&
    scumble_easel_survey (easel, SCUMBLE_CANVAS_FULL, order, &job, &error) &&
    scumble_easel_paint (easel, SCUMBLE_CANVAS_FULL, order, &all, &sink.sink, &job, &error));
}

/* A content, a style to paint it in, and who does. */
typedef struct
{
  const char         *path[2];
  float               rgba[4 * CLOTH_N];
  ScumbleMemorySource content;
  ScumbleHost         host;
  ScumbleOrder        order;
  ScumbleEasel       *easel;
} Cloth;

static void
cloth_init (Cloth *cloth, const char *golden)
{
  const ScumbleHostChoice choice = { .layer = 1, .weight = 1.0, .region = -1 };
  ScumbleIngredient       style  = { NULL, 1.0, NULL };

  *cloth = (Cloth) { .path  = { golden, NULL },
                     .host  = { .model_path  = cloth->path, .memory = 256 << 20, .threads = 1,
                                .content     = &cloth->content.source,
                                .open_style  = open_painting,
                                .close_style = close_painting },
                     .order = { .styles = scumble_ingredients_new () } };
  for (int i = 0; i < 4 * CLOTH_N; i++)
    cloth->rgba[i] = i % 4 == 3 ? 1.0f : (float) (i * 37 % 101) / 100.0f;
  scumble_memory_source_init (&cloth->content, CLOTH_W, CLOTH_H, cloth->rgba);
  style.pick = scumble_pick_new (&cloth->host, &choice, NULL);
  g_array_append_val (cloth->order.styles, style);
  scumble_settings_init (&cloth->order.settings);
  cloth->order.settings.quality = "narrow-adain";
  cloth->easel                  = scumble_easel_new (&cloth->host);
}

static void
cloth_clear (Cloth *cloth)
{
  scumble_easel_free (cloth->easel);
  clear_order (&cloth->order);
}

/* Painted, it is what it is where nothing has been painted before. */
static void
assert_like_fresh (Cloth *cloth)
{
  ScumbleEasel *fresh = scumble_easel_new (&cloth->host);
  float         rgb[3 * CLOTH_N], expected[3 * CLOTH_N];

  paint_cloth (cloth->easel, &cloth->order, rgb);
  paint_cloth (fresh, &cloth->order, expected);
  for (int i = 0; i < 3 * CLOTH_N; i++)
    g_assert_cmpfloat_with_epsilon (rgb[i], expected[i], 1e-5);
  scumble_easel_free (fresh);
}

/* A large brush is surveyed once for all strengths; what is below the painting, when it shows. */
static void
test_brushed (gconstpointer golden)
{
  Cloth         cloth;
  ScumbleOrder *order = &cloth.order;
  float         rgb[3 * CLOTH_N];
  double        all, below;

  cloth_init (&cloth, golden);
  order->settings.brush = 2.0;
  paint_cloth (cloth.easel, order, rgb);
  g_assert_true (scumble_easel_surveyed (cloth.easel, order));
  g_assert_cmpfloat (scumble_easel_survey_seconds (cloth.easel, order), ==, 0.0);

  order->settings.strength = 0.5;
  g_assert_false (scumble_easel_surveyed (cloth.easel, order));
  below = scumble_easel_survey_seconds (cloth.easel, order);
  order->settings.brush = 3.0;
  all = scumble_easel_survey_seconds (cloth.easel, order);
  order->settings.brush = 2.0;
  g_assert_cmpfloat (below, >, 0.0);
  g_assert_cmpfloat (below, <, 0.8 * all);
  assert_like_fresh (&cloth);
  order->settings.strength = 0.7;
  g_assert_true (scumble_easel_surveyed (cloth.easel, order));
  assert_like_fresh (&cloth);
  order->settings.strength = 1.2;
  g_assert_true (scumble_easel_surveyed (cloth.easel, order));
  assert_like_fresh (&cloth);

  order->settings.brush = 3.0;
  g_assert_false (scumble_easel_surveyed (cloth.easel, order));
  cloth_clear (&cloth);
}

/* Where no style is chosen, a large brush has nothing to paint below. */
static void
test_brushed_bare (gconstpointer golden)
{
  Cloth              cloth;
  ScumbleOrder       bare;
  g_autoptr (GError) error = NULL;

  cloth_init (&cloth, golden);
  cloth.order.settings.brush = 2.0;
  bare                       = cloth.order;
  bare.styles                = scumble_ingredients_new ();
  g_assert_true (scumble_easel_set_model (cloth.easel, &bare.settings, &error));
  g_assert_no_error (error);
  g_assert_false (scumble_easel_surveyed (cloth.easel, &bare));
  g_assert_cmpfloat (scumble_easel_survey_seconds (cloth.easel, &bare), >=, 0.0);

  g_array_unref (bare.styles);
  cloth_clear (&cloth);
}

/* What has been painted is not painted again for other details, or by the painting itself; but
 * for that nothing is kept that is not there yet. */
static void
test_painted (gconstpointer golden)
{
  const ScumbleRect all = { 0, 0, CLOTH_W, CLOTH_H };
  Cloth             cloth;
  ScumbleOrder     *order = &cloth.order;
  ScumbleJob        job   = { .threads = 1 };
  float             rgb[3 * CLOTH_N];

  cloth_init (&cloth, golden);
  job.arena = scumble_easel_arena (cloth.easel);
  paint_cloth (cloth.easel, order, rgb);
  order->settings.detail = 0.7;
  order->settings.colour = 0.5;
  g_assert_true (scumble_easel_is_painted (cloth.easel, order, &all, &job));
  assert_like_fresh (&cloth);

  order->kind = SCUMBLE_ORDER_PAINT;
  paint_cloth (cloth.easel, order, rgb);
  g_assert_true (scumble_easel_is_painted (cloth.easel, order, &all, &job));
  order->settings.strength = 0.5;
  g_assert_false (scumble_easel_is_painted (cloth.easel, order, &all, &job));
  paint_cloth (cloth.easel, order, rgb);
  g_assert_false (scumble_easel_is_painted (cloth.easel, order, &all, &job));
  order->settings.strength = 1.0;
  g_assert_false (scumble_easel_is_painted (cloth.easel, order, &all, &job));
  cloth_clear (&cloth);
}

/* A large picture begins with a large brush, and a long reel with what one of its frames needs. */
static void
test_begin (void)
{
  ScumbleSource   content = { .width = 4000, .height = 3000 };
  ScumbleHost     host    = { .content = &content };
  ScumbleSettings settings;

  scumble_host_begin (&host, &settings);
  g_assert_cmpfloat (settings.brush, ==, 4.0);

  host.frame_width  = 400;
  host.frame_height = 300;
  scumble_host_begin (&host, &settings);
  g_assert_cmpfloat (settings.brush, ==, 1.0);
}

/* Somebody who looks at previews, and what was told with the last one. */
typedef struct
{
  ScumbleStudio *studio;
  GMainLoop     *loop;
  gboolean       dull;
  gboolean       shown;
} Visitor;

static void
look (gpointer order, ScumbleTask *task, gpointer user_data)
{
  scumble_studio_run (((Visitor *) user_data)->studio, order, task);
}

static void
take_preview (gconstpointer data, gpointer user_data)
{
  const ScumbleAnswer *answer = data;
  Visitor             *self   = user_data;

  g_assert_no_error (answer->error);
  self->dull  = answer->dull;
  self->shown = self->shown || scumble_answer_has_result (answer);
}

static void
leave (gpointer user_data)
{
  g_main_loop_quit (((Visitor *) user_data)->loop);
}

static const ScumbleWorkerVTable visitor_vtable = {
  .run         = look,
  .answer      = take_preview,
  .idle        = leave,
  .order_free  = scumble_order_free,
  .answer_free = scumble_answer_free,
};

/* Returns: whether the preview says that a content with a light of that brightness loses it */
static gboolean
is_dull (const char *golden, float light, double strength, double colour)
{
  enum { W = 60, H = 44 };
  const char *const       path[] = { golden, NULL };
  float                   rgba[4 * W * H];
  ScumbleMemorySource     content;
  ScumbleHost             host   = { .model_path  = path, .memory = 256 << 20, .threads = 1,
                                     .content     = &content.source,
                                     .open_style  = open_painting,
                                     .close_style = close_painting };
  ScumbleHostChoice       choice = { .layer = 1, .weight = 1.0, .region = -1 };
  const ScumbleIngredient style  = { scumble_pick_new (&host, &choice, NULL), 1.0, NULL };
  ScumbleOrder           *order  = g_new0 (ScumbleOrder, 1);
  Visitor                 self   = { NULL, g_main_loop_new (NULL, FALSE), FALSE, FALSE };
  ScumbleWorker          *worker;

  for (int i = 0; i < 4 * W * H; i++)
    rgba[i] = i % 4 == 3 ? 1.0f : (float) (i * 37 % 101) / 100.0f;
  rgba[0] = light;
  scumble_memory_source_init (&content, W, H, rgba);
  scumble_settings_init (&order->settings);
  order->settings.quality  = "narrow-adain";
  order->settings.strength = strength;
  order->settings.colour   = colour;
  order->styles            = scumble_ingredients_new ();
  order->view              = (ScumbleView) { { 0, 0, W, H }, W, H };
  g_array_append_val (order->styles, style);

  self.studio = scumble_studio_new (&host);
  worker      = scumble_worker_new (&visitor_vtable, &self);
  scumble_worker_submit (worker, order, SCUMBLE_WORKER_AT_ONCE);
  g_main_loop_run (self.loop);
  g_assert_true (self.shown);

  scumble_worker_free (worker);
  scumble_studio_free (self.studio);
  g_main_loop_unref (self.loop);

  return self.dull;
}

static void
test_dull (gconstpointer golden)
{
  g_assert_true (is_dull (golden, 1.5f, 1.0, 0.0));
  g_assert_true (is_dull (golden, -0.5f, 1.2, 0.0));
  g_assert_false (is_dull (golden, 1.0f, 1.0, 0.0));
  g_assert_false (is_dull (golden, 1.5f, 0.9, 0.0));
  g_assert_false (is_dull (golden, 1.5f, 1.0, 0.1));
}

static ScumbleOrder *
brushed_order (ScumblePick *pick, double strength)
{
  const ScumbleIngredient style = { scumble_pick_ref (pick), 1.0, NULL };
  ScumbleOrder           *order = g_new0 (ScumbleOrder, 1);

  scumble_settings_init (&order->settings);
  order->settings.quality  = "narrow-adain";
  order->settings.brush    = 2.0;
  order->settings.strength = strength;
  order->styles            = scumble_ingredients_new ();
  order->view              = (ScumbleView) { { 0, 0, CLOTH_W, CLOTH_H }, CLOTH_W, CLOTH_H };
  g_array_append_val (order->styles, style);

  return order;
}

/* A content during whose survey somebody moves the strength. */
typedef struct
{
  ScumbleSource  source;
  ScumbleSource *from;
  ScumbleWorker *worker;
  ScumbleOrder  *newer; /* (nullable): as long as it has not been given */
  guint          reads;
  GMutex         lock;
  GCond          given;
} Disturbed;

static gboolean
give_newer (gpointer user_data)
{
  Disturbed *self = user_data;

  g_mutex_lock (&self->lock);
  scumble_worker_submit (self->worker, g_steal_pointer (&self->newer), SCUMBLE_WORKER_AT_ONCE);
  g_cond_signal (&self->given);
  g_mutex_unlock (&self->lock);

  return G_SOURCE_REMOVE;
}

/* The first to read is the preview, for the original; the second is the survey. */
static gboolean
disturbed_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  Disturbed *self = (Disturbed *) source;

  if (++self->reads == 2)
    {
      g_mutex_lock (&self->lock);
      g_idle_add (give_newer, self);
      while (self->newer != NULL)
        g_cond_wait (&self->given, &self->lock);
      g_mutex_unlock (&self->lock);
    }

  return self->from->read (self->from, rect, rgba, error);
}

/* The survey for a large brush goes on for the newer order, and sees what that needs besides. */
static void
test_meanwhile (gconstpointer golden)
{
  Cloth       cloth;
  Disturbed   content = { .from = &cloth.content.source };
  Visitor     self    = { NULL, g_main_loop_new (NULL, FALSE), FALSE, FALSE };
  ScumblePick *pick;

  cloth_init (&cloth, golden);
  content.source      = cloth.content.source;
  content.source.read = disturbed_read;
  cloth.host.content  = &content.source;
  pick                = g_array_index (cloth.order.styles, ScumbleIngredient, 0).pick;
  content.newer       = brushed_order (pick, 0.5);
  self.studio         = scumble_studio_new (&cloth.host);
  content.worker      = scumble_worker_new (&visitor_vtable, &self);

  scumble_worker_submit (content.worker, brushed_order (pick, 1.0), SCUMBLE_WORKER_AT_ONCE);
  g_main_loop_run (self.loop);
  g_assert_null (content.newer);
  g_assert_true (self.shown);

  scumble_worker_free (content.worker);
  scumble_studio_free (self.studio);
  g_main_loop_unref (self.loop);
  cloth_clear (&cloth);
}

/* What stands in for a large picture has the strokes of its brush, where that is quick enough. */
static void
test_screen_canvas (void)
{
  static const struct { int w, h, shown_w, shown_h; double brush; int found_w, found_h; } cases[] = {
    { 4000, 3000, 728, 546, 1.0, 728, 546 },  /* 12 megapixels are too many, */
    { 4000, 3000, 728, 546, 2.0, 728, 546 },  /* and three, */
    { 4000, 3000, 728, 546, 4.0, 1000, 750 }, /* but not this */
    { 4000, 3000, 728, 546, 5.0, 800, 600 },
    { 4000, 3000, 728, 546, 6.0, 728, 546 },  /* the view shows more */
    { 4000, 30, 728, 5, 4.0, 1000, 7 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const ScumbleView view  = { { 0, 0, cases[i].w, cases[i].h }, cases[i].shown_w,
                                  cases[i].shown_h };
      const ScumbleView found = scumble_canvas_screen (&view, cases[i].brush);

      g_assert_cmpint (found.w, ==, cases[i].found_w);
      g_assert_cmpint (found.h, ==, cases[i].found_h);
      g_assert_cmpint (found.rect.w, ==, cases[i].w);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/dialog/blend", argv[1], test_blend);
  g_test_add_data_func ("/dialog/dull", argv[1], test_dull);
  g_test_add_func ("/dialog/begin", test_begin);
  g_test_add_func ("/dialog/strokes", test_strokes);
  g_test_add_func ("/dialog/coats", test_coats);
  g_test_add_data_func ("/dialog/brushed", argv[1], test_brushed);
  g_test_add_data_func ("/dialog/brushed-bare", argv[1], test_brushed_bare);
  g_test_add_data_func ("/dialog/painted", argv[1], test_painted);
  g_test_add_data_func ("/dialog/meanwhile", argv[1], test_meanwhile);
  g_test_add_data_func ("/dialog/learned", argv[1], test_learned);
  g_test_add_data_func ("/dialog/lessons", argv[1], test_lessons);
  g_test_add_data_func ("/dialog/photographs", argv[1], test_photographs);
  g_test_add_func ("/dialog/shelf", test_shelf);
  g_test_add_func ("/dialog/presets/recent", test_recent_settings);
  g_test_add_func ("/dialog/presets/files", test_preset_files);
  g_test_add_func ("/dialog/presets/not-written", test_preset_not_written);
  g_test_add_func ("/dialog/box", test_box);
  g_test_add_func ("/dialog/box/alpha", test_box_alpha);
  g_test_add_func ("/dialog/screen-canvas", test_screen_canvas);
  g_test_add_func ("/dialog/viewport", test_viewport);
  g_test_add_func ("/dialog/viewport/exact", test_viewport_exact);
  g_test_add_func ("/dialog/viewport/anchor", test_viewport_anchor);
  g_test_add_func ("/dialog/worker/patient", test_worker_patient);
  g_test_add_func ("/dialog/worker/at-once", test_worker_at_once);
  g_test_add_func ("/dialog/worker/held", test_worker_held);
  g_test_add_func ("/dialog/worker/note", test_worker_note);
  g_test_add_func ("/dialog/worker/stop", test_worker_stop);

  return g_test_run ();
}
