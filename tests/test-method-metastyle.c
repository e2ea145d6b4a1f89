/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method-test.h"
#include "critic.h"
#include "proxy.h"
#include "ref.h"
#include "seam.h"
#include "taps.h"
#include "transfer-grad.h"
#include "transfer-net.h"

/* As many updates as the goldens had. */
static const Paint metastyle = { "metastyle", "tiny-metastyle", 1.0, 0, 2, { 0, 0, 0, 0 }, 2 };

/* Seen: 7e-6. */
static void
test_golden (void)
{
  check_goldens ("metastyle", &metastyle, 1e-3);
}

/* A channel that hardly varies in a random encoder makes rounding large, and a step is as long for
 * a slope that is all rounding as for a steep one. Seen: 3e-4. */
static void
test_golden_all (void)
{
  Paint all = metastyle;

  all.all = TRUE;
  check_goldens ("metastyle-all", &all, 5e-3);
}

static double
greatest (const float *values, gsize from, gsize to)
{
  double most = 0.0;

  for (gsize k = from; k < to; k++)
    most = MAX (most, fabs (values[k]));

  return most;
}

/* The gradients of one kind of a layer's parameters against PyTorch's, relative to the
 * greatest.  A parameter that the next normalisation takes away has a gradient of rounding
 * errors, hence the second term. */
static void
check_range (const ScumbleTransferLayer *layer, const char *kind, gsize from, gsize to,
             const float *gradient, const float *expected, double most)
{
  const double tolerance = 1e-3 * greatest (expected, from, to) + 1e-5 * most;
  double       worst     = 0.0;

  for (gsize k = from; k < to; k++)
    worst = MAX (worst, fabs ((double) gradient[k] - (double) expected[k]));
  g_test_message ("%s.%s: %.2g of %.2g", layer->name, kind, worst,
                  greatest (expected, from, to));
  g_assert_cmpfloat (worst, <=, tolerance);
}

static void
check_gradient (int base, const float *gradient, const float *expected, gboolean all)
{
  const double most = greatest (expected, 0, scumble_transfer_count (base));

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (base, i);

      if (all)
        check_range (&layer, "weight", layer.weights, layer.scale, gradient, expected, most);
      if (all || i < SCUMBLE_TRANSFER_LAST)
        check_range (&layer, "scale, shift", layer.scale, layer.end, gradient, expected, most);
    }
}

/* A golden's picture as it is padded: all of it is the crop. */
static ScumbleTensor
padded_picture (const ScumbleSafetensors *golden, const char *name, const ScumbleJob *job)
{
  Picture             content = golden_picture (golden, name);
  ScumbleMemorySource source;
  ScumblePicture      picture;
  ScumbleTensor       x;

  scumble_memory_source_init (&source, content.w, content.h, content.rgba);
  g_assert_true (scumble_picture_init (&picture, &source.source, SCUMBLE_TRANSFER_ALIGN, job,
                                       NULL));
  g_assert_true (scumble_arena_tensor (job->arena, picture.h, picture.w, 3, &x, NULL));
  g_assert_true (scumble_picture_read (&picture, (ScumbleRect) { 0, 0, picture.w, picture.h },
                                       x.data, NULL, job, NULL));
  scumble_picture_clear (&picture);
  g_free (content.rgba);

  return x;
}

/* What it learns from a crop: the same with all gradients and with some, the second time as
 * the first, and on one thread as on two. */
static void
test_gradient (void)
{
  g_autoptr (ScumbleSafetensors)  model    = golden_open ("tiny-metastyle");
  g_autoptr (ScumbleSafetensors)  encoder  = golden_open ("tiny-encoder");
  g_autoptr (ScumbleSafetensors)  golden   = golden_open ("metastyle");
  g_autoptr (ScumbleCritic)       critic   = scumble_critic_new (encoder, NULL);
  g_autoptr (ScumbleArena)        arena    = scumble_arena_new ((gsize) 1 << 30);
  ScumbleJob                      job      = { .arena = arena, .threads = 2 };
  const int                       base     = scumble_transfer_base (model, "transfer", NULL);
  const gsize                     n        = scumble_transfer_count (base);
  g_autofree float               *values   = golden_parameters (model, base);
  g_autofree float               *gradient = g_new (float, n);
  g_autofree float               *again    = g_new0 (float, n);
  g_autoptr (ScumbleSafetensors)  shared   = golden_open ("methods");
  int                             shape[3];
  ScumbleTensor                   x        = padded_picture (shared, "content", &job);
  g_autofree float               *wanted   = golden_floats (shared, "covariances", shape);
  g_autofree float               *expected = golden_floats (golden, "gradient", shape);
  g_autofree float               *loss     = golden_floats (golden, "loss", shape);
  g_autoptr (ScumbleTransferGrad) net      = scumble_transfer_grad_new (base, values, x.w,
                                                                        x.h, &job, NULL);
  g_autoptr (ScumbleVerdicts)     verdicts = scumble_verdicts_new (critic, x.w, x.h, wanted,
                                                                   &job, NULL);
  const ScumbleGrain              grain    = { 1.0f, 0, 0, NULL };
  ScumbleTensor                   y, g;
  double                          found;

  g_assert_true (scumble_arena_tensor (arena, x.h, x.w, 3, &y, NULL));
  g_assert_true (scumble_verdicts_compare (verdicts, &x, NULL, &job, NULL));
  for (int run = 0; run < 3; run++)
    {
      const gboolean all = run < 2;

      job.threads = run == 1 ? 1 : 2;
      g_assert_true (scumble_transfer_grad_forward (net, &x, NULL, &grain, &y, &job, NULL));
      g_assert_true (scumble_verdicts_judge (verdicts, &y, &g, &found, &job, NULL));
      g_assert_true (scumble_transfer_grad_back (net, &g, all, run == 0 ? gradient : again,
                                                 &found, &job, NULL));
      g_assert_cmpfloat (fabs (found - loss[0]), <=, 1e-4 * loss[0]);
      if (run == 0)
        check_gradient (base, gradient, expected, TRUE);
      else
        g_assert_cmpfloat (max_difference (gradient, again, n), ==, 0.0);
    }
}

/* A part of a picture has the grain of its place, as PyTorch makes it, whichever other parts are
 * read, and on the whole it changes no colour. A picture that repeats has the same grain in all
 * its copies, without a jump between them where their sides are whole cells. */
static void
test_grain (void)
{
  enum { N = 256 };
  g_autoptr (ScumbleSafetensors) golden = golden_open ("metastyle");
  int                            shape[3];
  g_autofree float              *wanted = golden_floats (golden, "grain", shape);
  ScumbleTensor                  whole  = ref_tensor_empty (N, N, 3), part;
  double                         sum    = 0.0, squares = 0.0;

  ref_fill (whole.data, 3 * N * N, 1, 0.0f, 0.0f);
  scumble_grain_add (&whole, &(ScumbleGrain) { 1.0f, 0, 0, NULL }, 2);
  for (int i = 0; i < 3 * N * N; i++)
    {
      sum     += whole.data[i];
      squares += (double) whole.data[i] * (double) whole.data[i];
    }
  g_test_message ("mean %.2g, deviation %.2g", sum / 3 / N / N, sqrt (squares / 3 / N / N));
  g_assert_cmpfloat (fabs (sum), <=, 0.002 * 3 * N * N);
  g_assert_cmpfloat (fabs (sqrt (squares / 3 / N / N) - 0.031), <=, 0.002);

  part = ref_tensor_empty (shape[0], shape[1], 3);
  ref_fill (part.data, (gsize) (3 * shape[0] * shape[1]), 1, 0.0f, 0.0f);
  scumble_grain_add (&part, &(ScumbleGrain) { 1.0f, 11, 5, NULL }, 1);
  ref_assert_close_floats (part.data, wanted, 3 * shape[0] * shape[1], 1e-6);
  for (int i = 0; i < part.h; i++)
    g_assert_cmpmem (scumble_tensor_at (&part, i, 0), (gsize) part.w * 3 * sizeof (float),
                     scumble_tensor_at (&whole, 5 + i, 11), (gsize) part.w * 3 * sizeof (float));

  for (int period = 24; period <= 29; period += 5)
    {
      ScumbleMemorySource content;
      ScumbleSeam         seam;
      ScumbleLook         look;
      double              jump = 0.0, step = 0.0;

      scumble_look_init (&look, NULL, 0);
      scumble_memory_source_init (&content, period, period, whole.data);
      scumble_seam_init (&seam, &content.source, &look);
      ref_fill (whole.data, 3 * N * N, 1, 0.0f, 0.0f);
      scumble_grain_add (&whole, &(ScumbleGrain) { 1.0f, seam.margin - 13, seam.margin - 50,
                                                  &seam.around.source }, 2);
      for (int i = period; i < N; i++)
        for (int j = period; j < N; j++)
          g_assert_cmpmem (scumble_tensor_at (&whole, i, j), 3 * sizeof (float),
                           scumble_tensor_at (&whole, i - period, j - period),
                           3 * sizeof (float));
      for (int i = 0; i < N; i++)
        {
          jump += fabsf (scumble_tensor_at (&whole, i, 13)[1] -
                         scumble_tensor_at (&whole, i, 12)[1]);
          step += fabsf (scumble_tensor_at (&whole, i, 21)[1] -
                         scumble_tensor_at (&whole, i, 20)[1]);
        }
      g_test_message ("every %d pixels: at the seam %g, elsewhere %g", period, jump / N, step / N);
      if (period == 24)
        g_assert_cmpfloat (jump, <, 1.5 * step);
    }

  g_free (whole.data);
  g_free (part.data);
}

/* A loss network, whose taps are wider than what lies between them and which ends at relu4_1: the
 * painting's covariances, and a loss and its gradient against PyTorch's. */
static void
test_loss_network (void)
{
  g_autoptr (ScumbleSafetensors) file     = golden_open ("tiny-encoder-loss");
  g_autoptr (ScumbleSafetensors) shared   = golden_open ("methods");
  g_autoptr (ScumbleSafetensors) golden   = golden_open ("loss-network");
  g_autoptr (ScumbleConvnet)     encoder  = scumble_vgg_encoder (file, SCUMBLE_VGG_RELU4_1, NULL);
  g_autoptr (ScumbleCritic)      critic   = scumble_critic_new (file, NULL);
  g_autoptr (ScumbleArena)       arena    = scumble_arena_new ((gsize) 1 << 28);
  const ScumbleJob               job      = { .arena = arena, .threads = 2 };
  ScumbleTensor                  content  = padded_picture (shared, "content", &job);
  ScumbleTensor                  painted  = padded_picture (golden, "painted", &job);
  Picture                        style    = golden_picture (shared, "style");
  int                            shape[3];
  g_autofree float              *wanted   = golden_floats (golden, "covariances", shape);
  const gsize                    length   = (gsize) shape[2];
  g_autofree float              *expected = golden_floats (golden, "gradient", shape);
  g_autofree float              *loss     = golden_floats (golden, "loss", shape);
  g_autofree float              *found    = g_new (float, length);
  g_autoptr (ScumbleVerdicts)    verdicts = NULL;
  ScumbleMemorySource            source;
  ScumbleTaps                    taps;
  ScumbleTensor                  g;
  double                         told, worst = 0.0, most;
  gsize                          n;

  scumble_memory_source_init (&source, style.w, style.h, style.rgba);
  scumble_taps_init (&taps, encoder, SCUMBLE_VGG_RELU4_1);
  g_assert_cmpuint (scumble_taps_covariances_length (&taps), ==, length);
  g_assert_true (scumble_taps_covariances_source (&taps, &source.source, found, &job, NULL));
  g_assert_cmpfloat (max_difference (found, wanted, length), <=, 1e-4 * greatest (wanted, 0,
                                                                                  length));
  scumble_taps_clear (&taps);

  verdicts = scumble_verdicts_new (critic, content.w, content.h, wanted, &job, NULL);
  g_assert_true (scumble_verdicts_compare (verdicts, &content, NULL, &job, NULL));
  g_assert_true (scumble_verdicts_judge (verdicts, &painted, &g, &told, &job, NULL));
  n = 3 * (gsize) g.w;
  for (int i = 0; i < g.h; i++)
    worst = MAX (worst, max_difference (scumble_tensor_at (&g, i, 0), expected + (gsize) i * n, n));
  most = greatest (expected, 0, n * (gsize) g.h);
  g_test_message ("loss: %.5g, wanted %.5g; gradient: %.2g of %.2g", told, (double) loss[0],
                  worst, most);
  g_assert_cmpfloat (fabs (told - loss[0]), <=, 1e-4 * loss[0]);
  g_assert_cmpfloat (worst, <=, 1e-3 * most);
  g_free (style.rgba);
}

/* Someone who learns from one crop with invisible pixels. */
typedef struct
{
  ScumbleArena        *arena;
  ScumbleJob           job;
  int                  base;
  float               *values;   /* parameters */
  ScumbleTransferGrad *net;
  ScumbleCritic       *critic;
  ScumbleVerdicts     *verdicts;
  Picture              content;  /* sides are multiples of 16 */
  ScumbleMemorySource  source;
  ScumblePicture       picture;
  ScumbleTensor        x;
  ScumbleTensor        y;
  ScumbleVeil          veil;
  float               *gradient;
} Lesson;

static Lesson *
lesson_new (Picture content)
{
  g_autoptr (ScumbleSafetensors) model   = golden_open ("tiny-metastyle");
  g_autoptr (ScumbleSafetensors) encoder = golden_open ("tiny-encoder");
  g_autoptr (ScumbleSafetensors) shared  = golden_open ("methods");
  int                            shape[3];
  g_autofree float              *wanted  = golden_floats (shared, "covariances", shape);
  const int                      w       = content.w, h = content.h;
  Lesson                        *it      = g_new0 (Lesson, 1);

  it->arena    = scumble_arena_new ((gsize) 1 << 30);
  it->job      = (ScumbleJob) { .arena = it->arena, .threads = 2 };
  it->base     = scumble_transfer_base (model, "transfer", NULL);
  it->values   = golden_parameters (model, it->base);
  it->gradient = g_new0 (float, scumble_transfer_count (it->base));
  it->critic   = scumble_critic_new (encoder, NULL);
  it->net      = scumble_transfer_grad_new (it->base, it->values, w, h, &it->job, NULL);
  it->verdicts = scumble_verdicts_new (it->critic, w, h, wanted, &it->job, NULL);
  it->content  = content;
  scumble_memory_source_init (&it->source, w, h, content.rgba);
  g_assert_true (scumble_picture_init (&it->picture, &it->source.source,
                                       SCUMBLE_TRANSFER_ALIGN, &it->job, NULL));
  g_assert_true (scumble_arena_tensor (it->arena, h, w, 3, &it->x, NULL));
  g_assert_true (scumble_arena_tensor (it->arena, h, w, 3, &it->y, NULL));
  g_assert_true (scumble_veil_take (&it->veil, w, h, it->arena, NULL));
  g_assert_true (scumble_picture_read (&it->picture, (ScumbleRect) { 0, 0, w, h }, it->x.data,
                                       it->veil.levels[0], &it->job, NULL));
  g_assert_true (scumble_veil_spread (&it->veil));

  return it;
}

static void
lesson_free (Lesson *it)
{
  scumble_picture_clear (&it->picture);
  scumble_verdicts_free (it->verdicts);
  scumble_transfer_grad_free (it->net);
  scumble_critic_free (it->critic);
  scumble_arena_free (it->arena);
  g_free (it->content.rgba);
  g_free (it->gradient);
  g_free (it->values);
  g_free (it);
}

/* Paints the crop; returns the loss, and finds its gradient. */
static double
learn (Lesson *it)
{
  const ScumbleGrain grain = { 0.5f, 0, 0, NULL };
  ScumbleTensor      g;
  double             loss;

  scumble_transfer_grad_set (it->net, 2);
  g_assert_true (scumble_verdicts_compare (it->verdicts, &it->x, &it->veil, &it->job, NULL));
  g_assert_true (scumble_transfer_grad_forward (it->net, &it->x, &it->veil, &grain, &it->y,
                                                &it->job, NULL));
  g_assert_true (scumble_verdicts_judge (it->verdicts, &it->y, &g, &loss, &it->job, NULL));
  g_assert_true (scumble_transfer_grad_back (it->net, &g, TRUE, it->gradient, &loss, &it->job,
                                             NULL));

  return loss;
}

/* Not visible, partly, and fully, in blocks that cells of the deepest planes are cut by. */
static void
veil_picture (Picture *picture)
{
  for (int i = 0; i < picture->w * picture->h; i++)
    picture->rgba[4 * i + 3] = (float) ((i % picture->w / 13 + i / picture->w / 21) % 3) / 2.0f;
}

/* What it learns from is what will be painted. */
static void
test_veiled_painting (void)
{
  Picture           content = random_picture (96, 64, 1);
  const ScumbleRect whole   = { 0, 0, 96, 64 };
  g_autofree float *rgb     = g_new (float, 3 * 96 * 64);
  Lesson           *it;

  veil_picture (&content);
  it = lesson_new (content);
  learn (it);
  {
    g_autoptr (ScumbleTransfer) frozen = scumble_transfer_new (it->base, it->values, 0.5f,
                                                               &it->picture, 1 << 28, &it->job,
                                                               NULL);

    g_assert_true (scumble_transfer_run (frozen, &it->picture, &whole, rgb, &it->job, NULL));
    scumble_transfer_squash (rgb, 3 * 96 * 64, 1);
  }
  g_test_message ("painted: %.2g", max_difference (rgb, it->y.data, 3 * 96 * 64));
  g_assert_cmpfloat (max_difference (rgb, it->y.data, 3 * 96 * 64), <=, 1e-4);
  lesson_free (it);
}

/* Invisible pixels beyond what visible ones reach, and Winograd's tiles with them: not a bit of
 * the loss and its gradient depends on their colours. */
static void
test_veiled_surround (void)
{
  enum { W = 384, H = 64 };
  Picture           content = random_picture (W, H, 1);
  g_autofree float *gradient = NULL;
  Lesson           *it;
  gsize             n;
  double            loss;

  for (int i = 0; i < W * H; i++)
    content.rgba[4 * i + 3] = i % W < 20 ? 1.0f : 0.0f;
  it       = lesson_new (content);
  n        = scumble_transfer_count (it->base);
  loss     = learn (it);
  gradient = g_memdup2 (it->gradient, n * sizeof *gradient);
  g_assert_cmpfloat (greatest (gradient, 0, n), >, 0.0);

  for (int i = 0; i < H; i++)
    for (int j = 320; j < W; j++)
      for (int k = 0; k < 3; k++)
        scumble_tensor_at (&it->x, i, j)[k] = (float) ((i / 3 + j / 5 + k) % 2);
  g_assert_cmpfloat (learn (it), ==, loss);
  g_assert_cmpfloat (max_difference (gradient, it->gradient, n), ==, 0.0);
  lesson_free (it);
}



/* The whole gradient against finite differences: along itself the loss rises as it says. Shorter
 * steps drown in rounding, and longer ones bend: seen are 1.5 and 2.6 percent. */
static void
test_veiled_slope (void)
{
  Picture           content = random_picture (96, 64, 1);
  g_autofree float *start   = NULL;
  g_autofree float *slope   = NULL;
  const double      step    = 3e-5;
  double            length  = 0.0, losses[2], found;
  Lesson           *it;
  gsize             n;

  veil_picture (&content);
  it = lesson_new (content);
  n  = scumble_transfer_count (it->base);
  learn (it);
  start = g_memdup2 (it->values, n * sizeof *start);
  slope = g_memdup2 (it->gradient, n * sizeof *slope);
  for (gsize k = 0; k < n; k++)
    length += (double) slope[k] * slope[k];
  length = sqrt (length);

  for (int side = 0; side < 2; side++)
    {
      const double stretch = (side == 0 ? step : -step) / length;

      for (gsize k = 0; k < n; k++)
        it->values[k] = (float) (start[k] + stretch * slope[k]);
      losses[side] = learn (it);
    }
  found = (losses[0] - losses[1]) / (2.0 * step);
  g_test_message ("slope: %.5g, as told %.5g", found, length);
  g_assert_cmpfloat (fabs (found - length), <=, 5e-2 * length);
  lesson_free (it);
}

static void
test_tiles (void)
{
  const Picture content = random_picture (101, 83, 1);
  const Picture style   = random_picture (64, 90, 2);
  Paint         half    = metastyle;

  check_tiles (&metastyle, &content, &style, 16);
  half.strength = 0.5;
  half.updates  = 0;
  check_tiles (&half, &content, &style, 56);

  g_free (content.rgba);
  g_free (style.rgba);
}

/* Strength 0 is the initialisation, and so is a style that has learned nothing. */
static void
test_strength_zero (void)
{
  const Picture     content = random_picture (60, 50, 1);
  const Picture     style   = random_picture (64, 90, 2);
  Paint             none    = metastyle;
  g_autofree float *a       = NULL;
  g_autofree float *b       = NULL;
  g_autofree float *c       = paint (&none, &content, &style);

  none.strength = 0.0;
  a             = paint (&none, &content, &style);
  none.updates  = 0;
  none.strength = 1.0;
  b             = paint (&none, &content, &style);
  g_assert_cmpfloat (max_difference (a, b, 3 * 60 * 50), ==, 0.0);
  g_assert_cmpfloat (max_difference (a, c, 3 * 60 * 50), >, 1e-3);

  g_free (content.rgba);
  g_free (style.rgba);
}

/* What is painted under an alpha of zero changes nothing, in style or content, learned from or
 * painted. */
static void
test_invisible (void)
{
  Picture           content = random_picture (60, 50, 1);
  Picture           style   = random_picture (64, 90, 2);
  g_autofree float *a       = NULL;
  g_autofree float *b       = NULL;

  for (int i = 0; i < 40 * 64; i++)
    style.rgba[4 * i + 3] = 0.0f;
  for (int i = 0; i < 20 * 60; i++)
    content.rgba[4 * i + 3] = 0.0f;
  a = paint (&metastyle, &content, &style);

  for (int i = 0; i < 40 * 64; i++)
    style.rgba[4 * i + i % 3] = 7.0f;
  for (int i = 0; i < 20 * 60; i++)
    content.rgba[4 * i + i % 3] = -3.0f;
  b = paint (&metastyle, &content, &style);
  g_assert_cmpfloat (max_difference (a, b, 3 * 60 * 50), ==, 0.0);

  g_free (content.rgba);
  g_free (style.rgba);
}

typedef struct
{
  GCancellable *cancel;
  int           stop;
  int           updates;
  int           others;  /* how often another picture is among those to learn from */
  double        first;
  double        last;
  double        most;
  gboolean      all;
  ScumbleStyle *glimpse; /* of the style at @stop */
} Log;

static void
note (const ScumbleAdapting *adapting, gpointer user_data)
{
  Log *log = user_data;

  g_assert_cmpint (adapting->update, ==, log->updates + 1);
  log->updates = adapting->update;
  log->first   = adapting->update == 1 ? adapting->loss : log->first;
  log->last    = adapting->loss;
  log->most    = MAX (log->most, adapting->loss);
  if (adapting->update == log->stop)
    {
      log->glimpse = scumble_adapting_style (adapting);
      g_cancellable_cancel (log->cancel);
    }
}

static ScumbleStyle *
adapt_to (Log *log, const Picture *content, int updates, GError **error)
{
  const Picture            style   = random_picture (64, 90, 2);
  g_autoptr (ScumbleArena) arena   = scumble_arena_new ((gsize) 1 << 28);
  g_autoptr (ScumbleModel) model   = open_model ("metastyle", "tiny-metastyle");
  g_autoptr (ScumbleStyle) start   = NULL;
  const ScumbleJob         job     = { .arena = arena, .threads = 2,
                                       .cancellable = log->cancel };
  ScumbleMemorySource      sources[2];
  ScumbleSource *const     others[] = { &sources[1].source, &sources[1].source };
  const ScumbleAdaptation  how     = { .updates = updates, .all = log->all,
                                       .others  = others, .n_others = (guint) log->others,
                                       .told    = note, .told_data = log };
  ScumbleStyle            *adapted;

  scumble_memory_source_init (&sources[0], content->w, content->h, content->rgba);
  scumble_memory_source_init (&sources[1], style.w, style.h, style.rgba);
  start   = scumble_model_encode (model, &sources[1].source, NULL, &job, error);
  g_assert_true (scumble_style_wants_adapting (start));
  adapted = scumble_model_adapt (model, start, &sources[0].source, &how, &job, error);
  g_free (style.rgba);

  return adapted;
}

static ScumbleStyle *
adapt (Log *log, int updates, GError **error)
{
  const Picture content = random_picture (70, 50, 1);
  ScumbleStyle *adapted = adapt_to (log, &content, updates, error);

  g_free (content.rgba);
  return adapted;
}

static void
check_learning (gboolean all)
{
  g_autoptr (GError)       error = NULL;
  Log                      log   = { .stop = -1, .all = all };
  g_autoptr (ScumbleStyle) style = adapt (&log, 40, &error);

  g_assert_no_error (error);
  g_assert_nonnull (style);
  g_assert_cmpint (log.updates, ==, 40);
  g_test_message ("loss: %.3g, then %.3g", log.first, log.last);
  g_assert_cmpfloat (log.last, <, 0.9 * log.first);
}

static void
test_learning (void)
{
  check_learning (FALSE);
  check_learning (TRUE);
}

/* With more pictures the crops are others, and fit into the smallest. */
static void
test_others (void)
{
  Log                      log[] = { { .stop = -1 }, { .stop = -1, .others = 2 } };
  g_autoptr (ScumbleStyle) one   = adapt (&log[0], 10, NULL);
  g_autoptr (ScumbleStyle) more  = adapt (&log[1], 10, NULL);

  g_assert_nonnull (one);
  g_assert_nonnull (more);
  g_assert_false (scumble_style_wants_adapting (one));
  g_assert_cmpint (log[1].updates, ==, 10);
  g_assert_cmpfloat (fabs (log[0].last - log[1].last), >, 1e-3);
}

/* The bytes of a style's file: all that there is of it. */
static GBytes *
save (const ScumbleStyle *style)
{
  char               *folder = ref_folder_new ();
  g_autofree char    *path   = g_build_filename (folder, "style.safetensors", NULL);
  char               *bytes;
  gsize               length;

  g_assert_true (scumble_style_save (style, path, "Style", NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  ref_folder_free (folder);

  return g_bytes_new_take (bytes, length);
}

/* The grain that a style has which is loaded from @path, and saved there again. */
static float
reload_grain (const char *path)
{
  g_autoptr (ScumbleModel)       model = open_model ("metastyle", "tiny-metastyle");
  g_autoptr (GError)             error = NULL;
  g_autoptr (ScumbleStyle)       style = scumble_style_load (model, path, &error);
  g_autoptr (ScumbleSafetensors) file  = NULL;
  g_autofree float              *grain = NULL;

  g_assert_no_error (error);
  g_assert_true (scumble_style_save (style, path, "Style", &error));
  file  = scumble_safetensors_open (path, &error);
  grain = scumble_safetensors_floats (file, "style.grain", 1, &error);
  g_assert_no_error (error);

  return grain[0];
}

/* Networks that learned before they saw grain paint as they did. */
static void
test_old_style (void)
{
  char                    *folder = ref_folder_new ();
  g_autofree char         *path   = g_build_filename (folder, "style.safetensors", NULL);
  Log                      log    = { .stop = -1 };
  g_autoptr (ScumbleStyle) style  = adapt (&log, 1, NULL);
  g_autofree char         *bytes  = NULL;
  gsize                    length;
  char                    *name;

  g_assert_true (scumble_style_save (style, path, "Style", NULL));
  g_assert_cmpfloat (reload_grain (path), ==, 1.0f);

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  name = g_strstr_len (bytes + 8, (gssize) length - 8, "style.grain"); /* after the header's size */
  g_assert_nonnull (name);
  memcpy (name, "style.other", strlen ("style.other"));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  g_assert_cmpfloat (reload_grain (path), ==, 0.0f);

  ref_folder_free (folder);
}

/* A style that was stopped has learned so far: a run of so many updates makes the same. */
static void
test_stopped (void)
{
  Log                      stopped = { .cancel = g_cancellable_new (), .stop = 9 };
  Log                      whole   = { .stop = -1 };
  g_autoptr (GError)       error   = NULL;
  g_autoptr (ScumbleStyle) early   = adapt (&stopped, 200, &error);
  g_autoptr (ScumbleStyle) again   = NULL;
  g_autoptr (GBytes)       before  = NULL;
  g_autoptr (GBytes)       after   = NULL;
  const int                updates = scumble_style_updates (early);

  g_assert_no_error (error);
  g_assert_cmpint (updates, ==, 9);
  g_assert_cmpint (scumble_style_updates (stopped.glimpse), ==, 9);

  again  = adapt (&whole, updates, &error);
  before = save (early);
  after  = save (again);
  g_assert_true (g_bytes_equal (before, after));

  scumble_style_unref (stopped.glimpse);
  g_object_unref (stopped.cancel);
}

/* Of a picture beyond a megapixel is learned what is learned of it when it is shrunk. */
static void
test_large (void)
{
  const Picture            large = random_picture (1300, 900, 1);
  g_autoptr (ScumbleArena) arena = scumble_arena_new ((gsize) 1 << 26);
  const ScumbleJob         job   = { .arena = arena, .threads = 1 };
  Log                      log   = { .stop = -1 };
  Picture                  small;
  ScumbleMemorySource      source;
  ScumbleProxy             proxy;

  scumble_memory_source_init (&source, large.w, large.h, large.rgba);
  g_assert_true (scumble_proxy_init (&proxy, &source.source, scumble_proxy_megapixel, &job,
                                     NULL));
  small = (Picture) { proxy.rgba, proxy.source->width, proxy.source->height };
  g_assert_cmpint (small.w, <, large.w);
  {
    g_autoptr (ScumbleStyle) one    = adapt_to (&log, &large, 2, NULL);
    g_autoptr (ScumbleStyle) other  = NULL;
    g_autoptr (GBytes)       first  = save (one);
    g_autoptr (GBytes)       second = NULL;

    log    = (Log) { .stop = -1 };
    other  = adapt_to (&log, &small, 2, NULL);
    second = save (other);
    g_assert_true (g_bytes_equal (first, second));
  }

  scumble_proxy_clear (&proxy);
  g_free (large.rgba);
}

/* Most of the picture is one colour: what is learned comes from the rest. In a picture that
 * is nothing else there is no rest, and that is no reason to wait for ever. */
static void
test_flat (void)
{
  const Picture      picture = random_picture (600, 300, 1);
  g_autoptr (GError) error   = NULL;

  for (int edge = 500; edge <= 600; edge += 100)
    {
      Log                      log   = { .stop = -1 };
      g_autoptr (ScumbleStyle) style = NULL;

      for (int i = 0; i < 4 * 600 * 300; i++)
        if (i / 4 % 600 < edge)
          picture.rgba[i] = i % 4 == 3 ? 1.0f : 0.4f;
      style = adapt_to (&log, &picture, 8, &error);
      g_assert_no_error (error);
      g_test_message ("to %d all one colour: loss at most %.3g", edge, log.most);
      if (edge < 600)
        g_assert_cmpfloat (log.most, <, 50.0);
    }
  g_free (picture.rgba);
}

/* Of a cut-out in a corner of a large empty layer is learned, in crops that show it, and not of
 * what surrounds it: neither of colours under an alpha of zero nor, one that is next to zero,
 * of others than the cut-out would be continued with. */
static void
test_cutout (void)
{
  enum { W = 700, H = 500 };
  const Picture      picture = random_picture (W, H, 1);
  Log                logs[]  = { { .stop = -1 }, { .stop = -1 } };
  g_autoptr (GError) error   = NULL;
  GBytes            *bytes[2];

  for (int run = 0; run < 2; run++)
    {
      g_autoptr (ScumbleStyle) style = NULL;

      for (int i = 0; i < W * H; i++)
        if (i % W < 600 || i % W >= 660 || i / W < 400 || i / W >= 450)
          for (int k = 0; k < 4; k++)
            picture.rgba[4 * i + k] = k == 3 ? 0.0f : run == 0 ? 0.5f : (float) (i % 7);
      style = adapt_to (&logs[run], &picture, 20, &error);
      g_assert_no_error (error);
      bytes[run] = save (style);
    }
  g_test_message ("loss: %.3g, then %.3g, at most %.3g", logs[0].first, logs[0].last,
                  logs[0].most);
  g_assert_cmpfloat (logs[0].last, <, 0.9 * logs[0].first);
  g_assert_cmpfloat (logs[0].most, <, 50.0);
  g_assert_true (g_bytes_equal (bytes[0], bytes[1]));

  g_bytes_unref (bytes[0]);
  g_bytes_unref (bytes[1]);
  g_free (picture.rgba);
}

/* Visible at the left alone, and with a trace of other colours far to the right, the same is
 * learned. Seen: 1e-3, which the optimizer makes of rounding; 0.5 where the surround counts. */
static void
test_surround (void)
{
  enum { N = 256 };
  const Picture style = random_picture (64, 90, 2);
  float        *painted[2];

  for (int run = 0; run < 2; run++)
    {
      Picture content = random_picture (N, N, 1);
      Paint   how     = metastyle;

      for (int i = 0; i < N * N; i++)
        {
          content.rgba[4 * i + 3] = i % N < 16 ? 1.0f : run == 1 && i % N >= 224 ? 1e-9f : 0.0f;
          if (i % N >= 16)
            for (int k = 0; k < 3; k++)
              content.rgba[4 * i + k] = (float) ((i / N / 9 + i / 3 + k) % 2);
        }
      how.updates  = 3;
      how.area     = (ScumbleRect) { 0, 0, 16, N };
      painted[run] = paint (&how, &content, &style);
      g_free (content.rgba);
    }
  g_test_message ("surround: %.2g", max_difference (painted[0], painted[1], 3 * 16 * N));
  g_assert_cmpfloat (max_difference (painted[0], painted[1], 3 * 16 * N), <=, 0.01);

  g_free (painted[0]);
  g_free (painted[1]);
  g_free (style.rgba);
}

/* A layer with an alpha that hides nothing teaches what one without teaches, bit for bit: one
 * that is large enough to be shrunk. */
static void
test_opaque (void)
{
  const Picture       picture = random_picture (1300, 900, 1);
  ScumbleMemorySource sources[2];
  GBytes             *bytes[2];

  for (int run = 0; run < 2; run++)
    {
      g_autoptr (ScumbleArena) arena = scumble_arena_new ((gsize) 1 << 28);
      g_autoptr (ScumbleModel) model = open_model ("metastyle", "tiny-metastyle");
      const ScumbleJob         job   = { .arena = arena, .threads = 2 };
      const ScumbleAdaptation  how   = { .updates = 4, .all = TRUE };
      g_autoptr (ScumbleStyle) start = NULL;
      g_autoptr (ScumbleStyle) style = NULL;

      for (int i = 0; i < 2; i++)
        scumble_memory_source_init (&sources[i], picture.w, picture.h, picture.rgba);
      sources[1].source.has_alpha = run == 1;
      start      = scumble_model_encode (model, &sources[0].source, NULL, &job, NULL);
      style      = scumble_model_adapt (model, start, &sources[1].source, &how, &job, NULL);
      bytes[run] = save (style);
    }
  g_assert_true (g_bytes_equal (bytes[0], bytes[1]));

  g_bytes_unref (bytes[0]);
  g_bytes_unref (bytes[1]);
  g_free (picture.rgba);
}

/* Cancelled after some updates there is a style, before the first there is none. */
static void
test_cancel (void)
{
  g_autoptr (GError)       error  = NULL;
  Log                      log    = { .cancel = g_cancellable_new (), .stop = 3 };
  g_autoptr (ScumbleStyle) style  = adapt (&log, 10, &error);
  g_autoptr (ScumbleStyle) nought = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (style);
  g_assert_cmpint (log.updates, ==, 3);
  g_assert_nonnull (log.glimpse);
  scumble_style_unref (log.glimpse);

  g_clear_object (&log.cancel);
  log = (Log) { .stop = -1 };
  nought = adapt (&log, 0, &error);
  g_assert_null (nought);
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT);
}

/* The multiply-adds of an update, by the plan. */
static double
planned_work (ScumbleModel *model, int w, int h, gboolean all)
{
  const ScumbleDemand     demand = { .width = w, .height = h, .budget = (gsize) 1 << 28,
                                     .threads = 1 };
  const ScumbleAdaptation how    = { .updates = 1, .all = all };
  g_autoptr (GError)      error  = NULL;
  ScumbleSource           source = { .width = w, .height = h };
  ScumbleLessonPlan       plan;

  scumble_model_plan_lesson (model, &demand, &source, &how, &plan, &error);
  g_assert_no_error (error);

  return plan.work;
}

/* The paintings of an update, as painting counts them: one forth, one back, and one more for the
 * kernels. Beyond a crop the content's size is of no matter. */
static void
test_work (void)
{
  g_autoptr (ScumbleModel) model  = open_model ("metastyle", "tiny-metastyle");
  g_autoptr (ScumbleModel) other  = open_model ("adain", "narrow-adain");
  g_autoptr (GError)       error  = NULL;
  const ScumbleDemand      demand = { .width = 64, .height = 48, .budget = (gsize) 1 << 26,
                                      .threads = 1 };
  const ScumbleAdaptation  how    = { .updates = 1 };
  ScumbleSource            source = { .width = 64, .height = 48 };
  const double             some   = planned_work (model, 64, 48, FALSE);
  ScumblePlan              plan;
  ScumbleLessonPlan        lesson;

  g_assert_true (scumble_model_plan (model, &demand, &plan, NULL));
  g_assert_cmpfloat (some, >, 2.0 * plan.paint);
  g_assert_cmpfloat_with_epsilon (planned_work (model, 64, 48, TRUE) - some, plan.paint,
                                  1e-6 * plan.paint);
  g_assert_cmpfloat (planned_work (model, 256, 256, FALSE), >, 20.0 * some);
  g_assert_cmpfloat (planned_work (model, 4000, 3000, FALSE), ==,
                     planned_work (model, 256, 256, FALSE));
  g_assert_false (scumble_model_plan_lesson (other, &demand, &source, &how, &lesson, &error));
  g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT);
}

/* Encodes, surveys and learns, as a plan has it.
 * Returns: the bytes that it took at most; 0 where memory did not do */
static gsize
learn_within (ScumbleModel *model, gsize budget, const Picture *picture, gboolean has_alpha,
              const Picture *other)
{
  g_autoptr (ScumbleArena)   arena   = scumble_arena_new (budget);
  const ScumbleJob           job     = { .arena = arena, .threads = 2 };
  const Picture              small   = random_picture (70, 50, 2);
  ScumbleMemorySource        sources[3];
  ScumbleSource             *others  = &sources[2].source;
  const ScumbleAdaptation    how     = { .updates = 3, .others = &others,
                                         .n_others = other != NULL };
  g_autoptr (GError)         error   = NULL;
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  g_autoptr (ScumbleStyle)   adapted = NULL;

  scumble_memory_source_init (&sources[0], small.w, small.h, small.rgba);
  scumble_memory_source_init (&sources[1], picture->w, picture->h, picture->rgba);
  sources[1].source.has_alpha = has_alpha;
  if (other != NULL)
    scumble_memory_source_init (&sources[2], other->w, other->h, other->rgba);

  style = scumble_model_encode (model, &sources[0].source, NULL, &job, &error);
  if (style != NULL)
    content = scumble_model_survey (model, &sources[1].source, &job, &error);
  if (content != NULL)
    adapted = scumble_model_adapt (model, style, &sources[1].source, &how, &job, &error);
  if (adapted == NULL)
    g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MEMORY);
  g_free (small.rgba);

  return adapted != NULL ? scumble_arena_peak (arena) : 0;
}

/* What is planned is enough and no exaggeration, and with less it is refused beforehand: for
 * small pictures and such as are shrunk, with transparent parts, and several. */
static void
test_memory (void)
{
  static const struct
  {
    int      w, h;
    gboolean has_alpha;
    int      other;
  } cases[] = { { 40, 30, FALSE, 0 }, { 500, 300, TRUE, 0 }, { 1500, 1100, TRUE, 0 },
                { 3000, 350, TRUE, 0 }, { 400, 300, FALSE, 200 }, { 300, 300, TRUE, 1200 } };
  g_autoptr (ScumbleModel) model = open_model ("metastyle", "tiny-metastyle");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Picture           picture = random_picture (cases[i].w, cases[i].h, 1);
      const Picture           other   = random_picture (MAX (cases[i].other, 1),
                                                        MAX (cases[i].other, 1), 3);
      ScumbleSource           source  = { .width     = picture.w,
                                          .height    = picture.h,
                                          .has_alpha = cases[i].has_alpha };
      ScumbleSource           second  = { other.w, other.h, TRUE, NULL };
      ScumbleSource          *others  = &second;
      const ScumbleAdaptation how     = { .updates = 3, .others = &others,
                                          .n_others = cases[i].other > 0 };
      ScumbleDemand           demand  = { .width = picture.w, .height = picture.h,
                                          .has_alpha = cases[i].has_alpha, .style_width = 70,
                                          .style_height = 50, .budget = (gsize) 1 << 30,
                                          .threads = 2 };
      g_autoptr (GError)      error   = NULL;
      ScumbleLessonPlan       plan;
      gsize                   peak;

      /* Half of it invisible, so that crops are drawn pixel by pixel. */
      for (int k = 0; cases[i].has_alpha && k < picture.w * picture.h / 2; k++)
        picture.rgba[4 * k + 3] = 0.0f;

      scumble_model_plan_lesson (model, &demand, &source, &how, &plan, &error);
      g_assert_no_error (error);
      peak = learn_within (model, demand.budget, &picture, cases[i].has_alpha,
                           cases[i].other > 0 ? &other : NULL);
      g_test_message ("%d x %d: %.1f of %.1f MiB", picture.w, picture.h, peak / 1048576.0,
                      plan.peak / 1048576.0);
      g_assert_cmpuint (peak, <=, plan.peak);
      g_assert_cmpuint (peak, >, plan.peak / 10 * 9);

      demand.budget = plan.peak / 2;
      g_assert_false (scumble_model_plan_lesson (model, &demand, &source, &how, &plan, &error));
      g_assert_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MEMORY);
      g_assert_cmpuint (learn_within (model, demand.budget, &picture, cases[i].has_alpha,
                                      cases[i].other > 0 ? &other : NULL), ==, 0);
      g_free (picture.rgba);
      g_free (other.rgba);
    }
}

static void
test_starvation (void)
{
  Paint one = metastyle;

  one.updates = 1;
  check_starvation (&one, 256 << 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  golden_folder = argv[1];

  g_test_add_func ("/metastyle/gradient", test_gradient);
  g_test_add_func ("/metastyle/grain", test_grain);
  g_test_add_func ("/metastyle/loss-network", test_loss_network);
  g_test_add_func ("/metastyle/veiled-painting", test_veiled_painting);
  g_test_add_func ("/metastyle/veiled-surround", test_veiled_surround);
  g_test_add_func ("/metastyle/veiled-slope", test_veiled_slope);
  g_test_add_func ("/metastyle/golden", test_golden);
  g_test_add_func ("/metastyle/golden-all", test_golden_all);
  g_test_add_func ("/metastyle/tiles", test_tiles);
  g_test_add_func ("/metastyle/strength-zero", test_strength_zero);
  g_test_add_func ("/metastyle/invisible", test_invisible);
  g_test_add_func ("/metastyle/learning", test_learning);
  g_test_add_func ("/metastyle/others", test_others);
  g_test_add_func ("/metastyle/old-style", test_old_style);
  g_test_add_func ("/metastyle/stopped", test_stopped);
  g_test_add_func ("/metastyle/large", test_large);
  g_test_add_func ("/metastyle/flat", test_flat);
  g_test_add_func ("/metastyle/cutout", test_cutout);
  g_test_add_func ("/metastyle/surround", test_surround);
  g_test_add_func ("/metastyle/opaque", test_opaque);
  g_test_add_func ("/metastyle/cancel", test_cancel);
  g_test_add_func ("/metastyle/work", test_work);
  g_test_add_func ("/metastyle/memory", test_memory);
  g_test_add_func ("/metastyle/starvation", test_starvation);

  return g_test_run ();
}
