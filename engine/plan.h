/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/**
 * ScumbleDemand:
 * @width: of the content, in pixels
 * @height: of the content
 * @has_alpha: as its source has it
 * @look: (nullable): what it is painted with; %NULL for one style everywhere, in full. Masks
 *   are not read. A style may be %NULL, for the style picture that follows or, without it,
 *   for one as large as its method's cap allows
 * @style_width: of a style picture that is encoded with the same arena, or 0 if the styles
 *   are there already; several are encoded one after the other
 * @style_height: of the style picture; of the largest, if there are several
 * @styling: (nullable): how it is looked at; its content is not read, and may be %NULL
 * @budget: bytes of the arena
 * @threads: of the job
 *
 * Something to paint: encode styles, survey a content, paint the whole of it.
 */
typedef struct
{
  int      width;
  int      height;
  gboolean has_alpha;

  const ScumbleLook *look;

  int                   style_width;
  int                   style_height;
  const ScumbleStyling *styling;

  gsize budget;
  int   threads;
} ScumbleDemand;

/**
 * ScumblePlan:
 * @tile: edge of the tiles that are painted, in pixels
 * @kept: how the content's feature plane is kept; more sparing when the budget asks
 * @peak: bytes of the arena that are taken at most at once; scumble_arena_peak() stays within
 * @held: bytes of them that the content holds until it is freed
 * @encode: multiply-adds of encoding the style pictures
 * @survey: of surveying the content
 * @prepare: of what painting begins with: networks that are measured on the content, or
 *   looking how often SANet's style is used
 * @paint: of painting the picture; masks count as if they were above 0 everywhere
 *
 * What a demand takes, known before it begins. Multiply-adds are those of the networks'
 * definitions, whatever shortcuts the kernels know, tiles' overlaps and what is computed
 * again for want of memory included. Divided by the pace of an earlier job of the same
 * method, they are seconds.
 */
typedef struct
{
  int         tile;
  ScumbleKept kept;
  gsize       peak;
  gsize       held;
  double      encode;
  double      survey;
  double      prepare;
  double      paint;
} ScumblePlan;

/**
 * scumble_model_plan:
 * @plan: (out caller-allocates): receives the plan
 *
 * Rehearses a demand: the calls that it will make decide everything as they will, on an arena
 * of the same budget whose memory is never touched. Takes well under a millisecond, and no
 * picture; any thread may call it.
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY if the demand does not fit its budget
 */
gboolean scumble_model_plan (ScumbleModel *model, const ScumbleDemand *demand,
                             ScumblePlan *plan, GError **error);

/**
 * ScumbleLessonPlan:
 * @peak: bytes of the arena that are taken at most at once, those included that the content
 *   holds meanwhile
 * @work: multiply-adds of all updates
 *
 * What adapting a style takes, known before it begins.
 */
typedef struct
{
  gsize  peak;
  double work;
} ScumbleLessonPlan;

/**
 * scumble_model_plan_lesson:
 * @demand: the content, surveyed beforehand for the demand's look, and how styles are encoded
 * @source: what is learned from, as for scumble_model_adapt(); only its size and alpha count,
 *   as with those in @adaptation
 * @plan: (out caller-allocates): receives the plan
 *
 * Rehearses encoding the demand's styles, surveying its content and adapting one style.
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY, which says how much is needed, if that does not
 *   fit the demand's budget, or with scumble_model_adapt()'s %SCUMBLE_ERROR_ARGUMENT
 */
gboolean scumble_model_plan_lesson (ScumbleModel *model, const ScumbleDemand *demand,
                                    ScumbleSource *source,
                                    const ScumbleAdaptation *adaptation,
                                    ScumbleLessonPlan *plan, GError **error);

G_END_DECLS
