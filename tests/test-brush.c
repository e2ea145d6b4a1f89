/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Painting small first and over it at the full size, for every method. */
#include "detail.h"
#include "ref.h"
#include "shipped-test.h"

#include <math.h>

enum { W = 150, H = 70, N = W * H };

static void
set_up (Fixture *f, gconstpointer data)
{
  shipped_set_up (f, data);
  f->look.brush = 3.3;

  f->picture = random_picture (W, H, 5);
  scumble_memory_source_init (&f->source, W, H, f->picture.rgba);
  f->weights = g_new (float, N);
  for (int i = 0; i < N; i++)
    f->weights[i] = CLAMP ((float) (i % W) / W * 1.5f - 0.25f, 0.0f, 1.0f);
  scumble_memory_mask_init (&f->mask, W, H, f->weights);
}

/* Returns: [h, w, 3] */
static float *
paint_brushed (Fixture *f)
{
  return shipped_paint (f, &f->source.source, &f->look, &f->job, TRUE);
}

/* How much of pixel @x of @n a pixel @i of @small covers. */
static double
covered (int i, int small, int x, int n)
{
  return MAX (MIN ((i + 1.0) * n / small, x + 1.0) - MAX ((double) i * n / small, x), 0.0);
}

/* The mean over what every small pixel covers.
 * @from: [H, W, channels]; Returns: [h, w, channels] */
static float *
average (const float *from, int channels, int w, int h)
{
  float *to = g_new (float, w * h * channels);

  for (int i = 0; i < w * h * channels; i++)
    {
      const int x = i / channels % w, y = i / channels / w;
      double    sum = 0.0, area = 0.0;

      for (int v = y * H / h; v < H && v * h <= (y + 1) * H; v++)
        for (int u = x * W / w; u < W && u * w <= (x + 1) * W; u++)
          {
            const double share = covered (x, w, u, W) * covered (y, h, v, H);

            sum  += share * from[(v * W + u) * channels + i % channels];
            area += share;
          }
      to[i] = (float) (sum / area);
    }

  return to;
}

/* Keys' kernel with a = -1/2. */
static double
keys (double t)
{
  const double x = fabs (t);

  return x < 1.0   ? (1.5 * x - 2.5) * x * x + 1.0
         : x < 2.0 ? ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
                   : 0.0;
}

/* @from: [h, w, channels]; Returns: [H, W, channels] */
static float *
enlarge (const float *from, int channels, int w, int h)
{
  float *to = g_new (float, N * channels);

  for (int i = 0; i < N * channels; i++)
    {
      const double x   = (i / channels % W + 0.5) * w / W - 0.5;
      const double y   = (i / channels / W + 0.5) * h / H - 0.5;
      double       sum = 0.0;

      for (int v = (int) y - 3; v <= (int) y + 3; v++)
        for (int u = (int) x - 3; u <= (int) x + 3; u++)
          sum += keys (y - v) * keys (x - u) *
                 from[(CLAMP (v, 0, h - 1) * w + CLAMP (u, 0, w - 1)) * channels +
                      i % channels];
      to[i] = (float) CLAMP (sum, 0.0, 1.0);
    }

  return to;
}

/* The whole picture in full, or beyond: shrunk, painted, enlarged, painted again. */
static float *
paint_over (Fixture *f)
{
  const int           w = (int) (W / f->look.brush + 0.5), h = (int) (H / f->look.brush + 0.5);
  g_autofree float   *small = average (f->picture.rgba, 4, w, h);
  g_autofree float   *under = NULL;
  g_autofree float   *large = NULL;
  g_autofree float   *rgba  = g_memdup2 (f->picture.rgba, 4 * N * sizeof *rgba);
  ScumbleLook         look  = f->look;
  ScumbleMemorySource source;

  look.brush        = 1.0;
  look.keep_detail  = 0.0;
  look.strength_map = NULL;
  look.strength     = 1.0;
  scumble_memory_source_init (&source, w, h, small);
  under = shipped_paint (f, &source.source, &look, &f->job, FALSE);
  large = enlarge (under, 3, w, h);
  for (int i = 0; i < 3 * N; i++)
    rgba[i / 3 * 4 + i % 3] = large[i];

  look.strength = MAX (f->look.strength, 1.0);
  scumble_memory_source_init (&source, W, H, rgba);

  return shipped_paint (f, &source.source, &look, &f->job, FALSE);
}

/* The content without any style. */
static float *
paint_bare (Fixture *f)
{
  ScumbleLook look = f->look;

  look.brush        = 1.0;
  look.keep_detail  = 0.0;
  look.strength_map = NULL;
  look.strength     = 0.0;

  return shipped_paint (f, &f->source.source, &look, &f->job, FALSE);
}

/* From the parts: painted over, beside what is bare, and given detail back. */
static float *
twin (Fixture *f)
{
  g_autofree float  *bare  = paint_bare (f);
  float             *rgb   = paint_over (f);
  const ScumbleRect  all   = { 0, 0, W, H };
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3 * N; i++)
    {
      const float map = f->look.strength_map != NULL ? f->weights[i / 3] : 1.0f;

      rgb[i] = bare[i] + (float) MIN (f->look.strength, 1.0) * map * (rgb[i] - bare[i]);
    }
  scumble_keep_detail (&f->source.source, f->look.brush, f->look.keep_detail, &all, rgb, &f->job,
                       &error);
  g_assert_no_error (error);

  return rgb;
}

/* The small painting is kept in 16 bits, and networks make the most of a difference. */
static const double ROUNDING = 1e-3;

static void
test_twin (Fixture *f, gconstpointer data)
{
  static const double strengths[] = { 1.0, 0.6, 1.3 };

  for (int i = 0; i < 3; i++)
    {
      g_autofree float *expected = NULL, *rgb = NULL;

      f->look.strength     = strengths[i];
      f->look.strength_map = i > 0 ? &f->mask.mask : NULL;
      f->look.keep_detail  = i > 0 ? 0.8 : 0.0;
      expected             = twin (f);
      rgb                  = paint_brushed (f);
      ref_assert_close_floats (rgb, expected, 3 * N, ROUNDING);
    }
}

/* It is not what is painted without. */
static void
test_differs (Fixture *f, gconstpointer data)
{
  g_autofree float *brushed = paint_brushed (f);
  g_autofree float *plain   = NULL;
  double            sum     = 0.0;

  f->look.brush = 1.0;
  plain         = paint_brushed (f);
  for (int i = 0; i < 3 * N; i++)
    sum += fabsf (brushed[i] - plain[i]);
  g_assert_cmpfloat (sum / (3 * N), >, 0.01);
}

/* A brush of one pixel, or no strength, is no underpainting. */
static void
test_nothing (Fixture *f, gconstpointer data)
{
  g_autofree float *plain = NULL, *brushed = NULL;

  f->look.brush = 1.0;
  plain         = shipped_paint (f, &f->source.source, &f->look, &f->job, FALSE);
  brushed       = paint_brushed (f);
  g_assert_cmpmem (plain, 3 * N * sizeof *plain, brushed, 3 * N * sizeof *brushed);
  g_free (g_steal_pointer (&plain));
  g_free (g_steal_pointer (&brushed));

  f->look.strength = 0.0;
  plain            = shipped_paint (f, &f->source.source, &f->look, &f->job, FALSE);
  f->look.brush    = 5.0;
  brushed          = paint_brushed (f);
  g_assert_cmpmem (plain, 3 * N * sizeof *plain, brushed, 3 * N * sizeof *brushed);
}

static void
test_tiles (Fixture *f, gconstpointer data)
{
  g_autofree float *whole = paint_brushed (f);
  g_autofree float *tiled = NULL;

  f->job.tile    = 64;
  f->job.threads = 1;
  tiled          = paint_brushed (f);
  ref_assert_close_floats (tiled, whole, 3 * N, ROUNDING);
}

/* Where no region is, the content comes through as it does without an underpainting. */
static void
test_gap (Fixture *f, gconstpointer data)
{
  g_autofree float *plain = NULL, *brushed = NULL;

  memset (f->weights, 0, N * sizeof *f->weights);
  f->zones[0].mask = &f->mask.mask;
  brushed          = paint_brushed (f);

  f->look.brush    = 1.0;
  f->zones[0].mask = NULL;
  f->look.strength = 0.0;
  plain            = paint_brushed (f);
  ref_assert_close_floats (brushed, plain, 3 * N, ROUNDING);
}

/* A style of the fixture's model, other than the fixture's. */
static ScumbleStyle *
other_style (Fixture *f)
{
  const Picture       painting = random_picture (60, 40, 9);
  g_autoptr (GError)  error    = NULL;
  ScumbleMemorySource source;
  ScumbleStyle       *style;

  scumble_memory_source_init (&source, painting.w, painting.h, painting.rgba);
  style = scumble_model_encode (f->model, &source.source, NULL, &f->job, &error);
  g_assert_no_error (error);
  g_free (painting.rgba);

  return style;
}

/* A region is cut out of the whole picture in its style: the statistics are not those of a picture
 * that is painted in part, in two styles or in none. */
static void
test_regions (Fixture *f, gconstpointer data)
{
  g_autoptr (ScumbleStyle) other = other_style (f);
  g_autofree float        *rest  = g_new (float, N);
  g_autofree float        *first = NULL, *second = NULL, *bare = NULL, *both = NULL, *one = NULL;
  ScumbleMemoryMask        mask;
  ScumbleZone              alone = { other, NULL };

  for (int i = 0; i < N; i++)
    rest[i] = 1.0f - f->weights[i];
  scumble_memory_mask_init (&mask, W, H, rest);

  first         = paint_brushed (f);
  f->look.zones = &alone;
  second        = paint_brushed (f);
  f->look.zones = f->zones;
  bare          = paint_bare (f);

  /* A mask says which style, and a strength map how much of it. */
  f->zones[0].mask     = &f->mask.mask;
  f->look.strength_map = &f->mask.mask;
  one                  = paint_brushed (f);
  f->look.strength_map = NULL;
  f->zones[1]          = (ScumbleZone) { other, &mask.mask };
  f->look.n_zones      = 2;
  both                 = paint_brushed (f);

  for (int i = 0; i < 3 * N; i++)
    {
      first[i] *= f->weights[i / 3];
      bare[i]   = first[i] + rest[i / 3] * bare[i];
      second[i] = first[i] + rest[i / 3] * second[i];
    }
  ref_assert_close_floats (one, bare, 3 * N, ROUNDING);
  ref_assert_close_floats (both, second, 3 * N, ROUNDING);
}

/* A content that counts how often it is read. */
typedef struct
{
  ScumbleSource  source;
  ScumbleSource *from;
  guint          n;
} CountedSource;

static gboolean
counted_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  CountedSource *self = (CountedSource *) source;

  self->n++;
  return self->from->read (self->from, rect, rgba, error);
}

/* Sees what the look needs and nothing a second time.
 * Returns: whether there was something to see */
static gboolean
survey_more (Fixture *f, ScumbleContent *content, CountedSource *counted)
{
  const gboolean     served = scumble_content_serves (content, &f->look);
  g_autoptr (GError) error  = NULL;

  counted->n = 0;
  scumble_content_survey_for (content, &f->look, &f->job, &error);
  g_assert_no_error (error);
  g_assert_true (scumble_content_serves (content, &f->look));
  g_assert_true (!served || counted->n == 0);

  return !served;
}

static void
assert_painted (Fixture *f, ScumbleContent *content)
{
  const ScumbleRect  all      = { 0, 0, W, H };
  g_autofree float  *expected = paint_brushed (f);
  g_autofree float  *rgb      = g_new (float, 3 * N);
  g_autoptr (GError) error    = NULL;

  scumble_content_render (content, &f->look, &all, rgb, &f->job, &error);
  g_assert_no_error (error);
  ref_assert_close_floats (rgb, expected, 3 * N, 1e-5);
}

/* Surveyed once, a content serves every strength and mask; what is below the styles is seen when
 * it first shows. */
static void
test_once (Fixture *f, gconstpointer data)
{
  CountedSource              counted = { f->source.source, &f->source.source, 0 };
  g_autoptr (GError)         error   = NULL;
  g_autoptr (ScumbleContent) content = NULL;

  counted.source.read = counted_read;
  content = scumble_model_survey_for (f->model, &counted.source, &f->look, &f->job, &error);
  g_assert_no_error (error);
  g_assert_false (survey_more (f, content, &counted));
  assert_painted (f, content);
  f->look.strength = 1.4;
  g_assert_false (survey_more (f, content, &counted));
  assert_painted (f, content);

  f->look.strength = 0.3;
  g_assert_true (survey_more (f, content, &counted));
  assert_painted (f, content);

  f->look.strength     = 0.8;
  f->look.strength_map = &f->mask.mask;
  f->zones[0].mask     = &f->mask.mask;
  g_assert_false (survey_more (f, content, &counted));
  assert_painted (f, content);

  f->look.brush = 2.0;
  g_assert_false (scumble_content_serves (content, &f->look));
  f->look.brush       = 3.3;
  f->look.temperature = 0.7;
  g_assert_false (scumble_content_serves (content, &f->look));
  f->look.temperature = 1.0;
  f->look.n_zones     = 2;
  g_assert_false (scumble_content_serves (content, &f->look));
}

/* Colours that nobody sees change nothing. */
static void
test_hidden (Fixture *f, gconstpointer data)
{
  g_autofree float *first = NULL, *second = NULL;

  for (int i = 0; i < N; i++)
    f->picture.rgba[4 * i + 3] = i % W < 60 && i / W > 30 ? 0.0f : 1.0f;
  scumble_memory_source_init (&f->source, W, H, f->picture.rgba);
  first = paint_brushed (f);
  for (int i = 0; i < N; i++)
    for (int k = 0; k < 3 && f->picture.rgba[4 * i + 3] == 0.0f; k++)
      f->picture.rgba[4 * i + k] = k == 1 ? NAN : 7.0f;
  second = paint_brushed (f);

  for (int i = 0; i < 3 * N; i++)
    if (f->picture.rgba[i / 3 * 4 + 3] > 0.0f)
      g_assert_cmpfloat (first[i], ==, second[i]);
}

static void
test_small (Fixture *f, gconstpointer data)
{
  static const int sizes[][2] = { { 1, 1 }, { 3, 2 }, { 1, 90 }, { 40, 2 }, { 17, 23 } };

  f->look.brush = 16.0;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      ScumbleMemorySource source;
      g_autofree float   *rgb = NULL;

      scumble_memory_source_init (&source, sizes[i][0], sizes[i][1], f->picture.rgba);
      rgb = shipped_paint (f, &source.source, &f->look, &f->job, TRUE);
      for (int k = 0; k < 3 * sizes[i][0] * sizes[i][1]; k++)
        g_assert_true (rgb[k] >= 0.0f && rgb[k] <= 1.0f);
    }
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  static const double brushes[] = { 0.0, 0.9, 16.5, -3.0, NAN, INFINITY };
  g_autoptr (GError)  fault     = NULL;
  ScumbleLook         bare;

  scumble_look_init (&bare, NULL, 0);
  bare.brush = 4.0;
  g_assert_null (scumble_model_survey_for (f->model, &f->source.source, &bare, &f->job, &fault));
  ref_assert_failed (&fault, SCUMBLE_ERROR_ARGUMENT, "no style");

  for (guint i = 0; i < G_N_ELEMENTS (brushes); i++)
    {
      g_autoptr (GError) error = NULL;

      f->look.brush = brushes[i];
      g_assert_null (scumble_model_survey_for (f->model, &f->source.source, &f->look, &f->job,
                                               &error));
      g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "brush"));
    }
}

/* Progress goes from 0 to 1 and never back; nothing is left in the arena. */
static void
watch (double fraction, gpointer user_data)
{
  double *last = user_data;

  g_assert_cmpfloat (fraction, >=, *last);
  g_assert_cmpfloat (fraction, <=, 1.0);
  *last = fraction;
}

static void
test_progress (Fixture *f, gconstpointer data)
{
  const gsize        room    = scumble_arena_room (f->arena);
  double             last    = 0.0;
  g_autoptr (GError) error   = NULL;
  ScumbleContent    *content = NULL;

  f->job.progress      = watch;
  f->job.progress_data = &last;
  content = scumble_model_survey_for (f->model, &f->source.source, &f->look, &f->job, &error);
  g_assert_no_error (error);
  scumble_content_free (content);
  g_assert_cmpuint (scumble_arena_room (f->arena), ==, room);

  f->job.progress    = NULL;
  f->job.cancellable = g_cancellable_new ();
  g_cancellable_cancel (f->job.cancellable);
  g_assert_null (scumble_model_survey_for (f->model, &f->source.source, &f->look, &f->job,
                                           &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED);
  g_assert_cmpuint (scumble_arena_room (f->arena), ==, room);
  g_clear_object (&f->job.cancellable);
}

static const Check checks[] = {
  { "twin", test_twin },
  { "differs", test_differs },
  { "nothing", test_nothing },
  { "tiles", test_tiles },
  { "gap", test_gap },
  { "regions", test_regions },
  { "once", test_once },
  { "hidden", test_hidden },
  { "small", test_small },
  { "refusals", test_refusals },
  { "progress", test_progress },
};

int
main (int argc, char **argv)
{
  return shipped_run (argc, argv, "brush", checks, G_N_ELEMENTS (checks), set_up);
}
