/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "attention.h"
#include "error.h"
#include "mark.h"

#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <string.h>

/* A 1x1 convolution. */
typedef struct
{
  float *weights; /* [c, c], out by in */
  float *bias;    /* [c] */
} Map;

struct _ScumbleAttention
{
  int c;
  Map query;
  Map key;
  Map value;
  Map out;
};

/* Content cells and style positions that are worked on at once: the scores between them,
 * and what they are made of, stay in a core's second-level cache. */
enum { CELLS = 128, POSITIONS = 512 };

/* What a thread works with. */
typedef struct
{
  float *queries;    /* [CELLS, c] */
  float *sums;       /* [CELLS, c] weighted sums of values */
  float *normalised; /* [CELLS, c] */
  float *scores;     /* [CELLS, POSITIONS] */
  float *most;       /* [CELLS] the greatest score so far */
  float *total;      /* [CELLS] the weights' sum so far */
} Desk;

static gboolean
load_map (Map *map, const ScumbleSafetensors *file, const char *prefix, const char *name,
          int c, GError **error)
{
  g_autofree char *weight = g_strdup_printf ("%s.%s.weight", prefix, name);
  g_autofree char *bias   = g_strdup_printf ("%s.%s.bias", prefix, name);
  int              shape[4];

  if (!scumble_safetensors_shape (file, weight, 4, shape, error))
    return FALSE;
  if (shape[0] != c || shape[1] != c || shape[2] != 1 || shape[3] != 1)
    {
      scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                         N_("The model file \"%s\" does not fit the network: tensor "
                            "\"%s\" has shape [%d, %d, %d, %d] where [%d, %d, 1, 1] is "
                            "needed."), scumble_safetensors_path (file), weight, shape[0],
                         shape[1], shape[2], shape[3], c, c);
      return FALSE;
    }

  map->weights = scumble_safetensors_floats (file, weight, (gsize) c * (gsize) c, error);
  if (map->weights == NULL)
    return FALSE;
  map->bias = scumble_safetensors_floats (file, bias, (gsize) c, error);

  return map->bias != NULL;
}

static void
clear_map (Map *map)
{
  g_free (map->weights);
  g_free (map->bias);
}

ScumbleAttention *
scumble_attention_new (const ScumbleSafetensors *file, const char *prefix, int c,
                       GError **error)
{
  g_autoptr (ScumbleAttention) attention = g_new0 (ScumbleAttention, 1);

  attention->c = c;

  return load_map (&attention->query, file, prefix, "query", c, error) &&
                 load_map (&attention->key, file, prefix, "key", c, error) &&
                 load_map (&attention->value, file, prefix, "value", c, error) &&
                 load_map (&attention->out, file, prefix, "out", c, error)
           ? g_steal_pointer (&attention) : NULL;
}

void
scumble_attention_free (ScumbleAttention *attention)
{
  if (attention == NULL)
    return;

  clear_map (&attention->query);
  clear_map (&attention->key);
  clear_map (&attention->value);
  clear_map (&attention->out);
  g_free (attention);
}

/* x [n, c] -> y [n, c] */
static void
apply_map (const Map *map, const float *x, int n, int c, float *y)
{
  for (int i = 0; i < n; i++)
    memcpy (y + (gsize) i * (gsize) c, map->bias, (gsize) c * sizeof *y);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, c, c, 1.0f, x, c, map->weights, c,
               1.0f, y, c);
}

static void
normalise (const float *x, const float *mean, const float *std, int c, float *y)
{
  for (int k = 0; k < c; k++)
    y[k] = (x[k] - mean[k]) / std[k];
}

/* Copies the visible cells side by side and tells how many there are.
 * @cells: [n, c]; @logits: [n] */
static int
gather_visible (const ScumbleTensor *plane, const float *weights, float *cells, float *logits)
{
  const gsize c = (gsize) plane->c;
  int         n = 0;

  for (int i = 0; i < plane->h; i++)
    for (int j = 0; j < plane->w; j++)
      {
        const gsize at     = (gsize) i * (gsize) plane->w + (gsize) j;
        const float weight = weights != NULL ? weights[at] : 1.0f;

        if (weight > 0.0f)
          {
            memcpy (cells + (gsize) n * c, scumble_tensor_at (plane, i, j), c * sizeof *cells);
            logits[n++] = logf (weight);
          }
      }

  return n;
}

void
scumble_attention_see (const ScumbleAttention *attention, ScumbleKeys *keys,
                       const ScumbleTensor *plane, const float *weights, const float *mean,
                       const float *std)
{
  const int         c       = attention->c;
  const gsize       most    = (gsize) plane->h * (gsize) plane->w;
  g_autofree float *cells   = g_new (float, most * (gsize) c);
  g_autofree float *inner   = g_new (float, most * (gsize) c);

  const int         threads = omp_get_max_threads ();

  /* Multiplied alone, so that sums are cut the same way on every machine. */
  omp_set_num_threads (1);
  *keys   = (ScumbleKeys) { .c = c, .logits = g_new (float, most) };
  keys->n = gather_visible (plane, weights, cells, keys->logits);

  keys->values = g_new (float, (gsize) keys->n * (gsize) c);
  apply_map (&attention->value, cells, keys->n, c, inner);
  apply_map (&attention->out, inner, keys->n, c, keys->values);

  keys->keys = g_new (float, (gsize) keys->n * (gsize) c);
  for (gsize i = 0; i < (gsize) keys->n * (gsize) c; i += (gsize) c)
    normalise (cells + i, mean, std, c, cells + i);
  apply_map (&attention->key, cells, keys->n, c, keys->keys);
  omp_set_num_threads (threads);
}

void
scumble_keys_clear (ScumbleKeys *keys)
{
  g_clear_pointer (&keys->keys, g_free);
  g_clear_pointer (&keys->values, g_free);
  g_clear_pointer (&keys->logits, g_free);
}

static gsize
desk_floats (const ScumbleAttention *attention)
{
  return CELLS * (3 * (gsize) attention->c + POSITIONS + 2);
}

gsize
scumble_attention_scratch (const ScumbleAttention *attention, int threads)
{
  return (gsize) threads * desk_floats (attention) * sizeof (float);
}

static Desk
lay_out (float *scratch, int c)
{
  const gsize cells = CELLS * (gsize) c;
  Desk        desk;

  desk.queries    = scratch;
  desk.sums       = desk.queries + cells;
  desk.normalised = desk.sums + cells;
  desk.scores     = desk.normalised + cells;
  desk.most       = desk.scores + CELLS * POSITIONS;
  desk.total      = desk.most + CELLS;

  return desk;
}

/* e^x for x of 0 or less.  What is smaller than e^-40 cannot show beside the greatest weight,
 * which is 1, and products of numbers too small to be normal take a processor ten times as
 * long. */
static inline float
weight_of (float x)
{
  return x > -40.0f ? expf (x) : 0.0f;
}

/* Turns one cell's scores [n] into weights relative to the greatest score so far, and what
 * was summed before likewise. */
static void
weigh (const Desk *desk, int cell, int n, int c)
{
  float      *scores = desk->scores + (gsize) cell * POSITIONS;
  float      *sums   = desk->sums + (gsize) cell * (gsize) c;
  const float before = desk->most[cell];
  float       most   = before;
  float       total  = 0.0f;
  float       fade;

  for (int j = 0; j < n; j++)
    most = MAX (most, scores[j]);
  for (int j = 0; j < n; j++)
    {
      scores[j] = weight_of (scores[j] - most);
      total    += scores[j];
    }

  fade              = weight_of (before - most);
  desk->most[cell]  = most;
  desk->total[cell] = desk->total[cell] * fade + total;
  for (int k = 0; k < c; k++)
    sums[k] *= fade;
}

/* The scores of @n cells, whose queries lie ready, for @count positions from @from on. */
static void
score (const ScumbleGaze *gaze, const Desk *desk, int n, int from, int count)
{
  const int    c      = gaze->keys->c;
  const float *logits = (gaze->logits != NULL ? gaze->logits : gaze->keys->logits) + from;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, count, c, gaze->sharpness,
               desk->queries, c, gaze->keys->keys + (gsize) from * (gsize) c, c, 0.0f,
               desk->scores, POSITIONS);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < count; j++)
      desk->scores[i * POSITIONS + j] += logits[j];
}

static void
begin (const Desk *desk, int n)
{
  for (int i = 0; i < n; i++)
    {
      desk->most[i]  = -INFINITY;
      desk->total[i] = 0.0f;
    }
}

/* Attends for @n cells, whose queries lie ready. */
static void
attend (const ScumbleGaze *gaze, const Desk *desk, int n)
{
  const ScumbleKeys *keys = gaze->keys;
  const int          c    = keys->c;

  memset (desk->sums, 0, (gsize) n * (gsize) c * sizeof (float));
  begin (desk, n);
  for (int from = 0; from < keys->n; from += POSITIONS)
    {
      const int count = MIN (POSITIONS, keys->n - from);

      score (gaze, desk, n, from, count);
      for (int i = 0; i < n; i++)
        weigh (desk, i, count, c);
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, c, count, 1.0f,
                   desk->scores, POSITIONS, keys->values + (gsize) from * (gsize) c, c, 1.0f,
                   desk->sums, c);
    }
}

/* The queries of the cells of @x from number @from on, in reading order.
 * Returns: how many there are */
static int
ask (const ScumbleAttention *attention, const ScumbleGaze *gaze, const ScumbleTensor *x,
     int from, const Desk *desk)
{
  const int c = attention->c;
  const int n = MIN (CELLS, x->h * x->w - from);

  for (int i = 0; i < n; i++)
    normalise (scumble_tensor_at (x, (from + i) / x->w, (from + i) % x->w), gaze->mean,
               gaze->std, c, desk->normalised + (gsize) i * (gsize) c);
  apply_map (&attention->query, desk->normalised, n, c, desk->queries);

  return n;
}

static void
add_cells (const ScumbleAttention *attention, const ScumbleGaze *gaze, const ScumbleTensor *x,
           const ScumbleTensor *y, int from, const Desk *desk)
{
  const int c = attention->c;
  const int n = ask (attention, gaze, x, from, desk);

  attend (gaze, desk, n);
  for (int i = 0; i < n; i++)
    {
      const float  part = gaze->weights != NULL ? gaze->weights[from + i] : 1.0f;
      const float  gain = gaze->gain * part / desk->total[i];
      const float *sums = desk->sums + (gsize) i * (gsize) c;
      float       *to   = scumble_tensor_at (y, (from + i) / x->w, (from + i) % x->w);

      for (int k = 0; k < c; k++)
        to[k] += gain * sums[k];
    }
}

/* Whether any of the cells of a block, of @n in all, looks at the style. */
static gboolean
any_weight (const ScumbleGaze *gaze, int from, int n)
{
  for (int i = from; i < MIN (from + CELLS, n); i++)
    if (gaze->weights[i] != 0.0f)
      return TRUE;

  return FALSE;
}

void
scumble_attention_add (const ScumbleAttention *attention, const ScumbleGaze *gaze,
                       const ScumbleTensor *x, const ScumbleTensor *y, float *scratch,
                       int threads)
{
  const int    cells  = x->h * x->w;
  const int    blocks = (cells + CELLS - 1) / CELLS;
  const double work   = (double) cells * x->c * (x->c + 2.0 * gaze->keys->n);

#pragma omp parallel num_threads(scumble_useful_threads (work, threads))
  {
    const Desk desk = lay_out (scratch + (gsize) omp_get_thread_num () *
                                 desk_floats (attention), attention->c);

    /* Every thread multiplies alone, even a single one: then sums are cut the same way. */
    omp_set_num_threads (1);
#pragma omp for schedule(dynamic)
    for (int b = 0; b < blocks; b++)
      if (gaze->weights == NULL || any_weight (gaze, b * CELLS, x->h * x->w))
        add_cells (attention, gaze, x, y, b * CELLS, &desk);
  }
}

/* Adds how much the cells of a block look at every position; the sums of values are unused,
 * so none of their channels is faded. */
static void
use_cells (const ScumbleAttention *attention, const ScumbleGaze *gaze, const ScumbleTensor *x,
           int from, const Desk *desk, float *use)
{
  const int keys = gaze->keys->n;
  const int n    = ask (attention, gaze, x, from, desk);

  begin (desk, n);
  for (int at = 0; at < keys; at += POSITIONS)
    {
      const int count = MIN (POSITIONS, keys - at);

      score (gaze, desk, n, at, count);
      for (int i = 0; i < n; i++)
        weigh (desk, i, count, 0);
    }
  for (int at = 0; at < keys; at += POSITIONS)
    {
      const int count = MIN (POSITIONS, keys - at);

      score (gaze, desk, n, at, count);
      for (int i = 0; i < n; i++)
        for (int j = 0; j < count; j++)
          use[at + j] += weight_of (desk->scores[i * POSITIONS + j] - desk->most[i]) /
                         desk->total[i];
    }
}

gsize
scumble_attention_use_room (const ScumbleAttention *attention, int cells, int positions,
                            int threads)
{
  const gsize blocks = ((gsize) cells + CELLS - 1) / CELLS;

  return scumble_attention_scratch (attention, threads) +
         blocks * (gsize) positions * sizeof (float) + 128;
}

gboolean
scumble_attention_use (const ScumbleAttention *attention, const ScumbleGaze *gaze,
                       const ScumbleTensor *x, float *use, const ScumbleJob *job,
                       GError **error)
{
  const gsize mark    = scumble_arena_mark (job->arena);
  const int   cells   = x->h * x->w;
  const int   blocks  = (cells + CELLS - 1) / CELLS;
  const gsize n       = (gsize) gaze->keys->n;
  float      *scratch = scumble_arena_take (job->arena,
                                            scumble_attention_scratch (attention, job->threads),
                                            error);
  float      *parts   = scratch == NULL ? NULL
                                        : scumble_arena_take (job->arena, (gsize) blocks * n *
                                                              sizeof *parts, error);

  if (parts == NULL)
    return FALSE;

  /* A part for each block, summed in order: the threads' order shows nowhere. */
  memset (parts, 0, (gsize) blocks * n * sizeof *parts);
#pragma omp parallel num_threads(job->threads)
  {
    const Desk desk = lay_out (scratch + (gsize) omp_get_thread_num () *
                                 desk_floats (attention), attention->c);

    omp_set_num_threads (1);
#pragma omp for schedule(dynamic)
    for (int b = 0; b < blocks; b++)
      use_cells (attention, gaze, x, b * CELLS, &desk, parts + (gsize) b * n);
  }

  for (gsize j = 0; j < n; j++)
    {
      double sum = 0.0;

      for (int b = 0; b < blocks; b++)
        sum += parts[(gsize) b * n + j];
      use[j] = (float) (sum / cells);
    }
  scumble_arena_release (job->arena, mark);

  return TRUE;
}
