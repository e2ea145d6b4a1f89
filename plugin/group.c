/* SPDX-License-Identifier: GPL-3.0-or-later */

/* GIMP puts groups together inside an image only, where what is not finished can be seen, and
 * stays when it kills us: in the user's image, or in one of our own that nobody sees. But it
 * reads layers from a file in one go, groups and all. So the group is written as an XCF file
 * that has no pixels, in memory: nothing of that is left, whenever we end. */
#define _GNU_SOURCE
#include "group.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of XCF files; all numbers have 32 bits, the highest byte first. */
enum
{
  PROP_END         = 0,
  PROP_OPACITY     = 6,
  PROP_MODE        = 7,
  PROP_VISIBLE     = 8,
  PROP_COMPRESSION = 17,
  PROP_GROUP_ITEM  = 29,
  PROP_ITEM_PATH   = 30,
};

/* What a layer of the file is; the group comes first. */
typedef struct
{
  ScumbleGroupLayer layer;
  gboolean          is_group;
  guint32           number; /* in the group */
} Item;

typedef struct
{
  GByteArray *bytes;
  guint32     w;
  guint32     h;
  guint32     depth; /* bytes of one component */
} File;

static void
put (File *file, guint32 number)
{
  const guint32 ordered = GUINT32_TO_BE (number);

  g_byte_array_append (file->bytes, (const guint8 *) &ordered, sizeof ordered);
}

static void
put_numbers (File *file, guint32 property, const guint32 *numbers, guint n)
{
  put (file, property);
  put (file, n * (guint32) sizeof *numbers);
  for (guint i = 0; i < n; i++)
    put (file, numbers[i]);
}

static void
put_text (File *file, const char *text)
{
  const guint32 length = (guint32) strlen (text) + 1;

  put (file, length);
  g_byte_array_append (file->bytes, (const guint8 *) text, length);
}

static guint32
depth_of (GimpPrecision precision)
{
  switch (precision)
    {
    case GIMP_PRECISION_U8_LINEAR: case GIMP_PRECISION_U8_GAMMA:
      return 1;
    case GIMP_PRECISION_U16_LINEAR: case GIMP_PRECISION_U16_GAMMA:
    case GIMP_PRECISION_HALF_LINEAR: case GIMP_PRECISION_HALF_GAMMA:
      return 2;
    case GIMP_PRECISION_U32_LINEAR: case GIMP_PRECISION_U32_GAMMA:
    case GIMP_PRECISION_FLOAT_LINEAR: case GIMP_PRECISION_FLOAT_GAMMA:
      return 4;
    case GIMP_PRECISION_DOUBLE_LINEAR: case GIMP_PRECISION_DOUBLE_GAMMA:
      return 8;
    }

  g_return_val_if_reached (0);
}

/* Version 10 has the modes and precisions, and offsets of 32 bits. GIMP's numbers for precisions
 * are the file's. */
static void
put_head (File *file, GimpPrecision precision)
{
  static const char   magic[] = "gimp xcf v010";
  static const guint8 plain   = 0;

  g_byte_array_append (file->bytes, (const guint8 *) magic, sizeof magic);
  put (file, file->w);
  put (file, file->h);
  put (file, GIMP_RGB);
  put (file, (guint32) precision);
  put (file, PROP_COMPRESSION);
  put (file, sizeof plain);
  g_byte_array_append (file->bytes, &plain, sizeof plain);
  put_numbers (file, PROP_END, NULL, 0);
}

static void
put_properties (File *file, const Item *item)
{
  const guint32 place[] = { 0, item->number };
  const guint32 mode    = (guint32) item->layer.mode;
  const guint32 opaque  = 255, visible = TRUE;

  put_numbers (file, item->is_group ? PROP_GROUP_ITEM : PROP_ITEM_PATH, place,
               item->is_group ? 0 : G_N_ELEMENTS (place));
  put_numbers (file, PROP_MODE, &mode, 1);
  put_numbers (file, PROP_OPACITY, &opaque, 1);
  put_numbers (file, PROP_VISIBLE, &visible, 1);
  put_numbers (file, PROP_END, NULL, 0);
}

/* A plane of the layer's size that says where its pixels are, and ends with that. */
static void
put_plane (File *file, const Item *item)
{
  const guint32 channels = item->layer.alpha ? 4 : 3;

  put (file, file->w);
  put (file, file->h);
  put (file, channels * file->depth);
  put (file, file->bytes->len + 8);
  put (file, 0);
  put (file, file->w);
  put (file, file->h);
  put (file, 0);
}

static void
put_item (File *file, const Item *item)
{
  put (file, file->w);
  put (file, file->h);
  put (file, item->layer.alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE);
  put_text (file, item->layer.name);
  put_properties (file, item);
  put (file, file->bytes->len + 8);
  put (file, 0);
  put_plane (file, item);
}

/* First the places of the items, ended by 0, and of channels, of which there are none. */
static void
put_items (File *file, const Item *items, guint n)
{
  const guint at = file->bytes->len;

  for (guint i = 0; i < n + 2; i++)
    put (file, 0);
  for (guint i = 0; i < n; i++)
    {
      const guint32 place = GUINT32_TO_BE (file->bytes->len);

      memcpy (file->bytes->data + at + i * sizeof place, &place, sizeof place);
      put_item (file, &items[i]);
    }
}

static gint32
read_group (gint32 image, const char *path)
{
  int                n     = 0;
  g_autofree gint32 *items = gimp_file_load_layers (GIMP_RUN_NONINTERACTIVE, image, path, &n);

  return n == 1 ? items[0] : -1;
}

/* GIMP opens what lies in our memory by way of the system's folder of our open files. */
static gint32
read_from_memory (gint32 image, const GByteArray *bytes)
{
  const int        memory = memfd_create ("group.xcf", MFD_CLOEXEC);
  g_autofree char *path   = g_strdup_printf ("/proc/%d/fd/%d", (int) getpid (), memory);
  gint32           group  = -1;

  if (memory == -1)
    return -1;

  if (write (memory, bytes->data, bytes->len) == (gssize) bytes->len)
    group = read_group (image, path);
  close (memory);

  return group;
}

gint32
scumble_group_new (gint32 image, int w, int h, const char *name,
                   const ScumbleGroupLayer *layers, guint n)
{
  const GimpPrecision   precision = gimp_image_get_precision (image);
  g_autoptr (GByteArray) bytes    = g_byte_array_new ();
  File                  file      = { bytes, (guint32) w, (guint32) h, depth_of (precision) };
  g_autofree Item      *items     = g_new0 (Item, n + 1);
  gint32                group;

  items[0] = (Item) { { name, GIMP_LAYER_MODE_NORMAL, TRUE }, TRUE, 0 };
  for (guint i = 0; i < n; i++)
    items[i + 1] = (Item) { layers[i], FALSE, i };

  put_head (&file, precision);
  put_items (&file, items, n + 1);
  group = read_from_memory (image, bytes);
  /* A single layer is named after its file. */
  if (group != -1)
    gimp_item_set_name (group, name);

  return group;
}
