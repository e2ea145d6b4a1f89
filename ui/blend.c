/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "blend.h"

/* How a mask is made from others. */
typedef enum
{
  SHARE, /* a region times its style's share */
  REST,  /* what all regions leave */
  COVER, /* what they cover, times the strength map if there is one */
} Recipe;

typedef struct
{
  ScumbleMask      mask;
  Recipe           recipe;
  double           share;
  const GPtrArray *regions; /* the blend's, or this one's only */
  ScumbleMask     *other;   /* SHARE: the region; COVER: the strength map */
} MadeMask;

struct _ScumbleBlend
{
  const ScumbleSettings *settings;
  GArray                *zones;
  GPtrArray             *styles;  /* mixed for this blend */
  GPtrArray             *regions; /* the masks of those that have one */
  GPtrArray             *made;
  ScumbleMask           *strength_map;
};

/* @sum: how much all regions cover, 0..1 */
static gboolean
add_regions (const MadeMask *self, const ScumbleRect *rect, float *sum, float *one,
             GError **error)
{
  const gsize n = (gsize) rect->w * (gsize) rect->h;

  for (guint k = 0; k < self->regions->len; k++)
    {
      ScumbleMask *region = g_ptr_array_index (self->regions, k);

      if (!region->read (region, rect, one, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        sum[i] = MIN (1.0f, sum[i] + one[i]);
    }

  return TRUE;
}

static gboolean
made_read (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  const MadeMask   *self = (const MadeMask *) mask;
  const gsize       n    = (gsize) rect->w * (gsize) rect->h;
  g_autofree float *sum  = g_new0 (float, n);

  if (self->recipe != SHARE && !add_regions (self, rect, sum, weights, error))
    return FALSE;
  if (self->other != NULL && !self->other->read (self->other, rect, weights, error))
    return FALSE;

  for (gsize i = 0; i < n; i++)
    switch (self->recipe)
      {
      case SHARE:
        weights[i] *= (float) self->share;
        break;
      case REST:
        weights[i] = 1.0f - sum[i];
        break;
      case COVER:
        weights[i] = self->other == NULL ? sum[i] : weights[i] * sum[i];
        break;
      }

  return TRUE;
}

static ScumbleMask *
make_mask (ScumbleBlend *self, Recipe recipe, double share, ScumbleMask *other)
{
  const ScumbleMask *like = g_ptr_array_index (self->regions, 0);
  MadeMask          *made = g_new0 (MadeMask, 1);

  made->mask    = (ScumbleMask) { .width = like->width, .height = like->height,
                                  .read = made_read };
  made->recipe  = recipe;
  made->share   = share;
  made->regions = self->regions;
  made->other   = other;
  g_ptr_array_add (self->made, made);

  return &made->mask;
}

static const ScumbleIngredient *
ingredient (const ScumbleOrder *order, guint i)
{
  return &g_array_index (order->styles, ScumbleIngredient, i);
}

/* Those without a region, as one style; NULL without an error if there are none. */
static ScumbleStyle *
mix_rest (const ScumbleOrder *order, const GPtrArray *styles, gboolean all,
          GError **error)
{
  g_autofree const ScumbleStyle **mixed  = g_new (const ScumbleStyle *, styles->len);
  g_autofree double              *shares = g_new (double, styles->len);
  guint                           n      = 0;

  for (guint i = 0; i < styles->len; i++)
    if (all || ingredient (order, i)->region == NULL)
      {
        mixed[n]    = g_ptr_array_index (styles, i);
        shares[n++] = ingredient (order, i)->weight;
      }

  if (n == 1)
    return scumble_style_ref ((ScumbleStyle *) mixed[0]);

  return n == 0 ? NULL : scumble_style_mix (mixed, shares, n, error);
}

static gboolean
add_regions_of (ScumbleBlend *self, const ScumbleOrder *order, ScumbleBlendCut cut,
                gpointer user_data, GError **error)
{
  for (guint i = 0; i < order->styles->len; i++)
    {
      ScumblePick *pick = ingredient (order, i)->region;
      ScumbleMask *mask = pick == NULL ? NULL : cut (pick, user_data, error);

      if (mask != NULL)
        g_ptr_array_add (self->regions, mask);
      else if (pick != NULL)
        return FALSE;
    }

  return TRUE;
}

static void
add_zone (ScumbleBlend *self, const ScumbleStyle *style, ScumbleMask *mask)
{
  const ScumbleZone zone = { style, mask };

  g_array_append_val (self->zones, zone);
}

static gboolean
add_zones (ScumbleBlend *self, const ScumbleOrder *order, const GPtrArray *styles,
           GError **error)
{
  GError       *fault = NULL;
  ScumbleStyle *rest  = mix_rest (order, styles, FALSE, &fault);
  guint         k     = 0;

  if (fault != NULL)
    {
      g_propagate_error (error, fault);
      return FALSE;
    }

  for (guint i = 0; i < order->styles->len; i++)
    if (ingredient (order, i)->region != NULL)
      add_zone (self, g_ptr_array_index (styles, i),
                make_mask (self, SHARE, ingredient (order, i)->weight,
                           g_ptr_array_index (self->regions, k++)));

  if (rest != NULL)
    {
      g_ptr_array_add (self->styles, rest);
      add_zone (self, rest,
                self->regions->len == 0 ? NULL : make_mask (self, REST, 1.0, NULL));
    }
  else
    self->strength_map = make_mask (self, COVER, 1.0, self->strength_map);

  return TRUE;
}

ScumbleBlend *
scumble_blend_new (const ScumbleOrder *order, const GPtrArray *styles,
                   ScumbleBlendCut cut, gpointer user_data, GError **error)
{
  g_autoptr (ScumbleBlend) self = g_new0 (ScumbleBlend, 1);

  self->settings = &order->settings;
  self->zones    = g_array_new (FALSE, FALSE, sizeof (ScumbleZone));
  self->styles   = g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_style_unref);
  self->regions  = g_ptr_array_new ();
  self->made     = g_ptr_array_new_with_free_func (g_free);

  if (order->strength_map != NULL)
    {
      self->strength_map = cut (order->strength_map, user_data, error);
      if (self->strength_map == NULL)
        return NULL;
    }
  if (!add_regions_of (self, order, cut, user_data, error) ||
      !add_zones (self, order, styles, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
scumble_blend_free (ScumbleBlend *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->zones);
  g_ptr_array_unref (self->styles);
  g_ptr_array_unref (self->regions);
  g_ptr_array_unref (self->made);
  g_free (self);
}

void
scumble_blend_look (const ScumbleBlend *self, ScumbleLook *look)
{
  scumble_settings_look (self->settings, (const ScumbleZone *) self->zones->data,
                         self->zones->len, look);
  look->strength_map = self->strength_map;
}

ScumbleStyle *
scumble_blend_mix (const ScumbleOrder *order, const GPtrArray *styles, GError **error)
{
  return mix_rest (order, styles, TRUE, error);
}
