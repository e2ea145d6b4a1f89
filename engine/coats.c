/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "coats.h"
#include "model-private.h"
#include "zones.h"

/* An underpainting is painted in the time of so many of its pixels' share of the large
 * picture's survey. */
static const double SMALL_WORK = 2.0;

/* Of one zone. */
typedef struct
{
  ScumbleUnderpainting *painting;
  ScumbleContent       *content;
} Coat;

struct _ScumbleCoats
{
  guint  n;
  double brush;
  double temperature;
  double repetition;
  Coat   coats[];
};

/* One zone of a look: its style everywhere. */
typedef struct
{
  ScumbleLook look;
  ScumbleZone zone;
} Single;

static void
single_init (Single *self, const ScumbleLook *look, guint z, double strength)
{
  *self                   = (Single) { *look, { look->zones[z].style, NULL } };
  self->look.zones        = &self->zone;
  self->look.n_zones      = 1;
  self->look.strength     = strength;
  self->look.strength_map = NULL;
  self->look.keep_colours = 0.0;
  self->look.keep_detail  = 0.0;
  self->look.seamless     = FALSE;
  self->look.strokes      = NULL;
}

/* Returns: what a rehearsal was for until now */
static const ScumbleLook *
rehearse_for (const ScumbleJob *job, const ScumbleLook *look)
{
  const ScumbleLook *before = NULL;

  if (job->rehearsal != NULL)
    {
      before               = job->rehearsal->look;
      job->rehearsal->look = look;
    }

  return before;
}

static gboolean
coat_init (Coat *coat, ScumbleModel *model, ScumbleSource *source, const ScumbleLook *look,
           const ScumbleJob *job, GError **error)
{
  const double     small = SMALL_WORK / (SMALL_WORK + look->brush * look->brush);
  ScumbleStage     stages[2];
  const ScumbleJob under = scumble_job_stage (&stages[0], job, 0.0, small);
  const ScumbleJob over  = scumble_job_stage (&stages[1], job, small, 1.0);

  const ScumbleLook *before = rehearse_for (job, look);

  coat->painting = scumble_underpainting_new (model, source, look, &under, error);
  if (coat->painting != NULL)
    coat->content = scumble_model_survey (model, scumble_underpainting_source (coat->painting),
                                          &over, error);
  rehearse_for (job, before);

  return coat->content != NULL;
}

ScumbleCoats *
scumble_coats_new (ScumbleModel *model, ScumbleSource *source, const ScumbleLook *look,
                   const ScumbleJob *job, GError **error)
{
  const guint              n    = look->n_zones;
  g_autoptr (ScumbleCoats) self = g_malloc0 (sizeof *self + n * sizeof self->coats[0]);

  self->n           = n;
  self->brush       = look->brush;
  self->temperature = look->temperature;
  self->repetition  = look->repetition;
  for (guint z = 0; z < n; z++)
    {
      ScumbleStage     stage;
      const ScumbleJob part = scumble_job_stage (&stage, job, (double) z / n, (z + 1.0) / n);
      Single           single;

      single_init (&single, look, z, 1.0);
      if (!coat_init (&self->coats[z], model, source, &single.look, &part, error))
        return NULL;
    }

  return g_steal_pointer (&self);
}

void
scumble_coats_free (ScumbleCoats *self)
{
  if (self == NULL)
    return;

  for (guint z = 0; z < self->n; z++)
    {
      scumble_content_free (self->coats[z].content);
      scumble_underpainting_free (self->coats[z].painting);
    }
  g_free (self);
}

gpointer
scumble_coats_survey_bare (ScumbleModel *model, ScumbleSource *source, const ScumbleLook *look,
                           const ScumbleJob *job, GError **error)
{
  const ScumbleLook *before;
  gpointer           data;
  Single             single;

  single_init (&single, look, 0, 0.0);
  before = rehearse_for (job, &single.look);
  data   = model->method->survey (model, source, job, error);
  rehearse_for (job, before);

  return data;
}

gboolean
scumble_coats_serve (const ScumbleCoats *self, const ScumbleLook *look)
{
  return self->n == look->n_zones && self->brush == look->brush &&
         self->temperature == look->temperature && self->repetition == look->repetition;
}

gboolean
scumble_coats_leave (const ScumbleLook *look)
{
  return scumble_zones_rest (look, MIN (look->strength, 1.0));
}

/* Of the zone's style, exaggerated if the look is. */
static gboolean
render_coat (ScumbleContent *content, const ScumbleLook *look, guint z,
             const ScumbleRect *rect, float *rgb, const ScumbleJob *job, GError **error)
{
  Single single;

  single_init (&single, look, z, MAX (look->strength, 1.0));

  return content->model->method->render (content->coats->coats[z].content, &single.look, rect,
                                         rgb, job, error);
}

/* Of no style. */
static gboolean
render_bare (ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect,
             float *rgb, const ScumbleJob *job, GError **error)
{
  Single single;

  single_init (&single, look, 0, 0.0);

  return content->model->method->render (content, &single.look, rect, rgb, job, error);
}

/* @weights: [n_zones + 1, rect.h, rect.w]; what no pixel needs is not rendered. */
static gboolean
render_weighted (ScumbleContent *content, const ScumbleLook *look, const float *weights,
                 const ScumbleRect *rect, float *rgb, const ScumbleJob *job, GError **error)
{
  const gsize n    = (gsize) rect->w * (gsize) rect->h;
  float      *part = scumble_arena_take (job->arena, 3 * n * sizeof *part, error);
  const gsize mark = scumble_arena_mark (job->arena);
  gboolean    done = part != NULL;

  for (gsize i = 0; done && i < 3 * n; i++)
    rgb[i] = 0.0f;
  for (guint z = 0; done && z <= look->n_zones; z++, weights += n)
    {
      if (!scumble_zones_any (weights, n))
        continue;
      done = z < look->n_zones ? render_coat (content, look, z, rect, part, job, error)
                               : render_bare (content, look, rect, part, job, error);
      if (done)
        scumble_zones_add (rgb, part, weights, n);
      scumble_arena_release (job->arena, mark);
    }

  return done;
}

/* Whether one style covers the picture, so that nothing need be weighed. */
static gboolean
is_single (const ScumbleLook *look)
{
  return look->n_zones == 1 && !scumble_coats_leave (look);
}

gboolean
scumble_coats_render (ScumbleContent *content, const ScumbleLook *look,
                      const ScumbleRect *rect, float *rgb, const ScumbleJob *job,
                      GError **error)
{
  const gsize n = (gsize) rect->w * (gsize) rect->h;
  float      *weights;

  if (is_single (look))
    return render_coat (content, look, 0, rect, rgb, job, error);

  weights = scumble_arena_take (job->arena, (look->n_zones + 1) * n * sizeof *weights, error);

  return weights != NULL &&
         scumble_zones_weigh (look, content->source, *rect, 1, MIN (look->strength, 1.0),
                              weights, job, error) &&
         render_weighted (content, look, weights, rect, rgb, job, error);
}

gsize
scumble_coats_room (const ScumbleContent *content, const ScumbleLook *look, int w, int h,
                    int threads)
{
  const ScumbleMethod *method = content->model->method;
  const gsize          pixels = (gsize) w * (gsize) h;
  gsize                room   = 0;
  Single               single;

  for (guint z = 0; z < look->n_zones; z++)
    {
      single_init (&single, look, z, MAX (look->strength, 1.0));
      room = MAX (room, method->room (content->coats->coats[z].content, &single.look, w, h,
                                      threads));
    }
  if (is_single (look))
    return room;

  single_init (&single, look, 0, 0.0);
  if (scumble_coats_leave (look))
    room = MAX (room, method->room (content, &single.look, w, h, threads));

  /* What is rendered, the weights, and what weighing takes. */
  return room + (3 + 2 * ((gsize) look->n_zones + 1)) * sizeof (float) * pixels + 192;
}

double
scumble_coats_work (const ScumbleContent *content, const ScumbleLook *look,
                    const ScumbleRect *rect)
{
  const ScumbleMethod *method = content->model->method;
  double               work   = 0.0;
  Single               single;

  for (guint z = 0; z < look->n_zones; z++)
    {
      single_init (&single, look, z, MAX (look->strength, 1.0));
      work += method->work (content->coats->coats[z].content, &single.look, rect);
    }
  single_init (&single, look, 0, 0.0);
  if (scumble_coats_leave (look))
    work += method->work (content, &single.look, rect);

  return work;
}
