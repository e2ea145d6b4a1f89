/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "studio.h"
#include "blend.h"
#include "painting.h"
#include "sampler.h"
#include "showing.h"
#include "tutor.h"

#include <glib/gstdio.h>

struct _ScumbleStudio
{
  ScumbleHost    *host;
  ScumbleEasel   *easel;
  ScumbleOriginal original;
};

ScumbleStudio *
scumble_studio_new (ScumbleHost *host)
{
  ScumbleStudio *self = g_new0 (ScumbleStudio, 1);

  self->host  = host;
  self->easel = scumble_easel_new (host);

  return self;
}

void
scumble_studio_free (ScumbleStudio *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->original.surface, cairo_surface_destroy);
  scumble_easel_free (self->easel);
  g_free (self);
}

static gboolean
save (ScumbleRun *run, GError **error)
{
  ScumbleEasel            *easel  = run->easel;
  const ScumbleOrder      *order  = run->order;
  g_autoptr (ScumbleStyle) mixed  = NULL;
  g_autofree char         *folder = g_path_get_dirname (order->path);

  if (!scumble_run_need_model (run, error) || !scumble_run_need_styles (run, error))
    return FALSE;

  mixed = scumble_blend_mix (order, scumble_easel_styles (easel), error);
  /* Where there is no folder, saving says so. */
  g_mkdir_with_parents (folder, 0700);
  if (mixed == NULL || !scumble_style_save (mixed, order->path, order->title, error))
    return FALSE;

  scumble_run_answer (run, (ScumbleAnswer) { .saved = g_strdup (order->path) });
  return TRUE;
}

static gboolean
fill (ScumbleRun *run, GError **error)
{
  switch (run->order->kind)
    {
    case SCUMBLE_ORDER_PREVIEW:
      return scumble_show_preview (run, error);
    case SCUMBLE_ORDER_SAMPLES:
      scumble_sampler_run (run->easel, run->order, run->task, &run->job);
      return TRUE;
    case SCUMBLE_ORDER_LEARN:
      return scumble_tutor_run (run, error);
    case SCUMBLE_ORDER_SAVE:
      return save (run, error);
    case SCUMBLE_ORDER_PAINT:
      scumble_run_plan (run, scumble_run_pixels (run));
      return scumble_painting_run (run, error);
    }

  g_return_val_if_reached (FALSE);
}

static void
report (double fraction, gpointer user_data)
{
  ScumbleRun *run = user_data;

  if (run->part > 0.0)
    scumble_task_report (run->task, run->done + run->part * fraction);
  if (run->surveying)
    scumble_show_meanwhile (run);
}

void
scumble_studio_run (ScumbleStudio *self, const ScumbleOrder *order, ScumbleTask *task)
{
  GError    *error = NULL;
  ScumbleRun run   = { .host     = self->host,
                       .easel    = self->easel,
                       .original = &self->original,
                       .task     = task };

  scumble_run_take_order (&run, order);
  run.job = (ScumbleJob) {
    .arena         = scumble_easel_arena (self->easel),
    .threads       = self->host->threads,
    .cancellable   = scumble_task_cancellable (task),
    .progress      = report,
    .progress_data = &run,
  };

  if (fill (&run, &error))
    return;

  if (g_cancellable_is_cancelled (run.job.cancellable))
    g_clear_error (&error);
  else
    scumble_run_answer (&run, (ScumbleAnswer) { .error = error });
}
