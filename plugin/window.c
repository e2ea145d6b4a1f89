/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window.h"
#include "dialog.h"

#include <glib/gi18n-lib.h>
#include <gtk/gtk.h>

/* What GIMP's user interface library does for plug-ins with its older GTK. */
static gboolean
start_gtk (GError **error)
{
  const char *display = gimp_display_name ();

  if (display != NULL && *display != '\0')
    g_setenv ("DISPLAY", display, TRUE);
  if (gimp_user_time () != 0)
    {
      g_autofree char *startup_id = g_strdup_printf ("_TIME%u", gimp_user_time ());

      g_setenv ("DESKTOP_STARTUP_ID", startup_id, TRUE);
    }

  g_set_prgname (SCUMBLE_PROCEDURE);
  gdk_set_program_class (gimp_wm_class ());
  /* GIMP's windows are X11 windows everywhere, and ours belongs to one of them. */
  gdk_set_allowed_backends ("x11,*");

  if (gtk_init_check (NULL, NULL))
    {
      gtk_icon_theme_prepend_search_path (gtk_icon_theme_get_default (),
                                          gimp_icon_theme_dir ());
      return TRUE;
    }

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                       _("There is no display to open the dialog on. Use the run mode "
                         "RUN-NONINTERACTIVE with all arguments."));
  return FALSE;
}

static gboolean
prefers_dark (void)
{
  g_autofree char *theme = gimp_gimprc_query ("theme");
  g_autofree char *lower = theme == NULL ? NULL : g_ascii_strdown (theme, -1);

  /* GIMP's "Gray" has light text on middle gray. */
  return lower != NULL &&
         (strstr (lower, "dark") != NULL || strstr (lower, "gray") != NULL);
}

static gulong
parent_window (void)
{
  const gint32 display = gimp_default_display ();

  return display > 0 ? gimp_display_get_window_handle (display) : 0;
}

/* Returns: (transfer full): the dialog's title */
static char *
title_for (ScumbleOutput output, const ScumbleTarget *target)
{
  g_autofree char *name = output == SCUMBLE_OUTPUT_FRAMES ? gimp_image_get_name (target->image)
                                                          : gimp_item_get_name (target->drawable);

  switch (output)
    {
    case SCUMBLE_OUTPUT_IMAGE:
      return g_strdup_printf (_("Scumble to New Image: %s"), name);
    case SCUMBLE_OUTPUT_SPLIT:
      return g_strdup_printf (_("Scumble to Split Layers: %s"), name);
    case SCUMBLE_OUTPUT_FRAMES:
      return g_strdup_printf (_("Scumble All Layers as Frames: %s"), name);
    case SCUMBLE_OUTPUT_LAYER:
    case SCUMBLE_OUTPUT_AGAIN:
    case SCUMBLE_OUTPUT_STYLE:
      return g_strdup_printf (_("Scumble: %s"), name);
    }

  g_return_val_if_reached (NULL);
}

gboolean
scumble_window_run (ScumbleHost *host, ScumbleCall *call, const ScumbleTarget *target,
                    GError **error)
{
  g_autofree char *title = title_for (call->output, target);
  gboolean         painted;

  if (!start_gtk (error))
    return FALSE;

  host->title         = title;
  host->parent_window = parent_window ();
  host->prefer_dark   = prefers_dark ();
  painted             = scumble_dialog_run (host, &call->settings, &call->choices);
  host->title         = NULL;
  if (painted)
    return TRUE;

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED,
                       _("The dialog was closed."));
  return FALSE;
}
