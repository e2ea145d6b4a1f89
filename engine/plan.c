/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"
#include "model-private.h"

/* More than any machine has. */
#define AMPLE ((gsize) 1 << 42)

static gboolean
rehearse_style (ScumbleModel *model, const ScumbleDemand *demand,
                const ScumbleJob *job, GError **error)
{
  ScumbleSource            source = { demand->style_width, demand->style_height, TRUE, NULL };
  g_autoptr (ScumbleStyle) style  = NULL;

  if (demand->style_width == 0)
    return TRUE;

  style = scumble_model_encode (model, &source, NULL, job, error);
  return style != NULL;
}

static gboolean
rehearse_content (ScumbleModel *model, const ScumbleDemand *demand,
                  const ScumbleJob *job, ScumblePlan *plan, GError **error)
{
  ScumbleSource source = { demand->width, demand->height, demand->has_alpha, NULL };
  g_autoptr (ScumbleContent) content = scumble_model_survey (model, &source, job, error);

  if (content == NULL)
    return FALSE;

  plan->held           = scumble_arena_budget (job->arena) - scumble_arena_room (job->arena);
  plan->survey         = job->rehearsal->work;
  job->rehearsal->work = 0.0;

  return scumble_content_rehearse (content, job, error);
}

static gboolean
rehearse (ScumbleModel *model, const ScumbleDemand *demand, ScumblePlan *plan,
          GError **error)
{
  g_autoptr (ScumbleArena) arena     = scumble_arena_new (demand->budget);
  ScumbleRehearsal         rehearsal = { .kept = SCUMBLE_KEPT_FLOATS };
  const ScumbleJob         job       = { .arena     = arena,
                                         .threads   = demand->threads,
                                         .rehearsal = &rehearsal };

  if (!rehearse_style (model, demand, &job, error) ||
      !rehearse_content (model, demand, &job, plan, error))
    return FALSE;

  plan->tile  = rehearsal.tile;
  plan->kept  = rehearsal.kept;
  plan->peak  = scumble_arena_peak (arena);
  plan->paint = rehearsal.work;

  return TRUE;
}

gboolean
scumble_model_plan (ScumbleModel *model, const ScumbleDemand *demand, ScumblePlan *plan,
                    GError **error)
{
  ScumbleDemand ample  = *demand;
  ScumblePlan   larger = { .peak = 0 };

  ample.budget = AMPLE;
  if (!rehearse (model, demand, plan, error) || !rehearse (model, &ample, &larger, error))
    return FALSE;

  plan->ample = larger.peak;
  return TRUE;
}
