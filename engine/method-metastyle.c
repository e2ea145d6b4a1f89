/* SPDX-License-Identifier: GPL-3.0-or-later */

/* MetaStyle: Zhang, Zhu and Zhu, "MetaStyle: Three-Way Trade-Off Among Speed, Flexibility,
 * and Quality in Neural Style Transfer", AAAI 2019.
 *
 *     style -> encoder -> means and covariances at relu1_1 .. relu4_1
 *     adapt: a transfer network, trained so that it learns a style in few steps, takes them
 *     content -> adapted transfer network -> pixels */
#include "model-private.h"
#include "critic.h"
#include "error.h"
#include "mark.h"
#include "optimizer.h"
#include "safetensors-writer.h"
#include "taps.h"
#include "transfer-content.h"
#include "transfer-grad.h"

#include <math.h>
#include <string.h>

/* Edge of the parts of the content that adaptation paints, in pixels; at most. */
enum { CROP = 256 };

/* A crop none of whose channels deviates by this, a level of 255, is of a single colour; and how
 * many crops are tried for one that is not. */
#define FLAT (1.0 / 255.0)
enum { TRIES = 20 };

typedef struct
{
  int            base;
  float         *initial; /* parameters of the transfer network */
  ScumbleTaps    taps;
  ScumbleCritic *critic;
} Net;

typedef struct
{
  float *wanted;     /* the painting's means and covariances */
  float *parameters; /* of the transfer network, adapted as far as it was */
  float  grain;      /* how much the network is to see */
  int    updates;    /* how far it was adapted */
} Style;

typedef struct
{
  ScumbleTransferContent transfer;
  const Net             *net;
} Content;

/* A run of adaptation. */
typedef struct
{
  ScumbleModel            *model;
  const Net               *net;
  const Style             *style;
  const ScumbleAdaptation *how;
  ScumbleProxy            *proxies;
  ScumblePicture          *pictures; /* of the proxies */
  double                 **seen;     /* of each, see count_visible() */
  guint                    n_pictures;
  GRand                   *rand;
  ScumbleTransferGrad     *learner;
  ScumbleVerdicts         *verdicts;
  ScumbleTensor            crop;
  ScumbleGrain             grain;    /* of the crop */
  ScumbleVeil              veil;     /* of the crop */
  gboolean                 veiled;   /* whether that hides anything */
  ScumbleTensor            painted;
  gboolean                 fixed;    /* whether all crops are the same, and it is there */
  float                   *parameters;
  float                   *gradient; /* with respect to these */
  ScumbleOptimizer        *optimizer;
  int                      done;     /* updates */
} Adapt;

static void
metastyle_close (gpointer data)
{
  Net *net = data;

  scumble_taps_clear (&net->taps);
  scumble_critic_free (net->critic);
  g_free (net->initial);
  g_free (net);
}

/* Reads transfer.LAYER.KIND to the place that it has among the parameters. */
static gboolean
load_values (Net *net, const ScumbleSafetensors *file, const char *layer, const char *kind,
             gsize from, gsize to, GError **error)
{
  g_autofree char  *name   = g_strdup_printf ("transfer.%s.%s", layer, kind);
  g_autofree float *values = scumble_safetensors_floats (file, name, to - from, error);

  if (values == NULL)
    return FALSE;

  memcpy (net->initial + from, values, (to - from) * sizeof *values);
  return TRUE;
}

static gboolean
load_layer (Net *net, const ScumbleSafetensors *file, int i, GError **error)
{
  const ScumbleTransferLayer layer = scumble_transfer_layer (net->base, i);

  if (!load_values (net, file, layer.name, "weight", layer.weights, layer.scale, error))
    return FALSE;
  if (i == SCUMBLE_TRANSFER_LAST)
    return load_values (net, file, layer.name, "bias", layer.shift, layer.end, error);

  return load_values (net, file, layer.name, "scale", layer.scale, layer.shift, error) &&
         load_values (net, file, layer.name, "shift", layer.shift, layer.end, error);
}

static gboolean
load (Net *net, const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
      GError **error)
{
  net->base = scumble_transfer_base (file, "transfer", error);
  if (net->base == 0)
    return FALSE;

  net->initial = g_new (float, scumble_transfer_count (net->base));
  for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
    if (!load_layer (net, file, i, error))
      return FALSE;
  net->critic = scumble_critic_new (encoder_file, error);

  return net->critic != NULL;
}

static gpointer
metastyle_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
                const ScumbleConvnet *encoder, GError **error)
{
  Net *net = g_new0 (Net, 1);

  scumble_taps_init (&net->taps, encoder, SCUMBLE_VGG_RELU4_1);
  if (!load (net, file, encoder_file, error))
    {
      metastyle_close (net);
      return NULL;
    }

  return net;
}

static Style *
new_style (const Net *net, const float *wanted, const float *parameters, float grain,
           int updates)
{
  Style *style = g_new (Style, 1);

  style->wanted     = g_memdup2 (wanted, scumble_taps_covariances_length (&net->taps) *
                                           sizeof *wanted);
  style->parameters = g_memdup2 (parameters, scumble_transfer_count (net->base) *
                                               sizeof *parameters);
  style->grain      = grain;
  style->updates    = updates;

  return style;
}

static void
metastyle_style_free (gpointer data)
{
  Style *style = data;

  g_free (style->wanted);
  g_free (style->parameters);
  g_free (style);
}

static gpointer
metastyle_mix (const ScumbleModel *model, const gconstpointer *styles, const float *weights,
               guint n)
{
  const Net        *net        = model->net;
  const gsize       length     = scumble_taps_covariances_length (&net->taps);
  const gsize       count      = scumble_transfer_count (net->base);
  g_autofree float *wanted     = g_new0 (float, length);
  g_autofree float *parameters = g_new0 (float, count);
  float             grain      = 0.0f;
  int               updates    = 0;

  for (guint i = 0; i < n; i++)
    {
      const Style *style = styles[i];

      for (gsize k = 0; k < length; k++)
        wanted[k] += weights[i] * style->wanted[k];
      for (gsize k = 0; k < count; k++)
        parameters[k] += weights[i] * style->parameters[k];
      grain  += weights[i] * style->grain;
      updates = MAX (updates, style->updates);
    }

  return new_style (net, wanted, parameters, grain, updates);
}

/* With its means and covariances, a saved style can go on adapting. */
static void
metastyle_save (const ScumbleModel *model, gconstpointer data,
                ScumbleSafetensorsWriter *writer)
{
  const Net   *net     = model->net;
  const Style *style   = data;
  const int    length  = (int) scumble_taps_covariances_length (&net->taps);
  const int    count   = (int) scumble_transfer_count (net->base);
  const float  updates = (float) style->updates;

  scumble_safetensors_writer_add (writer, "style.covariances", &length, 1, style->wanted);
  scumble_safetensors_writer_add (writer, "style.parameters", &count, 1, style->parameters);
  scumble_safetensors_writer_add (writer, "style.grain", (const int[]) { 1 }, 1, &style->grain);
  scumble_safetensors_writer_add (writer, "style.updates", (const int[]) { 1 }, 1, &updates);
}

static gpointer
metastyle_load (const ScumbleModel *model, const ScumbleSafetensors *file, GError **error)
{
  const Net        *net        = model->net;
  g_autofree float *wanted     = NULL;
  g_autofree float *parameters = NULL;
  g_autofree float *updates    = NULL;
  float             grain;

  wanted = scumble_safetensors_floats (file, "style.covariances",
                                       scumble_taps_covariances_length (&net->taps), error);
  if (wanted == NULL)
    return NULL;
  parameters = scumble_safetensors_floats (file, "style.parameters",
                                           scumble_transfer_count (net->base), error);
  if (parameters == NULL)
    return NULL;
  if (!scumble_grain_load (file, "style.grain", &grain, error))
    return NULL;
  updates = scumble_safetensors_floats (file, "style.updates", 1, error);
  if (updates == NULL)
    return NULL;

  return new_style (net, wanted, parameters, grain, (int) CLAMP (updates[0], 0.0f, 1e6f));
}

static gpointer
metastyle_encode (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                  GError **error)
{
  const Net        *net    = model->net;
  g_autofree float *wanted = g_new (float, scumble_taps_covariances_length (&net->taps));

  return scumble_taps_covariances_source (&net->taps, source, wanted, job, error)
           ? new_style (net, wanted, net->initial, 0.0f, 0) : NULL;
}

/* Takes memory for a row of a picture, and reads it.
 * @row: (out): 3 colours of every pixel, then how visible each is */
static gboolean
read_row (const ScumblePicture *picture, int y, float **row, const ScumbleJob *job,
          GError **error)
{
  const int w = picture->source->width;

  *row = scumble_arena_take (job->arena, 4 * sizeof **row * (gsize) w, error);

  return *row != NULL && scumble_picture_read (picture, (ScumbleRect) { 0, y, w, 1 }, *row,
                                               *row + 3 * (gsize) w, job, error);
}

/* Finds a visible pixel, the likelier the more visible it is: first its row, then its column.
 * @seen: of @picture */
static gboolean
draw_pixel (const ScumblePicture *picture, const double *seen, GRand *rand, int *x, int *y,
            const ScumbleJob *job, GError **error)
{
  const int    w    = picture->source->width, h = picture->source->height;
  const gsize  mark = scumble_arena_mark (job->arena);
  double       left = g_rand_double_range (rand, 0.0, seen[h - 1]);
  float       *row;
  gboolean     done;

  for (*y = 0; *y < h - 1 && left >= seen[*y];)
    ++*y;
  left -= *y > 0 ? seen[*y - 1] : 0.0;

  done = read_row (picture, *y, &row, job, error);
  for (*x = 0; done && *x < w - 1 && left >= (double) row[3 * w + *x]; ++*x)
    left -= (double) row[3 * w + *x];
  scumble_arena_release (job->arena, mark);

  return done;
}

/* Where a crop of @edge begins, of @n pixels, that has pixel @at in its middle half: a cut-out
 * that is no larger than a quarter is then in it as a whole. */
static int
place_around (int at, int edge, int n, GRand *rand)
{
  return CLAMP (at - g_rand_int_range (rand, edge / 4, edge - edge / 4), 0, n - edge);
}

/* Reads some crop of some picture; of one with invisible pixels, around a visible one. */
static gboolean
draw_crop (Adapt *adapt, const ScumbleJob *job, GError **error)
{
  const ScumbleTensor  *crop    = &adapt->crop;
  const gint32          which   = g_rand_int_range (adapt->rand, 0,
                                                    (gint32) adapt->n_pictures);
  const ScumblePicture *picture = &adapt->pictures[which];
  const double         *seen    = adapt->seen[which];
  ScumbleRect           rect    = { 0, 0, crop->w, crop->h };

  if (seen == NULL)
    {
      rect.x = g_rand_int_range (adapt->rand, 0, picture->w - crop->w + 1);
      rect.y = g_rand_int_range (adapt->rand, 0, picture->h - crop->h + 1);
    }
  else
    {
      int x, y;

      if (!draw_pixel (picture, seen, adapt->rand, &x, &y, job, error))
        return FALSE;
      rect.x = place_around (x, crop->w, picture->w, adapt->rand);
      rect.y = place_around (y, crop->h, picture->h, adapt->rand);
    }
  adapt->fixed = adapt->n_pictures == 1 && picture->w == crop->w && picture->h == crop->h;
  adapt->grain = (ScumbleGrain) { 1.0f, rect.x, rect.y, NULL };
  if (!scumble_picture_read (picture, rect, crop->data, adapt->veil.levels[0], job, error))
    return FALSE;

  adapt->veiled = scumble_veil_spread (&adapt->veil);
  return TRUE;
}

/* Whether no channel deviates by as much as FLAT, where the crop is visible. @alpha: of it */
static gboolean
is_flat (const ScumbleTensor *crop, const float *alpha)
{
  const gsize n = (gsize) crop->w * (gsize) crop->h;

  for (gsize k = 0; k < 3; k++)
    {
      double weight = 0.0, sum = 0.0, squares = 0.0;

      for (gsize i = 0; i < n; i++)
        {
          const double value = crop->data[3 * i + k], counted = alpha[i] * value;

          weight  += alpha[i];
          sum     += counted;
          squares += counted * value;
        }
      if (squares / weight - sum * sum / weight / weight >= FLAT * FLAT)
        return FALSE;
    }

  return TRUE;
}

/* What the crop hides. */
static const ScumbleVeil *
crop_veil (const Adapt *adapt)
{
  return adapt->veiled ? &adapt->veil : NULL;
}

/* Reads a crop, and lets the critic look at it; if there is just one, only once. From a crop
 * of a single colour nothing can be learned, and a normalisation's gradient is without bounds
 * there. */
static gboolean
read_crop (Adapt *adapt, const ScumbleJob *job, GError **error)
{
  gboolean drawn = adapt->fixed;

  if (adapt->fixed)
    return TRUE;

  for (int i = 0; i < TRIES && !drawn; i++)
    {
      if (!draw_crop (adapt, job, error))
        return FALSE;
      drawn = adapt->fixed || !is_flat (&adapt->crop, adapt->veil.levels[0]);
    }

  return scumble_verdicts_compare (adapt->verdicts, &adapt->crop, crop_veil (adapt), job, error);
}

/* Finds the loss on a crop, and its gradient. */
static gboolean
try_crop (Adapt *adapt, double *loss, const ScumbleJob *job, GError **error)
{
  ScumbleTensor g;

  return read_crop (adapt, job, error) &&
         scumble_transfer_grad_forward (adapt->learner, &adapt->crop, crop_veil (adapt),
                                        &adapt->grain, &adapt->painted, job, error) &&
         scumble_verdicts_judge (adapt->verdicts, &adapt->painted, &g, loss, job, error) &&
         scumble_transfer_grad_back (adapt->learner, &g, adapt->how->all, adapt->gradient, loss,
                                     job, error);
}

static gboolean
adapt_step (Adapt *adapt, int step, double *loss, const ScumbleJob *job, GError **error)
{
  if (!scumble_job_go_on (job, error) || !try_crop (adapt, loss, job, error))
    return FALSE;

  scumble_optimizer_step (adapt->optimizer, adapt->gradient, job->threads);
  if (adapt->how->all)
    scumble_transfer_grad_set (adapt->learner, job->threads);
  adapt->done = step;

  return TRUE;
}

static gpointer
copy_style (gconstpointer self)
{
  const Adapt *adapt = self;

  return new_style (adapt->net, adapt->style->wanted,
                    scumble_optimizer_average (adapt->optimizer), 1.0f,
                    adapt->style->updates + adapt->done);
}

/* Returns: the style adapted; when cancelled, as far as it came. */
static Style *
adapt_steps (Adapt *adapt, const ScumbleJob *job, GError **error)
{
  const ScumbleAdaptation *how   = adapt->how;
  g_autoptr (GError)       local = NULL;

  for (int step = 1; step <= how->updates; step++)
    {
      ScumbleAdapting now = { step, 0.0, adapt->model, adapt, copy_style };

      if (!adapt_step (adapt, step, &now.loss, job, &local))
        {
          if (step == 1 || !g_error_matches (local, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED))
            {
              g_propagate_error (error, g_steal_pointer (&local));
              return NULL;
            }
          break;
        }
      if (how->told != NULL)
        how->told (&now, how->told_data);
      scumble_job_report (job, (double) step / how->updates);
    }

  return copy_style (adapt);
}

/* A crop is painted, and the way back costs as much, once more for the kernels. The critic looks
 * at the crop and at what was painted, and goes back from that. */
static double
update_work (const Adapt *adapt)
{
  const ScumblePicture crop = { .w = adapt->crop.w, .h = adapt->crop.h };
  const ScumbleRect    area = { 0, 0, crop.w, crop.h };

  return (adapt->how->all ? 3.0 : 2.0) * scumble_transfer_work (adapt->net->base, &crop, &area) +
         3.0 * scumble_taps_covariances_work (&adapt->net->taps, crop.w, crop.h);
}

/* Takes what reading a crop takes, and before that a row, where pixels may be invisible. */
static gboolean
rehearse_crop (Adapt *adapt, guint i, const ScumbleJob *job, GError **error)
{
  const ScumblePicture *picture = &adapt->pictures[i];
  const ScumbleRect     rect    = { 0, 0, adapt->crop.w, adapt->crop.h };
  const gsize           mark    = scumble_arena_mark (job->arena);
  float                *row;
  gboolean              done    = picture->fill == NULL ||
                                  read_row (picture, 0, &row, job, error);

  scumble_arena_release (job->arena, mark);

  return done && scumble_picture_read (picture, rect, adapt->crop.data, adapt->veil.levels[0],
                                       job, error);
}

static Style *
rehearse_steps (Adapt *adapt, const ScumbleJob *job, GError **error)
{
  for (guint i = 0; i < adapt->n_pictures; i++)
    if (!rehearse_crop (adapt, i, job, error))
      return NULL;

  job->rehearsal->work += adapt->how->updates * update_work (adapt);
  return copy_style (adapt);
}

/* Adds up how visible the rows of a picture are: @seen [height], each with those above it;
 * NULL if all pixels are fully visible. */
static gboolean
count_visible (const ScumblePicture *picture, double **seen, const ScumbleJob *job,
               GError **error)
{
  const int   w     = picture->source->width, h = picture->source->height;
  const gsize mark  = scumble_arena_mark (job->arena);
  double      total = 0.0;
  gboolean    done  = TRUE;

  if (picture->fill == NULL || job->rehearsal != NULL)
    return TRUE;

  *seen = g_new0 (double, h);
  for (int y = 0; done && y < h; y++)
    {
      float *row;

      done = read_row (picture, y, &row, job, error);
      for (int x = 0; done && x < w; x++)
        total += (double) row[3 * w + x];
      (*seen)[y] = total;
      scumble_arena_release (job->arena, mark);
    }
  if (total >= (double) w * h)
    g_clear_pointer (seen, g_free);

  return done;
}

/* As when a network is measured, a large picture is seen shrunk: its crops as it is show
 * little but plain skies and walls. */
static gboolean
open_picture (Adapt *adapt, guint i, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  return scumble_proxy_init (&adapt->proxies[i], source, scumble_proxy_megapixel, job, error) &&
         scumble_picture_init (&adapt->pictures[i], adapt->proxies[i].source,
                               SCUMBLE_TRANSFER_ALIGN, job, error) &&
         count_visible (&adapt->pictures[i], &adapt->seen[i], job, error);
}

static gboolean
open_pictures (Adapt *adapt, ScumbleSource *source, const ScumbleJob *job, GError **error)
{
  for (guint i = 0; i < adapt->n_pictures; i++)
    if (!open_picture (adapt, i, i == 0 ? source : adapt->how->others[i - 1], job, error))
      return FALSE;

  return TRUE;
}

/* Room for crops that fit into all pictures, and who works on them. */
static gboolean
set_up (Adapt *adapt, const ScumbleJob *job, GError **error)
{
  int w = CROP, h = CROP;

  for (guint i = 0; i < adapt->n_pictures; i++)
    {
      w = MIN (w, adapt->pictures[i].w);
      h = MIN (h, adapt->pictures[i].h);
    }
  if (!scumble_arena_tensor (job->arena, h, w, 3, &adapt->crop, error) ||
      !scumble_veil_take (&adapt->veil, w, h, job->arena, error) ||
      !scumble_arena_tensor (job->arena, h, w, 3, &adapt->painted, error))
    return FALSE;

  adapt->learner = scumble_transfer_grad_new (adapt->net->base, adapt->parameters, w, h, job,
                                              error);
  if (adapt->learner == NULL)
    return FALSE;
  adapt->verdicts = scumble_verdicts_new (adapt->net->critic, w, h, adapt->style->wanted, job,
                                          error);

  return adapt->verdicts != NULL;
}

static void
adapt_clear (Adapt *adapt)
{
  for (guint i = 0; i < adapt->n_pictures; i++)
    {
      scumble_picture_clear (&adapt->pictures[i]);
      scumble_proxy_clear (&adapt->proxies[i]);
      g_free (adapt->seen[i]);
    }
  g_free (adapt->seen);
  g_free (adapt->pictures);
  g_free (adapt->proxies);
  scumble_verdicts_free (adapt->verdicts);
  scumble_transfer_grad_free (adapt->learner);
  g_rand_free (adapt->rand);
  g_free (adapt->parameters);
  g_free (adapt->gradient);
  scumble_optimizer_free (adapt->optimizer);
}

static gpointer
metastyle_adapt (ScumbleModel *model, gconstpointer style, ScumbleSource *source,
                 const ScumbleAdaptation *how, const ScumbleJob *job, GError **error)
{
  const Net   *net   = model->net;
  const gsize  n     = scumble_transfer_count (net->base);
  const gsize  mark  = scumble_arena_mark (job->arena);
  Adapt        adapt = { .model = model, .net = net, .style = style, .how = how,
                         .n_pictures = 1 + how->n_others };
  Style       *made  = NULL;

  adapt.proxies    = g_new0 (ScumbleProxy, adapt.n_pictures);
  adapt.pictures   = g_new0 (ScumblePicture, adapt.n_pictures);
  adapt.seen       = g_new0 (double *, adapt.n_pictures);
  adapt.parameters = g_memdup2 (adapt.style->parameters, n * sizeof (float));
  adapt.gradient   = g_new0 (float, n);
  adapt.optimizer  = scumble_optimizer_new (net->base, adapt.parameters, how->all,
                                            adapt.style->updates);
  adapt.rand       = g_rand_new_with_seed (1);

  if (open_pictures (&adapt, source, job, error) && set_up (&adapt, job, error))
    made = (job->rehearsal != NULL ? rehearse_steps : adapt_steps) (&adapt, job, error);

  adapt_clear (&adapt);
  scumble_arena_release (job->arena, mark);

  return made;
}

static void
metastyle_content_free (gpointer data)
{
  Content *content = data;

  scumble_transfer_content_clear (&content->transfer);
  g_free (content);
}

static float *
blend (gconstpointer data, const ScumbleStyle *handle, double amount, float *grain, int threads)
{
  const Net   *net        = data;
  const Style *style      = handle != NULL ? handle->data : NULL;
  const float *parameters = style != NULL ? style->parameters : net->initial;
  const float  strength   = (float) amount;
  const gsize  n          = scumble_transfer_count (net->base);
  float       *values     = g_new (float, n);

  for (gsize k = 0; k < n; k++)
    values[k] = strength * parameters[k] + (1.0f - strength) * net->initial[k];
  *grain = style != NULL ? strength * style->grain : 0.0f;

  return values;
}

static gpointer
metastyle_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                  GError **error)
{
  Content *content = g_new0 (Content, 1);

  content->net      = model->net;
  content->transfer = (ScumbleTransferContent) { .base = content->net->base, .make = blend,
                                                 .data = content->net };
  if (!scumble_transfer_content_init (&content->transfer, source, job, error))
    {
      metastyle_content_free (content);
      return NULL;
    }

  return content;
}

static gboolean
metastyle_render (ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect,
                  float *rgb, const ScumbleJob *job, GError **error)
{
  Content *content = handle->data;

  return scumble_transfer_content_render (&content->transfer, look, rect, rgb, job, error);
}

static gsize
metastyle_room (const ScumbleContent *handle, const ScumbleLook *look, int w, int h,
               int threads)
{
  const Content *content = handle->data;

  return scumble_transfer_content_room (&content->transfer, look, w, h, threads);
}

static double
metastyle_work (const ScumbleContent *handle, const ScumbleLook *look,
               const ScumbleRect *rect)
{
  const Content *content = handle->data;

  return scumble_transfer_content_work (&content->transfer, look, rect);
}

static int
metastyle_updates (gconstpointer data)
{
  const Style *style = data;

  return style->updates;
}

const ScumbleMethod scumble_method_metastyle = {
  .id           = "metastyle",
  .title        = N_("MetaStyle"),
  .blurb        = N_("Takes on the painting's colours, contrasts and marks most boldly. Has to "
                     "learn each style once, while you wait."),
  .sees         = SCUMBLE_VGG_RELU4_1,
  .open         = metastyle_open,
  .close        = metastyle_close,
  .encode       = metastyle_encode,
  .style_free   = metastyle_style_free,
  .style_fits   = scumble_proxy_megapixel,
  .mix          = metastyle_mix,
  .save         = metastyle_save,
  .load         = metastyle_load,
  .adapt        = metastyle_adapt,
  .updates      = metastyle_updates,
  .survey       = metastyle_survey,
  .content_free = metastyle_content_free,
  .render       = metastyle_render,
  .room         = metastyle_room,
  .work         = metastyle_work,
};
