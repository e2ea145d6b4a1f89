/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stand.h"

static double
pixels_of (const ScumbleSource *source)
{
  return (double) source->width * source->height;
}

/* What a demand takes on the host's memory and threads. What does not fit is said when it
 * is tried. */
static ScumblePlan
plan_for (const ScumbleStand *self, ScumbleDemand demand)
{
  ScumblePlan plan = { 0 };

  demand.budget  = self->host->memory;
  demand.threads = self->host->threads;
  if (!scumble_model_plan (self->model, &demand, &plan, NULL))
    plan = (ScumblePlan) { 0 };

  return plan;
}

/* @look: (nullable) */
static ScumbleDemand
demand_of (const ScumbleSource *source, const ScumbleLook *look)
{
  return (ScumbleDemand) { .width     = source->width,
                           .height    = source->height,
                           .has_alpha = source->has_alpha,
                           .look      = look };
}

void
scumble_stand_plan (ScumbleStand *self, const ScumbleLook *look,
                    const ScumbleSource *painting, const ScumbleStyling *styling)
{
  ScumbleDemand demand = demand_of (self->host->content, look);

  if (painting != NULL)
    {
      demand.style_width  = painting->width;
      demand.style_height = painting->height;
      demand.styling      = styling;
    }
  self->plan = plan_for (self, demand);
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
  scumble_stand_plan (self, NULL, NULL, NULL);

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

  keep_pace (&self->survey_pace, begun,
             plan_for (self, demand_of (source, NULL)).survey);
  return TRUE;
}

gboolean
scumble_stand_paint (ScumbleStand *self, ScumbleCanvas canvas, const ScumbleSource *source,
                     const ScumbleLook *look, const ScumbleRect *area, ScumbleSink *sink,
                     const ScumbleJob *job, GError **error)
{
  const gint64 begun = g_get_monotonic_time ();
  double       share;

  if (!scumble_content_paint (self->contents[canvas], look, area, sink, job, error))
    return FALSE;

  share = (double) area->w * area->h / pixels_of (source);
  keep_pace (&self->paint_pace, begun,
             share * plan_for (self, demand_of (source, look)).paint);
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
