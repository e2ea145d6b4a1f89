/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "zones.h"
#include "picture.h"

#include <math.h>

/* What is missing to 1 by rounding alone is nothing: the content's own reconstruction would
 * be computed for it. */
#define ROUNDING 1e-5f

gboolean
scumble_zones_plain (const ScumbleLook *look)
{
  return look->n_zones == 1 && look->zones[0].mask == NULL && look->strength_map == NULL;
}

gboolean
scumble_zones_rest (const ScumbleLook *look, double strength)
{
  gboolean covered = FALSE;

  for (guint z = 0; z < look->n_zones; z++)
    covered = covered || look->zones[z].mask == NULL;

  return strength != 1.0 || look->strength_map != NULL || !covered;
}

gboolean
scumble_zones_any (const float *weights, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (weights[i] != 0.0f)
      return TRUE;

  return FALSE;
}

void
scumble_zones_add (float *rgb, const float *part, const float *weights, gsize n)
{
  for (gsize i = 0; i < 3 * n; i++)
    rgb[i] += weights[i / 3] * part[i];
}

/* @weights: [n], one everywhere without a mask */
static gboolean
read_mask (ScumbleMask *mask, const ScumbleRect *rect, float *weights, gsize n,
           GError **error)
{
  if (mask != NULL && !mask->read (mask, rect, weights, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    weights[i] = mask != NULL ? scumble_sane (weights[i]) : 1.0f;

  return TRUE;
}

/* Divides the masks by their sum, and multiplies them with the map.
 * @masks: [n_masks, n]; @map: [n] */
static void
share_out (float *masks, guint n_masks, const float *map, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      float sum = 0.0f;

      for (guint z = 0; z < n_masks; z++)
        sum += masks[z * n + i];
      for (guint z = 0; z < n_masks && sum > 0.0f; z++)
        masks[z * n + i] *= map[i] / sum;
    }
}

/* The mean over each cell's pixels, some of which are mirrored, times @strength.
 * @mask: [from.h, from.w] of the content; @weights: [cells.h, cells.w] */
static void
average (const float *mask, const ScumbleSource *content, ScumbleRect from, ScumbleRect cells,
         int stride, double strength, float *weights)
{
  for (int i = 0; i < cells.h; i++)
    for (int j = 0; j < cells.w; j++)
      {
        double sum = 0.0;

        for (int k = 0; k < stride * stride; k++)
          {
            const int x = scumble_picture_mirror ((cells.x + j) * stride + k % stride,
                                                  content->width) - from.x;
            const int y = scumble_picture_mirror ((cells.y + i) * stride + k / stride,
                                                  content->height) - from.y;

            sum += mask[(gsize) y * (gsize) from.w + (gsize) x];
          }
        weights[(gsize) i * (gsize) cells.w + (gsize) j] =
          (float) (strength * sum / (stride * stride));
      }
}

/* weights [n_zones + 1, n]: the last from the others */
static void
find_rest (float *weights, guint n_zones, gsize n)
{
  float *rest = weights + n_zones * n;

  for (gsize i = 0; i < n; i++)
    {
      rest[i] = 1.0f;
      for (guint z = 0; z < n_zones; z++)
        rest[i] -= weights[z * n + i];
      if (fabsf (rest[i]) < ROUNDING)
        rest[i] = 0.0f;
    }
}

gboolean
scumble_zones_weigh (const ScumbleLook *look, const ScumbleSource *content, ScumbleRect cells,
                     int stride, double strength, float *weights, const ScumbleJob *job,
                     GError **error)
{
  const gsize mark    = scumble_arena_mark (job->arena);
  const gsize n_cells = (gsize) cells.w * (gsize) cells.h;
  gboolean    done;
  ScumbleRect from;
  gsize       n;
  float      *masks;

  scumble_picture_mirror_span (cells.x * stride, cells.w * stride, content->width, &from.x,
                               &from.w);
  scumble_picture_mirror_span (cells.y * stride, cells.h * stride, content->height, &from.y,
                               &from.h);
  n     = (gsize) from.w * (gsize) from.h;
  masks = scumble_arena_take (job->arena, (look->n_zones + 1) * n * sizeof *masks, error);
  done  = masks != NULL &&
          read_mask (look->strength_map, &from, masks + look->n_zones * n, n, error);
  for (guint z = 0; done && z < look->n_zones; z++)
    done = read_mask (look->zones[z].mask, &from, masks + z * n, n, error);

  if (done)
    {
      share_out (masks, look->n_zones, masks + look->n_zones * n, n);
      for (guint z = 0; z < look->n_zones; z++)
        average (masks + z * n, content, from, cells, stride, strength, weights + z * n_cells);
      find_rest (weights, look->n_zones, n_cells);
    }
  scumble_arena_release (job->arena, mark);

  return done;
}

gsize
scumble_zones_room (const ScumbleLook *look, int w, int h, int stride)
{
  const gsize cells = (gsize) w * (gsize) h;
  const gsize each  = sizeof (float) * (look->n_zones + 1);

  if (scumble_zones_plain (look))
    return 0;

  return each * cells * (1 + (gsize) stride * (gsize) stride) + 128;
}
