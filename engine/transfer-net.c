/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Like a convnet, a run first goes backwards to learn what every layer has to compute, and
 * then forwards.  A frozen normalisation is a gain and a bias per channel, which go into the
 * convolution before it. */
#include "transfer-net.h"
#include "error.h"
#include "kernels.h"
#include "moments.h"
#include "simd.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

enum { LEVELS = 3 };

typedef struct
{
  const char     *name;
  ScumbleConvForm form;
  int             kernel;
  int             stride;
  int             in;    /* channels, in multiples of the base width; 0 for a picture's 3 */
  int             out;
  int             level; /* of the output: how often the picture's sides were halved */
  gboolean        relu;
  gboolean        skip;  /* whether the input of the layer before is added */
} Row;

#define ANY(name, kernel, stride, in, out, level) \
  { name, SCUMBLE_CONV_ANY, kernel, stride, in, out, level, TRUE, FALSE }
#define BLOCK(n)                                                         \
  { "block" n "_a", SCUMBLE_CONV_PLAIN, 3, 1, 4, 4, 2, TRUE, FALSE },    \
  { "block" n "_b", SCUMBLE_CONV_PLAIN, 3, 1, 4, 4, 2, FALSE, TRUE }
#define UP(name, in, out, level) \
  { name, SCUMBLE_CONV_UP, 3, 1, in, out, level, TRUE, FALSE }

static const Row rows[SCUMBLE_TRANSFER_LAYERS] = {
  ANY ("first", 9, 1, 0, 1, 0),
  ANY ("down1", 3, 2, 1, 2, 1),
  ANY ("down2", 3, 2, 2, 4, 2),
  BLOCK ("1"),
  BLOCK ("2"),
  BLOCK ("3"),
  BLOCK ("4"),
  BLOCK ("5"),
  UP ("up1", 4, 2, 1),
  UP ("up2", 2, 1, 0),
  { "last", SCUMBLE_CONV_ANY, 9, 1, 1, 0, 0, FALSE, FALSE },
};

struct _ScumbleTransfer
{
  int         base;
  ScumbleConv convs[SCUMBLE_TRANSFER_LAYERS];
};

/* What is needed of a layer's input plane. */
typedef struct
{
  ScumbleRect rect;
  ScumbleRect at; /* with the border around it */
  int         w;  /* of the whole plane */
  int         h;
} Extent;

/* What the normalisations find, to be frozen. */
typedef struct
{
  const float *parameters;
  int          base;
  float       *weights[LEVELS]; /* how visible the planes' cells are; NULL if all are */
  float       *gain[SCUMBLE_TRANSFER_LAST];
  float       *bias[SCUMBLE_TRANSFER_LAST];
} Measure;

/* Three buffers take the layers' inputs in turn, so that a block's input outlives it; the
 * fourth is the kernels' own. */
enum { INPUTS = 3, SCRATCH = INPUTS, BUFFERS };

typedef struct
{
  const ScumbleConv *convs;
  const Extent      *extents;
  float             *buffers[BUFFERS];
  Measure           *measure; /* NULL when the normalisations are frozen */
  const ScumbleJob  *job;
} Run;

ScumbleTransferLayer
scumble_transfer_layer (int base, int i)
{
  ScumbleTransferLayer layer = { .end = 0 };

  for (int k = 0; k <= i; k++)
    {
      const Row *row = &rows[k];

      layer.name    = row->name;
      layer.c_in    = row->in > 0 ? row->in * base : 3;
      layer.c_out   = row->out > 0 ? row->out * base : 3;
      layer.kernel  = row->kernel;
      layer.stride  = row->stride;
      layer.up      = row->form == SCUMBLE_CONV_UP;
      layer.skip    = row->skip;
      layer.weights = layer.end;
      layer.scale   = layer.weights + (gsize) layer.c_out * (gsize) layer.c_in *
                                        (gsize) (row->kernel * row->kernel);
      layer.shift   = k < SCUMBLE_TRANSFER_LAST ? layer.scale + (gsize) layer.c_out
                                                : layer.scale;
      layer.end     = layer.shift + (gsize) layer.c_out;
    }

  return layer;
}

/* Ten times the paper's widest at most: an int holds all sizes. */
int
scumble_transfer_base (const ScumbleSafetensors *file, const char *prefix, GError **error)
{
  g_autofree char *name = g_strconcat (prefix, ".first.weight", NULL);
  int              shape[4];

  if (!scumble_safetensors_shape (file, name, 4, shape, error))
    return 0;
  if (shape[0] >= 1 && shape[0] <= 320)
    return shape[0];

  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL,
               _("The model file \"%s\" does not fit the network: its base width is %d where "
                 "1 to 320 is allowed."), scumble_safetensors_path (file), shape[0]);
  return 0;
}

gsize
scumble_transfer_count (int base)
{
  return scumble_transfer_layer (base, SCUMBLE_TRANSFER_LAST).end;
}

/* A plane's channels as the kernels like them best; the ones added carry zeros. */
static int
padded_channels (int base, int times)
{
  return times == 0 ? 3 : SCUMBLE_PANEL * scumble_panels (base * times);
}

static ScumbleConv
plan_conv (int base, int i)
{
  return (ScumbleConv) { .form   = rows[i].form,
                         .c_in   = padded_channels (base, rows[i].in),
                         .c_out  = padded_channels (base, rows[i].out),
                         .simd   = scumble_simd_best (),
                         .kernel = rows[i].kernel,
                         .stride = rows[i].stride };
}

/* Makes layer @i with its results times @gain and plus @bias; @gain is %NULL for 1. */
static void
make_conv (ScumbleConv *conv, int base, int i, const float *parameters, const float *gain,
           const float *bias)
{
  const ScumbleTransferLayer layer   = scumble_transfer_layer (base, i);
  const gsize                cells   = (gsize) (layer.kernel * layer.kernel);
  const float               *from    = parameters + layer.weights;
  g_autofree float          *weights = NULL;
  g_autofree float          *padded  = NULL;

  *conv   = plan_conv (base, i);
  weights = g_new0 (float, (gsize) conv->c_out * (gsize) conv->c_in * cells);
  padded  = g_new0 (float, conv->c_out);
  for (int o = 0; o < layer.c_out; o++)
    {
      float *to = weights + (gsize) o * (gsize) conv->c_in * cells;

      for (gsize k = 0; k < (gsize) layer.c_in * cells; k++)
        to[k] = from[k] * (gain != NULL ? gain[o] : 1.0f);
      from += (gsize) layer.c_in * cells;
      padded[o] = bias != NULL ? bias[o] : 0.0f;
    }

  scumble_conv_init (conv, weights, padded);
}

/* The input cells that a layer reads for the output cells @out, border included. */
static ScumbleRect
reach (const Row *row, ScumbleRect out)
{
  const int n = row->kernel / 2;
  const int x1 = (out.x + out.w + 1) / 2, y1 = (out.y + out.h + 1) / 2;

  if (row->form == SCUMBLE_CONV_UP)
    return scumble_rect_grow ((ScumbleRect) { out.x / 2, out.y / 2, x1 - out.x / 2,
                                              y1 - out.y / 2 }, 1);

  return (ScumbleRect) { row->stride * out.x - n, row->stride * out.y - n,
                         row->stride * (out.w - 1) + row->kernel,
                         row->stride * (out.h - 1) + row->kernel };
}

/* Fills @extents, one more than there are layers. */
static void
walk (int plane_w, int plane_h, ScumbleRect out, Extent *extents)
{
  extents[0] = (Extent) { .w = plane_w, .h = plane_h };
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      extents[i + 1].w = plane_w >> rows[i].level;
      extents[i + 1].h = plane_h >> rows[i].level;
    }

  extents[SCUMBLE_TRANSFER_LAYERS].rect = out;
  extents[SCUMBLE_TRANSFER_LAYERS].at   = out;
  for (int i = SCUMBLE_TRANSFER_LAST; i >= 0; i--)
    {
      const ScumbleRect plane = { 0, 0, extents[i].w, extents[i].h };

      extents[i].at   = reach (&rows[i], extents[i + 1].rect);
      extents[i].rect = scumble_rect_intersect (extents[i].at, plane);
    }
}

static gsize
tensor_bytes (ScumbleRect rect, int c)
{
  return ((gsize) rect.w * (gsize) rect.h * (gsize) c * sizeof (float) + 63) / 64 * 64;
}

static void
buffer_sizes (int base, const Extent *extents, int threads, gsize sizes[BUFFERS])
{
  memset (sizes, 0, BUFFERS * sizeof *sizes);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleConv conv  = plan_conv (base, i);
      const gsize       bytes = tensor_bytes (extents[i].at, conv.c_in);

      sizes[i % INPUTS] = MAX (sizes[i % INPUTS], bytes);
      sizes[SCRATCH]    = MAX (sizes[SCRATCH], scumble_conv_scratch (&conv, threads));
    }
}

gsize
scumble_transfer_room (int base, int w, int h, int threads)
{
  /* Far from any border, and odd, so that upsampling reaches for most. */
  enum { FAR = (1 << 18) + 1, PLANE = 1 << 24 };
  Extent extents[SCUMBLE_TRANSFER_LAYERS + 1];
  gsize  sizes[BUFFERS];
  gsize  total;

  walk (PLANE, PLANE, (ScumbleRect) { FAR, FAR, w, h }, extents);
  buffer_sizes (base, extents, threads, sizes);
  /* Reading takes 3 + 4 floats a pixel, and what is visible 1 + 1/4 + 1/16 more. */
  total = tensor_bytes (extents[0].rect, 9) + 4096;
  for (int i = 0; i < BUFFERS; i++)
    total += sizes[i];

  return total;
}

double
scumble_transfer_work (int base, const ScumblePicture *picture, const ScumbleRect *rect)
{
  Extent extents[SCUMBLE_TRANSFER_LAYERS + 1];
  double work = 0.0;

  walk (picture->w, picture->h, *rect, extents);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (base, i);
      const ScumbleRect          made  = extents[i + 1].rect;

      work += (double) (layer.kernel * layer.kernel) * layer.c_in * layer.c_out * made.w *
              made.h;
    }

  return work;
}

/* Where a plane of @n cells is continued at @i; upsampled, the cell at its edge is beside
 * the edge too. */
static int
continued (const Row *row, int i, int n)
{
  if (row->form == SCUMBLE_CONV_UP)
    return CLAMP (i, 0, n - 1);

  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* Fills the cells of @x, the input of @row, that are outside of the plane. */
static void
fill_border (const Row *row, const ScumbleTensor *x, const Extent *extent)
{
  const ScumbleRect at   = extent->at;
  const ScumbleRect in   = extent->rect;
  const gsize       cell = (gsize) x->c * sizeof (float);

  for (int i = in.y; i < in.y + in.h; i++)
    for (int j = at.x; j < at.x + at.w; j++)
      if (j < 0 || j >= extent->w)
        memcpy (scumble_tensor_at (x, i - at.y, j - at.x),
                scumble_tensor_at (x, i - at.y, continued (row, j, extent->w) - at.x), cell);

  for (int i = at.y; i < at.y + at.h; i++)
    if (i < 0 || i >= extent->h)
      memcpy (scumble_tensor_at (x, i - at.y, 0),
              scumble_tensor_at (x, continued (row, i, extent->h) - at.y, 0),
              cell * (gsize) at.w);
}

/* The input of layer @i, border included. */
static ScumbleTensor
input_tensor (const Run *run, int i)
{
  const ScumbleRect at = run->extents[i].at;
  const int         c  = run->convs[i].c_in;

  return (ScumbleTensor) { run->buffers[i % INPUTS], at.h, at.w, c,
                           (gsize) at.w * (gsize) c };
}

/* The part of it that lies on the cells @rect of the plane. */
static ScumbleTensor
input_part (const Run *run, int i, ScumbleRect rect)
{
  const ScumbleTensor x  = input_tensor (run, i);
  const ScumbleRect   at = run->extents[i].at;

  return scumble_tensor_view (&x, rect.y - at.y, rect.x - at.x, rect.h, rect.w);
}

static void
run_conv (const Run *run, int i, const ScumbleTensor *y)
{
  const ScumbleTensor x  = input_tensor (run, i);
  const ScumbleRect   at = run->extents[i].at, to = run->extents[i + 1].rect;

  if (run->convs[i].form == SCUMBLE_CONV_UP)
    scumble_conv3x3_up (&run->convs[i], &x, to.y - 2 * (at.y + 1), to.x - 2 * (at.x + 1), y,
                        run->buffers[SCRATCH], run->job->threads);
  else
    scumble_conv3x3 (&run->convs[i], &x, y, run->buffers[SCRATCH], run->job->threads);
}

static void
rectify (const ScumbleTensor *x, int threads)
{
#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (x, threads))
  for (int i = 0; i < x->h; i++)
    {
      float *row = scumble_tensor_at (x, i, 0);

      for (int k = 0; k < x->w * x->c; k++)
        row[k] = row[k] > 0.0f ? row[k] : 0.0f;
    }
}

static void
add (const ScumbleTensor *x, const ScumbleTensor *y, int threads)
{
#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (y, threads))
  for (int i = 0; i < y->h; i++)
    {
      const float *from = scumble_tensor_at (x, i, 0);
      float       *to   = scumble_tensor_at (y, i, 0);

      for (int k = 0; k < y->w * y->c; k++)
        to[k] += from[k];
    }
}

/* Normalises layer @i's results by their own statistics, and notes how. */
static void
normalise (const Run *run, int i, const ScumbleTensor *y)
{
  const Measure             *measure = run->measure;
  const ScumbleTransferLayer layer   = scumble_transfer_layer (measure->base, i);
  const float               *scale   = measure->parameters + layer.scale;
  const float               *shift   = measure->parameters + layer.shift;
  g_autofree float          *mean    = g_new (float, y->c);
  g_autofree float          *std     = g_new (float, y->c);
  ScumbleMoments             moments;

  scumble_moments_init (&moments, y->c);
  scumble_moments_add (&moments, y, measure->weights[rows[i].level], run->job->threads);
  scumble_moments_get_biased (&moments, mean, std);
  scumble_moments_clear (&moments);

  for (int k = 0; k < layer.c_out; k++)
    {
      measure->gain[i][k] = scale[k] / std[k];
      measure->bias[i][k] = shift[k] - measure->gain[i][k] * mean[k];
    }
  scumble_affine (y, measure->gain[i], measure->bias[i], y, run->job->threads);
  if (rows[i].relu)
    rectify (y, run->job->threads);
}

/* Runs @n layers, the first of whose input lies ready; the last of all writes to @out. */
static gboolean
run_layers (const Run *run, int n, const ScumbleTensor *out, GError **error)
{
  for (int i = 0; i < n; i++)
    {
      const ScumbleTensor x = input_tensor (run, i);
      const ScumbleRect   to = run->extents[i + 1].rect;
      const ScumbleTensor y = i < SCUMBLE_TRANSFER_LAST ? input_part (run, i + 1, to) : *out;

      if (!scumble_job_go_on (run->job, error))
        return FALSE;

      fill_border (&rows[i], &x, &run->extents[i]);
      run_conv (run, i, &y);
      if (run->measure != NULL)
        normalise (run, i, &y);
      if (rows[i].skip)
        {
          const ScumbleTensor before = input_part (run, i - 1, to);

          add (&before, &y, run->job->threads);
        }
    }

  return TRUE;
}

static gboolean
take_buffers (Run *run, int base, GError **error)
{
  gsize sizes[BUFFERS];

  buffer_sizes (base, run->extents, run->job->threads, sizes);
  for (int i = 0; i < BUFFERS; i++)
    {
      run->buffers[i] = scumble_arena_take (run->job->arena, sizes[i], error);
      if (run->buffers[i] == NULL)
        return FALSE;
    }

  return TRUE;
}

/* Reads the first layer's input. */
static gboolean
read_input (const Run *run, const ScumblePicture *picture, float *alpha, GError **error)
{
  const ScumbleRect   rect = run->extents[0].rect;
  const ScumbleTensor x    = input_part (run, 0, rect);
  const gsize         mark = scumble_arena_mark (run->job->arena);
  ScumbleTensor       rgb;
  gboolean            done;

  done = scumble_arena_tensor (run->job->arena, rect.h, rect.w, 3, &rgb, error) &&
         scumble_picture_read (picture, rect, rgb.data, alpha, run->job, error);
  if (done)
    scumble_copy (&rgb, &x);
  scumble_arena_release (run->job->arena, mark);

  return done;
}

/* [2 h, 2 w] -> [h, w]: the means of 2x2 cells. */
static void
halve_weights (const float *from, float *to, gsize w, gsize h)
{
  for (gsize i = 0; i < h; i++)
    for (gsize j = 0; j < w; j++)
      {
        const float *cell = from + 4 * i * w + 2 * j;

        to[i * w + j] = (cell[0] + cell[1] + cell[2 * w] + cell[2 * w + 1]) / 4.0f;
      }
}

static gboolean
measure_layers (Run *run, const ScumblePicture *picture, GError **error)
{
  Measure *measure = run->measure;

  for (int k = 0; k < LEVELS && picture->fill != NULL; k++)
    {
      measure->weights[k] = scumble_arena_take (run->job->arena,
                                                sizeof (float) * (gsize) (picture->w >> k) *
                                                (gsize) (picture->h >> k), error);
      if (measure->weights[k] == NULL)
        return FALSE;
    }
  if (!read_input (run, picture, measure->weights[0], error))
    return FALSE;
  for (int k = 1; k < LEVELS && picture->fill != NULL; k++)
    halve_weights (measure->weights[k - 1], measure->weights[k], (gsize) (picture->w >> k),
                   (gsize) (picture->h >> k));

  return run_layers (run, SCUMBLE_TRANSFER_LAST, NULL, error);
}

static ScumbleTransfer *
freeze (int base, const float *parameters, const Measure *measure)
{
  ScumbleTransfer *transfer = g_new (ScumbleTransfer, 1);

  transfer->base = base;
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      const gboolean last = i == SCUMBLE_TRANSFER_LAST;

      make_conv (&transfer->convs[i], base, i, parameters, last ? NULL : measure->gain[i],
                 last ? parameters + scumble_transfer_layer (base, i).shift
                      : measure->bias[i]);
      transfer->convs[i].relu = rows[i].relu;
    }

  return transfer;
}

ScumbleTransfer *
scumble_transfer_new (int base, const float *parameters, const ScumblePicture *picture,
                      const ScumbleJob *job, GError **error)
{
  const gsize      mark     = scumble_arena_mark (job->arena);
  ScumbleTransfer *transfer = NULL;
  ScumbleConv      plain[SCUMBLE_TRANSFER_LAYERS];
  Extent           extents[SCUMBLE_TRANSFER_LAYERS + 1];
  Measure          measure  = { .parameters = parameters, .base = base };
  Run              run      = { plain, extents, { NULL }, &measure, job };

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    make_conv (&plain[i], base, i, parameters, NULL, NULL);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      measure.gain[i] = g_new0 (float, plain[i].c_out);
      measure.bias[i] = g_new0 (float, plain[i].c_out);
    }

  walk (picture->w, picture->h, (ScumbleRect) { 0, 0, picture->w, picture->h }, extents);
  if (take_buffers (&run, base, error) && measure_layers (&run, picture, error))
    transfer = freeze (base, parameters, &measure);
  scumble_arena_release (job->arena, mark);

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    scumble_conv_clear (&plain[i]);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      g_free (measure.gain[i]);
      g_free (measure.bias[i]);
    }

  return transfer;
}

void
scumble_transfer_free (ScumbleTransfer *transfer)
{
  if (transfer == NULL)
    return;

  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    scumble_conv_clear (&transfer->convs[i]);
  g_free (transfer);
}

void
scumble_transfer_squash (float *rgb, gsize n)
{
  for (gsize i = 0; i < n; i++)
    rgb[i] = CLAMP (1.0f / (1.0f + expf (-rgb[i])), 0.0f, 1.0f);
}

gboolean
scumble_transfer_run (const ScumbleTransfer *transfer, const ScumblePicture *picture,
                      const ScumbleRect *rect, float *rgb, const ScumbleJob *job,
                      GError **error)
{
  const gsize         mark = scumble_arena_mark (job->arena);
  const ScumbleTensor out  = { rgb, rect->h, rect->w, 3, 3 * (gsize) rect->w };
  Extent              extents[SCUMBLE_TRANSFER_LAYERS + 1];
  Run                 run  = { transfer->convs, extents, { NULL }, NULL, job };
  gboolean            done;

  walk (picture->w, picture->h, *rect, extents);
  done = take_buffers (&run, transfer->base, error) &&
         read_input (&run, picture, NULL, error) &&
         run_layers (&run, SCUMBLE_TRANSFER_LAYERS, &out, error);
  scumble_arena_release (job->arena, mark);

  return done;
}
