/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "canvas.h"

G_BEGIN_DECLS

/**
 * ScumbleEasel:
 *
 * What the worker keeps of the engine between orders: models, what they have seen in
 * styles and contents, and how quick they are. Going back to a method or a style is as
 * quick as memory allows. Belongs to the worker.
 *
 * Every function that can fail returns %FALSE with the engine's error.
 */
typedef struct _ScumbleEasel ScumbleEasel;

ScumbleEasel    *scumble_easel_new       (ScumbleHost *host);
void             scumble_easel_free      (ScumbleEasel *self);

/**
 * scumble_easel_arena:
 *
 * Returns: (transfer none): the working memory of all jobs
 */
ScumbleArena    *scumble_easel_arena     (ScumbleEasel *self);

/**
 * scumble_easel_set_model:
 *
 * Takes the model of the settings' method and quality in hand; all that follows is about
 * it.
 */
gboolean         scumble_easel_set_model (ScumbleEasel *self,
                                          const ScumbleSettings *settings,
                                          GError **error);

/**
 * scumble_easel_has_model:
 *
 * Returns: whether the model in hand is the settings'
 */
gboolean         scumble_easel_has_model (const ScumbleEasel *self,
                                          const ScumbleSettings *settings);

/**
 * scumble_easel_mix:
 *
 * Looks at the styles of an order, for scumble_easel_paint().
 */
gboolean         scumble_easel_mix       (ScumbleEasel *self, const ScumbleOrder *order,
                                          const ScumbleJob *job, GError **error);

/**
 * ScumbleEaselTold:
 * @style: number of the style in the order
 *
 * Told of an update while styles are learned. What is painted now is painted with the
 * style as it is.
 */
typedef void (* ScumbleEaselTold) (guint style, const ScumbleAdapting *adapting,
                                   gpointer user_data);

/**
 * scumble_easel_learn:
 *
 * Adapts the styles of an order to the content, one after the other. When cancelled, they
 * have learned so far.
 */
gboolean         scumble_easel_learn     (ScumbleEasel *self, const ScumbleOrder *order,
                                          ScumbleEaselTold told, gpointer user_data,
                                          const ScumbleJob *job, GError **error);

/**
 * scumble_easel_try:
 * @style: (transfer full): to be painted with instead of the style of that number, until
 *   styles are mixed again
 */
void             scumble_easel_try       (ScumbleEasel *self, guint number,
                                          ScumbleStyle *style);

/**
 * scumble_easel_updates:
 *
 * Returns: the updates that make the styles that were mixed last; 0 if they are shown as they
 *   were before they learned. Of several styles, of which learning was stopped after the
 *   first, the least: painted again with that many, all of them learn so far and no further
 */
int              scumble_easel_updates   (const ScumbleEasel *self);

/**
 * scumble_easel_styles:
 *
 * Returns: (transfer none) (element-type ScumbleStyle): what was mixed last
 */
GPtrArray       *scumble_easel_styles    (ScumbleEasel *self);

/**
 * scumble_easel_stretch:
 * @canvas: any but %SCUMBLE_CANVAS_FULL
 * @view: what is on it, and its size
 *
 * Reads a part of the content at the size of a canvas, unless it is on it already.
 */
gboolean         scumble_easel_stretch   (ScumbleEasel *self, ScumbleCanvas canvas,
                                          const ScumbleView *view, const ScumbleJob *job,
                                          GError **error);

/**
 * scumble_easel_read:
 * @rgba: (out caller-allocates): [view.h, view.w, 4], the content as it is
 */
gboolean         scumble_easel_read      (ScumbleEasel *self, const ScumbleView *view,
                                          float *rgba, const ScumbleJob *job,
                                          GError **error);

/**
 * scumble_easel_survey:
 * @order: whose styles were mixed last
 *
 * Lets the model see a canvas, unless it has; where the brush is large, for orders of these
 * styles, whatever their strengths and masks. Whatever else is surveyed of pictures that are
 * large may be let go.
 */
gboolean         scumble_easel_survey    (ScumbleEasel *self, ScumbleCanvas canvas,
                                          const ScumbleOrder *order, const ScumbleJob *job,
                                          GError **error);

/**
 * scumble_easel_surveyed:
 * @order: whose styles were mixed last
 *
 * Returns: whether the whole content has been surveyed, and serves the order
 */
gboolean         scumble_easel_surveyed  (ScumbleEasel *self, const ScumbleOrder *order);

/**
 * scumble_easel_is_painted:
 * @order: whose styles were mixed last
 * @area: a part of the content
 *
 * Returns: whether it has been painted but for what needs no network
 */
gboolean         scumble_easel_is_painted (ScumbleEasel *self, const ScumbleOrder *order,
                                           const ScumbleRect *area, const ScumbleJob *job);

/**
 * scumble_easel_paint:
 * @canvas: surveyed
 * @order: whose styles were mixed last
 * @area: a part of the canvas
 */
gboolean         scumble_easel_paint     (ScumbleEasel *self, ScumbleCanvas canvas,
                                          const ScumbleOrder *order,
                                          const ScumbleRect *area, ScumbleSink *sink,
                                          const ScumbleJob *job, GError **error);

/**
 * scumble_easel_before:
 *
 * Returns: (transfer none): how it looks as it is
 */
cairo_surface_t *scumble_easel_before    (const ScumbleEasel *self, ScumbleCanvas canvas);

/**
 * scumble_easel_shot:
 * @before: (transfer none): of the view's size; referenced
 * @rgb: (inout): [view.h, view.w, 3], painted, sRGB-encoded; becomes what the host keeps of it
 *
 * Returns: (transfer full): how the view looks in what the host makes of the painting
 */
ScumbleShot     *scumble_easel_shot      (const ScumbleEasel *self, const ScumbleView *view,
                                          cairo_surface_t *before, float *rgb);

/**
 * scumble_easel_is_small:
 *
 * Returns: whether the content is so small that several models may have seen it at a time
 */
gboolean         scumble_easel_is_small  (const ScumbleEasel *self);

/**
 * scumble_easel_clear:
 *
 * Lets go of the shrunken canvases, to make room for the full one.
 */
void             scumble_easel_clear     (ScumbleEasel *self);

/**
 * scumble_easel_survey_seconds:
 * @order: whose styles were mixed last
 *
 * Returns: what is still to be seen of the content takes about so long; 0 if unknown
 */
double           scumble_easel_survey_seconds (ScumbleEasel *self,
                                               const ScumbleOrder *order);

/**
 * scumble_easel_prepare_seconds:
 * @order: whose styles were mixed last
 *
 * Returns: what the first painting after a survey begins with takes about so long; 0 if there is
 *   no survey to come, or if unknown
 */
double           scumble_easel_prepare_seconds (ScumbleEasel *self, const ScumbleOrder *order);

/**
 * scumble_easel_paint_seconds:
 * @pixels: of the content
 *
 * Returns: painting so many takes about so long; 0 if unknown
 */
double           scumble_easel_paint_seconds  (const ScumbleEasel *self, double pixels);

/**
 * scumble_easel_learn_seconds:
 *
 * Returns: scumble_easel_learn() takes about so long; 0 if unknown, or if there is nothing to
 *   learn
 */
double           scumble_easel_learn_seconds  (const ScumbleEasel *self,
                                               const ScumbleOrder *order);

/**
 * scumble_easel_plan_lesson:
 * @order: whose styles were mixed last
 *
 * Plans to let these styles learn.
 *
 * Returns: %FALSE with the engine's error if memory does not do
 */
gboolean         scumble_easel_plan_lesson    (ScumbleEasel *self, const ScumbleOrder *order,
                                               const ScumbleJob *job, GError **error);

/**
 * scumble_easel_learn_memory:
 * @order: whose styles were mixed last
 *
 * Returns: bytes that scumble_easel_learn() and looking at what it makes take at most, or 0 if
 *   unknown
 */
gsize            scumble_easel_learn_memory   (const ScumbleEasel *self,
                                               const ScumbleOrder *order);

/**
 * scumble_easel_memory:
 *
 * Returns: bytes that looking at the styles and painting the whole content take at most, or
 *   0 if that does not fit
 */
gsize            scumble_easel_memory    (const ScumbleEasel *self);

G_END_DECLS
