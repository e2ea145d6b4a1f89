/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ScumbleWorker:
 *
 * One thread that works on one order at a time, the latest one. Orders go in and answers
 * come out by value; the two threads share nothing else.
 *
 * | what                         | thread                          |
 * |------------------------------|---------------------------------|
 * | scumble_worker_new, _submit, | the main thread                 |
 * | _stop, _busy, _free          |                                 |
 * | @run, scumble_task_*         | the worker                      |
 * | @answer, @idle, both frees   | the main thread, from main loop |
 */
typedef struct _ScumbleWorker ScumbleWorker;

/**
 * ScumbleTask:
 *
 * An order in work, as its @run sees it.
 */
typedef struct _ScumbleTask ScumbleTask;

/**
 * ScumbleWorkerVTable:
 * @run: works on an order until done or cancelled
 * @answer: takes an answer, unless a newer order has made it stale
 * @idle: the latest order is finished
 */
typedef struct
{
  void         (* run)    (gpointer order, ScumbleTask *task, gpointer user_data);
  void         (* answer) (gconstpointer answer, gpointer user_data);
  void         (* idle)   (gpointer user_data);
  GDestroyNotify order_free;
  GDestroyNotify answer_free;
} ScumbleWorkerVTable;

/**
 * ScumbleWorkerHaste:
 * @SCUMBLE_WORKER_PATIENT: an order in work may give its first answer, if that comes
 * soon, so that a slider being dragged shows something on its way
 * @SCUMBLE_WORKER_AT_ONCE: whatever was asked before is of no interest any more
 */
typedef enum
{
  SCUMBLE_WORKER_PATIENT,
  SCUMBLE_WORKER_AT_ONCE,
} ScumbleWorkerHaste;

ScumbleWorker *scumble_worker_new      (const ScumbleWorkerVTable *vtable,
                                        gpointer user_data);

/**
 * scumble_worker_free:
 *
 * Cancels and waits for the thread. Nothing is answered any more.
 */
void           scumble_worker_free     (ScumbleWorker *self);

/**
 * scumble_worker_submit:
 * @order: (transfer full): takes the place of every earlier order
 */
void           scumble_worker_submit   (ScumbleWorker *self, gpointer order,
                                        ScumbleWorkerHaste haste);

/**
 * scumble_worker_stop:
 *
 * Cancels the order in work and the waiting one. Their last answers still arrive.
 */
void           scumble_worker_stop     (ScumbleWorker *self);

/**
 * scumble_worker_progress:
 *
 * Returns: the last scumble_task_report(), 0..1
 */
double         scumble_worker_progress (const ScumbleWorker *self);

/**
 * scumble_task_answer:
 * @answer: (transfer full): for the main thread; its memory is never touched here again
 */
void           scumble_task_answer      (ScumbleTask *task, gpointer answer);
void           scumble_task_report      (ScumbleTask *task, double fraction);
GCancellable  *scumble_task_cancellable (ScumbleTask *task);

/**
 * scumble_task_hold:
 * @hold: whether newer orders leave this task alone
 *
 * For long work that newer orders are likely to need as well, or that must not be lost.
 * While it lasts, scumble_task_renew() or scumble_task_note() has to be called often.
 */
void           scumble_task_hold        (ScumbleTask *task, gboolean hold);

/**
 * ScumbleTaskServes:
 *
 * Returns: whether the work in progress is of use to @order. Called under a lock.
 */
typedef gboolean (* ScumbleTaskServes) (gconstpointer order, gconstpointer user_data);

/**
 * scumble_task_renew:
 *
 * Takes on the order that is waiting, in place of the task's own, if the work in progress
 * serves it too; if not, the task is cancelled.
 *
 * Returns: (transfer none) (nullable): the task's new order; %NULL if there is none, and
 *   the old one stays
 */
gpointer       scumble_task_renew       (ScumbleTask *task, ScumbleTaskServes serves,
                                         gconstpointer user_data);

/**
 * ScumbleTaskNotes:
 *
 * Called under a lock.
 *
 * Returns: whether all that @order wants has been noted, so that it need not be run
 */
typedef gboolean (* ScumbleTaskNotes) (gconstpointer order, gpointer user_data);

/**
 * scumble_task_note:
 *
 * Takes note of the order that is waiting beside the task's own, which goes on. What the
 * task answers from then on is an answer to both.
 *
 * Returns: whether there was an order, and it has been noted; if not, it goes on waiting
 */
gboolean       scumble_task_note        (ScumbleTask *task, ScumbleTaskNotes notes,
                                         gpointer user_data);

G_END_DECLS
