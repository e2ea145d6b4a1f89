/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"
#include "model-private.h"

/* More than any machine has. */
#define AMPLE ((gsize) 1 << 42)

/* Fills in the styles that are not there yet.
 * @style: (out) (nullable): what stands for them */
static gboolean
rehearse_styles (ScumbleModel *model, const ScumbleDemand *demand, ScumbleZone *zones,
                 guint n_zones, ScumbleStyle **style, const ScumbleJob *job, GError **error)
{
  ScumbleSource  content = { demand->width, demand->height, demand->has_alpha, NULL };
  ScumbleSource  source  = { demand->style_width, demand->style_height, TRUE, NULL };
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

static gboolean
rehearse_content (ScumbleModel *model, const ScumbleDemand *demand,
                  const ScumbleJob *job, ScumblePlan *plan, GError **error)
{
  ScumbleSource source = { demand->width, demand->height, demand->has_alpha, NULL };
  g_autoptr (ScumbleContent) content = NULL;

  content = scumble_model_survey_for (model, &source, job->rehearsal->look, job, error);

  if (content == NULL)
    return FALSE;

  plan->held           = scumble_arena_budget (job->arena) - scumble_arena_room (job->arena);
  plan->survey         = job->rehearsal->work;
  plan->prepare        = job->rehearsal->prepare;
  job->rehearsal->work = 0.0;

  return scumble_content_rehearse (content, job, error);
}

static gboolean
rehearse (ScumbleModel *model, const ScumbleDemand *demand, ScumblePlan *plan,
          GError **error)
{
  static const ScumbleZone alone     = { NULL, NULL };
  g_autoptr (ScumbleArena) arena     = scumble_arena_new (demand->budget);
  g_autoptr (ScumbleStyle) style     = NULL;
  g_autofree ScumbleZone  *zones     = NULL;
  ScumbleLook              look;
  ScumbleRehearsal         rehearsal = { .look = &look, .kept = SCUMBLE_KEPT_FLOATS };
  const ScumbleJob         job       = { .arena     = arena,
                                         .threads   = demand->threads,
                                         .rehearsal = &rehearsal };

  scumble_look_init (&look, &alone, 1);
  if (demand->look != NULL)
    look = *demand->look;
  zones      = g_memdup2 (look.zones, look.n_zones * sizeof *zones);
  look.zones = zones;

  if (!rehearse_styles (model, demand, zones, look.n_zones, &style, &job, error))
    return FALSE;
  plan->encode   = rehearsal.work;
  rehearsal.work = 0.0;
  if (!rehearse_content (model, demand, &job, plan, error))
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
