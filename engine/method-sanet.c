/* SPDX-License-Identifier: GPL-3.0-or-later */

/* SANet: Park and Lee, "Arbitrary Style Transfer with Style-Attentional Networks", CVPR
 * 2019.
 *
 *     content, style -> encoder -> relu4_1 [h/8, w/8, c], relu5_1 [h/16, w/16, c]
 *     fine   = relu4_1 + attended (relu4_1), coarse = relu5_1 + attended (relu5_1)
 *     merge (fine + up (coarse)) -> decoder -> pixels
 *
 * A decoder may have skip connections, which the paper's has not: it is AdaIN's then, and what
 * merge gives stands beside AdaIN's relu4_1 (decoder.h).
 *
 * Every cell looks at the style, and at the content's statistics, but at no other cell: so
 * any rectangle can be rendered exactly from the cells that it depends on.  A strength
 * other than 1 is a blend with what the content makes of itself.  Merge and decoder follow
 * the blend, because all that comes between the softmax and it is linear. */
#include "model-private.h"
#include "attention.h"
#include "decoder.h"
#include "error.h"
#include "mark.h"
#include "proxy.h"
#include "safetensors-writer.h"
#include "simd.h"
#include "vgg.h"
#include "zones.h"

#include <math.h>
#include <string.h>

/* Pictures are padded to whole cells of relu5_1. */
enum { ALIGN = 16 };

/* The most cells of relu4_1 that attention looks at, of a picture of any size. */
enum { MOST_CELLS = 64 * 64 };

enum { FINE, COARSE, LEVELS };

/* How often the penalty on repetition is dealt out. */
enum { ROUNDS = 4 };

typedef struct
{
  ScumbleDecoder    decoder; /* and the encoder up to relu4_1 */
  ScumbleConvnet   *deeper;  /* from there to relu5_1 */
  ScumbleAttention *blocks[LEVELS];
  ScumbleConvnet   *merge;
  int               c; /* channels at both levels */
} Net;

/* What the blocks know of a picture; shared by the mixtures that it is part of. */
typedef struct
{
  gatomicrefcount refs;
  ScumbleKeys     keys[LEVELS];
} Seen;

/* Pictures that are looked at one by one, and how much of each. */
typedef struct
{
  guint              n;
  float             *weights;    /* [n], sums to 1 */
  Seen             **seen;       /* [n] */
  ScumbleStatistics *statistics; /* of the decoder's taps, of all pictures together */
} Style;

/* The logits of a picture after its over-used positions have been lowered. */
typedef struct
{
  Seen  *seen;
  double temperature;
  double repetition;
  float *logits[LEVELS];
} Penalty;

/* A picture at both levels, and those of the decoder. */
typedef struct
{
  ScumblePicture  picture;
  ScumblePlanes   taps; /* up to the fine level */
  ScumbleFeatures coarse;
  float          *mean[LEVELS]; /* [c] of the whole picture */
  float          *std[LEVELS];  /* [c] */
} Planes;

typedef struct
{
  Planes             planes;
  ScumbleStatistics *statistics; /* of the decoder's taps */
  Style             *own;        /* the content as its own style */
  GPtrArray         *penalties;  /* of the look last rendered with */
} Content;

static const ScumbleLayer merge[] = { { SCUMBLE_LAYER_CONV3, "merge", FALSE } };

static const char *const prefixes[LEVELS] = { "transform.sanet4_1", "transform.sanet5_1" };

static void
sanet_close (gpointer data)
{
  Net *net = data;

  scumble_decoder_clear (&net->decoder);
  scumble_convnet_free (net->deeper);
  for (int k = 0; k < LEVELS; k++)
    scumble_attention_free (net->blocks[k]);
  scumble_convnet_free (net->merge);
  g_free (net);
}

static gboolean
load (Net *net, const ScumbleSafetensors *file, const ScumbleConvnet *encoder, int deep,
      GError **error)
{
  if (net->c != deep)
    {
      scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                         N_("The model file \"%s\" needs an encoder with as many "
                            "channels at relu4_1 as at relu5_1, not %d and %d."),
                         scumble_safetensors_path (file), net->c, deep);
      return FALSE;
    }

  for (int k = 0; k < LEVELS; k++)
    {
      net->blocks[k] = scumble_attention_new (file, prefixes[k], net->c, scumble_simd_best (),
                                              error);
      if (net->blocks[k] == NULL)
        return FALSE;
    }

  net->merge = scumble_convnet_new (merge, G_N_ELEMENTS (merge), file, "transform", net->c,
                                    error);

  return net->merge != NULL &&
         scumble_decoder_init (&net->decoder, file, encoder,
                               scumble_convnet_channels (net->merge), error);
}

static gpointer
sanet_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
            const ScumbleConvnet *encoder, GError **error)
{
  g_autoptr (ScumbleConvnet) fine = scumble_vgg_part (encoder, SCUMBLE_VGG_PICTURE,
                                                      SCUMBLE_VGG_RELU4_1);
  Net                       *net  = g_new0 (Net, 1);

  net->c      = scumble_convnet_channels (fine);
  net->deeper = scumble_vgg_part (encoder, SCUMBLE_VGG_RELU4_1, SCUMBLE_VGG_RELU5_1);
  if (!load (net, file, encoder, scumble_convnet_channels (net->deeper), error))
    {
      sanet_close (net);
      return NULL;
    }

  return net;
}

/* One of the two levels. */
static const ScumbleFeatures *
features_of (const Planes *planes, int level)
{
  return level == FINE ? scumble_planes_deepest (&planes->taps) : &planes->coarse;
}

static void
clear_planes (Planes *planes)
{
  scumble_features_clear (&planes->coarse);
  scumble_planes_clear (&planes->taps);
  for (int k = 0; k < LEVELS; k++)
    {
      g_clear_pointer (&planes->mean[k], g_free);
      g_clear_pointer (&planes->std[k], g_free);
    }
  scumble_picture_clear (&planes->picture);
}

/* Most of the work is up to relu4_1, which is all that the picture itself is needed for. */
static gboolean
encode_planes (Planes *planes, const Net *net, ScumbleSource *source, ScumbleKeep keep,
               const ScumbleJob *job, GError **error)
{
  ScumbleStage     stages[LEVELS];
  const ScumbleJob first  = scumble_job_stage (&stages[FINE], job, 0.0, 0.8);
  const ScumbleJob second = scumble_job_stage (&stages[COARSE], job, 0.8, 1.0);
  gboolean         done;

  done = scumble_picture_init (&planes->picture, source, ALIGN, job, error) &&
         scumble_planes_encode (&planes->taps, &net->decoder, &planes->picture, keep, &first,
                                error) &&
         scumble_features_deepen (&planes->coarse, net->deeper, features_of (planes, FINE), keep,
                                  &second, error);

  for (int k = 0; done && k < LEVELS; k++)
    {
      const ScumbleMoments *moments = &features_of (planes, k)->moments;

      planes->mean[k] = g_new (float, moments->c);
      planes->std[k]  = g_new (float, moments->c);
      scumble_moments_get (moments, planes->mean[k], planes->std[k]);
    }

  return done;
}

static void
seen_unref (Seen *seen)
{
  if (!g_atomic_ref_count_dec (&seen->refs))
    return;

  for (int k = 0; k < LEVELS; k++)
    scumble_keys_clear (&seen->keys[k]);
  g_free (seen);
}

static Seen *
seen_ref (Seen *seen)
{
  g_atomic_ref_count_inc (&seen->refs);
  return seen;
}

static Seen *
seen_new (void)
{
  Seen *seen = g_new0 (Seen, 1);

  g_atomic_ref_count_init (&seen->refs);
  return seen;
}

static Style *
style_new (guint n)
{
  Style *style = g_new (Style, 1);

  style->n          = n;
  style->weights    = g_new0 (float, n);
  style->seen       = g_new0 (Seen *, n);
  style->statistics = NULL;

  return style;
}

static int
most_cells (int level)
{
  return level == FINE ? MOST_CELLS : MOST_CELLS / 4;
}

/* A rehearsal sees nothing, and takes every position for visible. */
static Style *
see (const Net *net, const Planes *planes, const ScumbleJob *job)
{
  Style *style = style_new (1);

  style->weights[0] = 1.0f;
  style->seen[0]    = seen_new ();
  style->statistics = scumble_statistics_new (&net->decoder, &planes->taps);
  for (int k = 0; k < LEVELS; k++)
    if (job->rehearsal != NULL)
      style->seen[0]->keys[k].n = MIN (features_of (planes, k)->plane.h *
                                         features_of (planes, k)->plane.w,
                                       most_cells (k));
    else
      scumble_attention_see (net->blocks[k], &style->seen[0]->keys[k],
                             &features_of (planes, k)->plane, features_of (planes, k)->weights,
                             planes->mean[k], planes->std[k], most_cells (k), job->threads);

  return style;
}

static void
sanet_style_free (gpointer data)
{
  Style *style = data;

  for (guint i = 0; i < style->n; i++)
    if (style->seen[i] != NULL)
      seen_unref (style->seen[i]);
  if (style->statistics != NULL)
    scumble_statistics_free (style->statistics);
  g_free (style->seen);
  g_free (style->weights);
  g_free (style);
}

/* Attention is not linear in what it looks at, but in what it gives: each picture is looked
 * at alone. */
static gpointer
sanet_mix (const ScumbleModel *model, const gconstpointer *styles, const float *weights,
           guint n)
{
  const Net                           *net   = model->net;
  g_autofree const ScumbleStatistics **parts = g_new (const ScumbleStatistics *, n);
  guint                                total = 0;
  Style                               *mixed;

  for (guint i = 0; i < n; i++)
    {
      parts[i] = ((const Style *) styles[i])->statistics;
      total   += ((const Style *) styles[i])->n;
    }

  mixed             = style_new (total);
  mixed->statistics = scumble_statistics_mix (parts, weights, n,
                                              scumble_decoder_imposed (&net->decoder));
  total             = 0;
  for (guint i = 0; i < n; i++)
    {
      const Style *style = styles[i];

      for (guint k = 0; k < style->n; k++, total++)
        {
          mixed->weights[total] = weights[i] * style->weights[k];
          mixed->seen[total]    = seen_ref (style->seen[k]);
        }
    }

  return mixed;
}

/* "style.0.sanet4_1.keys" */
static char *
tensor_name (guint part, int level, const char *what)
{
  return g_strdup_printf ("style.%u.%s.%s", part, prefixes[level] + strlen ("transform."),
                          what);
}

static void
sanet_save (const ScumbleModel *model, gconstpointer data, ScumbleSafetensorsWriter *writer)
{
  const int    imposed = scumble_decoder_imposed (&((const Net *) model->net)->decoder);
  const Style *style   = data;

  if (imposed > 0)
    scumble_statistics_save (style->statistics, imposed, writer);
  scumble_safetensors_writer_add (writer, "style.weights", (int[]) { (int) style->n }, 1,
                                  style->weights);
  for (guint i = 0; i < style->n; i++)
    for (int k = 0; k < LEVELS; k++)
      {
        const ScumbleKeys *keys   = &style->seen[i]->keys[k];
        const int          shape[] = { keys->n, keys->c };
        g_autofree char   *name   = tensor_name (i, k, "keys");
        g_autofree char   *values = tensor_name (i, k, "values");
        g_autofree char   *logits = tensor_name (i, k, "logits");

        scumble_safetensors_writer_add (writer, name, shape, 2, keys->keys);
        scumble_safetensors_writer_add (writer, values, shape, 2, keys->values);
        scumble_safetensors_writer_add (writer, logits, shape, 1, keys->logits);
      }
}

static gboolean
load_keys (const Net *net, const ScumbleSafetensors *file, guint part, int level,
           ScumbleKeys *keys, GError **error)
{
  const int        c      = net->c;
  g_autofree char *name   = tensor_name (part, level, "keys");
  g_autofree char *values = tensor_name (part, level, "values");
  g_autofree char *logits = tensor_name (part, level, "logits");
  int              shape[2];

  if (!scumble_safetensors_shape (file, name, 2, shape, error))
    return FALSE;

  keys->n    = shape[0];
  keys->c    = c;
  keys->keys = scumble_safetensors_floats (file, name, (gsize) keys->n * (gsize) c, error);
  if (keys->keys == NULL)
    return FALSE;
  keys->values = scumble_safetensors_floats (file, values, (gsize) keys->n * (gsize) c, error);
  if (keys->values == NULL)
    return FALSE;
  keys->logits = scumble_safetensors_floats (file, logits, (gsize) keys->n, error);

  return keys->logits != NULL;
}

static gboolean
load_parts (const Net *net, const ScumbleSafetensors *file, Style *style, GError **error)
{
  const int imposed = scumble_decoder_imposed (&net->decoder);

  for (guint i = 0; i < style->n; i++)
    {
      style->seen[i] = seen_new ();
      for (int k = 0; k < LEVELS; k++)
        if (!load_keys (net, file, i, k, &style->seen[i]->keys[k], error))
          return FALSE;
    }
  if (imposed > 0)
    style->statistics = scumble_statistics_load (file, imposed, error);

  return imposed == 0 || style->statistics != NULL;
}

static gpointer
sanet_load (const ScumbleModel *model, const ScumbleSafetensors *file, GError **error)
{
  Style *style;
  int    n;

  if (!scumble_safetensors_shape (file, "style.weights", 1, &n, error))
    return NULL;

  style = style_new ((guint) n);
  g_free (style->weights);
  style->weights = scumble_safetensors_floats (file, "style.weights", (gsize) n, error);
  if (style->weights == NULL || !load_parts (model->net, file, style, error))
    {
      sanet_style_free (style);
      return NULL;
    }

  return style;
}

/* Whether a picture can look at all of itself; one that is larger looks at a smaller copy. */
static gboolean
own_fits (int width, int height)
{
  const int cols = scumble_picture_padded (width, ALIGN) / SCUMBLE_VGG_STRIDE;
  const int rows = scumble_picture_padded (height, ALIGN) / SCUMBLE_VGG_STRIDE;

  return (gint64) cols * rows <= MOST_CELLS;
}

static gpointer
sanet_encode (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  Planes planes = { .mean = { NULL } };
  Style *style  = NULL;

  if (encode_planes (&planes, model->net, source, SCUMBLE_KEEP_FLOATS, job, error))
    style = see (model->net, &planes, job);
  clear_planes (&planes);

  return style;
}

static void
penalty_free (gpointer data)
{
  Penalty *penalty = data;

  for (int k = 0; k < LEVELS; k++)
    g_free (penalty->logits[k]);
  seen_unref (penalty->seen);
  g_free (penalty);
}

static void
sanet_content_free (gpointer data)
{
  Content *content = data;

  g_ptr_array_unref (content->penalties);

  clear_planes (&content->planes);
  if (content->statistics != NULL)
    scumble_statistics_free (content->statistics);
  if (content->own != NULL)
    sanet_style_free (content->own);
  g_free (content);
}

/* A large content looks at a small copy of itself. */
static Style *
see_own (ScumbleModel *model, const Content *content, ScumbleSource *source,
         const ScumbleJob *job, GError **error)
{
  Style       *own = NULL;
  ScumbleProxy proxy;

  if (own_fits (source->width, source->height) &&
      features_of (&content->planes, FINE)->plane.data != NULL &&
      features_of (&content->planes, COARSE)->plane.data != NULL)
    return see (model->net, &content->planes, job);

  if (scumble_proxy_init (&proxy, source, own_fits, job, error))
    own = sanet_encode (model, proxy.source, job, error);
  scumble_proxy_clear (&proxy);

  return own;
}

/* Every so many cells of a plane, so that at most as many as a style may have are taken. */
static int
sample_step (const ScumbleTensor *plane)
{
  int step = 1;

  while ((gint64) ((plane->w + step - 1) / step) * ((plane->h + step - 1) / step) > MOST_CELLS)
    step++;

  return step;
}

/* How many positions the pictures of a style have together; of one that is not there yet, as
 * many as may be. */
static double
n_positions (const ScumbleStyle *handle, int level)
{
  const Style *style = handle != NULL ? handle->data : NULL;
  double       n     = 0.0;

  if (style == NULL)
    return most_cells (level);

  for (guint i = 0; i < style->n; i++)
    n += style->seen[i]->keys[level].n;

  return n;
}

static void
rehearse_penalties (const Content *content, const ScumbleJob *job)
{
  const ScumbleLook *look = job->rehearsal->look;

  for (guint z = 0; z < look->n_zones && look->repetition > 0.0; z++)
    for (int k = 0; k < LEVELS; k++)
      {
        const ScumbleTensor *plane = &features_of (&content->planes, k)->plane;
        const int            step  = sample_step (plane);
        const double         cells = (double) ((plane->w + step - 1) / step) *
                                     ((plane->h + step - 1) / step);

        job->rehearsal->prepare += ROUNDS * cells * plane->c *
                                   (plane->c + n_positions (look->zones[z].style, k));
        for (int y = 0; y < plane->h; y += step)
          job->rehearsal->prepare += scumble_features_work (
            features_of (&content->planes, k), (ScumbleRect) { 0, y, plane->w, 1 });
      }
}

static gpointer
sanet_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  Content         *content = g_new0 (Content, 1);
  ScumbleStage     stages[2];
  const ScumbleJob first  = scumble_job_stage (&stages[0], job, 0.0, 0.8);
  const ScumbleJob second = scumble_job_stage (&stages[1], job, 0.8, 1.0);

  content->penalties = g_ptr_array_new_with_free_func (penalty_free);
  if (encode_planes (&content->planes, model->net, source, SCUMBLE_KEEP_AS_FITS, &first,
                     error))
    {
      content->statistics = scumble_statistics_new (&((const Net *) model->net)->decoder,
                                                    &content->planes.taps);
      content->own        = see_own (model, content, source, &second, error);
    }
  if (content->own == NULL)
    {
      sanet_content_free (content);
      return NULL;
    }
  if (job->rehearsal != NULL)
    rehearse_penalties (content, job);

  return content;
}

/* What @merged cells depend on. */
static void
find_need (const Net *net, int plane_w, int plane_h, ScumbleRect merged,
           ScumbleRect need[LEVELS])
{
  need[FINE]   = scumble_convnet_reach (net->merge, plane_w, plane_h, merged);
  need[COARSE] = scumble_rect_halved (need[FINE]);
}

/* Copies a sample of the content's cells side by side, in scratch that the caller gives
 * back. */
static gboolean
sample (const ScumbleFeatures *features, ScumbleTensor *cells, const ScumbleJob *job,
        GError **error)
{
  const ScumbleTensor *plane = &features->plane;
  const int            step  = sample_step (plane);
  const int            cols  = (plane->w + step - 1) / step;
  const int            rows  = (plane->h + step - 1) / step;
  ScumbleTensor        line;

  if (!scumble_arena_tensor (job->arena, rows, cols, plane->c, cells, error) ||
      !scumble_arena_tensor (job->arena, 1, plane->w, plane->c, &line, error))
    return FALSE;

  for (int i = 0; i < rows; i++)
    {
      if (!scumble_job_go_on (job, error) ||
          !scumble_features_read (features, (ScumbleRect) { 0, i * step, plane->w, 1 }, &line,
                                  job, error))
        return FALSE;
      for (int j = 0; j < cols; j++)
        memcpy (scumble_tensor_at (cells, i, j), scumble_tensor_at (&line, 0, j * step),
                (gsize) plane->c * sizeof (float));
    }

  return TRUE;
}

/* Lowers the logits of positions that are used more than their share of the visible style,
 * by the logarithm of how many times more: with a penalty of 1, as far as one step towards
 * equal use goes (Sinkhorn's iteration, only downwards).  Others then take over, so it is
 * done a few times. */
static gboolean
lower (const Net *net, const Content *content, int level, Penalty *penalty,
       const ScumbleTensor *cells, const ScumbleJob *job, GError **error)
{
  const ScumbleKeys *keys   = &penalty->seen->keys[level];
  const gsize        n      = (gsize) keys->n;
  float             *logits = penalty->logits[level];
  g_autofree float  *use    = g_new (float, n);
  const ScumbleGaze  gaze   = { .mean = content->planes.mean[level],
                                .std  = content->planes.std[level], .keys = keys,
                                .sharpness = (float) (1.0 / penalty->temperature),
                                .logits    = logits };
  double             seen   = 0.0;

  memcpy (logits, keys->logits, n * sizeof *logits);
  for (gsize j = 0; j < n; j++)
    seen += exp (keys->logits[j]);

  for (int round = 0; round < ROUNDS; round++)
    {
      if (!scumble_job_go_on (job, error) ||
          !scumble_attention_use (net->blocks[level], &gaze, cells, use, job, error))
        return FALSE;
      for (gsize j = 0; j < n; j++)
        {
          const double times = use[j] * seen / exp (keys->logits[j]);

          if (times > 1.0)
            logits[j] -= (float) (penalty->repetition * log (times));
        }
    }

  return TRUE;
}

static gboolean
penalise (const ScumbleContent *handle, Penalty *penalty, const ScumbleJob *job,
          GError **error)
{
  const Net     *net     = handle->model->net;
  const Content *content = handle->data;
  gboolean       done    = TRUE;

  for (int k = 0; k < LEVELS && done; k++)
    {
      const gsize   mark = scumble_arena_mark (job->arena);
      ScumbleTensor cells;

      penalty->logits[k] = g_new (float, penalty->seen->keys[k].n);
      done = sample (features_of (&content->planes, k), &cells, job, error) &&
             lower (net, content, k, penalty, &cells, job, error);
      scumble_arena_release (job->arena, mark);
    }

  return done;
}

static const Penalty *
find_penalty (const Content *content, const Seen *seen)
{
  for (guint i = 0; i < content->penalties->len; i++)
    {
      const Penalty *penalty = g_ptr_array_index (content->penalties, i);

      if (penalty->seen == seen)
        return penalty;
    }

  return NULL;
}

static const float *
find_logits (const Content *content, const Seen *seen, int level)
{
  const Penalty *penalty = find_penalty (content, seen);

  return penalty != NULL ? penalty->logits[level] : NULL;
}

static gboolean
is_in_look (const Seen *seen, const ScumbleLook *look)
{
  for (guint z = 0; z < look->n_zones; z++)
    {
      const Style *style = look->zones[z].style->data;

      for (guint i = 0; i < style->n; i++)
        if (style->seen[i] == seen)
          return TRUE;
    }

  return FALSE;
}

static void
forget_penalties (Content *content, const ScumbleLook *look)
{
  for (guint i = content->penalties->len; i > 0; i--)
    {
      const Penalty *penalty = g_ptr_array_index (content->penalties, i - 1);

      if (penalty->temperature != look->temperature ||
          penalty->repetition != look->repetition || !is_in_look (penalty->seen, look))
        g_ptr_array_remove_index_fast (content->penalties, i - 1);
    }
}

/* Sees to it that every picture of the look has its penalty, if there is to be one. */
static gboolean
need_penalties (const ScumbleContent *handle, const ScumbleLook *look, const ScumbleJob *job,
                GError **error)
{
  Content *content = handle->data;

  forget_penalties (content, look);
  for (guint z = 0; z < look->n_zones && look->repetition > 0.0; z++)
    {
      const Style *style = look->zones[z].style->data;

      for (guint i = 0; i < style->n; i++)
        {
          Penalty *penalty;

          if (find_penalty (content, style->seen[i]) != NULL)
            continue;

          penalty  = g_new0 (Penalty, 1);
          *penalty = (Penalty) { seen_ref (style->seen[i]), look->temperature,
                                 look->repetition, { NULL } };
          if (!penalise (handle, penalty, job, error))
            {
              penalty_free (penalty);
              return FALSE;
            }
          g_ptr_array_add (content->penalties, penalty);
        }
    }

  return TRUE;
}

/* Positions of the largest picture of a style. */
static int
most_positions (const ScumbleStyle *handle, int level)
{
  const Style *style = handle != NULL ? handle->data : NULL;
  int          most  = 0;

  if (style == NULL)
    return most_cells (level);

  for (guint i = 0; i < style->n; i++)
    most = MAX (most, style->seen[i]->keys[level].n);

  return most;
}

/* Scratch for that. */
static gsize
penalty_room (const ScumbleContent *handle, const ScumbleLook *look, int threads)
{
  const Net     *net     = handle->model->net;
  const Content *content = handle->data;
  gsize          most    = 0;

  for (guint z = 0; z < look->n_zones && look->repetition > 0.0; z++)
    for (int k = 0; k < LEVELS; k++)
      {
        const ScumbleFeatures *features = features_of (&content->planes, k);
        const gsize            w        = (gsize) features->plane.w;
        const gsize            use      =
          scumble_attention_use_room (net->blocks[k], MOST_CELLS,
                                      most_positions (look->zones[z].style, k), threads);
        const gsize            read     = scumble_features_room (features, (int) w, 1,
                                                                 threads);

        most = MAX (most, (MOST_CELLS + w) * (gsize) features->plane.c * sizeof (float) +
                            MAX (use, read) + 256);
      }

  return most;
}

/* Cells of a level that look around. */
typedef struct
{
  const ScumbleContent *handle;
  const ScumbleLook    *look;
  int                   level;
  const float          *weights; /* [n_zones + 1, h, w], NULL for a plain look */
  const ScumbleTensor  *x;
  const ScumbleTensor  *y;
  float                *scratch;
  int                   threads;
} Looking;

/* y += gain attended (keys), in the cells that zone @zone weighs.  The content looks at
 * itself as in the paper: that is what strength 0 means. */
static void
look_at (const Looking *looking, const Style *style, guint zone, float gain)
{
  const Content *content = looking->handle->data;
  const Net     *net     = looking->handle->model->net;
  const Planes  *planes  = &content->planes;
  const int      level   = looking->level;
  const gboolean own     = style == content->own;
  const gsize    n       = (gsize) looking->x->h * (gsize) looking->x->w;
  ScumbleGaze    gaze    = { .mean = planes->mean[level], .std = planes->std[level],
                             .sharpness = own ? 1.0f
                                              : (float) (1.0 / looking->look->temperature) };

  if (looking->weights != NULL)
    {
      gaze.weights = looking->weights + zone * n;
      if (!scumble_zones_any (gaze.weights, n))
        return;
    }

  for (guint i = 0; i < style->n && gain != 0.0f; i++)
    {
      gaze.keys   = &style->seen[i]->keys[level];
      gaze.gain   = gain * style->weights[i];
      gaze.logits = own ? NULL : find_logits (content, style->seen[i], level);
      scumble_attention_add (net->blocks[level], &gaze, looking->x, looking->y,
                             looking->scratch, looking->threads);
    }
}

static void
look_at_all (const Looking *looking)
{
  const Content     *content  = looking->handle->data;
  const ScumbleLook *look     = looking->look;
  const float        strength = looking->weights != NULL ? 1.0f : (float) look->strength;

  for (guint z = 0; z < look->n_zones; z++)
    look_at (looking, look->zones[z].style->data, z, strength);
  look_at (looking, content->own, look->n_zones,
           looking->weights != NULL ? 1.0f : 1.0f - strength);
}

/* Weighs the zones in the cells of a level; %NULL for a plain look, too. */
static gboolean
weigh (const ScumbleContent *handle, const ScumbleLook *look, int level, ScumbleRect cells,
       float **weights, const ScumbleJob *job, GError **error)
{
  const int stride = level == FINE ? SCUMBLE_VGG_STRIDE : 2 * SCUMBLE_VGG_STRIDE;

  *weights = NULL;
  if (scumble_zones_plain (look))
    return TRUE;

  *weights = scumble_arena_take (job->arena, sizeof (float) * (look->n_zones + 1) *
                                 (gsize) cells.w * (gsize) cells.h, error);

  return *weights != NULL && scumble_zones_weigh (look, handle->source, cells, stride,
                                                  look->strength, *weights, job, error);
}

/* y = features + strength attended (style) + (1 - strength) attended (content itself), each
 * in its place */
static gboolean
transform_level (const ScumbleContent *handle, const ScumbleLook *look, int level,
                 ScumbleRect cells, const ScumbleTensor *y, const ScumbleJob *job,
                 GError **error)
{
  const Content          *content   = handle->data;
  const ScumbleAttention *attention = ((const Net *) handle->model->net)->blocks[level];
  const gsize             mark      = scumble_arena_mark (job->arena);
  float                  *weights;
  float                  *scratch;
  ScumbleTensor           x;

  if (!scumble_arena_tensor (job->arena, cells.h, cells.w, y->c, &x, error) ||
      !scumble_features_read (features_of (&content->planes, level), cells, &x, job, error) ||
      !weigh (handle, look, level, cells, &weights, job, error))
    return FALSE;
  scratch = scumble_arena_take (job->arena,
                                scumble_attention_scratch (attention, job->threads), error);
  if (scratch == NULL)
    return FALSE;

  scumble_copy (&x, y, job->threads);
  look_at_all (&(Looking) { handle, look, level, weights, &x, y, scratch, job->threads });
  scumble_arena_release (job->arena, mark);

  return scumble_job_go_on (job, error);
}

/* fine += up (coarse) */
static void
add_up (const ScumbleTensor *coarse, const ScumbleTensor *fine,
        const ScumbleRect need[LEVELS], int threads)
{
  const ScumbleRect at = need[FINE], from = need[COARSE];

#pragma omp parallel for schedule(static) num_threads(scumble_tensor_threads (fine, threads))
  for (int i = 0; i < fine->h; i++)
    for (int j = 0; j < fine->w; j++)
      {
        const float *x = scumble_tensor_at (coarse, (at.y + i) / 2 - from.y,
                                            (at.x + j) / 2 - from.x);
        float       *y = scumble_tensor_at (fine, i, j);

        for (int k = 0; k < fine->c; k++)
          y[k] += x[k];
      }
}

/* fine and coarse planes -> attention -> merge */
static gboolean
merged (const ScumbleDecoding *decoding, ScumbleRect cells, const ScumbleTensor *y,
        const ScumbleJob *job, GError **error)
{
  const Net           *net     = decoding->content->model->net;
  const Content       *content = decoding->content->data;
  const ScumbleTensor *plane   = &features_of (&content->planes, FINE)->plane;
  const gsize          mark    = scumble_arena_mark (job->arena);
  ScumbleRegion        out     = { .tensor = *y, .rect = cells };
  ScumbleRegion        in      = { .plane_w = plane->w, .plane_h = plane->h };
  ScumbleRect          need[LEVELS];
  ScumbleTensor        level[LEVELS];
  gboolean             done    = TRUE;

  find_need (net, plane->w, plane->h, cells, need);
  for (int k = 0; done && k < LEVELS; k++)
    done = scumble_arena_tensor (job->arena, need[k].h, need[k].w, plane->c,
                                 &level[k], error) &&
           transform_level (decoding->content, decoding->look, k, need[k], &level[k], job,
                            error);
  if (done)
    {
      add_up (&level[COARSE], &level[FINE], need, job->threads);
      in.rect   = need[FINE];
      in.tensor = level[FINE];
      done      = scumble_convnet_run (net->merge, &in, &out, job, error);
    }
  scumble_arena_release (job->arena, mark);

  return done;
}

static gsize
merged_room (const ScumbleDecoding *decoding, int w, int h, int threads)
{
  /* Far from any border, and odd, so that halving reaches for most. */
  enum { FAR = (1 << 16) + 1, PLANE = 1 << 20 };
  const Net     *net     = decoding->content->model->net;
  const Content *content = decoding->content->data;
  const gsize    c       = (gsize) net->c;
  gsize          cells   = 0;
  gsize          widest  = scumble_convnet_room (net->merge, w, h, threads);
  ScumbleRect    need[LEVELS];

  find_need (net, PLANE, PLANE, (ScumbleRect) { FAR, FAR, w, h }, need);
  for (int k = 0; k < LEVELS; k++)
    {
      const int   cols = need[k].w + 1, rows = need[k].h + 1;
      const gsize n    = (gsize) cols * (gsize) rows;
      const gsize gaze = sizeof (float) * c * n +
                         scumble_zones_room (decoding->look, cols, rows,
                                             k == FINE ? SCUMBLE_VGG_STRIDE
                                                       : 2 * SCUMBLE_VGG_STRIDE) +
                         MAX (scumble_attention_scratch (net->blocks[k], threads),
                              scumble_features_room (features_of (&content->planes, k), cols,
                                                     rows, threads));

      cells += n;
      widest = MAX (widest, gaze);
    }

  return sizeof (float) * c * cells + widest + 4096;
}

/* Positions of a level that every cell looks at. */
static double
looked_at (const Content *content, const ScumbleLook *look, int level)
{
  const double strength = scumble_zones_plain (look) ? look->strength : 1.0;
  double       n        = 0.0;

  for (guint z = 0; z < look->n_zones && strength != 0.0; z++)
    n += n_positions (look->zones[z].style, level);
  if (scumble_zones_rest (look, look->strength))
    n += content->own->seen[0]->keys[level].n;

  return n;
}

static double
merged_work (const ScumbleDecoding *decoding, ScumbleRect merged)
{
  const Net           *net     = decoding->content->model->net;
  const Content       *content = decoding->content->data;
  const ScumbleTensor *plane   = &features_of (&content->planes, FINE)->plane;
  const double         c       = plane->c;
  double               work    = scumble_convnet_work (net->merge, plane->w, plane->h, merged);
  ScumbleRect          need[LEVELS];

  find_need (net, plane->w, plane->h, merged, need);
  for (int k = 0; k < LEVELS; k++)
    {
      const double cells = (double) need[k].w * need[k].h;

      work += cells * c * (c + 2.0 * looked_at (content, decoding->look, k)) +
              scumble_features_work (features_of (&content->planes, k), need[k]);
    }

  return work;
}

static const ScumbleStatistics *
statistics_of (gconstpointer style)
{
  return ((const Style *) style)->statistics;
}

static ScumbleDecoding
decoding_of (const ScumbleContent *handle, const ScumbleLook *look)
{
  const Net     *net     = handle->model->net;
  const Content *content = handle->data;

  return (ScumbleDecoding) { .decoder     = &net->decoder,
                             .content     = handle,
                             .planes      = &content->planes.taps,
                             .own         = content->statistics,
                             .look        = look,
                             .statistics  = statistics_of,
                             .attend      = merged,
                             .attend_room = merged_room,
                             .attend_work = merged_work };
}

/* merged cells -> decoder -> [rect.h, rect.w, 3] */
static gboolean
sanet_render (ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect,
              float *rgb, const ScumbleJob *job, GError **error)
{
  const ScumbleDecoding decoding = decoding_of (handle, look);

  return need_penalties (handle, look, job, error) &&
         scumble_decoding_paint (&decoding, rect, rgb, job, error);
}

static gsize
sanet_room (const ScumbleContent *handle, const ScumbleLook *look, int w, int h,
            int threads)
{
  const ScumbleDecoding decoding = decoding_of (handle, look);

  return MAX (scumble_decoding_room (&decoding, w, h, threads),
              penalty_room (handle, look, threads));
}

static double
sanet_work (const ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect)
{
  const ScumbleDecoding decoding = decoding_of (handle, look);

  return scumble_decoding_work (&decoding, rect);
}

const ScumbleMethod scumble_method_sanet = {
  .id           = "sanet",
  .title        = N_("SANet"),
  .blurb        = N_("Takes brush strokes and patterns from where the painting resembles the "
                     "picture. Livelier than AdaIN in skies and walls, and slower."),
  .sees         = SCUMBLE_VGG_RELU5_1,
  .open         = sanet_open,
  .close        = sanet_close,
  .encode       = sanet_encode,
  .style_free   = sanet_style_free,
  .style_fits   = scumble_proxy_megapixel,
  .mix          = sanet_mix,
  .save         = sanet_save,
  .load         = sanet_load,
  .survey       = sanet_survey,
  .content_free = sanet_content_free,
  .render       = sanet_render,
  .room         = sanet_room,
  .work         = sanet_work,
};
