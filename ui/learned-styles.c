/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learned-styles.h"
#include "engine.h"
#include "wording.h"

#include <glib/gi18n-lib.h>

/* One style in the list, with the widgets that its deletion concerns. */
typedef struct
{
  char      *folder;
  char      *key;
  GtkWidget *row;
} Entry;

static void
free_entry (gpointer data, GClosure *closure)
{
  Entry *entry = data;

  g_free (entry->folder);
  g_free (entry->key);
  g_free (entry);
}

static void
on_delete (GtkButton *button, Entry *entry)
{
  g_autoptr (GError) error    = NULL;
  g_autofree char   *sentence = NULL;

  if (scumble_style_cache_delete (entry->folder, entry->key, &error))
    {
      gtk_widget_destroy (entry->row);
      return;
    }

  sentence = scumble_wording (error);
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), sentence);
}

/* "24 Nov 2026, 6.7 MB" */
static char *
describe (const ScumbleCachedStyle *style)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (style->time);
  g_autofree char      *date = g_date_time_format (time, "%x");
  g_autofree char      *size = g_format_size (style->size);

  return g_strdup_printf (_("%s, %s"), date, size);
}

static GtkWidget *
label_new (const char *text, gboolean dim)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (label, TRUE);
  if (dim)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");

  return label;
}

static GtkWidget *
delete_button_new (const ScumbleCachedStyle *style, const char *folder, GtkWidget *row)
{
  GtkWidget       *button = gtk_button_new_from_icon_name ("edit-delete-symbolic",
                                                           GTK_ICON_SIZE_BUTTON);
  g_autofree char *name   = g_strdup_printf (_("Delete %s"), style->title);
  const Entry      entry  = { g_strdup (folder), g_strdup (style->key), row };

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, _("Delete this style: it can be learned again"));
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect_data (button, "clicked", G_CALLBACK (on_delete),
                         g_memdup2 (&entry, sizeof entry), free_entry, 0);

  return button;
}

static GtkWidget *
row_new (const ScumbleCachedStyle *style, const char *folder)
{
  GtkWidget       *row  = gtk_list_box_row_new ();
  GtkWidget       *grid = gtk_grid_new ();
  g_autofree char *text = describe (style);

  g_object_set (grid, "margin", 6, "column-spacing", 8, NULL);
  gtk_grid_attach (GTK_GRID (grid), label_new (style->title, FALSE), 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), label_new (text, TRUE), 0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), delete_button_new (style, folder, row), 1, 0, 1, 2);
  gtk_container_add (GTK_CONTAINER (row), grid);
  atk_object_set_name (gtk_widget_get_accessible (row), style->title);

  return row;
}

static GtkWidget *
list_new (const char *folder)
{
  g_autoptr (GPtrArray) styles = scumble_style_cache_list (folder);
  GtkWidget            *list   = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (list),
                                label_new (_("No style has been learned yet."), TRUE));
  for (guint i = 0; i < styles->len; i++)
    gtk_container_add (GTK_CONTAINER (list),
                       row_new (g_ptr_array_index (styles, i), folder));
  atk_object_set_name (gtk_widget_get_accessible (list), _("Learned styles"));

  return list;
}

void
scumble_learned_styles_run (GtkWindow *parent, const char *folder)
{
  GtkWidget *dialog   = gtk_dialog_new_with_buttons (_("Learned Styles"), parent,
                                                     GTK_DIALOG_MODAL, _("C_lose"),
                                                     GTK_RESPONSE_CLOSE, NULL);
  GtkWidget *content  = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  g_object_set (scrolled, "margin", 10, "shadow-type", GTK_SHADOW_IN, "hscrollbar-policy",
                GTK_POLICY_NEVER, NULL);
  gtk_container_add (GTK_CONTAINER (scrolled), list_new (folder));
  gtk_box_pack_start (GTK_BOX (content), scrolled, TRUE, TRUE, 0);
  gtk_window_set_default_size (GTK_WINDOW (dialog), 380, 320);
  gtk_widget_show_all (content);

  gtk_dialog_run (GTK_DIALOG (dialog));
  gtk_widget_destroy (dialog);
}
