/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer.h"

struct _ScumbleViewer
{
  GtkBox          parent_instance;

  ScumblePreview *preview;
};

enum { VIEW_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleViewer, scumble_viewer, GTK_TYPE_BOX)

ScumblePreview *
scumble_viewer_get_preview (ScumbleViewer *self)
{
  return self->preview;
}

gboolean
scumble_viewer_key (ScumbleViewer *self, guint key)
{
  switch (key)
    {
    case GDK_KEY_plus: case GDK_KEY_equal: case GDK_KEY_KP_Add:
      scumble_preview_step_zoom (self->preview, 1);
      return TRUE;
    case GDK_KEY_minus: case GDK_KEY_KP_Subtract:
      scumble_preview_step_zoom (self->preview, -1);
      return TRUE;
    case GDK_KEY_0: case GDK_KEY_KP_0:
      scumble_preview_set_zoom (self->preview, 0.0);
      return TRUE;
    case GDK_KEY_1: case GDK_KEY_KP_1:
      scumble_preview_set_zoom (self->preview, 1.0);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
on_view_changed (ScumblePreview *preview, ScumbleViewer *self)
{
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

static void
on_zoom_out (GtkButton *button, ScumbleViewer *self)
{
  scumble_preview_step_zoom (self->preview, -1);
}

static void
on_zoom_in (GtkButton *button, ScumbleViewer *self)
{
  scumble_preview_step_zoom (self->preview, 1);
}

static void
on_zoom_fit (GtkButton *button, ScumbleViewer *self)
{
  scumble_preview_set_zoom (self->preview, 0.0);
}

static void
on_zoom_exact (GtkButton *button, ScumbleViewer *self)
{
  scumble_preview_set_zoom (self->preview, 1.0);
}

static void
scumble_viewer_class_init (ScumbleViewerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[VIEW_CHANGED] = g_signal_new ("view-changed", SCUMBLE_TYPE_VIEWER,
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);

  g_type_ensure (SCUMBLE_TYPE_PREVIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/scumble/ui/viewer.ui");
  gtk_widget_class_bind_template_child (widget_class, ScumbleViewer, preview);
  gtk_widget_class_bind_template_callback (widget_class, on_view_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_exact);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_fit);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_in);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_out);
}

static void
scumble_viewer_init (ScumbleViewer *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
