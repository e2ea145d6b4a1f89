/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "colours.h"
#include "frames.h"
#include "host.h"
#include "target.h"

G_BEGIN_DECLS

/**
 * ScumbleGimpHost:
 * @host: the seam; without a window until there is one
 * @target: (transfer none) (nullable): what is repainted
 * @frames: (transfer none) (nullable): likewise, if that is a whole animation; for whoever has
 *   some to set
 *
 * GIMP as the host of a dialog, or of a script.
 */
typedef struct
{
  ScumbleHost          host;
  const ScumbleTarget *target;
  const ScumbleFrames *frames;
  char               **models;
  char               **styles;
  char                *folder;
  ScumbleColours       colours; /* of a gray image; empty for another one */
  GimpColorTransform  *screen; /* (nullable): from the first use on */
  gboolean             screen_known;
} ScumbleGimpHost;

/**
 * scumble_gimp_host_init:
 * @self: (out caller-allocates): clear with scumble_gimp_host_clear()
 * @target: (transfer none) (nullable): what is repainted; %NULL together with the other two
 *   where only styles are looked at
 * @content: (transfer none) (nullable): its pixels
 * @sink: (transfer none) (nullable): receives the result
 */
void   scumble_gimp_host_init  (ScumbleGimpHost *self, const ScumbleTarget *target,
                                ScumbleSource *content, ScumbleSink *sink);
void   scumble_gimp_host_clear (ScumbleGimpHost *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScumbleGimpHost, scumble_gimp_host_clear)

G_END_DECLS
