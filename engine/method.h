/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"
#include "vgg.h"

G_BEGIN_DECLS

typedef struct _ScumbleConvnet     ScumbleConvnet;
typedef struct _ScumbleSafetensors ScumbleSafetensors;

typedef struct _ScumbleSafetensorsWriter ScumbleSafetensorsWriter;

/**
 * ScumbleMethod:
 * @id: stable and never translated: "adain"
 * @title: what the method is called; marked for translation, translated by the ui
 * @blurb: one sentence on what it is good at, likewise
 *
 * @sees: the deepest tap of the encoder that it uses
 * @open: builds what the method needs from its model file, the encoder's, and the encoder
 * @close: frees it
 * @encode: returns what it has seen of a style picture; %NULL with an error as for
 *   scumble_model_encode()
 * @style_fits: whether a style picture is small enough to be encoded as it is
 * @style_free: frees what @encode, @mix, @load and @adapt made
 * @mix: a style between others; @weights are positive and sum to 1
 * @save: writes tensors "style.*"
 * @load: reads them again, whatever they are
 * @adapt: (nullable): fine-tunes a style to a content; see scumble_model_adapt()
 * @updates: (nullable): how often that has improved a style; there with @adapt
 * @survey: returns what it has seen of a content; %NULL with an error as for
 *   scumble_model_survey()
 * @content_free: frees what @survey made
 * @render: renders a rectangle that fits the budget; the caller gives its scratch back
 * @room: how many bytes of scratch @render needs for a look and a rectangle of w x h pixels
 * @work: how many multiply-adds @render does for a look and a rectangle, about; what it does
 *   once for all rectangles is noted by @survey when rehearsed
 *
 * In a rehearsal looks may have styles that are %NULL, and those that @encode makes know
 * their size alone.
 *
 * The contract of a method: everything the engine does is a combination of these. A
 * method is one file, method-ID.c, and one word in engine/meson.build.
 */
typedef struct _ScumbleMethod ScumbleMethod;

struct _ScumbleMethod
{
  const char *id;
  const char *title;
  const char *blurb;

  ScumbleVggTap sees;

  gpointer (*open)         (const ScumbleSafetensors *file,
                            const ScumbleSafetensors *encoder_file,
                            const ScumbleConvnet *encoder, GError **error);
  void     (*close)        (gpointer net);
  gpointer (*encode)       (ScumbleModel *model, ScumbleSource *source,
                            const ScumbleJob *job, GError **error);
  gboolean (*style_fits)   (int width, int height);
  void     (*style_free)   (gpointer data);
  gpointer (*mix)          (const ScumbleModel *model, const gconstpointer *styles,
                            const float *weights, guint n);
  void     (*save)         (const ScumbleModel *model, gconstpointer style,
                            ScumbleSafetensorsWriter *writer);
  gpointer (*load)         (const ScumbleModel *model, const ScumbleSafetensors *file,
                            GError **error);
  gpointer (*adapt)        (ScumbleModel *model, gconstpointer style, ScumbleSource *source,
                            const ScumbleAdaptation *adaptation, const ScumbleJob *job,
                            GError **error);
  int      (*updates)      (gconstpointer style);
  gpointer (*survey)       (ScumbleModel *model, ScumbleSource *source,
                            const ScumbleJob *job, GError **error);
  void     (*content_free) (gpointer data);
  gboolean (*render)       (ScumbleContent *content, const ScumbleLook *look,
                            const ScumbleRect *rect, float *rgb, const ScumbleJob *job,
                            GError **error);
  gsize    (*room)         (const ScumbleContent *content, const ScumbleLook *look, int w,
                            int h, int threads);
  double   (*work)         (const ScumbleContent *content, const ScumbleLook *look,
                            const ScumbleRect *rect);
};

/**
 * scumble_methods:
 *
 * Returns: (array zero-terminated=1) (transfer none): the methods that come with a model
 *   file, in the order to show
 */
const ScumbleMethod *const *scumble_methods     (void);

/**
 * scumble_method_find:
 *
 * Returns: (transfer none) (nullable): the method, also one that has no model file yet, or
 *   %NULL with %SCUMBLE_ERROR_ARGUMENT and a message that lists those of scumble_methods()
 */
const ScumbleMethod        *scumble_method_find (const char *id, GError **error);

G_END_DECLS
