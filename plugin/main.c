/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The plug-in's two entries, and what happens in each of the three run modes. */
#include "host.h"
#include "layers.h"
#include "output.h"
#include "paint.h"
#include "procedure.h"
#include "session.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

static void
query (void)
{
  g_autofree char *help = g_filename_to_uri (SCUMBLE_HELP_DIR, NULL, NULL);

  gimp_plugin_domain_register (GETTEXT_PACKAGE, SCUMBLE_LOCALE_DIR);
  gimp_plugin_help_register (SCUMBLE_HELP_DOMAIN, help);
  scumble_procedure_install ();
}

static void
set_up (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SCUMBLE_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  gegl_init (NULL, NULL);
  /* A procedure that fails makes us fail; only our own sentence is shown. */
  gimp_plugin_set_pdb_error_handler (GIMP_PDB_ERROR_HANDLER_PLUGIN);
}

static gboolean
paint_with_dialog (ScumbleCall *call, const ScumbleTarget *target,
                   ScumbleDrawableSource *content, ScumbleDrawableSink *sink,
                   GError **error)
{
  if (!scumble_host_run_dialog (target, content, sink, &call->settings, &call->style,
                                error))
    return FALSE;

  scumble_session_save (&call->settings, call->style);
  return TRUE;
}

static gboolean
paint_directly (const ScumbleCall *call, ScumbleDrawableSource *content,
                ScumbleDrawableSink *sink, GError **error)
{
  GeglRectangle                     area  = { 0, 0, 0, 0 };
  g_autoptr (ScumbleDrawableSource) style = NULL;

  area.width  = gimp_drawable_width (call->style);
  area.height = gimp_drawable_height (call->style);
  style       = scumble_drawable_source_new (call->style, &area, FALSE, error);

  return style != NULL && scumble_paint (&content->source, &style->source,
                                         &call->settings, &sink->sink, error);
}

/* The values used last, or those that an earlier result remembers. */
static gboolean
recall (ScumbleCall *call, ScumbleTarget *target, GError **error)
{
  g_auto (ScumbleRecord) record = { 0 };

  if (call->output != SCUMBLE_OUTPUT_AGAIN)
    {
      if (call->run_mode != GIMP_RUN_NONINTERACTIVE)
        call->style = scumble_session_load (&call->settings);

      return scumble_target_init (target, call->image, call->drawable,
                                  call->output == SCUMBLE_OUTPUT_IMAGE, error);
    }

  if (!scumble_record_read (&record, call->drawable, error))
    return FALSE;

  call->settings = record.settings;
  call->style    = record.style;

  return scumble_target_init_again (target, call->image, call->drawable, &record, error);
}

static gboolean
check_style (const ScumbleCall *call, GError **error)
{
  const gboolean given = call->run_mode == GIMP_RUN_NONINTERACTIVE &&
                         call->output != SCUMBLE_OUTPUT_AGAIN;

  if (call->run_mode == GIMP_RUN_INTERACTIVE)
    return TRUE;

  if (call->style != -1 || given)
    return scumble_style_check (call->style, error);

  g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                       _("The style is not to be found any more. Open it, or choose "
                         "another one with Filters > Artistic > Scumble."));
  return FALSE;
}

/* Returns: ID of the new layer or image; -1 with @error set and the image untouched. */
static gint32
repaint (ScumbleCall *call, GError **error)
{
  const gboolean                    dialog  = call->run_mode == GIMP_RUN_INTERACTIVE;
  g_auto (ScumbleTarget)            target  = { 0 };
  g_autoptr (ScumbleDrawableSource) content = NULL;
  g_autoptr (ScumbleDrawableSink)   sink    = NULL;

  if (!recall (call, &target, error) || !check_style (call, error))
    return -1;

  content = scumble_drawable_source_new (target.drawable, &target.area, dialog, error);
  if (content == NULL)
    return -1;

  sink = scumble_drawable_sink_new (content, error);
  if (sink == NULL)
    return -1;

  if (dialog ? !paint_with_dialog (call, &target, content, sink, error)
             : !paint_directly (call, content, sink, error))
    return -1;

  return (call->output == SCUMBLE_OUTPUT_IMAGE ? scumble_output_image
                                               : scumble_output_layer)
    (&target, sink->buffer, &call->settings, call->style, error);
}

static GimpPDBStatusType
status_for (const GError *error)
{
  if (g_error_matches (error, SCUMBLE_ERROR, SCUMBLE_ERROR_CANCELLED))
    return GIMP_PDB_CANCEL;
  if (g_error_matches (error, SCUMBLE_ERROR, SCUMBLE_ERROR_ARGUMENT))
    return GIMP_PDB_CALLING_ERROR;

  return GIMP_PDB_EXECUTION_ERROR;
}

static void
show (const ScumbleCall *call, gint32 result)
{
  if (call->run_mode == GIMP_RUN_NONINTERACTIVE)
    return;

  if (call->output == SCUMBLE_OUTPUT_IMAGE)
    gimp_display_new (result);
  gimp_displays_flush ();
}

static void
run (const char *name, int n_params, const GimpParam *params, int *n_results,
     GimpParam **results)
{
  /* GIMP reads these after we have returned. */
  static GimpParam   values[2];
  g_autoptr (GError) error  = NULL;
  gint32             result = -1;
  ScumbleCall        call;

  set_up ();

  if (scumble_procedure_parse (&call, name, params, n_params, &error))
    result = repaint (&call, &error);
  scumble_layers_close ();

  values[0].type = GIMP_PDB_STATUS;
  *n_results     = 2;
  *results       = values;

  if (result == -1)
    {
      values[0].data.d_status = status_for (error);
      values[1].type          = GIMP_PDB_STRING;
      values[1].data.d_string = g_strdup (error->message);
      return;
    }

  show (&call, result);
  values[0].data.d_status = GIMP_PDB_SUCCESS;
  values[1].type          = call.output == SCUMBLE_OUTPUT_IMAGE ? GIMP_PDB_IMAGE
                                                                : GIMP_PDB_LAYER;
  values[1].data.d_int32  = result;
}

const GimpPlugInInfo PLUG_IN_INFO =
{
  .query_proc = query,
  .run_proc   = run,
};

MAIN ()
