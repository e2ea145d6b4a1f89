/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SCUMBLE_TYPE_LOSS_PLOT (scumble_loss_plot_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleLossPlot, scumble_loss_plot, SCUMBLE, LOSS_PLOT,
                      GtkDrawingArea)

/**
 * ScumbleLossPlot:
 *
 * How a loss falls: a line over the updates, in the colours of the theme.
 */

/**
 * scumble_loss_plot_begin:
 * @updates: how many there will be, at least 1
 *
 * Starts anew.
 */
void scumble_loss_plot_begin (ScumbleLossPlot *self, int updates);

/**
 * scumble_loss_plot_add:
 * @loss: of the next update
 */
void scumble_loss_plot_add   (ScumbleLossPlot *self, double loss);

G_END_DECLS
