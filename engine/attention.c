/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "attention.h"
#include "error.h"
#include "mark.h"
#include "simd-grad.h"
#include "simd-softmax.h"

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
  int                c;
  const ScumbleSimd *simd;
  Map                query;
  Map                key;
  Map                value; /* and out after it, as one */
};

/* Content cells and style positions that are worked on at once: the scores between them,
 * and what they are made of, stay in a core's second-level cache.  Both are whole numbers of
 * what an inner loop takes at once, 14 rows of AVX-512 or 6 of AVX2 and panels of 16. */
enum { CELLS = 112, POSITIONS = 252 };

/* What a thread works with.  Cells lie side by side everywhere, so that a softmax goes through
 * its positions with a vector of cells, and no product needs an operand in another order. */
typedef struct
{
  float *cells;   /* [c, CELLS] as they are, or normalised */
  float *mapped;  /* [c, CELLS] what a map makes of them: queries, for one */
  float *sums;    /* [c, CELLS] weighted sums of values */
  float *scores;  /* [POSITIONS, CELLS] */
  float *most;    /* [CELLS] the greatest score so far */
  float *total;   /* [CELLS] the weights' sum so far */
  float *fade;    /* [CELLS] what earlier weights are multiplied with */
  int    block;   /* cells that are brought at once, at most CELLS */
  int    n;       /* cells in use */
  int    columns; /* they, and those beside them that fill a panel */
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

/* y = out (value (x)), as one map.  OpenBLAS multiplies them, once for a model, and alone: to
 * gather threads would take longer, and cut sums otherwise on every machine.  What grows with
 * pictures is left to the engine's own loops, since OpenBLAS may not know the processor; see
 * SPEED.md. */
static void
merge_maps (const Map *out, const Map *value, int c, Map *y)
{
  const int threads = omp_get_max_threads ();

  omp_set_num_threads (1);
  y->weights = g_new (float, (gsize) c * (gsize) c);
  y->bias    = g_memdup2 (out->bias, (gsize) c * sizeof (float));
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, c, c, c, 1.0f, out->weights, c,
               value->weights, c, 0.0f, y->weights, c);
  cblas_sgemv (CblasRowMajor, CblasNoTrans, c, c, 1.0f, out->weights, c, value->bias, 1, 1.0f,
               y->bias, 1);
  omp_set_num_threads (threads);
}

static gboolean
load_values (Map *value, const ScumbleSafetensors *file, const char *prefix, int c,
             GError **error)
{
  Map      inner = { NULL, NULL }, out = { NULL, NULL };
  gboolean loaded = load_map (&inner, file, prefix, "value", c, error) &&
                    load_map (&out, file, prefix, "out", c, error);

  if (loaded)
    merge_maps (&out, &inner, c, value);
  clear_map (&inner);
  clear_map (&out);

  return loaded;
}

ScumbleAttention *
scumble_attention_new (const ScumbleSafetensors *file, const char *prefix, int c,
                       const ScumbleSimd *simd, GError **error)
{
  g_autoptr (ScumbleAttention) attention = g_new0 (ScumbleAttention, 1);

  attention->c    = c;
  attention->simd = simd;

  return load_map (&attention->query, file, prefix, "query", c, error) &&
                 load_map (&attention->key, file, prefix, "key", c, error) &&
                 load_values (&attention->value, file, prefix, c, error)
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
  g_free (attention);
}

static gsize
desk_floats (const ScumbleAttention *attention)
{
  return CELLS * (3 * (gsize) attention->c + POSITIONS + 3);
}

gsize
scumble_attention_scratch (const ScumbleAttention *attention, int threads)
{
  return (gsize) threads * desk_floats (attention) * sizeof (float);
}

/* How many of @n cells each thread brings to its desk at once: so many that all threads have
 * about as many blocks, in whole panels. */
static int
even_block (int n, int threads)
{
  const int rounds = MAX (1, (n + CELLS * threads - 1) / (CELLS * threads));

  return SCUMBLE_PANEL * scumble_panels ((n + rounds * threads - 1) / (rounds * threads));
}

/* The desk of thread number @thread, for blocks of @block cells. */
static Desk
lay_out (const ScumbleAttention *attention, float *scratch, int thread, int block)
{
  const gsize plane = CELLS * (gsize) attention->c;
  Desk        desk;

  desk.mapped  = scratch + (gsize) thread * desk_floats (attention);
  desk.sums    = desk.mapped + plane;
  desk.cells   = desk.sums + plane;
  desk.scores  = desk.cells + plane;
  desk.most    = desk.scores + CELLS * POSITIONS;
  desk.total   = desk.most + CELLS;
  desk.fade    = desk.total + CELLS;
  desk.block   = block;
  desk.n       = 0;
  desk.columns = 0;

  return desk;
}

/* Brings the cells of @x from number @from on, in reading order, to the desk.
 * @mean: (nullable): [c] with @std, [c], what they are normalised with */
static void
bring (const Desk *desk, const ScumbleTensor *x, int from, const float *mean,
       const float *std)
{
  for (int i = 0; i < desk->n; i++)
    {
      const float *cell = scumble_tensor_at (x, (from + i) / x->w, (from + i) % x->w);

      for (int k = 0; k < x->c; k++)
        desk->cells[k * CELLS + i] = mean != NULL ? (cell[k] - mean[k]) / std[k] : cell[k];
    }
  for (int k = 0; k < x->c; k++)
    for (int i = desk->n; i < desk->columns; i++)
      desk->cells[k * CELLS + i] = 0.0f;
}

/* @n: cells that are left */
static void
begin_block (Desk *desk, int n)
{
  desk->n       = MIN (desk->block, n);
  desk->columns = SCUMBLE_PANEL * scumble_panels (desk->n);
}

/* Sets each of @rows rows of cells to its value. */
static void
fill_rows (const Desk *desk, const float *values, int rows, float *y)
{
  for (int k = 0; k < rows; k++)
    for (int i = 0; i < desk->columns; i++)
      y[k * CELLS + i] = values[k];
}

/* The cells on the desk, mapped. */
static void
apply_map (const ScumbleAttention *attention, const Map *map, const Desk *desk)
{
  const int c = attention->c;

  fill_rows (desk, map->bias, c, desk->mapped);
  attention->simd->grad->multiply_add (
    &(ScumbleProduct) { .a = map->weights, .a_row = (gsize) c, .a_k = 1, .b = desk->cells,
                        .b_k = CELLS, .parts = 1, .k = c, .rows = c,
                        .columns = desk->columns, .y = desk->mapped, .y_row = CELLS });
}

/* Cells this much less visible than the most visible one are left out. */
#define TRACE (1.0f / 4096.0f)

static float
least_visible (const float *weights, gsize n)
{
  float most = 0.0f;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, weights[i]);

  return TRACE * most;
}

/* How many of @n cells are more visible than @least. */
static int
count_visible (const float *weights, int n, float least)
{
  int visible = 0;

  if (weights == NULL)
    return n;

  for (int i = 0; i < n; i++)
    visible += weights[i] > least;

  return visible;
}

/* Copies at most @most of the visible cells side by side, of more as many at even distances in
 * reading order, and tells how many these are.
 * @cells: [n, c]; @logits: [n] */
static int
gather_visible (const ScumbleTensor *plane, const float *weights, int most, float *cells,
                float *logits)
{
  const gsize  c       = (gsize) plane->c;
  const int    n       = plane->h * plane->w;
  const float  least   = weights != NULL ? least_visible (weights, (gsize) n) : 0.0f;
  const gint64 visible = count_visible (weights, n, least);
  const gint64 taken   = MIN (visible, most);
  gint64       seen    = 0;
  int          kept    = 0;

  for (int at = 0; at < n; at++)
    {
      const float weight = weights != NULL ? weights[at] : 1.0f;

      if (weight <= least)
        continue;
      seen++;
      if (seen * taken / visible > kept)
        {
          memcpy (cells + (gsize) kept * c, scumble_tensor_at (plane, at / plane->w, at % plane->w),
                  c * sizeof *cells);
          logits[kept++] = logf (weight);
        }
    }

  return kept;
}

/* Stores what the cells on the desk were mapped to.  y: [n, c] */
static void
take_mapped (const Desk *desk, int c, float *y)
{
  for (int i = 0; i < desk->n; i++, y += c)
    for (int k = 0; k < c; k++)
      y[k] = desk->mapped[k * CELLS + i];
}

void
scumble_attention_see (const ScumbleAttention *attention, ScumbleKeys *keys,
                       const ScumbleTensor *plane, const float *weights, const float *mean,
                       const float *std, int most, int threads)
{
  const int         c       = attention->c;
  const int         room    = MIN (plane->h * plane->w, most);
  const int         useful  = scumble_useful_threads (2.0 * c * c * room, threads);
  g_autofree float *cells   = g_new (float, (gsize) room * (gsize) c);
  g_autofree float *scratch = g_malloc (scumble_attention_scratch (attention, useful));
  ScumbleTensor     seen    = { .data = cells, .h = 1, .c = c };
  int               block;

  *keys        = (ScumbleKeys) { .c = c, .logits = g_new (float, room) };
  keys->n      = gather_visible (plane, weights, room, cells, keys->logits);
  keys->keys   = g_new (float, (gsize) keys->n * (gsize) c);
  keys->values = g_new (float, (gsize) keys->n * (gsize) c);
  seen.w       = keys->n;
  seen.stride  = (gsize) keys->n * (gsize) c;
  block        = even_block (keys->n, useful);

#pragma omp parallel for schedule(dynamic) num_threads(useful)
  for (int from = 0; from < keys->n; from += block)
    {
      const gsize at   = (gsize) from * (gsize) c;
      Desk        desk = lay_out (attention, scratch, omp_get_thread_num (), block);

      begin_block (&desk, keys->n - from);
      bring (&desk, &seen, from, mean, std);
      apply_map (attention, &attention->key, &desk);
      take_mapped (&desk, c, keys->keys + at);
      bring (&desk, &seen, from, NULL, NULL);
      apply_map (attention, &attention->value, &desk);
      take_mapped (&desk, c, keys->values + at);
    }
}

void
scumble_keys_clear (ScumbleKeys *keys)
{
  g_clear_pointer (&keys->keys, g_free);
  g_clear_pointer (&keys->values, g_free);
  g_clear_pointer (&keys->logits, g_free);
}

/* Brings the cells of @x from number @from on to the desk and makes queries of them. */
static void
ask (const ScumbleAttention *attention, const ScumbleGaze *gaze, const ScumbleTensor *x,
     int from, Desk *desk)
{
  begin_block (desk, x->h * x->w - from);
  bring (desk, x, from, gaze->mean, gaze->std);
  apply_map (attention, &attention->query, desk);
  for (int k = 0; k < attention->c; k++)
    for (int i = 0; i < desk->columns; i++)
      desk->mapped[k * CELLS + i] *= gaze->sharpness;
}

static void
begin (const Desk *desk)
{
  for (int i = 0; i < desk->columns; i++)
    {
      desk->most[i]  = -INFINITY;
      desk->total[i] = 0.0f;
    }
}

/* How much the cells on the desk look at each of at most POSITIONS positions from @from on. */
static ScumbleScores
score (const ScumbleAttention *attention, const ScumbleGaze *gaze, const Desk *desk, int from)
{
  const ScumbleKeys *keys   = gaze->keys;
  const float       *logits = gaze->logits != NULL ? gaze->logits : keys->logits;
  const int          count  = MIN (POSITIONS, keys->n - from);
  const gsize        c      = (gsize) keys->c;

  fill_rows (desk, logits + from, count, desk->scores);
  attention->simd->grad->multiply_add (
    &(ScumbleProduct) { .a = keys->keys + (gsize) from * c, .a_row = c, .a_k = 1,
                        .b = desk->mapped, .b_k = CELLS, .parts = 1, .k = keys->c,
                        .rows = count, .columns = desk->columns, .y = desk->scores,
                        .y_row = CELLS });

  return (ScumbleScores) { desk->scores, CELLS, count, desk->columns };
}

/* sums = sums fade + the values of these positions by their weights */
static void
add_values (const ScumbleAttention *attention, const ScumbleKeys *keys, const Desk *desk,
            int from, int count)
{
  const gsize c = (gsize) keys->c;

  for (int k = 0; k < keys->c; k++)
    for (int i = 0; i < desk->columns; i++)
      desk->sums[k * CELLS + i] *= desk->fade[i];
  attention->simd->grad->multiply_add (
    &(ScumbleProduct) { .a = keys->values + (gsize) from * c, .a_row = 1, .a_k = c,
                        .b = desk->scores, .b_k = CELLS, .parts = 1, .k = count,
                        .rows = keys->c, .columns = desk->columns, .y = desk->sums,
                        .y_row = CELLS });
}

/* Attends for the cells on the desk. */
static void
attend (const ScumbleAttention *attention, const ScumbleGaze *gaze, const Desk *desk)
{
  memset (desk->sums, 0, CELLS * (gsize) attention->c * sizeof (float));
  begin (desk);
  for (int from = 0; from < gaze->keys->n; from += POSITIONS)
    {
      const ScumbleScores scores = score (attention, gaze, desk, from);

      attention->simd->softmax->weigh (&scores, desk->most, desk->total, desk->fade);
      add_values (attention, gaze->keys, desk, from, scores.positions);
    }
}

static void
add_cells (const ScumbleAttention *attention, const ScumbleGaze *gaze, const ScumbleTensor *x,
           const ScumbleTensor *y, int from, Desk *desk)
{
  ask (attention, gaze, x, from, desk);
  attend (attention, gaze, desk);
  for (int i = 0; i < desk->n; i++)
    {
      const float part = gaze->weights != NULL ? gaze->weights[from + i] : 1.0f;
      const float gain = gaze->gain * part / desk->total[i];
      float      *to   = scumble_tensor_at (y, (from + i) / x->w, (from + i) % x->w);

      for (int k = 0; k < attention->c; k++)
        to[k] += gain * desk->sums[k * CELLS + i];
    }
}

/* Whether any of the cells from @from to before @to looks at the style. */
static gboolean
any_weight (const ScumbleGaze *gaze, int from, int to)
{
  for (int i = from; i < to; i++)
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
  const double work   = (double) cells * x->c * (x->c + 2.0 * gaze->keys->n);
  const int    useful = scumble_useful_threads (work, threads);
  const int    block  = even_block (cells, useful);

#pragma omp parallel num_threads(useful)
  {
    Desk desk = lay_out (attention, scratch, omp_get_thread_num (), block);

#pragma omp for schedule(dynamic)
    for (int from = 0; from < cells; from += block)
      if (gaze->weights == NULL || any_weight (gaze, from, MIN (from + block, cells)))
        add_cells (attention, gaze, x, y, from, &desk);
  }
}

/* Adds how much the cells of a block look at every position. */
static void
use_cells (const ScumbleAttention *attention, const ScumbleGaze *gaze, const ScumbleTensor *x,
           int from, Desk *desk, float *use)
{
  const ScumbleSimdSoftmax *simd = attention->simd->softmax;

  ask (attention, gaze, x, from, desk);
  begin (desk);
  for (int at = 0; at < gaze->keys->n; at += POSITIONS)
    {
      const ScumbleScores scores = score (attention, gaze, desk, at);

      simd->weigh (&scores, desk->most, desk->total, desk->fade);
    }

  /* Columns without a cell have no share. */
  for (int i = 0; i < desk->columns; i++)
    desk->total[i] = i < desk->n ? 1.0f / desk->total[i] : 0.0f;
  for (int at = 0; at < gaze->keys->n; at += POSITIONS)
    {
      const ScumbleScores scores = score (attention, gaze, desk, at);

      simd->add_use (&scores, desk->most, desk->total, use + at);
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
    Desk desk = lay_out (attention, scratch, omp_get_thread_num (), CELLS);

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
