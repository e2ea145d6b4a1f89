/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview-accessible.h"

struct _ScumblePreviewAccessible
{
  GtkWidgetAccessible parent_instance;

  gboolean            busy;
};

G_DEFINE_TYPE (ScumblePreviewAccessible, scumble_preview_accessible,
               GTK_TYPE_WIDGET_ACCESSIBLE)

void
scumble_preview_accessible_set_busy (ScumblePreviewAccessible *self, gboolean busy)
{
  if (busy == self->busy)
    return;

  self->busy = busy;
  atk_object_notify_state_change (ATK_OBJECT (self), ATK_STATE_BUSY, busy);
}

static AtkStateSet *
ref_state_set (AtkObject *object)
{
  AtkStateSet *states =
      ATK_OBJECT_CLASS (scumble_preview_accessible_parent_class)->ref_state_set (object);

  if (SCUMBLE_PREVIEW_ACCESSIBLE (object)->busy)
    atk_state_set_add_state (states, ATK_STATE_BUSY);

  return states;
}

static void
initialize (AtkObject *object, gpointer data)
{
  ATK_OBJECT_CLASS (scumble_preview_accessible_parent_class)->initialize (object, data);
  atk_object_set_role (object, ATK_ROLE_IMAGE);
}

static void
scumble_preview_accessible_class_init (ScumblePreviewAccessibleClass *klass)
{
  ATK_OBJECT_CLASS (klass)->ref_state_set = ref_state_set;
  ATK_OBJECT_CLASS (klass)->initialize    = initialize;
}

static void
scumble_preview_accessible_init (ScumblePreviewAccessible *self)
{
}
