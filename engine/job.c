/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"
#include "error.h"
#include "mark.h"

gboolean
scumble_job_go_on (const ScumbleJob *job, GError **error)
{
  if (!g_cancellable_is_cancelled (job->cancellable))
    return TRUE;

  scumble_set_error (error, SCUMBLE_ERROR_CANCELLED, N_("The run was cancelled."));
  return FALSE;
}

void
scumble_job_report (const ScumbleJob *job, double fraction)
{
  if (job->progress != NULL)
    job->progress (fraction, job->progress_data);
}

static void
report_stage (double fraction, gpointer user_data)
{
  const ScumbleStage *stage = user_data;

  scumble_job_report (stage->job, stage->from + fraction * (stage->to - stage->from));
}

ScumbleJob
scumble_job_stage (ScumbleStage *stage, const ScumbleJob *job, double from, double to)
{
  ScumbleJob part = *job;

  *stage             = (ScumbleStage) { job, from, to };
  part.progress      = report_stage;
  part.progress_data = stage;

  return part;
}
