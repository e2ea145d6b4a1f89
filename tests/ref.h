/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the tests compare with: every computation once more in the most obvious way, noise
 * that is the same on every machine, and model files made on the spot. */
#pragma once

#include "convnet.h"
#include "engine.h"
#include "simd.h"

G_BEGIN_DECLS

/**
 * ref_fill:
 *
 * Fills @values with noise, evenly distributed from @low to @high.
 */
void          ref_fill         (float *values, gsize n, guint32 seed, float low, float high);

/**
 * ref_tensor:
 *
 * Returns: a dense tensor [h, w, c] of noise in -1..1; its data is to be freed with g_free()
 */
ScumbleTensor ref_tensor       (int h, int w, int c, guint32 seed);
ScumbleTensor ref_tensor_empty (int h, int w, int c);

/**
 * ref_assert_close:
 *
 * Fails unless both have one shape and no value differs by more than @tolerance, or is no
 * number.
 */
void          ref_assert_close (const ScumbleTensor *x, const ScumbleTensor *expected,
                                double tolerance);
void          ref_assert_close_floats (const float *x, const float *expected, gsize n,
                                       double tolerance);

/* The naive twins; x [h, w, c], results to be freed like those of ref_tensor(). */

/* Without padding: x [h + 2, w + 2, c_in], weights [c_out, c_in, 3, 3] -> [h, w, c_out] */
ScumbleTensor ref_conv3x3      (const ScumbleTensor *x, const float *weights,
                                const float *bias, int c_out, gboolean relu);
ScumbleTensor ref_reflect      (const ScumbleTensor *x);
ScumbleTensor ref_pool2        (const ScumbleTensor *x);
ScumbleTensor ref_up2          (const ScumbleTensor *x);
void          ref_moments      (const ScumbleTensor *x, const float *weights, double *mean,
                                double *std);

/**
 * RefFile:
 *
 * A model file in the making.
 */
typedef struct _RefFile RefFile;

RefFile      *ref_file_new     (void);
void          ref_file_free    (RefFile *file);

void          ref_file_text    (RefFile *file, const char *key, const char *value);

/**
 * ref_file_tensor:
 * @values: as many as the product of @shape
 * @half: whether to store them as F16; they must be exact in it, and not subnormal
 */
void          ref_file_tensor  (RefFile *file, const char *name, guint n_dims,
                                const int *shape, const float *values, gboolean half);

/**
 * ref_file_conv:
 *
 * Adds NAME.weight [c_out, c_in, size, size] and NAME.bias [c_out], of noise that keeps
 * the scale of what passes through.
 */
void          ref_file_conv    (RefFile *file, const char *name, int c_out, int c_in,
                                int size, guint32 seed);

/**
 * ref_file_values:
 *
 * Returns: (transfer none): the values of a tensor that was added
 */
const float  *ref_file_values  (const RefFile *file, const char *name);

/**
 * ref_file_bytes:
 *
 * Returns: (transfer full): the file as it would be on disk
 */
GBytes       *ref_file_bytes   (const RefFile *file);

/**
 * ref_file_save:
 *
 * Writes @folder/@name.safetensors.
 */
void          ref_file_save    (const RefFile *file, const char *folder, const char *name);

/**
 * ref_net_run:
 * @layers: (array length=n): a table of layers whose tensors are in @file
 *
 * Returns: what a network makes of the whole plane @x, every border reflected
 */
ScumbleTensor ref_net_run      (const ScumbleLayer *layers, guint n, const RefFile *file,
                                const char *prefix, const ScumbleTensor *x);

/**
 * RefWidths:
 *
 * Channels at the five levels of an encoder.
 */
typedef struct
{
  int level[5];
} RefWidths;

/**
 * ref_encoder:
 * @widths: channels at the five levels
 *
 * Returns: a complete encoder file of noise
 */
RefFile      *ref_encoder      (const RefWidths *widths, guint32 seed);

/**
 * ref_decoder:
 *
 * Returns: a complete model file of noise for AdaIN, for the encoder file "encoder"
 */
RefFile      *ref_decoder      (const RefWidths *widths, guint32 seed);

/**
 * ref_models:
 *
 * Writes encoder.safetensors and one file for each method that has a writer here.
 */
void          ref_models       (const char *folder, const RefWidths *widths, guint32 seed);

/**
 * ref_folder_new:
 *
 * Returns: (transfer full): a new empty folder; ref_folder_free() removes it and its files
 */
char         *ref_folder_new   (void);
void          ref_folder_free  (char *folder);

/**
 * ref_picture:
 *
 * Returns: (transfer full): [h, w, 4] a smooth picture with some noise; opaque
 */
float        *ref_picture      (int w, int h, guint32 seed);

/**
 * ref_assert_failed:
 *
 * Fails unless @error is @code of the engine's, has a whole sentence as its message, and
 * names @thing (nullable).  Clears it.
 */
void          ref_assert_failed (GError **error, ScumbleError code, const char *thing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RefFile, ref_file_free)

/* Skips the test where the processor lacks @simd's instructions, and tells whether it did. */
gboolean ref_skip_unusable (const ScumbleSimd *simd);

G_END_DECLS
