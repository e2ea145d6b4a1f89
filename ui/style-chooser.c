/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "style-chooser.h"
#include "list-focus.h"
#include "picture-chooser.h"
#include "style-row.h"

#include <glib/gi18n-lib.h>

struct _ScumbleStyleChooser
{
  GtkBox      parent_instance;

  GPtrArray  *items;
  GtkWidget  *mix_button;
  GtkWidget  *save_button;
  GtkWidget  *add_button;
  GtkStack   *stack;
  GtkListBox *list;
  gboolean    quiet;  /* the list is being changed from outside */
  guint       load;   /* idle source of the next thumbnail, or 0 */
  int         loaded; /* rows that have been looked at for thumbnails */
};

enum { CHANGED, MIX, SAVE, DELETE, REFRESH, ADD_FILE, N_SIGNALS };

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

/* What has the focus already may have been scrolled away, and grabbing moves nothing then; but a
 * container looks after its focus's place whenever it is told of it. */
static void
bring_into_sight (GtkWidget *widget)
{
  for (GtkWidget *parent = gtk_widget_get_parent (widget); parent != NULL;
       widget = parent, parent = gtk_widget_get_parent (parent))
    gtk_container_set_focus_child (GTK_CONTAINER (parent), widget);
}

void
scumble_style_chooser_focus (ScumbleStyleChooser *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

  if (row == NULL)
    return;

  gtk_widget_grab_focus (GTK_WIDGET (row));
  bring_into_sight (GTK_WIDGET (row));
}

/* By itself a list takes its mnemonic for activating a row. */
static gboolean
on_mnemonic_activate (GtkWidget *list, gboolean cycling, ScumbleStyleChooser *self)
{
  scumble_style_chooser_focus (self);
  return TRUE;
}

static void
on_mix (GtkButton *button, ScumbleStyleChooser *self)
{
  g_signal_emit (self, signals[MIX], 0);
}

static void
on_save (GtkButton *button, ScumbleStyleChooser *self)
{
  g_signal_emit (self, signals[SAVE], 0);
}

static void
on_row_delete (ScumbleStyleRow *row, ScumbleStyleChooser *self)
{
  g_signal_emit (self, signals[DELETE], 0, scumble_style_row_get_item (row));
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

void
scumble_style_chooser_set_saving (ScumbleStyleChooser *self, gboolean saving)
{
  gtk_widget_set_visible (self->save_button, saving);
}

void
scumble_style_chooser_set_files (ScumbleStyleChooser *self, gboolean files)
{
  gtk_widget_set_visible (self->add_button, files);
}

static void
remove_row (GtkWidget *row, gpointer list)
{
  gtk_container_remove (list, row);
}

static const char *
section_title (ScumbleStyleKind kind)
{
  switch (kind)
    {
    case SCUMBLE_STYLE_LAYER:
      return _("Open images");
    case SCUMBLE_STYLE_SAVED:
      return _("Saved styles");
    case SCUMBLE_STYLE_BOX:
      return _("Styles in the box");
    case SCUMBLE_STYLE_RECENT:
      return _("Used recently");
    }

  g_return_val_if_reached (NULL);
}

/* A title above the first style of every kind. */
static void
head_row (GtkListBoxRow *row, GtkListBoxRow *before, gpointer unused)
{
  const ScumbleStyleKind kind =
      scumble_style_row_get_item (SCUMBLE_STYLE_ROW (row))->kind;
  GtkWidget *label;

  if (before != NULL &&
      scumble_style_row_get_item (SCUMBLE_STYLE_ROW (before))->kind == kind)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }

  label = gtk_label_new (section_title (kind));
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
  g_object_set (label, "margin-start", 6, "margin-top", 4, "margin-bottom", 2, NULL);
  gtk_widget_show (label);
  gtk_list_box_row_set_header (row, label);
}

static void
add_rows (ScumbleStyleChooser *self, const ScumbleHostChoice *choice)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      ScumbleStyleItem *item = g_ptr_array_index (self->items, i);
      GtkWidget        *row  = scumble_style_row_new (item);

      g_signal_connect (row, "delete", G_CALLBACK (on_row_delete), self);
      gtk_container_add (GTK_CONTAINER (self->list), row);
      if (i == 0 || (choice != NULL && scumble_style_item_is (item, choice)))
        gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
    }
}

/* One picture at a time, so that the window answers meanwhile. */
static gboolean
load_next (gpointer data)
{
  ScumbleStyleChooser *self = data;
  GtkListBoxRow       *row  = gtk_list_box_get_row_at_index (self->list, self->loaded++);

  if (row == NULL)
    {
      self->load = 0;
      return G_SOURCE_REMOVE;
    }

  scumble_style_row_load (SCUMBLE_STYLE_ROW (row));
  return G_SOURCE_CONTINUE;
}

void
scumble_style_chooser_fill (ScumbleStyleChooser *self, GPtrArray *items,
                            const ScumbleHostChoice *choice)
{
  self->quiet = TRUE;
  gtk_container_foreach (GTK_CONTAINER (self->list), remove_row, self->list);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  self->items = items;
  add_rows (self, choice);
  self->quiet = FALSE;

  self->loaded = 0;
  if (self->load == 0)
    self->load = g_idle_add (load_next, self);
  gtk_widget_set_sensitive (self->mix_button, items->len > 0);
  gtk_widget_set_sensitive (self->save_button, items->len > 0);
  gtk_stack_set_visible_child_name (self->stack, items->len > 0 ? "list" : "empty");
}

const ScumbleStyleItem *
scumble_style_chooser_get_item (ScumbleStyleChooser *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

  return row == NULL ? NULL : scumble_style_row_get_item (SCUMBLE_STYLE_ROW (row));
}

const ScumbleStyleItem *
scumble_style_chooser_find (ScumbleStyleChooser *self, const ScumbleHostChoice *choice)
{
  for (guint i = 0; i < self->items->len; i++)
    if (scumble_style_item_is (g_ptr_array_index (self->items, i), choice))
      return g_ptr_array_index (self->items, i);

  return NULL;
}

void
scumble_style_chooser_select (ScumbleStyleChooser *self,
                              const ScumbleHostChoice *choice)
{
  GtkListBoxRow *row;

  self->quiet = TRUE;
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (scumble_style_item_is (scumble_style_row_get_item (SCUMBLE_STYLE_ROW (row)),
                               choice))
      gtk_list_box_select_row (self->list, row);
  self->quiet = FALSE;
}

static void
scumble_style_chooser_finalize (GObject *object)
{
  ScumbleStyleChooser *self = SCUMBLE_STYLE_CHOOSER (object);

  g_clear_handle_id (&self->load, g_source_remove);
  g_clear_pointer (&self->items, g_ptr_array_unref);
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
  signals[MIX]                     = add_signal ("mix");
  signals[SAVE]                    = add_signal ("save");
  signals[REFRESH]                 = add_signal ("refresh");
  signals[DELETE] = g_signal_new ("delete", SCUMBLE_TYPE_STYLE_CHOOSER, G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ADD_FILE] =
      g_signal_new ("add-file", SCUMBLE_TYPE_STYLE_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/scumble/ui/style-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleChooser, mix_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleChooser, save_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleChooser, add_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleChooser, stack);
  gtk_widget_class_bind_template_child (widget_class, ScumbleStyleChooser, list);
  gtk_widget_class_bind_template_callback (widget_class, on_add_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_mix);
  gtk_widget_class_bind_template_callback (widget_class, on_mnemonic_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_bind_template_callback (widget_class, scumble_list_focus_leave);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_refresh);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
}

static void
scumble_style_chooser_init (ScumbleStyleChooser *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->list, head_row, NULL, NULL);
}
