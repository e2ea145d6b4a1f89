/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"

void
scumble_host_layer_free (ScumbleHostLayer *layer)
{
  if (layer == NULL)
    return;

  g_free (layer->name);
  g_free (layer->image);
  g_clear_object (&layer->thumbnail);
  g_free (layer);
}
