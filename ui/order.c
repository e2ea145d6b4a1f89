/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order.h"
#include "pixbuf-source.h"
#include "shelf.h"

struct _ScumblePick
{
  int            ref_count; /* atomic */
  guint          serial;
  ScumbleHost   *host;
  char          *name;
  char          *file;
  ScumbleSource *source; /* the host's, or else read from the file */
  ScumbleMask   *mask;
};

static ScumblePick *
pick_new (ScumbleHost *host)
{
  static guint serial = 0;
  ScumblePick *pick   = g_new0 (ScumblePick, 1);

  pick->ref_count = 1;
  pick->serial    = ++serial;
  pick->host      = host;

  return pick;
}

ScumblePick *
scumble_pick_new (ScumbleHost *host, const ScumbleHostChoice *choice, GError **error)
{
  ScumbleSource *source = NULL;
  ScumblePick   *pick;

  if (choice->file == NULL)
    {
      source = host->open_style (host, choice->layer, choice->selected_only, error);
      if (source == NULL)
        return NULL;
    }

  pick         = pick_new (host);
  pick->name   = g_strdup (choice->name);
  pick->file   = g_strdup (choice->file);
  pick->source = source;

  return pick;
}

ScumblePick *
scumble_pick_new_mask (ScumbleHost *host, int mask_id, GError **error)
{
  ScumbleMask *mask = host->open_mask (host, mask_id, error);
  ScumblePick *pick;

  if (mask == NULL)
    return NULL;

  pick       = pick_new (host);
  pick->mask = mask;

  return pick;
}

ScumblePick *
scumble_pick_ref (ScumblePick *pick)
{
  g_atomic_int_inc (&pick->ref_count);
  return pick;
}

void
scumble_pick_unref (ScumblePick *pick)
{
  if (pick == NULL || !g_atomic_int_dec_and_test (&pick->ref_count))
    return;

  if (pick->file != NULL)
    scumble_pixbuf_source_free ((ScumblePixbufSource *) pick->source);
  else if (pick->source != NULL)
    pick->host->close_style (pick->host, pick->source);
  if (pick->mask != NULL)
    pick->host->close_mask (pick->host, pick->mask);
  g_free (pick->name);
  g_free (pick->file);
  g_free (pick);
}

guint
scumble_pick_serial (const ScumblePick *pick)
{
  return pick->serial;
}

const char *
scumble_pick_name (const ScumblePick *pick)
{
  return pick->name;
}

const char *
scumble_pick_saved (const ScumblePick *pick)
{
  return scumble_shelf_is_saved (pick->file) ? pick->file : NULL;
}

static ScumbleSource *
open_picture (const ScumblePick *pick, GError **error)
{
  ScumblePixbufSource *picture = scumble_pixbuf_source_new (pick->file, error);

  if (picture != NULL && picture->profile != NULL && pick->host->to_srgb != NULL)
    pick->host->to_srgb (picture->profile, picture->pixbuf);

  return (ScumbleSource *) picture;
}

ScumbleSource *
scumble_pick_source (ScumblePick *pick, GError **error)
{
  if (pick->source == NULL)
    pick->source = open_picture (pick, error);

  return pick->source;
}

ScumbleMask *
scumble_pick_mask (ScumblePick *pick)
{
  return pick->mask;
}

static void
clear_ingredient (gpointer data)
{
  ScumbleIngredient *ingredient = data;

  g_clear_pointer (&ingredient->pick, scumble_pick_unref);
  g_clear_pointer (&ingredient->region, scumble_pick_unref);
}

GArray *
scumble_ingredients_new (void)
{
  GArray *ingredients = g_array_new (FALSE, FALSE, sizeof (ScumbleIngredient));

  g_array_set_clear_func (ingredients, clear_ingredient);
  return ingredients;
}

void
scumble_order_free (gpointer data)
{
  ScumbleOrder *order = data;

  g_array_unref (order->styles);
  scumble_pick_unref (order->strength_map);
  g_free (order->title);
  g_free (order->path);
  g_free (order);
}

/* 0 without a mask. */
static guint
serial_of (const ScumblePick *mask)
{
  return mask == NULL ? 0 : scumble_pick_serial (mask);
}

/* The settings without what is seen to after painting. */
static ScumbleSettings
painted_settings (const ScumbleOrder *order)
{
  ScumbleSettings settings = order->settings;

  settings.detail = 0.0;
  if (settings.colour_method == SCUMBLE_COLOUR_LUMINANCE)
    settings.colour = 0.0;

  return settings;
}

char *
scumble_order_strokes (const ScumbleOrder *order)
{
  const ScumbleSettings settings = painted_settings (order);
  g_autofree char      *text     = scumble_settings_to_text (&settings);
  g_autoptr (GString)   strokes  = g_string_new (NULL);

  g_string_printf (strokes, "%s%u", text, serial_of (order->strength_map));
  for (guint i = 0; i < order->styles->len; i++)
    {
      const ScumbleIngredient *one = &g_array_index (order->styles, ScumbleIngredient, i);

      g_string_append_printf (strokes, " %u:%u:%.17g", scumble_pick_serial (one->pick),
                              serial_of (one->region), one->weight);
    }

  return g_string_free (g_steal_pointer (&strokes), FALSE);
}

char *
scumble_order_coats (const ScumbleOrder *order)
{
  ScumbleSettings     settings = painted_settings (order);
  g_autofree char    *text     = NULL;
  g_autoptr (GString) coats    = g_string_new (NULL);

  settings.strength = 1.0;
  text              = scumble_settings_to_text (&settings);

  g_string_assign (coats, text);
  for (guint i = 0; i < order->styles->len; i++)
    {
      const ScumbleIngredient *one = &g_array_index (order->styles, ScumbleIngredient, i);

      /* One with a region is a style of its own; the others are mixed. */
      g_string_append_printf (coats, " %u", scumble_pick_serial (one->pick));
      if (one->region == NULL)
        g_string_append_printf (coats, ":%.17g", one->weight);
    }

  return g_string_free (g_steal_pointer (&coats), FALSE);
}

gboolean
scumble_answer_has_result (const ScumbleAnswer *answer)
{
  return answer->shot != NULL && answer->shot->after != NULL;
}

void
scumble_answer_free (gpointer data)
{
  ScumbleAnswer *answer = data;

  scumble_shot_free (answer->shot);
  g_clear_error (&answer->error);
  g_free (answer->saved);
  g_free (answer);
}
