/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature-plane.h"
#include "tiles.h"

typedef struct
{
  ScumbleFeatures      *features;
  const ScumbleConvnet *encoder;
  const ScumblePicture *picture;
  int                   stride;
  const ScumbleJob     *job;
} Walk;

static gsize
plane_bytes (const ScumbleTensor *plane)
{
  return (gsize) plane->h * plane->stride * sizeof (float);
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

gboolean
scumble_features_encode (ScumbleFeatures *features, const ScumbleConvnet *encoder,
                         const ScumblePicture *picture, int stride, gboolean keep,
                         const ScumbleJob *job, GError **error)
{
  const ScumbleRect area = { 0, 0, picture->w, picture->h };
  const int         c    = scumble_convnet_channels (encoder);
  const int         w    = picture->w / stride, h = picture->h / stride;
  Walk              walk = { features, encoder, picture, stride, job };

  *features = (ScumbleFeatures) { .plane = { NULL, h, w, c, (gsize) w * (gsize) c } };
  features->arena = job->arena;
  scumble_moments_init (&features->moments, c);

  if (keep)
    {
      features->plane.data = scumble_arena_block_new (job->arena,
                                                      plane_bytes (&features->plane), error);
      if (features->plane.data == NULL)
        return FALSE;
    }

  return scumble_tiles_walk (&area, scumble_tile_edge (&area, stride, tile_room, &walk, job),
                             encode_tile, &walk, job, error);
}

void
scumble_features_clear (ScumbleFeatures *features)
{
  if (features->arena == NULL)
    return;

  scumble_arena_block_free (features->arena, features->plane.data,
                            plane_bytes (&features->plane));
  scumble_moments_clear (&features->moments);
  features->arena = NULL;
}
