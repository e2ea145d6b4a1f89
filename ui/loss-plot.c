/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loss-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Losses of single updates jump about; the line follows their mean over this many. */
enum { SMOOTH = 8 };

enum { HEIGHT = 44, MARGIN = 4 };

struct _ScumbleLossPlot
{
  GtkDrawingArea parent_instance;

  int            updates;
  GArray        *losses; /* smoothed */
};

G_DEFINE_TYPE (ScumbleLossPlot, scumble_loss_plot, GTK_TYPE_DRAWING_AREA)

/* What a screen reader says. */
static void
describe (ScumbleLossPlot *self)
{
  const guint      n = self->losses->len;
  g_autofree char *text = NULL;

  if (n > 0)
    text =
        g_strdup_printf (_("The difference from the style is at %.0f %% of what it was"),
                         100.0 * g_array_index (self->losses, double, n - 1) /
                             g_array_index (self->losses, double, 0));
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (self)),
                              text == NULL ? "" : text);
}

void
scumble_loss_plot_begin (ScumbleLossPlot *self, int updates)
{
  self->updates = updates;
  g_array_set_size (self->losses, 0);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
scumble_loss_plot_add (ScumbleLossPlot *self, double loss)
{
  const guint  n    = self->losses->len;
  const double old  = n == 0 ? loss : g_array_index (self->losses, double, n - 1);
  const double mean = old + (loss - old) / MIN (n + 1, SMOOTH);

  g_array_append_val (self->losses, mean);
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static double
greatest (const GArray *losses)
{
  double most = 0.0;

  for (guint i = 0; i < losses->len; i++)
    most = MAX (most, g_array_index (losses, double, i));

  return most;
}

static void
draw_line (ScumbleLossPlot *self, cairo_t *cr, int w, int h)
{
  const double most = greatest (self->losses);

  if (most <= 0.0)
    return;

  for (guint i = 0; i < self->losses->len; i++)
    cairo_line_to (cr, MARGIN + (w - 2.0 * MARGIN) * (i + 1) / self->updates,
                   h - MARGIN - (h - 2.0 * MARGIN) *
                                    g_array_index (self->losses, double, i) / most);

  cairo_set_line_width (cr, 1.5);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
}

static gboolean
scumble_loss_plot_draw (GtkWidget *widget, cairo_t *cr)
{
  ScumbleLossPlot *self    = SCUMBLE_LOSS_PLOT (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  const int        w       = gtk_widget_get_allocated_width (widget);
  const int        h       = gtk_widget_get_allocated_height (widget);
  GdkRGBA          colour;

  gtk_render_background (context, cr, 0, 0, w, h);
  gtk_render_frame (context, cr, 0, 0, w, h);
  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  draw_line (self, cr, w, h);

  return GDK_EVENT_PROPAGATE;
}

static void
scumble_loss_plot_finalize (GObject *object)
{
  g_array_unref (SCUMBLE_LOSS_PLOT (object)->losses);
  G_OBJECT_CLASS (scumble_loss_plot_parent_class)->finalize (object);
}

static void
scumble_loss_plot_class_init (ScumbleLossPlotClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = scumble_loss_plot_finalize;
  widget_class->draw               = scumble_loss_plot_draw;
  gtk_widget_class_set_css_name (widget_class, "scumble-loss-plot");
  gtk_widget_class_set_accessible_role (widget_class, ATK_ROLE_CHART);
}

static void
scumble_loss_plot_init (ScumbleLossPlot *self)
{
  self->updates = 1;
  self->losses  = g_array_new (FALSE, FALSE, sizeof (double));
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, HEIGHT);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)),
                               GTK_STYLE_CLASS_VIEW);
}
