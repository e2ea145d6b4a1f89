/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The structs behind the handles, for model.c and the methods. */
#pragma once

#include "method.h"

G_BEGIN_DECLS

struct _ScumbleModel
{
  gatomicrefcount      refs;
  const ScumbleMethod *method;
  ScumbleConvnet      *encoder;
  gpointer             net;     /* what the method's open() made */
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
  ScumbleSource *source;
  gpointer       data;         /* what the method's survey() made */
};

G_END_DECLS
