/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transfer-content.h"
#include "zones.h"

/* Of the memory that is left, three quarters are for making networks; the rest is for the
 * tiles that are painted meanwhile. */
enum { SHARE = 3, WHOLE = 4 };

/* A network that was made. */
typedef struct
{
  ScumbleStyle    *style; /* NULL: of no style */
  double           strength;
  ScumbleTransfer *net;
} Made;

static void
made_free (gpointer data)
{
  Made *made = data;

  scumble_style_unref (made->style);
  scumble_transfer_free (made->net);
  g_free (made);
}

/* How many networks a look needs, at most. */
static guint
n_nets (const ScumbleLook *look)
{
  if (scumble_zones_plain (look))
    return 1;

  return look->n_zones + (scumble_zones_rest (look, 1.0) ? 1 : 0);
}

static void
rehearse_nets (const ScumbleTransferContent *content, const ScumbleJob *job)
{
  job->rehearsal->prepare += n_nets (job->rehearsal->look) *
                             scumble_transfer_new_work (content->base, &content->small,
                                                        content->allowance, job);
}

/* Whether the networks can be made in a time that is worth waiting for. */
static gboolean
check_allowance (ScumbleTransferContent *content, const ScumbleJob *job, GError **error)
{
  const gsize least = scumble_transfer_new_least (content->base, &content->small, job);

  return content->allowance >= least ||
         scumble_arena_has_room (job->arena, least / SHARE * WHOLE + WHOLE, error);
}

gboolean
scumble_transfer_content_init (ScumbleTransferContent *content, ScumbleSource *source,
                               const ScumbleJob *job, GError **error)
{
  content->nets = g_ptr_array_new_with_free_func (made_free);
  if (!scumble_picture_init (&content->picture, source, SCUMBLE_TRANSFER_ALIGN, job, error) ||
      !scumble_proxy_init (&content->proxy, source, scumble_proxy_megapixel, job, error) ||
      !scumble_picture_init (&content->small, content->proxy.source, SCUMBLE_TRANSFER_ALIGN,
                             job, error))
    return FALSE;

  content->arena     = job->arena;
  content->allowance = scumble_arena_room (job->arena) / WHOLE * SHARE;
  if (!check_allowance (content, job, error))
    return FALSE;
  if (job->rehearsal != NULL)
    rehearse_nets (content, job);

  return TRUE;
}

void
scumble_transfer_content_clear (ScumbleTransferContent *content)
{
  g_clear_pointer (&content->nets, g_ptr_array_unref);
  scumble_picture_clear (&content->small);
  scumble_proxy_clear (&content->proxy);
  scumble_picture_clear (&content->picture);
}

static gboolean
of_look (const Made *made, const ScumbleLook *look)
{
  if (made->style == NULL)
    return TRUE;
  if (made->strength != look->strength)
    return FALSE;

  for (guint z = 0; z < look->n_zones; z++)
    if (look->zones[z].style == made->style)
      return TRUE;

  return FALSE;
}

/* By now there may be less room than at first. */
static gsize
allowed (const ScumbleTransferContent *content)
{
  return MIN (content->allowance, scumble_arena_room (content->arena));
}

/* Networks of looks gone by would add up while a slider moves. */
static void
forget_others (ScumbleTransferContent *content, const ScumbleLook *look)
{
  for (guint i = content->nets->len; i > 0; i--)
    if (!of_look (g_ptr_array_index (content->nets, i - 1), look))
      g_ptr_array_remove_index_fast (content->nets, i - 1);
}

/* The part that making a network has in the progress of painting @rect with it. */
static ScumbleJob
making (ScumbleStage *stage, const ScumbleTransferContent *content, const ScumbleRect *rect,
        const ScumbleJob *job)
{
  const double make = scumble_transfer_new_work (content->base, &content->small,
                                                 allowed (content), job);
  const double run  = scumble_transfer_work (content->base, &content->picture, rect);

  return scumble_job_stage (stage, job, 0.0, make / (make + run));
}

static const ScumbleTransfer *
find_net (ScumbleTransferContent *content, const ScumbleStyle *style, double strength,
          const ScumbleRect *rect, const ScumbleJob *job, GError **error)
{
  g_autofree float *parameters = NULL;
  float             grain;
  ScumbleTransfer  *net;
  ScumbleStage      stage;
  ScumbleJob        part;
  Made             *made;

  for (guint i = 0; i < content->nets->len; i++)
    {
      made = g_ptr_array_index (content->nets, i);
      if (made->style == style && made->strength == strength)
        return made->net;
    }

  part       = making (&stage, content, rect, job);
  parameters = content->make (content->data, style, strength, &grain, job->threads);
  net        = scumble_transfer_new (content->base, parameters, grain, &content->small,
                                     allowed (content), &part, error);
  if (net == NULL)
    return NULL;

  made  = g_new (Made, 1);
  *made = (Made) { style != NULL ? scumble_style_ref ((ScumbleStyle *) style) : NULL, strength,
                   net };
  g_ptr_array_add (content->nets, made);

  return net;
}

/* The network of zone @z; the one after the last is that of no style. */
static const ScumbleTransfer *
zone_net (ScumbleTransferContent *content, const ScumbleLook *look, guint z,
          const ScumbleRect *rect, const ScumbleJob *job, GError **error)
{
  return z < look->n_zones
           ? find_net (content, look->zones[z].style, look->strength, rect, job, error)
           : find_net (content, NULL, 0.0, rect, job, error);
}

/* @weights: [n_zones + 1, rect.h, rect.w]; a network that no pixel needs is not made. */
static gboolean
render_zones (ScumbleTransferContent *content, const ScumbleLook *look, const float *weights,
              const ScumbleRect *rect, float *rgb, const ScumbleJob *job, GError **error)
{
  const gsize n    = (gsize) rect->w * (gsize) rect->h;
  float      *part = scumble_arena_take (job->arena, 3 * n * sizeof *part, error);

  if (part == NULL)
    return FALSE;

  for (gsize i = 0; i < 3 * n; i++)
    rgb[i] = 0.0f;
  for (guint z = 0; z <= look->n_zones; z++, weights += n)
    {
      const ScumbleTransfer *net;
      ScumbleStage           stage;
      const ScumbleJob       zone = scumble_job_stage (&stage, job, z / (look->n_zones + 1.0),
                                                       (z + 1.0) / (look->n_zones + 1.0));

      if (!scumble_zones_any (weights, n))
        continue;
      net = zone_net (content, look, z, rect, &zone, error);
      if (net == NULL ||
          !scumble_transfer_run (net, &content->picture, rect, part, &zone, error))
        return FALSE;
      scumble_zones_add (rgb, part, weights, n);
    }

  return TRUE;
}

static gboolean
render_plain (ScumbleTransferContent *content, const ScumbleLook *look,
              const ScumbleRect *rect, float *rgb, const ScumbleJob *job, GError **error)
{
  const ScumbleTransfer *net = zone_net (content, look, 0, rect, job, error);

  return net != NULL && scumble_transfer_run (net, &content->picture, rect, rgb, job, error);
}

gboolean
scumble_transfer_content_render (ScumbleTransferContent *content, const ScumbleLook *look,
                                 const ScumbleRect *rect, float *rgb, const ScumbleJob *job,
                                 GError **error)
{
  const gsize n       = (gsize) rect->w * (gsize) rect->h;
  float      *weights = NULL;
  gboolean    done;

  forget_others (content, look);
  if (scumble_zones_plain (look))
    {
      done = render_plain (content, look, rect, rgb, job, error);
    }
  else
    {
      weights = scumble_arena_take (job->arena, (look->n_zones + 1) * n * sizeof *weights,
                                    error);
      done    = weights != NULL &&
                scumble_zones_weigh (look, content->picture.source, *rect, 1, 1.0, weights, job,
                                     error) &&
                render_zones (content, look, weights, rect, rgb, job, error);
    }
  if (done)
    scumble_transfer_squash (rgb, 3 * n, job->threads);

  return done;
}

gsize
scumble_transfer_content_room (const ScumbleTransferContent *content, const ScumbleLook *look,
                               int w, int h, int threads)
{
  const ScumbleJob job  = { .arena = content->arena, .threads = threads };
  const gsize      make = scumble_transfer_new_room (content->base, &content->small,
                                                     allowed (content), &job);
  const gsize      run  = MAX (make, scumble_transfer_room (content->base, w, h, threads));

  if (scumble_zones_plain (look))
    return run;

  return run + scumble_zones_room (look, w, h, 1) +
         3 * sizeof (float) * (gsize) w * (gsize) h + 128;
}

double
scumble_transfer_content_work (const ScumbleTransferContent *content, const ScumbleLook *look,
                               const ScumbleRect *rect)
{
  return n_nets (look) * scumble_transfer_work (content->base, &content->picture, rect);
}
