/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "style-chooser.h"
#include "picture-chooser.h"
#include "style-row.h"

struct _ScumbleStyleChooser
{
  GtkBox      parent_instance;

  GPtrArray  *layers;
  GtkWidget  *add_button;
  GtkStack   *stack;
  GtkListBox *list;
  gboolean    quiet; /* the list is being filled */
};

enum { CHANGED, REFRESH, ADD_FILE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleStyleChooser, scumble_style_chooser, GTK_TYPE_BOX)

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *row, ScumbleStyleChooser *self)
{
  if (!self->quiet)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* The list takes Enter for itself; a double click should not start a long run. */
static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, ScumbleStyleChooser *self)
{
  g_autoptr (GdkEvent) event = gtk_get_current_event ();
  GtkWidget           *top   = gtk_widget_get_toplevel (GTK_WIDGET (self));

  if (event != NULL && gdk_event_get_event_type (event) == GDK_KEY_PRESS)
    gtk_window_activate_default (GTK_WINDOW (top));
}

void
scumble_style_chooser_focus (ScumbleStyleChooser *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

/* By itself a list takes its mnemonic for activating a row. */
static gboolean
on_mnemonic_activate (GtkWidget *list, gboolean cycling, ScumbleStyleChooser *self)
{
  scumble_style_chooser_focus (self);
  return TRUE;
}

static void
on_refresh (GtkButton *button, ScumbleStyleChooser *self)
{
  g_signal_emit (self, signals[REFRESH], 0);
}

void
scumble_style_chooser_ask_file (ScumbleStyleChooser *self)
{
  GtkWidget       *top  = gtk_widget_get_toplevel (GTK_WIDGET (self));
  g_autofree char *path = scumble_picture_chooser_run (GTK_WINDOW (top));

  if (path != NULL)
    g_signal_emit (self, signals[ADD_FILE], 0, path);
}

static void
on_add_clicked (GtkButton *button, ScumbleStyleChooser *self)
{
  scumble_style_chooser_ask_file (self);
}

static void
on_drag_data_received (GtkWidget *widget, GdkDragContext *context, int x, int y,
                       GtkSelectionData *data, guint info, guint time)
{
  g_auto (GStrv) uris = gtk_selection_data_get_uris (data);

  for (guint i = 0; uris != NULL && uris[i] != NULL; i++)
    {
      g_autofree char *path = g_filename_from_uri (uris[i], NULL, NULL);

      if (path != NULL)
        g_signal_emit (widget, signals[ADD_FILE], 0, path);
    }
}

void
scumble_style_chooser_set_files (ScumbleStyleChooser *self, gboolean files)
{
  gtk_widget_set_visible (self->add_button, files);

  if (files)
    {
      gtk_drag_dest_set (GTK_WIDGET (self), GTK_DEST_DEFAULT_ALL, NULL, 0,
                         GDK_ACTION_COPY);
      gtk_drag_dest_add_uri_targets (GTK_WIDGET (self));
    }
}

static void
remove_row (GtkWidget *row, gpointer list)
{
  gtk_container_remove (list, row);
}

static void
add_rows (ScumbleStyleChooser *self, int layer_id)
{
  for (guint i = 0; i < self->layers->len; i++)
    {
      const ScumbleHostLayer *layer = g_ptr_array_index (self->layers, i);
      GtkWidget              *row   = scumble_style_row_new (layer);

      gtk_container_add (GTK_CONTAINER (self->list), row);
      if (i == 0 || layer->id == layer_id)
        gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
    }
}

void
scumble_style_chooser_fill (ScumbleStyleChooser *self, GPtrArray *layers, int layer_id)
{
  self->quiet = TRUE;
  gtk_container_foreach (GTK_CONTAINER (self->list), remove_row, self->list);
  g_clear_pointer (&self->layers, g_ptr_array_unref);
  self->layers = layers;
  add_rows (self, layer_id);

  self->quiet = FALSE;

  gtk_stack_set_visible_child_name (self->stack, layers->len > 0 ? "list" : "empty");
}

const ScumbleHostLayer *
scumble_style_chooser_get_layer (ScumbleStyleChooser *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

  return row == NULL ? NULL : scumble_style_row_get_layer (SCUMBLE_STYLE_ROW (row));
}

static void
scumble_style_chooser_finalize (GObject *object)
{
  ScumbleStyleChooser *self = SCUMBLE_STYLE_CHOOSER (object);

  g_clear_pointer (&self->layers, g_ptr_array_unref);
  G_OBJECT_CLASS (scumble_style_chooser_parent_class)->finalize (object);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, SCUMBLE_TYPE_STYLE_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                       NULL, G_TYPE_NONE, 0);
}

static void
scumble_style_chooser_class_init (ScumbleStyleChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = scumble_style_chooser_finalize;
  signals[CHANGED]                 = add_signal ("changed");
  signals[REFRESH]                 = add_signal ("refresh");
  signals[ADD_FILE] =
      g_signal_new ("add-file", SCUMBLE_TYPE_STYLE_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/scumble/ui/style-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleChooser, add_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleChooser, stack);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleChooser, list);
  gtk_widget_class_bind_template_callback (widget_class, on_add_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_drag_data_received);
  gtk_widget_class_bind_template_callback (widget_class, on_mnemonic_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_refresh);
}

static void
scumble_style_chooser_init (ScumbleStyleChooser *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
