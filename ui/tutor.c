/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tutor.h"
#include "showing.h"

/* How long a style learns at least before it is looked at again, and how many times as
 * long as looking took. */
enum { LOOK_MS = 2000, LOOK_RARELY = 4 };

typedef struct
{
  ScumbleRun *run;
  gboolean    moved;   /* the view is another one since the picture was painted */
  gboolean    near;    /* a view for which a draft is not enough was asked for */
  gint64      looked;  /* when the learning style was painted with last */
  gint64      looking; /* how long that took, microseconds both */
  gint64      look_at; /* when the style is to be looked at again */
} Tutor;

/* While a style learns, another part of the picture may be looked at. */
static gboolean
note_view (gconstpointer data, gpointer user_data)
{
  const ScumbleOrder *order = data;
  Tutor              *self  = user_data;

  if (order->kind != SCUMBLE_ORDER_PREVIEW || order->look != self->run->order->look)
    return FALSE;

  self->run->view = order->view;
  self->moved     = TRUE;
  return TRUE;
}

/* From afar a draft tells enough of a style that learns, where there is one. */
static gboolean
is_near (const ScumbleRun *run)
{
  const ScumbleView *view = &run->view;

  return view->w == view->rect.w ||
         (double) view->rect.w * view->rect.h < scumble_run_pixels (run);
}

/* The view in the style that was tried last. A fault will come up again when all has been
 * learned. */
static void
look_closely (Tutor *self)
{
  ScumbleRun  *run   = self->run;
  const gint64 begun = g_get_monotonic_time ();

  self->near = self->near || is_near (run);
  if (self->near && !scumble_show_takes_long (run) && scumble_show_original (run, NULL))
    scumble_show_exact (run, NULL);

  self->moved   = FALSE;
  self->looked  = g_get_monotonic_time ();
  self->looking = self->looked - begun;
}

/* How the picture looks in a style as it is now. */
static void
look (Tutor *self, guint style, const ScumbleAdapting *adapting)
{
  const gint64 begun = g_get_monotonic_time ();

  scumble_easel_try (self->run->easel, style, scumble_adapting_style (adapting));
  scumble_show_draft (self->run, NULL);
  look_closely (self);
  self->look_at = self->looked + MAX (LOOK_MS * G_GINT64_CONSTANT (1000),
                                      LOOK_RARELY * (self->looked - begun));
}

/* Where a learning style has come to, and now and then how it looks. Where the user goes
 * meanwhile is shown sooner, but half of the time is for learning. */
static void
told (guint style, const ScumbleAdapting *adapting, gpointer user_data)
{
  Tutor              *self    = user_data;
  ScumbleRun         *run     = self->run;
  const gint64        now     = g_get_monotonic_time ();
  const int           updates = run->order->settings.updates;
  const ScumbleLesson lesson  = { (int) style * updates + adapting->update,
                                  (int) run->order->styles->len * updates,
                                  adapting->loss };

  scumble_run_answer (run, (ScumbleAnswer) { .lesson = lesson });
  if (scumble_task_note (run->task, note_view, self))
    scumble_show_original (run, NULL);
  if (now >= self->look_at)
    look (self, style, adapting);
  else if (self->moved && now >= self->looked + self->looking)
    look_closely (self);
}

gboolean
scumble_tutor_run (ScumbleRun *run, GError **error)
{
  Tutor    self = { .run = run };
  gboolean ok;

  /* Surveyed first, the picture can be looked at closely meanwhile. */
  if (!scumble_run_need_model (run, error) || !scumble_show_original (run, error) ||
      !scumble_run_need_styles (run, error) ||
      !scumble_easel_plan_lesson (run->easel, run->order, &run->job, error) ||
      !scumble_easel_survey (run->easel, SCUMBLE_CANVAS_FULL, run->order, &run->job, error))
    return FALSE;

  self.looked  = g_get_monotonic_time ();
  self.look_at = self.looked + LOOK_MS * G_GINT64_CONSTANT (1000);
  scumble_task_hold (run->task, TRUE);
  ok = scumble_easel_learn (run->easel, run->order, told, &self, &run->job, error);
  scumble_task_hold (run->task, FALSE);

  return ok && scumble_show_preview (run, error);
}
