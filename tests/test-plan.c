/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is planned, against what then happens, for every method. */
#include "method-test.h"
#include "plan.h"

static const char *const methods[][2] = {
  { "adain", "narrow-adain" },
  { "adain", "joined-adain" },
  { "sanet", "tiny-sanet" },
  { "sanet", "tiny-sanet-joined" },
  { "metanet", "tiny-metanet" },
  { "metastyle", "tiny-metastyle" },
};

/* Takes any pixels. */
static gboolean
swallow (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  return TRUE;
}

/* How the content of a demand is painted, and its style looked at. */
typedef struct
{
  const char *title;
  guint       n_zones;
  gboolean    masked;   /* all zones but the first */
  gboolean    mapped;
  double      strength;
  double      keep_colours;
  double      repetition;
  double      scale;
  double      coral;
  double      brush;
  double      keep_detail;
  gboolean    seamless;
} Manner;

static const Manner plain = { "plain", 1, FALSE, FALSE, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0 };

static const Manner manners[] = {
  { "half", 1, FALSE, FALSE, 0.5, 0.0, 0.0, 1.0, 0.0, 1.0 },
  { "mapped", 1, FALSE, TRUE, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0 },
  { "zones", 4, TRUE, FALSE, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0 },
  { "zones-mapped", 3, TRUE, TRUE, 1.2, 0.0, 0.0, 1.0, 0.0, 1.0 },
  { "colours", 1, FALSE, FALSE, 1.0, 0.7, 0.0, 1.0, 0.0, 1.0 },
  { "repetition", 2, TRUE, FALSE, 1.0, 0.0, 0.6, 1.0, 0.0, 1.0 },
  { "large-strokes", 1, FALSE, FALSE, 1.0, 0.0, 0.0, 2.0, 0.0, 1.0 },
  { "small-strokes", 1, FALSE, FALSE, 1.0, 0.0, 0.0, 0.5, 0.0, 1.0 },
  { "coral", 1, FALSE, FALSE, 1.0, 0.0, 0.0, 1.5, 0.8, 1.0 },
  { "brush", 1, FALSE, FALSE, 1.0, 0.0, 0.0, 1.0, 0.0, 1.6 },
  { "brush-zones-mapped", 3, TRUE, TRUE, 0.7, 0.5, 0.0, 1.0, 0.0, 2.5 },
  { "detail", 1, FALSE, FALSE, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0 },
  { "detail-zones-brush", 3, TRUE, TRUE, 0.7, 0.5, 0.0, 1.0, 0.0, 2.5, 0.6 },
  { "seamless", 1, FALSE, FALSE, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, TRUE },
  { "seamless-zones-brush", 2, TRUE, TRUE, 0.7, 0.5, 0.0, 1.0, 0.0, 1.5, 0.6, TRUE },
};

enum { MOST_ZONES = 4 };

/* What a manner means for a picture of a size. */
typedef struct
{
  float            *weights;
  ScumbleMemoryMask mask;
  ScumbleZone       zones[MOST_ZONES];
  ScumbleLook       look;
  ScumbleStyling    styling;
} Wish;

static void
wish_init (Wish *wish, const Manner *manner, int w, int h)
{
  const gsize n = (gsize) w * (gsize) h;

  *wish         = (Wish) { .styling = { .scale = manner->scale, .keep_colours = manner->coral } };
  wish->weights = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    wish->weights[i] = (float) (i % (gsize) w) / (float) w;
  scumble_memory_mask_init (&wish->mask, w, h, wish->weights);
  for (guint z = 1; z < manner->n_zones && manner->masked; z++)
    wish->zones[z].mask = &wish->mask.mask;

  scumble_look_init (&wish->look, wish->zones, manner->n_zones);
  wish->look.strength     = manner->strength;
  wish->look.keep_colours = manner->keep_colours;
  wish->look.repetition   = manner->repetition;
  wish->look.brush        = manner->brush;
  wish->look.keep_detail  = manner->keep_detail;
  wish->look.seamless     = manner->seamless;
  wish->look.strength_map = manner->mapped ? &wish->mask.mask : NULL;
}

/* Does what @demand says, in tiles of at most some edge if @tile is not 0; FALSE when the budget
 * does not allow it. */
static gboolean
carry_out (ScumbleModel *model, const ScumbleDemand *demand, int tile, gsize *peak,
           GError **error)
{
  const ScumbleLook         *look    = demand->look;
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (demand->budget);
  const ScumbleJob           job     = { .arena = arena, .threads = demand->threads,
                                         .tile = tile };
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  Picture                    pictures[2];
  ScumbleMemorySource        sources[2];
  ScumbleSink                sink = { swallow };
  ScumbleZone                zones[MOST_ZONES];
  ScumbleStyling             styling = *demand->styling;
  ScumbleLook                made;
  gboolean                   done    = FALSE;

  pictures[0] = random_picture (demand->width, demand->height, 1);
  pictures[1] = random_picture (demand->style_width, demand->style_height, 2);
  for (int i = 0; i < 2; i++)
    scumble_memory_source_init (&sources[i], pictures[i].w, pictures[i].h,
                                pictures[i].rgba);
  sources[0].source.has_alpha = demand->has_alpha;

  styling.content = &sources[0].source;
  style = scumble_model_encode (model, &sources[1].source, &styling, &job, error);
  made       = *look;
  made.zones = zones;
  for (guint z = 0; z < look->n_zones; z++)
    zones[z] = (ScumbleZone) { style, look->zones[z].mask };
  if (style != NULL)
    content = scumble_model_survey_for (model, &sources[0].source, &made, &job, error);
  if (content != NULL)
    done = scumble_content_paint (content, &made, NULL, &sink, &job, error);
  *peak = scumble_arena_peak (arena);

  g_free (pictures[0].rgba);
  g_free (pictures[1].rgba);

  return done;
}

/* Whatever fits by the plan fits, and takes no more than planned.
 * Returns: the share of the planned peak that was taken; 0 without a plan */
static double
check (ScumbleModel *model, ScumbleDemand demand, const Manner *manner)
{
  g_autoptr (GError) error = NULL;
  ScumblePlan        plan;
  gsize              peak  = 0;
  Wish               wish;

  wish_init (&wish, manner, demand.width, demand.height);
  demand.look    = &wish.look;
  demand.styling = &wish.styling;
  if (!scumble_model_plan (model, &demand, &plan, &error))
    {
      g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MEMORY);
      g_free (wish.weights);
      return 0.0;
    }

  g_assert_cmpuint (plan.peak, <=, demand.budget);
  g_assert_cmpuint (plan.held, <=, plan.peak);
  g_assert_cmpint (plan.tile, >, 0);
  g_assert_true (carry_out (model, &demand, 0, &peak, &error));
  g_assert_no_error (error);
  g_test_message ("%s, %d x %d, %d threads in %.1f MiB: %.2f of %.1f MiB", manner->title,
                  demand.width, demand.height, demand.threads, demand.budget / 1048576.0,
                  (double) peak / (double) plan.peak, plan.peak / 1048576.0);
  g_assert_cmpuint (peak, <=, plan.peak);
  g_free (wish.weights);

  return (double) peak / (double) plan.peak;
}

static void
test_within (gconstpointer data)
{
  static const int    sizes[][2] = { { 1, 1 }, { 40, 30 }, { 333, 90 }, { 400, 300 } };
  const char *const  *method     = data;
  ScumbleModel       *model      = open_model (method[0], method[1]);
  static const int    threads[]  = { 1, 2, 3, 16 };
  guint               planned    = 0;
  guint               turn       = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gsize budget = 512 << 10; budget <= 128 << 20; budget *= 4)
      {
        /* Five budgets: another number of threads for the same budget at the next size. */
        turn = (turn + 1) % G_N_ELEMENTS (threads);

        const ScumbleDemand demand = { .width = sizes[i][0], .height = sizes[i][1],
                                       .has_alpha = turn == 1, .style_width = 70,
                                       .style_height = 50, .budget = budget,
                                       .threads = threads[turn] };

        planned += check (model, demand, &plain) > 0.0;
      }
  g_assert_cmpuint (planned, >=, 2 * G_N_ELEMENTS (sizes));

  scumble_model_unref (model);
}

/* The plan is no exaggeration: a picture of many tiles takes most of it. */
static void
test_near (gconstpointer data)
{
  const char *const  *method = data;
  ScumbleModel       *model  = open_model (method[0], method[1]);
  const gsize         budget = 48 << 20;
  const ScumbleDemand demand = { .width = 1100, .height = 900, .style_width = 70,
                                 .style_height = 50, .budget = budget, .threads = 2 };

  g_assert_cmpfloat (check (model, demand, &plain), >, 0.6);

  scumble_model_unref (model);
}

/* Where a picture just fits, it does so too when its tiles must not grow beyond some edge. */
static void
test_capped (gconstpointer data)
{
  const char *const *method = data;
  ScumbleModel      *model  = open_model (method[0], method[1]);
  ScumbleDemand      demand = { .width = 1100, .height = 900, .style_width = 70,
                                .style_height = 50, .budget = 64 << 20, .threads = 2 };
  g_autoptr (GError) error  = NULL;
  ScumblePlan        plan;
  Wish               wish;
  gsize              peak;

  wish_init (&wish, &plain, demand.width, demand.height);
  demand.look    = &wish.look;
  demand.styling = &wish.styling;
  while (scumble_model_plan (model, &demand, &plan, NULL))
    demand.budget -= demand.budget / 8;
  demand.budget += demand.budget / 7 + 4096;
  g_assert_true (carry_out (model, &demand, 512, &peak, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (peak, <=, demand.budget);
  g_free (wish.weights);

  scumble_model_unref (model);
}

/* Masks, maps, texture sizes and all else that is chosen: within the plan, and not much
 * below it. */
static void
test_manners (gconstpointer data)
{
  const char *const *method  = data;
  ScumbleModel      *model   = open_model (method[0], method[1]);

  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    for (gsize budget = 16 << 20; budget <= 128 << 20; budget *= 8)
      {
        const ScumbleDemand demand = { .width = 500, .height = 330, .has_alpha = i % 2 == 1,
                                       .style_width = 260, .style_height = 200,
                                       .budget = budget, .threads = 2 };
        const double        share  = check (model, demand, &manners[i]);

        g_assert_true (share == 0.0 || share > 0.5);
        if (budget == 128 << 20)
          g_assert_cmpfloat (share, >, 0.0);
      }

  scumble_model_unref (model);
}

/* What is asked for more often is more work, and what is planned for a style that is there
 * is planned for one that is to come. */
static void
test_looks (gconstpointer data)
{
  const char *const *method = data;
  ScumbleModel      *model  = open_model (method[0], method[1]);
  ScumbleDemand      demand = { .width = 500, .height = 330, .budget = 64 << 20,
                                .threads = 1 };
  g_autoptr (GError) error  = NULL;
  ScumblePlan        one, none, four;
  Wish               wish;

  scumble_model_plan (model, &demand, &none, &error);
  g_assert_no_error (error);
  wish_init (&wish, &plain, demand.width, demand.height);
  demand.look = &wish.look;
  scumble_model_plan (model, &demand, &one, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (one.paint, ==, none.paint);
  g_assert_cmpuint (one.peak, ==, none.peak);
  g_free (wish.weights);

  wish_init (&wish, &manners[2], demand.width, demand.height);
  demand.look = &wish.look;
  scumble_model_plan (model, &demand, &four, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (four.survey, ==, one.survey);
  if (g_str_has_prefix (method[0], "meta"))
    {
      g_assert_cmpfloat (four.prepare, ==, 4.0 * one.prepare);
      g_assert_cmpfloat (four.paint, >=, 4.0 * one.paint);
    }
  else
    {
      g_assert_cmpfloat (four.paint, >=, one.paint);
    }
  g_free (wish.weights);

  scumble_model_unref (model);
}

/* Less memory means planes kept more sparingly, less of it taken, and more work. */
static void
test_steps (gconstpointer data)
{
  const char *const *method   = data;
  ScumbleModel      *model    = open_model (method[0], method[1]);
  ScumbleDemand      demand   = { .width = 12000, .height = 8000, .threads = 2 };
  ScumblePlan        before   = { .kept = SCUMBLE_KEPT_FLOATS };
  guint              seen     = 0;
  g_autoptr (GError) error    = NULL;

  demand.budget = (gsize) 1 << 34;
  while (scumble_model_plan (model, &demand, &before, &error))
    {
      ScumblePlan plan;

      seen          |= 1u << before.kept;
      demand.budget -= demand.budget / 8;
      if (!scumble_model_plan (model, &demand, &plan, NULL))
        break;
      g_assert_cmpint (plan.kept, >=, before.kept);
      g_assert_cmpuint (plan.peak, <=, demand.budget);
      /* Where a plane stops being kept, tiles grow again. */
      g_assert_cmpfloat (1.1 * (plan.survey + plan.paint), >=, before.survey + before.paint);
      if (plan.kept > before.kept)
        g_assert_cmpuint (plan.held, <, before.held);
    }
  g_assert_cmpuint (seen & (1u << SCUMBLE_KEPT_FLOATS), !=, 0);
  g_assert_cmpuint (seen & (1u << SCUMBLE_KEPT_NOT), !=, 0);

  scumble_model_unref (model);
}

/* AdaIN's work, counted layer by layer: a picture of one tile, so that nothing overlaps. The
 * decoder mirrors the encoder. */
static void
test_work (void)
{
  enum { EDGE = 64 };
  static const int layers[][3] = {
    /* level, channels in and out */
    { 0, 3, 5 }, { 0, 5, 5 }, { 1, 5, 4 }, { 1, 4, 4 }, { 2, 4, 6 }, { 2, 6, 6 },
    { 2, 6, 6 }, { 2, 6, 6 }, { 3, 6, 7 },
  };
  ScumbleModel       *model    = open_model ("adain", "narrow-adain");
  const ScumbleDemand demand   = { .width = EDGE, .height = EDGE, .budget = 64 << 20,
                                   .threads = 1 };
  g_autoptr (GError)  error    = NULL;
  double              expected = 0.0;
  ScumblePlan         plan;

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      const int n = EDGE >> layers[i][0];

      expected += 9.0 * layers[i][1] * layers[i][2] * n * n;
    }

  scumble_model_plan (model, &demand, &plan, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (plan.survey, ==, expected);
  g_assert_cmpfloat (plan.paint, ==, expected);

  scumble_model_unref (model);
}

static void
add (const char *what, const char *const *method, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/plan/%s/%s", method[1], what);

  g_test_add_data_func (path, method, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  golden_folder = argv[1];

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      add ("within", methods[i], test_within);
      add ("near", methods[i], test_near);
      add ("capped", methods[i], test_capped);
      add ("manners", methods[i], test_manners);
      add ("looks", methods[i], test_looks);
      if (i < 4)
        add ("steps", methods[i], test_steps);
    }
  g_test_add_func ("/plan/adain/work", test_work);

  return g_test_run ();
}
