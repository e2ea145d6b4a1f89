/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a job takes of the machine's memory: never more than its budget and a little for the
 * program, its libraries and the networks' weights. */
#include "engine.h"
#include "plan.h"
#include "ref.h"
#include "safetensors-writer.h"
#include "vgg.h"

#include <glib/gstdio.h>
#include <math.h>

#if defined __SANITIZE_ADDRESS__
#define INSTRUMENTED TRUE
#else
#define INSTRUMENTED FALSE
#endif

/* MiB that a job may take beside its budget, and the steps that budgets are tried in. */
enum { BESIDE = 64, STEP = 16 };

typedef struct
{
  const char *name;
  const char *method;
  const char *folder; /* variable that says where the model files are */
  int         width;  /* of the content */
  int         height;
  int         threads;
} Case;

#define SHIPPED "SCUMBLE_TEST_SHIPPED"
#define WIDE    "SCUMBLE_TEST_WIDE"

static const Case cases[] = {
  { "adain", "adain", SHIPPED, 1300, 1000, 2 },
  { "sanet", "sanet", SHIPPED, 900, 700, 2 },
  { "metanet", "metanet", SHIPPED, 1300, 1000, 2 },
  { "metastyle", "metastyle", SHIPPED, 1300, 1000, 2 },
  { "full-width", "adain", WIDE, 500, 400, 2 },
  { "adain-16-threads", "adain", SHIPPED, 1300, 1000, 16 },
  { "sanet-16-threads", "sanet", SHIPPED, 900, 700, 16 },
  { "metanet-16-threads", "metanet", SHIPPED, 1300, 1000, 16 },
};

static gboolean
draw (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  for (int y = rect->y; y < rect->y + rect->h; y++)
    for (int x = rect->x; x < rect->x + rect->w; x++, rgba += 4)
      {
        rgba[0] = 0.5f + 0.5f * sinf (0.03f * (float) x);
        rgba[1] = 0.5f + 0.5f * sinf (0.05f * (float) y);
        rgba[2] = (float) ((x * 7 + y * 13) % 32) / 31.0f;
        rgba[3] = 1.0f;
      }

  return TRUE;
}

static gboolean
swallow (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb, GError **error)
{
  return TRUE;
}

/* The most that this process ever had in memory, in MiB; 0 where nothing tells. */
static int
most_resident (void)
{
  g_autofree char *status = NULL;
  const char      *peak;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;

  peak = strstr (status, "VmHWM:");
  return peak == NULL ? 0 : (int) (g_ascii_strtoll (peak + strlen ("VmHWM:"), NULL, 10) >> 10);
}

/* The smallest of the budgets, in MiB, that a demand fits. */
static int
smallest_budget (ScumbleModel *model, ScumbleDemand *demand)
{
  ScumblePlan plan;
  int         budget = 0;

  do
    {
      budget        += STEP;
      demand->budget = (gsize) budget << 20;
    }
  while (!scumble_model_plan (model, demand, &plan, NULL));

  return budget;
}

static void
carry_out (ScumbleModel *model, const ScumbleDemand *demand)
{
  g_autoptr (GError)         error   = NULL;
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (demand->budget);
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  const ScumbleJob           job     = { .arena = arena, .threads = demand->threads };
  ScumbleSource painting = { demand->style_width, demand->style_height, FALSE, draw };
  ScumbleSource picture  = { demand->width, demand->height, FALSE, draw };
  ScumbleSink   sink     = { swallow };
  ScumbleZone   zone     = { NULL, NULL };
  ScumbleLook   look;

  style = scumble_model_encode (model, &painting, NULL, &job, &error);
  g_assert_no_error (error);
  content = scumble_model_survey (model, &picture, &job, &error);
  g_assert_no_error (error);
  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  scumble_content_paint (content, &look, NULL, &sink, &job, &error);
  g_assert_no_error (error);
}

/* In a process of its own. */
static void
measure (const Case *c)
{
  const char *const        path[] = { g_getenv (c->folder), NULL };
  g_autoptr (GError)       error  = NULL;
  g_autoptr (ScumbleModel) model  = scumble_model_open (path, c->method, NULL, &error);
  ScumbleDemand            demand = { .width        = c->width,
                                      .height       = c->height,
                                      .style_width  = 200,
                                      .style_height = 150,
                                      .threads      = c->threads };
  ScumbleDemand            ample  = demand;
  ScumblePlan              plan;
  int                      budget;

  g_assert_no_error (error);
  budget       = smallest_budget (model, &demand);
  ample.budget = (gsize) 1 << 40;
  g_assert_true (scumble_model_plan (model, &ample, &plan, &error));
  g_assert_cmpuint (demand.budget, <, plan.peak);

  carry_out (model, &demand);
  g_test_message ("%d MiB resident with a budget of %d", most_resident (), budget);
  g_assert_cmpint (most_resident (), <=, budget + BESIDE);
}

static void
test_resident (gconstpointer data)
{
  if (g_test_subprocess ())
    {
      measure (data);
      return;
    }
  if (INSTRUMENTED || most_resident () == 0)
    {
      g_test_skip ("this program's memory cannot be measured");
      return;
    }

  g_test_trap_subprocess (NULL, 0, (GTestSubprocessFlags) 0);
  g_test_trap_assert_passed ();
}

/* A layer of 24 megapixels fits into 512 MiB, however many threads there are. */
static void
test_large (gconstpointer data)
{
  const char *const        path[] = { g_getenv (SHIPPED), NULL };
  g_autoptr (GError)       error  = NULL;
  g_autoptr (ScumbleModel) model  = scumble_model_open (path, data, NULL, &error);

  g_assert_no_error (error);
  for (int threads = 1; threads <= 16; threads *= 2)
    {
      const ScumbleDemand demand = { .width = 6000, .height = 4000, .style_width = 800,
                                     .style_height = 600, .budget = 512 << 20,
                                     .threads = threads };
      ScumblePlan         plan;

      g_assert_true (scumble_model_plan (model, &demand, &plan, &error));
      g_assert_no_error (error);
    }
}

/* VGG-19 at its full width, and a decoder to it. */

static void
add_conv (ScumbleSafetensorsWriter *writer, const char *prefix, const char *layer, int c_in,
          int c_out, const float *values)
{
  g_autofree char *weight = g_strdup_printf ("%s.%s.weight", prefix, layer);
  g_autofree char *bias   = g_strdup_printf ("%s.%s.bias", prefix, layer);
  const int        shape[] = { c_out, c_in, 3, 3 };

  scumble_safetensors_writer_add (writer, weight, shape, 4, values);
  scumble_safetensors_writer_add (writer, bias, shape, 1, values);
}

static void
save_wide (ScumbleSafetensorsWriter *writer, const char *folder, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *path  = g_strdup_printf ("%s/%s.safetensors", folder, name);

  scumble_safetensors_writer_set (writer, "scumble.version", "1");
  g_assert_true (scumble_safetensors_writer_save (writer, path, &error));
  g_assert_no_error (error);
}

/* "conv3_1" -> 256 */
static int
width_of (const char *layer)
{
  static const int widths[] = { 64, 128, 256, 512, 512 };

  return widths[layer[strlen ("conv")] - '1'];
}

static void
write_wide (const char *folder, const float *values)
{
  static const char *const back[] = { "conv4_1", "conv3_4", "conv3_3", "conv3_2", "conv3_1",
                                      "conv2_2", "conv2_1", "conv1_2", "conv1_1" };
  g_autoptr (ScumbleSafetensorsWriter) encoder = scumble_safetensors_writer_new ();
  g_autoptr (ScumbleSafetensorsWriter) decoder = scumble_safetensors_writer_new ();
  const ScumbleLayer                  *plan;
  guint                                n;
  int                                  c       = 3;

  plan = scumble_vgg_plan (SCUMBLE_VGG_RELU5_1, &n);
  for (guint i = 0; i < n; i++)
    if (plan[i].kind == SCUMBLE_LAYER_CONV3)
      {
        add_conv (encoder, "encoder", plan[i].name, c, width_of (plan[i].name), values);
        c = width_of (plan[i].name);
      }
  scumble_safetensors_writer_set (encoder, "scumble.part", "encoder");
  save_wide (encoder, folder, "encoder");

  for (guint i = 0; i < G_N_ELEMENTS (back); i++)
    {
      const gboolean last  = i + 1 == G_N_ELEMENTS (back);
      const int      c_out = last ? 3 : width_of (back[i + 1]);

      add_conv (decoder, "decoder", back[i], width_of (back[i]), c_out, values);
    }
  scumble_safetensors_writer_set (decoder, "scumble.method", "adain");
  save_wide (decoder, folder, "adain");
}

static char *
make_wide (void)
{
  const gsize        n      = 9 * 512 * 512;
  g_autoptr (GError) error  = NULL;
  g_autofree float  *values = g_new (float, n);
  char              *folder = g_dir_make_tmp ("scumble-wide-XXXXXX", &error);

  g_assert_no_error (error);
  ref_fill (values, n, 7, -0.02f, 0.02f);
  write_wide (folder, values);

  return folder;
}

static void
remove_wide (const char *folder)
{
  g_autofree char *encoder = g_build_filename (folder, "encoder.safetensors", NULL);
  g_autofree char *decoder = g_build_filename (folder, "adain.safetensors", NULL);

  g_unlink (encoder);
  g_unlink (decoder);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *wide = NULL;
  int              status;

  g_test_init (&argc, &argv, NULL);

  /* A process of its own is not given this one's arguments. */
  if (!g_test_subprocess ())
    {
      wide = make_wide ();
      g_setenv (SHIPPED, argv[1], TRUE);
      g_setenv (WIDE, wide, TRUE);
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/memory/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_resident);
    }
  g_test_add_data_func ("/memory/large/adain", "adain", test_large);
  g_test_add_data_func ("/memory/large/sanet", "sanet", test_large);
  g_test_add_data_func ("/memory/large/metanet", "metanet", test_large);
  g_test_add_data_func ("/memory/large/metastyle", "metastyle", test_large);
  status = g_test_run ();
  if (wide != NULL)
    remove_wide (wide);

  return status;
}
