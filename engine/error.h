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
 * names the thing at fault and, where that helps, what to do about it. It is English. An
 * error keeps what its sentence was made of, so that a host can make the same sentence in
 * its user's language: see scumble_error_reworded ().
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

GQuark scumble_error_quark      (void);

/**
 * scumble_set_error:
 * @format: a literal, marked for translators with N_(). Of printf's conversions it may
 *   have %s, %d, %u, %zu, %lld, %llu, %g, %.1f and %%
 *
 * As g_set_error () in the domain #SCUMBLE_ERROR, but the error keeps @format and what it
 * was filled with.
 */
void   scumble_set_error        (GError **error, ScumbleError code, const char *format,
                                 ...) G_GNUC_PRINTF (3, 4);
void   scumble_set_error_valist (GError **error, ScumbleError code, const char *format,
                                 va_list args) G_GNUC_PRINTF (3, 0);

/**
 * scumble_set_error_caused:
 * @cause: (transfer none): its message is the last of the arguments
 *
 * As scumble_set_error (), but the last argument is reworded with the rest.
 */
void   scumble_set_error_caused (GError **error, ScumbleError code, const GError *cause,
                                 const char *format, ...) G_GNUC_PRINTF (4, 5);

/**
 * ScumbleWord:
 * @format: as scumble_set_error () got it
 *
 * Returns: (transfer none): the same in another wording, with the same conversions. They
 *   may stand in another order, numbered as in "%2$s"; @format itself will do, too
 */
typedef const char *(*ScumbleWord) (const char *format);

/**
 * scumble_error_reworded:
 * @error: of any domain
 *
 * What g_prefix_error () has put before the sentence stays as it is.
 *
 * Returns: (transfer full): the error's sentence in the wording that @word knows. It is
 *   the error's message when scumble_set_error () did not make it, or when the other
 *   wording's conversions are not those of the sentence
 */
char  *scumble_error_reworded   (const GError *error, ScumbleWord word);

G_END_DECLS
