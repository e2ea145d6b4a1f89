/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is planned, against what then happens, for every method. */
#include "method-test.h"
#include "plan.h"

static const char *const methods[][2] = {
  { "adain", "narrow-adain" },
  { "sanet", "tiny-sanet" },
  { "metanet", "tiny-metanet" },
  { "metastyle", "tiny-metastyle" },
};

/* Takes any pixels. */
static gboolean
swallow (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  return TRUE;
}

/* Does what @demand says; FALSE when the budget does not allow it. */
static gboolean
carry_out (ScumbleModel *model, const ScumbleDemand *demand, gsize *peak, GError **error)
{
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (demand->budget);
  const ScumbleJob           job     = { .arena = arena, .threads = demand->threads };
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  Picture                    pictures[2];
  ScumbleMemorySource        sources[2];
  ScumbleSink                sink = { swallow };
  ScumbleZone                zone = { NULL, NULL };
  ScumbleLook                look;
  gboolean                   done = FALSE;

  pictures[0] = random_picture (demand->width, demand->height, 1);
  pictures[1] = random_picture (demand->style_width, demand->style_height, 2);
  for (int i = 0; i < 2; i++)
    scumble_memory_source_init (&sources[i], pictures[i].w, pictures[i].h,
                                pictures[i].rgba);
  sources[0].source.has_alpha = demand->has_alpha;

  style = scumble_model_encode (model, &sources[1].source, NULL, &job, error);
  if (style != NULL)
    content = scumble_model_survey (model, &sources[0].source, &job, error);
  if (content != NULL)
    {
      zone.style = style;
      scumble_look_init (&look, &zone, 1);
      done = scumble_content_paint (content, &look, NULL, &sink, &job, error);
    }
  *peak = scumble_arena_peak (arena);

  g_free (pictures[0].rgba);
  g_free (pictures[1].rgba);

  return done;
}

/* Whatever fits by the plan fits, and takes no more than planned.
 * Returns: the share of the planned peak that was taken; 0 without a plan */
static double
check (ScumbleModel *model, const ScumbleDemand *demand)
{
  g_autoptr (GError) error = NULL;
  ScumblePlan        plan;
  gsize              peak  = 0;

  if (!scumble_model_plan (model, demand, &plan, &error))
    {
      g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MEMORY);
      return 0.0;
    }

  g_assert_cmpuint (plan.peak, <=, demand->budget);
  g_assert_cmpuint (plan.held, <=, plan.peak);
  g_assert_cmpint (plan.tile, >, 0);
  g_assert_true (carry_out (model, demand, &peak, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (peak, <=, plan.peak);

  return (double) peak / (double) plan.peak;
}

static void
test_within (gconstpointer data)
{
  static const int    sizes[][2] = { { 1, 1 }, { 40, 30 }, { 333, 90 }, { 600, 500 } };
  const char *const  *method     = data;
  ScumbleModel       *model      = open_model (method[0], method[1]);
  int                 planned    = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gsize budget = 128 << 10; budget <= 128 << 20; budget *= 4)
      for (int threads = 1; threads <= 3; threads++)
        {
          const ScumbleDemand demand = { sizes[i][0], sizes[i][1], threads == 2, 70, 50,
                                         budget, threads };

          planned += check (model, &demand) > 0.0;
        }
  g_assert_cmpint (planned, >=, 12);

  scumble_model_unref (model);
}

/* The plan is no exaggeration: a picture of many tiles, or of a megapixel to measure, takes
 * most of it. */
static void
test_near (gconstpointer data)
{
  const char *const  *method = data;
  ScumbleModel       *model  = open_model (method[0], method[1]);
  const gsize         budget = (gsize) (g_str_has_prefix (method[0], "meta") ? 512 : 48) << 20;
  const ScumbleDemand demand = { 1100, 900, FALSE, 70, 50, budget, 2 };

  g_assert_cmpfloat (check (model, &demand), >, 0.6);

  scumble_model_unref (model);
}

/* Less memory means planes kept more sparingly, less of it taken, and more work. */
static void
test_steps (gconstpointer data)
{
  const char *const *method   = data;
  ScumbleModel      *model    = open_model (method[0], method[1]);
  ScumbleDemand      demand   = { 3000, 2000, FALSE, 0, 0, 0, 2 };
  ScumblePlan        before   = { .kept = SCUMBLE_KEPT_FLOATS };
  guint              seen     = 0;
  g_autoptr (GError) error    = NULL;

  demand.budget = (gsize) 1 << 30;
  while (scumble_model_plan (model, &demand, &before, &error))
    {
      ScumblePlan plan;

      seen          |= 1u << before.kept;
      demand.budget -= demand.budget / 8;
      if (!scumble_model_plan (model, &demand, &plan, NULL))
        break;
      g_assert_cmpint (plan.kept, >=, before.kept);
      g_assert_cmpuint (plan.ample, ==, before.ample);
      g_assert_cmpuint (plan.peak, <=, plan.ample);
      g_assert_cmpfloat (plan.survey, >=, before.survey);
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
  const ScumbleDemand demand   = { EDGE, EDGE, FALSE, 0, 0, 64 << 20, 1 };
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
  g_autofree char *path = g_strdup_printf ("/plan/%s/%s", method[0], what);

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
      if (i < 2)
        add ("steps", methods[i], test_steps);
    }
  g_test_add_func ("/plan/adain/work", test_work);

  return g_test_run ();
}
