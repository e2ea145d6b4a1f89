/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_SAMPLE_SHEET (scumble_sample_sheet_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleSampleSheet, scumble_sample_sheet, SCUMBLE, SAMPLE_SHEET,
                      GtkDialog)

/**
 * scumble_sample_sheet_view:
 * @parent: realized
 * @view: what a preview shows
 *
 * Returns: the same at such a size that all samples are in sight at once on the parent's
 *   screen
 */
ScumbleView scumble_sample_sheet_view (GtkWindow *parent, const ScumbleView *view);

/**
 * ScumbleSampleSheet:
 *
 * Shows the picture painted with every method, side by side, at several strengths, one below
 * the other; a click on one chooses it. Its response is the number of the sample, or a negative
 * one. @view is what the samples show, and their size.
 */
GtkWidget *scumble_sample_sheet_new  (GtkWindow *parent, const ScumbleView *view);

/**
 * scumble_sample_sheet_take:
 * @answer: of the sampler
 */
void       scumble_sample_sheet_take (ScumbleSampleSheet  *self,
                                      const ScumbleAnswer *answer);

/**
 * scumble_sample_sheet_done:
 *
 * No more samples will come.
 */
void       scumble_sample_sheet_done (ScumbleSampleSheet *self);

G_END_DECLS
