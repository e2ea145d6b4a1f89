/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grain.h"

enum { OCTAVES = 4, RGB = 3 };

/* How much noise there is in each octave, where it is widest. */
#define GRAIN 0.02f

/* Of numbers that are even over -1 .. 1. */
#define TO_DEVIATION 1.7320508f

/* A hash: the last step of MurmurHash3. */
static guint32
mix (guint32 value)
{
  value = (value ^ value >> 16) * 0x85ebca6bu;
  value = (value ^ value >> 13) * 0xc2b2ae35u;

  return value ^ value >> 16;
}

/* @row: the hash of a row */
static float
noise (guint32 row, guint32 column)
{
  return ((float) mix (column + row) * 0x1p-31f - 1.0f) * TO_DEVIATION;
}

/* Between two rows, @v of the way. */
static float
between_rows (guint32 upper, guint32 lower, float v, guint32 column)
{
  return v == 0.0f ? noise (upper, column)
                   : noise (upper, column) * (1.0f - v) + noise (lower, column) * v;
}

/* Cells of an octave along a line that repeats after @period pixels; as good as no end to them if
 * it does not. */
static guint32
count_cells (int period, int octave)
{
  return period > 0 ? (guint32) ((period - 1) >> octave) + 1 : G_MAXUINT32;
}

static guint32
after (guint32 cell, guint32 n_cells)
{
  return cell + 1 < n_cells ? cell + 1 : 0;
}

/* Adds an octave of noise to a channel of a row of @w pixels, whose first is @value at (@x, @y). */
static void
add_octave (float *value, int w, int x, int y, int octave, guint32 seed,
            const ScumbleGround *ground, float amount)
{
  const int     cell    = 1 << octave;
  const guint32 columns = count_cells (ground->period_w, octave);
  const guint32 row     = (guint32) (y >> octave);
  const guint32 upper   = mix (row + mix (seed));
  const guint32 lower   = mix (after (row, count_cells (ground->period_h, octave)) + mix (seed));
  const float   v       = (float) (y & (cell - 1)) / (float) cell;
  guint32       column  = (guint32) (x >> octave);
  float         near    = between_rows (upper, lower, v, column);
  int           at      = x & (cell - 1);

  for (int j = 0; j < w; at = 0)
    {
      float far;

      column = after (column, columns);
      far    = between_rows (upper, lower, v, column);
      for (; at < cell && j < w; at++, j++, value += RGB)
        {
          const float u = (float) at / (float) cell;

          *value += GRAIN * amount * (near * (1.0f - u) + far * u);
        }
      near = far;
    }
}

static int
wrap (int i, int period)
{
  return period > 0 ? scumble_wrap (i, period) : i;
}

/* Adds noise that has a value of its own in every pixel. */
static void
add_finest (float *value, int w, int x, int y, guint32 seed, float amount)
{
  const guint32 row = mix ((guint32) y + mix (seed));

  for (int j = 0; j < w; j++)
    value[RGB * j] += GRAIN * amount * noise (row, (guint32) (x + j));
}

/* Adds all noise to a row of pixels from (@x, @y) on, which do not reach beyond a period. */
static void
add_part (float *rgb, int w, int x, int y, const ScumbleGround *ground, float amount)
{
  for (int k = 0; k < RGB; k++)
    add_finest (rgb + k, w, x, y, (guint32) k, amount);
  for (int octave = 1; octave < OCTAVES; octave++)
    for (int k = 0; k < RGB; k++)
      add_octave (rgb + k, w, x, y, octave, (guint32) (RGB * octave + k), ground, amount);
}

/* Row @i of @x. */
static void
add_row (const ScumbleTensor *x, int i, const ScumbleGrain *grain)
{
  const int           y      = grain->top + i;
  const ScumbleGround ground = grain->source != NULL ? scumble_source_ground (grain->source, y)
                                                     : (ScumbleGround) { 0 };

  for (int j = 0, w; j < x->w; j += w)
    {
      const int left = wrap (grain->left + j + ground.x, ground.period_w);

      w = ground.period_w > 0 ? MIN (x->w - j, ground.period_w - left) : x->w;
      add_part (scumble_tensor_at (x, i, j), w, left, wrap (y + ground.y, ground.period_h),
                &ground, grain->amount);
    }
}

void
scumble_grain_add (const ScumbleTensor *x, const ScumbleGrain *grain, int threads)
{
  const int useful = scumble_useful_threads (64.0 * x->h * x->w * RGB, threads);

  if (grain->amount == 0.0f)
    return;

#pragma omp parallel for schedule(static) num_threads(useful)
  for (int i = 0; i < x->h; i++)
    add_row (x, i, grain);
}

gboolean
scumble_grain_load (const ScumbleSafetensors *file, const char *name, float *amount,
                    GError **error)
{
  g_autofree float *value = NULL;
  int               n;

  *amount = 0.0f;
  if (!scumble_safetensors_shape (file, name, 1, &n, NULL))
    return TRUE;

  value = scumble_safetensors_floats (file, name, 1, error);
  if (value == NULL)
    return FALSE;

  *amount = scumble_sane (value[0]);
  return TRUE;
}
