/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "slider.h"

#include <gtk/gtk-a11y.h>

#define SCUMBLE_TYPE_SLIDER_ACCESSIBLE (scumble_slider_accessible_get_type ())
G_DECLARE_FINAL_TYPE (ScumbleSliderAccessible, scumble_slider_accessible, SCUMBLE,
                      SLIDER_ACCESSIBLE, GtkScaleAccessible)

struct _ScumbleSliderAccessible
{
  GtkScaleAccessible parent_instance;
};

struct _ScumbleSlider
{
  GtkScale       parent_instance;

  GtkSpinButton *number;
};

static void init_value (AtkValueIface *iface);

G_DEFINE_TYPE (ScumbleSlider, scumble_slider, GTK_TYPE_SCALE)
G_DEFINE_TYPE_WITH_CODE (ScumbleSliderAccessible, scumble_slider_accessible,
                         GTK_TYPE_SCALE_ACCESSIBLE,
                         G_IMPLEMENT_INTERFACE (ATK_TYPE_VALUE, init_value))

/* Returns: (nullable): the slider's number; %NULL when the slider is gone */
static GtkSpinButton *
number_of (AtkValue *value)
{
  GtkWidget *slider = gtk_accessible_get_widget (GTK_ACCESSIBLE (value));

  return slider == NULL ? NULL : SCUMBLE_SLIDER (slider)->number;
}

static void
get_value_and_text (AtkValue *value, double *number, char **text)
{
  GtkSpinButton *spin = number_of (value);

  *number = spin == NULL ? 0.0 : gtk_spin_button_get_value (spin);
  *text   = spin == NULL ? NULL : g_strdup (gtk_entry_get_text (GTK_ENTRY (spin)));
}

static AtkRange *
get_range (AtkValue *value)
{
  GtkSpinButton *spin = number_of (value);
  double         least, most;

  if (spin == NULL)
    return NULL;

  gtk_spin_button_get_range (spin, &least, &most);
  return atk_range_new (least, most, NULL);
}

static double
get_increment (AtkValue *value)
{
  GtkSpinButton *spin = number_of (value);
  double         step = 0.0;

  if (spin != NULL)
    gtk_spin_button_get_increments (spin, &step, NULL);

  return step;
}

static void
set_value (AtkValue *value, const double number)
{
  GtkSpinButton *spin = number_of (value);

  if (spin != NULL)
    gtk_spin_button_set_value (spin, number);
}

/* GTK+ has set the older functions too, which speak of the slider's own scale; without them ATK
 * goes by these. */
static void
init_value (AtkValueIface *iface)
{
  iface->get_value_and_text    = get_value_and_text;
  iface->get_range             = get_range;
  iface->get_increment         = get_increment;
  iface->set_value             = set_value;
  iface->get_current_value     = NULL;
  iface->get_minimum_value     = NULL;
  iface->get_maximum_value     = NULL;
  iface->get_minimum_increment = NULL;
  iface->set_current_value     = NULL;
}

static void
scumble_slider_accessible_class_init (ScumbleSliderAccessibleClass *klass)
{
}

static void
scumble_slider_accessible_init (ScumbleSliderAccessible *self)
{
}

void
scumble_slider_set_number (ScumbleSlider *self, GtkSpinButton *number)
{
  self->number = number;
}

static void
bind_key (gpointer klass, guint key, GtkScrollType move)
{
  gtk_binding_entry_add_signal (gtk_binding_set_by_class (klass), key, 0, "move-slider", 1,
                                GTK_TYPE_SCROLL_TYPE, move);
}

/* As in the number beside the slider, and in GIMP's own; GTK+ has them the other way round. */
static void
bind_page_keys (gpointer klass)
{
  bind_key (klass, GDK_KEY_Page_Up, GTK_SCROLL_PAGE_FORWARD);
  bind_key (klass, GDK_KEY_KP_Page_Up, GTK_SCROLL_PAGE_FORWARD);
  bind_key (klass, GDK_KEY_Page_Down, GTK_SCROLL_PAGE_BACKWARD);
  bind_key (klass, GDK_KEY_KP_Page_Down, GTK_SCROLL_PAGE_BACKWARD);
}

static void
scumble_slider_class_init (ScumbleSliderClass *klass)
{
  bind_page_keys (klass);
  gtk_widget_class_set_accessible_type (GTK_WIDGET_CLASS (klass),
                                        SCUMBLE_TYPE_SLIDER_ACCESSIBLE);
}

static void
scumble_slider_init (ScumbleSlider *self)
{
}
