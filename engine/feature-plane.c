/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature-plane.h"
#include "half.h"
#include "tiles.h"

#include <string.h>

/* Edge in pixels of the tiles that a plane must leave room for. */
enum { WORKING_EDGE = 128 };

typedef struct
{
  ScumbleFeatures  *features;
  const ScumbleJob *job;
} Walk;

static gsize
n_cells (const ScumbleTensor *plane)
{
  return (gsize) plane->h * (gsize) plane->w;
}

static gsize
n_values (const ScumbleTensor *plane)
{
  return n_cells (plane) * (gsize) plane->c;
}

/* Size of what the plane is computed from. */
static void
plane_below (const ScumbleFeatures *features, int *w, int *h)
{
  *w = features->plane.w * features->stride;
  *h = features->plane.h * features->stride;
}

/* Scratch for computing @w x @h cells, but for the cells themselves. */
static gsize
compute_room (const ScumbleFeatures *features, int w, int h, int threads)
{
  const gsize run = scumble_convnet_room (features->net, w, h, threads);
  int         below_w, below_h;
  gsize       below;

  scumble_convnet_reach_most (features->net, w, h, &below_w, &below_h);
  below = (gsize) below_w * (gsize) below_h;

  /* The picture as the network sees it and its alpha. */
  if (features->picture != NULL)
    return MAX (run, scumble_picture_room (below_w, below_h)) + 4 * sizeof (float) * below +
           4096;

  return run + sizeof (float) * (gsize) features->shallow->plane.c * below +
         scumble_features_room (features->shallow, below_w, below_h, threads) + 4096;
}

gsize
scumble_features_room (const ScumbleFeatures *features, int w, int h, int threads)
{
  if (features->plane.data != NULL || features->halves != NULL)
    return 0;

  return compute_room (features, w, h, threads);
}

static double
compute_work (const ScumbleFeatures *features, ScumbleRect cells)
{
  double work;
  int    w, h;

  plane_below (features, &w, &h);
  work = scumble_convnet_work (features->net, w, h, cells);
  if (features->shallow != NULL)
    work += scumble_features_work (features->shallow,
                                   scumble_convnet_reach (features->net, w, h, cells));

  return work;
}

double
scumble_features_work (const ScumbleFeatures *features, ScumbleRect cells)
{
  return features->plane.data != NULL || features->halves != NULL
           ? 0.0 : compute_work (features, cells);
}

/* Reads what @in lies on, and how visible the cells above it are, if @weights is given. */
static gboolean
read_picture (const ScumbleFeatures *features, const ScumbleRegion *in, ScumbleRect cells,
              float *weights, const ScumbleJob *job, GError **error)
{
  float *alpha = NULL;

  if (weights != NULL)
    {
      alpha = scumble_arena_take (job->arena, sizeof (float) * (gsize) in->rect.w *
                                  (gsize) in->rect.h, error);
      if (alpha == NULL)
        return FALSE;
    }
  if (!scumble_picture_read (features->picture, in->rect, in->tensor.data, alpha, job, error))
    return FALSE;
  if (weights != NULL)
    scumble_picture_average_alpha (alpha, in->rect, cells, features->stride, weights);

  return TRUE;
}

/* Computes the cells that @out lies on into its tensor, in scratch that the caller gives
 * back. @weights: (nullable): [out.h, out.w], filled in for a picture */
static gboolean
compute (const ScumbleFeatures *features, ScumbleRegion *out, float *weights,
         const ScumbleJob *job, GError **error)
{
  const int     c  = features->picture != NULL ? 3 : features->shallow->plane.c;
  ScumbleRegion in = { .rect = { 0, 0, 0, 0 } };

  plane_below (features, &in.plane_w, &in.plane_h);
  in.rect = scumble_convnet_reach (features->net, in.plane_w, in.plane_h, out->rect);

  return scumble_arena_tensor (job->arena, in.rect.h, in.rect.w, c, &in.tensor, error) &&
         (features->picture != NULL
            ? read_picture (features, &in, out->rect, weights, job, error)
            : scumble_features_read (features->shallow, in.rect, &in.tensor, job, error)) &&
         scumble_convnet_run (features->net, &in, out, job, error);
}

static gboolean
compute_again (const ScumbleFeatures *features, ScumbleRect cells, const ScumbleTensor *y,
               const ScumbleJob *job, GError **error)
{
  const gsize    mark = scumble_arena_mark (job->arena);
  ScumbleRegion  out  = { .tensor = *y, .rect = cells };
  const gboolean done = compute (features, &out, NULL, job, error);

  scumble_arena_release (job->arena, mark);
  return done;
}

/* Where the halves of a row of cells begin. */
static guint16 *
halves_at (const ScumbleFeatures *features, int y, int x)
{
  return features->halves + ((gsize) y * (gsize) features->plane.w + (gsize) x) *
                              (gsize) features->plane.c;
}

gboolean
scumble_features_read (const ScumbleFeatures *features, ScumbleRect cells,
                       const ScumbleTensor *y, const ScumbleJob *job, GError **error)
{
  if (features->plane.data != NULL)
    {
      const ScumbleTensor part = scumble_tensor_view (&features->plane, cells.y, cells.x,
                                                      cells.h, cells.w);

      scumble_copy (&part, y, job->threads);
      return TRUE;
    }
  if (features->halves == NULL)
    return compute_again (features, cells, y, job, error);

  for (int i = 0; i < cells.h; i++)
    scumble_halves_unpack (halves_at (features, cells.y + i, cells.x),
                           scumble_tensor_at (y, i, 0), (gsize) cells.w * (gsize) y->c);

  return TRUE;
}

/* [2 h, 2 w] -> [h, w]: the means of 2x2 cells. */
static void
average_weights (const ScumbleFeatures *features, ScumbleRect cells, float *weights)
{
  const gsize w = (gsize) features->plane.w;

  for (int i = 0; i < cells.h; i++)
    for (int j = 0; j < cells.w; j++)
      {
        const float *from = features->weights + 2 * (gsize) (cells.y + i) * w +
                            2 * (gsize) (cells.x + j);

        weights[i * cells.w + j] = (from[0] + from[1] + from[w] + from[w + 1]) / 4.0f;
      }
}

/* Keeps a tile that was computed: @weights (nullable) and, if need be, @out as halves. */
static void
keep_tile (const ScumbleFeatures *features, const ScumbleRegion *out, const float *weights)
{
  const ScumbleRect cells = out->rect;
  const gsize       w     = (gsize) cells.w;

  for (int i = 0; i < cells.h && features->weights != NULL; i++)
    memcpy (features->weights + (gsize) (cells.y + i) * (gsize) features->plane.w + cells.x,
            weights + (gsize) i * w, w * sizeof *weights);

  for (int i = 0; i < cells.h && features->halves != NULL; i++)
    scumble_halves_pack (scumble_tensor_at (&out->tensor, i, 0),
                         halves_at (features, cells.y + i, cells.x),
                         w * (gsize) out->tensor.c);
}

static gboolean
compute_tile (const Walk *walk, ScumbleRect cells, GError **error)
{
  ScumbleFeatures  *features = walk->features;
  const ScumbleJob *job      = walk->job;
  const gboolean    veiled   = features->picture != NULL ? features->picture->fill != NULL
                                                         : features->shallow->weights != NULL;
  ScumbleRegion     out      = { .rect = cells };
  float            *weights  = NULL;

  if (veiled)
    {
      weights = scumble_arena_take (job->arena, sizeof (float) * (gsize) cells.w *
                                    (gsize) cells.h, error);
      if (weights == NULL)
        return FALSE;
    }

  if (features->plane.data != NULL)
    out.tensor = scumble_tensor_view (&features->plane, cells.y, cells.x, cells.h, cells.w);
  else if (!scumble_arena_tensor (job->arena, cells.h, cells.w, features->plane.c, &out.tensor,
                                  error))
    return FALSE;

  if (!compute (features, &out, weights, job, error))
    return FALSE;
  if (veiled && features->shallow != NULL)
    average_weights (features->shallow, cells, weights);

  keep_tile (features, &out, weights);
  scumble_moments_add (&features->moments, &out.tensor, weights, job->threads);
  return TRUE;
}

static ScumbleRect
tile_cells (const Walk *walk, const ScumbleRect *tile)
{
  const int n = walk->features->stride;

  return (ScumbleRect) { tile->x / n, tile->y / n, tile->w / n, tile->h / n };
}

static gboolean
walk_tile (const ScumbleRect *tile, gpointer user_data, GError **error)
{
  const Walk    *walk = user_data;
  const gsize    mark = scumble_arena_mark (walk->job->arena);
  const gboolean done = compute_tile (walk, tile_cells (walk, tile), error);

  scumble_arena_release (walk->job->arena, mark);
  return done;
}

static gsize
tile_room (int w, int h, gconstpointer user_data)
{
  const Walk *walk = user_data;
  const int   n    = walk->features->stride;
  const int   cols = (w + n - 1) / n, rows = (h + n - 1) / n;

  return compute_room (walk->features, cols, rows, walk->job->threads) +
         sizeof (float) * (gsize) cols * (gsize) rows *
           (gsize) (walk->features->plane.c + 1);
}

static double
tile_work (const ScumbleRect *tile, gconstpointer user_data)
{
  const Walk *walk = user_data;

  return compute_work (walk->features, tile_cells (walk, tile));
}

static gboolean
allocate_floats (ScumbleFeatures *features, GError **error)
{
  features->plane.data = scumble_arena_block_new (
    features->arena, n_values (&features->plane) * sizeof (float), error);

  return features->plane.data != NULL;
}

static gboolean
allocate_halves (ScumbleFeatures *features, GError **error)
{
  features->halves = scumble_arena_block_new (
    features->arena, n_values (&features->plane) * sizeof (guint16), error);

  return features->halves != NULL;
}

static ScumbleKept
what_is_small (const Walk *walk)
{
  const gsize most = scumble_arena_room (walk->features->arena) / 4;
  const gsize n    = n_values (&walk->features->plane);

  return n * sizeof (float) <= most     ? SCUMBLE_KEPT_FLOATS
         : n * sizeof (guint16) <= most ? SCUMBLE_KEPT_HALVES
                                        : SCUMBLE_KEPT_NOT;
}

static ScumbleKept
what_fits (const Walk *walk)
{
  const gsize room = scumble_arena_room (walk->features->arena);
  const gsize work = tile_room (WORKING_EDGE, WORKING_EDGE, walk);
  const gsize n    = n_values (&walk->features->plane);

  if (n * sizeof (float) <= room / 2 && n * sizeof (float) + work <= room)
    return SCUMBLE_KEPT_FLOATS;
  if (n * sizeof (guint16) + work <= room)
    return SCUMBLE_KEPT_HALVES;

  return SCUMBLE_KEPT_NOT;
}

static gboolean
allocate_kept (Walk *walk, ScumbleKept kept, GError **error)
{
  switch (kept)
    {
    case SCUMBLE_KEPT_FLOATS:
      return allocate_floats (walk->features, error);
    case SCUMBLE_KEPT_HALVES:
      return allocate_halves (walk->features, error);
    case SCUMBLE_KEPT_NOT:
      return TRUE;
    }

  g_return_val_if_reached (FALSE);
}

static gboolean
allocate_as_fits (Walk *walk, GError **error)
{
  const ScumbleKept kept = what_fits (walk);

  if (walk->job->rehearsal != NULL)
    walk->job->rehearsal->kept = MAX (walk->job->rehearsal->kept, kept);

  return allocate_kept (walk, kept, error);
}

static gboolean
allocate (Walk *walk, ScumbleKeep keep, gboolean veiled, GError **error)
{
  ScumbleFeatures *features = walk->features;

  if (keep != SCUMBLE_KEEP_NOTHING && veiled)
    {
      features->weights = scumble_arena_block_new (
        features->arena, n_cells (&features->plane) * sizeof (float), error);
      if (features->weights == NULL)
        return FALSE;
    }

  switch (keep)
    {
    case SCUMBLE_KEEP_NOTHING:
      return TRUE;
    case SCUMBLE_KEEP_FLOATS:
      return allocate_floats (features, error);
    case SCUMBLE_KEEP_AS_FITS:
      return allocate_as_fits (walk, error);
    case SCUMBLE_KEEP_IF_SMALL:
      return allocate_kept (walk, what_is_small (walk), error);
    }

  g_return_val_if_reached (FALSE);
}

/* Computes a whole plane; @features says from what. @w, @h: size of that */
static gboolean
fill (ScumbleFeatures *features, int w, int h, ScumbleKeep keep, gboolean veiled,
      const ScumbleJob *job, GError **error)
{
  const ScumbleRect area = { 0, 0, w, h };
  const int         n    = features->stride;
  const int         c    = scumble_convnet_channels (features->net);
  Walk              walk = { features, job };
  int               edge;

  features->plane = (ScumbleTensor) { NULL, h / n, w / n, c, (gsize) (w / n) * (gsize) c };
  features->arena = job->arena;
  scumble_moments_init (&features->moments, c);

  if (!allocate (&walk, keep, veiled, error))
    return FALSE;

  edge = scumble_tile_edge (&area, n, tile_room, &walk, job);

  return job->rehearsal != NULL
           ? scumble_tiles_rehearse (&area, edge, tile_room, tile_work, &walk, job, error)
           : scumble_tiles_walk (&area, edge, walk_tile, &walk, job, error);
}

gboolean
scumble_features_encode (ScumbleFeatures *features, const ScumbleConvnet *encoder,
                         const ScumblePicture *picture, int stride, ScumbleKeep keep,
                         const ScumbleJob *job, GError **error)
{
  *features = (ScumbleFeatures) { .net = encoder, .picture = picture, .stride = stride };

  return fill (features, picture->w, picture->h, keep, picture->fill != NULL, job, error);
}

gboolean
scumble_features_deepen (ScumbleFeatures *deep, const ScumbleConvnet *part,
                         const ScumbleFeatures *features, ScumbleKeep keep,
                         const ScumbleJob *job, GError **error)
{
  *deep = (ScumbleFeatures) { .net = part, .shallow = features, .stride = 2 };

  return fill (deep, features->plane.w, features->plane.h, keep, features->weights != NULL,
               job, error);
}

void
scumble_features_clear (ScumbleFeatures *features)
{
  const gsize n = n_values (&features->plane);

  if (features->arena == NULL)
    return;

  scumble_arena_block_free (features->arena, features->weights,
                            n_cells (&features->plane) * sizeof (float));
  scumble_arena_block_free (features->arena, features->plane.data, n * sizeof (float));
  scumble_arena_block_free (features->arena, features->halves, n * sizeof (guint16));
  scumble_moments_clear (&features->moments);
  features->arena = NULL;
}
