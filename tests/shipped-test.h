/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the tests of the networks in weights/ share: every method with a style and a look, and
 * a table of checks that each of them has to pass. */
#pragma once

#include "method-test.h"

static const char *weights_folder;

typedef struct
{
  ScumbleArena *arena;
  ScumbleJob    job;
  ScumbleModel *model;
  ScumbleStyle *style;
  ScumbleZone   zones[2]; /* of that style; the look has the first of them */
  ScumbleLook   look;

  /* The content, of a test that has one for all its checks. */
  Picture             picture;
  ScumbleMemorySource source;
  float              *weights;
  ScumbleMemoryMask   mask;
} Fixture;

/* Whatever is done with a fixture; @data is a ScumbleMethod. */
typedef void (*FixtureFunc) (Fixture *f, gconstpointer data);

typedef struct
{
  const char  *title;
  FixtureFunc  func;
} Check;

static inline void
shipped_set_up (Fixture *f, gconstpointer data)
{
  const ScumbleMethod *method   = data;
  const char *const    path[]   = { weights_folder, NULL };
  const Picture        painting = random_picture (64, 90, 2);
  g_autoptr (GError)   error    = NULL;
  ScumbleMemorySource  source;

  f->arena = scumble_arena_new ((gsize) 1 << 30);
  f->job   = (ScumbleJob) { .arena = f->arena, .threads = 2 };
  f->model = scumble_model_open (path, method->id, NULL, &error);
  g_assert_no_error (error);
  scumble_memory_source_init (&source, painting.w, painting.h, painting.rgba);
  f->style = scumble_model_encode (f->model, &source.source, NULL, &f->job, &error);
  g_assert_no_error (error);
  g_free (painting.rgba);

  for (int z = 0; z < 2; z++)
    f->zones[z].style = f->style;
  scumble_look_init (&f->look, f->zones, 1);
}

static inline void
shipped_tear_down (Fixture *f, gconstpointer data)
{
  scumble_style_unref (f->style);
  scumble_model_unref (f->model);
  scumble_arena_free (f->arena);
  g_free (f->picture.rgba);
  g_free (f->weights);
}

/* @job: how it is painted; surveyed it is as the fixture says
 * @for_look: whether the content is surveyed for @look, or for any without a brush
 * Returns: [h, w, 3] */
static inline float *
shipped_paint (Fixture *f, ScumbleSource *source, const ScumbleLook *look, const ScumbleJob *job,
               gboolean for_look)
{
  const ScumbleRect          all     = { 0, 0, source->width, source->height };
  float                     *rgb     = g_new (float, 3 * all.w * all.h);
  g_autoptr (GError)         error   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  ScumbleMemorySink          sink;

  content = for_look ? scumble_model_survey_for (f->model, source, look, &f->job, &error)
                     : scumble_model_survey (f->model, source, &f->job, &error);
  g_assert_no_error (error);
  scumble_memory_sink_init (&sink, &all, rgb);
  scumble_content_paint (content, look, NULL, &sink.sink, job, &error);
  g_assert_no_error (error);

  return rgb;
}

/* The program of a test: every check of every method, as /GROUP/METHOD/TITLE. Its argument is the
 * folder of the networks. */
static inline int
shipped_run (int argc, char **argv, const char *group, const Check *checks, guint n,
             FixtureFunc set_up)
{
  const ScumbleMethod *const *methods = scumble_methods ();

  g_test_init (&argc, &argv, NULL);
  weights_folder = argv[1];

  for (guint m = 0; methods[m] != NULL; m++)
    for (guint i = 0; i < n; i++)
      {
        g_autofree char *path = g_strdup_printf ("/%s/%s/%s", group, methods[m]->id,
                                                 checks[i].title);

        g_test_add (path, Fixture, methods[m], set_up, checks[i].func, shipped_tear_down);
      }

  return g_test_run ();
}
