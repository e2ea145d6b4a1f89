/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Settings kept in files: presets with names, and the last ones used. */
#pragma once

#include "params.h"

G_BEGIN_DECLS

enum { SCUMBLE_PRESETS_RECENT = 10 };

/**
 * scumble_presets_list:
 * @folder: where the presets are; need not exist yet
 *
 * Returns: (transfer full): their names, sorted for reading
 */
char   **scumble_presets_list     (const char *folder);

/**
 * scumble_presets_load:
 * @settings: (inout): receives the preset; what it lacks stays as it is
 *
 * Returns: %FALSE with an error that names the preset
 */
gboolean scumble_presets_load     (const char *folder, const char *name,
                                   ScumbleSettings *settings, GError **error);

/**
 * scumble_presets_save:
 * @name: any text but an empty one; a preset of that name is replaced
 */
gboolean scumble_presets_save     (const char *folder, const char *name,
                                   const ScumbleSettings *settings, GError **error);
gboolean scumble_presets_remove   (const char *folder, const char *name, GError **error);

/**
 * scumble_presets_import:
 * @path: a file written by scumble_presets_export()
 */
gboolean scumble_presets_import   (const char *path, ScumbleSettings *settings,
                                   GError **error);
gboolean scumble_presets_export   (const char *path, const ScumbleSettings *settings,
                                   GError **error);

/**
 * scumble_presets_recent:
 *
 * Returns: (transfer full) (element-type ScumbleSettings): the last settings remembered,
 *   the latest first
 */
GArray  *scumble_presets_recent   (const char *folder);

/**
 * scumble_presets_remember:
 *
 * Puts @settings first among the recent ones, each of which is there once.
 */
gboolean scumble_presets_remember (const char *folder, const ScumbleSettings *settings,
                                   GError **error);

G_END_DECLS
