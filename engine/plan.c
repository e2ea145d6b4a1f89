/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"
#include "error.h"
#include "mark.h"
#include "model-private.h"

/* More than any machine has. */
#define AMPLE ((gsize) 1 << 42)

static ScumbleSource
content_of (const ScumbleDemand *demand)
{
  return (ScumbleSource) { .width     = demand->width,
                           .height    = demand->height,
                           .has_alpha = demand->has_alpha };
}

/* Fills in the styles that are not there yet.
 * @style: (out) (nullable): what stands for them */
static gboolean
rehearse_styles (ScumbleModel *model, const ScumbleDemand *demand, ScumbleZone *zones,
                 guint n_zones, ScumbleStyle **style, const ScumbleJob *job, GError **error)
{
  ScumbleSource  content = content_of (demand);
  ScumbleSource  source  = { .width     = demand->style_width,
                             .height    = demand->style_height,
                             .has_alpha = TRUE };
  ScumbleStyling styling = { .scale = 1.0 };
  guint          n       = 0;

  if (demand->style_width == 0)
    return TRUE;

  if (demand->styling != NULL)
    styling = *demand->styling;
  styling.content = &content;
  *style = scumble_model_encode (model, &source, &styling, job, error);
  for (guint z = 0; z < n_zones; z++)
    if (zones[z].style == NULL)
      {
        zones[z].style = *style;
        n++;
      }
  job->rehearsal->work *= MAX (n, 1);

  return *style != NULL;
}

static ScumbleContent *
rehearse_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                 GError **error)
{
  return scumble_model_survey_for (model, source, job->rehearsal->look, job, error);
}

static gboolean
rehearse_content (ScumbleModel *model, const ScumbleDemand *demand,
                  const ScumbleJob *job, ScumblePlan *plan, GError **error)
{
  ScumbleSource              source  = content_of (demand);
  g_autoptr (ScumbleContent) content = rehearse_survey (model, &source, job, error);

  if (content == NULL)
    return FALSE;

  plan->held           = scumble_arena_budget (job->arena) - scumble_arena_room (job->arena);
  plan->survey         = job->rehearsal->work;
  plan->prepare        = job->rehearsal->prepare;
  job->rehearsal->work = 0.0;

  return scumble_content_rehearse (content, job, error);
}

/* A job that is rehearsed. */
typedef struct
{
  ScumbleJob       job;
  ScumbleRehearsal rehearsal;
  ScumbleLook      look;
  ScumbleZone     *zones; /* of the look */
  ScumbleStyle    *style; /* what stands for styles that are not there yet */
} Rehearsal;

/* @self: to be cleared also on failure */
static gboolean
rehearsal_init (Rehearsal *self, ScumbleModel *model, const ScumbleDemand *demand,
                GError **error)
{
  static const ScumbleZone alone = { NULL, NULL };

  *self = (Rehearsal) { .rehearsal = { .look = &self->look, .kept = SCUMBLE_KEPT_FLOATS } };
  scumble_look_init (&self->look, &alone, 1);
  if (demand->look != NULL)
    self->look = *demand->look;
  self->zones      = g_memdup2 (self->look.zones, self->look.n_zones * sizeof *self->zones);
  self->look.zones = self->zones;
  self->job        = (ScumbleJob) { .arena     = scumble_arena_new (demand->budget),
                                    .threads   = demand->threads,
                                    .rehearsal = &self->rehearsal };

  return rehearse_styles (model, demand, self->zones, self->look.n_zones, &self->style,
                          &self->job, error);
}

static void
rehearsal_clear (Rehearsal *self)
{
  scumble_style_unref (self->style);
  scumble_arena_free (self->job.arena);
  g_free (self->zones);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rehearsal, rehearsal_clear)

gboolean
scumble_model_plan (ScumbleModel *model, const ScumbleDemand *demand, ScumblePlan *plan,
                    GError **error)
{
  g_auto (Rehearsal) stage = { 0 };

  if (!rehearsal_init (&stage, model, demand, error))
    return FALSE;
  plan->encode         = stage.rehearsal.work;
  stage.rehearsal.work = 0.0;
  if (!rehearse_content (model, demand, &stage.job, plan, error))
    return FALSE;

  plan->tile  = stage.rehearsal.tile;
  plan->kept  = stage.rehearsal.kept;
  plan->peak  = scumble_arena_peak (stage.job.arena);
  plan->paint = stage.rehearsal.work;

  return TRUE;
}

static gboolean
rehearse_lesson (ScumbleModel *model, const ScumbleDemand *demand, ScumbleSource *source,
                 const ScumbleAdaptation *adaptation, ScumbleLessonPlan *plan, GError **error)
{
  ScumbleSource              seen    = content_of (demand);
  g_auto (Rehearsal)         stage   = { 0 };
  g_autoptr (ScumbleContent) content = NULL;
  g_autoptr (ScumbleStyle)   adapted = NULL;

  if (!rehearsal_init (&stage, model, demand, error))
    return FALSE;
  content = rehearse_survey (model, &seen, &stage.job, error);
  if (content == NULL)
    return FALSE;

  stage.rehearsal.work = 0.0;
  adapted = scumble_model_adapt (model, stage.style, source, adaptation, &stage.job, error);
  if (adapted == NULL)
    return FALSE;

  *plan = (ScumbleLessonPlan) { scumble_arena_peak (stage.job.arena), stage.rehearsal.work };
  return TRUE;
}

gboolean
scumble_model_plan_lesson (ScumbleModel *model, const ScumbleDemand *demand,
                           ScumbleSource *source, const ScumbleAdaptation *adaptation,
                           ScumbleLessonPlan *plan, GError **error)
{
  ScumbleDemand     styled = *demand;
  ScumbleLessonPlan larger;

  /* A style that is there already is like any other. */
  styled.style_width  = MAX (demand->style_width, 1);
  styled.style_height = MAX (demand->style_height, 1);
  if (rehearse_lesson (model, &styled, source, adaptation, plan, NULL))
    return TRUE;

  styled.budget = AMPLE;
  if (!rehearse_lesson (model, &styled, source, adaptation, &larger, error))
    return FALSE;

  scumble_set_error (error, SCUMBLE_ERROR_MEMORY,
                     N_("Learning needs %.1f MiB of working memory, but %.1f MiB are allowed. "
                        "Allow more memory, or learn from a smaller picture."),
                     larger.peak / 1048576.0 + 0.05, demand->budget / 1048576.0);
  return FALSE;
}
