/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"
#include "dialog.h"
#include "layers.h"
#include "paint.h"
#include "procedure.h"
#include "session.h"

#include <glib/gi18n-lib.h>
#include <gtk/gtk.h>

enum { THUMBNAIL_SIZE = 128 };

/* The dialog's host, with what its functions need. */
typedef struct
{
  ScumbleHost host;
  gint32      drawable;
} DrawableHost;

/* What a style probably is: a picture opened for the purpose, not what is repainted. */
static int
rank (gint32 layer, gint32 content)
{
  if (layer == content)
    return 2;

  return gimp_item_get_image (layer) == gimp_item_get_image (content) ? 1 : 0;
}

static ScumbleHostLayer *
describe_layer (gint32 layer)
{
  ScumbleHostLayer *described = g_new0 (ScumbleHostLayer, 1);

  described->id        = layer;
  described->name      = gimp_item_get_name (layer);
  described->image     = gimp_image_get_name (gimp_item_get_image (layer));
  described->thumbnail = gimp_drawable_get_thumbnail (layer, THUMBNAIL_SIZE,
                                                      THUMBNAIL_SIZE,
                                                      GIMP_PIXBUF_KEEP_ALPHA);

  return described;
}

static GPtrArray *
list_layers (ScumbleHost *host)
{
  const DrawableHost *self   = (DrawableHost *) host;
  g_autoptr (GArray)  layers = scumble_layers_list ();
  GPtrArray          *list   = g_ptr_array_new_with_free_func (
    (GDestroyNotify) scumble_host_layer_free);

  for (int wanted = 0; wanted <= 2; wanted++)
    for (guint i = 0; i < layers->len; i++)
      {
        const gint32 layer = g_array_index (layers, gint32, i);

        if (rank (layer, self->drawable) == wanted)
          g_ptr_array_add (list, describe_layer (layer));
      }

  return list;
}

static ScumbleSource *
open_style (ScumbleHost *host, int layer_id, gboolean selected_only, GError **error)
{
  GeglRectangle area = { 0, 0, 0, 0 };

  if (!scumble_style_check (layer_id, error))
    return NULL;

  area.width  = gimp_drawable_width (layer_id);
  area.height = gimp_drawable_height (layer_id);

  return (ScumbleSource *) scumble_drawable_source_new (layer_id, &area, TRUE, error);
}

static void
close_style (ScumbleHost *host, ScumbleSource *style)
{
  scumble_drawable_source_free ((ScumbleDrawableSource *) style);
}

static int
add_file (ScumbleHost *host, const char *path, GError **error)
{
  return scumble_layers_open (path, error);
}

static void
show_help (ScumbleHost *host)
{
  gimp_help (SCUMBLE_HELP_DOMAIN, SCUMBLE_PROCEDURE);
}

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

static gboolean
run_dialog (DrawableHost *self, ScumbleSettings *settings, gint32 *style)
{
  const ScumbleHostChoice *first;
  ScumbleHostChoices       choices;
  gboolean             painted;

  scumble_host_choices_init (&choices);
  if (*style != -1)
    g_ptr_array_add (choices.styles, scumble_host_choice_new (*style, NULL, NULL));
  painted = scumble_dialog_run (&self->host, settings, &choices);

  if (painted)
    {
      first  = g_ptr_array_index (choices.styles, 0);
      *style = first->file == NULL ? first->layer
                                   : scumble_layers_open (first->file, NULL);
    }
  scumble_host_choices_clear (&choices);

  return painted;
}

gboolean
scumble_host_run_dialog (const ScumbleTarget *target, ScumbleDrawableSource *content,
                         ScumbleDrawableSink *sink, ScumbleSettings *settings,
                         gint32 *style, GError **error)
{
  g_auto (GStrv)   path   = scumble_model_path ();
  g_autofree char *name   = gimp_item_get_name (target->drawable);
  g_autofree char *folder = scumble_session_presets ();
  DrawableHost     self   = { .drawable = target->drawable };

  self.host = (ScumbleHost) {
    .model_path    = (const char *const *) path,
    .memory        = scumble_memory_budget (),
    .threads       = scumble_thread_count (),
    .parent_window = parent_window (),
    .prefer_dark   = prefers_dark (),
    .folder        = folder,
    .content       = &content->source,
    .content_name  = name,
    .sink          = &sink->sink,
    .list_layers   = list_layers,
    .open_style    = open_style,
    .close_style   = close_style,
    .add_file      = add_file,
    .show_help     = show_help,
  };

  if (!start_gtk (error))
    return FALSE;

  if (run_dialog (&self, settings, style))
    return TRUE;

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED,
                       _("The dialog was closed."));
  return FALSE;
}
