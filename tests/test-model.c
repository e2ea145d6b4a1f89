/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every method through the public interface alone: what model.h promises. */
#include "engine.h"
#include "ref.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *method;
  RefWidths   widths;
} Case;

/* With whole panels of channels, and without. */
static const Case cases[] = {
  { "adain-16", "adain", { { 16, 16, 16, 16, 16 } } },
  { "adain-8", "adain", { { 8, 8, 8, 8, 8 } } },
  { "adain-5", "adain", { { 5, 4, 6, 7, 5 } } },
  { "sanet-16", "sanet", { { 16, 16, 16, 16, 16 } } },
  { "sanet-5", "sanet", { { 5, 4, 6, 7, 7 } } },
};

typedef struct
{
  char         *folder;
  ScumbleModel *model;
  ScumbleArena *arena;
  ScumbleJob    job;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  const Case        *test   = data;
  g_autoptr (GError) error  = NULL;
  const char        *path[] = { NULL, NULL };

  f->folder = ref_folder_new ();
  ref_models (f->folder, &test->widths, 11);
  path[0]   = f->folder;
  f->model  = scumble_model_open (path, test->method, NULL, &error);
  g_assert_no_error (error);
  f->arena  = scumble_arena_new (256 << 20);
  f->job    = (ScumbleJob) { .arena = f->arena, .threads = 2 };
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (scumble_arena_mark (f->arena), ==, 0);
  g_assert_cmpuint (scumble_arena_room (f->arena), ==, scumble_arena_budget (f->arena));
  scumble_arena_free (f->arena);
  scumble_model_unref (f->model);
  ref_folder_free (f->folder);
}

/* A picture to paint with another; the pixels are owned. */
typedef struct
{
  int    w;
  int    h;
  float *content;
  float *style;
} Scene;

enum { STYLE_W = 37, STYLE_H = 50 };

static Scene
scene_new (int w, int h)
{
  return (Scene) { w, h, ref_picture (w, h, 1), ref_picture (STYLE_W, STYLE_H, 2) };
}

static void
scene_clear (Scene *scene)
{
  g_free (scene->content);
  g_free (scene->style);
}

/* The whole job; NULL on failure. */
static float *
paint (ScumbleModel *model, const Scene *scene, double strength, const ScumbleJob *job,
       GError **error)
{
  const ScumbleRect          all     = { 0, 0, scene->w, scene->h };
  g_autofree float          *rgb     = g_new (float, 3 * scene->w * scene->h);
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  ScumbleMemorySource        content_source, style_source;
  ScumbleMemorySink          sink;
  ScumbleZone                zone = { NULL, NULL };
  ScumbleLook                look;

  scumble_memory_source_init (&content_source, scene->w, scene->h, scene->content);
  scumble_memory_source_init (&style_source, STYLE_W, STYLE_H, scene->style);
  scumble_memory_sink_init (&sink, &all, rgb);
  for (int i = 0; i < 3 * scene->w * scene->h; i++)
    rgb[i] = NAN;

  style = scumble_model_encode (model, &style_source.source, NULL, job, error);
  if (style == NULL)
    return NULL;
  content = scumble_model_survey (model, &content_source.source, job, error);
  if (content == NULL)
    return NULL;
  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  look.strength = strength;
  if (!scumble_content_paint (content, &look, NULL, &sink.sink, job, error))
    return NULL;

  return g_steal_pointer (&rgb);
}

static float *
must_paint (const Fixture *f, const Scene *scene, double strength, int tile, int threads)
{
  ScumbleJob         job   = f->job;
  g_autoptr (GError) error = NULL;
  float             *rgb;

  job.tile    = tile;
  job.threads = threads;
  rgb         = paint (f->model, scene, strength, &job, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 3 * scene->w * scene->h; i++)
    g_assert_true (rgb[i] >= 0.0f && rgb[i] <= 1.0f);

  return rgb;
}

static double
mean_difference (const float *a, const float *b, int n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += fabs ((double) a[i] - b[i]);

  return sum / n;
}

/* Sizes that are no multiple of anything, down to one pixel; tiles from one pixel up. */
static void
test_tiles (Fixture *f, gconstpointer data)
{
  static const struct { int w, h; } sizes[] = {
    { 1, 1 }, { 1, 7 }, { 9, 17 }, { 63, 65 }, { 130, 70 },
  };
  static const int tiles[] = { 1, 8, 16, 24, 56, 100 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const int         n     = 3 * sizes[i].w * sizes[i].h;
      Scene             scene = scene_new (sizes[i].w, sizes[i].h);
      g_autofree float *whole = must_paint (f, &scene, 1.0, 1000, 1);

      for (guint k = sizes[i].w > 9 ? 1 : 0; k < G_N_ELEMENTS (tiles); k++)
        {
          g_autofree float *tiled = must_paint (f, &scene, 1.0, tiles[k], 2);

          /* A single pixel has no variance: what is divided by its deviation, which is then
           * the epsilon's, is rounding alone. */
          ref_assert_close_floats (tiled, whole, (gsize) n, n == 3 ? 1e-3 : 1e-4);
        }
      scene_clear (&scene);
    }
}

static void
test_threads (Fixture *f, gconstpointer data)
{
  Scene             scene = scene_new (63, 65);
  g_autofree float *one   = must_paint (f, &scene, 0.7, 0, 1);

  for (int threads = 2; threads <= 5; threads++)
    {
      g_autofree float *many = must_paint (f, &scene, 0.7, 0, threads);

      ref_assert_close_floats (many, one, 3 * 63 * 65, 1e-4);
    }
  scene_clear (&scene);
}

/* Each strength paints something else, and strength 0 knows nothing of the style. */
static void
test_strength (Fixture *f, gconstpointer data)
{
  static const double strengths[] = { 0.0, 0.5, 1.0, 1.5 };
  Scene               scene       = scene_new (40, 33);
  g_autofree float   *without     = must_paint (f, &scene, 0.0, 0, 1);
  g_autofree float   *other       = NULL;
  double              last        = 0.0;

  for (guint i = 1; i < G_N_ELEMENTS (strengths); i++)
    {
      g_autofree float *rgb  = must_paint (f, &scene, strengths[i], 0, 1);
      const double      away = mean_difference (rgb, without, 3 * 40 * 33);

      g_assert_cmpfloat (away, >, last);
      last = away;
    }

  for (int i = 0; i < 4 * STYLE_W * STYLE_H; i++)
    if (i % 4 != 3)
      scene.style[i] = 1.0f - 0.8f * scene.style[i];
  other = must_paint (f, &scene, 0.0, 0, 1);
  ref_assert_close_floats (other, without, 3 * 40 * 33, 1e-6);
  scene_clear (&scene);
}

/* A preview is a part of the final picture. */
static void
test_render (Fixture *f, gconstpointer data)
{
  static const ScumbleRect rects[] = {
    { 0, 0, 1, 1 }, { 62, 64, 1, 1 }, { 7, 9, 20, 13 }, { 31, 0, 8, 65 }, { 0, 0, 63, 65 },
    { 5, 40, 58, 3 },
  };
  Scene                      scene   = scene_new (63, 65);
  g_autofree float          *whole   = must_paint (f, &scene, 0.8, 24, 1);
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  ScumbleMemorySource        content_source, style_source;

  scumble_memory_source_init (&content_source, 63, 65, scene.content);
  scumble_memory_source_init (&style_source, STYLE_W, STYLE_H, scene.style);
  style   = scumble_model_encode (f->model, &style_source.source, NULL, &f->job, NULL);
  content = scumble_model_survey (f->model, &content_source.source, &f->job, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rects); i++)
    {
      const ScumbleZone  zone    = { style, NULL };
      const ScumbleRect  r       = rects[i];
      g_autofree float  *rgb     = g_new (float, 3 * r.w * r.h);
      g_autofree float  *painted = g_new (float, 3 * r.w * r.h);
      ScumbleMemorySink  sink;
      ScumbleLook        look;

      scumble_look_init (&look, &zone, 1);
      look.strength = 0.8;
      scumble_memory_sink_init (&sink, &r, painted);
      g_assert_true (scumble_content_render (content, &look, &r, rgb, &f->job, NULL));
      g_assert_true (scumble_content_paint (content, &look, &r, &sink.sink, &f->job, NULL));
      for (int y = 0; y < r.h; y++)
        {
          const float *expected = whole + 3 * ((r.y + y) * 63 + r.x);

          ref_assert_close_floats (rgb + 3 * y * r.w, expected, (gsize) (3 * r.w), 1e-4);
          ref_assert_close_floats (painted + 3 * y * r.w, expected, (gsize) (3 * r.w), 1e-4);
        }
    }
  scene_clear (&scene);
}

static void
assert_refused (ScumbleContent *content, const ScumbleStyle *style, double strength,
                ScumbleRect rect, const ScumbleJob *job, const char *thing)
{
  const ScumbleZone  zone    = { style, NULL };
  float              rgb[3]  = { 7.0f, 7.0f, 7.0f };
  g_autoptr (GError) error   = NULL;
  ScumbleMemorySink  sink;
  ScumbleLook        look;

  scumble_look_init (&look, &zone, 1);
  look.strength = strength;
  scumble_memory_sink_init (&sink, &rect, rgb);
  g_assert_false (scumble_content_render (content, &look, &rect, rgb, job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, thing);
  g_assert_false (scumble_content_paint (content, &look, &rect, &sink.sink, job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, thing);
  g_assert_cmpfloat (rgb[0] + rgb[1] + rgb[2], ==, 21.0f);
}

static void
test_arguments (Fixture *f, gconstpointer data)
{
  static const double bad[]      = { NAN, INFINITY, -0.01, 1.51, -INFINITY };
  static const ScumbleRect out[] = {
    { -1, 0, 1, 1 }, { 0, 0, 0, 1 }, { 0, 0, 1, -1 }, { 20, 0, 1, 1 }, { 0, 15, 1, 1 },
    { 19, 0, 2, 1 }, { G_MAXINT, 0, G_MAXINT, 1 },
  };
  Scene                      scene   = scene_new (20, 15);
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  ScumbleMemorySource        content_source, style_source;

  scumble_memory_source_init (&content_source, 20, 15, scene.content);
  scumble_memory_source_init (&style_source, STYLE_W, STYLE_H, scene.style);
  style   = scumble_model_encode (f->model, &style_source.source, NULL, &f->job, NULL);
  content = scumble_model_survey (f->model, &content_source.source, &f->job, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (content, style, bad[i], (ScumbleRect) { 0, 0, 1, 1 }, &f->job, "strength");
  for (guint i = 0; i < G_N_ELEMENTS (out); i++)
    assert_refused (content, style, 1.0, out[i], &f->job, "rectangle");
  scene_clear (&scene);
}

/* What an invisible pixel's colour is changes nothing at all. */
static void
test_invisible_colours (Fixture *f, gconstpointer data)
{
  static const float poisons[] = { NAN, INFINITY, 1.0f };
  g_autofree float  *expected  = NULL;

  for (guint i = 0; i <= G_N_ELEMENTS (poisons); i++)
    {
      Scene             scene = scene_new (45, 38);
      g_autofree float *rgb   = NULL;

      for (int k = 0; k < 45 * 38; k++)
        if (k % 45 > 20 || k % 5 == 0)
          for (int channel = 0; channel < 4; channel++)
            scene.content[4 * k + channel] = channel == 3 || i == 0 ? 0.0f : poisons[i - 1];
      for (int k = 0; k < STYLE_W * STYLE_H / 2; k++)
        for (int channel = 0; channel < 4; channel++)
          scene.style[4 * k + channel] = channel == 3 || i == 0 ? 0.0f : poisons[i - 1];
      rgb = must_paint (f, &scene, 1.0, 24, 1);
      if (expected == NULL)
        expected = g_steal_pointer (&rgb);
      else
        ref_assert_close_floats (rgb, expected, 3 * 45 * 38, 0.0);
      scene_clear (&scene);
    }
}

static void
test_transparent (Fixture *f, gconstpointer data)
{
  g_autofree float   *rgba  = g_new0 (float, 4 * 20 * 20);
  g_autoptr (GError)  error = NULL;
  ScumbleMemorySource source;

  scumble_memory_source_init (&source, 20, 20, rgba);
  g_assert_null (scumble_model_encode (f->model, &source.source, NULL, &f->job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "transparent");
  g_assert_null (scumble_model_survey (f->model, &source.source, &f->job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "transparent");
}

/* Pictures without any contrast have channels without any variance. */
static void
test_flat (Fixture *f, gconstpointer data)
{
  Scene             scene = scene_new (30, 20);
  g_autofree float *rgb   = NULL;

  for (int i = 0; i < 30 * 20; i++)
    scene.content[4 * i] = scene.content[4 * i + 1] = scene.content[4 * i + 2] = 0.5f;
  for (int i = 0; i < STYLE_W * STYLE_H; i++)
    scene.style[4 * i] = scene.style[4 * i + 1] = scene.style[4 * i + 2] = 0.0f;
  rgb = must_paint (f, &scene, 1.5, 0, 1);
  scene_clear (&scene);
}

typedef struct
{
  GCancellable *cancellable;
  guint         calls;
  guint         cancel_at;
} Progress;

static void
count (double fraction, gpointer user_data)
{
  Progress *progress = user_data;

  g_assert_true (fraction >= 0.0 && fraction <= 1.0 + 1e-9);
  if (++progress->calls == progress->cancel_at)
    g_cancellable_cancel (progress->cancellable);
}

/* Cancelled at each step there is, up to the last, after which it is done. */
static void
test_cancel (Fixture *f, gconstpointer data)
{
  Scene    scene = scene_new (50, 41);
  gboolean done  = FALSE;
  guint    tries = 0;

  for (guint at = 1; !done; at++, tries++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError)       error       = NULL;
      Progress                 progress    = { cancellable, 0, at };
      ScumbleJob               job         = f->job;
      g_autofree float        *rgb         = NULL;

      job.tile          = 16;
      job.cancellable   = cancellable;
      job.progress      = count;
      job.progress_data = &progress;
      rgb               = paint (f->model, &scene, 1.0, &job, &error);
      done              = rgb != NULL;
      if (done)
        g_assert_cmpuint (progress.calls, ==, at);
      else
        ref_assert_failed (&error, SCUMBLE_ERROR_CANCELLED, NULL);
      g_assert_cmpuint (scumble_arena_room (f->arena), ==, scumble_arena_budget (f->arena));
      g_assert_cmpuint (tries, <, 1000);
    }
  g_assert_cmpuint (tries, >, 20);
  scene_clear (&scene);
}

static void
test_cancelled_before (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error       = NULL;
  Scene                    scene       = scene_new (20, 20);

  f->job.cancellable = cancellable;
  g_cancellable_cancel (cancellable);
  g_assert_null (paint (f->model, &scene, 1.0, &f->job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_CANCELLED, NULL);
  scene_clear (&scene);
}

/* A source or a sink that gives up stops the job with its own words. */
typedef struct
{
  ScumbleSource source;
  guint         reads;
  guint         fail_at;
} Failing;

static gboolean
read_or_fail (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  Failing *self = (Failing *) source;

  if (++self->reads == self->fail_at)
    {
      g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE, "The disk is gone.");
      return FALSE;
    }
  ref_fill (rgba, 4 * (gsize) rect->w * (gsize) rect->h, 3, 0.1f, 1.0f);

  return TRUE;
}

static void
test_unreadable (Fixture *f, gconstpointer data)
{
  gboolean done = FALSE;

  f->job.tile = 16;
  for (guint at = 1; !done; at++)
    {
      g_autoptr (ScumbleContent) content = NULL;
      g_autoptr (GError)         error   = NULL;
      Failing                    failing = { { 40, 30, TRUE, read_or_fail }, 0, at };

      content = scumble_model_survey (f->model, &failing.source, &f->job, &error);
      done    = content != NULL;
      if (!done)
        ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "disk");
      g_assert_cmpuint (scumble_arena_mark (f->arena), ==, 0);
    }
}

/* The smallest job under every budget until it succeeds.  Small budgets only make it
 * refuse or compute again, never write a different picture. */
static void
test_starved (Fixture *f, gconstpointer data)
{
  Scene             scene    = scene_new (25, 19);
  g_autofree float *expected = must_paint (f, &scene, 1.0, 0, 1);
  guint             done     = 0, tries = 0;

  for (gsize budget = 0; done < 4; budget += done == 0 ? 20480 : 262144, tries++)
    {
      g_autoptr (ScumbleArena) arena = scumble_arena_new (budget);
      const ScumbleJob         job   = { .arena = arena, .threads = 1 };
      g_autoptr (GError)       error = NULL;
      g_autofree float        *rgb   = paint (f->model, &scene, 1.0, &job, &error);

      if (rgb != NULL)
        {
          /* Planes kept as float16 are rounded. */
          ref_assert_close_floats (rgb, expected, 3 * 25 * 19, 2e-2);
          done++;
        }
      else
        {
          ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, "MiB");
        }
      g_assert_cmpuint (scumble_arena_peak (arena), <=, budget);
      g_assert_cmpuint (scumble_arena_room (arena), ==, scumble_arena_budget (arena));
      g_assert_cmpuint (budget, <, 64 << 20);
    }
  g_assert_cmpuint (tries, >, 8);
  scene_clear (&scene);
}

/* A large picture in little memory: tiles of whatever size fit, every time. */
static void
test_tight (Fixture *f, gconstpointer data)
{
  Scene             scene    = scene_new (70, 60);
  g_autofree float *expected = must_paint (f, &scene, 1.0, 1000, 1);
  gboolean          once     = FALSE;

  for (gsize budget = 256 << 10; budget <= 16 << 20; budget += budget / 2)
    {
      g_autoptr (ScumbleArena) arena = scumble_arena_new (budget);
      const ScumbleJob         job   = { .arena = arena, .threads = 2 };
      g_autoptr (GError)       error = NULL;
      g_autofree float        *rgb   = paint (f->model, &scene, 1.0, &job, &error);

      if (rgb != NULL)
        ref_assert_close_floats (rgb, expected, 3 * 70 * 60, 2e-2);
      else
        ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, "MiB");
      if (once && rgb == NULL)
        g_error ("a smaller budget was enough, %" G_GSIZE_FORMAT " bytes are not", budget);
      once = once || rgb != NULL;
    }
  g_assert_true (once);
  scene_clear (&scene);
}

static void
assert_not_opened (const char *const *path, const char *method, const char *name,
                   ScumbleError code, const char *thing)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (scumble_model_open (path, method, name, &error));
  ref_assert_failed (&error, code, thing);
}

static void
save_decoder (const char *folder, const char *name, const char *method, const char *version)
{
  g_autoptr (RefFile) file = ref_file_new ();

  ref_file_text (file, "scumble.method", method);
  ref_file_text (file, "scumble.version", version);
  ref_file_save (file, folder, name);
}

static void
assert_listed (const char *const *path, const char *method, const char *expected)
{
  g_auto (GStrv)   names = scumble_model_list (path, method);
  g_autofree char *all   = g_strjoinv (" ", names);

  g_assert_cmpstr (all, ==, expected);
}

/* The default comes first; what open would not read, or find elsewhere, is no quality. */
static void
test_list (void)
{
  char              *first  = ref_folder_new ();
  char              *second = ref_folder_new ();
  const char *const  path[] = { first, "/nowhere", second, NULL };
  g_autofree char   *damaged = g_build_filename (second, "damaged.safetensors", NULL);

  assert_listed (path, "adain", "");

  save_decoder (second, "adain", "adain", "1");
  save_decoder (second, "adain-fine", "adain", "1");
  save_decoder (second, "sanet", "sanet", "1");
  save_decoder (second, "adain-new", "adain", "2");
  save_decoder (second, ".adain-hidden", "adain", "1");
  save_decoder (second, "encoder", "", "1");
  g_assert_true (g_file_set_contents (damaged, "adain", -1, NULL));
  assert_listed (path, "adain", "adain adain-fine");
  assert_listed (path, "sanet", "sanet");
  assert_listed (path, "oil", "");

  save_decoder (first, "Adain", "adain", "1");
  save_decoder (first, "adain-fine", "sanet", "1");
  save_decoder (first, "adain", "adain", "1");
  assert_listed (path, "adain", "adain Adain");
  assert_listed (path, "sanet", "sanet adain-fine");

  ref_folder_free (first);
  ref_folder_free (second);
}

static void
test_open (void)
{
  static const RefWidths widths = { { 5, 4, 6, 7, 7 } };
  char                  *folder = ref_folder_new ();
  char                  *empty  = ref_folder_new ();
  const char *const      path[] = { empty, folder, NULL };
  g_autoptr (RefFile)    narrow = ref_encoder (&(RefWidths) { { 5, 4, 6, 8, 7 } }, 1);
  g_autoptr (RefFile)    old    = ref_file_new ();

  assert_not_opened (path, "oil", NULL, SCUMBLE_ERROR_ARGUMENT, "adain");
  assert_not_opened (path, "adain", NULL, SCUMBLE_ERROR_MODEL, "adain.safetensors");
  assert_not_opened (path, "adain", "../adain", SCUMBLE_ERROR_MODEL, "not in any");
  assert_not_opened (path, "adain", ".hidden", SCUMBLE_ERROR_MODEL, "not in any");

  ref_models (folder, &widths, 1);
  g_autoptr (ScumbleModel) model = scumble_model_open (path, "adain", NULL, NULL);
  g_assert_nonnull (model);
  assert_not_opened (path, "adain", "sanet", SCUMBLE_ERROR_MODEL, "\"adain\" is needed");
  assert_not_opened (path, "adain", "encoder", SCUMBLE_ERROR_MODEL, "scumble.method");

  ref_file_text (old, "scumble.method", "adain");
  ref_file_text (old, "scumble.version", "2");
  ref_file_save (old, folder, "old");
  assert_not_opened (path, "adain", "old", SCUMBLE_ERROR_MODEL, "scumble.version");

  ref_file_save (narrow, folder, "encoder");
  assert_not_opened (path, "adain", NULL, SCUMBLE_ERROR_MODEL, "decoder.conv4_1.weight");

  ref_folder_free (folder);
  ref_folder_free (empty);
}

/* The encoder that a model file names is the one that is opened. */
static void
test_encoder (void)
{
  static const RefWidths widths = { { 5, 4, 6, 7, 7 } };
  char                  *folder = ref_folder_new ();
  const char *const      path[] = { folder, NULL };
  g_autoptr (RefFile)    model  = ref_decoder (&widths, 1);
  g_autoptr (RefFile)    other  = ref_encoder (&widths, 1);
  g_autoptr (ScumbleModel) opened = NULL;

  ref_file_text (model, "scumble.encoder", "other");
  ref_file_save (model, folder, "adain");
  assert_not_opened (path, "adain", NULL, SCUMBLE_ERROR_MODEL, "other.safetensors");
  ref_file_save (model, folder, "other");
  assert_not_opened (path, "adain", NULL, SCUMBLE_ERROR_MODEL, "scumble.part");
  ref_file_save (other, folder, "other");
  opened = scumble_model_open (path, "adain", NULL, NULL);
  g_assert_nonnull (opened);

  ref_folder_free (folder);
}

/* Whatever is wrong with a model file, it is refused, or it is a model. */
static void
test_damaged (void)
{
  static const RefWidths widths  = { { 1, 1, 1, 1, 1 } };
  static const guint8    masks[] = { 0x01, 0x10, 0xff };
  char                  *folder  = ref_folder_new ();
  const char *const      path[]  = { folder, NULL };
  g_autofree char       *file    = g_build_filename (folder, "adain.safetensors", NULL);
  g_autoptr (RefFile)    model   = ref_decoder (&widths, 1);
  g_autoptr (GBytes)     bytes   = ref_file_bytes (model);
  const gsize            n       = g_bytes_get_size (bytes);
  g_autofree guint8     *damaged = g_memdup2 (g_bytes_get_data (bytes, NULL), n);

  ref_models (folder, &widths, 1);
  for (gsize i = 0; i < n; i++)
    for (guint k = 0; k < G_N_ELEMENTS (masks); k++)
      {
        g_autoptr (ScumbleModel) opened = NULL;
        g_autoptr (GError)       error  = NULL;

        damaged[i] ^= masks[k];
        g_file_set_contents_full (file, (const char *) damaged, (gssize) n,
                                  G_FILE_SET_CONTENTS_NONE, 0600, &error);
        g_assert_no_error (error);
        opened = scumble_model_open (path, "adain", NULL, &error);
        if (opened == NULL)
          ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, ".safetensors");
        damaged[i] ^= masks[k];
      }
  ref_folder_free (folder);
}

/* Whole and in tiles, a model paints the same. */
static void
check_shipped (const char *const *path, const char *method, const char *name)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (256 << 20);
  g_autoptr (GError)       error = NULL;
  Fixture                  f     = { .arena = arena, .job = { .arena = arena, .threads = 2 } };
  Scene                    scene = scene_new (131, 90);
  g_autofree float        *whole = NULL;
  g_autofree float        *tiled = NULL;

  f.model = scumble_model_open (path, method, name, &error);
  g_assert_no_error (error);
  whole = must_paint (&f, &scene, 1.0, 1000, 2);
  tiled = must_paint (&f, &scene, 1.0, 40, 2);
  ref_assert_close_floats (tiled, whole, 3 * 131 * 90, 1e-4);
  scene_clear (&scene);
  scumble_model_unref (f.model);
}

/* The models that ship, if they are where the argument says. */
static void
test_shipped (gconstpointer folder)
{
  const char *const           path[]  = { folder, NULL };
  const ScumbleMethod *const *methods = scumble_methods ();

  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_auto (GStrv) names = scumble_model_list (path, methods[i]->id);

      g_assert_cmpstr (names[0], ==, methods[i]->id);
      for (guint k = 0; names[k] != NULL; k++)
        check_shipped (path, methods[i]->id, names[k]);
    }
}

static void
add (const char *what, const Case *test, void (*func) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strdup_printf ("/model/%s/%s", test->name, what);

  g_test_add (path, Fixture, test, set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      add ("tiles", &cases[i], test_tiles);
      add ("threads", &cases[i], test_threads);
      add ("strength", &cases[i], test_strength);
      add ("render", &cases[i], test_render);
      add ("arguments", &cases[i], test_arguments);
      add ("invisible-colours", &cases[i], test_invisible_colours);
      add ("transparent", &cases[i], test_transparent);
      add ("flat", &cases[i], test_flat);
      add ("cancel", &cases[i], test_cancel);
      add ("cancelled-before", &cases[i], test_cancelled_before);
      add ("unreadable", &cases[i], test_unreadable);
      add ("starved", &cases[i], test_starved);
    }
  add ("tight", &cases[0], test_tight);
  g_test_add_func ("/model/list", test_list);
  g_test_add_func ("/model/open", test_open);
  g_test_add_func ("/model/encoder", test_encoder);
  g_test_add_func ("/model/damaged", test_damaged);
  g_test_add_data_func ("/model/shipped", argv[1], test_shipped);

  return g_test_run ();
}
