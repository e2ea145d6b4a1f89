/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The plug-in's two entries, and what happens in each of the three run modes. */
#include "frames.h"
#include "gimp-host.h"
#include "layers.h"
#include "leftovers.h"
#include "output.h"
#include "paint.h"
#include "procedure.h"
#include "session.h"
#include "split.h"
#include "window.h"
#include "wording.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <unistd.h>

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
  scumble_memory_divide ();
  /* A procedure that fails makes us fail; only our own sentence is shown. */
  gimp_plugin_set_pdb_error_handler (GIMP_PDB_ERROR_HANDLER_PLUGIN);
  scumble_leftovers_delete ();
}

static gboolean
paint (ScumbleCall *call, const ScumbleTarget *target, ScumbleHost *host, GError **error)
{
  if (call->run_mode != GIMP_RUN_INTERACTIVE)
    return scumble_paint (host, &call->settings, &call->choices, error);

  if (!scumble_window_run (host, call, target, error))
    return FALSE;

  scumble_session_save (&call->settings, &call->choices, target->area.width,
                        target->area.height);
  return TRUE;
}

/* A dialog shows what is lost, everybody else is told. */
static gboolean
accept_loss (const ScumbleCall *call, GError *lost, GError **error)
{
  if (lost == NULL)
    return TRUE;

  if (call->run_mode == GIMP_RUN_INTERACTIVE)
    {
      g_error_free (lost);
      return TRUE;
    }

  g_propagate_error (error, lost);
  return FALSE;
}

static gboolean
recall_record (ScumbleCall *call, ScumbleTarget *target, GError **error)
{
  const gint32           layer  = scumble_split_whole (scumble_record_layer (call->drawable));
  g_auto (ScumbleRecord) record = { 0 };

  if (!scumble_record_read (&record, layer, error) ||
      !scumble_target_init_again (target, call->image, layer, &record, error))
    return FALSE;

  call->settings = record.settings;
  scumble_host_choices_clear (&call->choices);
  call->choices         = record.choices;
  record.choices.styles = NULL;

  return accept_loss (call, g_steal_pointer (&record.lost), error);
}

/* Of an animation, whose layers scumble_frames_init() looks at: all of the image. */
static gboolean
look_at_target (const ScumbleCall *call, ScumbleTarget *target, GError **error)
{
  if (call->output == SCUMBLE_OUTPUT_FRAMES)
    {
      *target = (ScumbleTarget) {
        .image    = call->image,
        .drawable = call->drawable,
        .area     = { 0, 0, gimp_image_width (call->image), gimp_image_height (call->image) },
        .replaces = -1,
      };
      return TRUE;
    }

  return scumble_target_init (target, call->image, call->drawable,
                              call->output == SCUMBLE_OUTPUT_IMAGE, error) &&
         (call->output != SCUMBLE_OUTPUT_SPLIT || scumble_split_check (call->image, error));
}

static gboolean
recall_session (ScumbleCall *call, ScumbleTarget *target, GError **error)
{
  GError *lost = NULL;

  if (!look_at_target (call, target, error))
    return FALSE;

  if (call->run_mode == GIMP_RUN_INTERACTIVE)
    scumble_session_begin (&call->settings, &call->choices, target->area.width,
                           target->area.height, &lost);
  else if (call->run_mode == GIMP_RUN_WITH_LAST_VALS)
    scumble_session_load (&call->settings, &call->choices, &lost);

  return accept_loss (call, lost, error);
}

/* The arguments, the values used last, or those that an earlier result remembers. */
static gboolean
recall (ScumbleCall *call, ScumbleTarget *target, GError **error)
{
  return (call->output == SCUMBLE_OUTPUT_AGAIN ? recall_record
                                               : recall_session) (call, target, error) &&
         (call->run_mode == GIMP_RUN_INTERACTIVE ||
          scumble_choices_check (&call->choices, error));
}

/* Behind a dialog, this is the first that GIMP's progress bar hears of us. */
static void
show_last_stage (const ScumbleCall *call)
{
  const char *text = _("Adding the new layer");

  if (call->run_mode == GIMP_RUN_INTERACTIVE)
    gimp_progress_init (text);
  else
    gimp_progress_set_text (text);
  gimp_progress_pulse ();
}

static gint32
put (const ScumbleCall *call, const ScumbleTarget *target, const ScumbleDrawableSink *sink,
     GError **error)
{
  gint32 result;

  show_last_stage (call);
  result = call->output == SCUMBLE_OUTPUT_IMAGE
             ? scumble_output_image (target, sink, &call->settings, &call->choices, error)
             : scumble_output_layer (target, sink, call->output == SCUMBLE_OUTPUT_SPLIT,
                                     &call->settings, &call->choices, error);
  gimp_progress_end ();

  return result;
}

/* Returns: ID of the new image; -1 with @error set. */
static gint32
repaint_frames (ScumbleCall *call, GError **error)
{
  g_auto (ScumbleTarget)   target = { 0 };
  g_auto (ScumbleFrames)   frames = { 0 };
  g_auto (ScumbleGimpHost) host   = { { 0 } };
  gint32                   result;

  if (!recall (call, &target, error) || !scumble_frames_init (&frames, call->image, error))
    return -1;

  scumble_gimp_host_init (&host, &target, scumble_reel_source (frames.reel),
                          scumble_reel_sink (frames.reel));
  host.frames            = &frames;
  host.host.frame_width  = target.area.width;
  host.host.frame_height = target.area.height;
  if (!paint (call, &target, &host.host, error))
    return -1;

  show_last_stage (call);
  result = scumble_frames_output (&frames, error);
  gimp_progress_end ();

  return result;
}

/* Returns: ID of the new layer or image; -1 with @error set and the image untouched. */
static gint32
repaint (ScumbleCall *call, GError **error)
{
  const gboolean                    dialog  = call->run_mode == GIMP_RUN_INTERACTIVE;
  g_auto (ScumbleTarget)            target  = { 0 };
  g_auto (ScumbleGimpHost)          host    = { { 0 } };
  g_autoptr (ScumbleDrawableSource) content = NULL;
  g_autoptr (ScumbleDrawableSink)   sink    = NULL;

  if (!recall (call, &target, error))
    return -1;

  content = scumble_drawable_source_new (target.drawable, &target.area, dialog, error);
  if (content == NULL)
    return -1;

  sink = scumble_drawable_sink_new (content, error);
  if (sink == NULL)
    return -1;

  scumble_gimp_host_init (&host, &target, &content->source, &sink->sink);
  if (!paint (call, &target, &host.host, error))
    return -1;

  return put (call, &target, sink, error);
}

static gboolean
save_style (const ScumbleCall *call, GError **error)
{
  g_auto (ScumbleGimpHost) host = { { 0 } };

  if (!scumble_choices_check (&call->choices, error))
    return FALSE;

  scumble_gimp_host_init (&host, NULL, NULL, NULL);
  return scumble_save_style (&host.host, &call->settings, &call->choices, call->file,
                             call->title, error);
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

/* An image that is shown is nobody's leftover: the mark goes last. */
static void
show (const ScumbleCall *call, gint32 result)
{
  const gboolean image = scumble_output_is_image (call->output);

  if (call->run_mode != GIMP_RUN_NONINTERACTIVE)
    {
      if (image)
        gimp_display_new (result);
      gimp_displays_flush ();
    }
  if (image)
    scumble_leftovers_keep (result);
}

/* Returns: how many values there are */
static int
execute (const char *name, int n_params, const GimpParam *params, GimpParam *values,
         GError **error)
{
  g_auto (ScumbleCall) call   = { 0 };
  gint32               result = -1;

  if (!scumble_procedure_parse (&call, name, params, n_params, error))
    return 1;
  if (call.output == SCUMBLE_OUTPUT_STYLE)
    {
      save_style (&call, error);
      return 1;
    }

  result = (call.output == SCUMBLE_OUTPUT_FRAMES ? repaint_frames : repaint) (&call, error);
  if (result == -1)
    return 1;

  show (&call, result);
  values[1].type         = scumble_output_is_image (call.output) ? GIMP_PDB_IMAGE
                                                                 : GIMP_PDB_LAYER;
  values[1].data.d_int32 = result;

  return 2;
}

static void
run (const char *name, int n_params, const GimpParam *params, int *n_results,
     GimpParam **results)
{
  /* GIMP reads these after we have returned. */
  static GimpParam   values[2];
  g_autoptr (GError) error = NULL;

  set_up ();
  *results                = values;
  *n_results              = execute (name, n_params, params, values, &error);
  values[0].type          = GIMP_PDB_STATUS;
  values[0].data.d_status = GIMP_PDB_SUCCESS;
  scumble_layers_close ();

  if (error == NULL)
    return;

  *n_results              = 2;
  values[0].data.d_status = status_for (error);
  values[1].type          = GIMP_PDB_STRING;
  values[1].data.d_string = scumble_wording_advised (error, scumble_memory_advice ());
}

const GimpPlugInInfo PLUG_IN_INFO =
{
  .query_proc = query,
  .run_proc   = run,
};

/* libgomp's threads wait for each other by spinning for milliseconds, unless told otherwise before
 * they are loaded. Where other programs want the processor too, the one that is waited for then
 * does not get it: learning took two to seven times as long on two busy cores. Not to spin at all
 * costs up to half of the time where nobody else wants them; so many turns are nearly the best
 * of both (SPEED.md). This program starts itself once more, told so. */
static void
wait_quietly (char **argv)
{
  static const char turns[] = "GOMP_SPINCOUNT";

  if (g_getenv (turns) == NULL && g_getenv ("OMP_WAIT_POLICY") == NULL &&
      g_setenv (turns, "15000", FALSE))
    execv ("/proc/self/exe", argv);
}

/* Where a profile has curves and a matrix, GIMP has babl convert its colours in place of lcms:
 * faster, but in whichever way was the fastest when tried, so that the last bits of a picture
 * are not the same in every process. */
static void
convert_alike (void)
{
  g_setenv ("GIMP_COLOR_TRANSFORM_DISABLE_BABL", "1", TRUE);
}

int
main (int argc, char **argv)
{
  wait_quietly (argv);
  convert_alike ();

  return gimp_main (&PLUG_IN_INFO, argc, argv);
}
