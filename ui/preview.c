/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview.h"
#include "preview-accessible.h"
#include "scene.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Logical pixels: how near to the line a drag moves it, and how far a key moves. */
enum { REACH = 8, KEY_STEP = 40 };

/* What a drag moves. */
typedef enum { DRAG_NOTHING, DRAG_PICTURE, DRAG_SPLIT } DragKind;

struct _ScumblePreview
{
  GtkDrawingArea parent_instance;

  ScumbleScene    scene;
  double          told_zoom; /* what the listeners know */
  ScumbleView     told_view;

  GtkGesture     *drag;
  GtkGesture     *pinch;
  DragKind        dragging;
  double          drag_x; /* the viewport's x, or split_at, when the drag began */
  double          drag_y;
  double          pinch_zoom;
};

enum { PROP_0, PROP_SPLIT, PROP_ACROSS, PROP_ORIGINAL, PROP_ZOOM_TEXT, N_PROPS };
enum { VIEW_CHANGED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_TYPE (ScumblePreview, scumble_preview, GTK_TYPE_DRAWING_AREA)

static void
update_accessible (ScumblePreview *self)
{
  const double     zoom = 100.0 * scumble_viewport_zoom (&self->scene.viewport);
  g_autofree char *what =
    self->scene.original ? g_strdup_printf (_("Shows the original at %.0f %%."), zoom)
    : self->scene.split && self->scene.across
      ? g_strdup_printf (_("Shows the original above a line and the result below it, at "
                           "%.0f %%."), zoom)
    : self->scene.split
      ? g_strdup_printf (_("Shows the original to the left of a line and the result to its "
                           "right, at %.0f %%."), zoom)
      : g_strdup_printf (_("Shows the result at %.0f %%."), zoom);

  g_autofree char *text =
    g_strjoin (" ", what,
               _("Plus and minus zoom, 0 shows the whole picture, 1 shows every pixel, arrow "
                 "keys move the picture, Control with arrow keys moves the line or turns it."), NULL);

  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (self)), text);
}

/* Says what has changed, and only that: a listener may well be resized by what it hears.
 */
static void
view_changed (ScumblePreview *self)
{
  const double zoom = scumble_viewport_zoom (&self->scene.viewport);
  ScumbleView  view;

  scumble_viewport_hold (&self->scene.viewport);
  view = scumble_viewport_view (&self->scene.viewport);
  gtk_widget_queue_draw (GTK_WIDGET (self));

  if (zoom != self->told_zoom)
    {
      self->told_zoom = zoom;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM_TEXT]);
      update_accessible (self);
    }

  if (!scumble_view_equal (&view, &self->told_view))
    {
      self->told_view = view;
      g_signal_emit (self, signals[VIEW_CHANGED], 0);
    }
}

/* Zooms around a point of the widget. */
static void
zoom_at (ScumblePreview *self, double zoom, double x, double y)
{
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  scumble_viewport_zoom_at (&self->scene.viewport, zoom, x * scale, y * scale);
  view_changed (self);
}

void
scumble_preview_set_size (ScumblePreview *self, int width, int height)
{
  g_return_if_fail (width >= 1 && height >= 1);

  self->scene.viewport.width  = width;
  self->scene.viewport.height = height;
  view_changed (self);
}

ScumbleView
scumble_preview_get_view (ScumblePreview *self)
{
  return scumble_viewport_view (&self->scene.viewport);
}

void
scumble_preview_take (ScumblePreview *self, const ScumbleShot *shot)
{
  scumble_scene_take (&self->scene, shot);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
scumble_preview_set_busy (ScumblePreview *self, gboolean busy)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (self));

  scumble_preview_accessible_set_busy (SCUMBLE_PREVIEW_ACCESSIBLE (accessible), busy);
}

void
scumble_preview_set_zoom (ScumblePreview *self, double zoom)
{
  ScumbleViewport *viewport = &self->scene.viewport;

  if (zoom > 0.0)
    scumble_viewport_zoom_at (viewport, zoom, 0.5 * viewport->window_w,
                              0.5 * viewport->window_h);
  else
    viewport->zoom = 0.0;

  view_changed (self);
}

void
scumble_preview_step_zoom (ScumblePreview *self, int direction)
{
  scumble_preview_set_zoom (self,
                            scumble_viewport_step (&self->scene.viewport, direction));
}

static gboolean
scumble_preview_draw (GtkWidget *widget, cairo_t *cr)
{
  ScumblePreview  *self    = SCUMBLE_PREVIEW (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  const int        w       = gtk_widget_get_allocated_width (widget);
  const int        h       = gtk_widget_get_allocated_height (widget);
  const int        scale   = gtk_widget_get_scale_factor (widget);

  gtk_render_background (context, cr, 0, 0, w, h);

  cairo_save (cr);
  cairo_scale (cr, 1.0 / scale, 1.0 / scale);
  scumble_scene_draw (&self->scene, cr, gtk_widget_get_pango_context (widget));
  cairo_restore (cr);

  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (context, cr, 1, 1, w - 2, h - 2);

  return GDK_EVENT_PROPAGATE;
}

static void
fit_window (ScumblePreview *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const int  scale  = gtk_widget_get_scale_factor (widget);

  self->scene.scale             = scale;
  self->scene.viewport.window_w = gtk_widget_get_allocated_width (widget) * scale;
  self->scene.viewport.window_h = gtk_widget_get_allocated_height (widget) * scale;
  view_changed (self);
}

static void
scumble_preview_size_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  GTK_WIDGET_CLASS (scumble_preview_parent_class)->size_allocate (widget, allocation);
  fit_window (SCUMBLE_PREVIEW (widget));
}

static gboolean
scumble_preview_scroll (GtkWidget *widget, GdkEventScroll *event)
{
  ScumblePreview *self = SCUMBLE_PREVIEW (widget);

  if (event->direction != GDK_SCROLL_UP && event->direction != GDK_SCROLL_DOWN)
    return GDK_EVENT_PROPAGATE;

  zoom_at (self,
           scumble_viewport_step (&self->scene.viewport,
                                  event->direction == GDK_SCROLL_UP ? 1 : -1),
           event->x, event->y);
  return GDK_EVENT_STOP;
}

/* Moves the window from a point of the picture by device pixels. */
static void
move_from (ScumblePreview *self, double x, double y, double dx, double dy)
{
  const double zoom = scumble_viewport_zoom (&self->scene.viewport);

  self->scene.viewport.x = x + dx / zoom;
  self->scene.viewport.y = y + dy / zoom;
  view_changed (self);
}

static void
move_split (ScumblePreview *self, double split_at)
{
  self->scene.split_at = CLAMP (split_at, 0.0, 1.0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_across (ScumblePreview *self, gboolean across)
{
  g_object_set (self, "across", across, NULL);
}

/* Along its way a key moves the line; towards the other way, it turns it. */
static void
push_split (ScumblePreview *self, int x, int y)
{
  if (self->scene.across != (y != 0))
    set_across (self, y != 0);
  else
    move_split (self, self->scene.split_at + 0.05 * (x + y));
}

static gboolean
arrow_key (ScumblePreview *self, guint key, gboolean control)
{
  const int x = (key == GDK_KEY_Right) - (key == GDK_KEY_Left);
  const int y = (key == GDK_KEY_Down) - (key == GDK_KEY_Up);

  if (x == 0 && y == 0)
    return FALSE;

  if (control)
    push_split (self, x, y);
  else
    move_from (self, self->scene.viewport.x, self->scene.viewport.y, KEY_STEP * x,
               KEY_STEP * y);

  return TRUE;
}

static gboolean
zoom_key (ScumblePreview *self, guint key)
{
  switch (key)
    {
    case GDK_KEY_plus: case GDK_KEY_equal: case GDK_KEY_KP_Add:
      scumble_preview_step_zoom (self, 1);
      return TRUE;
    case GDK_KEY_minus: case GDK_KEY_KP_Subtract:
      scumble_preview_step_zoom (self, -1);
      return TRUE;
    case GDK_KEY_0: case GDK_KEY_KP_0:
      scumble_preview_set_zoom (self, 0.0);
      return TRUE;
    case GDK_KEY_1: case GDK_KEY_KP_1:
      scumble_preview_set_zoom (self, 1.0);
      return TRUE;
    case GDK_KEY_2: case GDK_KEY_KP_2:
      scumble_preview_set_zoom (self, 2.0);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
scumble_preview_key_press (GtkWidget *widget, GdkEventKey *event)
{
  ScumblePreview *self = SCUMBLE_PREVIEW (widget);

  if (arrow_key (self, event->keyval, (event->state & GDK_CONTROL_MASK) != 0) ||
      zoom_key (self, event->keyval))
    return GDK_EVENT_STOP;

  return GTK_WIDGET_CLASS (scumble_preview_parent_class)->key_press_event (widget, event);
}

static gboolean
near_line (ScumblePreview *self, double x, double y)
{
  const int scale = self->scene.scale;

  return scumble_scene_compares (&self->scene) &&
         fabs ((self->scene.across ? y : x) * scale - scumble_scene_line (&self->scene)) <=
             REACH * scale;
}

static gboolean
scumble_preview_motion (GtkWidget *widget, GdkEventMotion *event)
{
  ScumblePreview *self = SCUMBLE_PREVIEW (widget);
  const char     *name = near_line (self, event->x, event->y)
                             ? self->scene.across ? "row-resize" : "col-resize"
                         : scumble_viewport_can_pan (&self->scene.viewport) ? "grab"
                                                     : "default";
  g_autoptr (GdkCursor) cursor =
    gdk_cursor_new_from_name (gtk_widget_get_display (widget), name);

  gdk_window_set_cursor (gtk_widget_get_window (widget), cursor);

  /* The parent's handler is what the gestures hear of the motion from. */
  return GTK_WIDGET_CLASS (scumble_preview_parent_class)->motion_notify_event (widget,
                                                                               event);
}

/* As in GIMP's own previews, Control and a click turn the line. */
static gboolean
turns_line (const ScumblePreview *self)
{
  GdkModifierType state = 0;

  return scumble_scene_compares (&self->scene) && gtk_get_current_event_state (&state) &&
         (state & GDK_CONTROL_MASK) != 0;
}

static void
drag_begin (GtkGestureDrag *drag, double x, double y, ScumblePreview *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (turns_line (self))
    set_across (self, !self->scene.across);
  self->dragging = near_line (self, x, y)                      ? DRAG_SPLIT
                   : scumble_viewport_can_pan (&self->scene.viewport) ? DRAG_PICTURE
                                                                : DRAG_NOTHING;
  self->drag_x =
      self->dragging == DRAG_SPLIT ? self->scene.split_at : self->scene.viewport.x;
  self->drag_y = self->scene.viewport.y;
}

static void
drag_update (GtkGestureDrag *drag, double dx, double dy, ScumblePreview *self)
{
  const int         scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const ScumbleRect area  = scumble_viewport_covered (&self->scene.viewport);

  if (self->dragging == DRAG_SPLIT)
    move_split (self, self->drag_x + (self->scene.across ? dy * scale / area.h
                                                         : dx * scale / area.w));
  if (self->dragging == DRAG_PICTURE)
    move_from (self, self->drag_x, self->drag_y, -dx * scale, -dy * scale);
}

static void
pinch_begin (GtkGesture *pinch, GdkEventSequence *sequence, ScumblePreview *self)
{
  self->pinch_zoom = scumble_viewport_zoom (&self->scene.viewport);
}

static void
pinch_scale (GtkGestureZoom *pinch, double factor, ScumblePreview *self)
{
  double x, y;

  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (pinch), &x, &y))
    zoom_at (self, self->pinch_zoom * factor, x, y);
}

static void
scumble_preview_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ScumblePreview *self    = SCUMBLE_PREVIEW (object);
  const double    percent = 100.0 * scumble_viewport_zoom (&self->scene.viewport);

  switch (id)
    {
    case PROP_SPLIT:
      g_value_set_boolean (value, self->scene.split);
      break;
    case PROP_ACROSS:
      g_value_set_boolean (value, self->scene.across);
      break;
    case PROP_ORIGINAL:
      g_value_set_boolean (value, self->scene.original);
      break;
    case PROP_ZOOM_TEXT:
      g_value_take_string (value, g_strdup_printf (_("%.0f %%"), percent));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
scumble_preview_set_property (GObject *object, guint id, const GValue *value,
                              GParamSpec *pspec)
{
  ScumblePreview *self = SCUMBLE_PREVIEW (object);

  switch (id)
    {
    case PROP_SPLIT:
      self->scene.split = g_value_get_boolean (value);
      break;
    case PROP_ACROSS:
      self->scene.across = g_value_get_boolean (value);
      break;
    case PROP_ORIGINAL:
      self->scene.original = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }

  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
scumble_preview_finalize (GObject *object)
{
  ScumblePreview *self = SCUMBLE_PREVIEW (object);

  scumble_scene_clear (&self->scene);
  g_clear_object (&self->drag);
  g_clear_object (&self->pinch);

  G_OBJECT_CLASS (scumble_preview_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  props[PROP_SPLIT] = g_param_spec_boolean ("split", NULL, NULL, FALSE,
                                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_ACROSS] = g_param_spec_boolean ("across", NULL, NULL, FALSE,
                                             G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_ORIGINAL] =
      g_param_spec_boolean ("original", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_ZOOM_TEXT] = g_param_spec_string ("zoom-text", NULL, NULL, NULL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (klass, N_PROPS, props);
}

static void
scumble_preview_class_init (ScumblePreviewClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property        = scumble_preview_get_property;
  object_class->set_property        = scumble_preview_set_property;
  object_class->finalize            = scumble_preview_finalize;
  widget_class->draw                = scumble_preview_draw;
  widget_class->size_allocate       = scumble_preview_size_allocate;
  widget_class->scroll_event        = scumble_preview_scroll;
  widget_class->key_press_event     = scumble_preview_key_press;
  widget_class->motion_notify_event = scumble_preview_motion;

  install_properties (object_class);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", SCUMBLE_TYPE_PREVIEW,
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "scumble-preview");
  gtk_widget_class_set_accessible_type (widget_class, SCUMBLE_TYPE_PREVIEW_ACCESSIBLE);
}

static void
scumble_preview_init (ScumblePreview *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->scene.viewport = (ScumbleViewport) { .width = 1, .height = 1, .window_w = 1,
                                       .window_h = 1 };
  self->scene.scale    = 1;
  self->scene.split_at = 0.5;

  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_add_events (widget, GDK_SCROLL_MASK | GDK_POINTER_MOTION_MASK |
                                   GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                   GDK_KEY_PRESS_MASK | GDK_TOUCH_MASK |
                                   GDK_TOUCHPAD_GESTURE_MASK);

  self->drag = gtk_gesture_drag_new (widget);
  g_signal_connect (self->drag, "drag-begin", G_CALLBACK (drag_begin), self);
  g_signal_connect (self->drag, "drag-update", G_CALLBACK (drag_update), self);

  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (fit_window), NULL);

  self->pinch = gtk_gesture_zoom_new (widget);
  g_signal_connect (self->pinch, "begin", G_CALLBACK (pinch_begin), self);
  g_signal_connect (self->pinch, "scale-changed", G_CALLBACK (pinch_scale), self);
}
