/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "params.h"

G_BEGIN_DECLS

/**
 * scumble_wording:
 *
 * The engine's sentences are English; those of a host, of GTK+ and of GLib come in the
 * user's language as they are.
 *
 * Returns: (transfer full): the sentence of @error in the user's language
 */
char *scumble_wording         (const GError *error);

/**
 * scumble_wording_advised:
 * @advice: (nullable): the host's sentence about memory
 *
 * Returns: (transfer full): the same, and if @error is a want of memory, the advice
 */
char *scumble_wording_advised (const GError *error, const char *advice);

/**
 * scumble_wording_number:
 * @param: a number
 *
 * Returns: (transfer full): one of its values as people are shown it: "80 %", or "0.80"
 */
char *scumble_wording_number  (const ScumbleParam *param, double value);

/**
 * scumble_wording_with:
 * @sentence: in the user's language, with %s in the place of a name
 *
 * Returns: (transfer full): the sentence with @name in it
 */
char *scumble_wording_with    (const char *sentence, const char *name);

G_END_DECLS
