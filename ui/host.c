/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"

void
scumble_host_layer_free (ScumbleHostLayer *layer)
{
  if (layer == NULL)
    return;

  g_free (layer->name);
  g_free (layer->image);
  g_free (layer->file);
  g_clear_object (&layer->thumbnail);
  g_free (layer);
}

ScumbleHostChoice *
scumble_host_choice_new (int layer, const char *file, const char *name)
{
  const ScumbleHostChoice choice = { .layer  = layer,
                                 .file   = g_strdup (file),
                                 .name   = g_strdup (name),
                                 .weight = 1.0,
                                 .region = -1 };

  return g_memdup2 (&choice, sizeof choice);
}

ScumbleHostChoice *
scumble_host_choice_copy (const ScumbleHostChoice *choice)
{
  ScumbleHostChoice *copy = g_memdup2 (choice, sizeof *choice);

  copy->file = g_strdup (choice->file);
  copy->name = g_strdup (choice->name);

  return copy;
}

void
scumble_host_choice_free (ScumbleHostChoice *choice)
{
  if (choice == NULL)
    return;

  g_free (choice->file);
  g_free (choice->name);
  g_free (choice);
}

void
scumble_host_choices_init (ScumbleHostChoices *choices)
{
  choices->styles =
      g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_host_choice_free);
  choices->strength_map = -1;
}

void
scumble_host_choices_clear (ScumbleHostChoices *choices)
{
  g_clear_pointer (&choices->styles, g_ptr_array_unref);
}

void
scumble_host_begin (const ScumbleHost *host, ScumbleSettings *settings)
{
  if (host->frame_width > 0)
    scumble_settings_begin (settings, host->frame_width, host->frame_height);
  else
    scumble_settings_begin (settings, host->content->width, host->content->height);
}
