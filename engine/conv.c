/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"
#include "simd.h"

#include <omp.h>
#include <string.h>

/* How a convolution is computed.  Winograd's tiles take 36 products where the definition
 * takes 144, but need whole panels on both sides. */
typedef enum
{
  DIRECT,
  DOT,
  WINOGRAD,
} Algorithm;

/* Bytes that a thread's tiles should stay within: about half of a core's second-level
 * cache.  Wide layers need more, or their weights would be fetched again too often. */
enum { BLOCK = 1 << 20, MIN_TILES = 28 };

static Algorithm
algorithm (const ScumbleConv *conv)
{
  if (conv->c_in % SCUMBLE_PANEL != 0)
    return DIRECT;
  if (conv->c_out <= SCUMBLE_DOT_MAX)
    return DOT;

  return conv->c_out % SCUMBLE_PANEL == 0 ? WINOGRAD : DIRECT;
}

/* [c_out, c_in, 3, 3] -> [panel, 3, 3, c_in, 16] */
static void
pack_direct (ScumbleConv *conv, const float *weights)
{
  const gsize c_in = (gsize) conv->c_in;

  conv->weights = g_new0 (float, 9 * c_in * SCUMBLE_PANEL *
                          (gsize) scumble_panels (conv->c_out));
  for (gsize o = 0; o < (gsize) conv->c_out; o++)
    for (gsize i = 0; i < c_in; i++)
      for (gsize k = 0; k < 9; k++)
        conv->weights[((o / SCUMBLE_PANEL * 9 + k) * c_in + i) * SCUMBLE_PANEL +
                      o % SCUMBLE_PANEL] = weights[(o * c_in + i) * 9 + k];
}

/* [c_out, c_in, 3, 3] -> [3, 3, c_out, c_in] */
static void
pack_dot (ScumbleConv *conv, const float *weights)
{
  const gsize c_in = (gsize) conv->c_in, c_out = (gsize) conv->c_out;

  conv->weights = g_new (float, 9 * c_in * c_out);
  for (gsize o = 0; o < c_out; o++)
    for (gsize i = 0; i < c_in; i++)
      for (gsize k = 0; k < 9; k++)
        conv->weights[(k * c_out + o) * c_in + i] = weights[(o * c_in + i) * 9 + k];
}

/* u = G g G', the weights' side of F(4x4, 3x3); @g [3, 3], @u [6, 6] */
static void
transform_weights (const float *g, double u[SCUMBLE_WINO])
{
  static const double G[6][3] = {
    {  1.0 / 4,         0,       0 },
    { -1.0 / 6,  -1.0 / 6, -1.0 / 6 },
    { -1.0 / 6,   1.0 / 6, -1.0 / 6 },
    { 1.0 / 24,  1.0 / 12,  1.0 / 6 },
    { 1.0 / 24, -1.0 / 12,  1.0 / 6 },
    {        0,         0,       1 },
  };

  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 6; j++)
      {
        double sum = 0.0;

        for (int k = 0; k < 9; k++)
          sum += G[i][k / 3] * G[j][k % 3] * g[k];
        u[6 * i + j] = sum;
      }
}

/* [c_out, c_in, 3, 3] -> [36, panel, c_in, 16] */
static void
pack_winograd (ScumbleConv *conv, const float *weights)
{
  const gsize c_in = (gsize) conv->c_in, c_out = (gsize) conv->c_out;

  conv->weights = g_new (float, SCUMBLE_WINO * c_in * c_out);
  for (gsize o = 0; o < c_out; o++)
    for (gsize i = 0; i < c_in; i++)
      {
        double u[SCUMBLE_WINO];

        transform_weights (weights + (o * c_in + i) * 9, u);
        for (gsize k = 0; k < SCUMBLE_WINO; k++)
          conv->weights[k * c_in * c_out +
                        (o / SCUMBLE_PANEL * c_in + i) * SCUMBLE_PANEL +
                        o % SCUMBLE_PANEL] = (float) u[k];
      }
}

void
scumble_conv_init (ScumbleConv *conv, const ScumbleSimd *simd, int c_in, int c_out,
                   gboolean relu, const float *weights, const float *bias)
{
  *conv      = (ScumbleConv) { c_in, c_out, relu, simd, NULL, NULL };
  conv->bias = g_new0 (float, SCUMBLE_PANEL * (gsize) scumble_panels (c_out));
  memcpy (conv->bias, bias, (gsize) c_out * sizeof *bias);

  switch (algorithm (conv))
    {
    case DIRECT:
      pack_direct (conv, weights);
      break;
    case DOT:
      pack_dot (conv, weights);
      break;
    case WINOGRAD:
      pack_winograd (conv, weights);
      break;
    }
}

void
scumble_conv_clear (ScumbleConv *conv)
{
  g_clear_pointer (&conv->weights, g_free);
  g_clear_pointer (&conv->bias, g_free);
}

static gsize
tile_floats (const ScumbleConv *conv)
{
  return SCUMBLE_WINO * (gsize) (conv->c_in + conv->c_out);
}

static int
block_tiles (const ScumbleConv *conv)
{
  return MAX (BLOCK / (int) (tile_floats (conv) * sizeof (float)), MIN_TILES);
}

/* A block of at least one tile has room for the patch that a tile at the edge needs. */
gsize
scumble_conv_scratch (const ScumbleConv *conv, int threads)
{
  if (algorithm (conv) != WINOGRAD)
    return 0;

  return (gsize) threads * (gsize) block_tiles (conv) * tile_floats (conv) * sizeof (float);
}

static void
run_winograd (const ScumbleConv *conv, const ScumbleTensor *x, const ScumbleTensor *y,
              float *scratch, int threads)
{
  const int tiles  = ((y->w + 3) / 4) * ((y->h + 3) / 4);
  const int block  = MAX (1, MIN (block_tiles (conv), (tiles + threads - 1) / threads));
  const int blocks = (tiles + block - 1) / block;

#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int b = 0; b < blocks; b++)
    conv->simd->winograd (conv, x, y, b * block, MIN (block, tiles - b * block),
                          scratch + (gsize) omp_get_thread_num () *
                            (gsize) block_tiles (conv) * tile_floats (conv));
}

void
scumble_conv3x3 (const ScumbleConv *conv, const ScumbleTensor *x, const ScumbleTensor *y,
                 float *scratch, int threads)
{
  const Algorithm chosen = algorithm (conv);

  if (chosen == WINOGRAD)
    {
      run_winograd (conv, x, y, scratch, threads);
      return;
    }

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < y->h; i++)
    if (chosen == DOT)
      conv->simd->dot (conv, x, y, i, i + 1);
    else
      conv->simd->direct (conv, x, y, i, i + 1);
}
