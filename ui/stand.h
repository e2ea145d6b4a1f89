/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "canvas.h"

G_BEGIN_DECLS

/**
 * ScumblePurpose:
 * @look: (nullable): what a canvas will be painted with; while it is surveyed, %NULL unless its
 *   brush is larger than one pixel or it is seamless, as only then it makes a difference to what
 *   is seen of the canvas. Its zones matter for a large brush alone
 * @strokes: of the order, while a canvas is surveyed scumble_order_coats(), otherwise
 *   scumble_order_strokes()
 * @styles: (element-type ScumbleStyle): those of the order's ingredients
 * @last: whether the canvas is not to be painted again
 *
 * What a canvas is surveyed or painted for.
 */
typedef struct
{
  const ScumbleLook *look;
  const char        *strokes;
  GPtrArray         *styles;
  gboolean           last;
} ScumblePurpose;

/**
 * ScumbleRecipe:
 * @strokes: (nullable): as in #ScumblePurpose, of which it is a copy; %NULL for none
 * @styles: likewise
 *
 * What decides the networks' strokes.
 */
typedef struct
{
  char      *strokes;
  GPtrArray *styles;
} ScumbleRecipe;

/**
 * ScumbleSeen:
 * @content: (nullable): what the model has seen of a canvas
 *
 * A canvas that has been surveyed, what for, and what has been painted on it.
 */
typedef struct
{
  ScumbleContent *content;

  /*< private >*/
  gboolean        seamless;
  ScumbleRecipe   under;   /* none unless the brush was larger than one pixel */
  ScumbleStrokes *strokes; /* (nullable) */
  ScumbleRecipe   painted; /* what @strokes are */
} ScumbleSeen;

/**
 * ScumbleStand:
 * @model: of the method and the quality
 * @seen: the canvases that the model has seen
 * @plan: of painting the whole content; all 0 if it does not fit
 * @lesson: of letting a style learn; likewise, and if the method does not
 *
 * A model, all that it has seen, and how quick it is. Belongs to the worker.
 */
typedef struct
{
  ScumbleModel     *model;
  ScumbleSeen       seen[SCUMBLE_N_CANVASES];
  ScumblePlan       plan;
  ScumbleLessonPlan lesson;

  /*< private >*/
  const ScumbleHost *host;
  const char        *method;
  const char        *quality;
  double             survey_pace; /* seconds per multiply-add; 0 until measured */
  double             paint_pace;
  double             learn_pace;
} ScumbleStand;

/**
 * scumble_stand_new:
 *
 * Opens the model of the settings' method and quality.
 *
 * Returns: (transfer full) (nullable): the stand; %NULL with the engine's error
 */
ScumbleStand *scumble_stand_new    (const ScumbleHost *host,
                                    const ScumbleSettings *settings, GError **error);
void          scumble_stand_free   (ScumbleStand *self);

/**
 * scumble_stand_serves:
 * @self: (nullable): a stand
 *
 * Returns: whether it is the one that the settings want
 */
gboolean      scumble_stand_serves (const ScumbleStand *self,
                                    const ScumbleSettings *settings);
void          scumble_stand_forget (ScumbleStand *self, ScumbleCanvas canvas);

/**
 * scumble_stand_forget_strokes:
 *
 * Lets go of what has been painted, to make room.
 */
void          scumble_stand_forget_strokes (ScumbleStand *self);

/**
 * scumble_stand_plan:
 * @look: (nullable): what to paint with; %NULL for one style everywhere
 * @painting: (nullable): the largest picture that styles are encoded from
 * @styling: (nullable): how it is looked at
 *
 * Plans to look at the styles and to paint the whole content.
 */
void          scumble_stand_plan   (ScumbleStand *self, const ScumbleLook *look,
                                    const ScumbleSource *painting,
                                    const ScumbleStyling *styling);

/**
 * scumble_stand_plan_lesson:
 * @look: what the content is surveyed for
 * @settings: how styles learn, and what from
 *
 * Plans to look at the content and to let one style learn.
 *
 * Returns: %FALSE with the engine's error if that does not fit, or the method does not learn
 */
gboolean      scumble_stand_plan_lesson (ScumbleStand *self, const ScumbleLook *look,
                                         const ScumbleSettings *settings, GError **error);

/**
 * scumble_stand_surveyed:
 *
 * Returns: whether the model has seen @canvas, for that purpose if it matters
 */
gboolean      scumble_stand_surveyed (const ScumbleStand *self, ScumbleCanvas canvas,
                                      const ScumblePurpose *purpose);

/**
 * scumble_stand_survey:
 * @source: what is on @canvas
 *
 * Lets the model see a canvas, unless it has.
 *
 * Returns: %FALSE with the engine's error
 */
gboolean      scumble_stand_survey (ScumbleStand *self, ScumbleCanvas canvas,
                                    ScumbleSource *source,
                                    const ScumblePurpose *purpose,
                                    const ScumbleJob *job, GError **error);

/**
 * scumble_stand_is_painted:
 * @canvas: surveyed
 *
 * Returns: whether a part of a canvas has been painted for that purpose but for what needs no
 *   network
 */
gboolean      scumble_stand_is_painted (ScumbleStand *self, ScumbleCanvas canvas,
                                        const ScumblePurpose *purpose,
                                        const ScumbleRect *area);

/**
 * scumble_stand_paint:
 * @canvas: surveyed
 * @source: what is on it
 *
 * Paints a part of a canvas.
 *
 * Returns: %FALSE with the engine's or the sink's error
 */
gboolean      scumble_stand_paint  (ScumbleStand *self, ScumbleCanvas canvas,
                                    const ScumbleSource *source,
                                    const ScumblePurpose *purpose, const ScumbleRect *area,
                                    ScumbleSink *sink, const ScumbleJob *job, GError **error);

/**
 * scumble_stand_survey_seconds:
 * @purpose: (nullable): what the whole content is to be surveyed for; %NULL if that is not known,
 *   and all is to be seen
 *
 * Returns: looking at what the model has not seen of it takes about so long; 0 if unknown
 */
double        scumble_stand_survey_seconds (const ScumbleStand *self,
                                            const ScumblePurpose *purpose);

/**
 * scumble_stand_prepare_seconds:
 *
 * Returns: what painting begins with takes about so long; 0 if unknown
 */
double        scumble_stand_prepare_seconds (const ScumbleStand *self);

/**
 * scumble_stand_paint_seconds:
 * @pixels: of the content
 *
 * Returns: painting so many takes about so long; 0 if unknown
 */
double        scumble_stand_paint_seconds  (const ScumbleStand *self, double pixels);

/**
 * scumble_stand_note_learning:
 * @begun: when styles began to learn as planned last, as g_get_monotonic_time() says
 * @updates: how many there have been since
 */
void          scumble_stand_note_learning  (ScumbleStand *self, gint64 begun, int updates);

/**
 * scumble_stand_learn_seconds:
 *
 * Returns: so many updates, as planned last, take about so long; 0 if unknown
 */
double        scumble_stand_learn_seconds  (const ScumbleStand *self, int updates);

G_END_DECLS
