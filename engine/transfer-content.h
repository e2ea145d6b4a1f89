/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"
#include "proxy.h"
#include "transfer-net.h"

G_BEGIN_DECLS

/**
 * ScumbleTransferContent:
 * @picture: the content
 * @proxy: a copy of at most a megapixel, or the content itself
 * @small: the proxy as the networks see it: what normalisations are frozen on
 * @net: (owned) (nullable): the network last rendered with
 * @style: (owned): what it paints
 * @strength: and how much
 *
 * The survey of a method that paints with a transfer network.
 */
typedef struct
{
  ScumblePicture   picture;
  ScumbleProxy     proxy;
  ScumblePicture   small;
  ScumbleTransfer *net;
  ScumbleStyle    *style;
  double           strength;
} ScumbleTransferContent;

/**
 * ScumbleTransferMake:
 * @data: what the method knows
 * @look: what to paint
 *
 * Returns: (transfer full): the parameters of the network, as scumble_transfer_count() says
 */
typedef float *(*ScumbleTransferMake) (gconstpointer data, const ScumbleLook *look);

/**
 * scumble_transfer_content_init:
 * @content: (out caller-allocates): clear with scumble_transfer_content_clear() also on
 *   failure
 * @source: must outlive @content
 */
gboolean scumble_transfer_content_init  (ScumbleTransferContent *content,
                                         ScumbleSource *source, const ScumbleJob *job,
                                         GError **error);
void     scumble_transfer_content_clear (ScumbleTransferContent *content);

/**
 * scumble_transfer_content_net:
 * @base: width of the network
 * @make: called unless the network for @look is there from last time
 * @data: for @make
 *
 * Returns: (transfer none) (nullable): the network for @look, or %NULL with an error
 */
const ScumbleTransfer *scumble_transfer_content_net (ScumbleTransferContent *content,
                                                     const ScumbleLook *look, int base,
                                                     ScumbleTransferMake make,
                                                     gconstpointer data,
                                                     const ScumbleJob *job, GError **error);

/**
 * scumble_transfer_content_rehearse:
 *
 * Notes what making a network costs.
 */
void                   scumble_transfer_content_rehearse (const ScumbleTransferContent *content,
                                                          int base, const ScumbleJob *job);

G_END_DECLS
