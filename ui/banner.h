/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_BANNER (scumble_banner_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleBanner, scumble_banner, SCUMBLE, BANNER, GtkInfoBar)

/**
 * ScumbleBanner:
 *
 * A bar that says what went wrong, until the user hides it or it no longer holds.
 */

/**
 * scumble_banner_complain:
 * @sentence: for the user to read
 * @of_preview: whether it no longer holds once there is a preview
 */
void scumble_banner_complain   (ScumbleBanner *self, const char *sentence,
                                gboolean of_preview);

/**
 * scumble_banner_previewed:
 *
 * There is a preview: hides a sentence that was about one.
 */
void scumble_banner_previewed  (ScumbleBanner *self);
void scumble_banner_hide       (ScumbleBanner *self);

G_END_DECLS
