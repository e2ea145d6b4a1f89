/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt.h"
#include "placement.h"

#include <glib/gi18n-lib.h>

/* The name in the entry, or NULL if it is blank. */
static char *
entered (GtkEntry *entry)
{
  char *name = g_strstrip (g_strdup (gtk_entry_get_text (entry)));

  if (*name == '\0')
    g_clear_pointer (&name, g_free);

  return name;
}

char *
scumble_prompt_name (GtkWindow *parent, const char *title, const char *tooltip,
                     const char *suggestion)
{
  g_autoptr (GtkBuilder) builder =
    gtk_builder_new_from_resource ("/scumble/ui/name-prompt.ui");
  GtkDialog *dialog = GTK_DIALOG (gtk_builder_get_object (builder, "dialog"));
  GtkEntry  *entry  = GTK_ENTRY (gtk_builder_get_object (builder, "entry"));
  char      *name   = NULL;

  gtk_window_set_title (GTK_WINDOW (dialog), title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (entry), tooltip);
  gtk_entry_set_text (entry, suggestion);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), parent);
  if (gtk_dialog_run (dialog) == GTK_RESPONSE_OK)
    name = entered (entry);
  gtk_widget_destroy (GTK_WIDGET (dialog));

  return name;
}

gboolean
scumble_prompt_sure (GtkWindow *parent, const char *question, const char *action)
{
  GtkWidget *dialog = gtk_message_dialog_new (parent, GTK_DIALOG_MODAL,
                                              GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE,
                                              "%s", question);
  int        response;

  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _("_Cancel"), GTK_RESPONSE_CANCEL, action,
                          GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  response = gtk_dialog_run (GTK_DIALOG (dialog));
  gtk_widget_destroy (dialog);

  return response == GTK_RESPONSE_OK;
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *pattern)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_pattern (filter, pattern);
  gtk_file_chooser_add_filter (chooser, filter);
}

char *
scumble_prompt_file (GtkWindow *parent, GtkFileChooserAction action)
{
  const gboolean  save    = action == GTK_FILE_CHOOSER_ACTION_SAVE;
  GtkWidget      *dialog =
      gtk_file_chooser_dialog_new (save ? _("Export the Settings")
                                        : _("Import Settings"),
                                   parent, action, _("_Cancel"), GTK_RESPONSE_CANCEL,
                                   save ? _("_Export") : _("_Import"),
                                   GTK_RESPONSE_ACCEPT, NULL);
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);
  char           *path    = NULL;

  gtk_file_chooser_set_do_overwrite_confirmation (chooser, TRUE);
  add_filter (chooser, _("Presets"), "*.preset");
  add_filter (chooser, _("All files"), "*");
  if (save)
    gtk_file_chooser_set_current_name (chooser, "settings.preset");
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  g_signal_connect (dialog, "realize", G_CALLBACK (scumble_placement_limit), NULL);

  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_ACCEPT)
    path = gtk_file_chooser_get_filename (chooser);
  gtk_widget_destroy (dialog);

  return path;
}
