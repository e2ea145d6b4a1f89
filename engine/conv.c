/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"
#include "simd.h"

#include <omp.h>
#include <string.h>

/* How a convolution is computed.  Winograd's tiles take 64 products where the definition
 * takes 324, but need whole panels on both sides. */
typedef enum
{
  DIRECT,
  DOT,
  WINOGRAD,
  UP,
} Algorithm;

/* Bytes that a thread's products should stay within: a good part of a core's second-level
 * cache; and the fewest rows to multiply at once, or wide layers would fetch their weights
 * again too often.  Both measured, see SPEED.md. */
enum { BLOCK = 1 << 19, MIN_ROWS = 28 };

/* Rows that a thread takes at once of a convolution straight from its definition: few, since a
 * thread that writes to new memory waits for the kernel to clear it. */
enum { ROWS = 4 };

/* Bytes of weights in Winograd's form, seven to eleven times those of the definition, that a
 * convolution keeps.  Beyond, every run makes them anew in its scratch, which counts against a
 * job's budget; so a model takes little more memory than its weights are. */
enum { KEEP = 4 << 20 };

gboolean
scumble_conv_fuses (int c_in, int c_out)
{
  return c_in % SCUMBLE_PANEL == 0 && c_out % SCUMBLE_PANEL == 0;
}

static Algorithm
algorithm (const ScumbleConv *conv)
{
  if (conv->form == SCUMBLE_CONV_UP)
    return UP;
  if (conv->form != SCUMBLE_CONV_ANY && scumble_conv_fuses (conv->c_in, conv->c_out))
    return WINOGRAD;

  return conv->c_out == 3 && conv->c_in % SCUMBLE_PANEL == 0 &&
         scumble_conv_stride (conv) == 1 ? DOT : DIRECT;
}

/* Zeros; a vector that crosses a cache line costs two loads.  New pages are cleared by whoever
 * writes to them first, so that threads share this too. */
static float *
new_aligned (gsize n, int threads)
{
  enum { CLEARING = 4 }; /* times as long as storing */
  float    *values = g_aligned_alloc (n, sizeof *values, 64);
  const int useful = scumble_useful_threads (16.0 * CLEARING * (double) n, threads);

#pragma omp parallel for schedule(static) num_threads(useful)
  for (gsize i = 0; i < n; i++)
    values[i] = 0.0f;

  return values;
}

static gsize
kernel_cells (const ScumbleConv *conv)
{
  return (gsize) scumble_conv_kernel (conv) * (gsize) scumble_conv_kernel (conv);
}

static float
weight_at (const ScumbleKernels *kernels, gsize o, gsize i, gsize k)
{
  return kernels->weights[(gssize) o * kernels->out + (gssize) i * kernels->in +
                          (gssize) k * kernels->cell];
}

/* -> [panel, kernel, kernel, c_in, 16] */
static void
pack_direct (const ScumbleConv *conv, const ScumbleKernels *kernels)
{
  const gsize c_in = (gsize) conv->c_in, n = kernel_cells (conv);

  for (gsize o = 0; o < (gsize) kernels->c_out; o++)
    for (gsize i = 0; i < (gsize) kernels->c_in; i++)
      for (gsize k = 0; k < n; k++)
        conv->weights[((o / SCUMBLE_PANEL * n + k) * c_in + i) * SCUMBLE_PANEL +
                      o % SCUMBLE_PANEL] = weight_at (kernels, o, i, k);
}

/* -> [kernel, kernel c_in / lanes, 3, lanes] */
static void
pack_dot (const ScumbleConv *conv, const ScumbleKernels *kernels)
{
  const gsize c_in = (gsize) conv->c_in, lanes = (gsize) conv->simd->lanes;
  const gsize n    = kernel_cells (conv);

  for (gsize o = 0; o < (gsize) kernels->c_out; o++)
    for (gsize i = 0; i < (gsize) kernels->c_in; i++)
      for (gsize k = 0; k < n; k++)
        {
          const gsize at = k * c_in + i;

          conv->weights[(at / lanes * 3 + o) * lanes + at % lanes] =
            weight_at (kernels, o, i, k);
        }
}

/* Weights' side of F(6x6, 3x3): u = G g G' */
static const float winograd_lines[][3] = {
  {           1,            0,           0 },
  {  -2.0f /  9,   -2.0f /  9,  -2.0f /  9 },
  {  -2.0f /  9,    2.0f /  9,  -2.0f /  9 },
  {   1.0f / 90,    1.0f / 45,   2.0f / 45 },
  {   1.0f / 90,   -1.0f / 45,   2.0f / 45 },
  {  32.0f / 45,   16.0f / 45,   8.0f / 45 },
  {  32.0f / 45,  -16.0f / 45,   8.0f / 45 },
  {           0,            0,           1 },
};

/* The same for an upsampled plane: F(4, 2) of the weights that make even cells, (w0, w1 + w2),
 * and of those that make odd ones, (w0 + w1, w2); see simd.c */
static const float up_lines[][3] = {
  { 1.0f / 2,         0,         0 },
  { 1.0f / 2,  1.0f / 2,  1.0f / 2 },
  { 1.0f / 6, -1.0f / 6, -1.0f / 6 },
  { 1.0f / 6,  1.0f / 3,  1.0f / 3 },
  {        0,         1,         1 },
  { 1.0f / 2,  1.0f / 2,         0 },
  { 1.0f / 2,  1.0f / 2,  1.0f / 2 },
  { 1.0f / 6,  1.0f / 6, -1.0f / 6 },
  { 1.0f / 6,  1.0f / 6,  1.0f / 3 },
  {        0,         0,         1 },
};

/* How a convolution's kernels are transformed: to [n, n] products each. */
typedef struct
{
  const float (*lines)[3];
  int           n;
} Transform;

static Transform
transform_of (const ScumbleConv *conv)
{
  return conv->form == SCUMBLE_CONV_UP
           ? (Transform) { up_lines, G_N_ELEMENTS (up_lines) }
           : (Transform) { winograd_lines, G_N_ELEMENTS (winograd_lines) };
}

static gsize
transformed_floats (const ScumbleConv *conv)
{
  const gsize n = (gsize) transform_of (conv).n;

  return n * n * (gsize) conv->c_in * (gsize) conv->c_out;
}

static gboolean
transforms (const ScumbleConv *conv)
{
  const Algorithm chosen = algorithm (conv);

  return chosen == WINOGRAD || chosen == UP;
}

/* Whether the weights are transformed in every run. */
static gboolean
transforms_late (const ScumbleConv *conv)
{
  return transforms (conv) && transformed_floats (conv) * sizeof (float) > KEEP;
}

gboolean
scumble_conv_ready (const ScumbleConv *conv)
{
  return !transforms_late (conv);
}

/* Channel in number @i of panel @panel: sixteen kernels [9, 16] -> its part of
 * [n n, panel, c_in, 16] */
static void
transform_kernels (const ScumbleConv *conv, const float *g, gsize panel, gsize i, float *u)
{
  const Transform to   = transform_of (conv);
  const gsize     c_in = (gsize) conv->c_in, c_out = (gsize) conv->c_out;

  conv->simd->transform (g, to.lines, to.n, u + (panel * c_in + i) * SCUMBLE_PANEL,
                         c_in * c_out);
}

/* Room for the weights, as they are kept. */
static gsize
packed_floats (const ScumbleConv *conv)
{
  const gsize c_in = (gsize) conv->c_in, c_out = (gsize) conv->c_out;

  switch (algorithm (conv))
    {
    case DIRECT:
      return kernel_cells (conv) * c_in * SCUMBLE_PANEL *
             (gsize) scumble_panels (conv->c_out);
    case DOT:
      return kernel_cells (conv) * c_in * 3;
    case WINOGRAD:
    case UP:
      return transforms_late (conv) ? 9 * c_in * c_out : transformed_floats (conv);
    }

  g_return_val_if_reached (0);
}

/* -> [n n, panel, c_in, 16], or [panel, c_in, 9, 16] for every run to transform */
static void
pack_kernels (const ScumbleConv *conv, const ScumbleKernels *kernels, int threads)
{
  const gboolean late   = transforms_late (conv);
  const gsize    c_in   = (gsize) conv->c_in;
  const int      panels = scumble_panels (kernels->c_out);
  const int      useful = scumble_useful_threads (16.0 * (double) packed_floats (conv), threads);

#pragma omp parallel for schedule(static) num_threads(useful)
  for (int task = 0; task < panels * kernels->c_in; task++)
    {
      const gsize panel = (gsize) (task / kernels->c_in), i = (gsize) (task % kernels->c_in);
      const gsize at    = panel * SCUMBLE_PANEL;
      const gsize count = MIN (SCUMBLE_PANEL, (gsize) kernels->c_out - at);
      float       g[9 * SCUMBLE_PANEL] = { 0.0f };

      for (gsize o = 0; o < count; o++)
        for (gsize k = 0; k < 9; k++)
          g[k * SCUMBLE_PANEL + o] = weight_at (kernels, at + o, i, k);
      if (late)
        memcpy (conv->weights + (panel * c_in + i) * G_N_ELEMENTS (g), g, sizeof g);
      else
        transform_kernels (conv, g, panel, i, conv->weights);
    }
}

void
scumble_conv_alloc (ScumbleConv *conv, int threads)
{
  conv->weights = new_aligned (packed_floats (conv), threads);
  conv->bias    = new_aligned (SCUMBLE_PANEL * (gsize) scumble_panels (conv->c_out), 1);
}

void
scumble_conv_set (ScumbleConv *conv, const ScumbleKernels *kernels, const float *bias,
                  int threads)
{
  if (bias != NULL)
    memcpy (conv->bias, bias, (gsize) kernels->c_out * sizeof *bias);

  switch (algorithm (conv))
    {
    case DIRECT:
      pack_direct (conv, kernels);
      break;
    case DOT:
      pack_dot (conv, kernels);
      break;
    case WINOGRAD:
    case UP:
      pack_kernels (conv, kernels, threads);
      break;
    }
}

void
scumble_conv_init (ScumbleConv *conv, const float *weights, const float *bias, int threads)
{
  const gssize cells = (gssize) kernel_cells (conv);

  scumble_conv_alloc (conv, threads);
  scumble_conv_set (conv, &(ScumbleKernels) { weights, conv->c_out, conv->c_in,
                                              cells * conv->c_in, cells, 1 }, bias, threads);
}

void
scumble_conv_clear (ScumbleConv *conv)
{
  g_clear_pointer (&conv->weights, g_aligned_free);
  g_clear_pointer (&conv->bias, g_aligned_free);
}

/* The matrices to multiply. */
static gsize
products (const ScumbleConv *conv)
{
  return conv->form == SCUMBLE_CONV_UP ? SCUMBLE_UP : SCUMBLE_WINO;
}

/* Floats of scratch for one row of them. */
static gsize
row_floats (const ScumbleConv *conv)
{
  return products (conv) * (gsize) (conv->c_in + conv->c_out);
}

static int
block_rows (const ScumbleConv *conv)
{
  const int rows = BLOCK / (int) (row_floats (conv) * sizeof (float));

  return MAX (rows / conv->simd->rows * conv->simd->rows, MIN_ROWS);
}

/* The most rows of a block: a few more than it should have where that saves a whole round. */
static int
most_rows (const ScumbleConv *conv)
{
  return block_rows (conv) * 9 / 8;
}

/* Floats at the beginning of the scratch for weights that a run transforms. */
static gsize
late_floats (const ScumbleConv *conv)
{
  return transforms_late (conv) ? transformed_floats (conv) : 0;
}

/* Floats of scratch for a thread. */
static gsize
block_floats (const ScumbleConv *conv)
{
  return (gsize) most_rows (conv) * row_floats (conv) +
         2 * products (conv) * SCUMBLE_MATRIX_GAP;
}

/* A block of at least one tile has room for the patch that a tile at the edge needs. */
gsize
scumble_conv_scratch (const ScumbleConv *conv, int threads)
{
  if (!transforms (conv))
    return 0;

  return (late_floats (conv) + (gsize) threads * block_floats (conv)) * sizeof (float);
}

/* How many rows each of the blocks has that @rows are cut into for @threads threads.  Where each
 * of many threads has a few blocks only, all have the same number of them; few threads wait less
 * for each other than they gain from rows that fill their registers. */
static int
even_block (const ScumbleConv *conv, int rows, int threads)
{
  enum { FEW_THREADS = 2, FEW_ROUNDS = 8 };
  const int round  = most_rows (conv) * threads;
  const int rounds = MAX (1, (rows + round - 1) / round);

  if (threads <= FEW_THREADS || rounds > FEW_ROUNDS)
    return MAX (1, MIN (block_rows (conv), (rows + threads - 1) / threads));

  return (rows + rounds * threads - 1) / (rounds * threads);
}

static float *
own_scratch (const ScumbleConv *conv, float *scratch)
{
  return scratch + late_floats (conv) + (gsize) omp_get_thread_num () * block_floats (conv);
}

/* The convolution as the kernels want it, its weights transformed. */
static ScumbleConv
make_ready (const ScumbleConv *conv, float *scratch, int threads)
{
  const int   c_in   = conv->c_in;
  const int   panels = scumble_panels (conv->c_out);
  ScumbleConv ready  = *conv;

  if (!transforms_late (conv))
    return ready;

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int k = 0; k < panels * c_in; k++)
    transform_kernels (conv, conv->weights + (gsize) k * 9 * SCUMBLE_PANEL,
                       (gsize) (k / c_in), (gsize) (k % c_in), scratch);
  ready.weights = scratch;

  return ready;
}

/* @y: the results, or what is left of them after pooling */
static int
useful_threads (const ScumbleConv *conv, const ScumbleTensor *y, int threads)
{
  return scumble_useful_threads ((double) kernel_cells (conv) * conv->c_in * conv->c_out *
                                   y->h * y->w, threads);
}

/* How many tiles of @edge cells cover the inside of @x. */
static int
n_tiles (const ScumbleTensor *x, int edge)
{
  return (x->w - 2 + edge - 1) / edge * ((x->h - 2 + edge - 1) / edge);
}

static void
run_winograd (const ScumbleConv *conv, const ScumbleTensor *x, const ScumbleTensor *y,
              float *scratch, int threads)
{
  const int         useful = useful_threads (conv, y, threads);
  const int         tiles  = n_tiles (x, SCUMBLE_WINO_TILE);
  const int         block  = even_block (conv, tiles, useful);
  const ScumbleConv ready  = make_ready (conv, scratch, useful);

#pragma omp parallel for schedule(dynamic) num_threads(useful)
  for (int from = 0; from < tiles; from += block)
    conv->simd->winograd (&ready, x, y, from, MIN (block, tiles - from),
                          own_scratch (conv, scratch));
}

void
scumble_conv3x3 (const ScumbleConv *conv, const ScumbleTensor *x, const ScumbleTensor *y,
                 float *scratch, int threads)
{
  const Algorithm chosen = algorithm (conv);
  const int       useful = useful_threads (conv, y, threads);

  if (chosen == WINOGRAD)
    {
      run_winograd (conv, x, y, scratch, threads);
      return;
    }

#pragma omp parallel for schedule(dynamic) num_threads(useful)
  for (int i = 0; i < y->h; i += ROWS)
    if (chosen == DOT)
      conv->simd->dot (conv, x, y, i, MIN (i + ROWS, y->h));
    else
      conv->simd->direct (conv, x, y, i, MIN (i + ROWS, y->h));
}

void
scumble_conv3x3_up (const ScumbleConv *conv, const ScumbleTensor *x, int y0, int x0,
                    const ScumbleTensor *y, float *scratch, int threads)
{
  const int         useful = useful_threads (conv, y, threads);
  const int         tiles  = n_tiles (x, SCUMBLE_UP_TILE);
  const int         block  = even_block (conv, tiles, useful);
  const ScumbleConv ready  = make_ready (conv, scratch, useful);

#pragma omp parallel for schedule(dynamic) num_threads(useful)
  for (int from = 0; from < tiles; from += block)
    conv->simd->up (&ready, x, y0, x0, y, from, MIN (block, tiles - from),
                    own_scratch (conv, scratch));
}
