/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-chooser.h"
#include "placement.h"

#include <glib/gi18n-lib.h>

enum { PREVIEW_EDGE = 192 };

static void
update_preview (GtkFileChooser *chooser, GtkImage *image)
{
  g_autofree char      *path   = gtk_file_chooser_get_preview_filename (chooser);
  g_autoptr (GdkPixbuf) pixbuf = NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    pixbuf = gdk_pixbuf_new_from_file_at_size (path, PREVIEW_EDGE, PREVIEW_EDGE, NULL);

  gtk_image_set_from_pixbuf (image, pixbuf);
  gtk_file_chooser_set_preview_widget_active (chooser, pixbuf != NULL);
}

static void
add_filters (GtkFileChooser *chooser)
{
  GtkFileFilter *pictures = gtk_file_filter_new ();
  GtkFileFilter *all      = gtk_file_filter_new ();

  gtk_file_filter_set_name (pictures, _("Pictures and saved styles"));
  gtk_file_filter_add_mime_type (pictures, "image/*");
  gtk_file_filter_add_pattern (pictures, "*.safetensors");
  gtk_file_chooser_add_filter (chooser, pictures);

  gtk_file_filter_set_name (all, _("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, all);
}

char *
scumble_picture_chooser_run (GtkWindow *parent)
{
  GtkWidget *dialog =
      gtk_file_chooser_dialog_new (_("Take the Style from a Picture File"), parent,
                                   GTK_FILE_CHOOSER_ACTION_OPEN, _("_Cancel"),
                                   GTK_RESPONSE_CANCEL, _("_Open"), GTK_RESPONSE_ACCEPT,
                                   NULL);
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);
  GtkWidget      *image   = gtk_image_new ();
  char           *path    = NULL;

  add_filters (chooser);
  gtk_file_chooser_set_preview_widget (chooser, image);
  g_signal_connect (chooser, "update-preview", G_CALLBACK (update_preview), image);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  g_signal_connect (dialog, "realize", G_CALLBACK (scumble_placement_limit), NULL);

  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_ACCEPT)
    path = gtk_file_chooser_get_filename (chooser);
  gtk_widget_destroy (dialog);

  return path;
}
