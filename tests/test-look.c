/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What everything that a look can say means, for every method. */
#include "detail.h"
#include "method-test.h"
#include "ref.h"

#include <glib/gstdio.h>
#include <unistd.h>

enum { W = 150, H = 70, N = W * H };

static const char *const methods[][2] = {
  { "adain", "narrow-adain" },
  { "adain", "joined-adain" },
  { "sanet", "tiny-sanet" },
  { "sanet", "tiny-sanet-joined" },
  { "metanet", "tiny-metanet" },
  { "metastyle", "tiny-metastyle" },
};

typedef struct
{
  const char         *method;
  ScumbleArena       *arena;
  ScumbleJob          job;
  ScumbleModel       *model;
  Picture             picture;
  ScumbleMemorySource source;
  ScumbleContent     *content;
  ScumbleStyle       *styles[2];
} Fixture;

/* One of two paintings that have little in common: the second one is dark and blue. */
static Picture
painting (guint32 i)
{
  static const float gains[] = { 0.2f, 0.4f, 0.9f, 1.0f };
  const Picture      picture = random_picture (64 + 20 * (int) i, 90, 2 + 9 * i);

  for (int k = 0; k < 4 * picture.w * picture.h && i == 1; k++)
    picture.rgba[k] *= gains[k % 4];

  return picture;
}

static ScumbleStyle *
encode (Fixture *f, const Picture *picture, const ScumbleStyling *styling)
{
  g_autoptr (GError)  error = NULL;
  ScumbleMemorySource source;
  ScumbleStyle       *style;

  scumble_memory_source_init (&source, picture->w, picture->h, picture->rgba);
  style = scumble_model_encode (f->model, &source.source, styling, &f->job, &error);
  g_assert_no_error (error);

  return style;
}

/* MetaStyle's styles are all alike until they are adapted. */
static ScumbleStyle *
adapted (Fixture *f, ScumbleStyle *style)
{
  const ScumbleAdaptation how   = { .updates = 3 };
  g_autoptr (GError)      error = NULL;
  ScumbleStyle           *made;

  made = scumble_model_adapt (f->model, style, &f->source.source, &how, &f->job, &error);
  g_assert_no_error (error);
  scumble_style_unref (style);

  return made;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const char *const *method = data;
  g_autoptr (GError) error  = NULL;

  f->method  = method[0];
  f->arena   = scumble_arena_new ((gsize) 1 << 30);
  f->job     = (ScumbleJob) { .arena = f->arena, .threads = 2 };
  f->model   = open_model (method[0], method[1]);
  f->picture = random_picture (W, H, 5);
  scumble_memory_source_init (&f->source, W, H, f->picture.rgba);
  f->content = scumble_model_survey (f->model, &f->source.source, &f->job, &error);
  g_assert_no_error (error);

  for (guint32 i = 0; i < 2; i++)
    {
      const Picture picture = painting (i);

      f->styles[i] = encode (f, &picture, NULL);
      g_free (picture.rgba);
      if (g_str_equal (method[0], "metastyle"))
        f->styles[i] = adapted (f, f->styles[i]);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 2; i++)
    scumble_style_unref (f->styles[i]);
  scumble_content_free (f->content);
  scumble_model_unref (f->model);
  scumble_arena_free (f->arena);
  g_free (f->picture.rgba);
}

/* Returns: [H, W, 3] */
static float *
paint_look (Fixture *f, const ScumbleLook *look, int tile, int threads)
{
  const ScumbleRect  all   = { 0, 0, W, H };
  ScumbleJob         job   = f->job;
  float             *rgb   = g_new (float, 3 * N);
  g_autoptr (GError) error = NULL;
  ScumbleMemorySink  sink;

  job.tile    = tile;
  job.threads = threads;
  scumble_memory_sink_init (&sink, &all, rgb);
  scumble_content_paint (f->content, look, NULL, &sink.sink, &job, &error);
  g_assert_no_error (error);

  return rgb;
}

/* Returns: a pixel in the middle of a part */
static float
paint_part (Fixture *f, const ScumbleLook *look, const ScumbleRect *part)
{
  g_autofree float  *rgb   = g_new (float, 3 * part->w * part->h);
  g_autoptr (GError) error = NULL;
  ScumbleMemorySink  sink;

  scumble_memory_sink_init (&sink, part, rgb);
  scumble_content_paint (f->content, look, part, &sink.sink, &f->job, &error);
  g_assert_no_error (error);

  return rgb[3 * (part->h / 2 * part->w + part->w / 2)];
}

/* One style everywhere. */
static float *
paint_plain (Fixture *f, const ScumbleStyle *style, double strength)
{
  const ScumbleZone zone = { style, NULL };
  ScumbleLook       look;

  scumble_look_init (&look, &zone, 1);
  look.strength = strength;

  return paint_look (f, &look, 0, 2);
}

static float *
filled (float value)
{
  float *weights = g_new (float, N);

  for (int i = 0; i < N; i++)
    weights[i] = value;

  return weights;
}

/* Rising from 0 at the left to 1 at the right. */
static float *
ramp (gboolean falling)
{
  float *weights = g_new (float, N);

  for (int i = 0; i < N; i++)
    {
      const float rising = (float) (i % W) / (W - 1);

      weights[i] = falling ? 1.0f - rising : rising;
    }

  return weights;
}

/* Paints both styles with masks (nullable) and a map (nullable). */
static float *
paint_zones (Fixture *f, const ScumbleStyle *const styles[2], const float *const masks[2],
             const float *map, double strength)
{
  ScumbleMemoryMask memory[3];
  ScumbleZone       zones[2];
  ScumbleLook       look;

  for (int i = 0; i < 2; i++)
    {
      if (masks[i] != NULL)
        scumble_memory_mask_init (&memory[i], W, H, masks[i]);
      zones[i] = (ScumbleZone) { styles[i], masks[i] != NULL ? &memory[i].mask : NULL };
    }
  scumble_look_init (&look, zones, styles[1] != NULL ? 2 : 1);
  look.strength = strength;
  if (map != NULL)
    {
      scumble_memory_mask_init (&memory[2], W, H, map);
      look.strength_map = &memory[2].mask;
    }

  return paint_look (f, &look, 0, 2);
}

static float *
paint_one (Fixture *f, const float *mask, const float *map, double strength)
{
  return paint_zones (f, (const ScumbleStyle *const[]) { f->styles[0], NULL },
                      (const float *const[]) { mask, NULL }, map, strength);
}

static float *
paint_two (Fixture *f, const float *first, const float *second, const float *map)
{
  return paint_zones (f, (const ScumbleStyle *const[]) { f->styles[0], f->styles[1] },
                      (const float *const[]) { first, second }, map, 1.0);
}

static void
assert_near (const float *a, const float *b, double most)
{
  g_assert_cmpfloat (max_difference (a, b, 3 * N), <=, most);
}

/* A mask of ones, or of any other constant, is no mask; a map of ones is no map. */
static void
test_ones (Fixture *f, gconstpointer data)
{
  static const double strengths[] = { 0.4, 1.0, 1.5 };
  g_autofree float   *ones        = filled (1.0f);
  g_autofree float   *some        = filled (0.3f);
  g_autofree float   *huge        = filled (HUGE_VALF);

  for (guint i = 0; i < G_N_ELEMENTS (strengths); i++)
    {
      g_autofree float *plain  = paint_plain (f, f->styles[0], strengths[i]);
      g_autofree float *masked = paint_one (f, ones, NULL, strengths[i]);
      g_autofree float *partly = paint_one (f, some, NULL, strengths[i]);
      g_autofree float *mapped = paint_one (f, NULL, huge, strengths[i]);
      g_autofree float *both   = paint_one (f, huge, ones, strengths[i]);

      assert_near (masked, plain, 2e-5);
      assert_near (partly, plain, 2e-5);
      assert_near (mapped, plain, 2e-5);
      assert_near (both, plain, 2e-5);
    }
}

/* Where no mask is and where the map is 0, the strength is 0. */
static void
test_zeros (Fixture *f, gconstpointer data)
{
  g_autofree float *zeros  = filled (0.0f);
  g_autofree float *none   = filled (NAN);
  g_autofree float *plain  = paint_plain (f, f->styles[0], 0.0);
  g_autofree float *other  = paint_plain (f, f->styles[1], 0.0);
  g_autofree float *full   = paint_plain (f, f->styles[0], 1.0);
  g_autofree float *masked = paint_two (f, zeros, zeros, NULL);
  g_autofree float *mapped = paint_one (f, NULL, none, 1.0);

  assert_near (other, plain, 0.0);
  assert_near (masked, plain, 2e-5);
  assert_near (mapped, plain, 2e-5);
  g_assert_cmpfloat (max_difference (full, plain, 3 * N), >, 1e-3);
}

/* Complementary masks of one style are the style everywhere; of two, each of them is alone
 * at its end, and the middle is like neither. */
static void
test_complementary (Fixture *f, gconstpointer data)
{
  g_autofree float *right = ramp (FALSE);
  g_autofree float *left  = ramp (TRUE);
  g_autofree float *plain = paint_plain (f, f->styles[0], 1.0);
  g_autofree float *second = paint_plain (f, f->styles[1], 1.0);
  g_autofree float *same  = NULL;
  g_autofree float *both  = NULL;

  same = paint_zones (f, (const ScumbleStyle *const[]) { f->styles[0], f->styles[0] },
                      (const float *const[]) { left, right }, NULL, 1.0);
  assert_near (same, plain, 1e-4);

  both = paint_two (f, left, right, NULL);
  g_assert_cmpfloat (max_difference (both, plain, 3 * N), >, 1e-3);
  g_assert_cmpfloat (max_difference (both, second, 3 * N), >, 1e-3);
}

/* A hard edge: away from it, both sides are painted as if the other were not there. */
static void
test_sides (Fixture *f, gconstpointer data)
{
  enum { FAR = 8 };
  g_autofree float *left   = filled (0.0f);
  g_autofree float *right  = filled (0.0f);
  g_autofree float *plain  = paint_plain (f, f->styles[0], 1.0);
  g_autofree float *second = paint_plain (f, f->styles[1], 1.0);
  g_autofree float *both   = NULL;

  for (int i = 0; i < N; i++)
    (i % W < W / 2 ? left : right)[i] = 7.0f;
  both = paint_two (f, left, right, NULL);
  for (int i = 0; i < H; i++)
    {
      const int at = 3 * i * W, end = at + 3 * (W - FAR);

      g_assert_cmpfloat (max_difference (both + at, plain + at, 3 * FAR), <=, 2e-5);
      g_assert_cmpfloat (max_difference (both + end, second + end, 3 * FAR), <=, 2e-5);
    }
}

/* Half a map is half the strength where strength is a blend of features; elsewhere it is
 * between nothing and all. */
static void
test_half (Fixture *f, gconstpointer data)
{
  const char *const *method = data;
  g_autofree float  *half   = filled (0.5f);
  g_autofree float  *mapped = paint_one (f, NULL, half, 1.0);
  g_autofree float  *plain  = paint_plain (f, f->styles[0], 0.5);
  g_autofree float  *none   = paint_plain (f, f->styles[0], 0.0);
  g_autofree float  *full   = paint_plain (f, f->styles[0], 1.0);

  if (!g_str_has_prefix (method[0], "meta"))
    assert_near (mapped, plain, 2e-5);
  else
    for (int i = 0; i < 3 * N; i++)
      {
        g_assert_cmpfloat (mapped[i], >=, MIN (none[i], full[i]) - 1e-5);
        g_assert_cmpfloat (mapped[i], <=, MAX (none[i], full[i]) + 1e-5);
      }
}

/* Everything at once, in tiles and with any number of threads. */
static void
test_tiles (Fixture *f, gconstpointer data)
{
  static const int  tiles[] = { 16, 56, 100 };
  g_autofree float *left    = ramp (TRUE);
  g_autofree float *right   = ramp (FALSE);
  g_autofree float *map     = ramp (FALSE);
  g_autofree float *whole   = NULL;
  g_autofree float *single  = NULL;
  ScumbleMemoryMask masks[3];
  const ScumbleZone zones[] = { { f->styles[0], &masks[0].mask },
                                { f->styles[1], &masks[1].mask },
                                { f->styles[1], NULL } };
  ScumbleLook       look;

  scumble_memory_mask_init (&masks[0], W, H, left);
  scumble_memory_mask_init (&masks[1], W, H, right);
  scumble_memory_mask_init (&masks[2], W, H, map);
  scumble_look_init (&look, zones, 3);
  look.strength     = 0.8;
  look.strength_map = &masks[2].mask;
  look.keep_colours = 0.5;
  look.keep_detail  = 0.7;

  whole  = paint_look (f, &look, 1000, 2);
  single = paint_look (f, &look, 1000, 1);
  assert_near (single, whole, 0.0);
  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      g_autofree float *tiled = paint_look (f, &look, tiles[i], 3);

      assert_near (tiled, whole, 1e-4);
    }
}

/* A budget that suffices is planned for: with any larger one it works too. Smaller ones than
 * these mean tiles of a pixel, which take long. */
static void
test_budget (Fixture *f, gconstpointer data)
{
  const char *const *method = data;
  g_autofree float  *map    = ramp (FALSE);
  g_autofree float  *rgb    = g_new (float, 3 * N);
  const ScumbleRect  all    = { 0, 0, W, H };
  int                done   = 0;
  ScumbleMemoryMask  mask;
  ScumbleMemorySink  sink;

  scumble_memory_mask_init (&mask, W, H, map);
  scumble_memory_sink_init (&sink, &all, rgb);
  for (gsize budget = 16 << 20; budget < 64 << 20; budget += budget / 2)
    {
      g_autoptr (ScumbleArena)   arena   = scumble_arena_new (budget);
      ScumbleJob                 job     = { .arena = arena, .threads = 2 };
      g_autoptr (ScumbleContent) content = NULL;
      const ScumbleZone          zones[] = { { f->styles[0], &mask.mask },
                                             { f->styles[1], &mask.mask } };
      ScumbleLook                look;

      content = scumble_model_survey (f->model, &f->source.source, &job, NULL);
      scumble_look_init (&look, zones, 2);
      look.strength_map = &mask.mask;
      look.keep_colours = 1.0;
      look.keep_detail  = 1.0;
      if (content != NULL &&
          scumble_content_paint (content, &look, NULL, &sink.sink, &job, NULL))
        done++;
      else
        g_assert_cmpint (done, ==, 0);
    }
  g_test_message ("%s: %d budgets suffice", method[0], done);
  g_assert_cmpint (done, >, 1);
}

static gboolean
fail_to_read (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE, "The mask is gone.");
  return FALSE;
}

static void
assert_refused (Fixture *f, const ScumbleLook *look, ScumbleError code, const char *thing)
{
  const ScumbleRect  rect  = { 0, 0, 8, 8 };
  float              rgb[3 * 64];
  g_autoptr (GError) error = NULL;

  g_assert_false (scumble_content_render (f->content, look, &rect, rgb, &f->job, &error));
  ref_assert_failed (&error, code, thing);
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  ScumbleMask  small  = { W, H - 1, fail_to_read };
  ScumbleMask  broken = { W, H, fail_to_read };
  ScumbleZone  zone   = { f->styles[0], NULL };
  ScumbleLook  look;

  scumble_look_init (&look, &zone, 0);
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "no style");

  scumble_look_init (&look, &zone, 1);
  look.strength_map = &small;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "150 x 69");
  look.strength_map = &broken;
  assert_refused (f, &look, SCUMBLE_ERROR_PICTURE, "gone");
  look.strength_map = NULL;
  zone.mask         = &small;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "mask");
  zone.mask         = NULL;
  look.keep_colours = 1.1;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "colour");
  look.keep_colours = 0.0;
  look.keep_detail  = -0.1;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "detail");
  look.keep_detail  = 0.0;
  look.temperature  = 0.0;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "temperature");
  look.temperature  = 1.0;
  look.repetition   = NAN;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "repetition");
  look.repetition   = 0.0;
  look.brush        = NAN;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "brush");
  look.brush        = 40.0;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "brush");
}

static ScumbleStyle *
mix (const ScumbleStyle *a, double weight_a, const ScumbleStyle *b, double weight_b)
{
  g_autoptr (GError) error = NULL;
  ScumbleStyle      *mixed = scumble_style_mix ((const ScumbleStyle *const[]) { a, b },
                                                (double[]) { weight_a, weight_b }, 2, &error);

  g_assert_no_error (error);
  return mixed;
}

/* A weight of 0 is no style, equal styles mix to themselves, and only the weights' ratio
 * counts. */
static void
test_mix (Fixture *f, gconstpointer data)
{
  const char *const        *method = data;
  g_autoptr (ScumbleStyle)  first  = mix (f->styles[0], 3.0, f->styles[1], 0.0);
  g_autoptr (ScumbleStyle)  same   = mix (f->styles[0], 0.3, f->styles[0], 0.7);
  g_autoptr (ScumbleStyle)  even   = mix (f->styles[0], 1.0, f->styles[1], 1.0);
  g_autoptr (ScumbleStyle)  more   = mix (even, 4.0, f->styles[1], 4.0);
  g_autoptr (ScumbleStyle)  direct = mix (f->styles[0], 0.25, f->styles[1], 0.75);
  g_autofree float         *plain  = paint_plain (f, f->styles[0], 1.0);
  g_autofree float         *second = paint_plain (f, f->styles[1], 1.0);
  g_autofree float         *a      = paint_plain (f, first, 1.0);
  g_autofree float         *b      = paint_plain (f, same, 1.0);
  g_autofree float         *c      = paint_plain (f, even, 1.0);
  g_autofree float         *d      = paint_plain (f, more, 1.0);
  g_autofree float         *e      = paint_plain (f, direct, 1.0);
  g_autofree float         *half   = filled (0.5f);
  g_autofree float         *zones  = paint_two (f, half, half, NULL);

  assert_near (a, plain, 0.0);
  assert_near (b, plain, 2e-5);
  assert_near (d, e, 2e-5);
  g_assert_cmpfloat (max_difference (c, plain, 3 * N), >, 1e-3);
  g_assert_cmpfloat (max_difference (c, second, 3 * N), >, 1e-3);
  if (g_str_equal (method[1], "tiny-sanet"))
    assert_near (c, zones, 2e-5);
  /* A mixture is held to the mean of its styles' largest values, zones each to their own. */
  if (g_str_equal (method[0], "adain") || g_str_equal (method[1], "tiny-sanet-joined"))
    assert_near (c, zones, 2e-3);
}

static void
test_mix_refusals (Fixture *f, gconstpointer data)
{
  static const double       bad[][2] = { { -1.0, 2.0 }, { NAN, 1.0 }, { HUGE_VAL, 1.0 },
                                         { 0.0, 0.0 } };
  const ScumbleStyle *const styles[] = { f->styles[0], f->styles[1] };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (scumble_style_mix (styles, bad[i], 2, &error));
      ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, "mixture");
    }
}

/* A place for a saved style, of this process alone: other builds may be tested beside this one. */
static char *
style_path (void)
{
  g_autofree char *name = g_strdup_printf ("scumble-test-style-%d.safetensors", (int) getpid ());

  return g_build_filename (g_get_tmp_dir (), name, NULL);
}

static ScumbleStyle *
save_and_load (Fixture *f, const ScumbleStyle *style, const char *path)
{
  g_autoptr (GError) error = NULL;
  ScumbleStyle      *loaded;

  g_assert_true (scumble_style_save (style, path, "Waves \"2\" \303\251", &error));
  g_assert_no_error (error);
  loaded = scumble_style_load (f->model, path, &error);
  g_assert_no_error (error);

  return loaded;
}

/* What is loaded paints the same to the last bit, single or mixed. */
static void
test_save (Fixture *f, gconstpointer data)
{
  const char *const         *method = data;
  g_autofree char           *path   = style_path ();
  g_autoptr (ScumbleStyle)   mixed  = mix (f->styles[0], 1.0, f->styles[1], 2.0);
  g_autoptr (ScumbleStyle)   one    = save_and_load (f, f->styles[0], path);
  g_autoptr (ScumbleStyle)   two    = save_and_load (f, mixed, path);
  g_autofree float          *plain  = paint_plain (f, f->styles[0], 1.0);
  g_autofree float          *both   = paint_plain (f, mixed, 0.7);
  g_autofree float          *a      = paint_plain (f, one, 1.0);
  g_autofree float          *b      = paint_plain (f, two, 0.7);
  g_auto (ScumbleStyleFile)  file   = { NULL };
  g_autoptr (GError)         error  = NULL;

  assert_near (a, plain, 0.0);
  assert_near (b, both, 0.0);
  g_assert_true (scumble_style_wants_adapting (one) ==
                 scumble_style_wants_adapting (f->styles[0]));

  g_assert_true (scumble_style_file_read (&file, path, &error));
  g_assert_cmpstr (file.method, ==, method[0]);
  g_assert_cmpstr (file.model, ==, method[1]);
  g_assert_cmpstr (file.title, ==, "Waves \"2\" \303\251");
  g_remove (path);
}

/* AdaIN's files had no largest values once, and the style no bound. */
static void
test_old_style (Fixture *f, gconstpointer data)
{
  g_autofree char         *path  = style_path ();
  g_autofree char         *bytes = NULL;
  g_autofree float        *plain = paint_plain (f, f->styles[0], 1.0);
  g_autofree float        *old   = NULL;
  g_autoptr (ScumbleStyle) style = save_and_load (f, f->styles[0], path);
  g_autoptr (GError)       error = NULL;
  gsize                    n;
  char                    *name;

  g_file_get_contents (path, &bytes, &n, &error);
  g_assert_no_error (error);
  name = g_strstr_len (bytes + 8, (gssize) n - 8, "style.high"); /* after the header's size */
  g_assert_nonnull (name);
  memcpy (name, "style.else", strlen ("style.else"));
  g_file_set_contents (path, bytes, (gssize) n, &error);
  g_assert_no_error (error);

  scumble_style_unref (style);
  style = scumble_style_load (f->model, path, &error);
  g_assert_no_error (error);
  old = paint_plain (f, style, 1.0);
  g_assert_cmpfloat (max_difference (old, plain, 3 * N), >, 0.0);
  g_assert_cmpfloat (max_difference (old, plain, 3 * N), <, 0.1);
  g_remove (path);
}

static void
assert_no_style (Fixture *f, const char *path, const char *thing)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (scumble_style_load (f->model, path, &error));
  g_assert_null (strstr (error->message, "model file"));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, thing);
}

/* Sentences name the file as what it is, and say what to do. */
static void
assert_damaged_style (Fixture *f, const char *path)
{
  g_autofree char *thing = g_strdup_printf ("style file \"%s\" is damaged. Make", path);

  assert_no_style (f, path, thing);
}

/* A file cut short anywhere, and one whose header or shapes are others, is refused. */
static void
test_damage (Fixture *f, gconstpointer data)
{
  g_autofree char          *path  = style_path ();
  g_autoptr (ScumbleStyle)  style = save_and_load (f, f->styles[0], path);
  g_autofree char          *bytes = NULL;
  gsize                     size;

  g_assert_nonnull (style);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize cut = 0; cut < size; cut += 1 + size / 23)
    {
      g_file_set_contents (path, bytes, (gssize) cut, NULL);
      assert_damaged_style (f, path);
    }
  for (gsize i = 8; i < 400; i++)
    {
      g_autoptr (ScumbleStyle) read = NULL;
      const char               was  = bytes[i];

      /* Refused with a sentence, or a change that does not matter, as of the title. */
      bytes[i] = was == 'x' ? 'y' : 'x';
      g_file_set_contents (path, bytes, (gssize) size, NULL);
      bytes[i] = was;
      read     = scumble_style_load (f->model, path, NULL);
    }
  g_remove (path);
  assert_no_style (f, path, "cannot be opened");
}

/* A style of another model is refused, and so is a model file. */
static void
test_strange (Fixture *f, gconstpointer data)
{
  const char *const        *method  = data;
  const char *const        *other   = methods[g_str_equal (method[0], "adain") ? 2 : 0];
  g_autofree char          *path    = style_path ();
  g_autofree char          *model   = g_strdup_printf ("%s/%s.safetensors", golden_folder,
                                                       method[1]);
  g_autoptr (ScumbleStyle)  style   = save_and_load (f, f->styles[0], path);
  g_autoptr (ScumbleModel)  strange = open_model (other[0], other[1]);
  g_autoptr (GError)        error   = NULL;
  g_auto (ScumbleStyleFile) file    = { NULL };

  g_assert_nonnull (style);
  g_assert_null (scumble_style_load (strange, path, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL,
                     scumble_method_find (method[0], NULL)->title);
  g_remove (path);

  assert_no_style (f, model, "no style");
  g_assert_false (scumble_style_file_read (&file, model, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "no style");
}

/* A file that somebody made by hand, without one of the texts that all have */
static void
test_untold (void)
{
  static const char *const texts[] = { "scumble.part", "scumble.version",
                                       "scumble.style.method", "scumble.style.model",
                                       "scumble.style.title" };

  for (guint gone = 0; gone <= G_N_ELEMENTS (texts); gone++)
    {
      char                     *folder = ref_folder_new ();
      g_autofree char          *path   = g_build_filename (folder, "style.safetensors", NULL);
      g_autoptr (RefFile)       made   = ref_file_new ();
      g_autoptr (GError)        error  = NULL;
      g_auto (ScumbleStyleFile) file   = { NULL };

      for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
        if (i != gone)
          ref_file_text (made, texts[i], i == 0 ? "style" : i == 1 ? "1" : "adain");
      ref_file_save (made, folder, "style");
      if (gone == G_N_ELEMENTS (texts))
        {
          g_assert_true (scumble_style_file_read (&file, path, &error));
          g_assert_no_error (error);
        }
      else
        {
          g_assert_false (scumble_style_file_read (&file, path, &error));
          ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, "no style");
        }
      ref_folder_free (folder);
    }
}

static void
test_no_place (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (scumble_style_save (f->styles[0], "/nowhere/at/all", "Waves", &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_PICTURE, "/nowhere");
}

/* The means of 2x2 pixels. */
static Picture
halved (const Picture *picture)
{
  const int w    = picture->w / 2, h = picture->h / 2;
  Picture   half = { g_new (float, 4 * w * h), w, h };

  for (int i = 0; i < 4 * w * h; i++)
    {
      const int    x    = i / 4 % w, y = i / 4 / w;
      const float *from = picture->rgba + 4 * (2 * y * picture->w + 2 * x) + i % 4;

      half.rgba[i] = (from[0] + from[4] + from[4 * picture->w] + from[4 * picture->w + 4]) / 4;
    }

  return half;
}

/* Two styles that must be alike in how they paint. MetaStyle's show only when adapted, which
 * makes more of a difference: an optimizer's first steps are as long for small gradients as for
 * large ones. */
static void
assert_alike (Fixture *f, ScumbleStyle *a, ScumbleStyle *b, double most)
{
  const gboolean    adapt = g_str_equal (f->method, "metastyle");
  ScumbleStyle     *one   = adapt ? adapted (f, a) : a;
  ScumbleStyle     *two   = adapt ? adapted (f, b) : b;
  g_autofree float *x     = paint_plain (f, one, 1.0);
  g_autofree float *y     = paint_plain (f, two, 1.0);

  assert_near (x, y, adapt && most > 0.0 ? 0.02 : most);
  scumble_style_unref (one);
  scumble_style_unref (two);
}

/* A texture size of 1 is none; one of a half is that of the picture at half its size. */
static void
test_scale (Fixture *f, gconstpointer data)
{
  const Picture        picture = painting (1);
  const Picture        half    = halved (&picture);
  const ScumbleStyling plain   = { .scale = 1.0 };
  const ScumbleStyling small   = { .scale = 0.5 };
  const ScumbleStyling large   = { .scale = 4.0 };
  ScumbleStyle        *grown;

  assert_alike (f, encode (f, &picture, NULL), encode (f, &picture, &plain), 0.0);
  assert_alike (f, encode (f, &half, NULL), encode (f, &picture, &small), 1e-4);

  grown = encode (f, &picture, &large);
  assert_alike (f, grown, scumble_style_ref (grown), 0.0);
  g_free (half.rgba);
  g_free (picture.rgba);
}

/* In the content's colours, the content itself is what it was. */
static void
test_coral (Fixture *f, gconstpointer data)
{
  const ScumbleStyling own = { .scale = 1.0, .keep_colours = 1.0,
                               .content = &f->source.source };
  ScumbleStyle        *plain, *kept;

  plain = encode (f, &f->picture, NULL);
  kept  = encode (f, &f->picture, &own);
  assert_alike (f, plain, kept, 1e-3);
}

static void
test_styling_refusals (Fixture *f, gconstpointer data)
{
  const ScumbleStyling bad[] = { { 0.2, 0.0, NULL }, { 4.1, 0.0, NULL }, { NAN, 0.0, NULL },
                                 { 1.0, 1.1, &f->source.source },
                                 { 1.0, NAN, &f->source.source } };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (scumble_model_encode (f->model, &f->source.source, &bad[i], &f->job,
                                           &error));
      ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, i < 3 ? "scale" : "colour");
    }
}

/* Only SANet has them: they change something there, the same in tiles, and nothing
 * elsewhere. Strength 0 stays what it is. */
static void
test_attention (Fixture *f, gconstpointer data)
{
  static const struct { double temperature, repetition; } looks[] = { { 0.3, 0.0 },
                                                                      { 1.0, 1.0 },
                                                                      { 3.0, 0.5 } };
  const gboolean           sanet = g_str_equal (f->method, "sanet");
  g_autoptr (ScumbleStyle) mixed = mix (f->styles[0], 1.0, f->styles[1], 1.0);
  const ScumbleZone        zone  = { mixed, NULL };
  g_autofree float        *plain = paint_plain (f, mixed, 1.0);
  g_autofree float        *none  = paint_plain (f, mixed, 0.0);

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree float *rgb   = NULL;
      g_autofree float *tiled = NULL;
      g_autofree float *zero  = NULL;
      ScumbleLook       look;

      scumble_look_init (&look, &zone, 1);
      look.temperature = looks[i].temperature;
      look.repetition  = looks[i].repetition;
      rgb   = paint_look (f, &look, 0, 2);
      tiled = paint_look (f, &look, 24, 1);
      if (sanet)
        g_assert_cmpfloat (max_difference (rgb, plain, 3 * N), >, 1e-4);
      else
        assert_near (rgb, plain, 0.0);
      assert_near (tiled, rgb, 1e-4);

      look.strength = 0.0;
      zero = paint_look (f, &look, 0, 2);
      assert_near (zero, none, 0.0);
    }
}

static double
luma (const float *rgb)
{
  return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

/* The result's luma, the content's chroma: as it is, or less of it where it does not fit. */
static void
check_pixel (const float *kept, const float *plain, const float *content)
{
  const double y     = luma (plain);
  double       share = 1.0;

  g_assert_cmpfloat (fabs (luma (kept) - y), <=, 1e-5);
  for (int k = 0; k < 3; k++)
    {
      const double chroma = content[k] - luma (content);

      if (chroma != 0.0)
        share = MIN (share, chroma > 0.0 ? (1.0 - y) / chroma : y / -chroma);
    }
  for (int k = 0; k < 3; k++)
    g_assert_cmpfloat (fabs (kept[k] - y - share * (content[k] - luma (content))), <=, 1e-4);
}

static void
test_colours (Fixture *f, gconstpointer data)
{
  const ScumbleZone zone  = { f->styles[0], NULL };
  g_autofree float *plain = paint_plain (f, f->styles[0], 1.0);
  g_autofree float *kept  = NULL;
  g_autofree float *half  = NULL;
  ScumbleLook       look;

  scumble_look_init (&look, &zone, 1);
  look.keep_colours = 1.0;
  kept              = paint_look (f, &look, 32, 2);
  look.keep_colours = 0.5;
  half              = paint_look (f, &look, 0, 2);
  for (int i = 0; i < N; i++)
    {
      check_pixel (kept + 3 * i, plain + 3 * i, f->picture.rgba + 4 * i);
      for (int k = 3 * i; k < 3 * i + 3; k++)
        g_assert_cmpfloat (fabs (half[k] - (plain[k] + kept[k]) / 2.0), <=, 1e-5);
    }
}

/* The photograph's outlines are given back to what is painted without them. */
static void
test_detail (Fixture *f, gconstpointer data)
{
  const ScumbleZone  zone  = { f->styles[0], NULL };
  const ScumbleRect  all   = { 0, 0, W, H };
  g_autofree float  *kept  = NULL;
  g_autofree float  *twin  = paint_plain (f, f->styles[0], 1.0);
  g_autoptr (GError) error = NULL;
  ScumbleLook        look;

  scumble_look_init (&look, &zone, 1);
  look.keep_detail = 0.8;
  kept             = paint_look (f, &look, 32, 2);
  scumble_keep_detail (&f->source.source, 1.0, 0.8, &all, twin, &f->job, &error);
  g_assert_no_error (error);
  assert_near (kept, twin, 1e-4);
}

/* Details and colours are kept in what has been painted once, whatever tiles it was painted in. */
static void
test_strokes (Fixture *f, gconstpointer data)
{
  const ScumbleZone          zone    = { f->styles[0], NULL };
  const ScumbleRect          all     = { 0, 0, W, H };
  const ScumbleRect          part    = { 40, 20, 50, 30 };
  g_autoptr (ScumbleStrokes) strokes = scumble_strokes_new (f->arena);
  g_autofree float          *gray    = filled (0.5f);
  g_autofree float          *plain   = paint_plain (f, f->styles[0], 1.0);
  g_autofree float          *found   = NULL, *kept = NULL, *again = NULL;
  ScumbleLook                look;

  scumble_look_init (&look, &zone, 1);
  look.strokes = strokes;
  g_assert_false (scumble_content_is_painted (f->content, &look, &all));
  found = paint_look (f, &look, 64, 2);
  g_assert_true (scumble_content_is_painted (f->content, &look, &all));
  assert_near (found, plain, 1e-4);

  look.keep_detail  = 0.7;
  look.keep_colours = 0.4;
  g_assert_true (scumble_content_is_painted (f->content, &look, &all));
  kept         = paint_look (f, &look, 48, 1);
  look.strokes = NULL;
  g_assert_false (scumble_content_is_painted (f->content, &look, &all));
  again        = paint_look (f, &look, 0, 2);
  assert_near (kept, again, 1e-4);

  /* What is there is not painted again, and of a part as much is missing as details reach. */
  scumble_look_init (&look, &zone, 1);
  look.strokes = strokes;
  scumble_strokes_clear (strokes);
  scumble_strokes_frame (strokes, &part);
  for (int y = part.y; y < part.y + part.h; y++)
    scumble_strokes_keep (strokes, &(ScumbleRect) { 0, y, N / 3, 1 }, gray);
  g_assert_true (scumble_content_is_painted (f->content, &look, &part));
  g_assert_cmpfloat (paint_part (f, &look, &part), ==, 0.5);
  look.keep_detail = 0.5;
  g_assert_false (scumble_content_is_painted (f->content, &look, &part));
  g_assert_cmpfloat (paint_part (f, &look, &part), !=, 0.5);
}

/* The content's clamped pixels, and as they are. */
typedef struct
{
  ScumbleMemorySource clamped;
  ScumbleMemorySource whole;
  ScumbleContent     *contents[2]; /* of both */
  float              *rgba[2];
} Wide;

/* Lights, and colours that sRGB has not; and what is no number, or not visible. */
static void
widen (Fixture *f, Wide *wide)
{
  g_autoptr (GError) error = NULL;

  wide->rgba[1] = g_memdup2 (f->picture.rgba, 4 * N * sizeof (float));
  for (int i = 0; i < N; i++)
    {
      float    *pixel = wide->rgba[1] + 4 * i;
      const int part  = i % W / 10;

      for (int k = 0; k < 3; k++)
        pixel[k] += part == 2 ? 1.5f - 0.2f * k : part == 5 && k == 0 ? -1.1f : 0.0f;
      if (part == 7 && i % 3 == 0)
        pixel[i % 2] = i % 2 == 0 ? NAN : INFINITY;
      if (part == 9)
        pixel[3] = i / W % 5 / 4.0f;
      if (part == 9 && pixel[3] == 0.0f)
        pixel[1] = 5.0f;
    }
  wide->rgba[0] = g_memdup2 (wide->rgba[1], 4 * N * sizeof (float));
  for (int i = 0; i < 4 * N; i++)
    wide->rgba[0][i] = scumble_sane (wide->rgba[0][i]);

  scumble_memory_source_init (&wide->clamped, W, H, wide->rgba[0]);
  scumble_memory_source_init (&wide->whole, W, H, wide->rgba[1]);
  g_assert_true (wide->whole.source.beyond);
  g_assert_false (wide->clamped.source.beyond);
  for (int i = 0; i < 2; i++)
    {
      wide->contents[i] = scumble_model_survey (
        f->model, i == 0 ? &wide->clamped.source : &wide->whole.source, &f->job, &error);
      g_assert_no_error (error);
    }
}

static void
wide_clear (Wide *wide)
{
  for (int i = 0; i < 2; i++)
    {
      scumble_content_free (wide->contents[i]);
      g_free (wide->rgba[i]);
    }
}

/* What MODEL.md says a pixel gets back. */
static void
check_returned (const float *found, const float *painted, const float *rgba, double left,
                double kept)
{
  double beyond[3], whole[3], bright, y, share;

  for (int k = 0; k < 3; k++)
    {
      beyond[k] = isfinite (rgba[k]) ? rgba[k] - CLAMP (rgba[k], 0.0f, 1.0f) : 0.0;
      whole[k]  = scumble_sane (rgba[k]) + beyond[k];
    }
  bright = 0.2126 * beyond[0] + 0.7152 * beyond[1] + 0.0722 * beyond[2];
  y      = luma (painted) + left * bright;
  share  = CLAMP (y / (0.2126 * whole[0] + 0.7152 * whole[1] + 0.0722 * whole[2]), 0.0, 1.0);
  for (int k = 0; k < 3; k++)
    {
      const double back = rgba[3] > 0.0f ? left * bright + (left + kept - left * kept) * share *
                                                             (beyond[k] - bright)
                                         : 0.0;

      g_assert_cmpfloat (fabs (found[k] - painted[k] - back), <=, 2e-4);
    }
}

/* What the content has beyond 0..1 comes back as far as the content itself does. */
static void
test_beyond (Fixture *f, gconstpointer data)
{
  static const struct { double strength; gboolean mapped; double kept; } looks[] = {
    { 0.0, FALSE, 0.0 }, { 0.4, FALSE, 0.0 }, { 1.0, FALSE, 0.0 }, { 1.3, FALSE, 0.7 },
    { 0.6, FALSE, 1.0 }, { 1.0, TRUE, 0.0 },  { 0.8, TRUE, 0.5 },
  };
  ScumbleContent    *own = f->content;
  g_autofree float  *map = ramp (FALSE), *region = ramp (TRUE);
  ScumbleMemoryMask  masks[2];
  const ScumbleZone  zones[] = { { f->styles[0], &masks[1].mask },
                                 { f->styles[1], &masks[1].mask } };
  const ScumbleZone  zone    = { f->styles[0], NULL };
  Wide               wide;

  widen (f, &wide);
  for (int i = 0; i < N; i++)
    region[i] = region[i] < 0.2f ? 0.0f : region[i];
  scumble_memory_mask_init (&masks[0], W, H, map);
  scumble_memory_mask_init (&masks[1], W, H, region);

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree float *painted = NULL, *found = NULL;
      ScumbleLook       look;

      scumble_look_init (&look, looks[i].mapped ? zones : &zone, looks[i].mapped ? 2 : 1);
      look.strength     = looks[i].strength;
      look.keep_colours = looks[i].kept;
      look.strength_map = looks[i].mapped ? &masks[0].mask : NULL;
      g_assert_cmpint (scumble_look_returns_beyond (&look), ==, i != 2);

      f->content = wide.contents[0];
      painted    = paint_look (f, &look, 0, 1);
      f->content = wide.contents[1];
      found      = paint_look (f, &look, 32, 2);
      for (int k = 0; k < N; k++)
        {
          const double there = looks[i].mapped ? map[k] * (region[k] > 0.0f) : 1.0;

          check_returned (found + 3 * k, painted + 3 * k, wide.rgba[1] + 4 * k,
                          MAX (1.0 - looks[i].strength * there, 0.0), looks[i].kept);
        }
    }
  f->content = own;
  wide_clear (&wide);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *path = g_strdup_printf ("/look/%s/%s", methods[i][1], name);

      g_test_add (path, Fixture, methods[i], set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  golden_folder = argv[1];

  add ("ones", test_ones);
  add ("zeros", test_zeros);
  add ("complementary", test_complementary);
  add ("sides", test_sides);
  add ("half", test_half);
  add ("tiles", test_tiles);
  add ("budget", test_budget);
  add ("refusals", test_refusals);
  add ("colours", test_colours);
  add ("detail", test_detail);
  add ("strokes", test_strokes);
  add ("beyond", test_beyond);
  add ("mix", test_mix);
  add ("mix-refusals", test_mix_refusals);
  add ("save", test_save);
  g_test_add ("/look/narrow-adain/old-style", Fixture, methods[0], set_up, test_old_style, tear_down);
  g_test_add_func ("/look/untold", test_untold);
  add ("damage", test_damage);
  add ("strange", test_strange);
  add ("no-place", test_no_place);
  add ("scale", test_scale);
  add ("coral", test_coral);
  add ("styling-refusals", test_styling_refusals);
  add ("attention", test_attention);

  return g_test_run ();
}
