/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The structs behind the handles, for model.c and the methods. */
#pragma once

#include "coats.h"
#include "method.h"
#include "seam.h"
#include "underpainting.h"

G_BEGIN_DECLS

struct _ScumbleModel
{
  gatomicrefcount      refs;
  const ScumbleMethod *method;
  ScumbleConvnet      *encoder;
  gpointer             net;     /* what the method's open() made */
  char                *name;    /* of the model file */
  char                *identity; /* what tells its networks from others */
};

struct _ScumbleStyle
{
  gatomicrefcount refs;
  ScumbleModel   *model;
  gpointer        data;        /* what the method's encode() made */
};

struct _ScumbleContent
{
  ScumbleModel  *model;
  ScumbleSource *source; /* that rectangles and masks of the method lie on */
  ScumbleSeam   *seam;   /* what the source repeats, or NULL for one that ends */
  ScumbleCoats  *coats;  /* what a large brush painted over it, or NULL */
  gpointer       data;   /* what the method's survey() made; NULL while only coats are needed */
};

/**
 * scumble_style_new:
 * @data: (transfer full) (nullable): what a method made
 *
 * Returns: (transfer full) (nullable): the style, or %NULL for no data
 */
ScumbleStyle *scumble_style_new (ScumbleModel *model, gpointer data);

/**
 * scumble_content_rehearse:
 * @job: a rehearsal
 *
 * Notes what scumble_content_paint() of the whole picture with the rehearsed look would do.
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_MEMORY if it does not fit
 */
gboolean scumble_content_rehearse (ScumbleContent *content, const ScumbleJob *job,
                                   GError **error);

G_END_DECLS
