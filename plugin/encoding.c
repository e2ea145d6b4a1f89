/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoding.h"
#include "engine.h"

#include <math.h>
#include <string.h>

/* A palette's colours are bytes, whichever way babl looks them up. */
static const Babl *
exchanged (const Babl *format)
{
  if (!babl_format_is_palette (format))
    return format;

  return babl_format (babl_format_has_alpha (format) ? "R'G'B'A u8" : "R'G'B' u8");
}

void
scumble_encoding_init (ScumbleEncoding *self, const Babl *format)
{
  static const char *const numbers[] = { "u8", "u16", "u32", "half", "float", "double" };
  const Babl              *plain     = exchanged (format);
  const Babl              *type      = babl_format_get_type (plain, 0);
  const char              *model     = babl_get_name (babl_format_get_model (plain));

  *self = (ScumbleEncoding) {
    .format = plain,
    .size   = (gsize) babl_format_get_bytes_per_pixel (plain),
    .n      = (gsize) babl_format_get_n_components (plain),
    .gray   = model[0] == 'Y',
    .linear = strchr (model, '\'') == NULL,
    .alpha  = babl_format_has_alpha (plain),
  };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (type == babl_type (numbers[i]))
      self->number = i;
}

/* An infinity or NaN stays one, in a layer that somebody has reckoned with. */
static void
unpack_halves (const guint16 *halves, float *numbers, gsize n)
{
  scumble_halves_unpack (halves, numbers, n);
  for (gsize i = 0; i < n; i++)
    if (!scumble_half_finite (halves[i]))
      numbers[i] = (halves[i] & 0x3ff) != 0 ? NAN : copysignf (INFINITY, numbers[i]);
}

static void
unpack (const ScumbleEncoding *self, gconstpointer raw, float *numbers, gsize n)
{
  const guint8  *u8  = raw;
  const guint16 *u16 = raw;
  const guint32 *u32 = raw;
  const double  *f64 = raw;

  switch (self->number)
    {
    case SCUMBLE_U8:
      for (gsize i = 0; i < n; i++)
        numbers[i] = u8[i] / 255.0f;
      break;
    case SCUMBLE_U16:
      for (gsize i = 0; i < n; i++)
        numbers[i] = u16[i] / 65535.0f;
      break;
    case SCUMBLE_U32:
      for (gsize i = 0; i < n; i++)
        numbers[i] = (float) (u32[i] / 4294967295.0);
      break;
    case SCUMBLE_HALF:
      unpack_halves (raw, numbers, n);
      break;
    case SCUMBLE_FLOAT:
      memcpy (numbers, raw, n * sizeof *numbers);
      break;
    case SCUMBLE_DOUBLE:
      for (gsize i = 0; i < n; i++)
        numbers[i] = (float) f64[i];
      break;
    }
}

static void
pack (const ScumbleEncoding *self, const float *numbers, gpointer raw, gsize n)
{
  guint8  *u8  = raw;
  guint16 *u16 = raw;
  guint32 *u32 = raw;
  double  *f64 = raw;

  switch (self->number)
    {
    case SCUMBLE_U8:
      for (gsize i = 0; i < n; i++)
        u8[i] = (guint8) (scumble_sane (numbers[i]) * 255.0f + 0.5f);
      break;
    case SCUMBLE_U16:
      for (gsize i = 0; i < n; i++)
        u16[i] = (guint16) (scumble_sane (numbers[i]) * 65535.0f + 0.5f);
      break;
    case SCUMBLE_U32:
      for (gsize i = 0; i < n; i++)
        u32[i] = (guint32) (scumble_sane (numbers[i]) * 4294967295.0 + 0.5);
      break;
    case SCUMBLE_HALF:
      scumble_halves_pack (numbers, raw, n);
      break;
    case SCUMBLE_FLOAT:
      memcpy (raw, numbers, n * sizeof *numbers);
      break;
    case SCUMBLE_DOUBLE:
      for (gsize i = 0; i < n; i++)
        f64[i] = numbers[i];
      break;
    }
}

/* From the end of @own, where there is room for them, pixels without alpha move to where they
 * belong, and get one. */
static void
add_alpha (float *own, gsize n, gsize colours)
{
  const float *from = own + n;

  for (gsize i = 0; i < n; i++, own += colours + 1, from += colours)
    {
      memmove (own, from, colours * sizeof *own);
      own[colours] = 1.0f;
    }
}

void
scumble_encoding_read (const ScumbleEncoding *self, GeglBuffer *buffer,
                       const GeglRectangle *area, float *own)
{
  const gsize        n   = (gsize) area->width * (gsize) area->height;
  g_autofree guint8 *raw = g_malloc (n * self->size);

  gegl_buffer_get (buffer, area, 1.0, self->format, raw, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (self->alpha)
    {
      unpack (self, raw, own, n * self->n);
      return;
    }

  unpack (self, raw, own + n, n * self->n);
  add_alpha (own, n, self->n);
}

void
scumble_encoding_write (const ScumbleEncoding *self, const float *own, guint8 *pixels, gsize n)
{
  const gsize        colours = self->n - (self->alpha ? 1 : 0);
  const gsize        bytes   = self->size / self->n * colours;
  g_autofree guint8 *raw     = NULL;

  if (!self->alpha)
    {
      pack (self, own, pixels, n * colours);
      return;
    }

  raw = g_malloc (n * bytes);
  pack (self, own, raw, n * colours);
  for (gsize i = 0; i < n; i++)
    memcpy (pixels + i * self->size, raw + i * bytes, bytes);
}
