/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "procedure.h"

G_BEGIN_DECLS

/**
 * ScumblePart:
 * @SCUMBLE_PART_TARGET: run mode, image and the layer to repaint; the first part
 * @SCUMBLE_PART_STYLE: one style layer
 * @SCUMBLE_PART_STYLES: several, with shares, regions and a strength map
 * @SCUMBLE_PART_STYLE_FILE: a style's file
 * @SCUMBLE_PART_STRENGTH: the strength alone
 * @SCUMBLE_PART_PRESET: a preset's name
 * @SCUMBLE_PART_SETTINGS: method, quality and every setting
 * @SCUMBLE_PART_SAVE: a style layer, how to look at it, and the file to save it in
 * @SCUMBLE_PART_SAVE_MIX: the same of several styles, layers and files, with shares
 * @SCUMBLE_PART_LEARN: the same of one style, with photographs to learn it on, and how
 *
 * Procedures' arguments are made of these.
 */
typedef enum
{
  SCUMBLE_PART_END,
  SCUMBLE_PART_TARGET,
  SCUMBLE_PART_STYLE,
  SCUMBLE_PART_STYLES,
  SCUMBLE_PART_STYLE_FILE,
  SCUMBLE_PART_STRENGTH,
  SCUMBLE_PART_PRESET,
  SCUMBLE_PART_SETTINGS,
  SCUMBLE_PART_SAVE,
  SCUMBLE_PART_SAVE_MIX,
  SCUMBLE_PART_LEARN,
} ScumblePart;

/**
 * scumble_arguments_describe:
 * @parts: (array zero-terminated=1): of a procedure
 *
 * Returns: (transfer full) (element-type GimpParamDef): the arguments; their texts last as
 *   long as the process
 */
GArray  *scumble_arguments_describe (const ScumblePart *parts);

/**
 * scumble_arguments_parse:
 * @call: (inout): receives the arguments
 * @params: as many as scumble_arguments_describe() says
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_ARGUMENT if one is unknown or out of range, or with
 *   the error of a file that one names
 */
gboolean scumble_arguments_parse    (const ScumblePart *parts, ScumbleCall *call,
                                     const GimpParam *params, GError **error);

G_END_DECLS
