/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

enum { SCUMBLE_CURVE_STEPS = 1 << 12 };

/**
 * ScumbleCurve:
 * @at: (scope forever): the curve at any number
 * @data: (transfer none): for @at
 * @steep: whether it is as steep at 0 as a root, and so kept by the roots of numbers
 * @table: (transfer full): its values from 0 to 1
 *
 * How light is encoded, or back. Between the steps of its table it is straight, which is right to
 * some millionths and a tenth of the time; beyond 0..1 it is asked itself.
 */
typedef struct
{
  float       (*at) (gconstpointer data, float x);
  gconstpointer data;
  gboolean      steep;
  float        *table;
} ScumbleCurve;

static inline void
scumble_curve_init (ScumbleCurve *self, float (*at) (gconstpointer data, float x),
                    gconstpointer data, gboolean steep)
{
  *self = (ScumbleCurve) { at, data, steep, g_new (float, SCUMBLE_CURVE_STEPS + 2) };
  for (int i = 0; i < SCUMBLE_CURVE_STEPS + 2; i++)
    {
      const float t = (float) i / SCUMBLE_CURVE_STEPS;

      self->table[i] = at (data, steep ? t * t : t);
    }
}

static inline void
scumble_curve_clear (ScumbleCurve *self)
{
  g_clear_pointer (&self->table, g_free);
}

static inline float
scumble_curve_at (const ScumbleCurve *self, float x)
{
  float t;
  int   i;

  if (!(x >= 0.0f && x <= 1.0f))
    return self->at (self->data, x);

  t = (self->steep ? sqrtf (x) : x) * SCUMBLE_CURVE_STEPS;
  i = (int) t;

  return self->table[i] + (t - (float) i) * (self->table[i + 1] - self->table[i]);
}

G_END_DECLS
