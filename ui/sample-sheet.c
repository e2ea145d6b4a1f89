/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample-sheet.h"
#include "sample.h"
#include "sampler.h"
#include "wording.h"

#include <glib/gi18n-lib.h>

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

static void
add_sample (ScumbleSampleSheet *self, const ScumbleView *view, int row, int column)
{
  g_autofree char *name =
      g_strdup_printf (_("%s, strength %.0f %%"), _(scumble_methods ()[row]->title),
                       100.0 * scumble_sampler_strength (column));
  const int        scale  = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  GtkWidget       *sample = scumble_sample_new (name, view->w / scale, view->h / scale);
  const int        number = row * SCUMBLE_SAMPLER_COLUMNS + column;

  g_object_set_data (G_OBJECT (sample), "number", GINT_TO_POINTER (number));
  g_signal_connect (sample, "clicked", G_CALLBACK (on_sample_clicked), self);
  gtk_grid_attach (self->grid, sample, column, row, 1, 1);
}

GtkWidget *
scumble_sample_sheet_new (GtkWindow *parent, const ScumbleView *view)
{
  ScumbleSampleSheet *self = g_object_new (SCUMBLE_TYPE_SAMPLE_SHEET, "transient-for",
                                           parent, "use-header-bar", FALSE, NULL);

  for (int row = 0; scumble_methods ()[row] != NULL; row++)
    for (int column = 0; column < SCUMBLE_SAMPLER_COLUMNS; column++)
      add_sample (self, view, row, column);

  return GTK_WIDGET (self);
}

void
scumble_sample_sheet_take (ScumbleSampleSheet *self, const ScumbleAnswer *answer)
{
  GtkWidget       *sample =
    gtk_grid_get_child_at (self->grid, answer->sample % SCUMBLE_SAMPLER_COLUMNS,
                           answer->sample / SCUMBLE_SAMPLER_COLUMNS);
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
