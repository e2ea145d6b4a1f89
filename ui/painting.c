/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "painting.h"

gboolean
scumble_painting_run (ScumbleRun *run, GError **error)
{
  ScumbleSource    *source = run->host->content;
  const ScumbleRect area   = { 0, 0, source->width, source->height };

  if (!scumble_run_need_model (run, error) || !scumble_run_need_styles (run, error) ||
      !scumble_easel_survey (run->easel, SCUMBLE_CANVAS_FULL, run->order, &run->job, error))
    return FALSE;

  scumble_easel_clear (run->easel);
  scumble_run_go_on (run);
  if (!scumble_run_paint (run, SCUMBLE_CANVAS_FULL, &area, run->host->sink, error))
    return FALSE;

  scumble_run_answer (run, (ScumbleAnswer) { .painted = TRUE });
  return TRUE;
}
