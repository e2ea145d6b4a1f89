/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"
#include "proxy.h"
#include "transfer-net.h"

G_BEGIN_DECLS

/**
 * ScumbleTransferMake:
 * @data: what the method knows
 * @style: (nullable): what to paint; %NULL with a strength of 0 for nothing
 * @strength: how much of it
 * @grain: (out): how much grain the network sees
 *
 * Returns: (transfer full): the parameters of the network, as scumble_transfer_count() says
 */
typedef float *(*ScumbleTransferMake) (gconstpointer data, const ScumbleStyle *style,
                                       double strength, float *grain, int threads);

/**
 * ScumbleTransferContent:
 * @base: width of the networks
 * @make: makes their parameters
 * @data: for @make
 * @picture: the content
 * @proxy: a copy of at most a megapixel, or the content itself
 * @small: the proxy as the networks see it: what normalisations are frozen on
 * @arena: working memory
 * @allowance: bytes of it that making a network may take
 * @nets: the networks last rendered with
 *
 * The survey of a method that paints with a transfer network.
 */
typedef struct
{
  int                 base;
  ScumbleTransferMake make;
  gconstpointer       data;
  ScumblePicture      picture;
  ScumbleProxy        proxy;
  ScumblePicture      small;
  ScumbleArena       *arena;
  gsize               allowance;
  GPtrArray          *nets;
} ScumbleTransferContent;

/**
 * scumble_transfer_content_init:
 * @content: (out caller-allocates): with @base, @make and @data set; clear with
 *   scumble_transfer_content_clear() also on failure
 * @source: must outlive @content
 */
gboolean scumble_transfer_content_init   (ScumbleTransferContent *content,
                                          ScumbleSource *source, const ScumbleJob *job,
                                          GError **error);
void     scumble_transfer_content_clear  (ScumbleTransferContent *content);

/**
 * scumble_transfer_content_render:
 *
 * Renders with one network for each zone of @look at full strength, and one without any
 * style where a strength map or the masks leave something of it; all frozen on the same
 * picture, and blended at every pixel before the sigmoid. Networks are made unless they are
 * there from last time.
 */
gboolean scumble_transfer_content_render (ScumbleTransferContent *content,
                                          const ScumbleLook *look, const ScumbleRect *rect,
                                          float *rgb, const ScumbleJob *job, GError **error);

/**
 * scumble_transfer_content_room:
 *
 * Returns: the bytes of scratch that rendering @w x @h pixels takes
 */
gsize    scumble_transfer_content_room   (const ScumbleTransferContent *content,
                                          const ScumbleLook *look, int w, int h, int threads);

/**
 * scumble_transfer_content_work:
 *
 * Returns: the multiply-adds of rendering @rect, at most
 */
double   scumble_transfer_content_work   (const ScumbleTransferContent *content,
                                          const ScumbleLook *look, const ScumbleRect *rect);

G_END_DECLS
