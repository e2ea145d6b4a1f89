/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"
#include "error.h"

gboolean
scumble_job_go_on (const ScumbleJob *job, GError **error)
{
  if (!g_cancellable_is_cancelled (job->cancellable))
    return TRUE;

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED,
                       "The run was cancelled.");
  return FALSE;
}

void
scumble_job_report (const ScumbleJob *job, double fraction)
{
  if (job->progress != NULL)
    job->progress (fraction, job->progress_data);
}
