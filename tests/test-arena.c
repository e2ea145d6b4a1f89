/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arena.h"
#include "ref.h"

#include <string.h>

static void
test_stack (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 20);
  g_autoptr (GError)       error = NULL;
  float                   *a, *b, *c;
  gsize                    mark;

  g_assert_cmpuint (scumble_arena_budget (arena), ==, 1 << 20);
  g_assert_cmpuint (scumble_arena_mark (arena), ==, 0);

  a    = scumble_arena_take (arena, 100, &error);
  mark = scumble_arena_mark (arena);
  b    = scumble_arena_take (arena, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint ((gsize) a % 64, ==, 0);
  g_assert_cmpuint ((gsize) b % 64, ==, 0);
  g_assert_true ((char *) b >= (char *) a + 100);

  scumble_arena_release (arena, mark);
  c = scumble_arena_take (arena, 1, &error);
  g_assert_true (c == b);

  scumble_arena_release (arena, 0);
  g_assert_cmpuint (scumble_arena_room (arena), ==, 1 << 20);
  g_assert_cmpuint (scumble_arena_peak (arena), ==, 192);
}

static void
test_tensor (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (1 << 16);
  g_autoptr (GError)       error = NULL;
  ScumbleTensor            x     = { NULL };

  g_assert_true (scumble_arena_tensor (arena, 3, 5, 7, &x, &error));
  g_assert_cmpint (x.h, ==, 3);
  g_assert_cmpint (x.w, ==, 5);
  g_assert_cmpint (x.c, ==, 7);
  g_assert_cmpuint (x.stride, ==, 35);
  memset (x.data, 1, 3 * 35 * sizeof *x.data);

  g_assert_false (scumble_arena_tensor (arena, 1000, 1000, 1, &x, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, "3.8 MiB");
}

/* Requests so large that rounding them up would wrap around are refused as well. */
static void
test_refusal (void)
{
  static const gsize       budgets[] = { 0, 1, 4095, 4096, 65536 };
  static const gsize       huge[]    = { G_MAXSIZE, G_MAXSIZE - 63, G_MAXSIZE / 2 };

  for (guint i = 0; i < G_N_ELEMENTS (budgets); i++)
    {
      g_autoptr (ScumbleArena) arena = scumble_arena_new (budgets[i]);
      g_autoptr (GError)       error = NULL;

      g_assert_cmpuint (scumble_arena_budget (arena), <=, budgets[i]);
      g_assert_null (scumble_arena_take (arena, scumble_arena_budget (arena) + 1, &error));
      ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, "MiB");
      for (guint k = 0; k < G_N_ELEMENTS (huge); k++)
        {
          g_assert_null (scumble_arena_take (arena, huge[k], &error));
          ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, NULL);
          g_assert_null (scumble_arena_block_new (arena, huge[k], &error));
          ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, NULL);
        }
      g_assert_cmpuint (scumble_arena_mark (arena), ==, 0);
      g_assert_cmpuint (scumble_arena_peak (arena), ==, 0);
    }
}

/* Blocks and scratch share the budget, in any order of freeing. */
static void
test_blocks (void)
{
  enum { BLOCK = 40000 };
  g_autoptr (ScumbleArena) arena = scumble_arena_new (128 << 10);
  g_autoptr (GError)       error = NULL;
  guint8                  *a, *b, *scratch;

  scratch = scumble_arena_take (arena, 100 << 10, &error);
  memset (scratch, 0xff, 100 << 10);
  scumble_arena_release (arena, 0);

  a = scumble_arena_block_new (arena, BLOCK, &error);
  b = scumble_arena_block_new (arena, BLOCK, &error);
  g_assert_no_error (error);
  for (int i = 0; i < BLOCK; i++)
    g_assert_cmpint (a[i] | b[i], ==, 0);
  g_assert_null (scumble_arena_take (arena, 100 << 10, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, NULL);

  scratch = scumble_arena_take (arena, 40 << 10, &error);
  g_assert_no_error (error);
  memset (scratch, 0xff, 40 << 10);
  g_assert_null (scumble_arena_block_new (arena, BLOCK, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, NULL);
  g_assert_cmpint (a[BLOCK - 1] | b[0], ==, 0);

  scumble_arena_block_free (arena, a, BLOCK);
  scumble_arena_block_free (arena, NULL, BLOCK);
  g_assert_nonnull (scumble_arena_take (arena, 40 << 10, &error));
  scumble_arena_block_free (arena, b, BLOCK);
  scumble_arena_release (arena, 0);

  g_assert_cmpuint (scumble_arena_room (arena), ==, 128 << 10);
  g_assert_cmpuint (scumble_arena_peak (arena), <=, 128 << 10);
  /* Both blocks and the scratch beside them, which is more than the scratch alone was. */
  g_assert_cmpuint (scumble_arena_peak (arena), >=, 2 * BLOCK + (40 << 10));
}

/* Trimming gives pages back while scratch below the top is in use: that must survive. */
static void
test_trim (void)
{
  g_autoptr (ScumbleArena) arena = scumble_arena_new (64 << 12);
  g_autoptr (GError)       error = NULL;
  guint8                  *kept  = scumble_arena_take (arena, 5000, &error);
  const gsize              mark  = scumble_arena_mark (arena);
  gpointer                 block;

  memset (kept, 7, 5000);
  memset (scumble_arena_take (arena, 50 << 12, &error), 8, 50 << 12);
  scumble_arena_release (arena, mark);
  block = scumble_arena_block_new (arena, 40 << 12, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 5000; i++)
    g_assert_cmpint (kept[i], ==, 7);

  scumble_arena_block_free (arena, block, 40 << 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/arena/stack", test_stack);
  g_test_add_func ("/arena/tensor", test_tensor);
  g_test_add_func ("/arena/refusal", test_refusal);
  g_test_add_func ("/arena/blocks", test_blocks);
  g_test_add_func ("/arena/trim", test_trim);

  return g_test_run ();
}
