/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * ScumbleEncoding:
 * @format: the pixels as they are to be asked of and given to a GeglBuffer: byte for byte,
 *   but for those of a palette, which become bytes of red, green and blue
 * @size: bytes of a pixel
 * @n: its components, with alpha
 * @number: what each of them is
 * @gray: whether it has one component beside alpha, or else three
 * @linear: whether they are proportional to light, or else encoded for the eye
 * @alpha: whether the last component is alpha, which never multiplies the others
 *
 * How a drawable says its pixels in numbers.
 *
 * babl converts pixels in any of several ways, whichever was the fastest when it tried them in
 * this process, and they differ in the last bits. A method that learns enlarges that to another
 * painting. Here every number has one float, the nearest: a whole number is divided by the
 * largest of its kind.
 */
typedef struct
{
  const Babl *format;
  gsize       size;
  gsize       n;
  enum { SCUMBLE_U8, SCUMBLE_U16, SCUMBLE_U32,
         SCUMBLE_HALF, SCUMBLE_FLOAT, SCUMBLE_DOUBLE } number;
  gboolean    gray;
  gboolean    linear;
  gboolean    alpha;
} ScumbleEncoding;

/**
 * scumble_encoding_init:
 * @self: (out caller-allocates): receives the encoding
 * @format: of a drawable of GIMP 2.10
 */
void scumble_encoding_init     (ScumbleEncoding *self, const Babl *format);

/**
 * scumble_encoding_read:
 * @area: a part of @buffer
 * @own: (out caller-allocates): [area.height, area.width, 4] red, green, blue, alpha; of gray
 *   [area.height, area.width, 2] gray, alpha. Colours are as the buffer has them: in 0..1, or
 *   anything where it holds floating point numbers. Alpha is 1 where there is none.
 */
void scumble_encoding_read     (const ScumbleEncoding *self, GeglBuffer *buffer,
                                const GeglRectangle *area, float *own);

/**
 * scumble_encoding_write:
 * @own: [n, 3] red, green, blue; of gray [n, 1]
 * @pixels: (inout): [n] pixels of @self's format, which receive the colours, rounded to the
 *   nearest and brought into range. Their alpha stays.
 */
void scumble_encoding_write    (const ScumbleEncoding *self, const float *own, guint8 *pixels,
                                gsize n);

G_END_DECLS
