/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Frames of an animation as one picture. */
#include "method-test.h"
#include "ref.h"
#include "reel.h"

enum { N_FRAMES = 3, MARGIN = 64, ALIGN = 16 };

/* Sizes and offsets of frames: such as an optimiser leaves, and as small as can be. */
static const ScumbleRect sizes[N_FRAMES] = { { 0, 0, 96, 70 }, { 37, -21, 41, 30 },
                                             { 5, 9, 1, 1 } };

typedef struct
{
  Picture             pictures[N_FRAMES];
  ScumbleMemorySource sources[N_FRAMES];
  ScumbleMemorySink   sinks[N_FRAMES];
  ScumbleReelFrame    frames[N_FRAMES];
  float              *rgb[N_FRAMES];
  ScumbleReel        *reel;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  for (guint32 i = 0; i < N_FRAMES; i++)
    {
      const int         w = sizes[i].w, h = sizes[i].h;
      const ScumbleRect all = { 0, 0, w, h };

      f->pictures[i] = random_picture (w, h, i + 1);
      f->rgb[i]      = g_new0 (float, 3 * w * h);
      scumble_memory_source_init (&f->sources[i], w, h, f->pictures[i].rgba);
      scumble_memory_sink_init (&f->sinks[i], &all, f->rgb[i]);
      f->frames[i] = (ScumbleReelFrame) { &f->sources[i].source, &f->sinks[i].sink, sizes[i].x,
                                      sizes[i].y };
    }
  f->reel = scumble_reel_new (f->frames, N_FRAMES);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  scumble_reel_free (f->reel);
  for (int i = 0; i < N_FRAMES; i++)
    {
      g_free (f->pictures[i].rgba);
      g_free (f->rgb[i]);
    }
}

static int
wrap (int i)
{
  return ((i % ALIGN) + ALIGN) % ALIGN;
}

/* The frame that pixel @y belongs to: the nearest one above or below. */
static int
nearest (const Fixture *f, int y)
{
  int i = 0;

  while (i + 1 < N_FRAMES)
    {
      const ScumbleRect place = scumble_reel_place (f->reel, (guint) i);

      if (y < place.y + place.h + MARGIN)
        break;
      i++;
    }

  return i;
}

/* What lies at one place of the canvas lies at one place of a cell, with room around it; and
 * every pixel is the nearest frame's own, mirrored, with hardly any weight beside it. */
static void
test_source (Fixture *f, gconstpointer unused)
{
  static const ScumbleRect parts[] = { { 3, 100, 150, 90 }, { 60, 0, 7, 330 },
                                       { 120, 190, 40, 1 } };
  ScumbleSource           *source  = scumble_reel_source (f->reel);
  const ScumbleRect        all     = { 0, 0, source->width, source->height };
  g_autofree float        *whole   = g_new (float, 4 * all.w * all.h);

  for (guint i = 0; i < N_FRAMES; i++)
    {
      const ScumbleRect place = scumble_reel_place (f->reel, i);

      g_assert_cmpint (wrap (place.x - sizes[i].x), ==, 0);
      g_assert_cmpint (wrap (place.y - sizes[i].y), ==, 0);
      g_assert_true (scumble_rect_contains (all, scumble_rect_grow (place, MARGIN)));
    }

  g_assert_true (source->read (source, &all, whole, NULL));
  for (int y = 0; y < all.h; y++)
    for (int x = 0; x < all.w; x++)
      {
        const int         i     = nearest (f, y);
        const ScumbleRect place = scumble_reel_place (f->reel, (guint) i);
        const ScumbleRect pixel = { x, y, 1, 1 };
        const int         px    = scumble_picture_mirror (x - place.x, place.w);
        const int         py    = scumble_picture_mirror (y - place.y, place.h);
        const float      *from  = f->pictures[i].rgba + 4 * (py * place.w + px);
        const float      *found = whole + 4 * (y * all.w + x);

        for (int k = 0; k < 3; k++)
          g_assert_cmpfloat (found[k], ==, from[k]);
        if (scumble_rect_contains (place, pixel))
          g_assert_cmpfloat (found[3], ==, 1.0);
        else
          g_assert_cmpfloat (found[3], <, 1e-4);
      }

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const ScumbleRect part = scumble_rect_intersect (parts[i], all);
      g_autofree float *rgba = g_new (float, 4 * part.w * part.h);

      g_assert_true (source->read (source, &part, rgba, NULL));
      for (int y = 0; y < part.h; y++)
        g_assert_cmpmem (rgba + 4 * y * part.w, 16 * (gsize) part.w,
                         whole + 4 * ((part.y + y) * all.w + part.x), 16 * (gsize) part.w);
    }
}

/* Every frame gets its own, in tiles of any size. */
static void
test_sink (Fixture *f, gconstpointer unused)
{
  enum { TILE = 50 };
  ScumbleSource    *source = scumble_reel_source (f->reel);
  ScumbleSink      *sink   = scumble_reel_sink (f->reel);
  const ScumbleRect all    = { 0, 0, source->width, source->height };

  for (int y = 0; y < all.h; y += TILE)
    for (int x = 0; x < all.w; x += TILE)
      {
        const ScumbleRect tile =
          scumble_rect_intersect ((ScumbleRect) { x, y, TILE, TILE }, all);
        g_autofree float *rgba = g_new (float, 4 * tile.w * tile.h);
        g_autofree float *rgb  = g_new (float, 3 * tile.w * tile.h);

        g_assert_true (source->read (source, &tile, rgba, NULL));
        for (int i = 0; i < 3 * tile.w * tile.h; i++)
          rgb[i] = rgba[i / 3 * 4 + i % 3];
        g_assert_true (sink->write (sink, &tile, rgb, NULL));
      }

  for (int i = 0; i < N_FRAMES; i++)
    for (int k = 0; k < 3 * sizes[i].w * sizes[i].h; k++)
      g_assert_cmpfloat (f->rgb[i][k], ==, f->pictures[i].rgba[k / 3 * 4 + k % 3]);
}

static void
test_mask (Fixture *f, gconstpointer unused)
{
  ScumbleMemoryMask  memory[N_FRAMES];
  ScumbleMask       *masks[N_FRAMES];
  g_autofree float  *weights[N_FRAMES] = { NULL };
  ScumbleMask       *mask;

  for (int i = 0; i < N_FRAMES; i++)
    {
      weights[i] = g_new (float, sizes[i].w * sizes[i].h);
      for (int k = 0; k < sizes[i].w * sizes[i].h; k++)
        weights[i][k] = (float) (i + 1) / 4.0f + (float) (k % 50) / 500.0f;
      scumble_memory_mask_init (&memory[i], sizes[i].w, sizes[i].h, weights[i]);
      masks[i] = &memory[i].mask;
    }
  mask = scumble_reel_mask_new (f->reel, masks);
  g_assert_cmpint (mask->width, ==, scumble_reel_source (f->reel)->width);
  g_assert_cmpint (mask->height, ==, scumble_reel_source (f->reel)->height);

  for (guint i = 0; i < N_FRAMES; i++)
    {
      const ScumbleRect place = scumble_reel_place (f->reel, i);
      g_autofree float *found = g_new (float, place.w * place.h);

      g_assert_true (mask->read (mask, &place, found, NULL));
      g_assert_cmpmem (found, sizeof (float) * (gsize) (place.w * place.h), weights[i],
                       sizeof (float) * (gsize) (place.w * place.h));
    }
  for (int i = 0; i < N_FRAMES; i++)
    g_free (weights[i]);
  memset (weights, 0, sizeof weights);
  scumble_reel_mask_free (mask);
}

/* A pixel's place on the canvas, in every frame and beyond its sides. */
static void
test_ground (Fixture *f, gconstpointer unused)
{
  ScumbleSource *source = scumble_reel_source (f->reel);

  for (int y = 0; y < source->height + 20; y++)
    {
      const int           i      = nearest (f, y);
      const ScumbleRect   place  = scumble_reel_place (f->reel, (guint) i);
      const ScumbleGround ground = scumble_source_ground (source, y);

      g_assert_cmpint (place.x + ground.x, ==, sizes[i].x);
      g_assert_cmpint (place.y + ground.y, ==, sizes[i].y);
      g_assert_cmpint (ground.period_w, ==, 0);
    }
}

static void
test_beyond (Fixture *f, gconstpointer unused)
{
  ScumbleSource    *source = scumble_reel_source (f->reel);
  const ScumbleRect corner = { 0, 0, 1, 1 };
  float             rgba[4];

  g_assert_true (source->read (source, &corner, rgba, NULL));
  g_assert_false (source->beyond);
  f->sources[2].source.beyond = TRUE;
  g_assert_true (source->read (source, &corner, rgba, NULL));
  g_assert_true (source->beyond);
}

/* What stays where it is while something comes in beside it. */
enum { W = 200, H = 96, STILL = 120 };

/* Returns: the largest change, from one of two frames to the other, of what is the same in both
 * and far from what is not; painted one by one, or as a reel */
static double
flicker (const char *const *method, gboolean together)
{
  const ScumbleRect        all     = { 0, 0, W, H };
  Picture                  first   = random_picture (W, H, 3);
  Picture                  second  = { g_memdup2 (first.rgba, 16 * W * H), W, H };
  const Picture            paint   = random_picture (90, 70, 11);
  g_autoptr (ScumbleArena) arena   = scumble_arena_new ((gsize) 1 << 30);
  const ScumbleJob         job     = { .arena = arena, .threads = 1 };
  ScumbleModel            *model   = open_model (method[0], method[1]);
  ScumbleMemorySource      sources[2], painting;
  ScumbleStyle            *style;
  ScumbleZone              zone    = { NULL, NULL };
  ScumbleReel             *reel;
  ScumbleLook              look;
  float                   *rgb[2];
  double                   most    = 0.0;
  g_autoptr (GError)       error   = NULL;

  for (int i = 0; i < W * H; i++)
    if (i % W > STILL + 70)
      for (int k = 0; k < 3; k++)
        second.rgba[4 * i + k] = k == 0 ? 1.0f : 0.0f;
  scumble_memory_source_init (&sources[0], W, H, first.rgba);
  scumble_memory_source_init (&sources[1], W, H, second.rgba);
  scumble_memory_source_init (&painting, paint.w, paint.h, paint.rgba);
  style = scumble_model_encode (model, &painting.source, NULL, &job, &error);
  g_assert_no_error (error);
  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  reel = scumble_reel_new ((const ScumbleReelFrame[]) { { &sources[0].source, NULL, 0, 0 },
                                                    { &sources[1].source, NULL, 0, 0 } }, 2);

  for (guint i = 0; i < 2; i++)
    {
      const ScumbleRect place = together ? scumble_reel_place (reel, i) : all;
      ScumbleContent   *seen  = scumble_model_survey (
        model, together ? scumble_reel_source (reel) : &sources[i].source, &job, &error);

      g_assert_no_error (error);
      rgb[i] = g_new (float, 3 * W * H);
      scumble_content_render (seen, &look, &place, rgb[i], &job, &error);
      g_assert_no_error (error);
      scumble_content_free (seen);
    }
  for (int y = 0; y < H; y++)
    most = MAX (most, max_difference (rgb[0] + 3 * y * W, rgb[1] + 3 * y * W, 3 * (STILL - 62)));

  scumble_reel_free (reel);
  scumble_style_unref (style);
  scumble_model_unref (model);
  for (int i = 0; i < 2; i++)
    g_free (rgb[i]);
  g_free (paint.rgba);
  g_free (second.rgba);
  g_free (first.rgba);

  return most;
}

/* One by one, all of the picture changes with what comes in; together, what stays, stays. */
static void
test_flicker (gconstpointer method)
{
  const double alone = flicker (method, FALSE);

  g_assert_cmpfloat (alone, >, 1e-3);
  g_assert_cmpfloat (flicker (method, TRUE), <, 0.05 * alone);
}

int
main (int argc, char **argv)
{
  static const char *const methods[][2] = { { "adain", "narrow-adain" },
                                            { "adain", "joined-adain" },
                                            { "metanet", "tiny-metanet" } };

  g_test_init (&argc, &argv, NULL);
  golden_folder = argv[1];
  g_test_add ("/reel/source", Fixture, NULL, set_up, test_source, tear_down);
  g_test_add ("/reel/sink", Fixture, NULL, set_up, test_sink, tear_down);
  g_test_add ("/reel/mask", Fixture, NULL, set_up, test_mask, tear_down);
  g_test_add ("/reel/ground", Fixture, NULL, set_up, test_ground, tear_down);
  g_test_add ("/reel/beyond", Fixture, NULL, set_up, test_beyond, tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *path = g_strdup_printf ("/reel/flicker/%s", methods[i][1]);

      g_test_add_data_func (path, methods[i], test_flicker);
    }

  return g_test_run ();
}
