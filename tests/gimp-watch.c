/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp-watch.h"

#include "engine.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  GPtrArray *texts;
  int        victim;  /* stage to kill in, or -1 */
  double     entered; /* progress when the present stage began */
  double     last;
  gboolean   rising;
  gboolean   killed;
  int        pid;  /* of the plug-in, or 0 */
  int        peak; /* of its memory, in KiB */
} Watch;

static int
find_plugin (void)
{
  g_autofree char *command = g_strdup_printf ("pgrep -P %d -f plug-ins/scumble/scumble",
                                              (int) getppid ());
  g_autofree char *pid     = NULL;

  return g_spawn_command_line_sync (command, &pid, NULL, NULL, NULL) ? atoi (pid) : 0;
}

/* As GIMP does when the user cancels: SIGKILL, whatever the plug-in is doing. */
static void
kill_plugin (Watch *self)
{
  if (!self->killed && self->pid > 0)
    self->killed = kill (self->pid, SIGKILL) == 0;
}

static void
note_memory (Watch *self)
{
  g_autofree char *path   = g_strdup_printf ("/proc/%d/status", self->pid);
  g_autofree char *status = NULL;
  const char      *peak;

  if (!g_file_get_contents (path, &status, NULL, NULL))
    return;

  peak = strstr (status, "VmHWM:");
  if (peak != NULL)
    self->peak = MAX (self->peak, atoi (peak + strlen ("VmHWM:")));
}

static gboolean
in_victim_stage (const Watch *self)
{
  return self->victim >= 0 && (int) self->texts->len == self->victim + 1;
}

/* A stage that is over before it reports anything is killed at its end. */
static void
note_text (const char *text, gpointer user_data)
{
  Watch *self = user_data;

  if (self->pid == 0)
    self->pid = find_plugin ();
  note_memory (self);

  if (in_victim_stage (self))
    kill_plugin (self);
  else if (text != NULL && *text != '\0')
    g_ptr_array_add (self->texts, g_strdup (text));

  self->entered = self->last;
}

static void
note_start (const char *text, gboolean cancelable, gpointer user_data)
{
  note_text (text, user_data);
}

static void
note_value (double value, gpointer user_data)
{
  Watch *self = user_data;

  self->rising = self->rising && value >= self->last;
  self->last   = value;
  note_memory (self);
  if (in_victim_stage (self) && value > self->entered)
    kill_plugin (self);
}

static void
note_end (gpointer user_data)
{
  note_text (NULL, user_data);
}

static void
note_pulse (gpointer user_data)
{
  if (in_victim_stage (user_data))
    kill_plugin (user_data);
}

/* Every argument that a script would have to give. The stages are the same however long a style
 * learns. */
static GArray *
make_arguments (const GimpParam *params)
{
  GArray             *args    = g_array_new (FALSE, TRUE, sizeof (GimpParam));
  const GimpParam     mode    = { GIMP_PDB_INT32, { .d_int32 = GIMP_RUN_NONINTERACTIVE } };
  const GimpParam     quality = { GIMP_PDB_STRING, { .d_string = params[6].data.d_string } };
  guint               n;
  const ScumbleParam *table   = scumble_params (&n);
  ScumbleSettings     settings;

  scumble_settings_init (&settings);
  settings.strength = params[4].data.d_float;
  settings.updates  = 25;
  g_array_append_val (args, mode);
  g_array_append_vals (args, params, 4);
  g_array_append_val (args, quality);

  for (guint i = 0; i < n; i++)
    {
      GimpParam value = { GIMP_PDB_FLOAT };

      if (table[i].kind == SCUMBLE_PARAM_NUMBER)
        value.data.d_float = *scumble_param_value (&table[i], &settings);
      else
        value = (GimpParam) {
          GIMP_PDB_STRING,
          { .d_string = (char *) scumble_param_chosen (&table[i], &settings)->id }
        };
      g_array_append_val (args, value);
    }

  return args;
}

void
scumble_watch (const GimpParam *params, GimpParam *values)
{
  const GimpProgressVtable vtable = { .start     = note_start,   .end   = note_end,
                                      .set_text  = note_text,
                                      .set_value = note_value,
                                      .pulse     = note_pulse };
  Watch                    self   = { .texts  = g_ptr_array_new (),
                                      .victim = params[5].data.d_int32,
                                      .rising = TRUE };
  g_autoptr (GArray)       args   = make_arguments (params);
  int                      n_returned;
  GimpParam               *returned;

  /* Never uninstalled: that message would be the last that GIMP reads of us. */
  gimp_progress_install_vtable (&vtable, &self);
  gimp_plugin_set_pdb_error_handler (GIMP_PDB_ERROR_HANDLER_PLUGIN);
  returned = gimp_run_procedure2 ("plug-in-scumble", &n_returned, (int) args->len,
                                  (GimpParam *) args->data);
  values[5].data.d_int32 = returned[0].data.d_status;
  gimp_destroy_params (returned, n_returned);

  values[1].data.d_int32       = (gint32) self.texts->len;
  values[2].data.d_stringarray = (char **) g_ptr_array_free (self.texts, FALSE);
  values[3].data.d_int32       = self.rising;
  values[4].data.d_int32       = self.killed;
  values[6].data.d_int32       = self.peak;
}
