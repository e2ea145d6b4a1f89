/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pick-book.h"

/* Pictures, open or read, that are kept at most. */
enum { MOST = 12 };

typedef struct
{
  char        *key;
  ScumblePick *pick;
} Page;

struct _ScumblePickBook
{
  ScumbleHost *host;
  GQueue       pages; /* the one used last is the first */
};

static void
free_page (gpointer data)
{
  Page *page = data;

  g_free (page->key);
  scumble_pick_unref (page->pick);
  g_free (page);
}

ScumblePickBook *
scumble_pick_book_new (ScumbleHost *host)
{
  ScumblePickBook *self = g_new0 (ScumblePickBook, 1);

  self->host = host;
  g_queue_init (&self->pages);

  return self;
}

void
scumble_pick_book_forget (ScumblePickBook *self)
{
  g_queue_clear_full (&self->pages, free_page);
}

void
scumble_pick_book_free (ScumblePickBook *self)
{
  if (self == NULL)
    return;

  scumble_pick_book_forget (self);
  g_free (self);
}

/* Takes over @key and @pick. */
static ScumblePick *
keep (ScumblePickBook *self, char *key, ScumblePick *pick)
{
  const Page page = { key, pick };

  g_queue_push_head (&self->pages, g_memdup2 (&page, sizeof page));
  while (self->pages.length > MOST)
    free_page (g_queue_pop_tail (&self->pages));

  return pick;
}

static ScumblePick *
find (ScumblePickBook *self, const char *key)
{
  for (GList *link = self->pages.head; link != NULL; link = link->next)
    {
      Page *page = link->data;

      if (!g_str_equal (page->key, key))
        continue;
      g_queue_unlink (&self->pages, link);
      g_queue_push_head_link (&self->pages, link);
      return page->pick;
    }

  return NULL;
}

static ScumblePick *
find_style (ScumblePickBook *self, const ScumbleHostChoice *choice, GError **error)
{
  g_autofree char *key  = choice->file != NULL
                              ? g_strdup (choice->file)
                              : g_strdup_printf ("layer %d %d", choice->layer,
                                                 choice->selected_only);
  ScumblePick     *pick = find (self, key);

  if (pick == NULL)
    {
      pick = scumble_pick_new (self->host, choice, error);
      if (pick != NULL)
        keep (self, g_steal_pointer (&key), pick);
    }

  return pick == NULL ? NULL : scumble_pick_ref (pick);
}

/* Returns NULL without an error for no mask. */
static ScumblePick *
find_mask (ScumblePickBook *self, int mask_id, GError **error)
{
  g_autofree char *key = g_strdup_printf ("mask %d", mask_id);
  ScumblePick     *pick;

  if (mask_id < 0 || self->host->open_mask == NULL)
    return NULL;

  pick = find (self, key);
  if (pick == NULL)
    {
      pick = scumble_pick_new_mask (self->host, mask_id, error);
      if (pick != NULL)
        keep (self, g_steal_pointer (&key), pick);
    }

  return pick == NULL ? NULL : scumble_pick_ref (pick);
}

/* Keeps the first error of several. */
static void
note (GError **first, GError *error)
{
  if (error == NULL)
    return;

  if (*first == NULL)
    *first = error;
  else
    g_error_free (error);
}

static void
open_choice (ScumblePickBook *self, const ScumbleHostChoice *choice, GArray *styles,
             GError **first)
{
  GError           *no_style   = NULL;
  GError           *no_region  = NULL;
  ScumbleIngredient ingredient = { .weight = choice->weight };

  ingredient.pick = find_style (self, choice, &no_style);
  note (first, no_style);
  if (ingredient.pick == NULL)
    return;

  ingredient.region = find_mask (self, choice->region, &no_region);
  note (first, no_region);
  g_array_append_val (styles, ingredient);
}

gboolean
scumble_pick_book_open (ScumblePickBook *self, const ScumbleHostChoices *choices,
                        ScumbleOrder *order, GError **error)
{
  GError *first  = NULL;
  GError *no_map = NULL;

  g_clear_pointer (&order->styles, g_array_unref);
  g_clear_pointer (&order->strength_map, scumble_pick_unref);
  order->styles = scumble_ingredients_new ();

  for (guint i = 0; i < choices->styles->len; i++)
    open_choice (self, g_ptr_array_index (choices->styles, i), order->styles, &first);
  order->strength_map = find_mask (self, choices->strength_map, &no_map);
  note (&first, no_map);

  if (first != NULL)
    g_propagate_error (error, first);
  return first == NULL;
}
