/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "style-item.h"
#include "shelf.h"

enum { THUMBNAIL_EDGE = 128 };

static void
item_free (ScumbleStyleItem *item)
{
  g_free (item->file);
  g_free (item->name);
  g_free (item->origin);
  g_clear_object (&item->thumbnail);
  g_free (item->thumbnail_file);
  g_free (item);
}

ScumbleHostChoice *
scumble_style_item_choose (const ScumbleStyleItem *item)
{
  return scumble_host_choice_new (item->layer, item->layer < 0 ? item->file : NULL,
                                  item->name);
}

gboolean
scumble_style_item_is (const ScumbleStyleItem *item, const ScumbleHostChoice *choice)
{
  if (choice->file == NULL)
    return item->layer == choice->layer;

  return item->layer < 0 && g_str_equal (item->file, choice->file);
}

gboolean
scumble_style_item_load (ScumbleStyleItem *item)
{
  if (item->thumbnail == NULL && item->thumbnail_file != NULL)
    item->thumbnail = gdk_pixbuf_new_from_file_at_size (item->thumbnail_file,
                                                        THUMBNAIL_EDGE, THUMBNAIL_EDGE,
                                                        NULL);

  return item->thumbnail != NULL;
}

static void
add_layers (GPtrArray *items, ScumbleHost *host)
{
  g_autoptr (GPtrArray) layers = host->list_layers (host);

  for (guint i = 0; i < layers->len; i++)
    {
      ScumbleHostLayer *layer = g_ptr_array_index (layers, i);
      ScumbleStyleItem *item  = g_new0 (ScumbleStyleItem, 1);

      item->kind          = SCUMBLE_STYLE_LAYER;
      item->layer         = layer->id;
      item->file          = g_steal_pointer (&layer->file);
      item->name          = g_steal_pointer (&layer->name);
      item->origin        = g_steal_pointer (&layer->image);
      item->thumbnail     = g_steal_pointer (&layer->thumbnail);
      item->has_selection = layer->has_selection;
      g_ptr_array_add (items, item);
    }
}

static gboolean
has_file (const GPtrArray *items, const char *file)
{
  for (guint i = 0; i < items->len; i++)
    {
      const ScumbleStyleItem *item = g_ptr_array_index (items, i);

      if (g_strcmp0 (item->file, file) == 0)
        return TRUE;
    }

  return FALSE;
}

/* What is open, or has been saved, need not be listed again. */
static void
add_shelf (GPtrArray *items, const char *folder, ScumbleStyleKind kind)
{
  g_autoptr (GPtrArray) entries = scumble_shelf_list (folder);

  for (guint i = 0; i < entries->len; i++)
    {
      ScumbleShelfEntry *entry = g_ptr_array_index (entries, i);
      ScumbleStyleItem  *item;

      if (has_file (items, entry->file))
        continue;

      item                 = g_new0 (ScumbleStyleItem, 1);
      item->kind           = kind;
      item->layer          = -1;
      item->file           = g_steal_pointer (&entry->file);
      item->name           = g_steal_pointer (&entry->title);
      item->method         = entry->method;
      item->thumbnail_file = g_steal_pointer (&entry->thumbnail);
      g_ptr_array_add (items, item);
    }
}

GPtrArray *
scumble_style_items_list (ScumbleHost *host)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);

  add_layers (items, host);
  if (host->folder != NULL)
    {
      g_autofree char *saved  = scumble_shelf_folder (host->folder, SCUMBLE_SHELF_SAVED);
      g_autofree char *recent = scumble_shelf_folder (host->folder, SCUMBLE_SHELF_RECENT);

      add_shelf (items, saved, SCUMBLE_STYLE_SAVED);
      add_shelf (items, recent, SCUMBLE_STYLE_RECENT);
    }
  for (guint i = 0; host->style_path != NULL && host->style_path[i] != NULL; i++)
    add_shelf (items, host->style_path[i], SCUMBLE_STYLE_BOX);

  return items;
}
