/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample-sheet.h"
#include "placement.h"
#include "sample.h"
#include "sampler.h"
#include "wording.h"

#include <glib/gi18n-lib.h>

/* Edges of a sample; what there is on a screen beside all of them, and around; and what is
 * between two of them: their buttons' frames too. Logical pixels. */
enum { LEAST = 64, MOST = 256, BESIDE = 170, AROUND = 190, GAP_ACROSS = 28, GAP_DOWN = 18 };

struct _ScumbleSampleSheet
{
  GtkDialog   parent_instance;

  GtkGrid    *grid;
  GtkSpinner *spinner;
};

G_DEFINE_TYPE (ScumbleSampleSheet, scumble_sample_sheet, GTK_TYPE_DIALOG)

static void
on_sample_clicked (GtkButton *sample, GtkDialog *sheet)
{
  gtk_dialog_response (sheet,
                       GPOINTER_TO_INT (g_object_get_data (G_OBJECT (sample), "number")));
}

static int
n_methods (void)
{
  int n = 0;

  while (scumble_methods ()[n] != NULL)
    n++;

  return n;
}

ScumbleView
scumble_sample_sheet_view (GtkWindow *parent, const ScumbleView *view)
{
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (parent));
  int       width, height;

  scumble_placement_room (parent, &width, &height);
  width  = (width - BESIDE) / n_methods () - GAP_ACROSS;
  height = (height - AROUND) / SCUMBLE_SAMPLER_STRENGTHS - GAP_DOWN;

  return scumble_sampler_view (view, scale * CLAMP (width, LEAST, MOST),
                               scale * CLAMP (height, LEAST, MOST));
}

static void
add_heading (ScumbleSampleSheet *self, const char *text, int column, int row)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0.0f : 0.5f);
  gtk_widget_show (label);
  gtk_grid_attach (self->grid, label, column, row, 1, 1);
}

static void
add_sample (ScumbleSampleSheet *self, const ScumbleView *view, int method, int strength)
{
  g_autofree char *name =
      g_strdup_printf (_("%s, strength %.0f %%"), _(scumble_methods ()[method]->title),
                       100.0 * scumble_sampler_strength (strength));
  const int        scale  = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  GtkWidget       *sample = scumble_sample_new (name, view->w / scale, view->h / scale);
  const int        number = method * SCUMBLE_SAMPLER_STRENGTHS + strength;

  g_object_set_data (G_OBJECT (sample), "number", GINT_TO_POINTER (number));
  g_signal_connect (sample, "clicked", G_CALLBACK (on_sample_clicked), self);
  gtk_grid_attach (self->grid, sample, 1 + method, 1 + strength, 1, 1);
}

GtkWidget *
scumble_sample_sheet_new (GtkWindow *parent, const ScumbleView *view)
{
  ScumbleSampleSheet *self = g_object_new (SCUMBLE_TYPE_SAMPLE_SHEET, "transient-for",
                                           parent, "use-header-bar", FALSE, NULL);

  for (int strength = 0; strength < SCUMBLE_SAMPLER_STRENGTHS; strength++)
    {
      g_autofree char *text = g_strdup_printf (_("Strength %.0f %%"),
                                               100.0 * scumble_sampler_strength (strength));

      add_heading (self, text, 0, 1 + strength);
    }
  for (int method = 0; method < n_methods (); method++)
    {
      add_heading (self, _(scumble_methods ()[method]->title), 1 + method, 0);
      for (int strength = 0; strength < SCUMBLE_SAMPLER_STRENGTHS; strength++)
        add_sample (self, view, method, strength);
    }

  return GTK_WIDGET (self);
}

void
scumble_sample_sheet_take (ScumbleSampleSheet *self, const ScumbleAnswer *answer)
{
  GtkWidget       *sample =
    gtk_grid_get_child_at (self->grid, 1 + answer->sample / SCUMBLE_SAMPLER_STRENGTHS,
                           1 + answer->sample % SCUMBLE_SAMPLER_STRENGTHS);
  g_autofree char *sentence =
    answer->error != NULL ? scumble_wording (answer->error) : NULL;

  if (answer->shot != NULL)
    scumble_sample_take (SCUMBLE_SAMPLE (sample), answer->shot);
  if (sentence != NULL)
    scumble_sample_complain (SCUMBLE_SAMPLE (sample), sentence);
}

void
scumble_sample_sheet_done (ScumbleSampleSheet *self)
{
  gtk_spinner_stop (self->spinner);
}

static void
scumble_sample_sheet_class_init (ScumbleSampleSheetClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/scumble/ui/sample-sheet.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleSampleSheet, grid);
  gtk_widget_class_bind_template_child (widget_class, ScumbleSampleSheet, spinner);
}

static void
scumble_sample_sheet_init (ScumbleSampleSheet *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
