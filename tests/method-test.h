/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the tests of the methods share: golden files, pictures, and painting with a model of
 * tests/golden. */
#pragma once

#include "engine.h"
#include "safetensors.h"
#include "transfer-net.h"

#include <math.h>
#include <string.h>

typedef struct
{
  float *rgba; /* [h, w, 4] */
  int    w;
  int    h;
} Picture;

/* How a test paints. */
typedef struct
{
  const char  *method;
  const char  *model;
  double       strength;
  int          tile;
  int          threads;
  ScumbleRect  area;    /* empty for the whole picture */
  int          updates; /* of adaptation; 0 for none */
  gboolean     all;     /* whether everything learns */
} Paint;

static const char *golden_folder;

static inline ScumbleSafetensors *
golden_open (const char *name)
{
  g_autoptr (GError)  error = NULL;
  g_autofree char    *path  = g_strdup_printf ("%s/%s.safetensors", golden_folder, name);
  ScumbleSafetensors *file  = scumble_safetensors_open (path, &error);

  g_assert_no_error (error);
  return file;
}

/* A tensor [h, w, c] of a golden file. */
static inline float *
golden_floats (const ScumbleSafetensors *file, const char *name, int shape[3])
{
  g_autoptr (GError) error = NULL;
  float             *data;

  scumble_safetensors_shape (file, name, 3, shape, &error);
  g_assert_no_error (error);
  data = scumble_safetensors_floats (file, name,
                                     (gsize) shape[0] * (gsize) shape[1] * (gsize) shape[2],
                                     &error);
  g_assert_no_error (error);

  return data;
}

static inline Picture
golden_picture (const ScumbleSafetensors *file, const char *name)
{
  int     shape[3];
  Picture picture = { golden_floats (file, name, shape), 0, 0 };

  picture.h = shape[0];
  picture.w = shape[1];
  g_assert_cmpint (shape[2], ==, 4);

  return picture;
}

/* The parameters of a MetaStyle model file, in the engine's order. */
static inline float *
golden_parameters (const ScumbleSafetensors *file, int base)
{
  static const char *const kinds[] = { "weight", "scale", "shift", "bias" };
  float                   *values  = g_new (float, scumble_transfer_count (base));

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (base, i);
      const gboolean             last  = i == SCUMBLE_TRANSFER_LAST;
      const gsize                from[] = { layer.weights, layer.scale, layer.shift,
                                            layer.shift, layer.end };

      for (int k = 0; k < 4; k++)
        if (k == 0 || last == (k == 3))
          {
            const gsize       to   = k == 0 ? layer.scale : k == 1 ? layer.shift : layer.end;
            g_autofree char  *name = g_strdup_printf ("transfer.%s.%s", layer.name, kinds[k]);
            g_autofree float *part = scumble_safetensors_floats (file, name, to - from[k],
                                                                 NULL);

            g_assert_nonnull (part);
            memcpy (values + from[k], part, (to - from[k]) * sizeof *part);
          }
    }

  return values;
}

/* Waves, a hard edge and noise, opaque. */
static inline Picture
random_picture (int w, int h, guint32 seed)
{
  g_autoptr (GRand) rand    = g_rand_new_with_seed (seed);
  Picture           picture = { g_new (float, 4 * w * h), w, h };

  for (int i = 0; i < w * h; i++)
    for (int k = 0; k < 4; k++)
      {
        const double wave = 0.5 + 0.3 * sin (0.05 * (k + 1) * (i % w) + 0.08 * (i / w) + seed);
        const double edge = i % w > w / 2 ? 0.6 : 1.0;

        picture.rgba[4 * i + k] =
          k == 3 ? 1.0f : (float) (edge * wave + 0.1 * g_rand_double (rand));
      }

  return picture;
}

static inline double
max_difference (const float *a, const float *b, gsize n)
{
  double most = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      const double difference = fabs ((double) a[i] - (double) b[i]);

      /* Written so that a value that is no number counts. */
      if (!(difference <= most))
        most = isnan (difference) ? HUGE_VAL : difference;
    }

  return most;
}

static inline ScumbleModel *
open_model (const char *method, const char *name)
{
  const char *const  path[] = { golden_folder, NULL };
  g_autoptr (GError) error  = NULL;
  ScumbleModel      *model  = scumble_model_open (path, method, name, &error);

  g_assert_no_error (error);
  return model;
}

static inline gboolean
adapt_style (ScumbleStyle **style, ScumbleModel *model, const Paint *how,
             ScumbleSource *content, const ScumbleJob *job, GError **error)
{
  const ScumbleAdaptation adaptation = { .updates = how->updates, .all = how->all };
  ScumbleStyle           *adapted;

  if (how->updates == 0)
    return TRUE;

  adapted = scumble_model_adapt (model, *style, content, &adaptation, job, error);
  if (adapted == NULL)
    return FALSE;
  scumble_style_unref (*style);
  *style = adapted;

  return TRUE;
}

/* Encodes, surveys and paints; returns [area.h, area.w, 3], or NULL with an error. */
static inline float *
paint_within (gsize budget, const Paint *how, const Picture *content_picture,
              const Picture *style_picture, GError **error)
{
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (budget);
  g_autoptr (ScumbleModel)   model   = open_model (how->method, how->model);
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  const ScumbleRect          whole   = { 0, 0, content_picture->w, content_picture->h };
  const ScumbleRect          area    = how->area.w > 0 ? how->area : whole;
  const ScumbleJob           job     = { .arena = arena, .threads = how->threads,
                                         .tile = how->tile };
  g_autofree float          *rgb     = g_new (float, 3 * area.w * area.h);
  ScumbleMemorySource        sources[2];
  ScumbleMemorySink          sink;
  ScumbleZone                zone    = { NULL, NULL };
  ScumbleLook                look;

  scumble_memory_source_init (&sources[0], content_picture->w, content_picture->h,
                              content_picture->rgba);
  scumble_memory_source_init (&sources[1], style_picture->w, style_picture->h,
                              style_picture->rgba);
  scumble_memory_sink_init (&sink, &area, rgb);

  style = scumble_model_encode (model, &sources[1].source, NULL, &job, error);
  if (style == NULL || !adapt_style (&style, model, how, &sources[0].source, &job, error))
    return NULL;
  content = scumble_model_survey (model, &sources[0].source, &job, error);
  if (content == NULL)
    return NULL;

  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  look.strength = how->strength;
  if (!scumble_content_paint (content, &look, &area, &sink.sink, &job, error))
    return NULL;

  return g_steal_pointer (&rgb);
}

static inline float *
paint (const Paint *how, const Picture *content, const Picture *style)
{
  g_autoptr (GError) error = NULL;
  float             *rgb   = paint_within ((gsize) 1 << 30, how, content, style, &error);

  g_assert_no_error (error);
  return rgb;
}

/* The painted goldens of @file, "paint-STRENGTH", to @tolerance. */
static inline void
check_goldens (const char *name, const Paint *how, double tolerance)
{
  static const double            strengths[] = { 0.0, 0.6, 1.0, 1.3 };
  g_autoptr (ScumbleSafetensors) file        = golden_open (name);
  g_autoptr (ScumbleSafetensors) shared      = golden_open ("methods");
  const Picture                  content     = golden_picture (shared, "content");
  const Picture                  style       = golden_picture (shared, "style");

  for (guint i = 0; i < G_N_ELEMENTS (strengths); i++)
    {
      g_autofree char  *tensor   = g_strdup_printf ("paint-%g", strengths[i]);
      int               shape[3];
      g_autofree float *expected = golden_floats (file, tensor, shape);
      Paint             paints   = *how;
      g_autofree float *rgb      = NULL;
      double            difference;

      paints.strength = strengths[i];
      rgb             = paint (&paints, &content, &style);
      difference      = max_difference (rgb, expected,
                                        3 * (gsize) shape[0] * (gsize) shape[1]);
      g_test_message ("%s %s: %.2g", name, tensor, difference);
      g_assert_cmpfloat (difference, <=, tolerance);
    }

  g_free (content.rgba);
  g_free (style.rgba);
}

/* Tiles of @tile and the rectangle in the middle equal the whole to rounding, and threads
 * change nothing at all. */
static inline void
check_tiles (const Paint *how, const Picture *content, const Picture *style, int tile)
{
  const ScumbleRect part   = { content->w / 3, content->h / 4, content->w / 2,
                               content->h / 2 };
  Paint             other  = *how;
  const gsize       floats = 3 * (gsize) content->w * (gsize) content->h;
  g_autofree float *whole  = NULL;
  g_autofree float *tiled  = NULL;
  g_autofree float *single = NULL;
  g_autofree float *crop   = NULL;

  other.tile    = 1 << 20;
  other.threads = 2;
  whole         = paint (&other, content, style);
  other.threads = 1;
  single        = paint (&other, content, style);
  g_assert_cmpfloat (max_difference (whole, single, floats), ==, 0.0);

  other.tile = tile;
  tiled      = paint (&other, content, style);
  g_test_message ("tiles: %.2g", max_difference (whole, tiled, floats));
  g_assert_cmpfloat (max_difference (whole, tiled, floats), <=, 1e-4);

  other.area = part;
  crop       = paint (&other, content, style);
  for (int i = 0; i < part.h; i++)
    g_assert_cmpfloat (max_difference (crop + 3 * i * part.w,
                                       whole + 3 * ((part.y + i) * content->w + part.x),
                                       3 * (gsize) part.w), <=, 1e-4);
}

/* The smallest job with a budget that rises until it succeeds: every failure says so. */
static inline void
check_starvation (const Paint *how, gsize step)
{
  const Picture content = random_picture (40, 33, 1);
  const Picture style   = random_picture (33, 40, 2);
  int           refused = 0;

  for (gsize budget = 0;; budget += step)
    {
      g_autoptr (GError) error = NULL;
      g_autofree float  *rgb   = paint_within (budget, how, &content, &style, &error);

      if (rgb != NULL)
        break;
      g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MEMORY);
      refused++;
    }
  g_assert_cmpint (refused, >, 3);

  g_free (content.rgba);
  g_free (style.rgba);
}
