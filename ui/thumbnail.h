/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * scumble_thumbnail_show:
 * @pixbuf: a small picture; never enlarged beyond its own pixels
 * @edge: logical pixels that its longer side may take
 *
 * Fits a picture into an image widget, sharp at the screen's scale.
 */
void scumble_thumbnail_show (GtkImage *image, GdkPixbuf *pixbuf, int edge);

G_END_DECLS
