/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "studio.h"
#include "box.h"
#include "sampler.h"

/* A draft is small enough to follow a slider. */
enum { DRAFT_EDGE = 320 };

/* Edge of a tile where others wait for its end. */
enum { HELD_TILE = 512 };

/* Seconds that the real thing may take before a shrunken picture stands in for it, where
 * the whole picture is looked at from afar. */
static const double PATIENCE = 8.0;

/* Below this many seconds the real thing comes first, and no draft flashes by. */
static const double INSTANT = 0.25;

/* The whole content shrunk to a size, and what the model has seen in it. */
typedef struct
{
  ScumbleView         view;
  ScumbleMemorySource source;
  float              *rgba;
  cairo_surface_t    *before;
  ScumbleContent     *content;
} Proxy;

struct _ScumbleStudio
{
  ScumbleHost     *host;
  ScumbleArena    *arena;
  const char      *method;
  ScumbleModel    *model;
  guint            style_serial;
  ScumbleSettings  style_settings;
  ScumbleStyle    *style;
  ScumbleContent  *content;
  Proxy            draft;
  Proxy            screen;
  ScumbleView      before_view;
  cairo_surface_t *before;
  double           survey_pace; /* seconds per pixel; 0 until measured */
  double           render_pace;
};

/* One order in work. */
typedef struct
{
  ScumbleStudio      *studio;
  const ScumbleOrder *order;
  ScumbleTask        *task;
  ScumbleJob          job;
  double              done; /* the part of the order before the call in progress */
  double              part; /* the part of the order that the call makes up */
  gboolean            surveying;
} Run;

static void
proxy_clear (Proxy *proxy)
{
  g_clear_pointer (&proxy->content, scumble_content_free);
  g_clear_pointer (&proxy->before, cairo_surface_destroy);
  g_clear_pointer (&proxy->rgba, g_free);
}

/* Everything that knows the model. */
static void
forget_model (ScumbleStudio *self)
{
  g_clear_pointer (&self->draft.content, scumble_content_free);
  g_clear_pointer (&self->screen.content, scumble_content_free);
  g_clear_pointer (&self->content, scumble_content_free);
  g_clear_pointer (&self->style, scumble_style_unref);
  g_clear_pointer (&self->model, scumble_model_unref);
  self->survey_pace = 0.0;
  self->render_pace = 0.0;
}

ScumbleStudio *
scumble_studio_new (ScumbleHost *host)
{
  ScumbleStudio *self = g_new0 (ScumbleStudio, 1);

  self->host  = host;
  self->arena = scumble_arena_new (host->memory);

  return self;
}

void
scumble_studio_free (ScumbleStudio *self)
{
  if (self == NULL)
    return;

  forget_model (self);
  proxy_clear (&self->draft);
  proxy_clear (&self->screen);
  g_clear_pointer (&self->before, cairo_surface_destroy);
  scumble_arena_free (self->arena);
  g_free (self);
}

static double
pixels_of (const ScumbleSource *source)
{
  return (double) source->width * source->height;
}

/* What rendering @pixels of the content would take, with all that is still missing for
 * it. */
static double
seconds_for (const ScumbleStudio *self, double pixels)
{
  const double survey = self->survey_pace * pixels_of (self->host->content);

  return (self->content == NULL ? survey : 0.0) + self->render_pace * pixels;
}

static void
keep_pace (double *pace, gint64 begun, double pixels)
{
  const double now = (g_get_monotonic_time () - begun) / 1e6 / pixels;

  *pace = *pace > 0.0 ? 0.5 * (*pace + now) : now;
}

static void
answer (Run *run, ScumbleAnswer values)
{
  ScumbleStudio *self = run->studio;

  values.kind = run->order->kind;
  if (values.shot != NULL)
    values.shot->look = run->order->look;
  if (self->render_pace > 0.0)
    values.seconds = seconds_for (self, pixels_of (self->host->content));
  scumble_task_answer (run->task, g_memdup2 (&values, sizeof values));
}

static gboolean
need_model (Run *run, GError **error)
{
  ScumbleStudio *self   = run->studio;
  const char    *method = run->order->settings.method;

  if (self->model != NULL && self->method == method)
    return TRUE;

  forget_model (self);
  self->method = method;
  self->model  = scumble_model_open (self->host->model_path, method, NULL, error);

  return self->model != NULL;
}

static gboolean
need_style (Run *run, GError **error)
{
  ScumbleStudio *self = run->studio;
  ScumblePick   *pick = g_array_index (run->order->styles, ScumbleIngredient, 0).pick;
  ScumbleSource *source;
  ScumbleStyling styling;

  if (self->style != NULL && self->style_serial == scumble_pick_serial (pick) &&
      scumble_settings_same_styling (&self->style_settings, &run->order->settings))
    return TRUE;

  g_clear_pointer (&self->style, scumble_style_unref);
  source = scumble_pick_source (pick, error);
  if (source == NULL)
    return FALSE;
  self->style_serial   = scumble_pick_serial (pick);
  self->style_settings = run->order->settings;
  scumble_settings_styling (&self->style_settings, self->host->content, &styling);
  self->style = scumble_model_encode (self->model, source, &styling, &run->job, error);

  return self->style != NULL;
}

static gboolean
survey (Run *run, ScumbleSource *source, ScumbleContent **content, GError **error)
{
  ScumbleStudio *self  = run->studio;
  const gint64   begun = g_get_monotonic_time ();

  if (*content != NULL)
    return TRUE;

  *content = scumble_model_survey (self->model, source, &run->job, error);
  if (*content != NULL)
    keep_pace (&self->survey_pace, begun, pixels_of (source));

  return *content != NULL;
}

/* The survey of the whole picture may take long, and whatever the user changes meanwhile
 * is likely to need it too: it goes on, and the changes show in drafts. */
static gboolean
need_content (Run *run, GError **error)
{
  ScumbleStudio *self = run->studio;
  gboolean       ok;

  run->surveying = TRUE;
  run->job.tile  = HELD_TILE;
  scumble_task_hold (run->task, TRUE);
  ok = survey (run, self->host->content, &self->content, error);
  scumble_task_hold (run->task, FALSE);
  run->job.tile  = 0;
  run->surveying = FALSE;

  return ok;
}

static gboolean
paint (Run *run, ScumbleContent *content, const ScumbleRect *area, ScumbleSink *sink,
       GError **error)
{
  ScumbleStudio    *self  = run->studio;
  const ScumbleZone zone  = { self->style, NULL };
  const gint64      begun = g_get_monotonic_time ();
  ScumbleLook       look;

  scumble_settings_look (&run->order->settings, &zone, 1, &look);
  if (!scumble_content_paint (content, &look, area, sink, &run->job, error))
    return FALSE;

  keep_pace (&self->render_pace, begun, (double) area->w * area->h);
  return TRUE;
}

static cairo_surface_t *
read_before (Run *run, const ScumbleView *view, float *rgba, GError **error)
{
  if (!scumble_box_read (run->studio->host->content, &view->rect, view->w, view->h, rgba,
                         run->job.cancellable, error))
    return NULL;

  return scumble_shot_surface (rgba, view->w, view->h);
}

/* The original as the preview shows it; it changes with the view and nothing else. */
static gboolean
need_before (Run *run, GError **error)
{
  ScumbleStudio     *self = run->studio;
  const ScumbleView *view = &run->order->view;
  g_autofree float  *rgba = NULL;

  if (self->before != NULL && scumble_view_equal (&self->before_view, view))
    return TRUE;

  g_clear_pointer (&self->before, cairo_surface_destroy);
  rgba              = g_new (float, (gsize) view->w * (gsize) view->h * 4);
  self->before      = read_before (run, view, rgba, error);
  self->before_view = *view;
  if (self->before == NULL)
    return FALSE;

  answer (run, (ScumbleAnswer) { .shot = scumble_shot_new (view, self->before, NULL) });
  return TRUE;
}

static gboolean
need_proxy (Run *run, Proxy *proxy, int w, int h, GError **error)
{
  const ScumbleSource *content = run->studio->host->content;
  const ScumbleView    view    = { { 0, 0, content->width, content->height }, w, h };

  if (proxy->before == NULL || !scumble_view_equal (&proxy->view, &view))
    {
      proxy_clear (proxy);
      proxy->view   = view;
      proxy->rgba   = g_new (float, (gsize) w * (gsize) h * 4);
      proxy->before = read_before (run, &view, proxy->rgba, error);
      if (proxy->before == NULL)
        return FALSE;
      scumble_memory_source_init (&proxy->source, w, h, proxy->rgba);
    }

  return survey (run, &proxy->source.source, &proxy->content, error);
}

static gboolean
show_proxy (Run *run, Proxy *proxy, gboolean draft, GError **error)
{
  const ScumbleView *view = &proxy->view;
  const ScumbleRect  area = { 0, 0, view->w, view->h };
  g_autofree float  *rgb  = g_new (float, (gsize) view->w * (gsize) view->h * 3);
  ScumbleMemorySink  sink;
  ScumbleShot       *shot;

  scumble_memory_sink_init (&sink, &area, rgb);
  if (!paint (run, proxy->content, &area, &sink.sink, error))
    return FALSE;

  shot         = scumble_shot_new (view, proxy->before, rgb);
  shot->coarse = TRUE;
  answer (run, (ScumbleAnswer) { .shot = shot, .draft = draft });

  return TRUE;
}

/* A draft of the whole picture, where the picture is so large that this is quicker. */
static gboolean
show_draft (Run *run, GError **error)
{
  ScumbleStudio       *self    = run->studio;
  const ScumbleSource *content = self->host->content;
  const double scale = (double) DRAFT_EDGE / MAX (content->width, content->height);

  return scale > 0.75 ||
         (need_proxy (run, &self->draft, MAX (1, (int) (content->width * scale)),
                      MAX (1, (int) (content->height * scale)), error) &&
          show_proxy (run, &self->draft, FALSE, error));
}

/* Stands in for the real thing when that would take too long. */
static gboolean
show_screen (Run *run, GError **error)
{
  ScumbleStudio     *self = run->studio;
  const ScumbleView *view = &run->order->view;

  return need_proxy (run, &self->screen, view->w, view->h, error) &&
         show_proxy (run, &self->screen, TRUE, error);
}

static gboolean
show_exact (Run *run, GError **error)
{
  ScumbleStudio     *self = run->studio;
  const ScumbleView *view = &run->order->view;
  ScumbleBoxSink     sink;
  gboolean           ok;

  scumble_box_sink_init (&sink, &view->rect, view->w, view->h);
  ok = paint (run, self->content, &view->rect, &sink.sink, error);
  if (ok)
    answer (run, (ScumbleAnswer) { .shot = scumble_shot_new (view, self->before,
                                                             sink.box.sum) });
  scumble_box_clear (&sink.box);

  return ok;
}

/* The whole picture from afar: all the work of the final run, for few pixels to see. */
static gboolean
too_long (const ScumbleStudio *self, const ScumbleView *view)
{
  const double pixels = (double) view->rect.w * view->rect.h;

  return view->w < view->rect.w && pixels >= pixels_of (self->host->content) &&
         seconds_for (self, pixels) > PATIENCE;
}

/* The previews' planes make room for the picture's. */
static void
clear_desk (ScumbleStudio *self)
{
  proxy_clear (&self->draft);
  proxy_clear (&self->screen);
}

/* Splits the progress of a painting between what is still to be done. */
static void
plan_progress (Run *run)
{
  const ScumbleStudio *self  = run->studio;
  const double         size  = pixels_of (self->host->content);
  const double         total = seconds_for (self, size);

  if (self->content != NULL)
    run->part = 1.0;
  else
    run->part = total > 0.0 ? self->survey_pace * size / total : 0.5;
}

static gboolean
paint_all (Run *run, GError **error)
{
  ScumbleStudio    *self   = run->studio;
  ScumbleSource    *source = self->host->content;
  const ScumbleRect area   = { 0, 0, source->width, source->height };

  if (!need_model (run, error) || !need_style (run, error) ||
      !survey (run, source, &self->content, error))
    return FALSE;

  clear_desk (self);
  run->done = run->part < 1.0 ? run->part : 0.0;
  run->part = 1.0 - run->done;
  if (!paint (run, self->content, &area, self->host->sink, error))
    return FALSE;

  answer (run, (ScumbleAnswer) { .painted = TRUE });
  return TRUE;
}

/* Whether a survey of the whole picture is of use to another order. */
static gboolean
survey_serves (gconstpointer data, gconstpointer user_data)
{
  const ScumbleOrder *order = data;
  const Run          *run   = user_data;

  return order->kind != SCUMBLE_ORDER_SAMPLES && order->styles->len > 0 &&
         order->settings.method == run->studio->method;
}

/* Between two tiles of the survey: the latest wishes, as a draft. A fault will come up
 * again when the survey is done and the order itself has its turn. */
static void
serve_meanwhile (Run *run)
{
  const ScumbleOrder *order = scumble_task_renew (run->task, survey_serves, run);

  if (order == NULL)
    return;

  run->order = order;
  if (order->kind == SCUMBLE_ORDER_PAINT)
    {
      plan_progress (run);
      return;
    }

  run->surveying = FALSE;
  if (need_before (run, NULL) && need_style (run, NULL))
    show_draft (run, NULL);
  run->surveying = TRUE;
}

static void
report (double fraction, gpointer user_data)
{
  Run *run = user_data;

  scumble_task_report (run->task, run->done + run->part * fraction);
  if (run->surveying)
    serve_meanwhile (run);
}

/* By now the order may be another one. */
static gboolean
finish (Run *run, GError **error)
{
  if (run->order->kind == SCUMBLE_ORDER_PAINT)
    return paint_all (run, error);
  if (!need_before (run, error) || !need_style (run, error))
    return FALSE;

  return too_long (run->studio, &run->order->view) ? show_screen (run, error)
                                                   : show_exact (run, error);
}

static gboolean
preview (Run *run, GError **error)
{
  ScumbleStudio     *self   = run->studio;
  const ScumbleView *view   = &run->order->view;
  const double       pixels = (double) view->rect.w * view->rect.h;

  if (!need_before (run, error))
    return FALSE;
  if (run->order->styles->len == 0)
    return TRUE;
  if (!need_model (run, error) || !need_style (run, error))
    return FALSE;

  if (self->content != NULL && seconds_for (self, pixels) < INSTANT)
    return show_exact (run, error) && show_draft (run, error);

  if (!show_draft (run, error))
    return FALSE;
  if (!too_long (self, view) && !need_content (run, error))
    return FALSE;

  return finish (run, error);
}

static gboolean
fill (Run *run, GError **error)
{
  switch (run->order->kind)
    {
    case SCUMBLE_ORDER_PREVIEW:
      return preview (run, error);
    case SCUMBLE_ORDER_SAMPLES:
      scumble_sampler_run (run->studio->host, run->studio->arena, run->order, run->task);
      return TRUE;
    case SCUMBLE_ORDER_PAINT:
      plan_progress (run);
      return paint_all (run, error);
    }

  g_return_val_if_reached (FALSE);
}

void
scumble_studio_run (ScumbleStudio *self, const ScumbleOrder *order, ScumbleTask *task)
{
  GError *error = NULL;
  Run     run   = { .studio = self, .order = order, .task = task, .part = 1.0 };

  run.job = (ScumbleJob) {
    .arena         = self->arena,
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
    answer (&run, (ScumbleAnswer) { .error = error });
}
