/* SPDX-License-Identifier: GPL-3.0-or-later */

/* After He, Sun and Tang, "Guided Image Filtering", ECCV 2010. Means are those of squares of
 * pixels, weighted by alpha, and cut off where the picture ends. */
#include "detail.h"
#include "colour.h"

#include <string.h>

/* Half the edge of a square, in pixels: a cell of relu4_1, which is as much as a network
 * jumbles. A larger brush jumbles more, and the square grows with it up to the second: beyond
 * that, faces lose their strokes. */
enum { RADIUS = 8, MOST = 16 };

/* A deviation of the content's brightness that is half structure, half smooth: chosen by looking
 * at faces and lettering. */
#define CONTRAST (1.0f / 16.0f)

/* Less visibility than this in a square is rounding. */
#define VISIBLE 1e-6f

enum { PLANES = 7, COLUMNS = 64 };

/* All planes are [h, w]. */
typedef struct
{
  int    w;
  int    h;
  int    radius;
  int    threads;
  float *weight;     /* how visible the content is */
  float *content;    /* its luma */
  float *difference; /* from the painting's */
  float *norm;       /* the weights in a square */
  float *gate;
  float *mean;
  float *spare;
} Detail;

static int
radius_of (double brush)
{
  return MIN ((int) (RADIUS * brush + 0.5), MOST);
}

/* Once for the content's statistics, and once more for the means of what follows from them. */
int
scumble_detail_reach (double brush)
{
  return 2 * radius_of (brush);
}

gsize
scumble_detail_room (int w, int h)
{
  return PLANES * sizeof (float) * (gsize) w * (gsize) h + 64;
}

/* Sums along a line of @n numbers that lie side by side. */
static void
sum_line (const float *restrict from, int n, int radius, float *restrict to)
{
  double sum = 0.0;

  for (int j = 0; j < MIN (radius, n); j++)
    sum += from[j];
  for (int j = 0; j < n; j++)
    {
      if (j + radius < n)
        sum += from[j + radius];
      if (j > radius)
        sum -= from[j - radius - 1];
      to[j] = (float) sum;
    }
}

/* Sums along @count columns of a plane of lines of @w numbers. */
static void
sum_columns (const float *restrict from, int w, int h, int count, int radius,
             float *restrict to)
{
  double sum[COLUMNS] = { 0.0 };

  for (int i = -radius; i < h; i++)
    {
      if (i + radius < h)
        for (int j = 0; j < count; j++)
          sum[j] += from[(gsize) (i + radius) * (gsize) w + (gsize) j];
      if (i > radius)
        for (int j = 0; j < count; j++)
          sum[j] -= from[(gsize) (i - radius - 1) * (gsize) w + (gsize) j];
      if (i >= 0)
        for (int j = 0; j < count; j++)
          to[(gsize) i * (gsize) w + (gsize) j] = (float) sum[j];
    }
}

/* The sums of the squares around every pixel, in place. */
static void
sum_squares (const Detail *self, float *plane)
{
  const int w = self->w, h = self->h;

#pragma omp parallel for schedule(static) num_threads(self->threads)
  for (int i = 0; i < h; i++)
    sum_line (plane + (gsize) i * (gsize) w, w, self->radius,
              self->spare + (gsize) i * (gsize) w);

#pragma omp parallel for schedule(static) num_threads(self->threads)
  for (int j = 0; j < w; j += COLUMNS)
    sum_columns (self->spare + j, w, h, MIN (COLUMNS, w - j), self->radius, plane + j);
}

static gsize
count (const Detail *self)
{
  return (gsize) self->w * (gsize) self->h;
}

/* The means of the squares, in place; of a plane that has been multiplied with the weights. */
static void
average (const Detail *self, float *plane)
{
  const gsize n = count (self);

  sum_squares (self, plane);
  for (gsize i = 0; i < n; i++)
    plane[i] = self->norm[i] > VISIBLE ? plane[i] / self->norm[i] : 0.0f;
}

/* How much of a square is structure, 0..1: with the content as its own guide, the slope of He,
 * Sun and Tang's line. */
static void
find_gate (Detail *self)
{
  const gsize n = count (self);

  memcpy (self->norm, self->weight, n * sizeof (float));
  sum_squares (self, self->norm);
  for (gsize i = 0; i < n; i++)
    {
      self->mean[i] = self->weight[i] * self->content[i];
      self->gate[i] = self->mean[i] * self->content[i];
    }
  average (self, self->mean);
  average (self, self->gate);

  for (gsize i = 0; i < n; i++)
    {
      const float variance = MAX (self->gate[i] - self->mean[i] * self->mean[i], 0.0f);

      self->gate[i] = variance / (variance + CONTRAST * CONTRAST);
    }
}

/* What to add to the painting's luma, in place of the gate. */
static void
find_change (Detail *self)
{
  const gsize n = count (self);

  for (gsize i = 0; i < n; i++)
    self->mean[i] = self->weight[i] * self->difference[i];
  average (self, self->mean);

  for (gsize i = 0; i < n; i++)
    {
      self->gate[i] *= self->weight[i];
      self->mean[i] *= self->gate[i];
    }
  average (self, self->mean);
  average (self, self->gate);

  for (gsize i = 0; i < n; i++)
    self->gate[i] = self->gate[i] * self->difference[i] - self->mean[i];
}

/* The content's pixels lie where planes that come later will. */
static gboolean
look_at (Detail *self, ScumbleSource *source, const ScumbleRect *rect, const float *rgb,
         GError **error)
{
  const float *rgba = self->norm;
  const gsize  n    = count (self);

  if (!source->read (source, rect, self->norm, error))
    return FALSE;

  for (gsize i = 0; i < n; i++, rgba += 4, rgb += 3)
    {
      const float seen[3] = { scumble_sane (rgba[0]), scumble_sane (rgba[1]),
                              scumble_sane (rgba[2]) };

      self->weight[i]     = source->has_alpha ? scumble_sane (rgba[3]) : 1.0f;
      self->content[i]    = scumble_luma (seen);
      self->difference[i] = self->content[i] - scumble_luma (rgb);
    }

  return TRUE;
}

static void
lay_out (Detail *self, const ScumbleRect *rect, double brush, int threads, float *planes)
{
  const gsize n = (gsize) rect->w * (gsize) rect->h;

  *self = (Detail) {
    .w          = rect->w,
    .h          = rect->h,
    .radius     = radius_of (brush),
    .threads    = scumble_useful_threads (16.0 * (double) n, threads),
    .weight     = planes,
    .content    = planes + n,
    .difference = planes + 2 * n,
    .norm       = planes + 3 * n,
    .gate       = planes + 4 * n,
    .mean       = planes + 5 * n,
    .spare      = planes + 6 * n,
  };
}

gboolean
scumble_keep_detail (ScumbleSource *source, double brush, double amount,
                     const ScumbleRect *rect, float *rgb, const ScumbleJob *job, GError **error)
{
  const gsize mark   = scumble_arena_mark (job->arena);
  const gsize n      = (gsize) rect->w * (gsize) rect->h;
  float      *planes = scumble_arena_take (job->arena, PLANES * n * sizeof *planes, error);
  Detail      self;
  gboolean    done;

  if (planes == NULL)
    return FALSE;

  lay_out (&self, rect, brush, job->threads, planes);
  done = look_at (&self, source, rect, rgb, error);
  if (done)
    {
      find_gate (&self);
      find_change (&self);
      for (gsize i = 0; i < n; i++)
        if (self.weight[i] > 0.0f)
          scumble_relight (rgb + 3 * i,
                           scumble_luma (rgb + 3 * i) + (float) amount * self.gate[i]);
    }
  scumble_arena_release (job->arena, mark);

  return done;
}
