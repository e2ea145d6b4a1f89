/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether virtual-cores.c deals out work as so many cores would.  It is to be preloaded. */
#include <glib.h>

#include <omp.h>

enum { CORES = 16, PIECES = 16, TRIES = 50 };

/* Computes for a while that is the same every time; returns something that depends on it. */
static double
toil (int units)
{
  static volatile double start = 1.0; /* or the compiler would do it once for all */
  double                 x     = start;

  for (int i = 0; i < units * 20000; i++)
    x = x * 0.999999 + 1e-6;

  return x;
}

/* Some pieces of work on @threads threads. */
typedef void (*Region) (int threads, double *results);

static void
equal_pieces (int threads, double *results)
{
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int i = 0; i < PIECES; i++)
    results[i] = toil (1);
}

static void
equal_parts (int threads, double *results)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < PIECES; i++)
    results[i] = toil (1);
}

/* The last is as long as eight others: whoever gets it is the last to end. */
static void
late_piece (int threads, double *results)
{
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int i = 0; i < PIECES; i++)
    results[i] = toil (i == PIECES - 1 ? 8 : 1);
}

static void
alone (int threads, double *results)
{
  for (int i = 0; i < PIECES; i++)
    results[i] = toil (1);
}

/* Microseconds; the least of some tries, since other programs only ever add. */
static double
lasts (Region region, int threads)
{
  double results[PIECES], least = G_MAXDOUBLE;

  for (int i = 0; i < TRIES; i++)
    {
      const gint64 begun = g_get_monotonic_time ();

      region (threads, results);
      least = MIN (least, (double) (g_get_monotonic_time () - begun));
    }
  for (int i = 0; i < PIECES; i++)
    g_assert_cmpfloat (results[i], >, 0.0);

  return least;
}

/* The unit of work, and what @units of them may take. */
static void
assert_units (double took, double units)
{
  const double unit = lasts (alone, 1) / PIECES;

  g_test_message ("%.2f units where there should be %.2f", took / unit, units);
  g_assert_cmpfloat (took, >, 0.6 * units * unit);
  g_assert_cmpfloat (took, <, 1.6 * units * unit);
}

static void
test_equal (void)
{
  for (int threads = 1; threads <= CORES; threads *= 2)
    {
      assert_units (lasts (equal_pieces, threads), (double) PIECES / threads);
      assert_units (lasts (equal_parts, threads), (double) PIECES / threads);
    }
}

static void
test_unequal (void)
{
  assert_units (lasts (late_piece, CORES), 8.0);
  assert_units (lasts (late_piece, 4), 3.0 + 8.0);
  assert_units (lasts (alone, CORES), PIECES);
}

/* Every iteration once, by threads with numbers of their own; regions within have one thread. */
static void
test_numbers (void)
{
  int done[1000] = { 0 }, by[CORES] = { 0 };

#pragma omp parallel num_threads(CORES)
  {
    g_assert_cmpint (omp_get_num_threads (), ==, CORES);
    by[omp_get_thread_num ()]++;
#pragma omp for schedule(dynamic, 7)
    for (int i = 999; i >= 0; i -= 3)
      {
        const int outside = omp_get_thread_num ();

        done[i]++;
#pragma omp parallel for schedule(dynamic) num_threads(4)
        for (int k = i - 2; k < i; k++)
          {
            g_assert_cmpint (omp_get_thread_num (), ==, 0);
            g_assert_cmpint (omp_get_num_threads (), ==, 1);
            done[MAX (k, 0)] += k >= 0;
          }
        g_assert_cmpint (omp_get_thread_num (), ==, outside);
      }
  }

  g_assert_cmpint (omp_get_num_threads (), ==, 1);
  for (int i = 0; i < CORES; i++)
    g_assert_cmpint (by[i], ==, 1);
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (done[i], ==, 1);
}

/* Nobody passes a barrier before all have come to it, nor the end of a loop. */
static void
test_barrier (void)
{
  int come = 0, seen[CORES], made[PIECES] = { 0 }, all = 0;

#pragma omp parallel num_threads(CORES)
  {
    const int i = omp_get_thread_num ();

    come++; /* threads take turns: no two of them at once */
#pragma omp barrier
    seen[i] = come;
#pragma omp for schedule(dynamic)
    for (int k = 0; k < PIECES; k++)
      made[k] = 1;
    for (int k = 0; k < PIECES; k++)
      all += made[k];
  }

  for (int i = 0; i < CORES; i++)
    g_assert_cmpint (seen[i], ==, CORES);
  g_assert_cmpint (all, ==, CORES * PIECES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/virtual-cores/equal", test_equal);
  g_test_add_func ("/virtual-cores/unequal", test_unequal);
  g_test_add_func ("/virtual-cores/numbers", test_numbers);
  g_test_add_func ("/virtual-cores/barrier", test_barrier);

  return g_test_run ();
}
