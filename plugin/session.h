/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "engine.h"

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * scumble_session_presets:
 *
 * Returns: (transfer full): the folder with the user's presets; it need not exist
 */
char  *scumble_session_presets (void);

/**
 * scumble_session_load:
 * @settings: (inout): receives the values used last; what is unknown stays as it is
 *
 * Values last from one run to the next, and from one start of GIMP to the next in a
 * file of GIMP's own folder.
 *
 * Returns: ID of the layer that was the style; after a restart of GIMP a layer of the
 *   same name from the same file, which is opened if need be; -1 if there is none
 */
gint32 scumble_session_load    (ScumbleSettings *settings);

/**
 * scumble_session_save:
 * @style: ID of the layer that is the style
 *
 * Remembers the values. Where the file cannot be written they last until GIMP ends.
 */
void   scumble_session_save    (const ScumbleSettings *settings, gint32 style);

G_END_DECLS
