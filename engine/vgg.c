/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vgg.h"
#include "error.h"
#include "mark.h"

#define CONV(name) { SCUMBLE_LAYER_CONV3, name, TRUE }
#define POOL       { SCUMBLE_LAYER_POOL2, NULL, FALSE }
#define UP         { SCUMBLE_LAYER_UP2, NULL, FALSE }

static const ScumbleLayer encoder[] = {
  CONV ("conv1_1"), CONV ("conv1_2"),
  POOL,
  CONV ("conv2_1"), CONV ("conv2_2"),
  POOL,
  CONV ("conv3_1"), CONV ("conv3_2"), CONV ("conv3_3"), CONV ("conv3_4"),
  POOL,
  CONV ("conv4_1"), CONV ("conv4_2"), CONV ("conv4_3"), CONV ("conv4_4"),
  POOL,
  CONV ("conv5_1"),
};

/* How many rows of the encoder lead to a tap. */
static const guint rows_to[SCUMBLE_VGG_TAPS] = {
  [SCUMBLE_VGG_RELU1_1] = 1,
  [SCUMBLE_VGG_RELU2_1] = 4,
  [SCUMBLE_VGG_RELU3_1] = 7,
  [SCUMBLE_VGG_RELU4_1] = 12,
  [SCUMBLE_VGG_RELU5_1] = G_N_ELEMENTS (encoder),
};

/* Nothing follows the last convolution: a ReLU there could not make black from below. */
static const ScumbleLayer decoder[] = {
  CONV ("conv4_1"),
  UP,
  CONV ("conv3_4"), CONV ("conv3_3"), CONV ("conv3_2"), CONV ("conv3_1"),
  UP,
  CONV ("conv2_2"), CONV ("conv2_1"),
  UP,
  CONV ("conv1_2"), { SCUMBLE_LAYER_CONV3, "conv1_1", FALSE },
};

/* Which rows of the decoder are the stage of a level, and where it ends: levels count from 1. The
 * upsampling in between belongs to none. */
static const guint stages[SCUMBLE_VGG_STAGES][2] = { { 10, 12 }, { 7, 9 }, { 2, 6 }, { 0, 1 } };

ScumbleConvnet *
scumble_vgg_encoder (const ScumbleSafetensors *file, ScumbleVggTap to, GError **error)
{
  return scumble_convnet_new (encoder, rows_to[to], file, "encoder", 3, error);
}

ScumbleConvnet *
scumble_vgg_part (const ScumbleConvnet *whole, ScumbleVggTap from, ScumbleVggTap to)
{
  return scumble_convnet_part (whole, rows_to[from], rows_to[to]);
}

const ScumbleLayer *
scumble_vgg_plan (ScumbleVggTap to, guint *n)
{
  *n = rows_to[to];
  return encoder;
}

/* Passes a network on that paints, or frees it. */
static ScumbleConvnet *
check_rgb (ScumbleConvnet *net, const ScumbleSafetensors *file, GError **error)
{
  if (net == NULL || scumble_convnet_channels (net) == 3)
    return net;

  scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                     N_("The model file \"%s\" does not fit the network: its decoder "
                        "ends in %d channels instead of 3."),
                     scumble_safetensors_path (file), scumble_convnet_channels (net));
  scumble_convnet_free (net);

  return NULL;
}

ScumbleConvnet *
scumble_vgg_decoder (const ScumbleSafetensors *file, int c_in, GError **error)
{
  return check_rgb (scumble_convnet_new (decoder, G_N_ELEMENTS (decoder), file, "decoder",
                                         c_in, error),
                    file, error);
}

gboolean
scumble_vgg_decoder_joins (const ScumbleSafetensors *file)
{
  int before[4], after[4];

  return scumble_safetensors_shape (file, "decoder.conv4_1.weight", 4, before, NULL) &&
         scumble_safetensors_shape (file, "decoder.conv3_4.weight", 4, after, NULL) &&
         after[1] > before[0];
}

ScumbleConvnet *
scumble_vgg_decoder_stage (const ScumbleSafetensors *file, int level, int c_in,
                           GError **error)
{
  const guint    from = stages[level - 1][0], to = stages[level - 1][1];
  ScumbleConvnet *net = scumble_convnet_new (decoder + from, to - from, file, "decoder", c_in,
                                             error);

  return level == 1 ? check_rgb (net, file, error) : net;
}
