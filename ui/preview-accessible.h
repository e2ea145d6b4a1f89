/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk-a11y.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_PREVIEW_ACCESSIBLE (scumble_preview_accessible_get_type ())
G_DECLARE_FINAL_TYPE (ScumblePreviewAccessible, scumble_preview_accessible, SCUMBLE,
                      PREVIEW_ACCESSIBLE, GtkWidgetAccessible)

/**
 * ScumblePreviewAccessible:
 *
 * What a screen reader knows of a preview: also whether it is busy.
 */

/**
 * scumble_preview_accessible_set_busy:
 * @busy: whether a better picture is on its way
 */
void scumble_preview_accessible_set_busy (ScumblePreviewAccessible *self, gboolean busy);

G_END_DECLS
