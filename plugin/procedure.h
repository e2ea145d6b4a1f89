/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "choices.h"

G_BEGIN_DECLS

#define SCUMBLE_PROCEDURE   "plug-in-scumble"
#define SCUMBLE_HELP_DOMAIN "scumble"

/**
 * ScumbleOutput:
 * @SCUMBLE_OUTPUT_LAYER: a new layer above the repainted one
 * @SCUMBLE_OUTPUT_AGAIN: a layer in place of an earlier result, painted once more
 * @SCUMBLE_OUTPUT_IMAGE: a new image
 * @SCUMBLE_OUTPUT_SPLIT: a group of layers above the repainted one
 * @SCUMBLE_OUTPUT_FRAMES: a copy of the image, with all of its layers repainted together
 * @SCUMBLE_OUTPUT_STYLE: a file with the style; nothing is painted
 *
 * Where the result goes.
 */
typedef enum
{
  SCUMBLE_OUTPUT_LAYER,
  SCUMBLE_OUTPUT_AGAIN,
  SCUMBLE_OUTPUT_IMAGE,
  SCUMBLE_OUTPUT_SPLIT,
  SCUMBLE_OUTPUT_FRAMES,
  SCUMBLE_OUTPUT_STYLE,
} ScumbleOutput;

/**
 * scumble_output_is_image:
 *
 * Returns: whether the result is an image of its own
 */
static inline gboolean
scumble_output_is_image (ScumbleOutput output)
{
  return output == SCUMBLE_OUTPUT_IMAGE || output == SCUMBLE_OUTPUT_FRAMES;
}

/**
 * ScumbleCall:
 * @run_mode: how the procedure was called
 * @output: where the result goes
 * @image: ID of the image
 * @drawable: ID of the layer to repaint, or of the earlier result; not checked
 * @choices: the styles and masks to paint with; not checked
 * @settings: what to do with them; valid
 * @file: (transfer none) (nullable): the file to save the style in
 * @title: (transfer none) (nullable): what the style is called
 *
 * The procedure's arguments.
 */
typedef struct
{
  GimpRunMode        run_mode;
  ScumbleOutput      output;
  gint32             image;
  gint32             drawable;
  ScumbleHostChoices choices;
  ScumbleSettings    settings;
  const char        *file;
  const char        *title;
} ScumbleCall;

/**
 * scumble_procedure_install:
 *
 * Announces the procedures to GIMP, with their menu entries and icon.
 */
void     scumble_procedure_install (void);

/**
 * scumble_procedure_parse:
 * @call: (out caller-allocates): receives the arguments; clear with scumble_call_clear()
 *   whatever is returned
 * @name: of the procedure
 *
 * Without a dialog all arguments are needed. Otherwise GIMP passes the first three
 * only, and @call has default settings and no style.
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_ARGUMENT if arguments are missing, unknown or out
 *   of range
 */
gboolean scumble_procedure_parse   (ScumbleCall *call, const char *name,
                                    const GimpParam *params, int n_params,
                                    GError **error);
void     scumble_call_clear        (ScumbleCall *call);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScumbleCall, scumble_call_clear)

G_END_DECLS
