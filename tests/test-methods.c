/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method.h"
#include "ref.h"

#include <math.h>
#include <string.h>

enum { W = 256, H = 192, WINDOW = 16 };

/* Variance that does not tell a window from an empty one. */
#define FLAT 1e-4

static const char *weights;

static void
test_offered (void)
{
  const ScumbleMethod *const *methods = scumble_methods ();

  g_assert_nonnull (methods[0]);
  g_assert_cmpstr (methods[0]->id, ==, "adain");
  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_assert_true (scumble_method_find (methods[i]->id, NULL) == methods[i]);
      g_assert_true (g_str_has_suffix (methods[i]->blurb, "."));
      g_assert_cmpuint (strlen (methods[i]->title), >, 0);
      for (guint k = 0; k < i; k++)
        g_assert_cmpstr (methods[k]->id, !=, methods[i]->id);
    }
}

/* The contract: everything is required. */
static void
test_complete (void)
{
  const ScumbleMethod *const *methods = scumble_methods ();

  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_assert_true (methods[i]->open != NULL && methods[i]->close != NULL);
      g_assert_true (methods[i]->encode != NULL && methods[i]->style_free != NULL);
      g_assert_true (methods[i]->survey != NULL && methods[i]->content_free != NULL);
      g_assert_true (methods[i]->render != NULL && methods[i]->room != NULL);
    }
}

/* The message lists every method that one could have meant. */
static void
test_unknown (void)
{
  static const char *const    ids[]   = { "oil", "", "AdaIN", NULL };
  const ScumbleMethod *const *methods = scumble_methods ();

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (scumble_method_find (ids[i], &error));
      for (guint k = 0; methods[k] != NULL; k++)
        g_assert_nonnull (strstr (error->message, methods[k]->id));
      ref_assert_failed (&error, SCUMBLE_ERROR_ARGUMENT, ids[i]);
    }
}

/* A ridge of hills at column @x, in rows from the top. */
static double
ridge (double x, double seed)
{
  return H * (0.45 + 0.12 * sin (0.02 * x + seed) + 0.05 * sin (0.07 * x + 2.0 * seed));
}

/* A landscape as a photograph might have it: sky, sun, hills, a field in furrows, a house with
 * windows, all with some noise. Other seeds give others. */
static float *
scene (double seed)
{
  static const float colours[][3] = { { 0.55f, 0.7f, 0.9f }, { 1.0f, 0.95f, 0.7f },
                                      { 0.3f, 0.4f, 0.35f }, { 0.6f, 0.5f, 0.25f },
                                      { 0.7f, 0.3f, 0.25f }, { 0.15f, 0.15f, 0.2f } };
  g_autoptr (GRand)  rand         = g_rand_new_with_seed ((guint32) (10.0 * seed));
  const double       sun          = W * (0.5 + 0.4 * sin (seed));
  const int          house        = (int) (W * (0.4 + 0.3 * cos (2.0 * seed)));
  float             *rgba         = g_new (float, 4 * W * H);

  for (int i = 0; i < W * H; i++)
    {
      const int    x     = i % W, y = i / W;
      const double hills = ridge (x, seed), field = ridge (2.0 * x, seed + 2.0) + 0.2 * H;
      const int    wall  = x - house, up = y - H * 6 / 10;
      const double haze  = 0.8 + 0.4 * y / H;
      const double furrow = 0.1 * sin (40.0 * (x - sun) / (y - 0.3 * H + 1.0));
      int          what  = y > field ? 3 : y > hills ? 2 : hypot (x - sun, y - 25.0) < 14.0;

      if (wall >= 0 && wall < 60 && up >= 0 && up < 45)
        what = wall % 20 > 6 && wall % 20 < 15 && up % 22 > 7 ? 5 : 4;
      for (int k = 0; k < 4; k++)
        rgba[4 * i + k] = k == 3 ? 1.0f
                                 : CLAMP (colours[what][k] * (float) haze +
                                            (what == 3 ? (float) furrow : 0.0f) +
                                            0.02f * ((float) g_rand_double (rand) - 0.5f),
                                          0.0f, 1.0f);
    }

  return rgba;
}

static double
luma (const float *colour)
{
  return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
}

/* Structural similarity (Wang et al., 2004) of the luma of [H, W, c] pictures, without its term
 * for brightness: the mean over square windows. */
static double
similarity (const float *a, int a_c, const float *b, int b_c)
{
  const double n   = WINDOW * WINDOW;
  double       sum = 0.0;

  for (int y = 0; y < H; y += WINDOW)
    for (int x = 0; x < W; x += WINDOW)
      {
        double m1 = 0.0, m2 = 0.0, v1 = 0.0, v2 = 0.0, v12 = 0.0;

        for (int k = 0; k < n; k++)
          {
            const int    at = (y + k / WINDOW) * W + x + k % WINDOW;
            const double p  = luma (a + a_c * at), q = luma (b + b_c * at);

            m1  += p / n;
            m2  += q / n;
            v1  += p * p / n;
            v2  += q * q / n;
            v12 += p * q / n;
          }
        v1  -= m1 * m1;
        v2  -= m2 * m2;
        v12 -= m1 * m2;
        sum += (2.0 * v12 + FLAT) / (v1 + v2 + FLAT);
      }

  return sum * n / (W * H);
}

/* Bold strokes in three colours. */
static float *
strokes (void)
{
  static const float colours[][3] = { { 0.9f, 0.75f, 0.1f }, { 0.1f, 0.15f, 0.5f },
                                      { 0.8f, 0.1f, 0.15f } };
  float             *rgba         = g_new (float, 4 * W * H);

  for (int i = 0; i < W * H; i++)
    {
      const double x = i % W, y = i / W;
      const int    which = (int) (3.0 + sin (0.3 * x + 2.0 * sin (0.08 * y)) +
                                  2.0 * sin (0.11 * y - 0.05 * x)) % 3;

      for (int k = 0; k < 4; k++)
        rgba[4 * i + k] = k == 3 ? 1.0f : colours[which][k];
    }

  return rgba;
}

/* How @method shows a photograph at strength 0, [H, W, 3], with the shipped networks. */
static float *
paint (const char *method, const float *photo, const float *painting)
{
  const char *const          path[]  = { weights, NULL };
  const ScumbleRect          whole   = { 0, 0, W, H };
  g_autoptr (GError)         error   = NULL;
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new ((gsize) 1 << 29);
  const ScumbleJob           job     = { .arena = arena, .threads = 2 };
  g_autoptr (ScumbleModel)   model   = scumble_model_open (path, method, NULL, &error);
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  float                     *rgb     = g_new (float, 3 * W * H);
  ScumbleMemorySource        sources[2];
  ScumbleZone                zone;
  ScumbleLook                look;

  g_assert_no_error (error);
  scumble_memory_source_init (&sources[0], W, H, photo);
  scumble_memory_source_init (&sources[1], W, H, painting);
  style   = scumble_model_encode (model, &sources[1].source, NULL, &job, &error);
  content = scumble_model_survey (model, &sources[0].source, &job, &error);
  g_assert_no_error (error);

  zone = (ScumbleZone) { style, NULL };
  scumble_look_init (&look, &zone, 1);
  look.strength = 0.0;
  scumble_content_render (content, &look, &whole, rgb, &job, &error);
  g_assert_no_error (error);

  return rgb;
}

/* At strength 0 every method shows the photograph again, as far as its decoder can: clearly that
 * one and no other. Seen: 0.62 to 0.80, and of another 0.15 to 0.28; in the style of the strokes
 * itself, 0.2 to 0.3. */
static void
test_recognisable (void)
{
  const ScumbleMethod *const *methods  = scumble_methods ();
  g_autofree float           *photo    = scene (1.0);
  g_autofree float           *other    = scene (4.0);
  g_autofree float           *painting = strokes ();

  g_test_message ("another photograph: %.2f", similarity (photo, 4, other, 4));
  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_autofree float *none    = paint (methods[i]->id, photo, painting);
      const double      own     = similarity (photo, 4, none, 3);
      const double      another = similarity (other, 4, none, 3);

      g_test_message ("%s: %.2f, another %.2f", methods[i]->id, own, another);
      g_assert_cmpfloat (own, >, 0.5);
      g_assert_cmpfloat (another, <, 0.4);
    }
}

/* Progress never goes back. */
static void
watch (double fraction, gpointer user_data)
{
  double *last = user_data;

  g_assert_cmpfloat (fraction, >=, *last - 1e-9);
  g_assert_cmpfloat (fraction, <=, 1.0 + 1e-9);
  *last = fraction;
}

/* Painting goes from 0 to 1 with every method, also where the first of several tiles begins with
 * measuring networks, or with counting what is used of the style. */
static void
test_progress (void)
{
  const char *const           path[]   = { weights, NULL };
  const ScumbleMethod *const *methods  = scumble_methods ();
  const ScumbleRect           whole    = { 0, 0, W, H };
  g_autofree float           *photo    = scene (1.0);
  g_autofree float           *painting = strokes ();
  g_autofree float           *rgb      = g_new (float, 3 * W * H);

  for (guint i = 0; methods[i] != NULL; i++)
    {
      double                     last    = 0.0;
      g_autoptr (GError)         error   = NULL;
      g_autoptr (ScumbleArena)   arena   = scumble_arena_new ((gsize) 1 << 29);
      ScumbleJob                 job     = { .arena = arena, .threads = 2, .tile = 128 };
      g_autoptr (ScumbleModel)   model   = scumble_model_open (path, methods[i]->id, NULL, &error);
      g_autoptr (ScumbleStyle)   style   = NULL;
      g_autoptr (ScumbleContent) content = NULL;
      ScumbleMemorySource        sources[2];
      ScumbleMemorySink          sink;
      ScumbleZone                zone;
      ScumbleLook                look;

      scumble_memory_source_init (&sources[0], W, H, photo);
      scumble_memory_source_init (&sources[1], W, H, painting);
      scumble_memory_sink_init (&sink, &whole, rgb);
      style   = scumble_model_encode (model, &sources[1].source, NULL, &job, &error);
      content = scumble_model_survey (model, &sources[0].source, &job, &error);
      g_assert_no_error (error);

      zone = (ScumbleZone) { style, NULL };
      scumble_look_init (&look, &zone, 1);
      look.strength     = 0.7;
      look.repetition   = 0.5;
      job.progress      = watch;
      job.progress_data = &last;
      g_assert_true (scumble_content_paint (content, &look, NULL, &sink.sink, &job, &error));
      g_assert_cmpfloat_with_epsilon (last, 1.0, 1e-9);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  weights = argv[1];

  g_test_add_func ("/methods/offered", test_offered);
  g_test_add_func ("/methods/complete", test_complete);
  g_test_add_func ("/methods/unknown", test_unknown);
  g_test_add_func ("/methods/recognisable", test_recognisable);
  g_test_add_func ("/methods/progress", test_progress);

  return g_test_run ();
}
