/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "taps.h"
#include "covariance.h"
#include "moments.h"
#include "tiles.h"

enum { ALIGN = 16 };

/* Edge of a tile in pixels, at most: larger ones repeat little less at their borders, and
 * take four times the memory. */
enum { EDGE = 512 };

void
scumble_taps_init (ScumbleTaps *taps, const ScumbleConvnet *encoder, ScumbleVggTap last)
{
  *taps = (ScumbleTaps) { .n = (int) last };
  for (int i = 0; i < taps->n; i++)
    {
      taps->parts[i] = scumble_vgg_part (encoder, (ScumbleVggTap) i, (ScumbleVggTap) (i + 1));
      taps->length  += 2 * scumble_convnet_channels (taps->parts[i]);
    }
}

void
scumble_taps_clear (ScumbleTaps *taps)
{
  for (int i = 0; i < taps->n; i++)
    g_clear_pointer (&taps->parts[i], scumble_convnet_free);
}

/* Told of a part of the plane at tap @i, 0 for relu1_1. @weights: (nullable): how visible its
 * cells are */
typedef void (*Look) (int i, const ScumbleTensor *x, const float *weights, gpointer data,
                      int threads);

typedef struct
{
  const ScumbleTaps    *taps;
  int                   n; /* how many of them, from relu1_1 on */
  const ScumblePicture *picture;
  Look                  look;
  gpointer              data;
  const ScumbleJob     *job;
} Walk;

/* What a tile goes through: at every tap, the cells that the deeper ones depend on. */
typedef struct
{
  ScumbleRect pixels;
  ScumbleRect cells[SCUMBLE_VGG_TAPS - 1];
} Reach;

/* The size of a plane in the cells of tap @i. */
static int
plane_side (int pixels, int i)
{
  return pixels >> i;
}

static ScumbleRect
own_cells (const ScumbleRect *tile, int i)
{
  return (ScumbleRect) { tile->x >> i, tile->y >> i, tile->w >> i, tile->h >> i };
}

static Reach
find_reach (const Walk *walk, const ScumbleRect *tile)
{
  ScumbleConvnet *const *parts = walk->taps->parts;
  const int              w     = walk->picture->w, h = walk->picture->h;
  Reach                  reach;

  reach.cells[walk->n - 1] = own_cells (tile, walk->n - 1);
  for (int i = walk->n - 1; i > 0; i--)
    reach.cells[i - 1] = scumble_convnet_reach (parts[i], plane_side (w, i - 1),
                                                plane_side (h, i - 1), reach.cells[i]);
  reach.pixels = scumble_convnet_reach (parts[0], w, h, reach.cells[0]);

  return reach;
}

/* How visible a tile's own cells at tap @i are; NULL if all of them are.
 * @alpha: (nullable): of the pixels of @reach */
static gboolean
weigh (const Walk *walk, const ScumbleRect *tile, int i, const Reach *reach,
       const float *alpha, float **weights, GError **error)
{
  const ScumbleRect own = own_cells (tile, i);

  *weights = NULL;
  if (alpha == NULL)
    return TRUE;

  *weights = scumble_arena_take (walk->job->arena, sizeof (float) * (gsize) own.w *
                                 (gsize) own.h, error);
  if (*weights == NULL)
    return FALSE;
  scumble_picture_average_alpha (alpha, reach->pixels, own, 1 << i, *weights);

  return TRUE;
}

/* Goes on to tap @i from the one before, and looks at the tile's own cells there. */
static gboolean
go_deeper (const Walk *walk, const ScumbleRect *tile, int i, const Reach *reach,
           const float *alpha, ScumbleRegion *region, GError **error)
{
  const ScumbleConvnet *part = walk->taps->parts[i];
  const ScumbleRect     own  = own_cells (tile, i);
  ScumbleRegion         out  = { .rect = reach->cells[i] };
  ScumbleTensor         view;
  float                *weights;

  if (!scumble_arena_tensor (walk->job->arena, out.rect.h, out.rect.w,
                             scumble_convnet_channels (part), &out.tensor, error) ||
      !scumble_convnet_run (part, region, &out, walk->job, error) ||
      !weigh (walk, tile, i, reach, alpha, &weights, error))
    return FALSE;

  view = scumble_tensor_view (&out.tensor, own.y - out.rect.y, own.x - out.rect.x, own.h,
                              own.w);
  walk->look (i, &view, weights, walk->data, walk->job->threads);
  *region = out;

  return TRUE;
}

static gboolean
measure_tile (const Walk *walk, const ScumbleRect *tile, GError **error)
{
  const ScumblePicture *picture = walk->picture;
  const Reach           reach   = find_reach (walk, tile);
  ScumbleRegion         region  = { .rect = reach.pixels, .plane_w = picture->w,
                                    .plane_h = picture->h };
  float                *alpha   = NULL;

  if (!scumble_arena_tensor (walk->job->arena, region.rect.h, region.rect.w, 3,
                             &region.tensor, error))
    return FALSE;
  if (picture->fill != NULL)
    {
      alpha = scumble_arena_take (walk->job->arena, sizeof (float) * (gsize) region.rect.w *
                                  (gsize) region.rect.h, error);
      if (alpha == NULL)
        return FALSE;
    }
  if (!scumble_picture_read (picture, region.rect, region.tensor.data, alpha, walk->job,
                             error))
    return FALSE;

  for (int i = 0; i < walk->n; i++)
    if (!go_deeper (walk, tile, i, &reach, alpha, &region, error))
      return FALSE;

  return TRUE;
}

static gboolean
walk_tile (const ScumbleRect *tile, gpointer user_data, GError **error)
{
  const Walk    *walk = user_data;
  const gsize    mark = scumble_arena_mark (walk->job->arena);
  const gboolean done = measure_tile (walk, tile, error);

  scumble_arena_release (walk->job->arena, mark);
  return done;
}

static gsize
tile_room (int w, int h, gconstpointer user_data)
{
  const Walk *walk = user_data;
  int         cols = (w + (1 << (walk->n - 1)) - 1) >> (walk->n - 1);
  int         rows = (h + (1 << (walk->n - 1)) - 1) >> (walk->n - 1);
  gsize       kept = 0, run = 0;

  for (int i = walk->n - 1; i >= 0; i--)
    {
      const ScumbleConvnet *part  = walk->taps->parts[i];
      const gsize           cells = (gsize) cols * (gsize) rows;

      kept += sizeof (float) * cells * (gsize) (scumble_convnet_channels (part) + 1) + 128;
      run   = MAX (run, scumble_convnet_room (part, cols, rows, walk->job->threads));
      scumble_convnet_reach_most (part, cols, rows, &cols, &rows);
      cols = MIN (cols, plane_side (walk->picture->w, MAX (i - 1, 0)));
      rows = MIN (rows, plane_side (walk->picture->h, MAX (i - 1, 0)));
    }

  /* The pixels and their alpha. */
  return kept + sizeof (float) * 4 * (gsize) cols * (gsize) rows +
         MAX (run, scumble_picture_room (cols, rows)) + 4096;
}

static double
tile_work (const ScumbleRect *tile, gconstpointer user_data)
{
  const Walk *walk  = user_data;
  const Reach reach = find_reach (walk, tile);
  double      work  = 0.0;

  for (int i = 0; i < walk->n; i++)
    work += scumble_convnet_work (walk->taps->parts[i],
                                  plane_side (walk->picture->w, MAX (i - 1, 0)),
                                  plane_side (walk->picture->h, MAX (i - 1, 0)),
                                  reach.cells[i]);

  return work;
}

/* Takes a picture to the first @n taps, tile by tile. */
static gboolean
go (const Walk *walk, GError **error)
{
  const ScumbleJob *job  = walk->job;
  const ScumbleRect area = { 0, 0, walk->picture->w, walk->picture->h };
  const int         edge = MIN (scumble_tile_edge (&area, 1 << (walk->n - 1), tile_room, walk,
                                                   job), EDGE);

  return job->rehearsal != NULL
           ? scumble_tiles_rehearse (&area, edge, tile_room, tile_work, walk, job, error)
           : scumble_tiles_walk (&area, edge, walk_tile, (gpointer) walk, job, error);
}

static void
note_moments (int i, const ScumbleTensor *x, const float *weights, gpointer data,
              int threads)
{
  scumble_moments_add ((ScumbleMoments *) data + i, x, weights, threads);
}

gboolean
scumble_taps_measure (const ScumbleTaps *taps, const ScumblePicture *picture,
                      float *statistics, const ScumbleJob *job, GError **error)
{
  ScumbleMoments moments[G_N_ELEMENTS (taps->parts)];
  const Walk     walk = { taps, taps->n, picture, note_moments, moments, job };
  gboolean       done;

  for (int i = 0; i < taps->n; i++)
    scumble_moments_init (&moments[i], scumble_convnet_channels (taps->parts[i]));

  done = go (&walk, error);
  for (int i = 0; i < taps->n; i++)
    {
      scumble_moments_get (&moments[i], statistics, statistics + moments[i].c);
      statistics += 2 * moments[i].c;
      scumble_moments_clear (&moments[i]);
    }

  return done;
}

/* A measurement of a picture. */
typedef gboolean (*Measure) (const ScumbleTaps *taps, const ScumblePicture *picture,
                             float *found, const ScumbleJob *job, GError **error);

static gboolean
measure_source (const ScumbleTaps *taps, ScumbleSource *source, Measure measure, float *found,
                const ScumbleJob *job, GError **error)
{
  ScumblePicture picture = { NULL };
  const gboolean done    = scumble_picture_init (&picture, source, ALIGN, job, error) &&
                           measure (taps, &picture, found, job, error);

  scumble_picture_clear (&picture);

  return done;
}

gboolean
scumble_taps_measure_source (const ScumbleTaps *taps, ScumbleSource *source,
                             float *statistics, const ScumbleJob *job, GError **error)
{
  return measure_source (taps, source, scumble_taps_measure, statistics, job, error);
}

gsize
scumble_taps_covariances_length (const ScumbleTaps *taps)
{
  gsize length = 0;

  for (int i = 0; i < SCUMBLE_TAPS_LEARNED; i++)
    {
      const gsize c = (gsize) scumble_convnet_channels (taps->parts[i]);

      length += (1 + c) * c;
    }

  return length;
}

static void
note_covariance (int i, const ScumbleTensor *x, const float *weights, gpointer data, int threads)
{
  scumble_covariance_add ((ScumbleCovariance *) data + i, x, weights, threads);
}

static gboolean
measure_covariances (const ScumbleTaps *taps, const ScumblePicture *picture, float *values,
                     const ScumbleJob *job, GError **error)
{
  ScumbleCovariance found[SCUMBLE_TAPS_LEARNED];
  const Walk        walk = { taps, SCUMBLE_TAPS_LEARNED, picture, note_covariance, found, job };
  gboolean          done;

  for (int i = 0; i < SCUMBLE_TAPS_LEARNED; i++)
    scumble_covariance_init (&found[i], scumble_convnet_channels (taps->parts[i]));

  done = go (&walk, error);
  for (int i = 0; i < SCUMBLE_TAPS_LEARNED; i++)
    {
      if (done)
        scumble_covariance_get (&found[i], values);
      values += (1 + (gsize) found[i].c) * (gsize) found[i].c;
      scumble_covariance_clear (&found[i]);
    }

  return done;
}

gboolean
scumble_taps_covariances_source (const ScumbleTaps *taps, ScumbleSource *source, float *values,
                                 const ScumbleJob *job, GError **error)
{
  return measure_source (taps, source, measure_covariances, values, job, error);
}

double
scumble_taps_covariances_work (const ScumbleTaps *taps, int w, int h)
{
  const ScumblePicture picture = { .w = w, .h = h };
  const Walk           walk    = { .taps = taps, .n = SCUMBLE_TAPS_LEARNED,
                                   .picture = &picture };
  const ScumbleRect    all     = { 0, 0, w, h };

  return tile_work (&all, &walk);
}
