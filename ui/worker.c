/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker.h"

enum { PATIENCE_MS = 250 };

struct _ScumbleTask
{
  ScumbleWorker *worker;
  gpointer       order;
  guint          serial;
  GCancellable  *cancellable;
};

struct _ScumbleWorker
{
  ScumbleWorkerVTable vtable;
  gpointer            user_data;
  GThread            *thread;
  int                 per_mille; /* atomic */

  /* Main thread only. */
  guint               serial;   /* of the latest order */
  guint               barrier;  /* answers to earlier orders are stale */
  guint               patience; /* timeout source, or 0 */

  /* Under the lock. */
  GMutex              lock;
  GCond               woken;
  ScumbleTask        *waiting;
  ScumbleTask        *running;
  GQueue              outbox;
  gboolean            answered; /* the running task has answered */
  gboolean            held;     /* newer orders leave the running task alone */
  gboolean            quit;
};

/* On its way from the worker to the main thread: an answer, or a task that is done. */
typedef struct
{
  guint        serial;
  gpointer     answer;
  ScumbleTask *done;
} Message;

static void
worker_clear (gpointer data)
{
  ScumbleWorker *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->woken);
}

static void
worker_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, worker_clear);
}

static void
task_free (ScumbleTask *task)
{
  if (task == NULL)
    return;

  task->worker->vtable.order_free (task->order);
  g_object_unref (task->cancellable);
  g_free (task);
}

static void
message_free (ScumbleWorker *self, Message *message)
{
  if (message->answer != NULL)
    self->vtable.answer_free (message->answer);
  task_free (message->done);
  g_free (message);
}

static Message *
next_message (ScumbleWorker *self)
{
  Message *message;

  g_mutex_lock (&self->lock);
  message = g_queue_pop_head (&self->outbox);
  g_mutex_unlock (&self->lock);

  return message;
}

static void
take (ScumbleWorker *self, const Message *message)
{
  if (message->answer != NULL)
    {
      if (message->serial >= self->barrier)
        self->vtable.answer (message->answer, self->user_data);
      return;
    }

  if (message->serial == self->serial)
    self->vtable.idle (self->user_data);
}

static gboolean
deliver (gpointer data)
{
  ScumbleWorker *self    = data;
  Message       *message = next_message (self);

  if (message != NULL)
    {
      take (self, message);
      message_free (self, message);
    }

  return G_SOURCE_REMOVE;
}

static void
post (ScumbleTask *task, gpointer answer, ScumbleTask *done)
{
  ScumbleWorker *self    = task->worker;
  Message       *message = g_new (Message, 1);

  *message = (Message) { task->serial, answer, done };

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->outbox, message);
  g_mutex_unlock (&self->lock);

  g_idle_add_full (G_PRIORITY_DEFAULT, deliver, g_atomic_rc_box_acquire (self),
                   worker_unref);
}

void
scumble_task_answer (ScumbleTask *task, gpointer answer)
{
  ScumbleWorker *self = task->worker;

  post (task, answer, NULL);

  g_mutex_lock (&self->lock);
  self->answered = TRUE;
  if (self->waiting != NULL && !self->held)
    g_cancellable_cancel (task->cancellable);
  g_mutex_unlock (&self->lock);
}

void
scumble_task_report (ScumbleTask *task, double fraction)
{
  g_atomic_int_set (&task->worker->per_mille, (int) (fraction * 1000.0));
}

GCancellable *
scumble_task_cancellable (ScumbleTask *task)
{
  return task->cancellable;
}

void
scumble_task_hold (ScumbleTask *task, gboolean hold)
{
  ScumbleWorker *self = task->worker;

  g_mutex_lock (&self->lock);
  self->held = hold;
  if (self->waiting != NULL && !hold)
    g_cancellable_cancel (task->cancellable);
  g_mutex_unlock (&self->lock);
}

/* Two tasks change their orders, so that the one in work has the newer. */
static void
swap_orders (ScumbleTask *task, ScumbleTask *other)
{
  const ScumbleTask old = *task;

  task->order   = other->order;
  task->serial  = other->serial;
  other->order  = old.order;
  other->serial = old.serial;
}

gpointer
scumble_task_renew (ScumbleTask *task, ScumbleTaskServes serves, gconstpointer user_data)
{
  ScumbleWorker *self  = task->worker;
  ScumbleTask   *newer = NULL;

  g_mutex_lock (&self->lock);
  if (self->waiting != NULL && serves (self->waiting->order, user_data))
    newer = g_steal_pointer (&self->waiting);
  else if (self->waiting != NULL)
    g_cancellable_cancel (task->cancellable);
  g_mutex_unlock (&self->lock);

  if (newer == NULL)
    return NULL;

  swap_orders (task, newer);
  post (newer, NULL, newer);

  return task->order;
}

gboolean
scumble_task_note (ScumbleTask *task, ScumbleTaskNotes notes, gpointer user_data)
{
  ScumbleWorker *self  = task->worker;
  ScumbleTask   *newer = NULL;
  guint          serial;

  g_mutex_lock (&self->lock);
  if (self->waiting != NULL && notes (self->waiting->order, user_data))
    newer = g_steal_pointer (&self->waiting);
  g_mutex_unlock (&self->lock);

  if (newer == NULL)
    return FALSE;

  serial        = task->serial;
  task->serial  = newer->serial;
  newer->serial = serial;
  post (newer, NULL, newer);

  return TRUE;
}

static ScumbleTask *
next_task (ScumbleWorker *self)
{
  ScumbleTask *task;

  g_mutex_lock (&self->lock);
  self->running = NULL;
  while (self->waiting == NULL && !self->quit)
    g_cond_wait (&self->woken, &self->lock);

  task           = self->quit ? NULL : g_steal_pointer (&self->waiting);
  self->running  = task;
  self->answered = FALSE;
  self->held     = FALSE;
  g_mutex_unlock (&self->lock);

  return task;
}

static gpointer
work (gpointer data)
{
  ScumbleWorker *self = data;
  ScumbleTask   *task;

  while ((task = next_task (self)) != NULL)
    {
      scumble_task_report (task, 0.0);
      self->vtable.run (task->order, task, self->user_data);

      g_mutex_lock (&self->lock);
      self->running = NULL;
      g_mutex_unlock (&self->lock);
      post (task, NULL, task);
    }

  return NULL;
}

ScumbleWorker *
scumble_worker_new (const ScumbleWorkerVTable *vtable, gpointer user_data)
{
  ScumbleWorker *self = g_atomic_rc_box_new0 (ScumbleWorker);

  self->vtable    = *vtable;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->woken);
  self->thread = g_thread_new ("scumble", work, self);

  return self;
}

static void
cancel_running (ScumbleWorker *self)
{
  if (self->running != NULL)
    g_cancellable_cancel (self->running->cancellable);
}

/* A newer order is there. */
static void
supersede_running (ScumbleWorker *self)
{
  if (!self->held)
    cancel_running (self);
}

static gboolean
lose_patience (gpointer data)
{
  ScumbleWorker *self = data;

  g_mutex_lock (&self->lock);
  if (self->waiting != NULL)
    supersede_running (self);
  g_mutex_unlock (&self->lock);

  self->patience = 0;
  return G_SOURCE_REMOVE;
}

static ScumbleTask *
task_new (ScumbleWorker *self, gpointer order)
{
  ScumbleTask *task = g_new0 (ScumbleTask, 1);

  task->worker      = self;
  task->order       = order;
  task->serial      = ++self->serial;
  task->cancellable = g_cancellable_new ();

  return task;
}

void
scumble_worker_submit (ScumbleWorker *self, gpointer order, ScumbleWorkerHaste haste)
{
  ScumbleTask *task = task_new (self, order);
  ScumbleTask *dropped;

  if (haste == SCUMBLE_WORKER_AT_ONCE)
    self->barrier = self->serial;

  g_mutex_lock (&self->lock);
  dropped       = self->waiting;
  self->waiting = task;
  if (haste == SCUMBLE_WORKER_AT_ONCE || self->answered)
    supersede_running (self);
  g_cond_signal (&self->woken);
  g_mutex_unlock (&self->lock);

  if (self->patience == 0)
    self->patience = g_timeout_add (PATIENCE_MS, lose_patience, self);
  task_free (dropped);
}

void
scumble_worker_stop (ScumbleWorker *self)
{
  g_mutex_lock (&self->lock);
  cancel_running (self);
  if (self->waiting != NULL)
    g_cancellable_cancel (self->waiting->cancellable);
  g_mutex_unlock (&self->lock);
}

double
scumble_worker_progress (const ScumbleWorker *self)
{
  return g_atomic_int_get (&self->per_mille) / 1000.0;
}

void
scumble_worker_free (ScumbleWorker *self)
{
  Message *message;

  if (self == NULL)
    return;

  g_clear_handle_id (&self->patience, g_source_remove);

  g_mutex_lock (&self->lock);
  self->quit = TRUE;
  cancel_running (self);
  g_cond_signal (&self->woken);
  g_mutex_unlock (&self->lock);

  g_thread_join (self->thread);
  while ((message = next_message (self)) != NULL)
    message_free (self, message);
  g_clear_pointer (&self->waiting, task_free);
  worker_unref (self);
}
