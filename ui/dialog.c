/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog.h"
#include "banner.h"
#include "controls.h"
#include "foot.h"
#include "placement.h"
#include "preset-button.h"
#include "sample-sheet.h"
#include "sampler.h"
#include "scumble-resources.h"
#include "studio.h"
#include "viewer.h"
#include "wording.h"

/* The template's response of the Reset button. */
enum { RESPONSE_RESET = 1 };

#define SCUMBLE_TYPE_DIALOG (scumble_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleDialog, scumble_dialog, SCUMBLE, DIALOG, GtkDialog)

struct _ScumbleDialog
{
  GtkDialog            parent_instance;

  ScumbleHost         *host;
  ScumbleSettings      settings;
  guint                look;   /* counts the changes of settings and style */
  ScumbleStudio       *studio; /* the worker's */
  ScumbleWorker       *worker;
  GMainLoop           *loop;
  ScumbleSampleSheet  *sheet;  /* while it is open */

  gboolean             painting;
  gboolean             engaged; /* learning or keeping a style */
  gboolean             learning; /* likewise, and where the user looks is taken note of */
  gboolean             leaving; /* once the painting has stopped */
  gboolean             painted;

  guint                ask;       /* idle source of the next order, or 0 */
  ScumbleWorkerHaste   haste;     /* of the next order */

  ScumbleBanner       *banner;
  GtkWidget           *desk;
  ScumbleViewer       *viewer;
  ScumblePreview      *preview; /* the viewer's */
  ScumbleControls     *controls;
  ScumbleFoot         *foot;
  GtkWidget           *help_button;
  ScumblePresetButton *presets;
};

G_DEFINE_TYPE (ScumbleDialog, scumble_dialog, GTK_TYPE_DIALOG)

/* Whether an order is in work during which nothing can be chosen. */
static gboolean
is_taken (ScumbleDialog *self)
{
  return self->painting || self->engaged;
}

static void
show_able (ScumbleDialog *self)
{
  GtkDialog     *dialog = GTK_DIALOG (self);
  const gboolean able   = !is_taken (self);

  gtk_dialog_set_response_sensitive (
    dialog, GTK_RESPONSE_OK, able && scumble_controls_has_style (self->controls));
  gtk_dialog_set_response_sensitive (dialog, RESPONSE_RESET, able);
  gtk_widget_set_sensitive (GTK_WIDGET (self->presets), able);
}

static void
rest (ScumbleDialog *self)
{
  scumble_foot_rest (self->foot, scumble_controls_has_style (self->controls));
  show_able (self);
}

static ScumbleOrder *
order_new (ScumbleDialog *self)
{
  ScumbleOrder *order = g_new0 (ScumbleOrder, 1);

  scumble_controls_fill (self->controls, order);
  order->look = self->look;
  order->view = scumble_preview_get_view (self->preview);

  return order;
}

static gboolean
ask (gpointer data)
{
  ScumbleDialog *self = data;

  self->ask = 0;
  if (self->painting || (self->engaged && !self->learning) || self->sheet != NULL ||
      !gtk_widget_get_mapped (GTK_WIDGET (self->preview)))
    return G_SOURCE_REMOVE;

  scumble_worker_submit (self->worker, order_new (self), self->haste);
  self->haste = SCUMBLE_WORKER_PATIENT;
  if (!self->learning)
    scumble_foot_refine (self->foot, self->worker);

  return G_SOURCE_REMOVE;
}

/* Many changes within one turn of the main loop become one order. */
static void
ask_soon (ScumbleDialog *self, ScumbleWorkerHaste haste)
{
  scumble_preview_set_busy (self->preview, TRUE);
  self->haste = MAX (self->haste, haste);
  if (self->ask == 0)
    self->ask = g_idle_add_full (GTK_PRIORITY_RESIZE + 1, ask, self, NULL);
}

static void
look_changed (ScumbleDialog *self, ScumbleWorkerHaste haste)
{
  self->look++;
  ask_soon (self, haste);
}

static void
leave (ScumbleDialog *self)
{
  scumble_worker_stop (self->worker);
  g_main_loop_quit (self->loop);
}

static void
set_painting (ScumbleDialog *self, gboolean painting)
{
  self->painting = painting;
  gtk_widget_set_sensitive (self->desk, !painting);
  show_able (self);
}

static void
start_painting (ScumbleDialog *self)
{
  ScumbleOrder *order = order_new (self);

  order->kind = SCUMBLE_ORDER_PAINT;
  set_painting (self, TRUE);
  scumble_banner_hide (self->banner);
  scumble_foot_paint (self->foot, self->worker);
  scumble_worker_submit (self->worker, order, SCUMBLE_WORKER_AT_ONCE);
}

static void
stop_painting (ScumbleDialog *self)
{
  set_painting (self, FALSE);

  if (self->painted)
    {
      scumble_preset_button_remember (self->presets);
      scumble_controls_remember (self->controls);
    }
  if (self->painted || self->leaving)
    leave (self);
  else
    ask_soon (self, SCUMBLE_WORKER_AT_ONCE);
}

/* From the first update on, the learning takes note of other orders; before, they would
 * take its place. The user may have looked elsewhere meanwhile. */
static void
take_lesson (ScumbleDialog *self)
{
  if (self->learning)
    return;

  self->learning = TRUE;
  ask_soon (self, SCUMBLE_WORKER_PATIENT);
}

static void
complain (ScumbleDialog *self, const ScumbleAnswer *answer)
{
  g_autofree char *sentence = scumble_wording_advised (answer->error,
                                                       self->host->memory_advice);

  scumble_banner_complain (self->banner, sentence, answer->kind == SCUMBLE_ORDER_PREVIEW);
}

static void
show_answer (ScumbleDialog *self, const ScumbleAnswer *answer)
{
  if (answer->kind == SCUMBLE_ORDER_SAMPLES)
    {
      if (self->sheet != NULL)
        scumble_sample_sheet_take (self->sheet, answer);
      return;
    }

  scumble_controls_take (self->controls, answer);
  self->painted = self->painted || answer->painted;
  /* What is remembered is what was painted. */
  if (answer->painted)
    self->settings.updates = answer->updates;
  scumble_foot_take (self->foot, answer);

  if (answer->shot != NULL)
    scumble_preview_take (self->preview, answer->shot);
  if (answer->lesson.update > 0)
    take_lesson (self);
  if (scumble_answer_has_result (answer))
    scumble_banner_previewed (self->banner);
  if (answer->error != NULL)
    complain (self, answer);
}

static void
to_screen (cairo_surface_t *surface, gpointer user_data)
{
  ScumbleDialog *self = user_data;

  self->host->to_screen (self->host, surface);
}

static void
take_answer (gconstpointer data, gpointer user_data)
{
  ScumbleDialog *self   = user_data;
  ScumbleAnswer  answer = *(const ScumbleAnswer *) data;

  /* The worker goes on with surfaces of its own. */
  if (answer.shot == NULL || self->host->to_screen == NULL)
    {
      show_answer (self, &answer);
      return;
    }

  answer.shot = scumble_shot_converted (answer.shot, to_screen, self);
  show_answer (self, &answer);
  scumble_shot_free (answer.shot);
}

/* Nothing but an order that must not be dropped, until it is done. */
static void
engage (ScumbleDialog *self, ScumbleOrder *order)
{
  self->engaged = TRUE;
  scumble_banner_hide (self->banner);
  rest (self);
  if (order->kind == SCUMBLE_ORDER_LEARN)
    scumble_foot_learn (self->foot);
  scumble_controls_set_learning (self->controls, order->kind == SCUMBLE_ORDER_LEARN);
  scumble_worker_submit (self->worker, order, SCUMBLE_WORKER_AT_ONCE);
}

static void
disengage (ScumbleDialog *self)
{
  self->engaged  = FALSE;
  self->learning = FALSE;
  rest (self);
  scumble_controls_set_learning (self->controls, FALSE);
  look_changed (self, SCUMBLE_WORKER_AT_ONCE);
}

static void
take_idle (gpointer user_data)
{
  ScumbleDialog *self = user_data;

  rest (self);
  scumble_preview_set_busy (self->preview, self->ask != 0);
  if (self->sheet != NULL)
    scumble_sample_sheet_done (self->sheet);
  if (self->painting)
    stop_painting (self);
  if (self->engaged)
    disengage (self);
}

static void
run_order (gpointer order, ScumbleTask *task, gpointer user_data)
{
  scumble_studio_run (((ScumbleDialog *) user_data)->studio, order, task);
}

static const ScumbleWorkerVTable worker_vtable = {
  .run         = run_order,
  .answer      = take_answer,
  .idle        = take_idle,
  .order_free  = scumble_order_free,
  .answer_free = scumble_answer_free,
};

static void
on_style_changed (ScumbleControls *controls, ScumbleDialog *self)
{
  scumble_banner_hide (self->banner);
  rest (self);
  look_changed (self, SCUMBLE_WORKER_AT_ONCE);
}

static void
on_style_failed (ScumbleControls *controls, const char *sentence, ScumbleDialog *self)
{
  scumble_banner_complain (self->banner, sentence, FALSE);
}

static void
on_save (ScumbleControls *controls, const char *title, ScumbleDialog *self)
{
  ScumbleOrder *order = order_new (self);

  scumble_controls_fill_save (controls, title, order);
  engage (self, order);
}

static void
on_learn (ScumbleControls *controls, ScumbleDialog *self)
{
  ScumbleOrder *order = order_new (self);

  order->kind = SCUMBLE_ORDER_LEARN;
  order->look = ++self->look;
  engage (self, order);
}

static void
on_stop (ScumbleControls *controls, ScumbleDialog *self)
{
  scumble_worker_stop (self->worker);
}

static void
on_method_changed (ScumbleControls *controls, ScumbleDialog *self)
{
  look_changed (self, SCUMBLE_WORKER_AT_ONCE);
}

static void
on_value_changed (ScumbleControls *controls, ScumbleDialog *self)
{
  look_changed (self, SCUMBLE_WORKER_PATIENT);
}

static void
choose_sample (ScumbleDialog *self, int sample)
{
  self->settings.method   = scumble_methods ()[sample / SCUMBLE_SAMPLER_STRENGTHS]->id;
  self->settings.strength = scumble_sampler_strength (sample % SCUMBLE_SAMPLER_STRENGTHS);
  scumble_controls_show (self->controls);
}

static void
on_compare (ScumbleControls *controls, ScumbleDialog *self)
{
  ScumbleOrder *order = order_new (self);
  GtkWidget    *sheet;
  int           sample;

  order->kind = SCUMBLE_ORDER_SAMPLES;
  order->view = scumble_sample_sheet_view (GTK_WINDOW (self), &order->view);
  sheet       = scumble_sample_sheet_new (GTK_WINDOW (self), &order->view);
  self->sheet = SCUMBLE_SAMPLE_SHEET (sheet);
  scumble_worker_submit (self->worker, order, SCUMBLE_WORKER_AT_ONCE);
  sample      = gtk_dialog_run (GTK_DIALOG (sheet));
  self->sheet = NULL;
  gtk_widget_destroy (sheet);

  if (sample >= 0)
    choose_sample (self, sample);
  look_changed (self, SCUMBLE_WORKER_AT_ONCE);
}

static void
on_preset_loaded (ScumblePresetButton *presets, ScumbleDialog *self)
{
  scumble_controls_show (self->controls);
  look_changed (self, SCUMBLE_WORKER_AT_ONCE);
}

static void
on_preset_failed (ScumblePresetButton *presets, const char *sentence, ScumbleDialog *self)
{
  scumble_banner_complain (self->banner, sentence, FALSE);
}

static void
reset (ScumbleDialog *self)
{
  scumble_host_begin (self->host, &self->settings);
  scumble_controls_show (self->controls);
  look_changed (self, SCUMBLE_WORKER_AT_ONCE);
}

static void
show_help (ScumbleDialog *self)
{
  if (self->host->show_help != NULL)
    self->host->show_help (self->host);
}

/* Cancels what is being painted, or else leaves. */
static void
give_up (ScumbleDialog *self)
{
  if (self->painting || (self->engaged && !self->leaving))
    scumble_worker_stop (self->worker);
  else
    leave (self);
}

static void
on_response (GtkDialog *dialog, int response, ScumbleDialog *self)
{
  switch (response)
    {
    case GTK_RESPONSE_OK:
      start_painting (self);
      break;
    case GTK_RESPONSE_HELP:
      show_help (self);
      break;
    case RESPONSE_RESET:
      reset (self);
      break;
    case GTK_RESPONSE_CANCEL:
      give_up (self);
      break;
    default:
      break;
    }
}

static gboolean
on_delete (GtkWidget *widget, GdkEvent *event, ScumbleDialog *self)
{
  self->leaving = TRUE;
  give_up (self);

  return GDK_EVENT_STOP;
}

static gboolean
control_key (ScumbleDialog *self, guint key)
{
  switch (key)
    {
    case GDK_KEY_o:
      if (!self->engaged)
        scumble_controls_ask_file (self->controls);
      return TRUE;
    case GDK_KEY_s:
      if (!self->engaged)
        scumble_controls_ask_save (self->controls);
      return TRUE;
    default:
      return scumble_viewer_key (self->viewer, key);
    }
}

/* Escape is taken here, since to GTK+ it means closing the window, which leaves even
 * while painting. */
static gboolean
on_key_press (GtkWidget *widget, GdkEventKey *event, ScumbleDialog *self)
{
  if ((event->state & GDK_CONTROL_MASK) != 0)
    return !self->painting && control_key (self, event->keyval);

  switch (event->keyval)
    {
    case GDK_KEY_Escape:
      give_up (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_F1:
      show_help (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_F5:
      if (!is_taken (self))
        scumble_controls_list (self->controls);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* What is dropped: a layer, or else files. */
enum { DROP_FILES, DROP_LAYER };

static void
take_layer (ScumbleDialog *self, const GtkSelectionData *data)
{
  const int        length = gtk_selection_data_get_length (data);
  g_autofree char *text   = NULL;

  if (length <= 0)
    return;

  text = g_strndup ((const char *) gtk_selection_data_get_data (data), (gsize) length);
  scumble_controls_take_layer (self->controls, text);
}

/* Pictures, or saved styles, from a file manager. */
static void
take_files (ScumbleDialog *self, const GtkSelectionData *data)
{
  g_auto (GStrv) uris = gtk_selection_data_get_uris (data);

  for (guint i = 0; uris != NULL && uris[i] != NULL; i++)
    {
      g_autofree char *path = g_filename_from_uri (uris[i], NULL, NULL);

      if (path != NULL)
        scumble_controls_take_file (self->controls, path);
    }
}

static void
on_drop (GtkWidget *widget, GdkDragContext *context, int x, int y, GtkSelectionData *data,
         guint info, guint time, ScumbleDialog *self)
{
  if (is_taken (self))
    return;

  if (info == DROP_LAYER)
    take_layer (self, data);
  else
    take_files (self, data);
}

static void
take_drops (ScumbleDialog *self)
{
  g_autoptr (GtkTargetList) targets = gtk_target_list_new (NULL, 0);

  if (self->host->layer_type != NULL)
    gtk_target_list_add (targets, gdk_atom_intern (self->host->layer_type, FALSE), 0,
                         DROP_LAYER);
  if (self->host->add_file != NULL)
    gtk_target_list_add_uri_targets (targets, DROP_FILES);

  gtk_drag_dest_set (GTK_WIDGET (self), GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_set_target_list (GTK_WIDGET (self), targets);
}

static void
on_view_changed (ScumbleViewer *viewer, ScumbleDialog *self)
{
  ask_soon (self, SCUMBLE_WORKER_PATIENT);
}

static void
scumble_dialog_finalize (GObject *object)
{
  ScumbleDialog *self = SCUMBLE_DIALOG (object);

  scumble_worker_free (self->worker);
  scumble_studio_free (self->studio);
  g_clear_handle_id (&self->ask, g_source_remove);
  g_main_loop_unref (self->loop);

  G_OBJECT_CLASS (scumble_dialog_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, ScumbleDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, ScumbleDialog, controls);
  gtk_widget_class_bind_template_child (widget_class, ScumbleDialog, desk);
  gtk_widget_class_bind_template_child (widget_class, ScumbleDialog, viewer);
  gtk_widget_class_bind_template_child (widget_class, ScumbleDialog, foot);
  gtk_widget_class_bind_template_child (widget_class, ScumbleDialog, help_button);
  gtk_widget_class_bind_template_child (widget_class, ScumbleDialog, presets);
}

static void
bind_handlers (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, on_compare);
  gtk_widget_class_bind_template_callback (widget_class, on_delete);
  gtk_widget_class_bind_template_callback (widget_class, on_drop);
  gtk_widget_class_bind_template_callback (widget_class, on_key_press);
  gtk_widget_class_bind_template_callback (widget_class, on_learn);
  gtk_widget_class_bind_template_callback (widget_class, on_method_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_preset_failed);
  gtk_widget_class_bind_template_callback (widget_class, on_preset_loaded);
  gtk_widget_class_bind_template_callback (widget_class, on_response);
  gtk_widget_class_bind_template_callback (widget_class, on_save);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_style_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_style_failed);
  gtk_widget_class_bind_template_callback (widget_class, on_value_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_view_changed);
}

static void
load_css (void)
{
  g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (css, "/scumble/ui/scumble.css");
  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                             GTK_STYLE_PROVIDER (css),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
scumble_dialog_class_init (ScumbleDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = scumble_dialog_finalize;

  scumble_ui_register_resource ();
  load_css ();
  g_type_ensure (SCUMBLE_TYPE_BANNER);
  g_type_ensure (SCUMBLE_TYPE_CONTROLS);
  g_type_ensure (SCUMBLE_TYPE_FOOT);
  g_type_ensure (SCUMBLE_TYPE_PRESET_BUTTON);
  g_type_ensure (SCUMBLE_TYPE_VIEWER);
  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/dialog.ui");
  bind_children (widget_class);
  bind_handlers (widget_class);
}

static void
scumble_dialog_init (ScumbleDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->preview = scumble_viewer_get_preview (self->viewer);
  self->loop    = g_main_loop_new (NULL, FALSE);
}

static ScumbleDialog *
dialog_new (ScumbleHost *host, const ScumbleSettings *settings,
            ScumbleHostChoices *choices)
{
  ScumbleDialog *self = g_object_new (SCUMBLE_TYPE_DIALOG, "title", host->title,
                                      "use-header-bar", FALSE, NULL);

  self->host     = host;
  self->settings = *settings;
  self->studio   = scumble_studio_new (host);
  self->worker   = scumble_worker_new (&worker_vtable, self);

  scumble_placement_size (GTK_WINDOW (self));
  gtk_widget_set_visible (self->help_button, host->show_help != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->presets), host->folder != NULL);
  if (host->folder != NULL)
    scumble_preset_button_attach (self->presets, host->folder, &self->settings);
  scumble_preview_set_size (self->preview, host->content->width, host->content->height);
  scumble_controls_attach (self->controls, host, &self->settings, choices);
  take_drops (self);

  return self;
}

gboolean
scumble_dialog_run (ScumbleHost *host, ScumbleSettings *settings,
                    ScumbleHostChoices *choices)
{
  ScumbleDialog *self;
  gboolean       painted;

  if (host->prefer_dark)
    g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", TRUE,
                  NULL);

  self = dialog_new (host, settings, choices);
  gtk_widget_realize (GTK_WIDGET (self));
  scumble_placement_above (GTK_WINDOW (self), host->parent_window);
  scumble_controls_focus (self->controls);
  gtk_window_present (GTK_WINDOW (self));
  g_main_loop_run (self->loop);

  painted   = self->painted;
  *settings = self->settings;
  gtk_widget_destroy (GTK_WIDGET (self));

  return painted;
}
