/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "job.h"
#include "kernels.h"
#include "safetensors.h"

G_BEGIN_DECLS

/**
 * ScumbleLayerKind:
 * @SCUMBLE_LAYER_CONV3: 3x3 convolution, stride 1, over a border of one reflected cell
 * @SCUMBLE_LAYER_POOL2: 2x2 maximum, stride 2, ceil mode
 * @SCUMBLE_LAYER_UP2: nearest-neighbour upsampling by 2
 */
typedef enum
{
  SCUMBLE_LAYER_CONV3,
  SCUMBLE_LAYER_POOL2,
  SCUMBLE_LAYER_UP2,
} ScumbleLayerKind;

/**
 * ScumbleLayer:
 * @kind: what it does
 * @name: of a convolution: its tensors are PREFIX.NAME.weight and PREFIX.NAME.bias
 * @relu: of a convolution: whether negative results become 0
 *
 * A row of the table that is a network.
 */
typedef struct
{
  ScumbleLayerKind kind;
  const char      *name;
  gboolean         relu;
} ScumbleLayer;

/**
 * ScumbleRegion:
 * @tensor: [rect.h, rect.w, c]
 * @rect: where on the plane the tensor lies
 * @plane_w: width of the whole plane in cells
 * @plane_h: its height
 *
 * A part of a feature plane.
 */
typedef struct
{
  ScumbleTensor tensor;
  ScumbleRect   rect;
  int           plane_w;
  int           plane_h;
} ScumbleRegion;

/**
 * ScumbleConvnet:
 *
 * A table of layers with its weights. It computes any rectangle of its output plane from
 * just the input cells that the rectangle depends on. The border is reflected where the
 * plane ends and nowhere else, so parts of a picture come out as the whole would.
 */
typedef struct _ScumbleConvnet ScumbleConvnet;

/**
 * scumble_convnet_width:
 * @weight: name of the weights of a 3x3 convolution
 * @c_in: channels of its input
 *
 * Returns: the channels of its output, 1..4096; 0 with %SCUMBLE_ERROR_MODEL if the tensor is
 *   missing or has another shape
 */
int             scumble_convnet_width    (const ScumbleSafetensors *file, const char *weight,
                                          int c_in, GError **error);

/**
 * scumble_convnet_new:
 * @layers: (array length=n): (transfer none): the table; must outlive the network
 * @file: where the weights are; channel widths are read from the tensors' shapes
 * @prefix: of the tensors' names
 * @c_in: channels of the input
 *
 * Returns: (transfer full) (nullable): the network; %NULL with %SCUMBLE_ERROR_MODEL if a
 *   tensor is missing or does not fit its neighbours
 */
ScumbleConvnet *scumble_convnet_new      (const ScumbleLayer *layers, guint n,
                                          const ScumbleSafetensors *file,
                                          const char *prefix, int c_in, GError **error);
void            scumble_convnet_free     (ScumbleConvnet *net);

/**
 * scumble_convnet_part:
 * @net: must outlive the part, which uses its weights
 * @from: the first row of the table that belongs to the part
 * @to: the first row after it; both between two convolutions
 *
 * Returns: (transfer full): some of @net's layers as a network of their own
 */
ScumbleConvnet *scumble_convnet_part     (const ScumbleConvnet *net, guint from, guint to);

/**
 * scumble_convnet_channels:
 *
 * Returns: the channels of the output
 */
int             scumble_convnet_channels (const ScumbleConvnet *net);

/**
 * scumble_convnet_reach:
 * @plane_w: width of the whole input plane
 * @plane_h: height of the whole input plane
 * @out: a rectangle of the output plane
 *
 * Returns: the rectangle of the input plane that @out depends on
 */
ScumbleRect     scumble_convnet_reach    (const ScumbleConvnet *net, int plane_w,
                                          int plane_h, ScumbleRect out);

/**
 * scumble_convnet_reach_most:
 * @w: width of a rectangle of the output plane
 * @h: its height
 * @in_w: (out): the most columns of the input plane that such a rectangle depends on,
 *   wherever it lies
 * @in_h: (out): the most rows
 */
void            scumble_convnet_reach_most (const ScumbleConvnet *net, int w, int h,
                                            int *in_w, int *in_h);

/**
 * scumble_convnet_room:
 * @w: width of a rectangle of the output plane
 * @h: its height
 *
 * Returns: the most bytes of scratch that scumble_convnet_run() takes for such a
 *   rectangle, wherever it lies
 */
gsize           scumble_convnet_room     (const ScumbleConvnet *net, int w, int h,
                                          int threads);

/**
 * scumble_convnet_work:
 * @plane_w: width of the whole input plane
 * @plane_h: height of the whole input plane
 * @out: a rectangle of the output plane
 *
 * Returns: the multiply-adds of scumble_convnet_run(), as the convolutions' definition
 *   counts them
 */
double          scumble_convnet_work     (const ScumbleConvnet *net, int plane_w,
                                          int plane_h, ScumbleRect out);

/**
 * scumble_convnet_run:
 * @in: a part of the input plane that holds at least what @out reaches; both sides of the
 *   plane must be at least 2 cells at every convolution. If it reaches beyond the plane, what
 *   is there are the reflected cells, which saves a copy that has them
 * @out: (inout): @rect says what to compute, @tensor receives it; the plane's size is
 *   filled in
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY or %SCUMBLE_ERROR_CANCELLED
 */
gboolean        scumble_convnet_run      (const ScumbleConvnet *net, const ScumbleRegion *in,
                                          ScumbleRegion *out, const ScumbleJob *job,
                                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleConvnet, scumble_convnet_free)

G_END_DECLS
