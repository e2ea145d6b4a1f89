/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "source.h"
#include "strokes.h"

G_BEGIN_DECLS

/**
 * ScumbleModel:
 *
 * The networks of one method, read from model files and ready to run. Immutable and
 * reference counted; threads may share it.
 */
typedef struct _ScumbleModel ScumbleModel;

/**
 * ScumbleStyle:
 *
 * What a model has seen in a style picture: a few kilobytes that stand for the painting.
 * Immutable and reference counted; keeps its model alive.
 */
typedef struct _ScumbleStyle ScumbleStyle;

/**
 * ScumbleContent:
 *
 * What a model has seen in a content picture: statistics of the whole picture, and its
 * feature plane, so that rendering at another strength encodes nothing again.
 */
typedef struct _ScumbleContent ScumbleContent;

/**
 * ScumbleZone:
 * @style: (transfer none): of the content's model
 * @mask: (transfer none) (nullable): where the style goes, softly; %NULL for everywhere
 */
typedef struct
{
  const ScumbleStyle *style;
  ScumbleMask        *mask;
} ScumbleZone;

/**
 * ScumbleLook:
 * @zones: (transfer none) (array length=n_zones): the styles, each with its place. Masks are
 *   divided by their sum at every pixel; where all of them are 0, the strength is 0
 * @n_zones: at least 1
 * @strength: how much of the styles to apply: 0 the model's own reconstruction of the
 *   content, 1 the styles in full, more exaggerates; as the parameter "strength"
 * @strength_map: (transfer none) (nullable): multiplies @strength at every pixel
 * @temperature: SANet: what the attention's scores are divided by; 1 as in the paper. Above,
 *   every place of the content looks at more of the style; below, at less
 * @repetition: SANet: how much the scores of style positions suffer that the content looks
 *   at more often than at others, 0..1; 0 as in the paper
 * @keep_colours: how much of the content's chroma the result has, 0..1; its luma stays. Also of
 *   what the content has beyond 0..1
 * @keep_detail: how much of the content's outlines the result gets back, in brightness alone,
 *   0..1; as the parameter "detail"
 * @brush: brush size: how many times as large as the networks make them the strokes are, at
 *   least 1; as the parameter "brush". Above 1, the content must be surveyed for such a look
 * @seamless: whether to paint the content as if it repeated in both directions; the content
 *   must have been surveyed for such a look, or else for one that is not
 * @strokes: (transfer none) (nullable): receives what the networks paint, and gives it to those
 *   looks that differ in @keep_colours and @keep_detail alone. Of no use to seamless looks
 *
 * Everything that decides what a content turns into. Start with scumble_look_init().
 */
typedef struct _ScumbleLook
{
  const ScumbleZone *zones;
  guint              n_zones;
  double             strength;
  ScumbleMask       *strength_map;
  double             temperature;
  double             repetition;
  double             keep_colours;
  double             keep_detail;
  double             brush;
  gboolean           seamless;
  ScumbleStrokes    *strokes;
} ScumbleLook;

/**
 * ScumbleStyling:
 * @scale: texture size: what the sides of the style picture are multiplied with, after it was
 *   shrunk to its method's cap; as the parameter "scale"
 * @keep_colours: how far the style picture's colours are moved to the content's beforehand,
 *   0..1 (CORAL)
 * @content: (transfer none) (nullable): whose colours those are; needed unless @keep_colours
 *   is 0
 *
 * How to look at a style picture.
 */
typedef struct
{
  double         scale;
  double         keep_colours;
  ScumbleSource *content;
} ScumbleStyling;

/**
 * ScumbleAdapting:
 * @update: number of the update that is done, from 1
 * @loss: the loss before it
 * @model: the model; what follows is private
 * @self: the run
 * @copy: makes a style's data of it
 *
 * An adaptation under way.
 */
typedef struct
{
  int           update;
  double        loss;
  ScumbleModel *model;
  gconstpointer self;
  gpointer    (*copy) (gconstpointer self);
} ScumbleAdapting;

/**
 * scumble_style_wants_adapting:
 *
 * Returns: whether the style's method adapts styles, and this one is still as
 *   scumble_model_encode() made it, also when it was saved and loaded meanwhile
 */
gboolean        scumble_style_wants_adapting (const ScumbleStyle *style);

/**
 * scumble_style_updates:
 *
 * Returns: how many updates of scumble_model_adapt() the style has had, those of a cancelled
 *   run up to where it was best; as many make the same style again of the same content. Of
 *   a mixture, the most that a part of it has had; 0 for a method that does not adapt
 */
int             scumble_style_updates (const ScumbleStyle *style);

/**
 * scumble_adapting_style:
 *
 * May be called while being told of an update, and only then.
 *
 * Returns: (transfer full): the style as far as it has come, to look at
 */
ScumbleStyle   *scumble_adapting_style (const ScumbleAdapting *adapting);

/**
 * ScumbleAdaptTold:
 * @adapting: valid during the call
 *
 * Told of every update, on the thread that called the engine.
 */
typedef void (*ScumbleAdaptTold) (const ScumbleAdapting *adapting, gpointer user_data);

/**
 * ScumbleAdaptation:
 * @updates: how many times to improve the style, at least 1
 * @all: whether everything learns, as in the paper, or just the normalisations
 * @others: (nullable) (array length=n_others): more pictures to learn from, such as a
 *   folder's; crops are no larger than the smallest of all
 * @n_others: how many
 * @told: (nullable): told of every update
 * @told_data: for @told
 *
 * How to adapt a style.
 */
typedef struct
{
  int                   updates;
  gboolean              all;
  ScumbleSource *const *others;
  guint                 n_others;
  ScumbleAdaptTold      told;
  gpointer              told_data;
} ScumbleAdaptation;

/**
 * scumble_model_open:
 * @path: (array zero-terminated=1): folders to look for model files in, best first
 * @method: id of a method, such as "adain"
 * @name: (nullable): name of the model file without its ".safetensors"; %NULL for the
 *   method's default, which is named like the method
 *
 * Reads a model file and the encoder file that it names. Both are checked completely
 * before anything is used.
 *
 * Returns: (transfer full) (nullable): a model, or %NULL with %SCUMBLE_ERROR_ARGUMENT for
 *   an unknown method (the message lists the known ones), %SCUMBLE_ERROR_MODEL otherwise
 */
ScumbleModel   *scumble_model_open     (const char *const *path, const char *method,
                                        const char *name, GError **error);

/**
 * scumble_model_list:
 * @path: (array zero-terminated=1): folders to look for model files in, best first
 * @method: id of a method
 *
 * Looks through the folders for the model files of a method, as their headers tell: the
 * qualities to choose from.  A file hides those of its name in later folders, as it does
 * for scumble_model_open().  No file is checked beyond its header.
 *
 * Returns: (array zero-terminated=1) (transfer full): names for scumble_model_open(), the
 *   default's first if it is there, the others in alphabetical order; to be freed with
 *   g_strfreev()
 */
char          **scumble_model_list     (const char *const *path, const char *method);
ScumbleModel   *scumble_model_ref      (ScumbleModel *model);
void            scumble_model_unref    (ScumbleModel *model);

/**
 * scumble_model_encode:
 * @source: the style picture, of any size; read from the calling thread
 * @styling: (nullable): how to look at it; %NULL for the picture as it is
 *
 * A picture larger than its method's cap (see MODEL.md; about a megapixel) is shrunk to it.
 *
 * Returns: (transfer full) (nullable): the style; %NULL with an error if the picture has no
 *   visible pixel, for a styling out of range, on cancel, out of budget, or when it cannot be
 *   read
 */
ScumbleStyle   *scumble_model_encode   (ScumbleModel *model, ScumbleSource *source,
                                        const ScumbleStyling *styling, const ScumbleJob *job,
                                        GError **error);
ScumbleStyle   *scumble_style_ref      (ScumbleStyle *style);
void            scumble_style_unref    (ScumbleStyle *style);

/**
 * scumble_style_mix:
 * @styles: (array length=n): styles of one model
 * @weights: (array length=n): how much of each; not negative, and divided by their sum
 *
 * Returns: (transfer full) (nullable): a style between others, which can be rendered, mixed
 *   and saved like any; %NULL with %SCUMBLE_ERROR_ARGUMENT for weights that are negative, no
 *   numbers or all 0, or for styles of several models
 */
ScumbleStyle   *scumble_style_mix      (const ScumbleStyle *const *styles,
                                        const double *weights, guint n, GError **error);

/**
 * scumble_style_save:
 * @path: name of the file, which should end in ".safetensors"; replaced if it exists
 * @title: what the user calls the style
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if the file cannot be written; an older one of
 *   that name is then still there
 */
gboolean        scumble_style_save     (const ScumbleStyle *style, const char *path,
                                        const char *title, GError **error);

/**
 * scumble_style_load:
 * @model: the model that the style was made with
 *
 * Returns: (transfer full) (nullable): the style, the same as was saved; %NULL with
 *   %SCUMBLE_ERROR_MODEL for a file that is damaged, no style, or of another model
 */
ScumbleStyle   *scumble_style_load     (ScumbleModel *model, const char *path,
                                        GError **error);

/**
 * ScumbleStyleFile:
 * @method: id of the method that the style is for
 * @model: name of the model file that it was made with, as for scumble_model_open()
 * @title: what the user calls it
 */
typedef struct
{
  char *method;
  char *model;
  char *title;
} ScumbleStyleFile;

/**
 * scumble_style_file_read:
 * @file: (out caller-allocates): clear with scumble_style_file_clear()
 *
 * Tells what a saved style is without opening a model.
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MODEL for a file that is damaged or no style
 */
gboolean        scumble_style_file_read  (ScumbleStyleFile *file, const char *path,
                                          GError **error);
void            scumble_style_file_clear (ScumbleStyleFile *file);

/**
 * scumble_model_adapt:
 * @style: of @model; it is left as it is
 * @source: the content picture, parts of which are painted to learn from
 *
 * Fine-tunes a style, for the methods that can: they have an adapt function. When cancelled
 * after the first update, the style has learned so far: a run of so many updates makes the same.
 *
 * Returns: (transfer full) (nullable): the adapted style; %NULL with
 *   %SCUMBLE_ERROR_ARGUMENT for another method or less than one update, or an error as for
 *   scumble_model_encode()
 */
ScumbleStyle   *scumble_model_adapt    (ScumbleModel *model, const ScumbleStyle *style,
                                        ScumbleSource *source,
                                        const ScumbleAdaptation *adaptation,
                                        const ScumbleJob *job, GError **error);

/**
 * scumble_model_survey:
 * @source: (transfer none): the content picture; must outlive the content
 * @job: its arena must outlive the content
 *
 * Walks the whole content once, in tiles.
 *
 * Returns: (transfer full) (nullable): the content; %NULL with an error as for
 *   scumble_model_encode()
 */
ScumbleContent *scumble_model_survey   (ScumbleModel *model, ScumbleSource *source,
                                        const ScumbleJob *job, GError **error);

/**
 * scumble_model_survey_for:
 * @source: (transfer none): the content picture; must outlive the content
 * @look: what the content will be rendered with
 * @job: its arena must outlive the content
 *
 * As scumble_model_survey(), but with a brush above 1 the content is first painted at its
 * size over the brush, once in each style of the look, and that, enlarged, is what is seen and
 * painted over. The content then serves looks with the same styles in the same order, and the
 * same brush, temperature and repetition; strengths and masks may differ, and are not read.
 * Surveyed for a seamless look, it serves seamless ones alone.
 *
 * Returns: (transfer full) (nullable): the content; %NULL with an error as for
 *   scumble_model_survey() or scumble_content_paint()
 */
ScumbleContent *scumble_model_survey_for (ScumbleModel *model, ScumbleSource *source,
                                          const ScumbleLook *look, const ScumbleJob *job,
                                          GError **error);

/**
 * scumble_content_serves:
 * @look: with the styles that @content was surveyed for, if the brush is above 1
 *
 * With a large brush, what is below the styles is seen when a look first lets it show: by a
 * strength below 1, a strength map, or masks that do not cover all.
 *
 * Returns: whether @look can be rendered, or scumble_content_survey_for() is needed first
 */
gboolean        scumble_content_serves     (const ScumbleContent *content,
                                            const ScumbleLook *look);

/**
 * scumble_content_survey_for:
 * @look: one that @content would have been surveyed for with the same result, but for its
 *   strengths and masks
 * @job: its arena must outlive the content
 *
 * Sees what @look needs and has not been seen yet.
 *
 * Returns: %FALSE with an error as for scumble_model_survey_for()
 */
gboolean        scumble_content_survey_for (ScumbleContent *content, const ScumbleLook *look,
                                            const ScumbleJob *job, GError **error);
void            scumble_content_free   (ScumbleContent *content);

/**
 * scumble_look_init:
 * @zones: (transfer none) (array length=n_zones): must outlive @look
 *
 * The styles in full, as the papers have it.
 */
void            scumble_look_init      (ScumbleLook *look, const ScumbleZone *zones,
                                        guint n_zones);

/**
 * scumble_look_returns_beyond:
 *
 * Returns: whether a result has anything of what the content has beyond 0..1: where the styles
 *   are painted in full, and no colours are kept, it has not
 */
gboolean        scumble_look_returns_beyond (const ScumbleLook *look);

/**
 * scumble_content_render:
 * @look: what to paint with
 * @rect: a rectangle inside the picture, in pixels
 * @rgb: (out caller-allocates): [rect.h, rect.w, 3], sRGB-encoded, in 0..1 or beyond where
 *   the content is
 *
 * Renders a rectangle of the result. The same pixels come out whatever the rectangle, up
 * to rounding: a preview is a part of the final picture.
 *
 * Returns: %FALSE with an error on cancel, out of budget, or for a look out of range
 */
gboolean        scumble_content_render (ScumbleContent *content, const ScumbleLook *look,
                                        const ScumbleRect *rect, float *rgb,
                                        const ScumbleJob *job, GError **error);

/**
 * scumble_content_paint:
 * @area: (nullable): the rectangle to paint; %NULL for the whole picture
 * @sink: receives the pixels tile by tile, rows of tiles from top to bottom
 *
 * Renders a picture of any size in tiles that fit the job's arena.
 *
 * Returns: %FALSE with an error as for scumble_content_render(), or the sink's own
 */
gboolean        scumble_content_paint  (ScumbleContent *content, const ScumbleLook *look,
                                        const ScumbleRect *area, ScumbleSink *sink,
                                        const ScumbleJob *job, GError **error);

/**
 * scumble_content_is_painted:
 * @area: a rectangle inside the picture
 *
 * Returns: whether the look's strokes have all that painting @area needs of the networks, so
 *   that it takes next to no time
 */
gboolean        scumble_content_is_painted (const ScumbleContent *content,
                                            const ScumbleLook *look, const ScumbleRect *area);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleModel, scumble_model_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleStyle, scumble_style_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleContent, scumble_content_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScumbleStyleFile, scumble_style_file_clear)

G_END_DECLS
