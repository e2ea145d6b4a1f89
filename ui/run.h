/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One order in work, as the studio's rooms share it. */
#pragma once

#include "easel.h"
#include "worker.h"

G_BEGIN_DECLS

/**
 * ScumbleOriginal:
 * @view: what is to be seen
 * @surface: (nullable): how it looks
 *
 * The original as the preview showed it last.
 */
typedef struct
{
  ScumbleView      view;
  cairo_surface_t *surface;
} ScumbleOriginal;

/**
 * ScumbleRun:
 * @host: whose picture it is
 * @easel: the studio's
 * @original: the studio's
 * @order: to fill; while the content is surveyed, another may take its place
 * @view: the order's, or one that the user has gone to since
 * @task: the order's, to the worker
 * @job: for all calls of the engine
 * @done: the part of the order before the call in progress, 0..1
 * @part: the part of the order that the call makes up; 0 for what is not the real thing, or
 *   soon done, and so is not told of
 * @surveying: the call in progress is the survey of the whole content
 *
 * Belongs to the worker. All functions that can fail return %FALSE with the engine's error.
 */
typedef struct
{
  ScumbleHost        *host;
  ScumbleEasel       *easel;
  ScumbleOriginal    *original;
  const ScumbleOrder *order;
  ScumbleView         view;
  ScumbleTask        *task;
  ScumbleJob          job;
  double              done;
  double              part;
  gboolean            surveying;
} ScumbleRun;

void     scumble_run_take_order  (ScumbleRun *run, const ScumbleOrder *order);

/**
 * scumble_run_answer:
 * @values: what there is to say; kind, look, updates, whether the result is dull, and what is
 *   to be expected of painting and learning are filled in
 */
void     scumble_run_answer      (ScumbleRun *run, ScumbleAnswer values);
gboolean scumble_run_need_model  (ScumbleRun *run, GError **error);
gboolean scumble_run_need_styles (ScumbleRun *run, GError **error);

/**
 * scumble_run_paint:
 * @area: a part of @canvas, which has been surveyed
 */
gboolean scumble_run_paint       (ScumbleRun *run, ScumbleCanvas canvas,
                                  const ScumbleRect *area, ScumbleSink *sink,
                                  GError **error);

/**
 * scumble_run_pixels:
 *
 * Returns: how many pixels the content has
 */
double   scumble_run_pixels      (const ScumbleRun *run);

/**
 * scumble_run_seconds:
 * @pixels: of the content
 *
 * Returns: what painting so many takes about, with all that is still missing for it; 0 if
 *   unknown
 */
double   scumble_run_seconds     (const ScumbleRun *run, double pixels);

/**
 * scumble_run_plan:
 * @pixels: of the content, that are to be painted
 *
 * Splits the progress of an order between what is still to be seen of the content and painting,
 * and begins with the one, if there is any.
 */
void     scumble_run_plan        (ScumbleRun *run, double pixels);

/**
 * scumble_run_go_on:
 *
 * Goes on with painting, all being seen.
 */
void     scumble_run_go_on       (ScumbleRun *run);

G_END_DECLS
