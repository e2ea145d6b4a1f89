/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "choices.h"

G_BEGIN_DECLS

/**
 * scumble_session_folder:
 *
 * Returns: (transfer full): the folder with what the user keeps: presets, styles, the
 *   values used last; it need not exist
 */
char    *scumble_session_folder (void);

/**
 * scumble_session_load:
 * @settings: (inout): receives the values used last; what is unknown stays as it is
 * @choices: (inout): initialised and empty; receives the styles and masks used last
 *
 * Values last from one run to the next, and from one start of GIMP to the next in a
 * file of GIMP's own folder. After a restart of GIMP a layer is one of the same name from
 * the same file, which is opened if need be.
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if a style or mask is not to be found
 */
gboolean scumble_session_load   (ScumbleSettings *settings, ScumbleHostChoices *choices,
                                 GError **error);

/**
 * scumble_session_begin:
 * @width: of the picture to repaint, in pixels
 * @height: likewise
 *
 * What a dialog begins with: as scumble_session_load(), but a brush that was as large as the
 * picture of that time asked for, so that nobody has chosen it, is as large as this one asks
 * for; and so is it where there are no values yet.
 */
gboolean scumble_session_begin  (ScumbleSettings *settings, ScumbleHostChoices *choices,
                                 int width, int height, GError **error);

/**
 * scumble_session_save:
 * @width: of the picture that was repainted, in pixels
 * @height: likewise
 *
 * Remembers the values. Where the file cannot be written they last until GIMP ends.
 */
void     scumble_session_save   (const ScumbleSettings *settings,
                                 const ScumbleHostChoices *choices, int width, int height);

G_END_DECLS
