/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "arena.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ScumbleProgress:
 * @fraction: how much of the running call is done, 0..1, never falling
 *
 * Called on the thread that called the engine, between tiles.
 */
typedef void (*ScumbleProgress) (double fraction, gpointer user_data);

/**
 * ScumbleKept:
 * @SCUMBLE_KEPT_FLOATS: as float32
 * @SCUMBLE_KEPT_HALVES: as float16, half the memory
 * @SCUMBLE_KEPT_NOT: not at all; what is needed of it is computed again
 *
 * How a content's feature plane is kept between the survey and the painting.
 */
typedef enum
{
  SCUMBLE_KEPT_FLOATS,
  SCUMBLE_KEPT_HALVES,
  SCUMBLE_KEPT_NOT,
} ScumbleKept;

/**
 * ScumbleRehearsal:
 * @look: what the content will be painted with; styles that are not there yet are %NULL
 * @work: multiply-adds so far, as the networks' definitions count them
 * @prepare: likewise those that painting begins with, whatever the rectangle
 * @tile: edge in pixels of the tiles last decided on
 * @kept: how feature planes are kept, the most sparing of all
 *
 * What a call would do.
 */
typedef struct
{
  const struct _ScumbleLook *look;
  double                     work;
  double                     prepare;
  int                        tile;
  ScumbleKept                kept;
} ScumbleRehearsal;

/**
 * ScumbleJob:
 * @arena: (transfer none): working memory; every content surveyed with it keeps its
 *   feature plane there, so it must outlive them
 * @threads: how many threads to compute with, at least 1
 * @tile: edge of the largest tile in pixels, or 0 for what serves best. Where @arena has no room
 *   for it, tiles are smaller. Results do not depend on it beyond rounding
 * @cancellable: (nullable): looked at between tiles and layers
 * @progress: (nullable): told how far a call is
 * @progress_data: for @progress
 * @rehearsal: (nullable): for scumble_model_plan(): the call takes its memory from @arena as
 *   ever but touches none of it, reads no picture, and notes here what it would have done
 *
 * What an engine call may use, and whom it tells. One job serves one thread at a time.
 */
typedef struct
{
  ScumbleArena   *arena;
  int             threads;
  int             tile;
  GCancellable   *cancellable;
  ScumbleProgress progress;
  gpointer        progress_data;

  ScumbleRehearsal *rehearsal;
} ScumbleJob;

/**
 * ScumbleStage:
 *
 * A part of a job's progress; see scumble_job_stage().
 */
typedef struct
{
  const ScumbleJob *job;
  double            from;
  double            to;
} ScumbleStage;

/**
 * scumble_job_go_on:
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_CANCELLED once the job's cancellable is triggered
 */
gboolean scumble_job_go_on  (const ScumbleJob *job, GError **error);
void     scumble_job_report (const ScumbleJob *job, double fraction);

/**
 * scumble_job_stage:
 * @stage: (out caller-allocates): must outlive the returned job
 * @from: what is done of @job when the stage begins, 0..1
 * @to: what is done when it ends
 *
 * Returns: a job like @job for one stage of a call that has several: what it reports as
 *   0..1 is told as @from..@to
 */
ScumbleJob scumble_job_stage (ScumbleStage *stage, const ScumbleJob *job, double from,
                              double to);

G_END_DECLS
