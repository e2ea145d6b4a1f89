/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proxy.h"

#include <math.h>
#include <string.h>

gboolean
scumble_proxy_megapixel (int width, int height)
{
  return (gint64) width * height <= 1 << 20;
}

/* The pixels of a line of @n that pixel @i of a line of @small covers, in shares. */
typedef struct
{
  int    first;
  int    last;
  double from;
  double to;
} Span;

static Span
span (int i, int small, int n)
{
  const double from = (double) i * n / small;
  const double to   = (double) (i + 1) * n / small;

  return (Span) { (int) from, MIN ((int) ceil (to), n) - 1, from, to };
}

static float
share (const Span *covered, int i)
{
  return (float) (MIN (covered->to, i + 1.0) - MAX (covered->from, (double) i));
}

/* Adds a line of pixels [width, 4], colours times alpha. */
static void
add_line (float *restrict sum, const float *restrict rgba, float weight, int width)
{
  for (int j = 0; j < width; j++, sum += 4, rgba += 4)
    if (rgba[3] > 0.0f)
      {
        const float a = weight * rgba[3];

        for (int k = 0; k < 3; k++)
          sum[k] += a * scumble_sane (rgba[k]);
        sum[3] += a;
      }
}

/* A mean of alphas as it was meant: rounding must not make an opaque picture look veiled. */
static float
mean_alpha (double mean)
{
  return mean > 1.0 - 1e-5 ? 1.0f : (float) mean;
}

/* [width, 4] -> [small, 4]; @height is how many lines were added. */
static void
finish_line (const float *sum, int width, double height, float *rgba, int small)
{
  for (int j = 0; j < small; j++, rgba += 4)
    {
      const Span covered = span (j, small, width);
      double     total[4] = { 0.0 };

      for (int x = covered.first; x <= covered.last; x++)
        for (int k = 0; k < 4; k++)
          total[k] += (double) share (&covered, x) * sum[4 * (gsize) x + (gsize) k];

      for (int k = 0; k < 3; k++)
        rgba[k] = total[3] > 0.0 ? (float) (total[k] / total[3]) : 0.0f;
      rgba[3] = mean_alpha (total[3] / (height * (covered.to - covered.from)));
    }
}

/* Makes line @i of @h; @strip: the source's lines from @first on; @sum: [source->width, 4] */
static void
shrink_line (const ScumbleSource *source, const float *strip, int first, int i, int h, int w,
             float *sum, float *rgba)
{
  const Span  covered = span (i, h, source->height);
  const gsize line    = 4 * (gsize) source->width;

  memset (sum, 0, line * sizeof *sum);
  for (int y = covered.first; y <= covered.last; y++)
    add_line (sum, strip + (gsize) (y - first) * line, share (&covered, y), source->width);
  finish_line (sum, source->width, covered.to - covered.from, rgba, w);
}

/* How many lines are made at once, each by one thread: as many as there are threads, unless what
 * they are made of takes more than a small part of the memory. */
static int
lines_at_once (const ScumbleSource *source, int h, const ScumbleJob *job)
{
  enum { PART = 16 };
  const gsize each = 4 * sizeof (float) * (gsize) source->width *
                     (gsize) (source->height / h + 3);
  const gsize most = scumble_arena_room (job->arena) / PART / each;

  return (int) CLAMP (most, 1, (gsize) job->threads);
}

static gboolean
shrink (ScumbleSource *source, float *rgba, int w, int h, const ScumbleJob *job,
        GError **error)
{
  enum { WORK = 64 }; /* for a number: four times what fetching and storing it counts */
  const gsize line  = 4 * (gsize) source->width;
  const int   n     = lines_at_once (source, h, job);
  const gsize lines = (gsize) n * (gsize) (source->height / h + 2);
  float      *sums  = scumble_arena_take (job->arena, (gsize) n * line * sizeof *sums, error);
  float      *strip = sums == NULL ? NULL
                                   : scumble_arena_take (job->arena, lines * line *
                                                         sizeof *strip, error);

  if (strip == NULL)
    return FALSE;

  for (int i = 0; i < h && job->rehearsal == NULL; i += n)
    {
      const int         to     = MIN (i + n, h);
      const int         y      = span (i, h, source->height).first;
      const int         end    = span (to - 1, h, source->height).last + 1;
      const ScumbleRect rect   = { 0, y, source->width, end - y };
      const int         useful = scumble_useful_threads (WORK * 4.0 * rect.w * rect.h,
                                                         job->threads);

      if (!scumble_job_go_on (job, error) || !source->read (source, &rect, strip, error))
        return FALSE;

#pragma omp parallel for schedule(static) num_threads(useful)
      for (int k = i; k < to; k++)
        shrink_line (source, strip, y, k, h, w, sums + (gsize) (k - i) * line,
                     rgba + 4 * (gsize) k * (gsize) w);
    }

  return TRUE;
}

/* The largest size that fits: the scale is closed in upon by halves. */
static void
choose_size (const ScumbleSource *source, ScumbleProxyFits fits, int *w, int *h)
{
  double low = 0.0, high = 1.0;

  *w = *h = 1;
  for (int i = 0; i < 20; i++)
    {
      const double scale  = (low + high) / 2.0;
      const int    width  = MAX ((int) (scale * source->width), 1);
      const int    height = MAX ((int) (scale * source->height), 1);

      if (fits (width, height))
        {
          low = scale;
          *w  = width;
          *h  = height;
        }
      else
        {
          high = scale;
        }
    }
}

/* Adds part of pixel @x of a line of the source. */
static void
add_part (const float *line, int x, float weight, double sum[4])
{
  const float *pixel = line + 4 * (gsize) x;

  if (!(pixel[3] > 0.0f))
    return;

  for (int k = 0; k < 3; k++)
    sum[k] += (double) weight * pixel[3] * scumble_sane (pixel[k]);
  sum[3] += (double) weight * pixel[3];
}

/* Where the centre of pixel @i of @n lies between pixels of a line of @from. */
static float
between (int i, int n, int from, int *first)
{
  const double at = CLAMP ((i + 0.5) * from / n - 0.5, 0.0, from - 1.0);

  *first = MIN ((int) at, MAX (from - 2, 0));
  return (float) (at - *first);
}

/* Two lines of the source -> [w, 4] */
static void
interpolate_line (const float *upper, const float *lower, float down, int width, float *rgba,
                  int w)
{
  for (int j = 0; j < w; j++, rgba += 4)
    {
      double      sum[4] = { 0.0 };
      int         x;
      const float right  = between (j, w, width, &x);
      const int   next   = MIN (x + 1, width - 1);

      add_part (upper, x, (1.0f - down) * (1.0f - right), sum);
      add_part (upper, next, (1.0f - down) * right, sum);
      add_part (lower, x, down * (1.0f - right), sum);
      add_part (lower, next, down * right, sum);
      for (int k = 0; k < 3; k++)
        rgba[k] = sum[3] > 0.0 ? (float) (sum[k] / sum[3]) : 0.0f;
      rgba[3] = mean_alpha (sum[3]);
    }
}

static gboolean
enlarge (ScumbleSource *source, float *rgba, int w, int h, const ScumbleJob *job,
         GError **error)
{
  const gsize line  = 4 * (gsize) source->width;
  float      *lines = scumble_arena_take (job->arena, 2 * line * sizeof *lines, error);

  if (lines == NULL)
    return FALSE;

  for (int i = 0; i < h && job->rehearsal == NULL; i++)
    {
      int               y;
      const float       down = between (i, h, source->height, &y);
      const int         both = MIN (2, source->height);
      const ScumbleRect rect = { 0, y, source->width, both };

      if (!scumble_job_go_on (job, error) || !source->read (source, &rect, lines, error))
        return FALSE;
      interpolate_line (lines, lines + (gsize) (both - 1) * line, down, source->width,
                        rgba + 4 * (gsize) i * (gsize) w, w);
    }

  return TRUE;
}

static int
rescaled (int n, int to, int from)
{
  return (int) lround ((double) n * to / from);
}

/* As near to the original's as whole pixels come. */
static void
proxy_ground (ScumbleSource *source, int y, ScumbleGround *ground)
{
  const ScumbleProxy *self = (const ScumbleProxy *) source;
  const int           w    = self->original->width, h = self->original->height;

  *ground          = scumble_source_ground (self->original, rescaled (y, h, source->height));
  ground->x        = rescaled (ground->x, source->width, w);
  ground->y        = rescaled (ground->y, source->height, h);
  ground->period_w = rescaled (ground->period_w, source->width, w);
  ground->period_h = rescaled (ground->period_h, source->height, h);
}

/* Puts the source at another size into a block. */
static gboolean
resize (ScumbleProxy *proxy, int w, int h, const ScumbleJob *job, GError **error)
{
  ScumbleSource *source = proxy->source;
  const gsize    mark   = scumble_arena_mark (job->arena);
  gboolean       done;

  proxy->bytes = 4 * sizeof (float) * (gsize) w * (gsize) h;
  proxy->rgba  = scumble_arena_block_new (job->arena, proxy->bytes, error);
  done         = proxy->rgba != NULL && (w <= source->width && h <= source->height ? shrink
                                                                                   : enlarge)
                                          (source, proxy->rgba, w, h, job, error);
  scumble_arena_release (job->arena, mark);
  if (!done)
    return FALSE;

  if (job->rehearsal != NULL)
    proxy->memory.source = (ScumbleSource) { .width     = w,
                                              .height    = h,
                                              .has_alpha = source->has_alpha };
  else
    scumble_memory_source_init (&proxy->memory, w, h, proxy->rgba);
  proxy->memory.source.has_alpha = proxy->memory.source.has_alpha && source->has_alpha;
  proxy->memory.source.ground    = proxy_ground;
  proxy->source                  = &proxy->memory.source;

  return TRUE;
}

static int
scaled (int n, double factor)
{
  return MAX ((int) (n * factor + 0.5), 1);
}

/* The largest factor up to @factor that leaves the half of the picture small enough. */
static double
limit_factor (ScumbleProxyFits fits, int w, int h, double factor)
{
  double low = 1.0, high = factor;

  if (factor <= 1.0 || fits (scaled (w, factor / 2.0), scaled (h, factor / 2.0)))
    return factor;

  for (int i = 0; i < 20; i++)
    {
      const double middle = (low + high) / 2.0;

      if (fits (scaled (w, middle / 2.0), scaled (h, middle / 2.0)))
        low = middle;
      else
        high = middle;
    }

  return low;
}

gboolean
scumble_proxy_init_scaled (ScumbleProxy *proxy, ScumbleSource *source, ScumbleProxyFits fits,
                           double factor, const ScumbleJob *job, GError **error)
{
  int    w = source->width, h = source->height;
  double limited;

  *proxy = (ScumbleProxy) { .source = source, .original = source, .arena = job->arena };
  if (!fits (w, h))
    choose_size (source, fits, &w, &h);
  limited = limit_factor (fits, w, h, factor);
  w       = scaled (w, limited);
  h       = scaled (h, limited);

  return (w == source->width && h == source->height) || resize (proxy, w, h, job, error);
}

gboolean
scumble_proxy_init_sized (ScumbleProxy *proxy, ScumbleSource *source, int w, int h,
                          const ScumbleJob *job, GError **error)
{
  *proxy = (ScumbleProxy) { .source = source, .original = source, .arena = job->arena };

  return resize (proxy, w, h, job, error);
}

gboolean
scumble_proxy_init (ScumbleProxy *proxy, ScumbleSource *source, ScumbleProxyFits fits,
                    const ScumbleJob *job, GError **error)
{
  return scumble_proxy_init_scaled (proxy, source, fits, 1.0, job, error);
}

void
scumble_proxy_clear (ScumbleProxy *proxy)
{
  if (proxy->arena != NULL)
    scumble_arena_block_free (proxy->arena, proxy->rgba, proxy->bytes);
  proxy->rgba = NULL;
}
