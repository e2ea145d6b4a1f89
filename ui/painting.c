/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "painting.h"

void
scumble_painting_plan (ScumbleRun *run)
{
  const double survey = scumble_easel_survey_seconds (run->easel, run->order);
  const double total  = scumble_run_seconds (run, scumble_run_pixels (run));

  if (scumble_easel_has_model (run->easel, &run->order->settings) &&
      scumble_easel_surveyed (run->easel, run->order))
    run->part = 1.0;
  else
    run->part = total > 0.0 ? survey / total : 0.5;
}

gboolean
scumble_painting_run (ScumbleRun *run, GError **error)
{
  ScumbleSource    *source = run->host->content;
  const ScumbleRect area   = { 0, 0, source->width, source->height };

  if (!scumble_run_need_model (run, error) || !scumble_run_need_styles (run, error) ||
      !scumble_easel_survey (run->easel, SCUMBLE_CANVAS_FULL, run->order, &run->job, error))
    return FALSE;

  scumble_easel_clear (run->easel);
  run->done = run->part < 1.0 ? run->part : 0.0;
  run->part = 1.0 - run->done;
  if (!scumble_run_paint (run, SCUMBLE_CANVAS_FULL, &area, run->host->sink, error))
    return FALSE;

  scumble_run_answer (run, (ScumbleAnswer) { .painted = TRUE });
  return TRUE;
}
