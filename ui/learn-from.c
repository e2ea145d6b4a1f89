/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn-from.h"
#include "placement.h"
#include "scroll.h"

struct _ScumbleLearnFrom
{
  GtkGrid         parent_instance;

  GtkComboBox    *subjects;
  GtkFileChooser *chooser;
  char           *folder; /* nullable */
  gboolean        quiet;  /* something is being shown, not chosen */
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleLearnFrom, scumble_learn_from, GTK_TYPE_GRID)

static gboolean
is_folder (ScumbleLearnFrom *self)
{
  return g_strcmp0 (gtk_combo_box_get_active_id (self->subjects), "folder") == 0;
}

static void
take_folder (ScumbleLearnFrom *self, const char *folder)
{
  g_free (self->folder);
  self->folder = g_strdup (folder);
}

void
scumble_learn_from_show (ScumbleLearnFrom *self, const char *folder)
{
  self->quiet = TRUE;
  if (folder != NULL && g_strcmp0 (folder, self->folder) != 0)
    {
      take_folder (self, folder);
      gtk_file_chooser_set_filename (self->chooser, folder);
    }
  gtk_combo_box_set_active_id (self->subjects, folder != NULL ? "folder" : "layer");
  gtk_widget_set_visible (GTK_WIDGET (self->chooser), folder != NULL);
  self->quiet = FALSE;
}

const char *
scumble_learn_from_get (ScumbleLearnFrom *self)
{
  return is_folder (self) ? self->folder : NULL;
}

static void
on_subject_changed (GtkComboBox *subjects, ScumbleLearnFrom *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->chooser), is_folder (self));
  if (!self->quiet)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_folder_set (GtkFileChooserButton *button, ScumbleLearnFrom *self)
{
  g_autofree char *folder = gtk_file_chooser_get_filename (self->chooser);

  if (folder == NULL)
    return;

  take_folder (self, folder);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
scumble_learn_from_finalize (GObject *object)
{
  g_free (SCUMBLE_LEARN_FROM (object)->folder);

  G_OBJECT_CLASS (scumble_learn_from_parent_class)->finalize (object);
}

static void
scumble_learn_from_class_init (ScumbleLearnFromClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = scumble_learn_from_finalize;
  signals[CHANGED] = g_signal_new ("changed", SCUMBLE_TYPE_LEARN_FROM, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/learn-from.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleLearnFrom, subjects);
  gtk_widget_class_bind_template_child (widget_class, ScumbleLearnFrom, chooser);
  gtk_widget_class_bind_template_callback (widget_class, on_folder_set);
  gtk_widget_class_bind_template_callback (widget_class, on_subject_changed);
  gtk_widget_class_bind_template_callback (widget_class, scumble_placement_limit);
  gtk_widget_class_bind_template_callback (widget_class, scumble_scroll_past);
}

/* What has the focus in a file chooser's button is something inside of it, without a name. */
static void
name_inside (GtkWidget *widget, gpointer name)
{
  if (GTK_IS_COMBO_BOX (widget) || GTK_IS_BUTTON (widget))
    atk_object_set_name (gtk_widget_get_accessible (widget), name);
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), name_inside, name);
}

static void
scumble_learn_from_init (ScumbleLearnFrom *self)
{
  AtkObject *accessible;

  gtk_widget_init_template (GTK_WIDGET (self));
  accessible = gtk_widget_get_accessible (GTK_WIDGET (self->chooser));
  gtk_container_forall (GTK_CONTAINER (self->chooser), name_inside,
                        (gpointer) atk_object_get_name (accessible));
}
