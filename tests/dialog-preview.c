/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The preview's gestures that no virtual X server can make: two fingers on a touchpad, and
 * two on a touchscreen; what it draws before there is a picture; what is said below it; and a
 * mixture with a region that there is no more. dialog-drive.py runs this where there is a display. */
#include "foot.h"
#include "mixture.h"
#include "preview.h"
#include "scumble-resources.h"

enum { WIDTH = 1000, HEIGHT = 800, WINDOW_W = 400, WINDOW_H = 300 };

enum { SKIP = 77 };

typedef struct
{
  GtkWidget      *window;
  ScumblePreview *preview;
  guint           views; /* how often another view was wanted */
} Fixture;

static void
count_view (ScumblePreview *preview, Fixture *fixture)
{
  fixture->views++;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->window  = gtk_window_new (GTK_WINDOW_POPUP);
  fixture->preview = g_object_new (SCUMBLE_TYPE_PREVIEW, "visible", TRUE, NULL);
  gtk_widget_set_size_request (GTK_WIDGET (fixture->preview), WINDOW_W, WINDOW_H);
  gtk_container_add (GTK_CONTAINER (fixture->window), GTK_WIDGET (fixture->preview));
  scumble_preview_set_size (fixture->preview, WIDTH, HEIGHT);
  gtk_widget_show (fixture->window);
  while (gtk_events_pending ())
    gtk_main_iteration ();

  scumble_preview_set_zoom (fixture->preview, 1.0);
  g_signal_connect (fixture->preview, "view-changed", G_CALLBACK (count_view), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  gtk_widget_destroy (fixture->window);
}

/* What is in sight, in pixels of the picture. */
static ScumbleRect
in_sight (const Fixture *fixture)
{
  return scumble_preview_get_view (fixture->preview).rect;
}

static GdkEvent *
event_new (const Fixture *fixture, GdkEventType type)
{
  GtkWidget *widget = GTK_WIDGET (fixture->preview);
  GdkSeat   *seat   = gdk_display_get_default_seat (gtk_widget_get_display (widget));
  GdkEvent  *event  = gdk_event_new (type);

  event->any.window     = g_object_ref (gtk_widget_get_window (widget));
  event->any.send_event = TRUE;
  gdk_event_set_device (event, gdk_seat_get_pointer (seat));
  gdk_event_set_source_device (event, gdk_seat_get_pointer (seat));

  return event;
}

static void
pinch (const Fixture *fixture, GdkTouchpadGesturePhase phase, double x, double y,
       double scale)
{
  g_autoptr (GdkEvent) event = event_new (fixture, GDK_TOUCHPAD_PINCH);

  event->touchpad_pinch.phase     = (gint8) phase;
  event->touchpad_pinch.n_fingers = 2;
  event->touchpad_pinch.x         = x;
  event->touchpad_pinch.y         = y;
  event->touchpad_pinch.scale     = scale;
  gtk_main_do_event (event);
}

/* The factor counts from where the fingers began, and what lies under them stays there. */
static void
test_touchpad (Fixture *fixture, gconstpointer unused)
{
  const double      x      = 100.0;
  const double      y      = 60.0;
  const ScumbleRect before = in_sight (fixture);
  ScumbleRect       after;

  g_assert_cmpint (before.w, ==, WINDOW_W);
  pinch (fixture, GDK_TOUCHPAD_GESTURE_PHASE_BEGIN, x, y, 1.0);
  pinch (fixture, GDK_TOUCHPAD_GESTURE_PHASE_UPDATE, x, y, 1.5);
  pinch (fixture, GDK_TOUCHPAD_GESTURE_PHASE_UPDATE, x, y, 2.0);
  pinch (fixture, GDK_TOUCHPAD_GESTURE_PHASE_END, x, y, 2.0);

  after = in_sight (fixture);
  g_assert_cmpint (after.w, ==, WINDOW_W / 2);
  g_assert_cmpfloat_with_epsilon (after.x + x / 2.0, before.x + x, 1.0);
  g_assert_cmpfloat_with_epsilon (after.y + y / 2.0, before.y + y, 1.0);
  g_assert_cmpuint (fixture->views, >=, 2);

  pinch (fixture, GDK_TOUCHPAD_GESTURE_PHASE_BEGIN, x, y, 1.0);
  pinch (fixture, GDK_TOUCHPAD_GESTURE_PHASE_UPDATE, x, y, 0.5);
  pinch (fixture, GDK_TOUCHPAD_GESTURE_PHASE_END, x, y, 0.5);
  g_assert_cmpint (in_sight (fixture).w, ==, WINDOW_W);
}

static void
touch (const Fixture *fixture, GdkEventType type, int finger, double x, double y)
{
  g_autoptr (GdkEvent) event = event_new (fixture, type);

  event->touch.sequence = GINT_TO_POINTER (finger);
  event->touch.x        = x;
  event->touch.y        = y;
  gtk_main_do_event (event);
}

/* Two fingers that move apart to twice their distance. */
static void
test_touchscreen (Fixture *fixture, gconstpointer unused)
{
  touch (fixture, GDK_TOUCH_BEGIN, 1, 150.0, 150.0);
  touch (fixture, GDK_TOUCH_BEGIN, 2, 250.0, 150.0);
  touch (fixture, GDK_TOUCH_UPDATE, 1, 100.0, 150.0);
  touch (fixture, GDK_TOUCH_UPDATE, 2, 300.0, 150.0);
  touch (fixture, GDK_TOUCH_END, 2, 300.0, 150.0);
  touch (fixture, GDK_TOUCH_END, 1, 100.0, 150.0);

  /* Where pixels are cut at both edges, one more is in sight. */
  g_assert_cmpint (in_sight (fixture).w, >=, WINDOW_W / 2);
  g_assert_cmpint (in_sight (fixture).w, <=, WINDOW_W / 2 + 1);
}

static void
press (const Fixture *fixture, GdkEventType type, double x, double y)
{
  g_autoptr (GdkEvent) event = event_new (fixture, type);

  event->button.button = GDK_BUTTON_PRIMARY;
  event->button.x      = x;
  event->button.y      = y;
  gtk_main_do_event (event);
}

static void
move (const Fixture *fixture, double x, double y)
{
  g_autoptr (GdkEvent) event = event_new (fixture, GDK_MOTION_NOTIFY);

  event->motion.state = GDK_BUTTON1_MASK;
  event->motion.x     = x;
  event->motion.y     = y;
  gtk_main_do_event (event);
}

/* The picture goes with the pointer. */
static void
test_drag (Fixture *fixture, gconstpointer unused)
{
  const ScumbleRect before = in_sight (fixture);

  press (fixture, GDK_BUTTON_PRESS, 200.0, 100.0);
  move (fixture, 210.0, 90.0);
  move (fixture, 260.0, 80.0);
  press (fixture, GDK_BUTTON_RELEASE, 260.0, 80.0);

  g_assert_cmpint (in_sight (fixture).x, ==, before.x - 60);
  g_assert_cmpint (in_sight (fixture).y, ==, before.y + 20);
}

/* How many pixels the preview draws that its background alone has not. */
static int
count_drawn (GtkWidget *preview)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WINDOW_W,
                                                         WINDOW_H);
  cairo_t         *cr      = cairo_create (surface);
  const guint32   *pixels;
  int              n       = 0;

  gtk_widget_draw (preview, cr);
  cairo_surface_flush (surface);
  pixels = (const guint32 *) cairo_image_surface_get_data (surface);
  for (int i = 0; i < WINDOW_W * WINDOW_H; i++)
    n += pixels[i] != pixels[WINDOW_W * (WINDOW_H / 2) + WINDOW_W / 2];
  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  return n;
}

/* A picture that has not been read yet does not look like a transparent one, which has the
 * chequered ground all over the window. */
static void
test_empty (Fixture *fixture, gconstpointer unused)
{
  const ScumbleView view    = scumble_preview_get_view (fixture->preview);
  g_autofree float *rgba    = g_new0 (float, 4 * (gsize) view.w * (gsize) view.h);
  cairo_surface_t  *surface = scumble_shot_surface (rgba, view.w, view.h);
  ScumbleShot      *shot    = scumble_shot_new (&view, surface, NULL);
  const int         window  = WINDOW_W * WINDOW_H;

  g_assert_cmpint (count_drawn (GTK_WIDGET (fixture->preview)), <, window / 10);
  scumble_preview_take (fixture->preview, shot);
  g_assert_cmpint (count_drawn (GTK_WIDGET (fixture->preview)), >, window / 3);

  scumble_shot_free (shot);
  cairo_surface_destroy (surface);
}

static void
add_style (GPtrArray *styles, const char *name, int region)
{
  ScumbleHostChoice *choice = scumble_host_choice_new (1, NULL, name);

  choice->region = region;
  g_ptr_array_add (styles, choice);
}

static int
region_of (const ScumbleHostChoices *choices, guint i)
{
  return ((const ScumbleHostChoice *) g_ptr_array_index (choices->styles, i))->region;
}

/* What was a region in the image before, and cannot be chosen here, is not painted in secret. */
static void
test_region (void)
{
  ScumbleMixture     *mixture = g_object_ref_sink (g_object_new (SCUMBLE_TYPE_MIXTURE, NULL));
  GPtrArray          *masks   = g_ptr_array_new_with_free_func (
    (GDestroyNotify) scumble_host_layer_free);
  ScumbleHostLayer   *mask    = g_new0 (ScumbleHostLayer, 1);
  ScumbleHostChoices  choices;

  mask->id   = 5;
  mask->name = g_strdup ("Mask");
  g_ptr_array_add (masks, mask);
  scumble_host_choices_init (&choices);
  add_style (choices.styles, "here", 5);
  add_style (choices.styles, "elsewhere", 7);
  add_style (choices.styles, "everywhere", -1);

  scumble_mixture_attach (mixture, choices.styles);
  g_assert_cmpint (region_of (&choices, 1), ==, 7);
  scumble_mixture_set_masks (mixture, masks);
  g_assert_cmpint (region_of (&choices, 0), ==, 5);
  g_assert_cmpint (region_of (&choices, 1), ==, -1);
  g_assert_cmpint (region_of (&choices, 2), ==, -1);

  g_object_unref (mixture);
  scumble_host_choices_clear (&choices);
}

/* What the line below the preview says, with a style and a painting that takes two seconds. */
static char *
status_with (gboolean dull)
{
  GtkWidget          *foot   = g_object_ref_sink (g_object_new (SCUMBLE_TYPE_FOOT, NULL));
  const ScumbleAnswer answer = { .seconds = 2.0, .memory = 1000000, .dull = dull };
  GObject            *status;
  char               *text;

  scumble_foot_take (SCUMBLE_FOOT (foot), &answer);
  scumble_foot_rest (SCUMBLE_FOOT (foot), TRUE);
  status = gtk_widget_get_template_child (foot, SCUMBLE_TYPE_FOOT, "status");
  text   = g_strdup (gtk_label_get_text (GTK_LABEL (status)));
  g_object_unref (foot);

  return text;
}

/* That lights are lost is said after what the painting takes, and only then. */
static void
test_dull (void)
{
  g_autofree char *plain = status_with (FALSE);
  g_autofree char *dull  = status_with (TRUE);

  g_assert_nonnull (strstr (plain, "2 seconds"));
  g_assert_null (strstr (plain, "white"));
  g_assert_true (g_str_has_prefix (dull, plain));
  g_assert_nonnull (strstr (dull, "beyond white"));
}

int
main (int argc, char **argv)
{
  if (!gtk_init_check (&argc, &argv))
    return SKIP;

  g_test_init (&argc, &argv, NULL);
  scumble_ui_register_resource ();
  g_test_add_func ("/mixture/region", test_region);
  g_test_add ("/preview/empty", Fixture, NULL, set_up, test_empty, tear_down);
  g_test_add ("/preview/drag", Fixture, NULL, set_up, test_drag, tear_down);
  g_test_add ("/preview/touchpad", Fixture, NULL, set_up, test_touchpad, tear_down);
  g_test_add ("/preview/touchscreen", Fixture, NULL, set_up, test_touchscreen, tear_down);
  g_test_add_func ("/foot/dull", test_dull);

  return g_test_run ();
}
