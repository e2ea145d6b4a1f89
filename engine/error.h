/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ScumbleError:
 * @SCUMBLE_ERROR_MODEL: a model file is missing, damaged, or not of the expected shape
 * @SCUMBLE_ERROR_MEMORY: the job does not fit its memory budget
 * @SCUMBLE_ERROR_CANCELLED: the caller's #GCancellable was triggered; a quiet outcome
 * @SCUMBLE_ERROR_ARGUMENT: a setting is out of range, or names something unknown
 * @SCUMBLE_ERROR_PICTURE: a picture cannot be used, or could not be read or written
 *
 * Each code is a decision for the caller; the message is a sentence for the user. It
 * names the thing at fault and, where that helps, what to do about it. It is English
 * unless the host has bound the text domain "scumble".
 */
typedef enum
{
  SCUMBLE_ERROR_MODEL,
  SCUMBLE_ERROR_MEMORY,
  SCUMBLE_ERROR_CANCELLED,
  SCUMBLE_ERROR_ARGUMENT,
  SCUMBLE_ERROR_PICTURE,
} ScumbleError;

#define SCUMBLE_ERROR (scumble_error_quark ())

GQuark scumble_error_quark (void);

G_END_DECLS
