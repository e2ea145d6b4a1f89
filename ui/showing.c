/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "showing.h"
#include "box.h"
#include "painting.h"

/* A draft is small enough to follow a slider. */
enum { DRAFT_EDGE = 320 };

/* Edge of a tile where others wait for its end. */
enum { HELD_TILE = 512 };

/* Seconds that the real thing may take before a shrunken picture stands in for it, where
 * the whole picture is looked at from afar. */
static const double PATIENCE = 8.0;

/* Below this many seconds the real thing comes first, and no draft flashes by. */
static const double INSTANT = 0.25;

static cairo_surface_t *
read_original (ScumbleRun *run, GError **error)
{
  const ScumbleView *view = &run->view;
  g_autofree float  *rgba = g_new (float, (gsize) view->w * (gsize) view->h * 4);

  if (!scumble_easel_read (run->easel, view, rgba, &run->job, error))
    return NULL;

  return scumble_shot_surface (rgba, view->w, view->h);
}

/* It changes with the view and nothing else. */
gboolean
scumble_show_original (ScumbleRun *run, GError **error)
{
  ScumbleOriginal *original = run->original;

  if (original->surface != NULL && scumble_view_equal (&original->view, &run->view))
    return TRUE;

  g_clear_pointer (&original->surface, cairo_surface_destroy);
  original->surface = read_original (run, error);
  original->view    = run->view;
  if (original->surface == NULL)
    return FALSE;

  scumble_run_answer (
    run, (ScumbleAnswer) { .shot = scumble_shot_new (&run->view, original->surface, NULL) });
  return TRUE;
}

/* The whole picture on a canvas of another size. */
static gboolean
paint_shrunk (ScumbleRun *run, ScumbleCanvas canvas, int w, int h, GError **error)
{
  const ScumbleSource *content = run->host->content;
  const ScumbleView    view    = { { 0, 0, content->width, content->height }, w, h };
  const ScumbleRect    area    = { 0, 0, w, h };
  ScumbleEasel        *easel   = run->easel;
  g_autofree float    *rgb     = g_new (float, (gsize) w * (gsize) h * 3);
  ScumbleMemorySink    sink;
  ScumbleShot         *shot;

  scumble_memory_sink_init (&sink, &area, rgb);
  if (!scumble_easel_stretch (easel, canvas, &view, &run->job, error) ||
      !scumble_easel_survey (easel, canvas, run->order, &run->job, error) ||
      !scumble_run_paint (run, canvas, &area, &sink.sink, error))
    return FALSE;

  shot         = scumble_easel_shot (easel, &view, scumble_easel_before (easel, canvas), rgb);
  shot->coarse = TRUE;
  scumble_run_answer (run, (ScumbleAnswer) { .shot  = shot,
                                             .draft = canvas == SCUMBLE_CANVAS_SCREEN });

  return TRUE;
}

/* It is not what the progress is told of. */
static gboolean
show_shrunk (ScumbleRun *run, ScumbleCanvas canvas, int w, int h, GError **error)
{
  const double part = run->part;
  gboolean     ok;

  run->part = 0.0;
  ok        = paint_shrunk (run, canvas, w, h, error);
  run->part = part;

  return ok;
}

gboolean
scumble_show_draft (ScumbleRun *run, GError **error)
{
  const ScumbleSource *content = run->host->content;
  const double scale = (double) DRAFT_EDGE / MAX (content->width, content->height);

  return scale > 0.75 ||
         show_shrunk (run, SCUMBLE_CANVAS_DRAFT, MAX (1, (int) (content->width * scale)),
                      MAX (1, (int) (content->height * scale)), error);
}

/* Stands in for the real thing when that would take too long. */
static gboolean
show_screen (ScumbleRun *run, GError **error)
{
  const ScumbleView screen = scumble_canvas_screen (&run->view, run->order->settings.brush);

  return show_shrunk (run, SCUMBLE_CANVAS_SCREEN, screen.w, screen.h, error);
}

gboolean
scumble_show_exact (ScumbleRun *run, GError **error)
{
  const ScumbleView *view = &run->view;
  ScumbleBoxSink     sink;
  gboolean           ok;

  scumble_box_sink_init (&sink, &view->rect, view->w, view->h);
  ok = scumble_run_paint (run, SCUMBLE_CANVAS_FULL, &view->rect, &sink.sink, error);
  if (ok)
    scumble_run_answer (
      run, (ScumbleAnswer) {
             .shot = scumble_easel_shot (run->easel, view, run->original->surface,
                                         sink.box.sum) });
  scumble_box_clear (&sink.box);

  return ok;
}

static double
shown_pixels (const ScumbleRun *run)
{
  return (double) run->view.rect.w * run->view.rect.h;
}

gboolean
scumble_show_takes_long (const ScumbleRun *run)
{
  const ScumbleView *view   = &run->view;
  const double       pixels = shown_pixels (run);

  return view->w < view->rect.w && pixels >= scumble_run_pixels (run) &&
         scumble_run_seconds (run, pixels) > PATIENCE;
}

/* The survey of the whole picture may take long, and whatever the user changes meanwhile
 * is likely to need it too: it goes on, and the changes show in drafts. Of a large brush they may
 * need a little more. */
static gboolean
need_content (ScumbleRun *run, GError **error)
{
  gboolean ok;

  run->surveying = TRUE;
  run->job.tile  = HELD_TILE;
  scumble_task_hold (run->task, TRUE);
  do
    {
      if (run->order->kind == SCUMBLE_ORDER_PREVIEW)
        scumble_run_plan (run, shown_pixels (run));
      ok = scumble_easel_survey (run->easel, SCUMBLE_CANVAS_FULL, run->order, &run->job, error);
    }
  while (ok && !scumble_easel_surveyed (run->easel, run->order));
  scumble_task_hold (run->task, FALSE);
  run->job.tile  = 0;
  run->surveying = FALSE;

  return ok;
}

/* What is seen for a large brush is seen for some styles, and what for a seamless look for such. */
static gboolean
same_purpose (const ScumbleOrder *a, const ScumbleOrder *b)
{
  g_autofree char *one = scumble_order_coats (a);
  g_autofree char *two = scumble_order_coats (b);

  if (!a->settings.seamless != !b->settings.seamless)
    return FALSE;

  return (a->settings.brush == 1.0 && b->settings.brush == 1.0) || g_str_equal (one, two);
}

/* Whether a survey of the whole picture is of use to another order. */
static gboolean
survey_serves (gconstpointer data, gconstpointer user_data)
{
  const ScumbleOrder *order = data;
  const ScumbleRun   *run   = user_data;

  return (order->kind == SCUMBLE_ORDER_PREVIEW || order->kind == SCUMBLE_ORDER_PAINT) &&
         order->styles->len > 0 && same_purpose (order, run->order) &&
         scumble_easel_has_model (run->easel, &order->settings);
}

/* A fault will come up again when the survey is done and the order itself has its turn. */
void
scumble_show_meanwhile (ScumbleRun *run)
{
  const ScumbleOrder *order = scumble_task_renew (run->task, survey_serves, run);
  const double        part  = run->part;

  if (order == NULL)
    return;

  scumble_run_take_order (run, order);
  if (order->kind == SCUMBLE_ORDER_PAINT)
    {
      scumble_run_plan (run, scumble_run_pixels (run));
      return;
    }

  run->surveying = FALSE;
  run->part      = 0.0;
  if (scumble_show_original (run, NULL) && scumble_run_need_styles (run, NULL))
    scumble_show_draft (run, NULL);
  run->part      = part;
  run->surveying = TRUE;
}

/* By now the order may be another one. */
static gboolean
finish (ScumbleRun *run, GError **error)
{
  if (run->order->kind == SCUMBLE_ORDER_PAINT)
    return scumble_painting_run (run, error);
  if (!scumble_show_original (run, error) || !scumble_run_need_styles (run, error))
    return FALSE;

  scumble_run_go_on (run);
  return scumble_show_takes_long (run) ? show_screen (run, error)
                                       : scumble_show_exact (run, error);
}

static gboolean
is_instant (const ScumbleRun *run)
{
  const ScumbleRect *rect = &run->view.rect;

  return scumble_easel_is_painted (run->easel, run->order, rect, &run->job) ||
         (scumble_easel_surveyed (run->easel, run->order) &&
          scumble_run_seconds (run, (double) rect->w * rect->h) < INSTANT);
}

gboolean
scumble_show_preview (ScumbleRun *run, GError **error)
{
  if (!scumble_show_original (run, error))
    return FALSE;
  if (run->order->styles->len == 0)
    return TRUE;
  if (!scumble_run_need_model (run, error) || !scumble_run_need_styles (run, error))
    return FALSE;

  if (is_instant (run))
    return scumble_show_exact (run, error) && scumble_show_draft (run, error);

  if (!scumble_show_draft (run, error))
    return FALSE;
  if (!scumble_show_takes_long (run) && !need_content (run, error))
    return FALSE;

  return finish (run, error);
}
