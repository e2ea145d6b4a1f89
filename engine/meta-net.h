/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "safetensors.h"

G_BEGIN_DECLS

/**
 * ScumbleMetaNet:
 *
 * The fully connected network of MetaNet, which makes the parameters of a transfer network:
 * Shen, Yan and Zeng, "Neural Style Transfer via Meta Networks", CVPR 2018. With v the
 * encoder's statistics of a picture,
 *
 *     h     = ReLU (hidden ((v - mean) / scale))
 *     LAYER = generator of LAYER (slice of h)      kernel, scale and shift of each layer
 *
 * where the first layer's kernel and the whole last layer are shared by all pictures.
 * Immutable; threads may share it.
 */
typedef struct _ScumbleMetaNet ScumbleMetaNet;

/**
 * scumble_meta_net_new:
 * @file: holds the tensors meta.* and shared.* that MODEL.md lists; base width and slices are
 *   read from their shapes
 * @statistics: how many statistics there are of a picture
 *
 * Returns: (transfer full) (nullable): the network; %NULL with %SCUMBLE_ERROR_MODEL if a
 *   tensor is missing or of another shape
 */
ScumbleMetaNet *scumble_meta_net_new      (const ScumbleSafetensors *file, int statistics,
                                           GError **error);
void            scumble_meta_net_free     (ScumbleMetaNet *net);

/**
 * scumble_meta_net_base:
 *
 * Returns: the base width of the transfer networks
 */
int             scumble_meta_net_base     (const ScumbleMetaNet *net);

/**
 * scumble_meta_net_grain:
 *
 * Returns: how much grain a transfer network sees (ScumbleGrain)
 */
float           scumble_meta_net_grain    (const ScumbleMetaNet *net);

/**
 * scumble_meta_net_length:
 *
 * Returns: how many numbers a hidden vector has
 */
int             scumble_meta_net_length   (const ScumbleMetaNet *net);

/**
 * scumble_meta_net_look:
 * @statistics: (inout): of a picture, as of scumble_taps_measure(); used up
 *
 * Returns: (transfer full): the hidden vector [scumble_meta_net_length()]
 */
float          *scumble_meta_net_look     (const ScumbleMetaNet *net, float *statistics,
                                           int threads);

/**
 * scumble_meta_net_generate:
 * @hidden: [scumble_meta_net_length()], or a blend of several: the generators are linear in it
 *
 * Returns: (transfer full): the parameters of a transfer network, as
 *   scumble_transfer_count() says
 */
float          *scumble_meta_net_generate (const ScumbleMetaNet *net, const float *hidden,
                                           int threads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleMetaNet, scumble_meta_net_free)

G_END_DECLS
