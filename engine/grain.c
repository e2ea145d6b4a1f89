/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grain.h"
#include "source.h"

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

/* Adds an octave of noise to a channel of a row of @w pixels, whose first is @value. */
static void
add_row (float *value, int w, int left, int y, int octave, guint32 seed, float amount)
{
  const int     cell  = 1 << octave;
  const guint32 upper = mix ((guint32) (y >> octave) + mix (seed));
  const guint32 lower = mix ((guint32) (y >> octave) + 1 + mix (seed));
  const float   v     = (float) (y % cell) / (float) cell;
  guint32       column = (guint32) (left >> octave);
  float         near  = noise (upper, column) * (1.0f - v) + noise (lower, column) * v;
  int           at    = left % cell;

  for (int j = 0; j < w; column++, at = 0)
    {
      const float far = noise (upper, column + 1) * (1.0f - v) + noise (lower, column + 1) * v;

      for (; at < cell && j < w; at++, j++, value += RGB)
        {
          const float u = (float) at / (float) cell;

          *value += amount * (near * (1.0f - u) + far * u);
        }
      near = far;
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
    for (int octave = 0; octave < OCTAVES; octave++)
      for (int k = 0; k < RGB; k++)
        add_row (scumble_tensor_at (x, i, 0) + k, x->w, grain->left, grain->top + i, octave,
                 (guint32) (RGB * octave + k), GRAIN * grain->amount);
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
