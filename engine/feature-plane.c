/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature-plane.h"
#include "tiles.h"

#include <string.h>

typedef struct
{
  ScumbleFeatures      *features;
  const ScumbleConvnet *encoder;
  const ScumblePicture *picture;
  int                   stride;
  const ScumbleJob     *job;
} Walk;

typedef struct
{
  ScumbleFeatures       *deep;
  const ScumbleConvnet  *part;
  const ScumbleFeatures *features;
  const ScumbleJob      *job;
} Deepening;

static gsize
plane_bytes (const ScumbleTensor *plane)
{
  return (gsize) plane->h * plane->stride * sizeof (float);
}

static gsize
weights_bytes (const ScumbleTensor *plane)
{
  return (gsize) plane->h * (gsize) plane->w * sizeof (float);
}

/* How far beyond the cells' own pixels the encoder looks; the same on every side. */
static int
halo (const ScumbleConvnet *encoder, int stride)
{
  enum { FAR = 1 << 16, PLANE = 1 << 24 };
  const ScumbleRect cell  = { FAR, FAR, 1, 1 };
  const ScumbleRect reach = scumble_convnet_reach (encoder, PLANE, PLANE, cell);

  return cell.x * stride - reach.x;
}

static gsize
tile_room (int w, int h, gconstpointer user_data)
{
  const Walk *walk  = user_data;
  const int   cells = walk->stride;
  const int   cols  = (w + cells - 1) / cells, rows = (h + cells - 1) / cells;
  const int   n     = 2 * halo (walk->encoder, cells);
  const gsize area  = (gsize) (cols * cells + n) * (gsize) (rows * cells + n);
  const gsize read  = 8 * sizeof (float) * area; /* rgb, alpha and the source's rgba */
  const gsize out   = sizeof (float) * (gsize) cols * (gsize) rows *
                      (gsize) (scumble_convnet_channels (walk->encoder) + 1);

  return read + out + scumble_convnet_room (walk->encoder, cols, rows, walk->job->threads) + 4096;
}

/* The mean alpha of every cell: alpha [in.h, in.w] -> weights [cells.h, cells.w]. */
static void
average_alpha (const float *alpha, ScumbleRect in, ScumbleRect cells, int stride,
               float *weights)
{
  for (int i = 0; i < cells.h; i++)
    for (int j = 0; j < cells.w; j++)
      {
        const int x   = (cells.x + j) * stride - in.x;
        const int y   = (cells.y + i) * stride - in.y;
        double    sum = 0.0;

        for (int k = 0; k < stride * stride; k++)
          sum += alpha[(gsize) (y + k / stride) * (gsize) in.w + (gsize) (x + k % stride)];
        weights[i * cells.w + j] = (float) (sum / (stride * stride));
      }
}

/* Encodes the cells that @out lies on into its tensor.
 * [reach, 3] -> encoder -> [out.h, out.w, c] */
static gboolean
encode_cells (const Walk *walk, ScumbleRegion *out, float *weights, GError **error)
{
  const ScumblePicture *picture = walk->picture;
  ScumbleArena         *arena   = walk->job->arena;
  float                *alpha   = NULL;
  ScumbleRegion         in      = { .plane_w = picture->w, .plane_h = picture->h };

  in.rect = scumble_convnet_reach (walk->encoder, picture->w, picture->h, out->rect);
  if (weights != NULL)
    {
      alpha = scumble_arena_take (arena, sizeof (float) * (gsize) in.rect.w *
                                  (gsize) in.rect.h, error);
      if (alpha == NULL)
        return FALSE;
    }
  if (!scumble_arena_tensor (arena, in.rect.h, in.rect.w, 3, &in.tensor, error) ||
      !scumble_picture_read (picture, in.rect, in.tensor.data, alpha, walk->job, error) ||
      !scumble_convnet_run (walk->encoder, &in, out, walk->job, error))
    return FALSE;

  if (weights != NULL)
    average_alpha (alpha, in.rect, out->rect, walk->stride, weights);

  return TRUE;
}

static gboolean
encode_tile_scratch (const Walk *walk, ScumbleRect cells, GError **error)
{
  ScumbleFeatures *features = walk->features;
  ScumbleArena    *arena    = walk->job->arena;
  ScumbleRegion    out      = { .rect = cells };
  float           *weights  = NULL;

  if (walk->picture->fill != NULL)
    {
      weights = scumble_arena_take (arena, sizeof (float) * (gsize) cells.w * (gsize) cells.h,
                                    error);
      if (weights == NULL)
        return FALSE;
    }

  if (features->plane.data != NULL)
    out.tensor = scumble_tensor_view (&features->plane, cells.y, cells.x, cells.h, cells.w);
  else if (!scumble_arena_tensor (arena, cells.h, cells.w, features->plane.c, &out.tensor,
                                  error))
    return FALSE;

  if (!encode_cells (walk, &out, weights, error))
    return FALSE;

  if (features->weights != NULL)
    for (int i = 0; i < cells.h; i++)
      memcpy (features->weights + (gsize) (cells.y + i) * (gsize) features->plane.w + cells.x,
              weights + (gsize) i * (gsize) cells.w, (gsize) cells.w * sizeof *weights);

  scumble_moments_add (&features->moments, &out.tensor, weights, walk->job->threads);
  return TRUE;
}

static gboolean
encode_tile (const ScumbleRect *tile, gpointer user_data, GError **error)
{
  const Walk       *walk  = user_data;
  const int         n     = walk->stride;
  const ScumbleRect cells = { tile->x / n, tile->y / n, tile->w / n, tile->h / n };
  const gsize       mark  = scumble_arena_mark (walk->job->arena);
  const gboolean    done  = encode_tile_scratch (walk, cells, error);

  scumble_arena_release (walk->job->arena, mark);
  return done;
}

/* Prepares @features for a plane of @h x @w cells with the channels of @net's output. */
static gboolean
allocate (ScumbleFeatures *features, const ScumbleConvnet *net, int h, int w, gboolean keep,
          const ScumbleJob *job, GError **error)
{
  const int c = scumble_convnet_channels (net);

  *features = (ScumbleFeatures) { .plane = { NULL, h, w, c, (gsize) w * (gsize) c } };
  features->arena = job->arena;
  scumble_moments_init (&features->moments, c);
  if (!keep)
    return TRUE;

  features->plane.data = scumble_arena_block_new (job->arena, plane_bytes (&features->plane),
                                                  error);
  return features->plane.data != NULL;
}

static gboolean
allocate_weights (ScumbleFeatures *features, GError **error)
{
  features->weights = scumble_arena_block_new (features->arena,
                                               weights_bytes (&features->plane), error);
  return features->weights != NULL;
}

gboolean
scumble_features_encode (ScumbleFeatures *features, const ScumbleConvnet *encoder,
                         const ScumblePicture *picture, int stride, gboolean keep,
                         const ScumbleJob *job, GError **error)
{
  const ScumbleRect area = { 0, 0, picture->w, picture->h };
  Walk              walk = { features, encoder, picture, stride, job };

  if (!allocate (features, encoder, picture->h / stride, picture->w / stride, keep, job,
                 error) ||
      (keep && picture->fill != NULL && !allocate_weights (features, error)))
    return FALSE;

  return scumble_tiles_walk (&area, scumble_tile_edge (&area, stride, tile_room, &walk, job),
                             encode_tile, &walk, job, error);
}

/* [2 h, 2 w] -> [h, w]: the means of 2x2 cells. */
static void
average_weights (const ScumbleFeatures *features, ScumbleFeatures *deep)
{
  const gsize w = (gsize) features->plane.w;

  for (gsize i = 0; i < (gsize) deep->plane.h; i++)
    for (gsize j = 0; j < (gsize) deep->plane.w; j++)
      {
        const float *from = features->weights + 2 * i * w + 2 * j;

        deep->weights[i * (w / 2) + j] = (from[0] + from[1] + from[w] + from[w + 1]) / 4.0f;
      }
}

static gsize
deepen_room (int w, int h, gconstpointer user_data)
{
  const Deepening *deepening = user_data;

  return scumble_convnet_room (deepening->part, w / 2, h / 2, deepening->job->threads) +
         weights_bytes (&(ScumbleTensor) { NULL, h / 2, w / 2, 1, 0 }) +
         plane_bytes (&(ScumbleTensor) { NULL, h / 2, w / 2, 0,
                                         (gsize) w / 2 * (gsize) deepening->deep->plane.c }) +
         4096;
}

static gboolean
deepen_tile_scratch (const Deepening *deepening, ScumbleRect cells, GError **error)
{
  const ScumbleTensor *plane = &deepening->features->plane;
  const ScumbleJob    *job   = deepening->job;
  ScumbleFeatures     *deep  = deepening->deep;
  const ScumbleRegion  in    = { *plane, { 0, 0, plane->w, plane->h }, plane->w, plane->h };
  ScumbleRegion        out   = { .rect = cells };
  ScumbleTensor        weights = { NULL };

  if (deep->plane.data != NULL)
    out.tensor = scumble_tensor_view (&deep->plane, cells.y, cells.x, cells.h, cells.w);
  else if (!scumble_arena_tensor (job->arena, cells.h, cells.w, deep->plane.c, &out.tensor,
                                  error))
    return FALSE;

  if (deep->weights != NULL)
    {
      const ScumbleTensor whole = { deep->weights, deep->plane.h, deep->plane.w, 1,
                                    (gsize) deep->plane.w };
      const ScumbleTensor part  = scumble_tensor_view (&whole, cells.y, cells.x, cells.h,
                                                       cells.w);

      if (!scumble_arena_tensor (job->arena, cells.h, cells.w, 1, &weights, error))
        return FALSE;
      scumble_copy (&part, &weights);
    }

  if (!scumble_convnet_run (deepening->part, &in, &out, job, error))
    return FALSE;

  scumble_moments_add (&deep->moments, &out.tensor, weights.data, job->threads);
  return TRUE;
}

static gboolean
deepen_tile (const ScumbleRect *tile, gpointer user_data, GError **error)
{
  const Deepening  *deepening = user_data;
  ScumbleArena     *arena     = deepening->job->arena;
  const ScumbleRect cells     = { tile->x / 2, tile->y / 2, tile->w / 2, tile->h / 2 };
  const gsize       mark      = scumble_arena_mark (arena);
  const gboolean    done      = deepen_tile_scratch (deepening, cells, error);

  scumble_arena_release (arena, mark);
  return done;
}

gboolean
scumble_features_deepen (ScumbleFeatures *deep, const ScumbleConvnet *part,
                         const ScumbleFeatures *features, gboolean keep,
                         const ScumbleJob *job, GError **error)
{
  const ScumbleTensor *plane     = &features->plane;
  const ScumbleRect    area      = { 0, 0, plane->w, plane->h };
  Deepening            deepening = { deep, part, features, job };

  if (!allocate (deep, part, plane->h / 2, plane->w / 2, keep, job, error) ||
      (features->weights != NULL && !allocate_weights (deep, error)))
    return FALSE;
  if (deep->weights != NULL)
    average_weights (features, deep);

  return scumble_tiles_walk (&area,
                             scumble_tile_edge (&area, 2, deepen_room, &deepening, job),
                             deepen_tile, &deepening, job, error);
}

void
scumble_features_clear (ScumbleFeatures *features)
{
  if (features->arena == NULL)
    return;

  scumble_arena_block_free (features->arena, features->weights,
                            weights_bytes (&features->plane));
  scumble_arena_block_free (features->arena, features->plane.data,
                            plane_bytes (&features->plane));
  scumble_moments_clear (&features->moments);
  features->arena = NULL;
}
