/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

void
scumble_run_take_order (ScumbleRun *run, const ScumbleOrder *order)
{
  run->order = order;
  run->view  = order->view;
}

double
scumble_run_pixels (const ScumbleRun *run)
{
  const ScumbleSource *content = run->host->content;

  return (double) content->width * content->height;
}

/* Before the content itself can be painted or learned on. */
static double
begin_seconds (const ScumbleRun *run)
{
  return scumble_easel_survey_seconds (run->easel, run->order) +
         scumble_easel_prepare_seconds (run->easel, run->order);
}

double
scumble_run_seconds (const ScumbleRun *run, double pixels)
{
  return begin_seconds (run) + scumble_easel_paint_seconds (run->easel, pixels);
}

/* To learn, all of the content is surveyed too. */
static double
learn_seconds (const ScumbleRun *run)
{
  const double seconds = scumble_easel_learn_seconds (run->easel, run->order);

  return seconds > 0.0 && scumble_easel_updates (run->easel) < run->order->settings.updates
             ? seconds + begin_seconds (run)
             : 0.0;
}

static gboolean
is_dull (const ScumbleRun *run)
{
  static const ScumbleZone everywhere = { NULL, NULL };
  ScumbleLook              look;

  scumble_settings_look (&run->order->settings, &everywhere, 1, &look);

  return run->host->content->beyond && run->order->strength_map == NULL &&
         !scumble_look_returns_beyond (&look);
}

void
scumble_run_answer (ScumbleRun *run, ScumbleAnswer values)
{
  const double pixels = scumble_run_pixels (run);

  values.kind    = run->order->kind;
  values.dull    = is_dull (run);
  values.updates = scumble_easel_updates (run->easel);
  if (values.shot != NULL)
    values.shot->look = run->order->look;
  if (scumble_easel_paint_seconds (run->easel, pixels) > 0.0)
    {
      values.seconds         = scumble_run_seconds (run, pixels);
      values.memory          = scumble_easel_memory (run->easel);
      values.learning        = learn_seconds (run);
      values.learning_memory = scumble_easel_learn_memory (run->easel, run->order);
    }
  scumble_task_answer (run->task, g_memdup2 (&values, sizeof values));
}

gboolean
scumble_run_need_model (ScumbleRun *run, GError **error)
{
  return scumble_easel_set_model (run->easel, &run->order->settings, error);
}

gboolean
scumble_run_need_styles (ScumbleRun *run, GError **error)
{
  return scumble_easel_mix (run->easel, run->order, &run->job, error);
}

gboolean
scumble_run_paint (ScumbleRun *run, ScumbleCanvas canvas, const ScumbleRect *area,
                   ScumbleSink *sink, GError **error)
{
  return scumble_easel_paint (run->easel, canvas, run->order, area, sink, &run->job,
                              error);
}

void
scumble_run_plan (ScumbleRun *run, double pixels)
{
  const double survey = scumble_easel_survey_seconds (run->easel, run->order);
  const double total  = scumble_run_seconds (run, pixels);

  run->done = 0.0;
  if (scumble_easel_has_model (run->easel, &run->order->settings) &&
      scumble_easel_surveyed (run->easel, run->order))
    run->part = 1.0;
  else
    run->part = total > 0.0 ? survey / total : 0.5;
}

void
scumble_run_go_on (ScumbleRun *run)
{
  run->done = run->part < 1.0 ? run->part : 0.0;
  run->part = 1.0 - run->done;
}
