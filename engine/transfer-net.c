/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Like a convnet, a run first goes backwards to learn what every layer has to compute, and
 * then forwards.  A frozen normalisation is a gain and a bias per channel, which go into the
 * convolution before it. */
#include "transfer-net.h"
#include "error.h"
#include "grain.h"
#include "kernels.h"
#include "mark.h"
#include "moments.h"
#include "simd-grad.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

enum { LEVELS = 3 };

/* Ways to measure: what is kept, times six sizes of tiles and the job's own. */
enum { MANNERS = (LEVELS + 1) * 7 };

/* How many times as much as painting the picture measuring it may be, before it is better to
 * ask for more memory. Without coarse planes it is 10 to 60 times, with them it is about 1. */
enum { PATIENCE = 16 };

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
  float       grain;
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

/* Three buffers take the layers' inputs in turn, so that a block's input outlives it; the
 * fourth is the kernels' own. */
enum { INPUTS = 3, SCRATCH = INPUTS, BUFFERS };

/* Some layers, one after the other, for a rectangle of the last one's output. */
typedef struct
{
  const ScumbleConv *convs;
  float              grain;
  int                from;
  int                to;
  Extent             extents[SCUMBLE_TRANSFER_LAYERS + 1];
  float             *buffers[BUFFERS];
  const ScumbleJob  *job;
} Run;

/* How normalisations are measured: which layers' results are kept for the layers after them,
 * and the edge of a tile in pixels. */
typedef struct
{
  int finest; /* level of the finest planes that are kept; LEVELS for none */
  int edge;
} Manner;

/* The measuring of one layer's normalisation, all before it being frozen. */
typedef struct
{
  int                   base;
  const float          *parameters;
  const ScumblePicture *picture;
  Manner                manner;
  float                *planes[INPUTS]; /* kept results take turns, as inputs do */
  ScumbleTransfer      *transfer;
  int                   layer;
  ScumbleMoments        moments;
  const ScumbleJob     *job;
} Measure;

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

  scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                     N_("The model file \"%s\" does not fit the network: its base "
                        "width is %d where 1 to 320 is allowed."),
                     scumble_safetensors_path (file), shape[0]);
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

/* Gives layer @i its weights, with its results times @gain and plus @bias; @gain is %NULL for 1.
 * A layer that has weights already keeps their memory: the kernel takes longer to clear pages
 * than all threads together to fill them. */
static void
make_conv (ScumbleConv *conv, int base, int i, const float *parameters, const float *gain,
           const float *bias, int threads)
{
  const ScumbleTransferLayer layer   = scumble_transfer_layer (base, i);
  const gssize               cells   = layer.kernel * layer.kernel;
  const gsize                n       = (gsize) (cells * layer.c_in); /* of a channel out */
  const float               *from    = parameters + layer.weights;
  const int                  useful  = scumble_useful_threads (16.0 * (double) n * layer.c_out,
                                                               threads);
  g_autofree float          *weights = NULL;

  if (conv->weights == NULL)
    {
      *conv = plan_conv (base, i);
      scumble_conv_alloc (conv, threads);
    }
  if (gain != NULL)
    {
      weights = g_new (float, n * (gsize) layer.c_out);
#pragma omp parallel for schedule(static) num_threads(useful)
      for (int o = 0; o < layer.c_out; o++)
        for (gsize k = 0; k < n; k++)
          weights[(gsize) o * n + k] = from[(gsize) o * n + k] * gain[o];
      from = weights;
    }

  scumble_conv_set (conv, &(ScumbleKernels) { from, layer.c_out, layer.c_in, (gssize) n, cells, 1 },
                    bias, threads);
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

/* Fills the extents of @run, up to one more than there are layers. */
static void
walk (Run *run, int plane_w, int plane_h, ScumbleRect out)
{
  Extent *extents = run->extents;

  extents[0] = (Extent) { .w = plane_w, .h = plane_h };
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    {
      extents[i + 1].w = plane_w >> rows[i].level;
      extents[i + 1].h = plane_h >> rows[i].level;
    }

  extents[run->to + 1].rect = out;
  extents[run->to + 1].at   = out;
  for (int i = run->to; i >= run->from; i--)
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
buffer_sizes (const Run *run, int base, int threads, gsize sizes[BUFFERS])
{
  memset (sizes, 0, BUFFERS * sizeof *sizes);
  for (int i = run->from; i <= run->to; i++)
    {
      const ScumbleConv conv  = plan_conv (base, i);
      const gsize       bytes = tensor_bytes (run->extents[i].at, conv.c_in);

      sizes[i % INPUTS] = MAX (sizes[i % INPUTS], bytes);
      sizes[SCRATCH]    = MAX (sizes[SCRATCH], scumble_conv_scratch (&conv, threads));
    }
}

/* The most bytes that the layers @from to @to take for @w x @h cells. */
static gsize
run_room (int base, int from, int to, int w, int h, int threads)
{
  /* Far from any border, and odd, so that upsampling reaches for most. */
  enum { FAR = (1 << 18) + 1, PLANE = 1 << 24 };
  Run   run   = { .from = from, .to = to };
  gsize total = 4096;
  gsize sizes[BUFFERS];

  walk (&run, PLANE, PLANE, (ScumbleRect) { FAR, FAR, w, h });
  buffer_sizes (&run, base, threads, sizes);
  for (int i = 0; i < BUFFERS; i++)
    total += sizes[i];

  /* Reading the picture takes 3 + 4 floats a pixel. */
  return from == 0 ? total + tensor_bytes (run.extents[0].rect, 7) : total;
}

gsize
scumble_transfer_room (int base, int w, int h, int threads)
{
  return run_room (base, 0, SCUMBLE_TRANSFER_LAST, w, h, threads);
}

static double
run_work (int base, const Run *run)
{
  double work = 0.0;

  for (int i = run->from; i <= run->to; i++)
    {
      const ScumbleTransferLayer layer = scumble_transfer_layer (base, i);
      const ScumbleRect          made  = run->extents[i + 1].rect;

      work += (double) (layer.kernel * layer.kernel) * layer.c_in * layer.c_out * made.w *
              made.h;
    }

  return work;
}

double
scumble_transfer_work (int base, const ScumblePicture *picture, const ScumbleRect *rect)
{
  Run run = { .from = 0, .to = SCUMBLE_TRANSFER_LAST };

  walk (&run, picture->w, picture->h, *rect);
  return run_work (base, &run);
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
    for (int j = at.x; j < at.x + at.w; j = j == in.x - 1 ? in.x + in.w : j + 1)
      if (j < in.x || j >= in.x + in.w)
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

/* Runs the layers, the first of whose input lies ready; the last writes to @out, to which
 * nothing is added if it ends a block. */
static gboolean
run_layers (const Run *run, const ScumbleTensor *out, GError **error)
{
  for (int i = run->from; i <= run->to; i++)
    {
      const ScumbleTensor x  = input_tensor (run, i);
      const ScumbleRect   to = run->extents[i + 1].rect;
      const ScumbleTensor y  = i < run->to ? input_part (run, i + 1, to) : *out;

      if (!scumble_job_go_on (run->job, error))
        return FALSE;

      fill_border (&rows[i], &x, &run->extents[i]);
      run_conv (run, i, &y);
      if (rows[i].skip && i < run->to)
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

  buffer_sizes (run, base, run->job->threads, sizes);
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
read_input (const Run *run, const ScumblePicture *picture, GError **error)
{
  const ScumbleRect   rect  = run->extents[0].rect;
  const ScumbleTensor x     = input_part (run, 0, rect);
  const ScumbleGrain  grain = { run->grain, rect.x, rect.y, picture->source };
  const gsize         mark  = scumble_arena_mark (run->job->arena);
  ScumbleTensor       rgb;
  gboolean            done;

  done = scumble_arena_tensor (run->job->arena, rect.h, rect.w, 3, &rgb, error) &&
         scumble_picture_read (picture, rect, rgb.data, NULL, run->job, error);
  if (done)
    {
      scumble_grain_add (&rgb, &grain, run->job->threads);
      scumble_copy (&rgb, &x, run->job->threads);
    }
  scumble_arena_release (run->job->arena, mark);

  return done;
}

/* Whether layer @i's normalised results are kept; nothing is measured after up2. */
static gboolean
is_kept (Manner manner, int i)
{
  return i >= 0 && i < SCUMBLE_TRANSFER_LAST - 1 && rows[i].level >= manner.finest;
}

/* Where computing layer @i begins: at the picture, or at the last results that are kept. */
static int
begin_at (Manner manner, int i)
{
  int from = i;

  while (from > 0 && !is_kept (manner, from - 1))
    from--;

  return from;
}

/* Takes the place of the results of the third layer before it. */
static ScumbleTensor
kept_plane (const Measure *measure, int i)
{
  const int w = measure->picture->w >> rows[i].level, h = measure->picture->h >> rows[i].level;
  const int c = padded_channels (measure->base, rows[i].out);

  return (ScumbleTensor) { measure->planes[i % INPUTS], h, w, c, (gsize) w * (gsize) c };
}

static void
plane_sizes (int base, const ScumblePicture *picture, Manner manner, gsize sizes[INPUTS])
{
  memset (sizes, 0, INPUTS * sizeof *sizes);
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    if (is_kept (manner, i))
      {
        const ScumbleRect whole = { 0, 0, picture->w >> rows[i].level,
                                    picture->h >> rows[i].level };
        const gsize       bytes = tensor_bytes (whole, padded_channels (base, rows[i].out));

        sizes[i % INPUTS] = MAX (sizes[i % INPUTS], bytes);
      }
}

/* A layer of a small tile is done sooner than other threads have woken up. */
static int
manner_threads (Manner manner, int threads)
{
  enum { SMALL = 64 };

  return manner.edge > SMALL ? threads : 1;
}

/* What measuring takes: planes, and the most that a tile of any layer does. */
static gsize
manner_room (int base, const ScumblePicture *picture, Manner manner, int most_threads)
{
  const int threads = manner_threads (manner, most_threads);
  gsize     total   = 0, most = 0;
  gsize     sizes[INPUTS];

  plane_sizes (base, picture, manner, sizes);
  for (int i = 0; i < INPUTS; i++)
    total += sizes[i];

  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      const int         level = rows[i].level;
      const ScumbleRect tile  = { 0, 0, MIN (manner.edge, picture->w),
                                  MIN (manner.edge, picture->h) };
      const ScumbleRect cells = { 0, 0, tile.w >> level, tile.h >> level };
      gsize             room  = run_room (base, begin_at (manner, i), i, cells.w, cells.h,
                                          threads);

      if (!is_kept (manner, i))
        room += tensor_bytes (cells, padded_channels (base, rows[i].out));
      /* Weights, and the pixels that they are taken from. */
      if (picture->fill != NULL)
        room += tensor_bytes (cells, 1) + tensor_bytes (tile, 8) + 256;
      most = MAX (most, room);
    }

  return total + most;
}

/* About the multiply-adds of measuring: as if all tiles were like the one in the middle. */
static double
manner_work (int base, const ScumblePicture *picture, Manner manner)
{
  const int    w    = MIN (manner.edge, picture->w), h = MIN (manner.edge, picture->h);
  const double area = (double) picture->w * picture->h;
  double       work = 0.0;

  for (int i = 0; i < SCUMBLE_TRANSFER_LAST; i++)
    {
      const int         level = rows[i].level;
      const ScumbleRect cells = { (picture->w - w) / 2 >> level, (picture->h - h) / 2 >> level,
                                  w >> level, h >> level };
      Run               run   = { .from = begin_at (manner, i), .to = i };

      walk (&run, picture->w, picture->h, cells);
      work += run_work (base, &run) * area / ((double) w * h);
    }

  return work;
}

/* All manners that a job can choose from; returns how many. */
static guint
list_manners (const ScumbleJob *job, Manner manners[MANNERS])
{
  const int most = MAX (job->tile / SCUMBLE_TRANSFER_ALIGN, 1) * SCUMBLE_TRANSFER_ALIGN;
  guint     n    = 0;

  for (int finest = 0; finest <= LEVELS; finest++)
    {
      if (job->tile > 0)
        manners[n++] = (Manner) { finest, most };
      for (int edge = 512; edge >= SCUMBLE_TRANSFER_ALIGN; edge /= 2)
        if (job->tile == 0 || edge < most)
          manners[n++] = (Manner) { finest, edge };
    }

  return n;
}

/* The manner with the least work that fits; if none does, the one that takes least. Less is
 * computed again where more is kept, and in larger tiles, which leave less room for that. */
static Manner
choose_manner (int base, const ScumblePicture *picture, gsize allowance,
               const ScumbleJob *job)
{
  Manner      manners[MANNERS];
  const guint n     = list_manners (job, manners);
  Manner      best  = manners[n - 1];
  double      least = HUGE_VAL;

  for (guint i = 0; i < n; i++)
    {
      const double work = manner_work (base, picture, manners[i]);

      if (work >= least ||
          manner_room (base, picture, manners[i], job->threads) > allowance)
        continue;
      best  = manners[i];
      least = work;
    }

  return best;
}

gsize
scumble_transfer_new_least (int base, const ScumblePicture *picture, const ScumbleJob *job)
{
  const ScumbleRect whole = { 0, 0, picture->w, picture->h };
  const double      most  = PATIENCE * scumble_transfer_work (base, picture, &whole);
  gsize             least = G_MAXSIZE;
  Manner            manners[MANNERS];
  const guint       n     = list_manners (job, manners);

  for (guint i = 0; i < n; i++)
    if (manner_work (base, picture, manners[i]) <= most)
      least = MIN (least, manner_room (base, picture, manners[i], job->threads));

  return least;
}

gsize
scumble_transfer_new_room (int base, const ScumblePicture *picture, gsize allowance,
                           const ScumbleJob *job)
{
  return manner_room (base, picture, choose_manner (base, picture, allowance, job),
                      job->threads);
}

static gboolean
take_planes (Measure *measure, GError **error)
{
  gsize sizes[INPUTS];

  plane_sizes (measure->base, measure->picture, measure->manner, sizes);
  for (int i = 0; i < INPUTS; i++)
    {
      measure->planes[i] = scumble_arena_take (measure->job->arena, sizes[i], error);
      if (measure->planes[i] == NULL)
        return FALSE;
    }

  return TRUE;
}

static ScumbleRect
cells_of (const ScumbleRect *tile, int level)
{
  return (ScumbleRect) { tile->x >> level, tile->y >> level, tile->w >> level,
                         tile->h >> level };
}

/* The run that computes the measured layer in a tile. */
static Run
run_of (const Measure *measure, const ScumbleRect *tile)
{
  const int i   = measure->layer;
  Run       run = { .from = begin_at (measure->manner, i), .to = i, .job = measure->job };

  if (measure->transfer != NULL)
    {
      run.convs = measure->transfer->convs;
      run.grain = measure->transfer->grain;
    }
  walk (&run, measure->picture->w, measure->picture->h, cells_of (tile, rows[i].level));

  return run;
}

/* How visible the cells of a tile are; NULL if all are. */
static gboolean
weigh (const Measure *measure, const ScumbleRect *tile, float **weights, GError **error)
{
  const ScumbleRect cells = cells_of (tile, rows[measure->layer].level);
  ScumbleArena     *arena = measure->job->arena;
  ScumbleTensor     rgb, alpha, seen;

  *weights = NULL;
  if (measure->picture->fill == NULL)
    return TRUE;

  if (!scumble_arena_tensor (arena, cells.h, cells.w, 1, &seen, error) ||
      !scumble_arena_tensor (arena, tile->h, tile->w, 3, &rgb, error) ||
      !scumble_arena_tensor (arena, tile->h, tile->w, 1, &alpha, error) ||
      !scumble_picture_read (measure->picture, *tile, rgb.data, alpha.data, measure->job,
                             error))
    return FALSE;

  scumble_picture_average_alpha (alpha.data, *tile, cells, 1 << rows[measure->layer].level,
                                 seen.data);
  *weights = seen.data;

  return TRUE;
}

/* The input of a run, from the picture or from results that are kept. */
static gboolean
fetch_input (const Measure *measure, const Run *run, GError **error)
{
  const ScumbleRect rect = run->extents[run->from].rect;
  ScumbleTensor     plane, part, x;

  if (run->from == 0)
    return read_input (run, measure->picture, error);

  plane = kept_plane (measure, run->from - 1);
  part  = scumble_tensor_view (&plane, rect.y, rect.x, rect.h, rect.w);
  x     = input_part (run, run->from, rect);
  scumble_copy (&part, &x, measure->job->threads);

  return TRUE;
}

/* Where a tile's results go: to the plane that is kept of them, or to scratch. */
static gboolean
place_output (const Measure *measure, const ScumbleRect *tile, ScumbleTensor *out,
              GError **error)
{
  const int         i     = measure->layer;
  const ScumbleRect cells = cells_of (tile, rows[i].level);
  ScumbleTensor     plane;

  if (!is_kept (measure->manner, i))
    return scumble_arena_tensor (measure->job->arena, cells.h, cells.w,
                                 padded_channels (measure->base, rows[i].out), out, error);

  plane = kept_plane (measure, i);
  *out  = scumble_tensor_view (&plane, cells.y, cells.x, cells.h, cells.w);

  return TRUE;
}

static gboolean
measure_tile (const ScumbleRect *tile, gpointer user_data, GError **error)
{
  Measure      *measure = user_data;
  ScumbleArena *arena   = measure->job->arena;
  const gsize   mark    = scumble_arena_mark (arena);
  Run           run     = run_of (measure, tile);
  ScumbleTensor out;
  float        *weights;
  gboolean      done;

  done = place_output (measure, tile, &out, error) &&
         take_buffers (&run, measure->base, error) &&
         fetch_input (measure, &run, error) && run_layers (&run, &out, error) &&
         weigh (measure, tile, &weights, error);
  if (done)
    scumble_moments_add (&measure->moments, &out, weights, measure->job->threads);
  scumble_arena_release (arena, mark);

  return done;
}

/* @skip: (nullable): is added to it */
static void
normalise (const ScumbleNorm *norm, const ScumbleTensor *skip, const ScumbleTensor *y,
           int threads)
{
  const ScumbleSimdGrad *simd = scumble_simd_best ()->grad;

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (y, threads))
  for (int i = 0; i < y->h; i++)
    {
      float *row = scumble_tensor_at (y, i, 0);

      simd->normalise (norm, row, skip != NULL ? scumble_tensor_at (skip, i, 0) : NULL,
                       (gsize) y->w, (gsize) y->c, row);
    }
}

/* Freezes the measured layer, and normalises its results if they are kept. */
static void
freeze (Measure *measure)
{
  const int                  i     = measure->layer;
  ScumbleConv               *conv  = &measure->transfer->convs[i];
  const gsize                c     = (gsize) conv->c_out;
  const ScumbleTransferLayer layer = scumble_transfer_layer (measure->base, i);
  const float               *scale = measure->parameters + layer.scale;
  const float               *shift = measure->parameters + layer.shift;
  g_autofree float          *gain  = g_new0 (float, c);
  g_autofree float          *bias  = g_new0 (float, c);
  g_autofree float          *mean  = g_new (float, c);
  g_autofree float          *std   = g_new (float, c);
  ScumbleTensor              y, before;

  scumble_moments_get_biased (&measure->moments, mean, std);
  for (int k = 0; k < layer.c_out; k++)
    {
      gain[k] = scale[k] / std[k];
      bias[k] = shift[k] - gain[k] * mean[k];
    }
  make_conv (conv, measure->base, i, measure->parameters, gain, bias, measure->job->threads);
  conv->relu = rows[i].relu;
  if (!is_kept (measure->manner, i))
    return;

  y      = kept_plane (measure, i);
  before = rows[i].skip ? kept_plane (measure, i - 2) : y;
  normalise (&(ScumbleNorm) { .gain = gain, .bias = bias, .relu = rows[i].relu },
             rows[i].skip ? &before : NULL, &y, measure->job->threads);
}

static gboolean
measure_layer (Measure *measure, int i, GError **error)
{
  const ScumbleRect area = { 0, 0, measure->picture->w, measure->picture->h };
  ScumbleConv      *conv = &measure->transfer->convs[i];
  ScumbleStage      stage;
  const ScumbleJob  part = scumble_job_stage (&stage, measure->job,
                                              (double) i / SCUMBLE_TRANSFER_LAST,
                                              (i + 1.0) / SCUMBLE_TRANSFER_LAST);
  gboolean          done;

  measure->layer = i;
  make_conv (conv, measure->base, i, measure->parameters, NULL, NULL, measure->job->threads);
  scumble_moments_init (&measure->moments, conv->c_out);
  done = scumble_tiles_walk (&area, measure->manner.edge, measure_tile, measure, &part, error);
  if (done)
    freeze (measure);
  scumble_moments_clear (&measure->moments);

  return done;
}

static gboolean
measure_layers (Measure *measure, GError **error)
{
  const int   last  = SCUMBLE_TRANSFER_LAST;
  const gsize shift = scumble_transfer_layer (measure->base, last).shift;

  if (!take_planes (measure, error))
    return FALSE;
  for (int i = 0; i < last; i++)
    if (!measure_layer (measure, i, error))
      return FALSE;
  make_conv (&measure->transfer->convs[last], measure->base, last, measure->parameters, NULL,
             measure->parameters + shift, measure->job->threads);

  return TRUE;
}

ScumbleTransfer *
scumble_transfer_new (int base, const float *parameters, float grain,
                      const ScumblePicture *picture, gsize allowance, const ScumbleJob *job,
                      GError **error)
{
  const gsize      mark     = scumble_arena_mark (job->arena);
  const Manner     manner   = choose_manner (base, picture, allowance, job);
  ScumbleTransfer *transfer = g_new0 (ScumbleTransfer, 1);
  ScumbleJob       own      = *job;
  Measure          measure  = { .base = base, .parameters = parameters, .picture = picture,
                                .manner = manner, .transfer = transfer, .job = &own };

  own.threads     = manner_threads (manner, job->threads);
  transfer->base  = base;
  transfer->grain = grain;
  if (!measure_layers (&measure, error))
    g_clear_pointer (&transfer, scumble_transfer_free);
  scumble_arena_release (job->arena, mark);

  return transfer;
}

static gsize
no_room (int w, int h, gconstpointer user_data)
{
  return 0;
}

static double
layer_work (const ScumbleRect *tile, gconstpointer user_data)
{
  const Measure *measure = user_data;
  const Run      run     = run_of (measure, tile);

  return run_work (measure->base, &run);
}

double
scumble_transfer_new_work (int base, const ScumblePicture *picture, gsize allowance,
                           const ScumbleJob *job)
{
  const ScumbleRect area    = { 0, 0, picture->w, picture->h };
  ScumbleRehearsal  notes   = { .work = 0.0 };
  ScumbleJob        trial   = *job;
  Measure           measure = { .base = base, .picture = picture,
                                .manner = choose_manner (base, picture, allowance, job) };

  trial.rehearsal = &notes;
  for (measure.layer = 0; measure.layer < SCUMBLE_TRANSFER_LAST; measure.layer++)
    scumble_tiles_rehearse (&area, measure.manner.edge, no_room, layer_work, &measure, &trial,
                            NULL);

  return notes.work;
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
scumble_transfer_squash (float *rgb, gsize n, int threads)
{
  const int useful = scumble_useful_threads (16.0 * (double) n, threads);

#pragma omp parallel for schedule(static) num_threads(useful)
  for (gsize i = 0; i < n; i++)
    rgb[i] = CLAMP (1.0f / (1.0f + expf (-rgb[i])), 0.0f, 1.0f);
}

/* Runs the network up to layer @to for the cells @rect of its results. */
static gboolean
run_to (const ScumbleTransfer *transfer, const ScumblePicture *picture, int to,
        ScumbleRect rect, const ScumbleTensor *out, const ScumbleJob *job, GError **error)
{
  const gsize mark = scumble_arena_mark (job->arena);
  Run         run  = { .convs = transfer->convs, .grain = transfer->grain, .to = to,
                       .job = job };
  gboolean    done;

  walk (&run, picture->w, picture->h, rect);
  done = take_buffers (&run, transfer->base, error) &&
         read_input (&run, picture, error) && run_layers (&run, out, error);
  scumble_arena_release (job->arena, mark);

  return done;
}

gboolean
scumble_transfer_run (const ScumbleTransfer *transfer, const ScumblePicture *picture,
                      const ScumbleRect *rect, float *rgb, const ScumbleJob *job,
                      GError **error)
{
  const ScumbleTensor out = { rgb, rect->h, rect->w, 3, 3 * (gsize) rect->w };

  return run_to (transfer, picture, SCUMBLE_TRANSFER_LAST, *rect, &out, job, error);
}

gboolean
scumble_transfer_features (const ScumbleTransfer *transfer, const ScumblePicture *picture,
                           int layer, ScumbleTensor *features, const ScumbleJob *job,
                           GError **error)
{
  const ScumbleRect plane = { 0, 0, picture->w >> rows[layer].level,
                              picture->h >> rows[layer].level };

  g_return_val_if_fail (!rows[layer].skip, FALSE);

  return scumble_arena_tensor (job->arena, plane.h, plane.w,
                               padded_channels (transfer->base, rows[layer].out), features,
                               error) &&
         run_to (transfer, picture, layer, plane, features, job, error);
}
