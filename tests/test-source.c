/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ref.h"
#include "source.h"

#include <math.h>

static void
test_read (void)
{
  g_autofree float   *rgba = ref_picture (7, 5, 1);
  const ScumbleRect   rect = { 2, 1, 4, 3 };
  float               part[4 * 3 * 4];
  ScumbleMemorySource source;

  scumble_memory_source_init (&source, 7, 5, rgba);
  g_assert_cmpint (source.source.width, ==, 7);
  g_assert_cmpint (source.source.height, ==, 5);
  g_assert_true (source.source.read (&source.source, &rect, part, NULL));
  for (int i = 0; i < 3; i++)
    ref_assert_close_floats (part + 16 * i, rgba + 4 * ((i + 1) * 7 + 2), 16, 0.0);
}

static void
test_alpha (void)
{
  static const float  seen[] = { 0.0f, 0.5f, 0.999f, -1.0f, NAN };
  g_autofree float   *rgba   = ref_picture (6, 6, 1);
  ScumbleMemorySource source;

  scumble_memory_source_init (&source, 6, 6, rgba);
  g_assert_false (source.source.has_alpha);
  for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
    {
      rgba[4 * 35 + 3] = seen[i];
      scumble_memory_source_init (&source, 6, 6, rgba);
      g_assert_true (source.source.has_alpha);
    }
}

/* Written in parts, an area that does not begin at the picture's corner. */
static void
test_write (void)
{
  const ScumbleRect area = { 10, 20, 5, 4 };
  float             rgb[3 * 20], one[3];
  ScumbleMemorySink sink;

  scumble_memory_sink_init (&sink, &area, rgb);
  for (int i = 0; i < 20; i++)
    {
      const ScumbleRect rect = { 10 + i % 5, 20 + i / 5, 1, 1 };

      for (int k = 0; k < 3; k++)
        one[k] = (float) (3 * i + k);
      g_assert_true (sink.sink.write (&sink.sink, &rect, one, NULL));
    }
  for (int i = 0; i < 60; i++)
    g_assert_cmpfloat (rgb[i], ==, (float) i);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/source/read", test_read);
  g_test_add_func ("/source/alpha", test_alpha);
  g_test_add_func ("/source/write", test_write);

  return g_test_run ();
}
