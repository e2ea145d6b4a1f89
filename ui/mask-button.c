/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mask-button.h"

#include <glib/gi18n-lib.h>

struct _ScumbleMaskButton
{
  GtkMenuButton  parent_instance;

  GSimpleAction *choice;
  GtkLabel      *label;
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (ScumbleMaskButton, scumble_mask_button, GTK_TYPE_MENU_BUTTON)

static char *
describe (const ScumbleHostLayer *mask)
{
  return mask->image == NULL || *mask->image == '\0'
             ? g_strdup (mask->name)
             : g_strdup_printf (_("%s (%s)"), mask->name, mask->image);
}

/* A name is no label: its underscores are no mnemonics. */
static void
append (GMenu *menu, const char *name, int id)
{
  g_auto (GStrv)        parts = g_strsplit (name, "_", -1);
  g_autofree char      *label = g_strjoinv ("__", parts);
  g_autoptr (GMenuItem) item  = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, "mask.choose", g_variant_new_int32 (id));
  g_menu_append_item (menu, item);
}

static void
show (ScumbleMaskButton *self, const char *name, int id)
{
  gtk_label_set_text (self->label, name);
  g_simple_action_set_state (self->choice, g_variant_new_int32 (id));
}

void
scumble_mask_button_fill (ScumbleMaskButton *self, const GPtrArray *masks, int mask_id)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  append (menu, _("Everywhere"), -1);
  show (self, _("Everywhere"), -1);
  for (guint i = 0; i < masks->len; i++)
    {
      const ScumbleHostLayer *mask = g_ptr_array_index (masks, i);
      g_autofree char        *name = describe (mask);

      append (menu, name, mask->id);
      if (mask->id == mask_id)
        show (self, name, mask_id);
    }

  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self), G_MENU_MODEL (menu));
}

int
scumble_mask_button_get (ScumbleMaskButton *self)
{
  g_autoptr (GVariant) state = g_action_get_state (G_ACTION (self->choice));

  return g_variant_get_int32 (state);
}

/* The label of the item just chosen. */
static char *
label_of (ScumbleMaskButton *self, int id)
{
  GMenuModel *menu = gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (self));

  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr (GVariant) target = g_menu_model_get_item_attribute_value (
        menu, i, G_MENU_ATTRIBUTE_TARGET, G_VARIANT_TYPE_INT32);
      g_autofree char     *label  = NULL;
      g_auto (GStrv)       parts  = NULL;

      if (g_variant_get_int32 (target) != id)
        continue;
      g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_LABEL, "s", &label);
      parts = g_strsplit (label, "__", -1);
      return g_strjoinv ("_", parts);
    }

  g_return_val_if_reached (NULL);
}

static void
on_choose (GSimpleAction *action, GVariant *target, gpointer user_data)
{
  ScumbleMaskButton *self  = user_data;
  const int          id    = g_variant_get_int32 (target);
  g_autofree char   *label = label_of (self, id);

  show (self, label, id);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
scumble_mask_button_finalize (GObject *object)
{
  g_clear_object (&SCUMBLE_MASK_BUTTON (object)->choice);
  G_OBJECT_CLASS (scumble_mask_button_parent_class)->finalize (object);
}

static void
scumble_mask_button_class_init (ScumbleMaskButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scumble_mask_button_finalize;
  signals[CHANGED] = g_signal_new ("changed", SCUMBLE_TYPE_MASK_BUTTON, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
scumble_mask_button_init (ScumbleMaskButton *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  GtkWidget                     *label = gtk_label_new (NULL);
  GtkWidget                     *arrow =
    gtk_image_new_from_icon_name ("pan-down-symbolic", GTK_ICON_SIZE_BUTTON);
  GtkWidget                     *box   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->choice = g_simple_action_new_stateful ("choose", G_VARIANT_TYPE_INT32,
                                               g_variant_new_int32 (-1));
  g_signal_connect (self->choice, "activate", G_CALLBACK (on_choose), self);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (self->choice));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "mask", G_ACTION_GROUP (group));
  gtk_menu_button_set_use_popover (GTK_MENU_BUTTON (self), FALSE);

  self->label = GTK_LABEL (label);
  gtk_label_set_ellipsize (self->label, PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (self->label, 0.0f);
  gtk_box_pack_start (GTK_BOX (box), label, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (box), arrow, FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_container_add (GTK_CONTAINER (self), box);
}
