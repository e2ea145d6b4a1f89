/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "studio.h"
#include "blend.h"
#include "box.h"
#include "easel.h"
#include "sampler.h"

#include <glib/gstdio.h>

/* A draft is small enough to follow a slider. */
enum { DRAFT_EDGE = 320 };

/* Edge of a tile where others wait for its end. */
enum { HELD_TILE = 512 };

/* How long a style learns at least before it is looked at again, and how many times as
 * long as looking took. */
enum { LOOK_MS = 2000, LOOK_RARELY = 4 };

/* Seconds that the real thing may take before a shrunken picture stands in for it, where
 * the whole picture is looked at from afar. */
static const double PATIENCE = 8.0;

/* Below this many seconds the real thing comes first, and no draft flashes by. */
static const double INSTANT = 0.25;

struct _ScumbleStudio
{
  ScumbleHost     *host;
  ScumbleEasel    *easel;
  ScumbleView      before_view;
  cairo_surface_t *before;
};

/* One order in work. */
typedef struct
{
  ScumbleStudio      *studio;
  const ScumbleOrder *order;
  ScumbleView         view; /* the order's, or one noted later */
  ScumbleTask        *task;
  ScumbleJob          job;
  double              done; /* the part of the order before the call in progress */
  double              part; /* the part of the order that the call makes up */
  gboolean            surveying;
  gboolean            moved;   /* the view is another one since the picture was painted */
  gboolean            near;    /* a view of learning for which a draft is not enough */
  gint64              looked;  /* when a learning style was painted with last */
  gint64              looking; /* how long that took, microseconds both */
  gint64              look_at; /* when the style is to be looked at again */
} Run;

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

  g_clear_pointer (&self->before, cairo_surface_destroy);
  scumble_easel_free (self->easel);
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
  return scumble_easel_survey_seconds (self->easel) +
         scumble_easel_paint_seconds (self->easel, pixels);
}

static void
answer (Run *run, ScumbleAnswer values)
{
  ScumbleStudio *self   = run->studio;
  const double   pixels = pixels_of (self->host->content);

  values.kind    = run->order->kind;
  values.learned = scumble_easel_learned (self->easel);
  if (values.shot != NULL)
    values.shot->look = run->order->look;
  if (scumble_easel_paint_seconds (self->easel, pixels) > 0.0)
    {
      values.seconds = seconds_for (self, pixels);
      values.memory  = scumble_easel_memory (self->easel);
    }
  scumble_task_answer (run->task, g_memdup2 (&values, sizeof values));
}

static void
take_order (Run *run, const ScumbleOrder *order)
{
  run->order = order;
  run->view  = order->view;
}

static gboolean
need_model (Run *run, GError **error)
{
  return scumble_easel_set_model (run->studio->easel, &run->order->settings, error);
}

static gboolean
need_styles (Run *run, GError **error)
{
  return scumble_easel_mix (run->studio->easel, run->order, &run->job, error);
}

/* The survey of the whole picture may take long, and whatever the user changes meanwhile
 * is likely to need it too: it goes on, and the changes show in drafts. */
static gboolean
need_content (Run *run, GError **error)
{
  gboolean ok;

  run->surveying = TRUE;
  run->job.tile  = HELD_TILE;
  scumble_task_hold (run->task, TRUE);
  ok = scumble_easel_survey (run->studio->easel, SCUMBLE_CANVAS_FULL, &run->job, error);
  scumble_task_hold (run->task, FALSE);
  run->job.tile  = 0;
  run->surveying = FALSE;

  return ok;
}

static gboolean
paint (Run *run, ScumbleCanvas canvas, const ScumbleRect *area, ScumbleSink *sink,
       GError **error)
{
  return scumble_easel_paint (run->studio->easel, canvas, run->order, area, sink,
                              &run->job, error);
}

static cairo_surface_t *
read_before (Run *run, const ScumbleView *view, float *rgba, GError **error)
{
  if (!scumble_easel_read (run->studio->easel, view, rgba, &run->job, error))
    return NULL;

  return scumble_shot_surface (rgba, view->w, view->h);
}

/* The original as the preview shows it; it changes with the view and nothing else. */
static gboolean
need_before (Run *run, GError **error)
{
  ScumbleStudio     *self = run->studio;
  const ScumbleView *view = &run->view;
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

/* The whole picture on a canvas of another size. */
static gboolean
show_shrunk (Run *run, ScumbleCanvas canvas, int w, int h, GError **error)
{
  const ScumbleSource *content = run->studio->host->content;
  const ScumbleView    view    = { { 0, 0, content->width, content->height }, w, h };
  const ScumbleRect    area    = { 0, 0, w, h };
  ScumbleEasel        *easel   = run->studio->easel;
  g_autofree float    *rgb     = g_new (float, (gsize) w * (gsize) h * 3);
  ScumbleMemorySink    sink;
  ScumbleShot         *shot;

  scumble_memory_sink_init (&sink, &area, rgb);
  if (!scumble_easel_stretch (easel, canvas, &view, &run->job, error) ||
      !scumble_easel_survey (easel, canvas, &run->job, error) ||
      !paint (run, canvas, &area, &sink.sink, error))
    return FALSE;

  shot         = scumble_shot_new (&view, scumble_easel_before (easel, canvas), rgb);
  shot->coarse = TRUE;
  answer (run, (ScumbleAnswer) { .shot  = shot,
                                 .draft = canvas == SCUMBLE_CANVAS_SCREEN });

  return TRUE;
}

/* A draft of the whole picture, where the picture is so large that this is quicker. */
static gboolean
show_draft (Run *run, GError **error)
{
  const ScumbleSource *content = run->studio->host->content;
  const double scale = (double) DRAFT_EDGE / MAX (content->width, content->height);

  return scale > 0.75 ||
         show_shrunk (run, SCUMBLE_CANVAS_DRAFT, MAX (1, (int) (content->width * scale)),
                      MAX (1, (int) (content->height * scale)), error);
}

/* Stands in for the real thing when that would take too long. */
static gboolean
show_screen (Run *run, GError **error)
{
  const ScumbleView *view = &run->view;

  return show_shrunk (run, SCUMBLE_CANVAS_SCREEN, view->w, view->h, error);
}

static gboolean
show_exact (Run *run, GError **error)
{
  ScumbleStudio     *self = run->studio;
  const ScumbleView *view = &run->view;
  ScumbleBoxSink     sink;
  gboolean           ok;

  scumble_box_sink_init (&sink, &view->rect, view->w, view->h);
  ok = paint (run, SCUMBLE_CANVAS_FULL, &view->rect, &sink.sink, error);
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

/* Splits the progress of a painting between what is still to be done. */
static void
plan_progress (Run *run)
{
  const ScumbleStudio *self   = run->studio;
  const double         survey = scumble_easel_survey_seconds (self->easel);
  const double         total  = seconds_for (self, pixels_of (self->host->content));

  if (scumble_easel_has_model (self->easel, &run->order->settings) &&
      scumble_easel_surveyed (self->easel, SCUMBLE_CANVAS_FULL))
    run->part = 1.0;
  else
    run->part = total > 0.0 ? survey / total : 0.5;
}

static gboolean
paint_all (Run *run, GError **error)
{
  ScumbleStudio    *self   = run->studio;
  ScumbleSource    *source = self->host->content;
  const ScumbleRect area   = { 0, 0, source->width, source->height };

  if (!need_model (run, error) || !need_styles (run, error) ||
      !scumble_easel_survey (self->easel, SCUMBLE_CANVAS_FULL, &run->job, error))
    return FALSE;

  scumble_easel_clear (self->easel);
  run->done = run->part < 1.0 ? run->part : 0.0;
  run->part = 1.0 - run->done;
  if (!paint (run, SCUMBLE_CANVAS_FULL, &area, self->host->sink, error))
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

  return (order->kind == SCUMBLE_ORDER_PREVIEW || order->kind == SCUMBLE_ORDER_PAINT) &&
         order->styles->len > 0 &&
         scumble_easel_has_model (run->studio->easel, &order->settings);
}

/* Between two tiles of the survey: the latest wishes, as a draft. A fault will come up
 * again when the survey is done and the order itself has its turn. */
static void
serve_meanwhile (Run *run)
{
  const ScumbleOrder *order = scumble_task_renew (run->task, survey_serves, run);

  if (order == NULL)
    return;

  take_order (run, order);
  if (order->kind == SCUMBLE_ORDER_PAINT)
    {
      plan_progress (run);
      return;
    }

  run->surveying = FALSE;
  if (need_before (run, NULL) && need_styles (run, NULL))
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
  if (!need_before (run, error) || !need_styles (run, error))
    return FALSE;

  return too_long (run->studio, &run->view) ? show_screen (run, error)
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
  if (!need_model (run, error) || !need_styles (run, error))
    return FALSE;

  if (scumble_easel_surveyed (self->easel, SCUMBLE_CANVAS_FULL) &&
      seconds_for (self, pixels) < INSTANT)
    return show_exact (run, error) && show_draft (run, error);

  if (!show_draft (run, error))
    return FALSE;
  if (!too_long (self, view) && !need_content (run, error))
    return FALSE;

  return finish (run, error);
}

/* While a style learns, another part of the picture may be looked at. */
static gboolean
note_view (gconstpointer data, gpointer user_data)
{
  const ScumbleOrder *order = data;
  Run                *run   = user_data;

  if (order->kind != SCUMBLE_ORDER_PREVIEW || order->look != run->order->look)
    return FALSE;

  run->view  = order->view;
  run->moved = TRUE;
  return TRUE;
}

/* From afar a draft tells enough of a style that learns, where there is one. */
static gboolean
is_near (const Run *run)
{
  const ScumbleView *view = &run->view;

  return view->w == view->rect.w ||
         (double) view->rect.w * view->rect.h < pixels_of (run->studio->host->content);
}

/* The view in the style that was tried last. A fault will come up again when all has been
 * learned. */
static void
look_closely (Run *run)
{
  const gint64 begun = g_get_monotonic_time ();

  run->near = run->near || is_near (run);
  if (run->near && !too_long (run->studio, &run->view) && need_before (run, NULL))
    show_exact (run, NULL);

  run->moved   = FALSE;
  run->looked  = g_get_monotonic_time ();
  run->looking = run->looked - begun;
}

/* How the picture looks in a style as it is now. */
static void
look (Run *run, guint style, const ScumbleAdapting *adapting)
{
  const gint64 begun = g_get_monotonic_time ();

  scumble_easel_try (run->studio->easel, style, scumble_adapting_style (adapting));
  show_draft (run, NULL);
  look_closely (run);
  run->look_at = run->looked + MAX (LOOK_MS * G_GINT64_CONSTANT (1000),
                                    LOOK_RARELY * (run->looked - begun));
}

/* Where a learning style has come to, and now and then how it looks. Where the user goes
 * meanwhile is shown sooner, but half of the time is for learning. */
static void
told (guint style, const ScumbleAdapting *adapting, gpointer user_data)
{
  Run                *run     = user_data;
  const gint64        now     = g_get_monotonic_time ();
  const int           updates = run->order->settings.updates;
  const ScumbleLesson lesson  = { (int) style * updates + adapting->update,
                                  (int) run->order->styles->len * updates,
                                  adapting->loss };

  answer (run, (ScumbleAnswer) { .lesson = lesson });
  if (scumble_task_note (run->task, note_view, run))
    need_before (run, NULL);
  if (now >= run->look_at)
    look (run, style, adapting);
  else if (run->moved && now >= run->looked + run->looking)
    look_closely (run);
}

static gboolean
learn (Run *run, GError **error)
{
  gboolean ok;

  /* Surveyed first, the picture can be looked at closely meanwhile. */
  if (!need_model (run, error) || !need_before (run, error) || !need_styles (run, error) ||
      !scumble_easel_survey (run->studio->easel, SCUMBLE_CANVAS_FULL, &run->job, error))
    return FALSE;

  run->looked  = g_get_monotonic_time ();
  run->look_at = run->looked + LOOK_MS * G_GINT64_CONSTANT (1000);
  scumble_task_hold (run->task, TRUE);
  ok = scumble_easel_learn (run->studio->easel, run->order, told, run, &run->job, error);
  scumble_task_hold (run->task, FALSE);

  return ok && preview (run, error);
}

static gboolean
save (Run *run, GError **error)
{
  ScumbleEasel            *easel  = run->studio->easel;
  const ScumbleOrder      *order  = run->order;
  g_autoptr (ScumbleStyle) mixed  = NULL;
  g_autofree char         *folder = g_path_get_dirname (order->path);

  if (!need_model (run, error) || !need_styles (run, error))
    return FALSE;

  mixed = scumble_blend_mix (order, scumble_easel_styles (easel), error);
  /* Where there is no folder, saving says so. */
  g_mkdir_with_parents (folder, 0700);
  if (mixed == NULL || !scumble_style_save (mixed, order->path, order->title, error))
    return FALSE;

  answer (run, (ScumbleAnswer) { .saved = g_strdup (order->path) });
  return TRUE;
}

static gboolean
fill (Run *run, GError **error)
{
  switch (run->order->kind)
    {
    case SCUMBLE_ORDER_PREVIEW:
      return preview (run, error);
    case SCUMBLE_ORDER_SAMPLES:
      scumble_sampler_run (run->studio->easel, run->order, run->task, &run->job);
      return TRUE;
    case SCUMBLE_ORDER_LEARN:
      return learn (run, error);
    case SCUMBLE_ORDER_SAVE:
      return save (run, error);
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
  Run     run   = { .studio = self, .task = task, .part = 1.0 };

  take_order (&run, order);
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
    answer (&run, (ScumbleAnswer) { .error = error });
}
