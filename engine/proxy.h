/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "source.h"

G_BEGIN_DECLS

/**
 * ScumbleProxy:
 * @memory: the small picture, unless it is the original
 * @source: (transfer none): the small picture; the original itself where it is small enough
 * @original: (transfer none): what was shrunk
 * @rgba: (owned) (nullable): its pixels, in a block of the arena
 *
 * A picture shrunk for a purpose that needs no more pixels.
 */
typedef struct
{
  ScumbleMemorySource memory;
  ScumbleSource      *source;
  ScumbleSource      *original;
  float              *rgba;
  gsize               bytes;
  ScumbleArena       *arena;
} ScumbleProxy;

/**
 * ScumbleProxyFits:
 *
 * Returns: whether a picture of @width x @height pixels is small enough
 */
typedef gboolean (*ScumbleProxyFits) (int width, int height);

/**
 * scumble_proxy_megapixel:
 *
 * Returns: whether a picture has at most 1024 x 1024 pixels, in any shape
 */
gboolean scumble_proxy_megapixel (int width, int height);

/**
 * scumble_proxy_init:
 * @proxy: (out caller-allocates): clear with scumble_proxy_clear() also on failure
 * @source: (transfer none): must outlive the proxy
 * @fits: says no to every picture at least as large as one that it said no to
 *
 * Shrinks @source to the largest size of its proportions that @fits. Every pixel of the
 * proxy is the mean of the pixels that it covers, brought into 0..1 and weighted by their alpha.
 *
 * Returns: %FALSE with an error on cancel, out of budget, or if @source fails to read
 */
gboolean scumble_proxy_init  (ScumbleProxy *proxy, ScumbleSource *source,
                              ScumbleProxyFits fits, const ScumbleJob *job, GError **error);

/**
 * scumble_proxy_init_scaled:
 * @factor: what the sides are multiplied with after that; not so far that the half of the
 *   picture in each direction would no longer fit
 *
 * The same, and then smaller or larger. Larger than @source, pixels are interpolated between
 * those of @source, weighted by their alpha.
 */
gboolean scumble_proxy_init_scaled (ScumbleProxy *proxy, ScumbleSource *source,
                                    ScumbleProxyFits fits, double factor,
                                    const ScumbleJob *job, GError **error);

/**
 * scumble_proxy_init_sized:
 * @w: pixels, 1..@source's
 * @h: pixels, 1..@source's
 *
 * The same, to a size that is given.
 */
gboolean scumble_proxy_init_sized (ScumbleProxy *proxy, ScumbleSource *source, int w, int h,
                                   const ScumbleJob *job, GError **error);
void     scumble_proxy_clear (ScumbleProxy *proxy);

G_END_DECLS
