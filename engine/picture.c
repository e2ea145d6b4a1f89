/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"
#include "error.h"
#include "mark.h"

#include <math.h>
#include <string.h>

/* Invisible pixels are filled from a grid of at most this many cells along the longer
 * side: they never show, they only keep the networks from seeing edges that are not there. */
enum { FILL_CELLS = 64 };

/* Rows of a tile that are read at once, as the source has them. */
enum { TILE_STRIP = 256 };

int
scumble_picture_mirror (int i, int n)
{
  const int period = MAX (2 * (n - 1), 1);
  int       k;

  if (i >= 0 && i < n)
    return i;

  k = scumble_wrap (i, period);
  return k < n ? k : period - k;
}

int
scumble_picture_padded (int n, int stride)
{
  return MAX ((n + stride - 1) / stride * stride, 2 * stride);
}

void
scumble_picture_mirror_span (int from, int count, int n, int *start, int *length)
{
  int low = n, high = -1;

  for (int i = from; i < from + count; i++)
    {
      low  = MIN (low, scumble_picture_mirror (i, n));
      high = MAX (high, scumble_picture_mirror (i, n));
    }

  *start  = low;
  *length = high - low + 1;
}

/* Bilinear interpolation between the centres of the grid's cells. */
static void
fill_colour (const ScumblePicture *picture, int x, int y, float rgb[3])
{
  const ScumbleSource *source = picture->source;
  const float fx = CLAMP ((x + 0.5f) * picture->fill_w / source->width - 0.5f, 0.0f,
                          picture->fill_w - 1.0f);
  const float fy = CLAMP ((y + 0.5f) * picture->fill_h / source->height - 0.5f, 0.0f,
                          picture->fill_h - 1.0f);
  const int   x0 = (int) fx, y0 = (int) fy;
  const int   x1 = MIN (x0 + 1, picture->fill_w - 1), y1 = MIN (y0 + 1, picture->fill_h - 1);
  const float u = fx - x0, v = fy - y0;

  for (int k = 0; k < 3; k++)
    {
      const float *f   = picture->fill + k;
      const float  top = f[3 * (y0 * picture->fill_w + x0)] * (1 - u) +
                         f[3 * (y0 * picture->fill_w + x1)] * u;
      const float  low = f[3 * (y1 * picture->fill_w + x0)] * (1 - u) +
                         f[3 * (y1 * picture->fill_w + x1)] * u;

      rgb[k] = top * (1 - v) + low * v;
    }
}

static void
convert_pixel (const ScumblePicture *picture, const float *rgba, int x, int y, float *rgb,
               float *alpha)
{
  const float a = picture->fill != NULL ? scumble_sane (rgba[3]) : 1.0f;

  if (a > 0.0f)
    for (int k = 0; k < 3; k++)
      rgb[k] = scumble_sane (rgba[k]);
  else
    fill_colour (picture, x, y, rgb);

  if (alpha != NULL)
    *alpha = a;
}

/* Converts @n pixels from (@x, @y) on. @line: of the source, from column @first on */
static void
convert_line (const ScumblePicture *picture, const float *line, int first, int x, int y, int n,
              float *rgb, float *alpha)
{
  for (int j = 0; j < n; j++)
    {
      const int at = scumble_picture_mirror (x + j, picture->source->width);

      convert_pixel (picture, line + 4 * (gsize) (at - first), at, y, rgb + 3 * (gsize) j,
                     alpha != NULL ? alpha + j : NULL);
    }
}

gsize
scumble_picture_room (int w, int h)
{
  return 4 * sizeof (float) * (gsize) w * (gsize) MIN (h, TILE_STRIP);
}

/* Reads at most TILE_STRIP rows; @rgba is the scratch for them. */
static gboolean
read_strip (const ScumblePicture *picture, ScumbleRect rect, float *rgba, float *rgb,
            float *alpha, int threads, GError **error)
{
  ScumbleSource *source = picture->source;
  ScumbleRect    from;

  scumble_picture_mirror_span (rect.x, rect.w, source->width, &from.x, &from.w);
  scumble_picture_mirror_span (rect.y, rect.h, source->height, &from.y, &from.h);
  if (!source->read (source, &from, rgba, error))
    return FALSE;

  threads = scumble_useful_threads (16.0 * 4.0 * rect.w * rect.h, threads);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < rect.h; i++)
    {
      const gsize  at   = (gsize) i * (gsize) rect.w;
      const int    y    = scumble_picture_mirror (rect.y + i, source->height);
      const float *line = rgba + 4 * (gsize) (y - from.y) * (gsize) from.w;

      convert_line (picture, line, from.x, rect.x, y, rect.w, rgb + 3 * at,
                    alpha != NULL ? alpha + at : NULL);
    }

  return TRUE;
}

gboolean
scumble_picture_read (const ScumblePicture *picture, ScumbleRect rect, float *rgb,
                      float *alpha, const ScumbleJob *job, GError **error)
{
  const gsize mark = scumble_arena_mark (job->arena);
  float      *rgba = scumble_arena_take (job->arena, scumble_picture_room (rect.w, rect.h),
                                         error);
  gboolean    done = rgba != NULL;

  for (int i = 0; done && job->rehearsal == NULL && i < rect.h; i += TILE_STRIP)
    {
      const gsize       at    = (gsize) i * (gsize) rect.w;
      const int         rows  = MIN (TILE_STRIP, rect.h - i);
      const ScumbleRect strip = { rect.x, rect.y + i, rect.w, rows };

      done = read_strip (picture, strip, rgba, rgb + 3 * at, alpha != NULL ? alpha + at : NULL,
                         job->threads, error);
    }
  scumble_arena_release (job->arena, mark);

  return done;
}

void
scumble_picture_average_alpha (const float *alpha, ScumbleRect in, ScumbleRect cells,
                               int stride, float *weights)
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

/* Adds a strip's visible colours to the grid: [fill_h, fill_w, 4], colours times alpha, and
 * alpha. */
static void
gather_strip (const ScumblePicture *picture, const ScumbleRect *rect, const float *rgba,
              double *grid)
{
  const ScumbleSource *source = picture->source;

  for (int i = 0; i < rect->h; i++)
    for (int j = 0; j < rect->w; j++)
      {
        const float *pixel = rgba + 4 * ((gsize) i * (gsize) rect->w + (gsize) j);
        const int    row   = (int) ((gint64) (rect->y + i) * picture->fill_h / source->height);
        const int    col   = (int) ((gint64) j * picture->fill_w / source->width);
        double      *cell  = grid + 4 * (row * picture->fill_w + col);
        const double a     = scumble_sane (pixel[3]);

        for (int k = 0; k < 3; k++)
          cell[k] += a * scumble_sane (pixel[k]);
        cell[3] += a;
      }
}

static gboolean
gather (const ScumblePicture *picture, double *grid, const ScumbleJob *job, GError **error)
{
  enum { STRIP = 64 };
  ScumbleSource *source = picture->source;
  const gsize    mark   = scumble_arena_mark (job->arena);
  float         *rgba   = NULL;
  gboolean       done;

  rgba = scumble_arena_take (job->arena, 4 * sizeof (float) * (gsize) source->width *
                             (gsize) MIN (STRIP, source->height), error);
  done = rgba != NULL;
  for (int y = 0; done && job->rehearsal == NULL && y < source->height; y += STRIP)
    {
      const ScumbleRect rect = { 0, y, source->width, MIN (STRIP, source->height - y) };

      done = scumble_job_go_on (job, error) && source->read (source, &rect, rgba, error);
      if (done)
        gather_strip (picture, &rect, rgba, grid);
    }
  scumble_arena_release (job->arena, mark);

  return done;
}

/* Spreads the colours into cells that have none: the picture at half the size is filled
 * first, and shows through (push-pull; Gortler et al., The Lumigraph, section 3.4). */
static void
push_pull (double *grid, int w, int h)
{
  const int            w2   = (w + 1) / 2, h2 = (h + 1) / 2;
  g_autofree double   *half = g_new0 (double, 4 * w2 * h2);

  for (int i = 0; i < 4 * w * h; i++)
    half[4 * ((i / 4 / w / 2) * w2 + i / 4 % w / 2) + i % 4] += grid[i];

  if (w > 1 || h > 1)
    push_pull (half, w2, h2);

  for (int i = 0; i < w * h; i++)
    if (!(grid[4 * i + 3] > 0.0))
      memcpy (grid + 4 * i, half + 4 * ((i / w / 2) * w2 + i % w / 2), 4 * sizeof *grid);
}

static gboolean
find_fill (ScumblePicture *picture, const ScumbleJob *job, GError **error)
{
  const ScumbleSource *source = picture->source;
  const int            longer = MAX (source->width, source->height);
  g_autofree double   *grid   = NULL;
  double               seen   = 0.0;
  int                  cells;

  picture->fill_w = MAX (1, (int) ((gint64) source->width * MIN (FILL_CELLS, longer) / longer));
  picture->fill_h = MAX (1, (int) ((gint64) source->height * MIN (FILL_CELLS, longer) / longer));
  cells           = picture->fill_w * picture->fill_h;
  grid            = g_new0 (double, 4 * cells);
  if (!gather (picture, grid, job, error))
    return FALSE;

  for (int i = 0; i < cells; i++)
    seen += grid[4 * i + 3];
  if (!(seen > 0.0) && job->rehearsal == NULL)
    {
      scumble_set_error (error, SCUMBLE_ERROR_PICTURE,
                         N_("The picture has no visible pixel: all of it is "
                            "transparent. Choose another layer or selection."));
      return FALSE;
    }

  push_pull (grid, picture->fill_w, picture->fill_h);
  picture->fill = g_new (float, 3 * cells);
  for (int i = 0; i < 3 * cells; i++)
    picture->fill[i] = (float) (grid[4 * (i / 3) + i % 3] / grid[4 * (i / 3) + 3]);

  return TRUE;
}

gboolean
scumble_picture_init (ScumblePicture *picture, ScumbleSource *source, int stride,
                      const ScumbleJob *job, GError **error)
{
  *picture        = (ScumblePicture) { .source = source };
  picture->w      = scumble_picture_padded (source->width, stride);
  picture->h      = scumble_picture_padded (source->height, stride);

  return !source->has_alpha || find_fill (picture, job, error);
}

void
scumble_picture_clear (ScumblePicture *picture)
{
  g_clear_pointer (&picture->fill, g_free);
}
