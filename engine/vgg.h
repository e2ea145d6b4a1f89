/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "convnet.h"

G_BEGIN_DECLS

/**
 * ScumbleVggTap:
 *
 * Places along the encoder: the picture, and the first ReLU of every level. A cell of
 * relu1_1 is a pixel, and at every further level twice as wide and high.
 */
typedef enum
{
  SCUMBLE_VGG_PICTURE,
  SCUMBLE_VGG_RELU1_1,
  SCUMBLE_VGG_RELU2_1,
  SCUMBLE_VGG_RELU3_1,
  SCUMBLE_VGG_RELU4_1,
  SCUMBLE_VGG_RELU5_1,
  SCUMBLE_VGG_TAPS,
} ScumbleVggTap;

/* Pixels that one cell of relu4_1 stands for, along each side. */
#define SCUMBLE_VGG_STRIDE 8

/**
 * scumble_vgg_encoder:
 * @file: holds tensors encoder.conv1_1 to encoder.conv5_1
 * @to: where to end; what is beyond is not read: at full width, as many weights as before
 *
 * VGG-19's layer plan from the picture to a tap, at whatever widths the file has: RGB
 * [h, w, 3] in 0..1 -> for relu5_1 [h / 16, w / 16, c].
 */
ScumbleConvnet *scumble_vgg_encoder (const ScumbleSafetensors *file, ScumbleVggTap to,
                                     GError **error);

/**
 * scumble_vgg_part:
 * @encoder: an encoder that goes as far as @to, which must outlive the part
 * @from: what the part takes
 * @to: what it gives
 *
 * Returns: (transfer full): the part of the encoder from one tap to another
 */
ScumbleConvnet *scumble_vgg_part    (const ScumbleConvnet *encoder, ScumbleVggTap from,
                                     ScumbleVggTap to);

/**
 * scumble_vgg_plan:
 * @to: where to end
 * @n: (out): how many rows lead there
 *
 * Returns: (array length=n) (transfer none): the encoder's table of layers
 */
const ScumbleLayer *scumble_vgg_plan (ScumbleVggTap to, guint *n);

/**
 * scumble_vgg_decoder:
 * @file: holds tensors decoder.conv4_1 to decoder.conv1_1
 * @c_in: channels of relu4_1
 *
 * The mirrored plan, [h, w, c_in] -> RGB [8 h, 8 w, 3], not clamped.
 */
ScumbleConvnet *scumble_vgg_decoder (const ScumbleSafetensors *file, int c_in,
                                     GError **error);

/* Levels that a decoder goes through, from relu4_1 down to the picture. */
enum { SCUMBLE_VGG_STAGES = 4 };

/**
 * scumble_vgg_decoder_joins:
 * @file: as for scumble_vgg_decoder()
 *
 * Returns: whether its decoder has skip connections: conv3_4, conv2_2 and conv1_2 take
 *   features of relu3_1, relu2_1 and relu1_1 behind what comes from the level above. Its
 *   stages are networks of their own then
 */
gboolean        scumble_vgg_decoder_joins (const ScumbleSafetensors *file);

/**
 * scumble_vgg_decoder_stage:
 * @level: 4 to 1
 * @c_in: channels of relu4_1 for level 4; for others, of the stage above and of the tap of
 *   this level together
 *
 * Returns: (transfer full) (nullable): the decoder's convolutions at one level, between
 *   upsampling and upsampling, or for level 1 to RGB, not clamped; %NULL with
 *   %SCUMBLE_ERROR_MODEL
 */
ScumbleConvnet *scumble_vgg_decoder_stage (const ScumbleSafetensors *file, int level,
                                           int c_in, GError **error);

G_END_DECLS
