/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampler.h"
#include "box.h"

#include <math.h>

/* How many pixels of a large picture are painted for a sample at most. */
enum { WORK_PIXELS = 500000 };

static const double strengths[SCUMBLE_SAMPLER_STRENGTHS] = { 0.5, 0.75, 1.0 };

/* What all samples have in common. */
typedef struct
{
  ScumbleEasel       *easel;
  const ScumbleOrder *order;
  ScumbleTask        *task;
  ScumbleJob          job;
  ScumbleCanvas       canvas;
  ScumbleRect         area; /* of the canvas */
  ScumbleView         view; /* what the samples show, and their size */
} Sampler;

double
scumble_sampler_strength (int number)
{
  return strengths[number];
}

static ScumbleView
shrunk (const ScumbleRect *rect, double scale)
{
  return (ScumbleView) { *rect,
                         MAX (1, (int) (rect->w * MIN (scale, 1.0))),
                         MAX (1, (int) (rect->h * MIN (scale, 1.0))) };
}

ScumbleView
scumble_sampler_view (const ScumbleView *view, int width, int height)
{
  return shrunk (&view->rect, MIN ((double) width / view->rect.w,
                                   (double) height / view->rect.h));
}

static cairo_surface_t *
read_before (Sampler *self, GError **error)
{
  const ScumbleView *view = &self->view;
  g_autofree float  *rgba = g_new (float, (gsize) view->w * (gsize) view->h * 4);

  if (!scumble_easel_read (self->easel, view, rgba, &self->job, error))
    return NULL;

  return scumble_shot_surface (rgba, view->w, view->h);
}

static gboolean
paint_sample (Sampler *self, const ScumbleOrder *order, int sample,
              cairo_surface_t *before, GError **error)
{
  ScumbleAnswer  answer = { .kind = SCUMBLE_ORDER_SAMPLES, .sample = sample };
  ScumbleBoxSink sink;
  gboolean       ok;

  scumble_box_sink_init (&sink, &self->area, self->view.w, self->view.h);
  ok = scumble_easel_paint (self->easel, self->canvas, order, &self->area, &sink.sink,
                            &self->job, error);
  if (ok)
    {
      answer.shot    = scumble_easel_shot (self->easel, &self->view, before, sink.box.sum);
      answer.updates = scumble_easel_updates (self->easel);
      scumble_task_answer (self->task, g_memdup2 (&answer, sizeof answer));
    }
  scumble_box_clear (&sink.box);

  return ok;
}

/* @painted: how many strengths are done */
static gboolean
paint_method (Sampler *self, const char *method, int number, cairo_surface_t *before,
              int *painted, GError **error)
{
  ScumbleOrder order = *self->order;

  if (order.settings.method != method)
    order.settings.quality = NULL;
  order.settings.method = method;
  if (!scumble_easel_set_model (self->easel, &order.settings, error) ||
      !scumble_easel_mix (self->easel, &order, &self->job, error))
    return FALSE;

  for (; *painted < SCUMBLE_SAMPLER_STRENGTHS; ++*painted)
    {
      order.settings.strength = strengths[*painted];
      if (!scumble_easel_survey (self->easel, self->canvas, &order, &self->job, error) ||
          !paint_sample (self, &order, number * SCUMBLE_SAMPLER_STRENGTHS + *painted, before,
                         error))
        return FALSE;
    }

  return TRUE;
}

static void
answer_error (Sampler *self, int sample, GError *error)
{
  const ScumbleAnswer answer = { .kind   = SCUMBLE_ORDER_SAMPLES,
                                 .sample = sample,
                                 .error  = error };

  if (g_cancellable_is_cancelled (self->job.cancellable))
    g_error_free (error);
  else
    scumble_task_answer (self->task, g_memdup2 (&answer, sizeof answer));
}

/* One method that fails does not keep the others from showing what they can. */
static void
paint_methods (Sampler *self, cairo_surface_t *before)
{
  const ScumbleMethod *const *methods = scumble_methods ();

  for (int i = 0; methods[i] != NULL; i++)
    {
      GError *error   = NULL;
      int     painted = 0;

      if (!paint_method (self, methods[i]->id, i, before, &painted, &error))
        answer_error (self, i * SCUMBLE_SAMPLER_STRENGTHS + painted, error);
      if (g_cancellable_is_cancelled (self->job.cancellable))
        return;
    }
}

/* What no method can be used for. */
static void
answer_error_of_all (Sampler *self, const GError *error)
{
  for (int i = 0; scumble_methods ()[i] != NULL; i++)
    answer_error (self, i * SCUMBLE_SAMPLER_STRENGTHS, g_error_copy (error));
}

static gboolean
choose_canvas (Sampler *self, GError **error)
{
  const ScumbleRect *rect   = &self->order->view.rect;
  const double       pixels = (double) rect->w * rect->h;
  const ScumbleView  work   = shrunk (rect, sqrt (WORK_PIXELS / pixels));

  self->view = self->order->view;
  if (scumble_easel_is_small (self->easel) && pixels <= WORK_PIXELS)
    {
      self->canvas = SCUMBLE_CANVAS_FULL;
      self->area   = *rect;
      return TRUE;
    }

  self->canvas = SCUMBLE_CANVAS_PIECE;
  self->area   = (ScumbleRect) { 0, 0, work.w, work.h };
  self->view.w = MIN (self->view.w, work.w);
  self->view.h = MIN (self->view.h, work.h);
  return scumble_easel_stretch (self->easel, self->canvas, &work, &self->job, error);
}

void
scumble_sampler_run (ScumbleEasel *easel, const ScumbleOrder *order, ScumbleTask *task,
                     const ScumbleJob *job)
{
  Sampler            self   = { .easel = easel, .order = order, .task = task, .job = *job };
  g_autoptr (GError) error  = NULL;
  cairo_surface_t   *before = NULL;

  if (choose_canvas (&self, &error))
    before = read_before (&self, &error);
  if (before == NULL)
    {
      answer_error_of_all (&self, error);
      return;
    }

  paint_methods (&self, before);
  cairo_surface_destroy (before);
}
