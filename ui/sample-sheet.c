/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample-sheet.h"
#include "placement.h"
#include "sample.h"
#include "sampler.h"
#include "wording.h"

#include <glib/gi18n-lib.h>

/* Edges of a sample; what there is on a screen beside all of them, and around; and what is
 * between two of them: their buttons' frames too. Logical pixels. */
enum { LEAST = 64, MOST = 256, BESIDE = 170, AROUND = 208, GAP_ACROSS = 28, GAP_DOWN = 18 };

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

  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0.0f : 0.5f);
  gtk_label_set_yalign (GTK_LABEL (label), row == 0 ? 0.0f : 0.5f);
  gtk_widget_show (label);
  gtk_grid_attach (self->grid, label, column, row, 1, 1);
}

/* What can learn a style keeps a line free for show_sketch(): a window on the screen does not
 * grow. All begin on the first line. */
static void
add_method_heading (ScumbleSampleSheet *self, const ScumbleMethod *method, int column)
{
  g_autofree char *text = g_strconcat (_(method->title), method->adapt != NULL ? "\n" : "",
                                       NULL);

  add_heading (self, text, column, 0);
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

  scumble_sample_wait (SCUMBLE_SAMPLE (sample), _("Waiting…"));
  g_object_set_data (G_OBJECT (sample), "number", GINT_TO_POINTER (number));
  g_signal_connect (sample, "clicked", G_CALLBACK (on_sample_clicked), self);
  gtk_grid_attach (self->grid, sample, 1 + method, 1 + strength, 1, 1);
}

static ScumbleSample *
sample_at (ScumbleSampleSheet *self, int number)
{
  return SCUMBLE_SAMPLE (gtk_grid_get_child_at (self->grid,
                                                1 + number / SCUMBLE_SAMPLER_STRENGTHS,
                                                1 + number % SCUMBLE_SAMPLER_STRENGTHS));
}

/* The sampler goes through them in their order. */
static void
begin_sample (ScumbleSampleSheet *self, int number)
{
  if (number < n_methods () * SCUMBLE_SAMPLER_STRENGTHS)
    scumble_sample_wait (sample_at (self, number), _("Painting…"));
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
      add_method_heading (self, scumble_methods ()[method], 1 + method);
      for (int strength = 0; strength < SCUMBLE_SAMPLER_STRENGTHS; strength++)
        add_sample (self, view, method, strength);
    }

  begin_sample (self, 0);

  return GTK_WIDGET (self);
}

/* A sentence in place of the samples of a method from one strength on. It is as wide as they
 * were: a sheet that fits the screen still does. */
static void
complain (ScumbleSampleSheet *self, int method, int strength, const char *sentence)
{
  GtkWidget *label = gtk_label_new (sentence);
  int        width;

  gtk_widget_get_preferred_width (gtk_grid_get_child_at (self->grid, 1 + method, 1 + strength),
                                  &width, NULL);
  for (int i = strength; i < SCUMBLE_SAMPLER_STRENGTHS; i++)
    gtk_widget_destroy (gtk_grid_get_child_at (self->grid, 1 + method, 1 + i));

  g_object_set (label, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "max-width-chars", 1,
                "ellipsize", PANGO_ELLIPSIZE_END, "lines", 5 * (SCUMBLE_SAMPLER_STRENGTHS - strength),
                "width-request", width, "yalign", 0.0, "visible", TRUE, NULL);
  gtk_widget_set_tooltip_text (label, sentence);
  gtk_grid_attach (self->grid, label, 1 + method, 1 + strength, 1,
                   SCUMBLE_SAMPLER_STRENGTHS - strength);
}

/* What has not learned the style yet should not be judged by its sketch. */
static void
show_sketch (ScumbleSampleSheet *self, int method)
{
  g_autofree char *text =
    g_strdup_printf (_("%s\n(a first sketch)"), _(scumble_methods ()[method]->title));

  gtk_label_set_text (GTK_LABEL (gtk_grid_get_child_at (self->grid, 1 + method, 0)), text);
}

void
scumble_sample_sheet_take (ScumbleSampleSheet *self, const ScumbleAnswer *answer)
{
  const int        method   = answer->sample / SCUMBLE_SAMPLER_STRENGTHS;
  const int        strength = answer->sample % SCUMBLE_SAMPLER_STRENGTHS;
  g_autofree char *sentence =
    answer->error != NULL ? scumble_wording (answer->error) : NULL;

  if (answer->shot != NULL)
    {
      scumble_sample_take (sample_at (self, answer->sample), answer->shot);
      begin_sample (self, answer->sample + 1);
      if (scumble_methods ()[method]->adapt != NULL && answer->updates == 0)
        show_sketch (self, method);
    }
  if (sentence != NULL)
    {
      complain (self, method, strength, sentence);
      begin_sample (self, (method + 1) * SCUMBLE_SAMPLER_STRENGTHS);
    }
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
