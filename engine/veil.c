/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "veil.h"
#include "picture.h"

gboolean
scumble_veil_take (ScumbleVeil *veil, int w, int h, ScumbleArena *arena, GError **error)
{
  *veil = (ScumbleVeil) { .w = w, .h = h };
  for (int i = 0; i < SCUMBLE_VEIL_LEVELS; i++)
    {
      veil->levels[i] = scumble_arena_take (arena, sizeof (float) * (gsize) (w >> i) *
                                                     (gsize) (h >> i), error);
      if (veil->levels[i] == NULL)
        return FALSE;
    }

  return TRUE;
}

gboolean
scumble_veil_spread (ScumbleVeil *veil)
{
  const ScumbleRect pixels = { 0, 0, veil->w, veil->h };
  const gsize       n      = (gsize) veil->w * (gsize) veil->h;
  gboolean          hides  = FALSE;

  for (gsize i = 0; i < n && !hides; i++)
    hides = veil->levels[0][i] < 1.0f;

  for (int i = 1; i < SCUMBLE_VEIL_LEVELS && hides; i++)
    scumble_picture_average_alpha (veil->levels[0], pixels,
                                   (ScumbleRect) { 0, 0, veil->w >> i, veil->h >> i }, 1 << i,
                                   veil->levels[i]);

  return hides;
}

const float *
scumble_veil_at (const ScumbleVeil *veil, const ScumbleTensor *x)
{
  int i = 0;

  if (veil == NULL)
    return NULL;

  while (i < SCUMBLE_VEIL_LEVELS - 1 && veil->w >> i > x->w)
    i++;
  g_return_val_if_fail (veil->w >> i == x->w && veil->h >> i == x->h, NULL);

  return veil->levels[i];
}
