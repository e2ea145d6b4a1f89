/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ScumbleSettings:
 * @method: (transfer none): id of a method; interned, so settings can be copied by value
 * @strength: how much of the style to apply
 *
 * What a user chooses, as plain values. Workers get copies.
 */
typedef struct
{
  const char *method;
  double      strength;
} ScumbleSettings;

/**
 * ScumbleParam:
 * @name: stable and never translated: argument name, key in the settings file
 * @title: label with mnemonic; marked for translation, translated by the ui
 * @blurb: one sentence for tooltips and the procedure browser, likewise
 * @min: least value allowed
 * @max: greatest value allowed
 * @def: value to begin with
 * @offset: of the double in #ScumbleSettings
 *
 * One numeric setting, described once: the procedure's arguments, its checks, the
 * dialog's sliders and the saved settings are loops over scumble_params().
 */
typedef struct
{
  const char *name;
  const char *title;
  const char *blurb;
  double      min;
  double      max;
  double      def;
  gsize       offset;
} ScumbleParam;

const ScumbleParam *scumble_params (guint *n_params);

static inline double *
scumble_param_value (const ScumbleParam *param, ScumbleSettings *settings)
{
  return (double *) ((char *) settings + param->offset);
}

/**
 * scumble_settings_init:
 *
 * Sets every value to its default.
 */
void     scumble_settings_init     (ScumbleSettings *settings);

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

G_END_DECLS
