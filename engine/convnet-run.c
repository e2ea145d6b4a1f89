/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A run goes backwards through the steps once, to learn which rectangle of every plane the
 * output depends on, and then forwards, computing just those.  A convolution finds the
 * cell of border that it needs already in its input: the neighbouring cells within the
 * plane, and reflected ones where the plane ends.  So the kernels know of no borders.
 *
 * Forwards, a plane that is no smaller than the ones before and after it never exists whole:
 * the two convolutions beside it run depth first, block by block of what the second one makes,
 * every block on one thread and the plane between them no more than a block in its cache. */
#include "convnet-private.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* Blocks have EDGE + n STEP cells of the plane between along a side: whole tiles of Winograd's
 * and whole cells of pooling, and with a border whole tiles of upsampling.  At most as many as
 * take BETWEEN bytes, about a core's second-level cache, and rather so few that there are MANY
 * blocks; of those, as many as serve FEW threads and MANY best.  How many threads there really
 * are makes no difference to them, and so none to any rounding.  SPEED.md has the measurements. */
enum { EDGE = 12, STEP = 24, BETWEEN = 1 << 20, TILE = 6, FEW = 2, MANY = 16 };

/* The inputs of groups of steps lie in two buffers in turn; the third is the kernels' own. */
enum { SCRATCH = 2, BUFFERS = 3 };

/* How many numbers a step makes of a cell. */
static double
growth (const ScumbleStep *step)
{
  return step->c_out * (scumble_step_halves (step) ? 0.25
                                                   : scumble_step_doubles (step) ? 4.0 : 1.0);
}

static gboolean
suits_blocks (const ScumbleStep *step)
{
  return step->kind == SCUMBLE_LAYER_CONV3 && scumble_conv_ready (&step->conv);
}

/* Whether the plane between step @i and the next is no smaller than those around it. */
static gboolean
is_peak (const ScumbleConvnet *net, guint i)
{
  const ScumbleStep *first = &net->steps[i], *second = first + 1;
  double             between;

  if (i + 1 >= net->n || !suits_blocks (first) || !suits_blocks (second))
    return FALSE;

  between = growth (first);
  return between >= first->c_in && first->c_out >= growth (second);
}

/* How many steps from @i on run together. */
static guint
group_length (const ScumbleConvnet *net, guint i)
{
  return is_peak (net, i) ? 2 : 1;
}

/* Two steps and how their output is cut. */
typedef struct
{
  ScumbleConvnet pair;
  int            edge; /* of a block of the plane between, without border */
  int            unit; /* of a block of the output */
  int            cols;
  int            rows;
} Cut;

static int
halved (const ScumbleStep *step, int cells)
{
  return scumble_step_halves (step) ? cells / 2 : cells;
}

static void
cut_by (Cut *cut, int edge, ScumbleRect out)
{
  cut->edge = edge;
  cut->unit = halved (&cut->pair.steps[1], edge);
  cut->cols = (out.w + cut->unit - 1) / cut->unit;
  cut->rows = (out.h + cut->unit - 1) / cut->unit;
}

/* The largest blocks that steps @i and @i + 1 may use; no more for a smaller @out. */
static Cut
cut_largest (const ScumbleConvnet *net, guint i, ScumbleRect out)
{
  const int cell = net->steps[i].c_out * (int) sizeof (float);
  Cut       cut  = { .pair = { 2, net->steps + i, TRUE } };
  int       edge = EDGE;

  while ((edge + STEP) * (edge + STEP) * cell <= BETWEEN)
    edge += STEP;
  for (cut_by (&cut, edge, out); edge > EDGE && cut.cols * cut.rows < MANY;)
    cut_by (&cut, edge -= STEP, out);

  return cut;
}

static int
n_tiles (int w, int h)
{
  return (w + TILE - 1) / TILE * ((h + TILE - 1) / TILE);
}

/* The multiplications of a block of @w x @h cells of the plane between, more or less. */
static double
block_work (const Cut *cut, int w, int h)
{
  const ScumbleStep *steps = cut->pair.steps;

  return w == 0 || h == 0 ? 0.0
                          : (double) n_tiles (w + 2, h + 2) * steps[0].c_in * steps[0].c_out +
                              (double) n_tiles (w, h) * steps[1].c_in * steps[1].c_out;
}

/* Adds @n blocks to what threads have to do, each to the one that has least. */
static void
deal (double *clocks, int threads, int n, double work)
{
  for (int k = 0; k < n; k++)
    {
      int least = 0;

      for (int i = 1; i < threads; i++)
        least = clocks[i] < clocks[least] ? i : least;
      clocks[least] += work;
    }
}

/* How long @threads threads would take for all blocks: first the whole ones, of which the first
 * rounds are the same for everyone, then those at the right and at the bottom. */
static double
last (const Cut *cut, ScumbleRect out, int threads)
{
  const int    edge  = cut->edge, scale = edge / cut->unit;
  const int    cols  = out.w / cut->unit, rows = out.h / cut->unit;
  const int    right = out.w % cut->unit * scale, bottom = out.h % cut->unit * scale;
  const double whole = block_work (cut, edge, edge);
  double       clocks[MANY], most = 0.0;

  for (int i = 0; i < threads; i++)
    clocks[i] = cols * rows / threads * whole;
  deal (clocks, threads, cols * rows % threads, whole);
  deal (clocks, threads, rows, block_work (cut, right, edge));
  deal (clocks, threads, cols, block_work (cut, edge, bottom));
  deal (clocks, threads, 1, block_work (cut, right, bottom));
  for (int i = 0; i < threads; i++)
    most = MAX (most, clocks[i]);

  return most;
}

/* @out: what the second of steps @i and @i + 1 is to make */
static Cut
cut_blocks (const ScumbleConvnet *net, guint i, ScumbleRect out)
{
  Cut    cut   = cut_largest (net, i, out);
  Cut    best  = cut;
  double least = HUGE_VAL;

  for (int edge = cut.edge; edge >= EDGE; edge -= STEP)
    {
      double cost;

      cut_by (&cut, edge, out);
      /* A sixteenth of the work against a half, which counts four times. */
      cost = MANY / FEW * last (&cut, out, MANY) + 4.0 * last (&cut, out, FEW);
      if (cost < least)
        {
          best  = cut;
          least = cost;
        }
    }

  return best;
}

static gsize
tensor_floats (int h, int w, int c)
{
  return ((gsize) w * (gsize) h * (gsize) c + 15) / 16 * 16;
}

/* What a block needs of the plane between, and of the plane before, with borders, at most. */
static gsize
between_floats (const Cut *cut)
{
  return tensor_floats (cut->edge + 2, cut->edge + 2, cut->pair.steps[0].c_out);
}

static gsize
before_floats (const Cut *cut)
{
  const ScumbleStep *first = &cut->pair.steps[0];
  const int          made  = cut->edge + 2;
  const int          most  = scumble_step_halves (first)    ? 2 * made
                             : scumble_step_doubles (first) ? made / 2 + 1 : made;

  return tensor_floats (most + 2, most + 2, first->c_in);
}

static gsize
kernel_floats (const Cut *cut)
{
  return MAX (scumble_conv_scratch (&cut->pair.steps[0].conv, 1),
              scumble_conv_scratch (&cut->pair.steps[1].conv, 1)) / sizeof (float);
}

static gsize
block_floats (const Cut *cut)
{
  return kernel_floats (cut) + between_floats (cut) + before_floats (cut);
}

static gsize
scratch_bytes (const ScumbleConvnet *net, guint i, guint length, const ScumbleExtent *extents,
               int threads)
{
  if (length == 2)
    {
      const Cut cut = cut_largest (net, i, extents[i + 2].rect);

      return (gsize) threads * block_floats (&cut) * sizeof (float);
    }

  return net->steps[i].kind == SCUMBLE_LAYER_CONV3
           ? scumble_conv_scratch (&net->steps[i].conv, threads) : 0;
}

/* Raises @sizes to what the extents need.  Blocks take what the first steps read as it was
 * given. */
static void
buffer_sizes (const ScumbleConvnet *net, const ScumbleExtent *extents, int threads,
              gsize sizes[BUFFERS])
{
  guint length;

  for (guint i = 0, group = 0; i < net->n; i += length, group++)
    {
      const ScumbleRect at = extents[i].at;
      gsize             scratch;

      length  = group_length (net, i);
      scratch = scratch_bytes (net, i, length, extents, threads);

      sizes[SCRATCH] = MAX (sizes[SCRATCH], scratch);
      if (i > 0 || length == 1)
        sizes[group % 2] = MAX (sizes[group % 2], tensor_floats (at.h, at.w, net->steps[i].c_in) *
                                                    sizeof (float));
    }
}

gsize
scumble_convnet_room (const ScumbleConvnet *net, int w, int h, int threads)
{
  g_autofree ScumbleExtent *extents        = g_new (ScumbleExtent, net->n + 1);
  const int                 n              = scumble_convnet_positions (net);
  gsize                     sizes[BUFFERS] = { 0 };

  for (int i = 0; i < n * n; i++)
    {
      scumble_convnet_walk_inside (net, i % n, i / n, w, h, extents);
      buffer_sizes (net, extents, threads, sizes);
    }

  return sizes[0] + sizes[1] + sizes[SCRATCH];
}

/* Where a plane of @n cells is continued at @i.  Upsampled, the cell at its edge is the one
 * beside the edge too, so that reflection finds it again. */
static int
reflect (int i, int n, gboolean upsampled)
{
  if (upsampled)
    return CLAMP (i, 0, n - 1);

  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* Fills the cells of @tensor, the input of @step, that are outside of the plane. */
static void
reflect_border (const ScumbleStep *step, const ScumbleTensor *tensor,
                const ScumbleExtent *extent)
{
  const gboolean    up   = scumble_step_doubles (step);
  const ScumbleRect at   = extent->at;
  const ScumbleRect in   = extent->rect;
  const gsize       cell = (gsize) tensor->c * sizeof (float);

  for (int x = at.x; x < at.x + at.w; x = x == in.x - 1 ? in.x + in.w : x + 1)
    for (int y = in.y; (x < in.x || x >= in.x + in.w) && y < in.y + in.h; y++)
      memcpy (scumble_tensor_at (tensor, y - at.y, x - at.x),
              scumble_tensor_at (tensor, y - at.y, reflect (x, extent->w, up) - at.x), cell);

  for (int y = at.y; y < at.y + at.h; y++)
    if (y < 0 || y >= extent->h)
      memcpy (scumble_tensor_at (tensor, y - at.y, 0),
              scumble_tensor_at (tensor, reflect (y, extent->h, up) - at.y, 0),
              cell * (gsize) at.w);
}

/* The input of a step, with its border, in memory that is large enough. */
static ScumbleTensor
framed (const ScumbleExtent *extent, int c, float *data)
{
  const ScumbleRect at = extent->at;

  return (ScumbleTensor) { data, at.h, at.w, c, (gsize) at.w * (gsize) c };
}

/* What lies on @rect of a tensor that lies on @at. */
static ScumbleTensor
part (const ScumbleTensor *tensor, ScumbleRect at, ScumbleRect rect)
{
  return scumble_tensor_view (tensor, rect.y - at.y, rect.x - at.x, rect.h, rect.w);
}

/* The input of @step from what a run was given, in memory that is large enough. */
static ScumbleTensor
take_in (const ScumbleStep *step, const ScumbleRegion *in, const ScumbleExtent *extent,
         float *data, int threads)
{
  const ScumbleTensor x     = framed (extent, step->c_in, data);
  const ScumbleTensor core  = part (&x, extent->at, extent->rect);
  const ScumbleTensor given = part (&in->tensor, in->rect, extent->rect);

  scumble_copy (&given, &core, threads);
  reflect_border (step, &x, extent);

  return x;
}

static void
run_step (const ScumbleStep *step, const ScumbleTensor *x, const ScumbleExtent *from,
          const ScumbleExtent *to, const ScumbleTensor *y, float *scratch, int threads)
{
  const int inside = scumble_step_border (step);
  const int y0     = to->rect.y - 2 * (from->at.y + inside);
  const int x0     = to->rect.x - 2 * (from->at.x + inside);

  if (step->kind == SCUMBLE_LAYER_POOL2)
    scumble_pool2 (x, y, threads);
  else if (step->kind == SCUMBLE_LAYER_UP2)
    scumble_up2 (x, y0, x0, y, threads);
  else if (step->conv.form == SCUMBLE_CONV_UP)
    scumble_conv3x3_up (&step->conv, x, y0, x0, y, scratch, threads);
  else
    scumble_conv3x3 (&step->conv, x, y, scratch, threads);
}

/* A run, and how far it is. */
typedef struct
{
  const ScumbleConvnet *net;
  const ScumbleRegion  *in;
  const ScumbleExtent  *extents;
  float *const         *buffers;
  const ScumbleJob     *job;
  ScumbleTensor         x; /* input of the next step; without data where that is @in */
} Run;

/* Computes a block of the output of two steps from @i on; @scratch: [block_floats] */
static void
run_block (const Run *run, guint i, const Cut *cut, ScumbleRect block, const ScumbleTensor *y,
           float *scratch)
{
  const ScumbleExtent *whole = &run->extents[i];
  const ScumbleStep   *steps = cut->pair.steps;
  float               *inner = scratch + kernel_floats (cut);
  ScumbleExtent        extents[3];
  ScumbleTensor        x, between, core;

  scumble_convnet_walk (&cut->pair, whole->w, whole->h, block, extents);
  x       = run->x.data != NULL ? part (&run->x, whole->at, extents[0].at)
                                : take_in (&steps[0], run->in, &extents[0],
                                           inner + between_floats (cut), 1);
  between = framed (&extents[1], steps[0].c_out, inner);
  core    = part (&between, extents[1].at, extents[1].rect);

  run_step (&steps[0], &x, &extents[0], &extents[1], &core, scratch, 1);
  reflect_border (&steps[1], &between, &extents[1]);
  run_step (&steps[1], &between, &extents[1], &extents[2], y, scratch, 1);
}

/* Computes the output of two steps from @i on, depth first. */
static void
run_blocks (const Run *run, guint i, const ScumbleTensor *y)
{
  const ScumbleRect out     = run->extents[i + 2].rect;
  const Cut         cut     = cut_blocks (run->net, i, out);
  const gsize       floats  = block_floats (&cut);
  const int         threads = scumble_useful_threads (
    scumble_convnet_work (&cut.pair, run->extents[i].w, run->extents[i].h, out),
    run->job->threads);

#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int k = 0; k < cut.cols * cut.rows; k++)
    {
      const ScumbleRect   unit  = { out.x + k % cut.cols * cut.unit,
                                    out.y + k / cut.cols * cut.unit, cut.unit, cut.unit };
      const ScumbleRect   block = scumble_rect_intersect (unit, out);
      const ScumbleTensor to    = part (y, out, block);

      run_block (run, i, &cut, block, &to,
                 run->buffers[SCRATCH] + (gsize) omp_get_thread_num () * floats);
    }
}

static gboolean
run_groups (Run *run, const ScumbleTensor *out, GError **error)
{
  const ScumbleConvnet *net     = run->net;
  const ScumbleExtent  *extents = run->extents;
  guint                 length;

  if (group_length (net, 0) == 1)
    run->x = scumble_rect_contains (run->in->rect, extents[0].at)
               ? part (&run->in->tensor, run->in->rect, extents[0].at)
               : take_in (&net->steps[0], run->in, &extents[0], run->buffers[0],
                          run->job->threads);

  for (guint i = 0, group = 0; i < net->n; i += length, group++)
    {
      const guint   next = i + group_length (net, i);
      ScumbleTensor y    = *out;
      ScumbleTensor core = *out;

      if (!scumble_job_go_on (run->job, error))
        return FALSE;

      length = next - i;
      if (next < net->n)
        {
          y    = framed (&extents[next], net->steps[next].c_in, run->buffers[(group + 1) % 2]);
          core = part (&y, extents[next].at, extents[next].rect);
        }
      if (length == 2)
        run_blocks (run, i, &core);
      else
        run_step (&net->steps[i], &run->x, &extents[i], &extents[next], &core,
                  run->buffers[SCRATCH], run->job->threads);
      if (next < net->n)
        reflect_border (&net->steps[next], &y, &extents[next]);
      run->x = y;
    }

  return TRUE;
}

gboolean
scumble_convnet_run (const ScumbleConvnet *net, const ScumbleRegion *in, ScumbleRegion *out,
                     const ScumbleJob *job, GError **error)
{
  g_autofree ScumbleExtent *extents          = g_new (ScumbleExtent, net->n + 1);
  const gsize               mark             = scumble_arena_mark (job->arena);
  float                    *buffers[BUFFERS] = { NULL };
  gsize                     sizes[BUFFERS]   = { 0 };
  Run                       run              = { net, in, extents, buffers, job, { NULL } };
  gboolean                  done             = TRUE;

  scumble_convnet_walk (net, in->plane_w, in->plane_h, out->rect, extents);
  g_return_val_if_fail (scumble_rect_contains (in->rect, extents[0].rect), FALSE);

  out->plane_w = extents[net->n].w;
  out->plane_h = extents[net->n].h;
  buffer_sizes (net, extents, job->threads, sizes);
  for (int i = 0; i < BUFFERS && done; i++)
    if (sizes[i] > 0)
      {
        buffers[i] = scumble_arena_take (job->arena, sizes[i], error);
        done       = buffers[i] != NULL;
      }
  done = done && run_groups (&run, &out->tensor, error);
  scumble_arena_release (job->arena, mark);

  return done;
}
