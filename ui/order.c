/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order.h"

struct _ScumblePick
{
  int            ref_count; /* atomic */
  guint          serial;
  ScumbleHost   *host;
  ScumbleSource *source;
};

ScumblePick *
scumble_pick_new (ScumbleHost *host, int layer_id, GError **error)
{
  static guint   serial = 0;
  ScumbleSource *source = host->open_style (host, layer_id, error);
  ScumblePick   *pick;

  if (source == NULL)
    return NULL;

  pick  = g_new (ScumblePick, 1);
  *pick = (ScumblePick) { 1, ++serial, host, source };

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

  pick->host->close_style (pick->host, pick->source);
  g_free (pick);
}

guint
scumble_pick_serial (const ScumblePick *pick)
{
  return pick->serial;
}

ScumbleSource *
scumble_pick_source (ScumblePick *pick)
{
  return pick->source;
}

void
scumble_order_free (gpointer data)
{
  ScumbleOrder *order = data;

  scumble_pick_unref (order->pick);
  g_free (order);
}

void
scumble_answer_free (gpointer data)
{
  ScumbleAnswer *answer = data;

  scumble_shot_free (answer->shot);
  g_clear_error (&answer->error);
  g_free (answer);
}
