/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampler.h"
#include "box.h"

#include <math.h>

/* Longest edge of a sample, and how many pixels are painted for it at most. */
enum { EDGE = 256, WORK_PIXELS = 500000 };

static const double strengths[SCUMBLE_SAMPLER_COLUMNS] = { 0.5, 0.75, 1.0 };

/* What all samples have in common. */
typedef struct
{
  ScumbleHost        *host;
  const ScumbleOrder *order;
  ScumbleTask        *task;
  ScumbleJob          job;
  ScumbleView         view;   /* of the source */
  ScumbleMemorySource source; /* the content, shrunk if it is large */
  cairo_surface_t    *before;
} Sampler;

double
scumble_sampler_strength (int column)
{
  return strengths[column];
}

static ScumbleView
shrunk (const ScumbleSource *source, double scale)
{
  return (ScumbleView) { { 0, 0, source->width, source->height },
                         MAX (1, (int) (source->width * MIN (scale, 1.0))),
                         MAX (1, (int) (source->height * MIN (scale, 1.0))) };
}

ScumbleView
scumble_sampler_view (const ScumbleSource *content)
{
  return shrunk (content, (double) EDGE / MAX (content->width, content->height));
}

static gboolean
paint_sample (Sampler *self, ScumbleContent *content, const ScumbleLook *look, int sample,
              GError **error)
{
  ScumbleAnswer  answer = { .kind = SCUMBLE_ORDER_SAMPLES, .sample = sample };
  ScumbleBoxSink sink;
  gboolean       ok;

  scumble_box_sink_init (&sink, &self->view.rect, self->view.w, self->view.h);
  ok = scumble_content_paint (content, look, NULL, &sink.sink, &self->job, error);
  if (ok)
    {
      answer.shot = scumble_shot_new (&self->view, self->before, sink.box.sum);
      scumble_task_answer (self->task, g_memdup2 (&answer, sizeof answer));
    }
  scumble_box_clear (&sink.box);

  return ok;
}

static gboolean
paint_row (Sampler *self, const char *method, int row, GError **error)
{
  g_autoptr (ScumbleModel)   model   = NULL;
  g_autoptr (ScumbleStyle)   style   = NULL;
  g_autoptr (ScumbleContent) content = NULL;
  ScumbleZone                zone    = { NULL, NULL };
  ScumbleSource             *source;
  ScumbleStyling             styling;
  ScumbleLook                look;

  model = scumble_model_open (self->host->model_path, method, NULL, error);
  if (model == NULL)
    return FALSE;
  source = scumble_pick_source (g_array_index (self->order->styles, ScumbleIngredient, 0).pick, error);
  if (source == NULL)
    return FALSE;
  scumble_settings_styling (&self->order->settings, self->host->content, &styling);
  style = scumble_model_encode (model, source, &styling, &self->job, error);
  if (style == NULL)
    return FALSE;
  content = scumble_model_survey (model, &self->source.source, &self->job, error);
  if (content == NULL)
    return FALSE;

  zone.style = style;
  scumble_settings_look (&self->order->settings, &zone, 1, &look);
  for (int i = 0; i < SCUMBLE_SAMPLER_COLUMNS; i++)
    {
      look.strength = strengths[i];
      if (!paint_sample (self, content, &look, row * SCUMBLE_SAMPLER_COLUMNS + i, error))
        return FALSE;
    }

  return TRUE;
}

/* One method that fails does not keep the others from showing what they can. */
static void
paint_rows (Sampler *self)
{
  const ScumbleMethod *const *methods = scumble_methods ();

  for (int i = 0; methods[i] != NULL; i++)
    {
      ScumbleAnswer answer = { .kind   = SCUMBLE_ORDER_SAMPLES,
                               .sample = i * SCUMBLE_SAMPLER_COLUMNS };

      if (paint_row (self, methods[i]->id, i, &answer.error))
        continue;
      if (g_cancellable_is_cancelled (self->job.cancellable))
        {
          g_clear_error (&answer.error);
          return;
        }
      scumble_task_answer (self->task, g_memdup2 (&answer, sizeof answer));
    }
}

/* Reads the content at the size to work with, and the samples' original. */
static gboolean
read_content (Sampler *self, float **work, GError **error)
{
  ScumbleSource     *content = self->host->content;
  const double       pixels  = (double) content->width * content->height;
  const ScumbleView  read    = shrunk (content, sqrt (WORK_PIXELS / pixels));
  const ScumbleView  sample  = scumble_sampler_view (content);
  g_autofree float  *rgba    = g_new (float, (gsize) sample.w * (gsize) sample.h * 4);

  *work = g_new (float, (gsize) read.w * (gsize) read.h * 4);
  if (!scumble_box_read (content, &read.rect, read.w, read.h, *work,
                         self->job.cancellable, error))
    return FALSE;

  scumble_memory_source_init (&self->source, read.w, read.h, *work);
  self->view = (ScumbleView) { { 0, 0, read.w, read.h }, MIN (sample.w, read.w),
                               MIN (sample.h, read.h) };
  if (!scumble_box_read (&self->source.source, &self->view.rect, self->view.w,
                         self->view.h, rgba, self->job.cancellable, error))
    return FALSE;

  self->before = scumble_shot_surface (rgba, self->view.w, self->view.h);
  return TRUE;
}

void
scumble_sampler_run (ScumbleHost *host, ScumbleArena *arena, const ScumbleOrder *order,
                     ScumbleTask *task)
{
  Sampler           self   = { .host = host, .order = order, .task = task };
  ScumbleAnswer     answer = { .kind = SCUMBLE_ORDER_SAMPLES };
  g_autofree float *work   = NULL;

  self.job = (ScumbleJob) { .arena       = arena,
                            .threads     = host->threads,
                            .cancellable = scumble_task_cancellable (task) };

  if (read_content (&self, &work, &answer.error))
    {
      paint_rows (&self);
      cairo_surface_destroy (self.before);
    }
  else if (g_cancellable_is_cancelled (self.job.cancellable))
    g_clear_error (&answer.error);
  else
    scumble_task_answer (task, g_memdup2 (&answer, sizeof answer));
}
