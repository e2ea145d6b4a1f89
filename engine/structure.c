/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "structure.h"

#include <string.h>

/* What lies in a structure's values, a row each. */
enum { MEAN, INVERSE, GAIN, BIAS, SCALE, SHIFT, G_SCALE, G_SHIFT, ROWS };

static float *
row (const ScumbleStructure *structure, int which)
{
  return structure->values + (gsize) which * (gsize) structure->target.c;
}

gboolean
scumble_structure_take (ScumbleStructure *structure, const ScumbleTensor *like, int c,
                        ScumbleArena *arena, GError **error)
{
  *structure = (ScumbleStructure) { .c = c };
  if (!scumble_arena_tensor (arena, like->h, like->w, like->c, &structure->target, error) ||
      !scumble_arena_tensor (arena, like->h, like->w, like->c, &structure->normal, error) ||
      !scumble_arena_tensor (arena, like->h, like->w, like->c, &structure->slope, error))
    return FALSE;

  structure->values = g_new0 (float, ROWS * like->c);
  structure->norm   = (ScumbleNorm) { .mean    = row (structure, MEAN),
                                      .inverse = row (structure, INVERSE),
                                      .gain    = row (structure, GAIN),
                                      .bias    = row (structure, BIAS) };
  for (int k = 0; k < c; k++)
    row (structure, SCALE)[k] = 1.0f;

  return TRUE;
}

void
scumble_structure_clear (ScumbleStructure *structure)
{
  g_clear_pointer (&structure->values, g_free);
}

static void
normalise (ScumbleStructure *structure, const ScumbleTensor *x, const ScumbleTensor *y,
           int threads)
{
  scumble_norm_forward (&structure->norm, structure->c, row (structure, SCALE),
                        row (structure, SHIFT), x, NULL, y, threads);
}

void
scumble_structure_aim (ScumbleStructure *structure, const ScumbleTensor *x,
                       const float *weights, int threads)
{
  structure->norm.weights = weights;
  normalise (structure, x, &structure->target, threads);
}

double
scumble_structure_distance (ScumbleStructure *structure, const ScumbleTensor *x, double share,
                            const ScumbleTensor *g, int threads)
{
  const ScumbleTensor *slope = &structure->slope;
  double               distance;

  normalise (structure, x, &structure->normal, threads);
  memset (slope->data, 0, (gsize) slope->h * slope->stride * sizeof (float));
  distance = scumble_grad_squared_error (&structure->normal, &structure->target,
                                         structure->norm.weights,
                                         share / (structure->norm.weight * structure->c), slope,
                                         threads);
  scumble_norm_back (&structure->norm, structure->c, x, slope, slope,
                     row (structure, G_SCALE), row (structure, G_SHIFT), threads);
  scumble_grad_add (slope, g, threads);

  return distance;
}
