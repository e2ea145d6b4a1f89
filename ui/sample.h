/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "shot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_SAMPLE (scumble_sample_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleSample, scumble_sample, SCUMBLE, SAMPLE, GtkButton)

/**
 * ScumbleSample:
 *
 * One picture of the sample sheet, to be clicked.
 */

/**
 * scumble_sample_new:
 * @name: what it is a sample of
 * @width: of the picture, logical pixels
 * @height: likewise
 */
GtkWidget *scumble_sample_new      (const char *name, int width, int height);

/**
 * scumble_sample_wait:
 * @what: a word on what the picture waits for, to be shown in its place until it is there
 */
void       scumble_sample_wait     (ScumbleSample *self, const char *what);
void       scumble_sample_take     (ScumbleSample *self, const ScumbleShot *shot);

G_END_DECLS
