/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"
#include "ref.h"

static void
remember (double fraction, gpointer user_data)
{
  *(double *) user_data = fraction;
}

static void
test_go_on (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error       = NULL;
  ScumbleJob               job         = { .threads = 1 };

  g_assert_true (scumble_job_go_on (&job, &error));
  job.cancellable = cancellable;
  g_assert_true (scumble_job_go_on (&job, &error));
  g_cancellable_cancel (cancellable);
  g_assert_false (scumble_job_go_on (&job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_CANCELLED, NULL);
}

static void
test_report (void)
{
  double     last = -1.0;
  ScumbleJob job  = { .threads = 1 };

  scumble_job_report (&job, 0.5);
  job.progress      = remember;
  job.progress_data = &last;
  scumble_job_report (&job, 0.5);
  g_assert_cmpfloat (last, ==, 0.5);
}

/* A stage of a stage. */
static void
test_stage (void)
{
  double           last = -1.0;
  const ScumbleJob job  = { .threads = 3, .progress = remember, .progress_data = &last };
  ScumbleStage     outer, inner;
  const ScumbleJob half = scumble_job_stage (&outer, &job, 0.5, 1.0);
  const ScumbleJob part = scumble_job_stage (&inner, &half, 0.2, 0.4);

  g_assert_cmpint (part.threads, ==, 3);
  scumble_job_report (&half, 0.0);
  g_assert_cmpfloat_with_epsilon (last, 0.5, 1e-12);
  scumble_job_report (&part, 0.5);
  g_assert_cmpfloat_with_epsilon (last, 0.65, 1e-12);
  scumble_job_report (&half, 1.0);
  g_assert_cmpfloat_with_epsilon (last, 1.0, 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/job/go-on", test_go_on);
  g_test_add_func ("/job/report", test_report);
  g_test_add_func ("/job/stage", test_stage);

  return g_test_run ();
}
