/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn-panel.h"
#include "loss-plot.h"

#include <glib/gi18n-lib.h>

struct _ScumbleLearnPanel
{
  GtkBox           parent_instance;

  GtkWidget       *learn_button;
  GtkWidget       *stop_button;
  GtkWidget       *manage_button;
  GtkLabel        *state;
  ScumbleLossPlot *plot;
};

enum { LEARN, STOP, MANAGE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleLearnPanel, scumble_learn_panel, GTK_TYPE_BOX)

static void
on_learn (GtkButton *button, ScumbleLearnPanel *self)
{
  g_signal_emit (self, signals[LEARN], 0);
}

static void
on_stop (GtkButton *button, ScumbleLearnPanel *self)
{
  g_signal_emit (self, signals[STOP], 0);
}

static void
on_manage (GtkButton *button, ScumbleLearnPanel *self)
{
  g_signal_emit (self, signals[MANAGE], 0);
}

void
scumble_learn_panel_set_learned (ScumbleLearnPanel *self, int updates, gboolean early)
{
  g_autofree char *stopped =
    g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Stopped after %d round.",
                                  "Stopped after %d rounds.", (gulong) updates), updates);

  gtk_label_set_text (self->state, updates == 0 ? _("A first sketch: not learned yet.")
                                   : early      ? stopped
                                                : _("This style has been learned."));
}

void
scumble_learn_panel_forget (ScumbleLearnPanel *self)
{
  gtk_label_set_text (self->state, "");
}

void
scumble_learn_panel_set_able (ScumbleLearnPanel *self, gboolean able)
{
  gtk_widget_set_sensitive (self->learn_button, able);
}

void
scumble_learn_panel_set_managed (ScumbleLearnPanel *self, gboolean managed)
{
  gtk_widget_set_visible (self->manage_button, managed);
}

void
scumble_learn_panel_set_busy (ScumbleLearnPanel *self, gboolean busy)
{
  gtk_widget_set_visible (self->learn_button, !busy);
  gtk_widget_set_visible (self->stop_button, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->plot), busy);
  gtk_widget_set_sensitive (self->manage_button, !busy);
  scumble_loss_plot_begin (self->plot, 1);
  if (busy)
    {
      gtk_label_set_text (self->state, _("Looking at the style…"));
      gtk_widget_grab_focus (self->stop_button);
    }
}

void
scumble_learn_panel_take (ScumbleLearnPanel *self, const ScumbleLesson *lesson)
{
  g_autofree char *text = g_strdup_printf (_("Learning: %d of %d"), lesson->update,
                                           lesson->updates);

  gtk_label_set_text (self->state, text);
  if (lesson->update == 1)
    scumble_loss_plot_begin (self->plot, lesson->updates);
  scumble_loss_plot_add (self->plot, lesson->loss);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, SCUMBLE_TYPE_LEARN_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                       NULL, G_TYPE_NONE, 0);
}

static void
scumble_learn_panel_class_init (ScumbleLearnPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[LEARN]  = add_signal ("learn");
  signals[STOP]   = add_signal ("stop");
  signals[MANAGE] = add_signal ("manage");

  g_type_ensure (SCUMBLE_TYPE_LOSS_PLOT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/scumble/ui/learn-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleLearnPanel, learn_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleLearnPanel, stop_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleLearnPanel, manage_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleLearnPanel, state);
  gtk_widget_class_bind_template_child (widget_class, ScumbleLearnPanel, plot);
  gtk_widget_class_bind_template_callback (widget_class, on_learn);
  gtk_widget_class_bind_template_callback (widget_class, on_manage);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
}

static void
scumble_learn_panel_init (ScumbleLearnPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
