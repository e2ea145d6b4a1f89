/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "foot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

enum { SHOW_BUSY_MS = 200, POLL_MS = 100 };

/* What is done sooner need not be told how far it is. */
static const double SHOW_PART = 1.0; /* seconds */

struct _ScumbleFoot
{
  GtkStack             parent_instance;

  gboolean             draft;    /* the preview is not the real thing, nor will it be */
  gboolean             dull;     /* the painting lacks what the layer has beyond sRGB */
  double               seconds;  /* what the painting will take, or 0 */
  gsize                memory;   /* likewise, bytes */
  double               learning; /* what learning the styles will take, or 0 */
  gsize                learning_memory;

  const ScumbleWorker *worker;    /* while it paints or refines */
  int                  first;     /* the update that was the first to be told of, or 0 */
  gint64               begun;     /* when it was told of, or the work began, microseconds */
  guint                poll;      /* timeout source, or 0 */
  guint                show_busy; /* likewise */

  GtkWidget           *status_page;
  GtkLabel            *status;
  GtkSpinner          *spinner;
  GtkProgressBar      *progress_bar;
};

G_DEFINE_TYPE (ScumbleFoot, scumble_foot, GTK_TYPE_STACK)

/* Returns: (transfer full): such as is put into the sentences below */
static char *
duration (double seconds)
{
  const int whole   = MAX (1, (int) round (seconds));
  const int minutes = (int) round (seconds / 60.0);

  if (whole < 90)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "about %d second",
                                         "about %d seconds", (gulong) whole), whole);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "about %d minute",
                                       "about %d minutes", (gulong) minutes), minutes);
}

static char *
painting_takes (const ScumbleFoot *self)
{
  g_autofree char *time   = duration (self->seconds);
  g_autofree char *memory = g_format_size (self->memory);

  if (self->draft)
    return g_strdup_printf (
        _("Painting takes %s. A quick preview: zoom to 100 %% to see the "
           "real strokes."),
        time);
  if (self->memory == 0)
    return g_strdup_printf (_("Painting takes %s."), time);

  return g_strdup_printf (_("Painting takes %s and %s of memory."), time, memory);
}

static char *
quiet_status (const ScumbleFoot *self, gboolean has_style)
{
  g_autofree char *painting = painting_takes (self);
  g_autofree char *time     = duration (self->learning);
  g_autofree char *memory   = g_format_size (self->learning_memory);

  if (!has_style)
    return g_strdup (_("Choose a style to see the result."));
  if (self->seconds <= 0.0)
    return g_strdup ("");
  if (self->learning <= 0.0)
    return g_steal_pointer (&painting);
  /* Two sentences about painting leave no room for memory. */
  if (self->draft)
    /* TRANSLATORS: "about 20 seconds", and a sentence: "Painting takes about 2 seconds." */
    return g_strdup_printf (_("Learning takes %s. %s"), time, painting);

  /* TRANSLATORS: "about 20 seconds", "120 MB", and a sentence: "Painting takes about 2 seconds." */
  return g_strdup_printf (_("Learning takes %s and %s of memory. %s"), time, memory, painting);
}

static void
settle (ScumbleFoot *self, GtkWidget *page)
{
  g_clear_handle_id (&self->show_busy, g_source_remove);
  g_clear_handle_id (&self->poll, g_source_remove);
  gtk_spinner_stop (self->spinner);
  gtk_stack_set_visible_child (GTK_STACK (self), page);
}

/* A progress bar tells a screen reader no words of its own. */
static void
say (ScumbleFoot *self, const char *text)
{
  gtk_progress_bar_set_text (self->progress_bar, text);
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (self->progress_bar)),
                              text);
}

static char *
learning_left (double seconds)
{
  g_autofree char *left = duration (seconds);

  return seconds <= 0.0 ? g_strdup (_("Learning…"))
                        : g_strdup_printf (_("Learning… %s left"), left);
}

/* What happened before the first update was told of is not like what follows. */
static void
take_lesson (ScumbleFoot *self, const ScumbleLesson *lesson)
{
  const gint64     now  = g_get_monotonic_time ();
  g_autofree char *text = NULL;

  if (self->first == 0)
    {
      self->first = lesson->update;
      self->begun = now;
    }
  gtk_progress_bar_set_fraction (self->progress_bar,
                                 (double) lesson->update / lesson->updates);
  if (now - self->begun < G_USEC_PER_SEC)
    return;

  text = learning_left ((double) (now - self->begun) / G_USEC_PER_SEC *
                        (lesson->updates - lesson->update) / (lesson->update - self->first));
  say (self, text);
}

void
scumble_foot_take (ScumbleFoot *self, const ScumbleAnswer *answer)
{
  self->draft = answer->draft;
  self->dull  = answer->dull;
  if (answer->seconds > 0.0)
    {
      self->seconds         = answer->seconds;
      self->memory          = answer->memory;
      self->learning        = answer->learning;
      self->learning_memory = answer->learning_memory;
    }
  if (answer->lesson.update > 0)
    take_lesson (self, &answer->lesson);
}

/* Returns: (transfer full): the quiet status, and what the painting lacks */
static char *
full_status (const ScumbleFoot *self, gboolean has_style)
{
  g_autofree char *status = quiet_status (self, has_style);

  if (!self->dull || !has_style || self->seconds <= 0.0)
    return g_steal_pointer (&status);

  /* TRANSLATORS: a sentence: "Painting takes about 2 seconds." */
  return g_strdup_printf (_("%s It loses what is beyond white or sRGB; less strength, or Keep "
                            "colours, gives that back."), status);
}

void
scumble_foot_rest (ScumbleFoot *self, gboolean has_style)
{
  g_autofree char *text = full_status (self, has_style);

  settle (self, self->status_page);
  gtk_label_set_text (self->status, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status), text);
}

static double
seconds_spent (const ScumbleFoot *self)
{
  return (g_get_monotonic_time () - self->begun) / 1e6;
}

static gboolean
poll_refining (gpointer data)
{
  ScumbleFoot     *self    = data;
  const double     percent = 100.0 * scumble_worker_progress (self->worker);
  g_autofree char *text    =
    percent >= 1.0 && seconds_spent (self) > SHOW_PART
      ? g_strdup_printf (_("Refining the preview… %.0f %%"), percent)
      : g_strdup (_("Refining the preview…"));

  gtk_label_set_text (self->status, text);

  return G_SOURCE_CONTINUE;
}

static gboolean
show_busy (gpointer data)
{
  ScumbleFoot *self = data;

  self->show_busy = 0;
  gtk_spinner_start (self->spinner);
  poll_refining (self);
  self->poll = g_timeout_add (POLL_MS, poll_refining, self);

  return G_SOURCE_REMOVE;
}

void
scumble_foot_refine (ScumbleFoot *self, const ScumbleWorker *worker)
{
  if (self->show_busy != 0 || self->poll != 0)
    return;

  self->worker    = worker;
  self->begun     = g_get_monotonic_time ();
  self->show_busy = g_timeout_add (SHOW_BUSY_MS, show_busy, self);
}

static gboolean
poll_progress (gpointer data)
{
  ScumbleFoot     *self     = data;
  const double     fraction = scumble_worker_progress (self->worker);
  const double     spent    = seconds_spent (self);
  g_autofree char *left     = NULL;
  g_autofree char *text     = NULL;

  gtk_progress_bar_set_fraction (self->progress_bar, fraction);
  if (fraction > 0.05 && spent > 1.0)
    {
      left = duration (spent / fraction - spent);
      text = g_strdup_printf (_("Painting… %s left"), left);
      say (self, text);
    }

  return G_SOURCE_CONTINUE;
}

static void
begin (ScumbleFoot *self, const char *text, const char *name)
{
  settle (self, GTK_WIDGET (self->progress_bar));
  gtk_progress_bar_set_fraction (self->progress_bar, 0.0);
  say (self, text);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->progress_bar)), name);
}

void
scumble_foot_learn (ScumbleFoot *self)
{
  g_autofree char *text = learning_left (self->learning);

  begin (self, text, _("Progress of learning"));
  self->first = 0;
}

void
scumble_foot_paint (ScumbleFoot *self, const ScumbleWorker *worker)
{
  begin (self, _("Painting…"), _("Progress of the painting"));

  self->worker = worker;
  self->begun  = g_get_monotonic_time ();
  self->poll   = g_timeout_add (POLL_MS, poll_progress, self);
}

static void
scumble_foot_dispose (GObject *object)
{
  ScumbleFoot *self = SCUMBLE_FOOT (object);

  g_clear_handle_id (&self->show_busy, g_source_remove);
  g_clear_handle_id (&self->poll, g_source_remove);

  G_OBJECT_CLASS (scumble_foot_parent_class)->dispose (object);
}

static void
scumble_foot_class_init (ScumbleFootClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = scumble_foot_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/foot.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleFoot, status_page);
  gtk_widget_class_bind_template_child (widget_class, ScumbleFoot, status);
  gtk_widget_class_bind_template_child (widget_class, ScumbleFoot, spinner);
  gtk_widget_class_bind_template_child (widget_class, ScumbleFoot, progress_bar);
}

static void
scumble_foot_init (ScumbleFoot *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
