/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define SCUMBLE_PROCEDURE   "plug-in-scumble"
#define SCUMBLE_HELP_DOMAIN "scumble"

/**
 * ScumbleOutput:
 * @SCUMBLE_OUTPUT_LAYER: a new layer above the repainted one
 * @SCUMBLE_OUTPUT_AGAIN: a layer in place of an earlier result, painted once more
 * @SCUMBLE_OUTPUT_IMAGE: a new image
 *
 * Where the result goes.
 */
typedef enum
{
  SCUMBLE_OUTPUT_LAYER,
  SCUMBLE_OUTPUT_AGAIN,
  SCUMBLE_OUTPUT_IMAGE,
} ScumbleOutput;

/**
 * ScumbleCall:
 * @run_mode: how the procedure was called
 * @output: where the result goes
 * @image: ID of the image
 * @drawable: ID of the layer to repaint, or of the earlier result; not checked
 * @style: ID of the style layer, or -1; not checked
 * @settings: what to do with them; valid
 *
 * The procedure's arguments.
 */
typedef struct
{
  GimpRunMode     run_mode;
  ScumbleOutput   output;
  gint32          image;
  gint32          drawable;
  gint32          style;
  ScumbleSettings settings;
} ScumbleCall;

/**
 * scumble_procedure_install:
 *
 * Announces the procedures to GIMP, with their menu entries and icon: the one with every
 * setting, its twin that makes a new image, one that takes them from a preset, one for
 * each method with the usual settings, and the one that paints an earlier result again.
 */
void     scumble_procedure_install (void);

/**
 * scumble_procedure_parse:
 * @call: (out caller-allocates): receives the arguments
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

G_END_DECLS
