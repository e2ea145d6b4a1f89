/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What everything that a look can say means, for every method. */
#include "method-test.h"
#include "ref.h"

enum { W = 150, H = 70, N = W * H };

static const char *const methods[][2] = {
  { "adain", "narrow-adain" },
  { "sanet", "tiny-sanet" },
  { "metanet", "tiny-metanet" },
  { "metastyle", "tiny-metastyle" },
};

typedef struct
{
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
  look.temperature  = 0.0;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "temperature");
  look.temperature  = 1.0;
  look.repetition   = NAN;
  assert_refused (f, &look, SCUMBLE_ERROR_ARGUMENT, "repetition");
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

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *path = g_strdup_printf ("/look/%s/%s", methods[i][0], name);

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

  return g_test_run ();
}
