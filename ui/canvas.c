/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas.h"
#include "box.h"

enum { STRIP_PIXELS = 1 << 18 };

/* More than this does not follow a slider. */
static const double SCREEN_PIXELS = 1.5e6;

ScumbleView
scumble_canvas_screen (const ScumbleView *view, double brush)
{
  const ScumbleRect *rect = &view->rect;
  const ScumbleView  over = { *rect, (int) (rect->w / brush), (int) (rect->h / brush) };

  return over.w >= view->w && over.h >= view->h && (double) over.w * over.h <= SCREEN_PIXELS
             ? over
             : *view;
}

static void
free_cut (gpointer data)
{
  ScumbleMemoryMask *cut = data;

  g_free ((gpointer) cut->weights);
  g_free (cut);
}

void
scumble_cloth_clear (ScumbleCloth *self)
{
  g_clear_pointer (&self->before, cairo_surface_destroy);
  g_clear_pointer (&self->rgba, g_free);
  g_clear_pointer (&self->cuts, g_hash_table_unref);
}

gboolean
scumble_cloth_shows (const ScumbleCloth *self, const ScumbleView *view)
{
  return self->before != NULL && scumble_view_equal (&self->view, view);
}

gboolean
scumble_cloth_read (ScumbleCloth *self, ScumbleSource *content, const ScumbleView *view,
                    GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (self->before == NULL, FALSE);

  self->rgba = g_new (float, (gsize) view->w * (gsize) view->h * 4);
  if (!scumble_box_read (content, &view->rect, view->w, view->h, self->rgba, cancellable,
                         error))
    return FALSE;

  self->view   = *view;
  self->before = scumble_shot_surface (self->rgba, view->w, view->h);
  self->cuts   = g_hash_table_new_full (NULL, NULL, NULL, free_cut);
  scumble_memory_source_init (&self->source, view->w, view->h, self->rgba);

  return TRUE;
}

static gboolean
read_cut (ScumbleMask *mask, ScumbleBox *box, GCancellable *cancellable, GError **error)
{
  const ScumbleRect *from  = &box->from;
  const int          rows  = MAX (1, STRIP_PIXELS / from->w);
  g_autofree float  *strip = g_new (float, (gsize) rows * (gsize) from->w);

  for (int y = 0; y < from->h; y += rows)
    {
      const ScumbleRect rect = { from->x, from->y + y, from->w, MIN (rows, from->h - y) };

      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !mask->read (mask, &rect, strip, error))
        return FALSE;
      scumble_box_add (box, &rect, strip);
    }

  return TRUE;
}

ScumbleMask *
scumble_cloth_cut (ScumbleCloth *self, ScumblePick *pick, GCancellable *cancellable,
                   GError **error)
{
  const ScumbleView *view = &self->view;
  const gpointer     key  = GUINT_TO_POINTER (scumble_pick_serial (pick));
  ScumbleMemoryMask *cut  = g_hash_table_lookup (self->cuts, key);
  ScumbleBox         box;

  if (cut != NULL)
    return &cut->mask;

  scumble_box_init (&box, &view->rect, view->w, view->h, 1);
  if (!read_cut (scumble_pick_mask (pick), &box, cancellable, error))
    {
      scumble_box_clear (&box);
      return NULL;
    }

  cut = g_new0 (ScumbleMemoryMask, 1);
  scumble_memory_mask_init (cut, view->w, view->h, box.sum);
  g_hash_table_insert (self->cuts, key, cut);

  return &cut->mask;
}
