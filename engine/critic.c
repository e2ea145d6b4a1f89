/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "critic.h"
#include "covariance.h"
#include "lattice.h"
#include "structure.h"
#include "vgg.h"

#include <string.h>

/* Structure is compared at the last two taps. */
enum { ROWS = 12, TAPS = SCUMBLE_VGG_RELU4_1 + 1, STRUCTURES = 2,
       STRUCTURE = TAPS - STRUCTURES };

/* Colours this close to 0 or 1 are burnt: three of 255 levels. */
#define BURNT        (3.0 / 255.0)
#define BURNT_WEIGHT 0.5

/* How much it counts that a picture repeats every four pixels. */
#define LATTICE_WEIGHT 1000.0

struct _ScumbleCritic
{
  const ScumbleLayer *plan;
  ScumbleGradConv     convs[ROWS]; /* of rows that are convolutions */
  int                 c[ROWS + 1]; /* channels before every row, and after the last */
};

/* Two pictures take the same way, the content first. */
struct _ScumbleVerdicts
{
  const ScumbleCritic *critic;
  ScumbleFrame         planes[ROWS + 1]; /* before every row, and after the last */
  float               *wanted[TAPS];     /* (owned): [1 + c, c] with the planes' channels */
  const ScumbleVeil   *veil;             /* of the content; NULL if all of it is visible */
  ScumbleStructure     structures[STRUCTURES];
  float               *result;           /* room for the gradient with respect to a plane */
  float               *before;           /* and before its ReLU */
  float               *scratch;
};

/* The channels of planes: whole panels, but for pictures. */
static int
plane_channels (const ScumbleCritic *critic, int row)
{
  return row == 0 ? 3 : SCUMBLE_PANEL * scumble_panels (critic->c[row]);
}

static gboolean
load_conv (ScumbleCritic *critic, int i, const ScumbleSafetensors *file, GError **error)
{
  const char       *layer       = critic->plan[i].name;
  g_autofree char  *weight_name = g_strdup_printf ("encoder.%s.weight", layer);
  g_autofree char  *bias_name   = g_strdup_printf ("encoder.%s.bias", layer);
  g_autofree float *weights     = NULL;
  g_autofree float *bias        = NULL;
  const int         c_in        = critic->c[i];
  const int         c_out       = scumble_convnet_width (file, weight_name, c_in, error);

  if (c_out == 0)
    return FALSE;
  weights = scumble_safetensors_floats (file, weight_name, 9 * (gsize) c_in * (gsize) c_out,
                                        error);
  if (weights == NULL)
    return FALSE;
  bias = scumble_safetensors_floats (file, bias_name, (gsize) c_out, error);
  if (bias == NULL)
    return FALSE;

  critic->c[i + 1] = c_out;
  critic->convs[i] = (ScumbleGradConv) { .c_in      = c_in,
                                         .c_out     = c_out,
                                         .plane_in  = plane_channels (critic, i),
                                         .plane_out = plane_channels (critic, i + 1),
                                         .kernel    = 3,
                                         .stride    = 1,
                                         .relu      = TRUE };
  scumble_grad_conv_init (&critic->convs[i]);
  scumble_grad_conv_set (&critic->convs[i], weights, bias);

  return TRUE;
}

static gboolean
is_pool (const ScumbleCritic *critic, int row)
{
  return critic->plan[row].kind == SCUMBLE_LAYER_POOL2;
}

ScumbleCritic *
scumble_critic_new (const ScumbleSafetensors *file, GError **error)
{
  g_autoptr (ScumbleCritic) critic = g_new0 (ScumbleCritic, 1);
  guint                     n;

  critic->plan = scumble_vgg_plan (SCUMBLE_VGG_RELU4_1, &n);
  g_return_val_if_fail (n == ROWS, NULL);

  critic->c[0] = 3;
  for (int i = 0; i < ROWS; i++)
    {
      critic->c[i + 1] = critic->c[i];
      if (!is_pool (critic, i) && !load_conv (critic, i, file, error))
        return NULL;
    }

  return g_steal_pointer (&critic);
}

void
scumble_critic_free (ScumbleCritic *critic)
{
  if (critic == NULL)
    return;

  for (int i = 0; i < ROWS; i++)
    scumble_grad_conv_clear (&critic->convs[i]);
  g_free (critic);
}

/* How many rows lead to a tap. */
static int
rows_to (int tap)
{
  guint n;

  scumble_vgg_plan ((ScumbleVggTap) tap, &n);
  return (int) n;
}

/* Every plane in the frame that the row after it reads. */
static gboolean
take_planes (ScumbleVerdicts *verdicts, int w, int h, const ScumbleJob *job, GError **error)
{
  const ScumbleCritic *critic = verdicts->critic;

  for (int i = 0; i <= ROWS; i++)
    {
      const int border = i < ROWS && !is_pool (critic, i) ? 1 : 0;

      if (i > 0 && is_pool (critic, i - 1))
        {
          w /= 2;
          h /= 2;
        }
      if (!scumble_frame_take (&verdicts->planes[i], h, w, plane_channels (critic, i), border,
                               job->arena, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
take_floats (float **data, gsize n, const ScumbleJob *job, GError **error)
{
  *data = scumble_arena_take (job->arena, n * sizeof **data, error);

  return *data != NULL;
}

/* Room for the greatest gradients and the greatest scratch. */
static gboolean
take_rooms (ScumbleVerdicts *verdicts, const ScumbleJob *job, GError **error)
{
  const ScumbleCritic *critic = verdicts->critic;
  gsize                result = 0, before = 0, scratch = 0;

  for (int i = 0; i < ROWS; i++)
    if (!is_pool (critic, i))
      {
        const ScumbleTensor *x    = &verdicts->planes[i].inside;
        const int            halo = scumble_grad_conv_halo (&critic->convs[i]);

        result  = MAX (result, scumble_frame_floats (x->h, x->w, x->c, 1));
        before  = MAX (before, scumble_frame_floats (x->h, x->w,
                                                     critic->convs[i].plane_out, halo));
        scratch = MAX (scratch, scumble_grad_conv_scratch (&critic->convs[i], job->threads));
      }

  return take_floats (&verdicts->result, MAX (result, before), job, error) &&
         take_floats (&verdicts->before, before, job, error) &&
         take_floats (&verdicts->scratch, scratch, job, error);
}

/* Copies the means and covariances [1 + c, c] to the planes' channels. */
static void
spread_wanted (ScumbleVerdicts *verdicts, const float *wanted)
{
  for (int tap = SCUMBLE_VGG_RELU1_1; tap < TAPS; tap++)
    {
      const int    row    = rows_to (tap);
      const int    c      = verdicts->critic->c[row];
      const int    planes = plane_channels (verdicts->critic, row);
      float *const to     = g_new0 (float, (1 + planes) * planes);

      for (int k = 0; k < 1 + c; k++)
        memcpy (to + k * planes, wanted + k * c, (gsize) c * sizeof *to);
      verdicts->wanted[tap] = to;
      wanted               += (1 + c) * c;
    }
}

static gboolean
take_structures (ScumbleVerdicts *verdicts, const ScumbleJob *job, GError **error)
{
  for (int i = 0; i < STRUCTURES; i++)
    {
      const int row = rows_to (STRUCTURE + i);

      if (!scumble_structure_take (&verdicts->structures[i], &verdicts->planes[row].inside,
                                   verdicts->critic->c[row], job->arena, error))
        return FALSE;
    }

  return TRUE;
}

ScumbleVerdicts *
scumble_verdicts_new (const ScumbleCritic *critic, int w, int h, const float *wanted,
                      const ScumbleJob *job, GError **error)
{
  g_autoptr (ScumbleVerdicts) verdicts = g_new0 (ScumbleVerdicts, 1);

  verdicts->critic = critic;
  spread_wanted (verdicts, wanted);
  if (!take_planes (verdicts, w, h, job, error) || !take_rooms (verdicts, job, error) ||
      !take_structures (verdicts, job, error))
    return NULL;

  return g_steal_pointer (&verdicts);
}

void
scumble_verdicts_free (ScumbleVerdicts *verdicts)
{
  if (verdicts == NULL)
    return;

  for (int tap = 0; tap < TAPS; tap++)
    g_free (verdicts->wanted[tap]);
  for (int i = 0; i < STRUCTURES; i++)
    scumble_structure_clear (&verdicts->structures[i]);
  g_free (verdicts);
}

/* Takes @picture through the first @rows rows. */
static gboolean
look (ScumbleVerdicts *verdicts, const ScumbleTensor *picture, int rows, const ScumbleJob *job,
      GError **error)
{
  const ScumbleCritic *critic = verdicts->critic;

  scumble_copy (picture, &verdicts->planes[0].inside, job->threads);
  for (int i = 0; i < rows; i++)
    {
      const ScumbleFrame *x = &verdicts->planes[i];

      if (!scumble_job_go_on (job, error))
        return FALSE;
      if (is_pool (critic, i))
        {
          scumble_pool2 (&x->inside, &verdicts->planes[i + 1].inside, job->threads);
          continue;
        }
      scumble_frame_continue (x, FALSE);
      scumble_grad_conv_forward (&critic->convs[i], x, &verdicts->planes[i + 1].inside,
                                 verdicts->scratch, job->threads);
    }

  return TRUE;
}

gboolean
scumble_verdicts_compare (ScumbleVerdicts *verdicts, const ScumbleTensor *content,
                          const ScumbleVeil *veil, const ScumbleJob *job, GError **error)
{
  verdicts->veil = veil;
  if (!look (verdicts, content, ROWS, job, error))
    return FALSE;

  for (int i = 0; i < STRUCTURES; i++)
    {
      const ScumbleTensor *x = &verdicts->planes[rows_to (STRUCTURE + i)].inside;

      scumble_structure_aim (&verdicts->structures[i], x, scumble_veil_at (veil, x),
                             job->threads);
    }

  return TRUE;
}

/* Adds the loss at the tap after @rows rows, if there is one, and its gradient to @g. */
static double
judge_tap (ScumbleVerdicts *verdicts, int rows, const ScumbleTensor *g, int threads)
{
  const ScumbleTensor *x       = &verdicts->planes[rows].inside;
  const float         *weights = scumble_veil_at (verdicts->veil, x);
  double               loss    = 0.0;

  for (int tap = SCUMBLE_VGG_RELU1_1; tap < TAPS; tap++)
    if (rows_to (tap) == rows)
      {
        loss = scumble_covariance_distance (x, weights, verdicts->wanted[tap], g, threads);
        if (tap >= STRUCTURE)
          loss += scumble_structure_distance (&verdicts->structures[tap - STRUCTURE], x,
                                              1.0 / STRUCTURES, g, threads);
      }

  return loss;
}

/* From the gradient @g at the result of row @i, a convolution, to that at its input; the
 * gradient of a result that is pooled comes from behind the pooling. */
static ScumbleTensor
back_conv (const ScumbleVerdicts *verdicts, int i, const ScumbleTensor *g, gboolean pooled,
           int threads)
{
  const ScumbleGradConv *conv   = &verdicts->critic->convs[i];
  const ScumbleTensor   *x      = &verdicts->planes[i].inside;
  const ScumbleTensor   *y      = &verdicts->planes[i + 1].inside;
  const ScumbleFrame     before = scumble_frame_on (verdicts->before, y->h, y->w, y->c,
                                                    scumble_grad_conv_halo (conv));
  const ScumbleFrame     result = scumble_frame_on (verdicts->result, x->h, x->w, x->c, 1);

  scumble_frame_zero (&before);
  if (pooled)
    scumble_grad_pool2 (y, g, &before.inside, threads);
  else
    scumble_grad_relu (y, g, &before.inside, threads);
  scumble_grad_conv_back (conv, &before, &result, verdicts->scratch, threads);

  return result.inside;
}

/* Adds the gradient of how far visible colours lie in the outermost BURNT of 0..1 to @g. */
static double
judge_burnt (const ScumbleVerdicts *verdicts, const ScumbleTensor *painted,
             const ScumbleTensor *g)
{
  const float *weights = scumble_veil_at (verdicts->veil, painted);
  const gsize  n       = (gsize) painted->w * (gsize) painted->h;
  double       visible = 0.0, depth = 0.0, share;

  for (gsize i = 0; i < n; i++)
    visible += weights != NULL ? (double) weights[i] : 1.0;
  share = BURNT_WEIGHT / (3.0 * visible * BURNT);

  for (int i = 0; i < painted->h; i++)
    for (int j = 0; j < painted->w; j++)
      {
        const float *y      = scumble_tensor_at (painted, i, j);
        float       *slope  = scumble_tensor_at (g, i, j);
        const double weight = weights != NULL ? (double) weights[i * painted->w + j] : 1.0;

        for (int k = 0; k < 3; k++)
          {
            const double below = BURNT - (double) y[k], above = (double) y[k] - (1.0 - BURNT);

            if (below <= 0.0 && above <= 0.0)
              continue;
            depth    += weight * MAX (below, above);
            slope[k] += (float) (weight * (below > 0.0 ? -share : share));
          }
      }

  return share * depth;
}

gboolean
scumble_verdicts_judge (ScumbleVerdicts *verdicts, const ScumbleTensor *painted,
                        ScumbleTensor *g, double *loss, const ScumbleJob *job, GError **error)
{
  const ScumbleTensor *last = &verdicts->planes[ROWS].inside;
  gboolean             pooled = FALSE;

  if (!look (verdicts, painted, ROWS, job, error))
    return FALSE;

  *g    = scumble_frame_on (verdicts->result, last->h, last->w, last->c, 0).inside;
  *loss = 0.0;
  memset (g->data, 0, (gsize) g->h * g->stride * sizeof (float));
  for (int i = ROWS - 1; i >= 0; i--)
    {
      if (!scumble_job_go_on (job, error))
        return FALSE;

      *loss += judge_tap (verdicts, i + 1, g, job->threads);
      if (!is_pool (verdicts->critic, i))
        *g = back_conv (verdicts, i, g, pooled, job->threads);
      pooled = is_pool (verdicts->critic, i);
    }
  *loss += judge_burnt (verdicts, painted, g);
  *loss += scumble_lattice (painted, scumble_veil_at (verdicts->veil, painted), LATTICE_WEIGHT,
                            g, job->threads);

  return TRUE;
}
