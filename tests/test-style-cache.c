/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method-test.h"
#include "style-cache.h"

#include <glib/gstdio.h>

/* A model with a style, and a folder that goes away in the end. */
typedef struct
{
  ScumbleArena *arena;
  ScumbleModel *model;
  ScumbleStyle *style;
  Picture       painting;
  ScumbleJob    job;
  char         *folder;
} World;

static void
world_open (World *world, gconstpointer data)
{
  ScumbleMemorySource source;

  world->arena    = scumble_arena_new ((gsize) 1 << 28);
  world->model    = open_model ("metastyle", "tiny-metastyle");
  world->painting = random_picture (40, 33, 1);
  world->job      = (ScumbleJob) { .arena = world->arena, .threads = 1 };
  world->folder   = g_dir_make_tmp ("scumble-XXXXXX", NULL);
  scumble_memory_source_init (&source, 40, 33, world->painting.rgba);
  world->style = scumble_model_encode (world->model, &source.source, NULL, &world->job, NULL);
  g_assert_nonnull (world->style);
}

static void
world_close (World *world, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (world->folder, 0, NULL);
  const char      *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (world->folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (world->folder), ==, 0);
  g_free (world->folder);
  g_free (world->painting.rgba);
  scumble_style_unref (world->style);
  scumble_model_unref (world->model);
  scumble_arena_free (world->arena);
}

static char *
key_of (const ScumbleStyleOrigin *origin, const World *world)
{
  g_autoptr (GError) error = NULL;
  char              *key   = scumble_style_cache_key (origin, &world->job, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (key), ==, 64);

  return key;
}

/* Adds the key of @origin to @seen, which must not have it yet. */
static void
note_new (GHashTable *seen, const ScumbleStyleOrigin *origin, const World *world)
{
  g_assert_true (g_hash_table_add (seen, key_of (origin, world)));
}

/* Everything that matters makes another key. */
static void
test_keys_differ (World *world, gconstpointer data)
{
  g_autoptr (GHashTable)   seen   = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                           NULL);
  g_autoptr (ScumbleModel) other  = open_model ("metanet", "tiny-metanet");
  Picture                  photo  = random_picture (30, 44, 2);
  ScumbleStyling           styling = { 0.5, 0.0, NULL };
  ScumbleMemorySource      sources[2], turned;
  ScumbleStyleOrigin       origin = { world->model, &sources[0].source, NULL, 100, FALSE,
                                      NULL };

  scumble_memory_source_init (&sources[0], 40, 33, world->painting.rgba);
  scumble_memory_source_init (&sources[1], 30, 44, photo.rgba);
  scumble_memory_source_init (&turned, 33, 40, world->painting.rgba);
  note_new (seen, &origin, world);
  origin.updates = 25;
  note_new (seen, &origin, world);
  origin.all = TRUE;
  note_new (seen, &origin, world);
  origin.content = &sources[1].source;
  note_new (seen, &origin, world);
  origin.photographs = "sea.jpg 7";
  note_new (seen, &origin, world);
  origin.photographs = "sea.jpg 8";
  note_new (seen, &origin, world);
  origin.styling = &styling;
  note_new (seen, &origin, world);
  styling.keep_colours = 0.5;
  styling.content      = &sources[1].source;
  note_new (seen, &origin, world);
  origin.model = other;
  note_new (seen, &origin, world);
  origin.painting = &turned.source;
  note_new (seen, &origin, world);
  photo.rgba[100] = 1.0f - photo.rgba[100];
  note_new (seen, &origin, world);
  world->painting.rgba[100] = 1.0f - world->painting.rgba[100];
  note_new (seen, &origin, world);

  g_free (photo.rgba);
}

/* What nobody can see does not. */
static void
test_keys_equal (World *world, gconstpointer data)
{
  ScumbleStyling      styling = { 1.0, 0.0, NULL };
  ScumbleMemorySource source;
  ScumbleStyleOrigin  origin  = { world->model, &source.source, NULL, 100, FALSE, NULL };
  g_autofree char    *key     = NULL;
  g_autofree char    *plain   = NULL;
  g_autofree char    *again   = NULL;

  world->painting.rgba[4 * 50 + 3] = 0.0f;
  scumble_memory_source_init (&source, 40, 33, world->painting.rgba);
  key = key_of (&origin, world);
  world->painting.rgba[4 * 50]  = 0.9f;
  world->painting.rgba[4 * 70] += 1e-6f;
  again = key_of (&origin, world);
  g_assert_cmpstr (key, ==, again);
  origin.styling = &styling;
  plain          = key_of (&origin, world);
  g_assert_cmpstr (key, ==, plain);
}

static const char *const keys[] = {
  "0000000000000000000000000000000000000000000000000000000000000001",
  "0000000000000000000000000000000000000000000000000000000000000002",
};

static void
store (const World *world, const char *key, const char *title)
{
  g_autoptr (GError) error = NULL;

  scumble_style_cache_store (world->folder, key, world->style, title, &error);
  g_assert_no_error (error);
}

static void
write_text (const World *world, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (world->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
exists (const World *world, const char *name)
{
  g_autofree char *path = g_build_filename (world->folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
set_time (const World *world, const char *key, gint64 seconds)
{
  g_autofree char    *name  = g_strconcat (key, ".safetensors", NULL);
  g_autofree char    *path  = g_build_filename (world->folder, name, NULL);
  g_autoptr (GFile)   file  = g_file_new_for_path (path);

  g_assert_true (g_file_set_attribute_uint64 (file, G_FILE_ATTRIBUTE_TIME_MODIFIED,
                                              (guint64) seconds, G_FILE_QUERY_INFO_NONE, NULL,
                                              NULL));
}

/* Stored, found, listed with title, time and size, and deleted. */
static void
test_round_trip (World *world, gconstpointer data)
{
  g_autoptr (GPtrArray)    none  = scumble_style_cache_list (world->folder);
  g_autoptr (GPtrArray)    found = NULL;
  g_autoptr (ScumbleStyle) style = NULL;
  const ScumbleCachedStyle *first, *second;

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_null (scumble_style_cache_lookup (world->folder, keys[0], world->model));
  store (world, keys[0], "Waves");
  store (world, keys[1], "Reeds");
  set_time (world, keys[0], 2000);
  set_time (world, keys[1], 1000);
  style = scumble_style_cache_lookup (world->folder, keys[0], world->model);
  g_assert_nonnull (style);

  found = scumble_style_cache_list (world->folder);
  g_assert_cmpuint (found->len, ==, 2);
  first  = g_ptr_array_index (found, 0);
  second = g_ptr_array_index (found, 1);
  g_assert_cmpstr (first->title, ==, "Waves");
  g_assert_cmpstr (first->key, ==, keys[0]);
  g_assert_cmpint (first->time, ==, 2000);
  g_assert_cmpuint (first->size, >, 1000);
  g_assert_cmpstr (second->title, ==, "Reeds");

  g_assert_true (scumble_style_cache_delete (world->folder, keys[0], NULL));
  g_assert_true (scumble_style_cache_delete (world->folder, keys[0], NULL));
  g_assert_null (scumble_style_cache_lookup (world->folder, keys[0], world->model));
}

/* What is damaged goes; what is not the cache's stays. */
static void
test_damage (World *world, gconstpointer data)
{
  g_autofree char       *damaged = g_strconcat (keys[0], ".safetensors", NULL);
  g_autofree char       *other   = g_strconcat (keys[1], ".txt", NULL);
  g_autoptr (GPtrArray)  found   = NULL;

  write_text (world, "mine.safetensors", "no model");
  write_text (world, other, "no model");
  write_text (world, damaged, "no model");
  g_assert_null (scumble_style_cache_lookup (world->folder, keys[0], world->model));
  g_assert_false (exists (world, damaged));
  write_text (world, damaged, "no model");
  found = scumble_style_cache_list (world->folder);
  g_assert_cmpuint (found->len, ==, 0);
  g_assert_false (exists (world, damaged));
  g_assert_true (exists (world, "mine.safetensors"));
  g_assert_true (exists (world, other));
}

static gpointer
store_often (gpointer data)
{
  for (int i = 0; i < 50; i++)
    store (data, keys[0], "Waves");

  return NULL;
}

/* Several writers of one key: whoever reads finds a whole style. */
static void
test_writers (World *world, gconstpointer data)
{
  GThread *threads[2];

  store (world, keys[0], "Waves");
  for (int i = 0; i < 2; i++)
    threads[i] = g_thread_new ("writer", store_often, world);
  for (int i = 0; i < 50; i++)
    {
      g_autoptr (ScumbleStyle) style = scumble_style_cache_lookup (world->folder, keys[0],
                                                                   world->model);

      g_assert_nonnull (style);
    }
  for (int i = 0; i < 2; i++)
    g_thread_join (threads[i]);
}

/* A folder that cannot be made is said so. */
static void
test_no_folder (World *world, gconstpointer data)
{
  g_autoptr (GError) error  = NULL;
  g_autofree char   *folder = g_build_filename (world->folder, "file", "below", NULL);

  write_text (world, "file", "");
  g_assert_false (scumble_style_cache_store (folder, keys[0], world->style, "", &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE);
}

#define ADD(name, function) \
  g_test_add ("/style-cache/" name, World, NULL, world_open, function, world_close)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  golden_folder = argv[1];

  ADD ("keys-differ", test_keys_differ);
  ADD ("keys-equal", test_keys_equal);
  ADD ("round-trip", test_round_trip);
  ADD ("damage", test_damage);
  ADD ("writers", test_writers);
  ADD ("no-folder", test_no_folder);

  return g_test_run ();
}
