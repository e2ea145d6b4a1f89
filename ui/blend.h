/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "order.h"

G_BEGIN_DECLS

/**
 * ScumbleBlend:
 *
 * The zones that an order's styles make on a picture of one size. A style with a region is
 * painted there, in proportion to its share where several regions meet. Styles without a
 * region are mixed, and painted where no region is. Where that leaves nothing, because
 * all styles have regions, the strength fades out.
 */
typedef struct _ScumbleBlend ScumbleBlend;

/**
 * ScumbleBlendCut:
 *
 * Returns: (transfer none) (nullable): the mask of @pick at the size of the picture, valid
 *   as long as the blend is used; %NULL with an error
 */
typedef ScumbleMask *(* ScumbleBlendCut) (ScumblePick *pick, gpointer user_data,
                                          GError **error);

/**
 * scumble_blend_new:
 * @order: says the shares, regions and the strength map; must outlive the blend
 * @styles: (element-type ScumbleStyle): those of its ingredients, of one model
 * @cut: gets masks
 *
 * Returns: (transfer full) (nullable): the blend; %NULL with an error
 */
ScumbleBlend *scumble_blend_new  (const ScumbleOrder *order, const GPtrArray *styles,
                                  ScumbleBlendCut cut, gpointer user_data,
                                  GError **error);
void          scumble_blend_free (ScumbleBlend *self);

/**
 * scumble_blend_look:
 * @look: (out caller-allocates): valid as long as the blend
 */
void          scumble_blend_look (const ScumbleBlend *self, ScumbleLook *look);

/**
 * scumble_blend_mix:
 * @styles: (element-type ScumbleStyle): those of the ingredients
 *
 * Returns: (transfer full) (nullable): all styles in one, regions left out of account
 */
ScumbleStyle *scumble_blend_mix  (const ScumbleOrder *order, const GPtrArray *styles,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleBlend, scumble_blend_free)

G_END_DECLS
