/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/**
 * ScumbleColourMethod:
 * @SCUMBLE_COLOUR_LUMINANCE: the result's luma with the content's chroma, afterwards
 * @SCUMBLE_COLOUR_CORAL: the style picture in the content's colours, beforehand
 *
 * How colours are kept.
 */
typedef enum
{
  SCUMBLE_COLOUR_LUMINANCE,
  SCUMBLE_COLOUR_CORAL,
} ScumbleColourMethod;

/**
 * ScumbleSettings:
 * @method: (transfer none): id of a method; interned, so settings can be copied by value
 * @quality: (transfer none) (nullable): name of a model file of the method, likewise; %NULL
 *   for its default
 * @strength: how much of the style to apply
 * @scale: texture size: how large the style picture is looked at
 * @brush: brush size
 * @colour: how much of the content's colours to keep
 * @colour_method: a #ScumbleColourMethod
 * @detail: how much of the content's outlines to give back
 * @seamless: whether to paint the content as if it repeated
 * @temperature: of SANet's attention
 * @repetition: SANet's penalty on repetition
 * @updates: how often MetaStyle improves a style; 0 for a style as it was encoded
 * @adapt_all: whether MetaStyle does so with all parameters
 * @photographs: (transfer none) (nullable): path of a folder whose pictures MetaStyle learns on,
 *   interned like @method; %NULL for the content
 *
 * What a user chooses, as plain values. Workers get copies.
 */
typedef struct
{
  const char *method;
  const char *quality;
  double      strength;
  double      scale;
  double      brush;
  double      colour;
  int         colour_method;
  double      detail;
  int         seamless;
  double      temperature;
  double      repetition;
  int         updates;
  int         adapt_all;
  const char *photographs;
} ScumbleSettings;

/**
 * ScumbleParamKind:
 * @SCUMBLE_PARAM_NUMBER: a double in #ScumbleSettings, from min to max
 * @SCUMBLE_PARAM_CHOICE: an int, one of the choices' values
 */
typedef enum
{
  SCUMBLE_PARAM_NUMBER,
  SCUMBLE_PARAM_CHOICE,
} ScumbleParamKind;

/**
 * ScumbleChoice:
 * @id: stable and never translated: in scripts and saved settings
 * @title: marked for translation, translated by the ui
 * @value: what it is in #ScumbleSettings
 */
typedef struct
{
  const char *id;
  const char *title;
  int         value;
} ScumbleChoice;

/**
 * ScumbleParam:
 * @name: stable and never translated: argument name, key in the settings file
 * @title: label with mnemonic; marked for translation, translated by the ui
 * @blurb: one sentence for tooltips and the procedure browser, likewise
 * @method: (nullable): id of the method that it belongs to; %NULL for all
 * @offset: of the value in #ScumbleSettings
 * @kind: which of the following hold
 * @min: least number allowed
 * @max: greatest number allowed
 * @def: what to begin with: a number, or a choice's value
 * @ratio: whether equal steps of a slider should multiply the number rather than add to it
 * @percent: whether people are shown the number as a percentage; 1 is 100 %
 * @choices: (array zero-terminated=1): ends with an id of %NULL
 * @other: (nullable): what any other whole number from min to max is called, likewise, with %s
 *   in its place; %NULL if there are no others
 *
 * One setting, described once: the procedure's arguments, its checks, the dialog's controls
 * and the saved settings are loops over scumble_params().
 */
typedef struct
{
  const char          *name;
  const char          *title;
  const char          *blurb;
  const char          *method;
  gsize                offset;
  ScumbleParamKind     kind;
  double               min;
  double               max;
  double               def;
  gboolean             ratio;
  gboolean             percent;
  const ScumbleChoice *choices;
  const char          *other;
} ScumbleParam;

const ScumbleParam *scumble_params (guint *n_params);

/* Of a number. */
static inline double *
scumble_param_value (const ScumbleParam *param, ScumbleSettings *settings)
{
  return (double *) ((char *) settings + param->offset);
}

/**
 * scumble_param_applies:
 * @method: id of a method
 */
gboolean             scumble_param_applies (const ScumbleParam *param, const char *method);

/**
 * scumble_param_chosen:
 * @param: a choice
 *
 * Returns: (transfer none) (nullable): what is chosen; %NULL if it is none of the choices
 */
const ScumbleChoice *scumble_param_chosen  (const ScumbleParam *param,
                                            const ScumbleSettings *settings);

/**
 * scumble_param_id:
 *
 * Returns: (transfer full): what the value that is chosen is called in scripts and saved
 *   settings: a choice's id, or a number
 */
char                *scumble_param_id      (const ScumbleParam *param,
                                            const ScumbleSettings *settings);

/**
 * scumble_param_choose:
 * @param: a choice
 * @id: (nullable): of one of the choices, or a number if there are others
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_ARGUMENT for another id; the message lists what is
 *   allowed, and @settings stay as they are
 */
gboolean             scumble_param_choose  (const ScumbleParam *param,
                                            ScumbleSettings *settings, const char *id,
                                            GError **error);

/**
 * scumble_settings_init:
 *
 * Sets every value to its default.
 */
void     scumble_settings_init     (ScumbleSettings *settings);

/**
 * scumble_settings_fit_brush:
 * @width: of the picture to repaint, in pixels
 * @height: likewise
 *
 * Returns: the brush size, in halves, with which strokes are as large in this picture as a
 *   network's are in one of 1000 x 750 pixels: 1 for pictures below 1.7 megapixels, 4 for
 *   twelve. With the default of 1 a large picture is recoloured, and its strokes cannot be
 *   seen from afar
 */
double   scumble_settings_fit_brush (int width, int height);

/**
 * scumble_settings_begin:
 *
 * Sets every value to what somebody who has not chosen anything begins with for a picture of
 * that size: its default, but for the brush, which is scumble_settings_fit_brush()'s.
 */
void     scumble_settings_begin    (ScumbleSettings *settings, int width, int height);

/**
 * scumble_settings_check:
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_ARGUMENT if the method is unknown or a value is out
 *   of its range or not a number; the message says which, and what is allowed
 */
gboolean scumble_settings_check    (const ScumbleSettings *settings, GError **error);

/**
 * scumble_settings_to_text:
 *
 * Returns: (transfer full): the settings as the text of a key file, with a version
 */
char    *scumble_settings_to_text  (const ScumbleSettings *settings);

/**
 * scumble_settings_from_text:
 * @settings: (inout): values that @text lacks, or that are no longer valid, stay as they are
 *
 * Returns: %FALSE with an error if @text is no settings text at all
 */
gboolean scumble_settings_from_text (ScumbleSettings *settings, const char *text,
                                     GError **error);

/**
 * scumble_settings_look:
 * @zones: (transfer none) (array length=n_zones): must outlive @look
 * @look: (out caller-allocates): without a strength map, which the host may add
 *
 * Turns settings into how to render.
 */
void     scumble_settings_look     (const ScumbleSettings *settings,
                                    const ScumbleZone *zones, guint n_zones,
                                    ScumbleLook *look);

/**
 * scumble_settings_styling:
 * @content: (transfer none): must outlive @styling
 * @styling: (out caller-allocates):
 *
 * Turns settings into how to encode a style picture.
 */
void     scumble_settings_styling  (const ScumbleSettings *settings, ScumbleSource *content,
                                    ScumbleStyling *styling);

/**
 * scumble_settings_same_styling:
 *
 * Returns: whether a style encoded for @a, of the same picture and content, also serves @b
 */
gboolean scumble_settings_same_styling (const ScumbleSettings *a, const ScumbleSettings *b);

G_END_DECLS
