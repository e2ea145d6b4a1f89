/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stand.h"

static double
pixels_of (const ScumbleSource *source)
{
  return (double) source->width * source->height;
}

/* @look: (nullable): as for ScumbleDemand */
static ScumblePlan
plan_for (const ScumbleStand *self, const ScumbleSource *source, const ScumbleLook *look)
{
  const ScumbleDemand demand = { .width     = source->width,
                                 .height    = source->height,
                                 .has_alpha = source->has_alpha,
                                 .look      = look,
                                 .budget    = self->host->memory,
                                 .threads   = self->host->threads };
  ScumblePlan         plan   = { 0 };

  /* What does not fit is said when it is tried. */
  if (!scumble_model_plan (self->model, &demand, &plan, NULL))
    plan = (ScumblePlan) { 0 };

  return plan;
}

ScumbleStand *
scumble_stand_new (const ScumbleHost *host, const ScumbleSettings *settings,
                   GError **error)
{
  ScumbleModel *model = scumble_model_open (host->model_path, settings->method,
                                            settings->quality, error);
  ScumbleStand *self;

  if (model == NULL)
    return NULL;

  self          = g_new0 (ScumbleStand, 1);
  self->host    = host;
  self->method  = settings->method;
  self->quality = settings->quality;
  self->model   = model;
  self->plan    = plan_for (self, host->content, NULL);

  return self;
}

void
scumble_stand_forget (ScumbleStand *self, ScumbleCanvas canvas)
{
  g_clear_pointer (&self->contents[canvas], scumble_content_free);
}

void
scumble_stand_free (ScumbleStand *self)
{
  if (self == NULL)
    return;

  for (ScumbleCanvas canvas = 0; canvas < SCUMBLE_N_CANVASES; canvas++)
    scumble_stand_forget (self, canvas);
  scumble_model_unref (self->model);
  g_free (self);
}

gboolean
scumble_stand_serves (const ScumbleStand *self, const ScumbleSettings *settings)
{
  return self != NULL && self->method == settings->method &&
         self->quality == settings->quality;
}

static void
keep_pace (double *pace, gint64 begun, double work)
{
  const double now = (g_get_monotonic_time () - begun) / 1e6 / work;

  if (work > 0.0)
    *pace = *pace > 0.0 ? 0.5 * (*pace + now) : now;
}

gboolean
scumble_stand_survey (ScumbleStand *self, ScumbleCanvas canvas, ScumbleSource *source,
                      const ScumbleJob *job, GError **error)
{
  ScumbleContent **content = &self->contents[canvas];
  const gint64     begun   = g_get_monotonic_time ();

  if (*content != NULL)
    return TRUE;

  *content = scumble_model_survey (self->model, source, job, error);
  if (*content == NULL)
    return FALSE;

  keep_pace (&self->survey_pace, begun, plan_for (self, source, NULL).survey);
  return TRUE;
}

gboolean
scumble_stand_paint (ScumbleStand *self, ScumbleCanvas canvas, const ScumbleSource *source,
                     const ScumbleLook *look, const ScumbleRect *area, ScumbleSink *sink,
                     const ScumbleJob *job, GError **error)
{
  const gint64 begun = g_get_monotonic_time ();
  double       share;

  self->plan = plan_for (self, self->host->content, look);
  if (!scumble_content_paint (self->contents[canvas], look, area, sink, job, error))
    return FALSE;

  share = (double) area->w * area->h / pixels_of (source);
  keep_pace (&self->paint_pace, begun, share * plan_for (self, source, look).paint);
  return TRUE;
}

double
scumble_stand_survey_seconds (const ScumbleStand *self)
{
  return self->contents[SCUMBLE_CANVAS_FULL] != NULL
             ? 0.0
             : self->plan.survey * self->survey_pace +
                   self->plan.prepare * self->paint_pace;
}

double
scumble_stand_paint_seconds (const ScumbleStand *self, double pixels)
{
  return self->plan.paint * self->paint_pace * pixels / pixels_of (self->host->content);
}
