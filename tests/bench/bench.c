/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How fast the engine is.
 *
 *     bench [--models FOLDER] [--method ID] [--threads N] [--runs N] [--edge PX]
 *           [--pixels MP] [--memory MIB] [--tile PX] MEASURE...
 *
 * Every measurement is a line of tab-separated fields: measure, case, size, threads,
 * seconds (the median of the runs), figure, unit.  Pictures are generated as they are
 * read, so that a large one takes no memory of its own; every pixel of a result is looked
 * at. */
#include "engine.h"
#include "grad.h"
#include "proxy.h"
#include "simd.h"
#include "transfer-net.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct
{
  char  *models;
  char  *method;
  int    threads;
  int    runs;
  int    edge;   /* of a square picture */
  double pixels; /* of a large one, in millions */
  int    memory; /* MiB */
  int    tile;
  char **measures;
} Options;

/* One run of what is measured; returns FALSE with an error to stop. */
typedef gboolean (*Act) (gpointer user_data, GError **error);

enum { STYLE_EDGE = 512, PROXY_EDGE = 512, SWEEP_FROM = 1024, SWEEP_TO = 64 };

static void
print_line (const char *measure, const char *name, int w, int h, int threads,
            double seconds, double figure, const char *unit)
{
  g_print ("%s\t%s\t%dx%d\t%d\t%.6f\t%.4g\t%s\n", measure, name, w, h, threads, seconds,
           figure, unit);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Runs @act @warm_ups and then @runs times.
 * Returns: the median of the latter's seconds, or a negative number with @error set */
static double
median_seconds (Act act, gpointer user_data, int warm_ups, int runs, GError **error)
{
  g_autofree double *seconds = g_new (double, (gsize) runs);

  for (int i = -warm_ups; i < runs; i++)
    {
      const gint64 begun = g_get_monotonic_time ();

      if (!act (user_data, error))
        return -1.0;
      if (i >= 0)
        seconds[i] = (double) (g_get_monotonic_time () - begun) / 1e6;
    }
  qsort (seconds, (gsize) runs, sizeof *seconds, compare_doubles);

  return seconds[runs / 2];
}

static float *
random_floats (gsize n)
{
  float  *values = g_aligned_alloc (n, sizeof *values, 64);
  guint32 state  = 1;

  for (gsize i = 0; i < n; i++)
    {
      state     = state * 1664525u + 1013904223u;
      values[i] = (float) (state >> 8) / (float) (1 << 24) - 0.5f;
    }

  return values;
}

/* ---- The machine ---- */

typedef struct
{
  int    n;
  float *a;
  float *b;
  float *c;
  int    threads;
} Machine;

static gboolean
multiply (gpointer user_data, GError **error)
{
  const Machine *machine = user_data;
  const int      n       = machine->n;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0f, machine->a, n,
               machine->b, n, 0.0f, machine->c, n);
  return TRUE;
}

/* c = a + b, as much memory as it takes. */
static gboolean
add (gpointer user_data, GError **error)
{
  const Machine *machine = user_data;
  const gsize    n       = (gsize) machine->n * (gsize) machine->n;

#pragma omp parallel for simd schedule(static) num_threads(machine->threads)
  for (gsize i = 0; i < n; i++)
    machine->c[i] = machine->a[i] + machine->b[i];

  return TRUE;
}

/* What the machine can do: OpenBLAS' sgemm, and sums of vectors far beyond the caches. */
static gboolean
measure_machine (const Options *options, GError **error)
{
  static const struct
  {
    const char *name;
    Act         act;
    int         n;
    double      work; /* per n^3 or n^2 */
    int         power;
    const char *unit;
  } limits[] = {
    { "sgemm", multiply, 2048, 2.0, 3, "GFLOP/s" },
    { "add", add, 8192, 3.0 * sizeof (float), 2, "GB/s" },
  };

  openblas_set_num_threads (options->threads);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      const int    n       = limits[i].n;
      const gsize  floats  = (gsize) n * (gsize) n;
      Machine      machine = { n, random_floats (floats), random_floats (floats),
                               random_floats (floats), options->threads };
      const double seconds =
          median_seconds (limits[i].act, &machine, 1, options->runs, error);

      g_aligned_free (machine.a);
      g_aligned_free (machine.b);
      g_aligned_free (machine.c);
      print_line ("machine", limits[i].name, n, n, options->threads, seconds,
                  limits[i].work * pow (n, limits[i].power) / seconds / 1e9,
                  limits[i].unit);
    }

  return TRUE;
}

/* ---- Layer by layer ---- */

/* Of AdaIN's networks: the level that it computes, 0 for the picture's own size, and the
 * channels, as indices into the widths. */
typedef struct
{
  const char     *name;
  ScumbleConvForm form;
  int             level;
  int             c_in;
  int             c_out;
} Layer;

enum { RGB = 4, N_WIDTHS = 5 };

static const Layer layers[] = {
  { "enc1_1", SCUMBLE_CONV_PLAIN, 0, RGB, 0 },
  { "enc1_2+pool", SCUMBLE_CONV_POOL, 0, 0, 0 },
  { "enc2_1", SCUMBLE_CONV_PLAIN, 1, 0, 1 },
  { "enc2_2+pool", SCUMBLE_CONV_POOL, 1, 1, 1 },
  { "enc3_1", SCUMBLE_CONV_PLAIN, 2, 1, 2 },
  { "enc3_2", SCUMBLE_CONV_PLAIN, 2, 2, 2 },
  { "enc3_3", SCUMBLE_CONV_PLAIN, 2, 2, 2 },
  { "enc3_4+pool", SCUMBLE_CONV_POOL, 2, 2, 2 },
  { "enc4_1", SCUMBLE_CONV_PLAIN, 3, 2, 3 },
  { "dec4_1", SCUMBLE_CONV_PLAIN, 3, 3, 2 },
  { "up+dec3_4", SCUMBLE_CONV_UP, 2, 2, 2 },
  { "dec3_3", SCUMBLE_CONV_PLAIN, 2, 2, 2 },
  { "dec3_2", SCUMBLE_CONV_PLAIN, 2, 2, 2 },
  { "dec3_1", SCUMBLE_CONV_PLAIN, 2, 2, 1 },
  { "up+dec2_2", SCUMBLE_CONV_UP, 1, 1, 1 },
  { "dec2_1", SCUMBLE_CONV_PLAIN, 1, 1, 0 },
  { "up+dec1_2", SCUMBLE_CONV_UP, 0, 0, 0 },
  { "dec1_1", SCUMBLE_CONV_PLAIN, 0, 0, RGB },
};

static const struct
{
  const char *name;
  int         widths[N_WIDTHS];
} networks[] = {
  { "compact", { 16, 32, 64, 128, 3 } },
  { "full", { 64, 128, 256, 512, 3 } },
};

typedef struct
{
  ScumbleConv   conv;
  ScumbleTensor x;
  ScumbleTensor y;
  float        *scratch;
  int           threads;
} LayerRun;

static gboolean
run_layer (gpointer user_data, GError **error)
{
  const LayerRun *run = user_data;

  if (run->conv.form == SCUMBLE_CONV_UP)
    scumble_conv3x3_up (&run->conv, &run->x, 0, 0, &run->y, run->scratch, run->threads);
  else
    scumble_conv3x3 (&run->conv, &run->x, &run->y, run->scratch, run->threads);

  return TRUE;
}

static ScumbleTensor
random_tensor (int h, int w, int c)
{
  const gsize stride = (gsize) w * (gsize) c;

  return (ScumbleTensor) { random_floats ((gsize) h * stride), h, w, c, stride };
}

/* @edge: cells along each side of the convolution's result, before any pooling */
static void
layer_run_init (LayerRun *run, const Layer *layer, const int *widths, int edge,
                int threads)
{
  const int c_in = widths[layer->c_in], c_out = widths[layer->c_out];
  const int from    = layer->form == SCUMBLE_CONV_UP ? edge / 2 : edge;
  const int to      = layer->form == SCUMBLE_CONV_POOL ? edge / 2 : edge;
  float    *weights = random_floats (9 * (gsize) c_in * (gsize) c_out);
  float    *bias    = random_floats ((gsize) c_out);

  run->conv    = (ScumbleConv) { .form  = layer->form,
                                .c_in  = c_in,
                                .c_out = c_out,
                                .relu  = layer->c_out != RGB,
                                .simd  = scumble_simd_best () };
  run->x       = random_tensor (from + 2, from + 2, c_in);
  run->y       = random_tensor (to, to, c_out);
  run->threads = threads;
  scumble_conv_init (&run->conv, weights, bias, 1);
  run->scratch =
      g_aligned_alloc0 (scumble_conv_scratch (&run->conv, threads) + 64, 1, 64);
  g_aligned_free (weights);
  g_aligned_free (bias);
}

static void
layer_run_clear (LayerRun *run)
{
  scumble_conv_clear (&run->conv);
  g_aligned_free (run->x.data);
  g_aligned_free (run->y.data);
  g_aligned_free (run->scratch);
}

static double
tensor_bytes (const ScumbleTensor *tensor)
{
  return (double) sizeof (float) * tensor->h * (double) tensor->stride;
}

static gboolean
check_finite (const ScumbleTensor *tensor, const char *name, GError **error)
{
  gboolean finite = TRUE;

  for (gsize i = 0; i < (gsize) tensor->h * tensor->stride; i++)
    finite = finite && isfinite (tensor->data[i]);
  if (!finite)
    g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
                 "The layer \"%s\" made something that is no number.", name);

  return finite;
}

/* Seconds and operations of all layers so far. */
typedef struct
{
  double seconds;
  double flops;
} Total;

/* The rate is that of the definition's multiplications and additions; the traffic that of
 * each number read once and each result written once. */
static gboolean
measure_layer (const char *network, const int *widths, const Layer *layer,
               const Options *options, Total *total, GError **error)
{
  const int        edge = options->edge >> layer->level;
  g_autofree char *name = g_strconcat (network, "/", layer->name, NULL);
  LayerRun         run;
  double           seconds, flops, bytes;
  gboolean         done;

  layer_run_init (&run, layer, widths, edge, options->threads);
  seconds = median_seconds (run_layer, &run, 1, options->runs, error);
  flops   = 18.0 * run.conv.c_in * run.conv.c_out * edge * edge;
  bytes   = tensor_bytes (&run.x) + tensor_bytes (&run.y);
  done    = check_finite (&run.y, name, error);
  if (done)
    {
      print_line ("layer", name, edge, edge, options->threads, seconds,
                  flops / seconds / 1e9, "GFLOP/s");
      print_line ("traffic", name, edge, edge, options->threads, seconds,
                  bytes / seconds / 1e9, "GB/s");
    }
  layer_run_clear (&run);
  total->seconds += seconds;
  total->flops   += flops;

  return done;
}

static gboolean
measure_layers (const Options *options, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      Total total = { 0.0, 0.0 };

      for (guint j = 0; j < G_N_ELEMENTS (layers); j++)
        if (!measure_layer (networks[i].name, networks[i].widths, &layers[j], options,
                            &total, error))
          return FALSE;
      print_line ("layers", networks[i].name, options->edge, options->edge,
                  options->threads, total.seconds, total.flops / total.seconds / 1e9,
                  "GFLOP/s");
    }

  return TRUE;
}

/* ---- Pictures ---- */

enum { GRAIN = 256 };

typedef struct
{
  ScumbleSource source;
  float         grain[GRAIN][GRAIN];
} GeneratedSource;

static gboolean
generated_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba,
                GError **error)
{
  const GeneratedSource *self = (const GeneratedSource *) source;

#pragma omp parallel for schedule(static)
  for (int i = 0; i < rect->h; i++)
    for (int j = 0; j < rect->w; j++)
      {
        const int   x     = rect->x + j, y = rect->y + i;
        const float grain = self->grain[y % GRAIN][x % GRAIN];
        float      *pixel = rgba + 4 * ((gsize) i * (gsize) rect->w + (gsize) j);

        pixel[0] = 0.7f * (float) x / (float) source->width + 0.3f * grain;
        pixel[1] = 0.7f * (float) y / (float) source->height + 0.3f * grain;
        pixel[2] = grain;
        pixel[3] = 1.0f;
      }

  return TRUE;
}

/* A picture of gradients and grain, the same at every reading. */
static void
generated_source_init (GeneratedSource *self, int w, int h)
{
  g_autofree float *waves = g_new (float, GRAIN);

  self->source = (ScumbleSource) { .width = w, .height = h, .read = generated_read };
  for (int i = 0; i < GRAIN; i++)
    waves[i] =
        sinf (0.11f * (float) i) + sinf (0.37f * (float) i) + sinf (1.9f * (float) i);
  for (int y = 0; y < GRAIN; y++)
    for (int x = 0; x < GRAIN; x++)
      self->grain[y][x] = 0.5f + 0.16f * waves[x] * waves[(y + x / 3) % GRAIN] / 3.0f;
}

/* Counts the pixels, so that a result with holes or values out of range is noticed. */
typedef struct
{
  ScumbleSink sink;
  gsize       good;
} CountingSink;

static gsize
count_good (const float *rgb, gsize n)
{
  gsize good = 0;

#pragma omp parallel for schedule(static) reduction(+ : good)
  for (gsize i = 0; i < n; i++)
    {
      const float *pixel = rgb + 3 * i;

      good += pixel[0] >= 0.0f && pixel[0] <= 1.0f && pixel[1] >= 0.0f && pixel[1] <= 1.0f &&
              pixel[2] >= 0.0f && pixel[2] <= 1.0f;
    }

  return good;
}

static gboolean
counting_write (ScumbleSink *sink, const ScumbleRect *rect, const float *rgb,
                GError **error)
{
  ((CountingSink *) sink)->good += count_good (rgb, (gsize) rect->w * (gsize) rect->h);
  return TRUE;
}

static gboolean
check_pixels (gsize good, gsize wanted, GError **error)
{
  if (good == wanted)
    return TRUE;

  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT,
               "Only %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " pixels are colours.",
               good, wanted);
  return FALSE;
}

/* ---- The main job ---- */

enum { ENCODE, SURVEY, PAINT, STAGES };

static const char *const stages[] = { "encode", "survey", "paint" };

/* What a picture takes from a loaded model on, nothing kept from run to run. */
typedef struct
{
  const Options  *options;
  ScumbleModel   *model;
  GeneratedSource content;
  GeneratedSource style;
  int             tile;
  GArray         *seconds[STAGES]; /* of every run */
} Stylize;

static ScumbleModel *
open_model (const Options *options, GError **error)
{
  const char *const path[] = { options->models, NULL };

  return scumble_model_open (path, options->method, NULL, error);
}

static gint64
lap (GArray *seconds, gint64 since)
{
  const gint64 now  = g_get_monotonic_time ();
  const double took = (double) (now - since) / 1e6;

  g_array_append_val (seconds, took);
  return now;
}

static gboolean
stylize (gpointer user_data, GError **error)
{
  Stylize             *self          = user_data;
  const Options       *options       = self->options;
  const ScumbleSource *source        = &self->content.source;
  g_autoptr (ScumbleArena) arena     = scumble_arena_new ((gsize) options->memory << 20);
  g_autoptr (ScumbleStyle) style     = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  const ScumbleJob job               = { .arena   = arena,
                                         .threads = options->threads,
                                         .tile    = self->tile };
  CountingSink     sink              = { { counting_write }, 0 };
  gint64           since             = g_get_monotonic_time ();
  ScumbleZone      zone              = { NULL, NULL };
  ScumbleLook      look;

  style = scumble_model_encode (self->model, &self->style.source, NULL, &job, error);
  if (style == NULL)
    return FALSE;
  since = lap (self->seconds[ENCODE], since);

  content = scumble_model_survey (self->model, &self->content.source, &job, error);
  if (content == NULL)
    return FALSE;
  since = lap (self->seconds[SURVEY], since);

  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  if (!scumble_content_paint (content, &look, NULL, &sink.sink, &job, error))
    return FALSE;
  lap (self->seconds[PAINT], since);

  return check_pixels (sink.good, (gsize) source->width * (gsize) source->height, error);
}

static gboolean
stylize_init (Stylize *self, const Options *options, int w, int h, GError **error)
{
  const int style = MIN (STYLE_EDGE, options->edge);

  self->options = options;
  self->tile    = options->tile;
  self->model   = open_model (options, error);
  generated_source_init (&self->content, w, h);
  generated_source_init (&self->style, style, style);
  for (int i = 0; i < STAGES; i++)
    self->seconds[i] = g_array_new (FALSE, FALSE, sizeof (double));

  return self->model != NULL;
}

static void
stylize_clear (Stylize *self)
{
  scumble_model_unref (self->model);
  for (int i = 0; i < STAGES; i++)
    g_array_unref (self->seconds[i]);
}

/* Prints the median of every stage. */
static void
print_stages (Stylize *self)
{
  const ScumbleSource *source = &self->content.source;

  for (int i = 0; i < STAGES; i++)
    {
      GArray *seconds = self->seconds[i];
      double  median;

      g_array_remove_index (seconds, 0); /* the warm-up */
      g_array_sort (seconds, compare_doubles);
      median = g_array_index (seconds, double, seconds->len / 2);
      print_line ("stage", stages[i], source->width, source->height,
                  self->options->threads, median, median * 1e3, "ms");
    }
}

static gboolean
measure_stylize (const Options *options, GError **error)
{
  Stylize self;
  double  seconds = -1.0;

  if (stylize_init (&self, options, options->edge, options->edge, error))
    seconds = median_seconds (stylize, &self, 1, options->runs, error);
  if (seconds >= 0.0)
    {
      print_stages (&self);
      print_line ("stylize", options->method, options->edge, options->edge, options->threads,
                  seconds, options->edge * options->edge / seconds / 1e6, "MP/s");
    }
  stylize_clear (&self);

  return seconds >= 0.0;
}

static gboolean
measure_tiles (const Options *options, GError **error)
{
  Stylize self;
  double  seconds = -1.0;

  if (!stylize_init (&self, options, options->edge, options->edge, error))
    {
      stylize_clear (&self);
      return FALSE;
    }

  for (int tile = SWEEP_FROM; tile >= SWEEP_TO; tile /= 2)
    {
      self.tile = tile;
      seconds   = median_seconds (stylize, &self, 1, options->runs, error);
      if (seconds < 0.0)
        break;
      print_line ("tile", options->method, options->edge, options->edge, options->threads,
                  seconds, tile, "px");
    }
  stylize_clear (&self);

  return seconds >= 0.0;
}

static double
resident_mib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss / 1024.0;
}

/* A picture of 4:3, without a warm-up; the peak of memory is this process's. */
static gboolean
measure_size (const Options *options, GError **error)
{
  const int        w      = MAX (1, (int) sqrt (options->pixels * 1e6 * 4.0 / 3.0));
  const int        h      = MAX (1, (int) (options->pixels * 1e6 / w));
  g_autofree char *budget = g_strdup_printf ("%d MiB", options->memory);
  Stylize          self;
  double           seconds = -1.0;

  if (stylize_init (&self, options, w, h, error))
    seconds = median_seconds (stylize, &self, 0, options->runs, error);
  if (seconds >= 0.0)
    {
      print_line ("size", budget, w, h, options->threads, seconds,
                  seconds * 1e9 / ((double) w * h), "ns/pixel");
      print_line ("resident", budget, w, h, options->threads, seconds, resident_mib (),
                  "MiB");
    }
  stylize_clear (&self);

  return seconds >= 0.0;
}

/* ---- What the dialog does ---- */

/* A surveyed content, its style, and room for a rectangle of the result. */
typedef struct
{
  ScumbleContent   *content;
  ScumbleZone       zone;
  ScumbleLook       look;
  ScumbleRect       rect;
  float            *rgb;
  const ScumbleJob *job;
} Preview;

static gboolean
change_strength (gpointer user_data, GError **error)
{
  Preview    *preview = user_data;
  const gsize n       = (gsize) preview->rect.w * (gsize) preview->rect.h;

  preview->look.strength = fmod (preview->look.strength + 0.1, 1.0);
  return scumble_content_render (preview->content, &preview->look, &preview->rect,
                                 preview->rgb, preview->job, error) &&
         check_pixels (count_good (preview->rgb, n), n, error);
}

/* A 1:1 preview in the middle of a larger picture, after its strength was changed. */
static gboolean
measure_strength (const Options *options, GError **error)
{
  const int edge                     = options->edge;
  g_autoptr (ScumbleArena) arena     = scumble_arena_new ((gsize) options->memory << 20);
  g_autoptr (ScumbleModel) model     = open_model (options, error);
  g_autoptr (ScumbleStyle) style     = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  g_autofree float *rgb              = g_new (float, 3 * (gsize) edge * (gsize) edge);
  const ScumbleJob  job              = { .arena = arena, .threads = options->threads };
  GeneratedSource   pictures[2];
  Preview           preview = { .rect = { edge / 2, edge / 2, edge, edge } };
  double            seconds;

  generated_source_init (&pictures[0], 2 * edge, 2 * edge);
  generated_source_init (&pictures[1], edge, edge);
  if (model != NULL)
    style = scumble_model_encode (model, &pictures[1].source, NULL, &job, error);
  if (style != NULL)
    content = scumble_model_survey (model, &pictures[0].source, &job, error);
  if (content == NULL)
    return FALSE;

  preview.content = content;
  preview.zone    = (ScumbleZone) { style, NULL };
  preview.rgb     = rgb;
  preview.job     = &job;
  scumble_look_init (&preview.look, &preview.zone, 1);
  preview.look.strength = 0.0;
  seconds         = median_seconds (change_strength, &preview, 1, options->runs, error);
  if (seconds >= 0.0)
    print_line ("strength", options->method, edge, edge, options->threads, seconds, seconds * 1e3,
                "ms");

  return seconds >= 0.0;
}

static gboolean
fits_preview (int w, int h)
{
  return MAX (w, h) <= PROXY_EDGE;
}

/* Opens the model, shrinks the content, looks at both pictures and paints. */
static gboolean
first_picture (gpointer user_data, GError **error)
{
  Stylize *self = user_data;
  g_autoptr (ScumbleArena) arena =
      scumble_arena_new ((gsize) self->options->memory << 20);
  g_autoptr (ScumbleModel) model     = open_model (self->options, error);
  g_autoptr (ScumbleStyle) style     = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  const ScumbleJob job   = { .arena = arena, .threads = self->options->threads };
  CountingSink     sink  = { { counting_write }, 0 };
  ScumbleProxy     proxy = { .source = NULL };
  ScumbleZone      zone  = { NULL, NULL };
  ScumbleLook      look;
  gboolean         done;

  done = model != NULL &&
         scumble_proxy_init (&proxy, &self->content.source, fits_preview, &job, error);
  if (done)
    style = scumble_model_encode (model, &self->style.source, NULL, &job, error);
  if (style != NULL)
    content = scumble_model_survey (model, proxy.source, &job, error);
  zone.style = style;
  scumble_look_init (&look, &zone, 1);
  done = content != NULL &&
         scumble_content_paint (content, &look, NULL, &sink.sink, &job, error) &&
         check_pixels (sink.good,
                       (gsize) proxy.source->width * (gsize) proxy.source->height, error);

  g_clear_pointer (&content, scumble_content_free);
  scumble_proxy_clear (&proxy);

  return done;
}

static gboolean
measure_first_picture (const Options *options, GError **error)
{
  const int w = MAX (1, (int) sqrt (options->pixels * 1e6 * 4.0 / 3.0));
  const int h = MAX (1, (int) (options->pixels * 1e6 / w));
  Stylize   self;
  double    seconds = -1.0;

  if (stylize_init (&self, options, w, h, error))
    seconds = median_seconds (first_picture, &self, 1, options->runs, error);
  if (seconds >= 0.0)
    print_line ("first-picture", options->method, w, h, options->threads, seconds, seconds * 1e3,
                "ms");
  stylize_clear (&self);

  return seconds >= 0.0;
}

/* ---- Learning ---- */

/* A style, and a content to learn it on. */
typedef struct
{
  ScumbleModel     *model;
  ScumbleStyle     *style;
  GeneratedSource   content;
  const ScumbleJob *job;
  ScumbleAdaptation adaptation;
} Lesson;

static gboolean
adapt (gpointer user_data, GError **error)
{
  Lesson                  *lesson  = user_data;
  g_autoptr (ScumbleStyle) adapted = scumble_model_adapt (
      lesson->model, lesson->style, &lesson->content.source, &lesson->adaptation, lesson->job,
      error);

  return adapted != NULL;
}

/* Updates of MetaStyle's fast adaptation, on crops of 256 x 256 pixels. */
static gboolean
measure_adapt (const Options *options, GError **error)
{
  const char *const        path[] = { options->models, NULL };
  g_autoptr (ScumbleArena) arena  = scumble_arena_new ((gsize) options->memory << 20);
  g_autoptr (ScumbleModel) model  = scumble_model_open (path, "metastyle", NULL, error);
  g_autoptr (ScumbleStyle) style  = NULL;
  const ScumbleJob         job    = { .arena = arena, .threads = options->threads };
  GeneratedSource          painting;
  Lesson                   lesson = { model, NULL, .job = &job, .adaptation.updates = 10 };

  if (model == NULL)
    return FALSE;
  generated_source_init (&painting, options->edge, options->edge);
  generated_source_init (&lesson.content, options->edge, options->edge);
  style = scumble_model_encode (model, &painting.source, NULL, &job, error);
  if (style == NULL)
    return FALSE;

  lesson.style = style;
  for (int all = 0; all < 2; all++)
    {
      double seconds;

      lesson.adaptation.all = all;
      seconds = median_seconds (adapt, &lesson, 1, options->runs, error);
      if (seconds < 0.0)
        return FALSE;
      print_line ("adapt", all ? "all" : "normalisation", options->edge, options->edge,
                  options->threads, seconds, seconds * 1e3 / lesson.adaptation.updates,
                  "ms/update");
      print_line ("adapt", "arena", options->edge, options->edge, options->threads, seconds,
                  (double) scumble_arena_peak (arena) / 1048576.0, "MiB");
    }

  return TRUE;
}

/* A layer of the transfer network, its planes and what is to be done. */
typedef struct
{
  ScumbleGradConv conv;
  ScumbleFrame    input;
  ScumbleFrame    g;
  ScumbleFrame    gx;
  ScumbleTensor   out;
  float          *weights;
  float          *scratch;
  int             threads;
} LearningLayer;

static gboolean
learn_forward (gpointer user_data, GError **error)
{
  const LearningLayer *layer = user_data;

  scumble_grad_conv_forward (&layer->conv, &layer->input, &layer->out, layer->scratch,
                             layer->threads);
  return TRUE;
}

static gboolean
learn_back (gpointer user_data, GError **error)
{
  const LearningLayer *layer = user_data;

  scumble_grad_conv_back (&layer->conv, &layer->g, &layer->gx, layer->scratch,
                          layer->threads);
  return TRUE;
}

static gboolean
learn_weights (gpointer user_data, GError **error)
{
  const LearningLayer *layer = user_data;

  scumble_grad_conv_weights (&layer->conv, &layer->input, &layer->g, layer->weights,
                             layer->scratch, layer->threads);
  return TRUE;
}

static gboolean
learn_set (gpointer user_data, GError **error)
{
  LearningLayer *layer = user_data;

  scumble_grad_conv_set (&layer->conv, layer->weights, NULL);
  return TRUE;
}

static ScumbleFrame
random_frame (int h, int w, int c, int border)
{
  return scumble_frame_on (random_floats (scumble_frame_floats (h, w, c, border)), h, w, c,
                           border);
}

/* Prepares layer @i for an input of @edge x @edge cells. */
static void
learning_layer_init (LearningLayer *layer, const ScumbleTransferLayer *shape, int edge,
                     int threads)
{
  const int out = (shape->up ? 2 * edge : edge) / shape->stride;

  layer->conv = (ScumbleGradConv) { .c_in      = shape->c_in,
                                    .c_out     = shape->c_out,
                                    .plane_in  = shape->c_in,
                                    .plane_out = shape->c_out,
                                    .kernel    = shape->kernel,
                                    .stride    = shape->stride,
                                    .up        = shape->up };
  scumble_grad_conv_init (&layer->conv);
  layer->threads = threads;
  layer->weights = random_floats (shape->scale - shape->weights);
  layer->scratch = random_floats (scumble_grad_conv_scratch (&layer->conv, threads));
  layer->input   = random_frame (edge, edge, shape->c_in,
                                 scumble_grad_conv_border (&layer->conv));
  layer->gx      = random_frame (edge, edge, shape->c_in,
                                 scumble_grad_conv_border (&layer->conv));
  layer->g       = random_frame (out, out, shape->c_out,
                                 scumble_grad_conv_halo (&layer->conv));
  layer->out     = random_frame (out, out, shape->c_out, 0).whole;
  scumble_grad_conv_set (&layer->conv, layer->weights, NULL);
}

static void
learning_layer_clear (LearningLayer *layer)
{
  scumble_grad_conv_clear (&layer->conv);
  g_aligned_free (layer->weights);
  g_aligned_free (layer->scratch);
  g_aligned_free (layer->input.whole.data);
  g_aligned_free (layer->gx.whole.data);
  g_aligned_free (layer->g.whole.data);
  g_aligned_free (layer->out.data);
}

/* Every layer of the transfer network of base width 16 for a crop of 256 x 256 pixels, forwards,
 * backwards, for its weights, and made ready for new ones. */
static gboolean
measure_adapt_layers (const Options *options, GError **error)
{
  static const struct
  {
    const char *name;
    Act         act;
  } acts[] = {
    { "forward", learn_forward },
    { "back", learn_back },
    { "weights", learn_weights },
    { "set", learn_set },
  };
  int edge = 256;

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleTransferLayer shape = scumble_transfer_layer (16, i);
      LearningLayer              layer;

      learning_layer_init (&layer, &shape, edge, options->threads);
      for (guint k = 0; k < G_N_ELEMENTS (acts); k++)
        {
          g_autofree char *name    = g_strdup_printf ("%s %s", shape.name, acts[k].name);
          const double     seconds = median_seconds (acts[k].act, &layer, 2, options->runs,
                                                     error);

          print_line ("adapt-layers", name, edge, edge, options->threads, seconds,
                      seconds * 1e3, "ms");
        }
      learning_layer_clear (&layer);
      edge = (shape.up ? 2 * edge : edge) / shape.stride;
    }

  return TRUE;
}

/* ---- The program ---- */

static const struct
{
  const char *name;
  gboolean (*run) (const Options *options, GError **error);
} measures[] = {
  { "machine", measure_machine },   { "layers", measure_layers },
  { "stylize", measure_stylize },   { "tiles", measure_tiles },
  { "strength", measure_strength }, { "first-picture", measure_first_picture },
  { "size", measure_size },         { "adapt", measure_adapt },
  { "adapt-layers", measure_adapt_layers },
};

static gboolean
run_measure (const char *name, const Options *options, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (measures); i++)
    if (g_str_equal (measures[i].name, name))
      return measures[i].run (options, error);

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "There is no measure \"%s\".", name);
  return FALSE;
}

static gboolean
run (const Options *options, GError **error)
{
  omp_set_num_threads (options->threads);
  if (options->measures == NULL || options->threads < 1 || options->runs < 1 ||
      options->edge < 16 || options->pixels <= 0.0 || options->memory < 1 ||
      options->tile < 0)
    {
      g_set_error_literal (
          error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "At least one measure is needed, and positive numbers; the edge "
          "must be 16 or more.");
      return FALSE;
    }

  for (guint i = 0; options->measures[i] != NULL; i++)
    if (!run_measure (options->measures[i], options, error))
      return FALSE;

  return TRUE;
}

static gboolean
parse (int argc, char **argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "models", 0, 0, G_OPTION_ARG_FILENAME, &options->models, "Model files", "FOLDER" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &options->method, "Method [adain]", "ID" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options->threads, "Threads [all]", "N" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &options->runs, "Runs [5]", "N" },
    { "edge", 0, 0, G_OPTION_ARG_INT, &options->edge, "Edge of a picture [512]", "PX" },
    { "pixels", 0, 0, G_OPTION_ARG_DOUBLE, &options->pixels, "A large picture [12]",
      "MP" },
    { "memory", 0, 0, G_OPTION_ARG_INT, &options->memory, "Working memory [1024]",
      "MIB" },
    { "tile", 0, 0, G_OPTION_ARG_INT, &options->tile, "Edge of a tile [by memory]",
      "PX" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->measures, NULL,
      "MEASURE..." },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                "Measures: machine, layers, stylize, tiles, strength, "
                                "first-picture, size, adapt, adapt-layers.");
  g_option_context_add_main_entries (context, entries, NULL);

  return g_option_context_parse (context, &argc, &argv, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Options        options   = { .models  = g_strdup (SCUMBLE_MODEL_DIR),
                               .method  = g_strdup ("adain"),
                               .threads = (int) g_get_num_processors (),
                               .runs    = 5,
                               .edge    = 512,
                               .pixels  = 12.0,
                               .memory  = 1024 };
  const gboolean done = parse (argc, argv, &options, &error) && run (&options, &error);

  if (!done)
    g_printerr ("bench: %s\n", error->message);

  g_free (options.models);
  g_free (options.method);
  g_strfreev (options.measures);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
