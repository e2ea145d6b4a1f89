/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scene.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <pango/pangocairo.h>

/* Logical pixels. */
enum { CHECK = 8, GRIP = 8 };

void
scumble_scene_take (ScumbleScene *self, const ScumbleShot *shot)
{
  ScumbleShot      **fine  = &self->shots[SCUMBLE_LAYER_FINE];
  const ScumbleLayer layer = shot->after == NULL ? SCUMBLE_LAYER_PLAIN
                             : shot->coarse      ? SCUMBLE_LAYER_COARSE
                                                 : SCUMBLE_LAYER_FINE;

  if (layer == SCUMBLE_LAYER_COARSE && *fine != NULL && (*fine)->look != shot->look)
    g_clear_pointer (fine, scumble_shot_free);

  scumble_shot_free (self->shots[layer]);
  self->shots[layer] = scumble_shot_copy (shot);
}

void
scumble_scene_clear (ScumbleScene *self)
{
  for (ScumbleLayer layer = SCUMBLE_LAYER_COARSE; layer < SCUMBLE_N_LAYERS; layer++)
    g_clear_pointer (&self->shots[layer], scumble_shot_free);
}

static gboolean
has_result (const ScumbleScene *self)
{
  return self->shots[SCUMBLE_LAYER_COARSE] != NULL ||
         self->shots[SCUMBLE_LAYER_FINE] != NULL;
}

gboolean
scumble_scene_compares (const ScumbleScene *self)
{
  return self->split && !self->original && has_result (self);
}

int
scumble_scene_line (const ScumbleScene *self)
{
  const ScumbleRect area = scumble_viewport_covered (&self->viewport);

  return self->across ? area.y + (int) round (self->split_at * area.h)
                      : area.x + (int) round (self->split_at * area.w);
}

static cairo_pattern_t *
checkerboard (int scale)
{
  cairo_surface_t *tile    = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 2, 2);
  cairo_t         *cr      = cairo_create (tile);
  cairo_pattern_t *pattern = cairo_pattern_create_for_surface (tile);
  cairo_matrix_t   matrix;

  cairo_set_source_rgb (cr, 0.6, 0.6, 0.6);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, 0.4, 0.4, 0.4);
  cairo_rectangle (cr, 0, 0, 1, 1);
  cairo_rectangle (cr, 1, 1, 1, 1);
  cairo_fill (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (tile);

  cairo_matrix_init_scale (&matrix, 1.0 / (CHECK * scale), 1.0 / (CHECK * scale));
  cairo_pattern_set_matrix (pattern, &matrix);
  cairo_pattern_set_extend (pattern, CAIRO_EXTEND_REPEAT);
  cairo_pattern_set_filter (pattern, CAIRO_FILTER_NEAREST);

  return pattern;
}

static void
draw_surface (const ScumbleScene *self, cairo_t *cr, cairo_surface_t *surface,
              const ScumbleShot *shot)
{
  const ScumbleView *view   = &shot->view;
  const ScumbleRect  place  = scumble_viewport_place (&self->viewport, &view->rect);
  const gboolean     pixels = view->w == view->rect.w && place.w >= view->w;

  cairo_save (cr);
  cairo_translate (cr, place.x, place.y);
  cairo_scale (cr, (double) place.w / view->w, (double) place.h / view->h);
  cairo_rectangle (cr, 0, 0, view->w, view->h);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr),
                            pixels ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_fill (cr);
  cairo_restore (cr);
}

/* One side of the comparison, its layers covering each other before anything shines
 * through. */
static void
draw_side (const ScumbleScene *self, cairo_t *cr, const ScumbleRect *area, gboolean after)
{
  if (area->w <= 0 || area->h <= 0)
    return;

  cairo_save (cr);
  cairo_rectangle (cr, area->x, area->y, area->w, area->h);
  cairo_clip (cr);
  cairo_push_group (cr);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);

  for (ScumbleLayer layer = SCUMBLE_LAYER_COARSE; layer < SCUMBLE_N_LAYERS; layer++)
    {
      const ScumbleShot *shot    = self->shots[layer];
      cairo_surface_t *surface = shot == NULL ? NULL : after ? shot->after : shot->before;

      if (surface != NULL)
        draw_surface (self, cr, surface, shot);
    }

  cairo_pop_group_to_source (cr);
  cairo_paint (cr);
  cairo_restore (cr);
}

static void
draw_arrow (cairo_t *cr, double x, double direction)
{
  cairo_move_to (cr, x + 2 * direction, -4);
  cairo_line_to (cr, x + 6 * direction, 0);
  cairo_line_to (cr, x + 2 * direction, 4);
  cairo_fill (cr);
}

static void
draw_line (const ScumbleScene *self, cairo_t *cr, int at, const ScumbleRect *area)
{
  const double half = 0.5 * (self->across ? area->w : area->h) / self->scale;

  cairo_save (cr);
  if (self->across)
    {
      cairo_translate (cr, area->x + 0.5 * area->w, at);
      cairo_rotate (cr, G_PI / 2.0);
    }
  else
    cairo_translate (cr, at, area->y + 0.5 * area->h);
  cairo_scale (cr, self->scale, self->scale);

  cairo_set_source_rgba (cr, 0, 0, 0, 0.5);
  cairo_rectangle (cr, -2, -half, 4, 2 * half);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, -1, -half, 2, 2 * half);
  cairo_fill (cr);
  cairo_arc (cr, 0, 0, GRIP, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 0.2, 0.2, 0.2);
  draw_arrow (cr, 0, -1);
  draw_arrow (cr, 0, 1);

  cairo_restore (cr);
}

/* A word on the picture. It keeps away where its side is too narrow for it. */
static void
draw_tag (const ScumbleScene *self, cairo_t *cr, PangoLayout *tag,
          const ScumbleRect *side, gboolean at_right)
{
  int w, h, x;

  pango_layout_get_pixel_size (tag, &w, &h);
  if ((w + 24) * self->scale > side->w || (h + 16) * self->scale > side->h)
    return;

  x = at_right ? side->x + side->w - (w + 14) * self->scale : side->x + 14 * self->scale;
  cairo_save (cr);
  cairo_translate (cr, x, side->y + 8 * self->scale);
  cairo_scale (cr, self->scale, self->scale);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.55);
  cairo_rectangle (cr, -6, -2, w + 12, h + 4);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  pango_cairo_show_layout (cr, tag);
  cairo_restore (cr);
}

static void
draw_split (const ScumbleScene *self, cairo_t *cr, PangoLayout *tag,
            const ScumbleRect *area)
{
  const int   at     = scumble_scene_line (self);
  ScumbleRect before = *area, after = *area;

  if (self->across)
    {
      before.h = at - area->y;
      after.y  = at;
      after.h  = area->h - before.h;
    }
  else
    {
      before.w = at - area->x;
      after.x  = at;
      after.w  = area->w - before.w;
    }

  draw_side (self, cr, &before, FALSE);
  draw_side (self, cr, &after, TRUE);
  pango_layout_set_text (tag, _("Original"), -1);
  draw_tag (self, cr, tag, &before, FALSE);
  pango_layout_set_text (tag, _("Result"), -1);
  draw_tag (self, cr, tag, &after, TRUE);
  draw_line (self, cr, at, area);
}

static void
draw_original (const ScumbleScene *self, cairo_t *cr, PangoLayout *tag,
               const ScumbleRect *area)
{
  draw_side (self, cr, area, FALSE);
  pango_layout_set_text (tag, _("Original"), -1);
  draw_tag (self, cr, tag, area, FALSE);
}

/* What lies under a picture that may be transparent. */
static void
draw_ground (const ScumbleScene *self, cairo_t *cr, const ScumbleRect *area)
{
  cairo_pattern_t *checks = checkerboard (self->scale);

  cairo_rectangle (cr, area->x, area->y, area->w, area->h);
  cairo_set_source (cr, checks);
  cairo_fill (cr);
  cairo_pattern_destroy (checks);
}

void
scumble_scene_draw (const ScumbleScene *self, cairo_t *cr, PangoContext *tags)
{
  const ScumbleRect       area = scumble_viewport_covered (&self->viewport);
  g_autoptr (PangoLayout) tag  = pango_layout_new (tags);

  /* Until it has been read, the ground alone would look like a transparent picture. */
  if (!has_result (self) && self->shots[SCUMBLE_LAYER_PLAIN] == NULL)
    return;

  draw_ground (self, cr, &area);
  if (scumble_scene_compares (self))
    draw_split (self, cr, tag, &area);
  else if (self->original || !has_result (self))
    draw_original (self, cr, tag, &area);
  else
    draw_side (self, cr, &area, TRUE);
}
