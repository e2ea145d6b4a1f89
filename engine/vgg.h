/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "convnet.h"

G_BEGIN_DECLS

/* Pixels that one cell of relu4_1 stands for, along each side. */
#define SCUMBLE_VGG_STRIDE 8

/**
 * scumble_vgg_encoder:
 * @file: holds tensors encoder.conv1_1 to encoder.conv4_1
 *
 * VGG-19's layer plan from the picture to relu4_1, at whatever widths the file has:
 * RGB [h, w, 3] in 0..1 -> [h / 8, w / 8, c].
 */
ScumbleConvnet *scumble_vgg_encoder (const ScumbleSafetensors *file, GError **error);

/**
 * scumble_vgg_decoder:
 * @file: holds tensors decoder.conv4_1 to decoder.conv1_1
 * @c_in: channels of relu4_1
 *
 * The mirrored plan, [h, w, c_in] -> RGB [8 h, 8 w, 3], not clamped.
 */
ScumbleConvnet *scumble_vgg_decoder (const ScumbleSafetensors *file, int c_in,
                                     GError **error);

G_END_DECLS
