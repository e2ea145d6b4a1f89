/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colour.h"
#include "error.h"
#include "mark.h"

#include <math.h>
#include <string.h>

/* What is added to the correlations' diagonals, so that they can be inverted: colours that
 * hardly vary in some direction are not blown up to vary a lot. */
#define RIDGE 1e-4

typedef double Matrix[3][3];

/* Of the colours of visible pixels, weighted by their alpha. */
typedef struct
{
  double weight;
  double mean[3];
  double std[3];
  Matrix correlation;
} Colours;

/* How much of @chroma fits at luma @y. */
static float
fitting (float y, const float *chroma)
{
  float share = 1.0f;

  for (int k = 0; k < 3; k++)
    {
      if (chroma[k] > 1.0f - y)
        share = MIN (share, (1.0f - y) / chroma[k]);
      if (chroma[k] < -y)
        share = MIN (share, y / -chroma[k]);
    }

  return share;
}

void
scumble_relight (float *rgb, float luma)
{
  const float from = scumble_luma (rgb);
  const float y    = scumble_sane (luma);
  float       chroma[3];
  float       share;

  for (int k = 0; k < 3; k++)
    chroma[k] = rgb[k] - from;
  share = fitting (y, chroma);
  for (int k = 0; k < 3; k++)
    rgb[k] = scumble_sane (y + share * chroma[k]);
}

static void
keep_pixel (const float *rgba, float amount, float *rgb)
{
  const float y = scumble_luma (rgb);
  float       chroma[3];
  float       from, share;

  for (int k = 0; k < 3; k++)
    chroma[k] = scumble_sane (rgba[k]);
  from = scumble_luma (chroma);
  for (int k = 0; k < 3; k++)
    chroma[k] -= from;

  share = fitting (y, chroma);
  for (int k = 0; k < 3; k++)
    rgb[k] = scumble_sane (rgb[k] + amount * (y + share * chroma[k] - rgb[k]));
}

void
scumble_keep_chroma (const float *rgba, gboolean has_alpha, float amount, float *rgb, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!has_alpha || rgba[4 * i + 3] > 0.0f)
      keep_pixel (rgba + 4 * i, amount, rgb + 3 * i);
}

/* A darker result is given less chroma: as much as the pixel would have, were it as dark. */
static void
return_pixel (const float *rgba, float left, float chroma, float *rgb)
{
  float       seen[3], beyond[3];
  const float amount = left + (1.0f - left) * chroma;
  float       bright, own, y, share;

  for (int k = 0; k < 3; k++)
    {
      seen[k]   = scumble_sane (rgba[k]);
      beyond[k] = isfinite (rgba[k]) ? rgba[k] - seen[k] : 0.0f;
    }

  bright = scumble_luma (beyond);
  own    = scumble_luma (seen) + bright;
  y      = MAX (scumble_luma (rgb) + left * bright, 0.0f);
  share  = y < own ? y / own : 1.0f;
  for (int k = 0; k < 3; k++)
    rgb[k] += left * bright + amount * share * (beyond[k] - bright);
}

void
scumble_return_beyond (const float *rgba, gboolean has_alpha, const float *left, float chroma,
                       float *rgb, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!has_alpha || rgba[4 * i + 3] > 0.0f)
      return_pixel (rgba + 4 * i, left[i], chroma, rgb + 3 * i);
}

/* Adds pixels [n, 4] to sums: of alpha, of the colours, of their products. */
static void
add_pixels (const ScumbleSource *source, const float *rgba, gsize n, double *weight,
            double sum[3], Matrix products)
{
  for (gsize i = 0; i < n; i++, rgba += 4)
    {
      const double a    = source->has_alpha ? scumble_sane (rgba[3]) : 1.0;
      const double v[3] = { scumble_sane (rgba[0]), scumble_sane (rgba[1]),
                            scumble_sane (rgba[2]) };

      if (a == 0.0)
        continue;

      *weight += a;
      for (int j = 0; j < 3; j++)
        {
          sum[j] += a * v[j];
          for (int k = 0; k < 3; k++)
            products[j][k] += a * v[j] * v[k];
        }
    }
}

static gboolean
finish (Colours *colours, const double sum[3], Matrix products, GError **error)
{
  const double w = colours->weight;

  if (!(w > 0.0))
    {
      scumble_set_error (error, SCUMBLE_ERROR_PICTURE,
                         N_("The picture has no visible pixel: all of it is "
                            "transparent. Choose another layer or selection."));
      return FALSE;
    }

  for (int j = 0; j < 3; j++)
    {
      colours->mean[j] = sum[j] / w;
      colours->std[j]  = sqrt (MAX (products[j][j] / w - colours->mean[j] * colours->mean[j],
                                    1e-10));
    }
  for (int j = 0; j < 3; j++)
    for (int k = 0; k < 3; k++)
      colours->correlation[j][k] = (products[j][k] / w - colours->mean[j] * colours->mean[k]) /
                                   (colours->std[j] * colours->std[k]);

  return TRUE;
}

static gboolean
measure (Colours *colours, ScumbleSource *source, const ScumbleJob *job, GError **error)
{
  enum { STRIP = 64 };
  const gsize mark        = scumble_arena_mark (job->arena);
  const gsize line        = (gsize) source->width;
  double      sum[3]      = { 0.0 };
  Matrix      products    = { { 0.0 } };
  float      *rgba        = scumble_arena_take (job->arena,
                                                4 * sizeof (float) * line * STRIP, error);
  gboolean    done        = rgba != NULL;

  *colours = (Colours) { .weight = 0.0 };
  for (int y = 0; done && job->rehearsal == NULL && y < source->height; y += STRIP)
    {
      const ScumbleRect rect = { 0, y, source->width, MIN (STRIP, source->height - y) };

      done = scumble_job_go_on (job, error) && source->read (source, &rect, rgba, error);
      if (done)
        add_pixels (source, rgba, line * (gsize) rect.h, &colours->weight, sum, products);
    }
  scumble_arena_release (job->arena, mark);

  return done && (job->rehearsal != NULL || finish (colours, sum, products, error));
}

/* Turns the plane of axes @p and @q so that a[p][q] becomes 0. */
static void
rotate (Matrix a, Matrix vectors, int p, int q)
{
  const double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
  const double t     = (theta < 0.0 ? -1.0 : 1.0) / (fabs (theta) +
                                                     sqrt (theta * theta + 1.0));
  const double c     = 1.0 / sqrt (t * t + 1.0), s = t * c;

  for (int k = 0; k < 3; k++)
    {
      const double x = a[k][p], y = a[k][q];

      a[k][p] = c * x - s * y;
      a[k][q] = s * x + c * y;
    }
  for (int k = 0; k < 3; k++)
    {
      const double x = a[p][k], y = a[q][k];

      a[p][k] = c * x - s * y;
      a[q][k] = s * x + c * y;
    }
  for (int k = 0; k < 3; k++)
    {
      const double x = vectors[k][p], y = vectors[k][q];

      vectors[k][p] = c * x - s * y;
      vectors[k][q] = s * x + c * y;
    }
}

/* The eigenvalues of a symmetric matrix are left on its diagonal; columns of @vectors are
 * the vectors (Jacobi's method, cyclic: three sweeps give single, six double precision). */
static void
decompose (Matrix a, Matrix vectors)
{
  enum { SWEEPS = 12 };

  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++)
      vectors[i][k] = i == k;

  for (int sweep = 0; sweep < SWEEPS; sweep++)
    for (int p = 0; p < 2; p++)
      for (int q = p + 1; q < 3; q++)
        if (fabs (a[p][q]) > 1e-15)
          rotate (a, vectors, p, q);
}

/* (correlation + ridge)^exponent */
static void
power (const Colours *colours, double exponent, Matrix result)
{
  Matrix a, vectors;

  memcpy (a, colours->correlation, sizeof a);
  decompose (a, vectors);
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++)
      {
        result[i][k] = 0.0;
        for (int j = 0; j < 3; j++)
          result[i][k] += vectors[i][j] * vectors[k][j] *
                          pow (MAX (a[j][j], 0.0) + RIDGE, exponent);
      }
}

/* x -> D (sqrt Ct) (sqrt Cs)^-1 D^-1 (x - mean s) + mean t, and the part of the way there. */
static void
find_map (ScumbleColourSource *self, const Colours *s, const Colours *t, double amount)
{
  Matrix colour, whiten;

  power (t, 0.5, colour);
  power (s, -0.5, whiten);
  for (int i = 0; i < 3; i++)
    {
      self->shift[i] = amount * t->mean[i];
      for (int k = 0; k < 3; k++)
        {
          double map = 0.0;

          for (int j = 0; j < 3; j++)
            map += colour[i][j] * whiten[j][k];
          map            *= t->std[i] / s->std[k];
          self->shift[i] -= amount * map * s->mean[k];
          self->map[i][k] = amount * map + (i == k ? 1.0 - amount : 0.0);
        }
    }
}

static gboolean
colour_read (ScumbleSource *source, const ScumbleRect *rect, float *rgba, GError **error)
{
  const ScumbleColourSource *self = (const ScumbleColourSource *) source;
  const gsize                n    = (gsize) rect->w * (gsize) rect->h;

  if (!self->from->read (self->from, rect, rgba, error))
    return FALSE;

  for (gsize i = 0; i < n; i++, rgba += 4)
    {
      const double v[3] = { scumble_sane (rgba[0]), scumble_sane (rgba[1]),
                            scumble_sane (rgba[2]) };

      for (int k = 0; k < 3; k++)
        rgba[k] = scumble_sane ((float) (self->map[k][0] * v[0] + self->map[k][1] * v[1] +
                                         self->map[k][2] * v[2] + self->shift[k]));
    }

  return TRUE;
}

gboolean
scumble_colour_source_init (ScumbleColourSource *self, ScumbleSource *from,
                            ScumbleSource *like, double amount, const ScumbleJob *job,
                            GError **error)
{
  Colours ours, wanted;

  *self               = (ScumbleColourSource) { .source = *from, .from = from };
  self->source.read   = colour_read;
  self->source.ground = NULL;
  if (!measure (&ours, from, job, error) || !measure (&wanted, like, job, error))
    return FALSE;
  if (job->rehearsal == NULL)
    find_map (self, &ours, &wanted, amount);

  return TRUE;
}
