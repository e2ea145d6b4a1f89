/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "optimizer.h"
#include "ref.h"
#include "transfer-net.h"

#include <math.h>
#include <string.h>

enum { ROWS = 6, COLUMNS = 11 };

/* Orthonormal rows, by Gram and Schmidt. */
static void
make_orthonormal (double *x, int rows, int columns, guint32 seed)
{
  g_autofree float *random = g_new (float, rows * columns);

  ref_fill (random, (gsize) (rows * columns), seed, -1.0f, 1.0f);
  for (int i = 0; i < rows; i++)
    {
      double *row    = x + i * columns;
      double  length = 0.0;

      for (int k = 0; k < columns; k++)
        row[k] = (double) random[i * columns + k];
      for (int j = 0; j < i; j++)
        {
          double dot = 0.0;

          for (int k = 0; k < columns; k++)
            dot += row[k] * x[j * columns + k];
          for (int k = 0; k < columns; k++)
            row[k] -= dot * x[j * columns + k];
        }
      for (int k = 0; k < columns; k++)
        length += row[k] * row[k];
      for (int k = 0; k < columns; k++)
        row[k] /= sqrt (length);
    }
}

/* y [rows, columns]: the sum of left_i value_i right_i, whose singular values those are. */
static void
compose (const double *left, const double *values, const double *right, float *y)
{
  memset (y, 0, sizeof (float) * ROWS * COLUMNS);
  for (int i = 0; i < ROWS; i++)
    for (int r = 0; r < ROWS; r++)
      for (int k = 0; k < COLUMNS; k++)
        y[r * COLUMNS + k] += (float) (left[i * ROWS + r] * values[i] *
                                       right[i * COLUMNS + k]);
}

/* Singular vectors stay as they are, and all values become about 1, however far they lie apart:
 * found by looking at the result along the vectors. */
static void
test_orthogonal (void)
{
  const double values[ROWS] = { 7.0, 2.0, 1.0, 0.5, 0.2, 0.05 };
  double       left[ROWS * ROWS], right[ROWS * COLUMNS];
  float        x[ROWS * COLUMNS];

  make_orthonormal (left, ROWS, ROWS, 1);
  make_orthonormal (right, ROWS, COLUMNS, 2);
  compose (left, values, right, x);
  scumble_optimizer_orthogonal (x, ROWS, COLUMNS);

  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < ROWS; j++)
      {
        double found = 0.0;

        for (int r = 0; r < ROWS; r++)
          for (int k = 0; k < COLUMNS; k++)
            found += left[i * ROWS + r] * (double) x[r * COLUMNS + k] *
                     right[j * COLUMNS + k];
        if (i != j)
          g_assert_cmpfloat (fabs (found), <, 1e-3);
        else
          {
            g_test_message ("%.3g became %.3g", values[i], found);
            g_assert_cmpfloat (found, >, 0.65);
            g_assert_cmpfloat (found, <, 1.25);
          }
      }
}

static void
test_zero (void)
{
  float x[ROWS * COLUMNS] = { 0.0f };

  scumble_optimizer_orthogonal (x, ROWS, COLUMNS);
  for (int k = 0; k < ROWS * COLUMNS; k++)
    g_assert_cmpfloat (x[k], ==, 0.0);
}

/* Half the squared distance of parameters to some others. */
static double
slope_to (const float *parameters, const float *goal, float *gradient, gsize n)
{
  double distance = 0.0;

  for (gsize k = 0; k < n; k++)
    {
      gradient[k] = parameters[k] - goal[k];
      distance   += 0.5 * (double) gradient[k] * (double) gradient[k];
    }

  return distance;
}

/* All parameters come nearer to where the slope leads, and the average with them; or just scales
 * and shifts move. */
static void
test_descent (void)
{
  enum { BASE = 2 };
  const gsize       n          = scumble_transfer_count (BASE);
  g_autofree float *goal       = g_new (float, n);
  g_autofree float *gradient   = g_new (float, n);
  g_autofree float *parameters = g_new (float, n);

  ref_fill (goal, n, 1, -0.5f, 0.5f);
  for (int all = 0; all < 2; all++)
    {
      g_autoptr (ScumbleOptimizer) optimizer = NULL;
      double                       before;

      memset (parameters, 0, n * sizeof *parameters);
      optimizer = scumble_optimizer_new (BASE, parameters, all, 0);
      before    = slope_to (parameters, goal, gradient, n);
      for (int i = 0; i < 200; i++)
        {
          slope_to (parameters, goal, gradient, n);
          scumble_optimizer_step (optimizer, gradient, 2);
        }
      for (int i = 0; i < SCUMBLE_TRANSFER_LAYERS; i++)
        {
          const ScumbleTransferLayer layer = scumble_transfer_layer (BASE, i);
          const gboolean             last  = i == SCUMBLE_TRANSFER_LAST;

          for (gsize k = layer.weights; k < layer.end; k++)
            if (all || (k >= layer.scale && !last))
              g_assert_cmpfloat (fabs (parameters[k] - goal[k]), <,
                                 MAX (0.3, 0.6 * fabs (goal[k])));
            else
              g_assert_cmpfloat (parameters[k], ==, 0.0);
        }
      {
        const double left    = slope_to (parameters, goal, gradient, n);
        const double average = slope_to (scumble_optimizer_average (optimizer), goal, gradient,
                                         n);

        g_test_message ("%.3g, then %.3g; average %.3g", before, left, average);
        g_assert_cmpfloat (left, <, before);
        g_assert_cmpfloat (average, <, before);
      }
    }
}

/* What was begun before goes on with shorter steps. */
static void
test_begun (void)
{
  enum { BASE = 1 };
  const gsize       n        = scumble_transfer_count (BASE);
  g_autofree float *gradient = g_new (float, n);
  double            moved[2];

  ref_fill (gradient, n, 1, -1.0f, 1.0f);
  for (int i = 0; i < 2; i++)
    {
      g_autofree float            *parameters = g_new0 (float, n);
      g_autoptr (ScumbleOptimizer) optimizer  = scumble_optimizer_new (BASE, parameters, TRUE,
                                                                       50 * i);

      scumble_optimizer_step (optimizer, gradient, 2);
      moved[i] = 0.0;
      for (gsize k = 0; k < n; k++)
        {
          g_assert_cmpfloat (parameters[k], ==, scumble_optimizer_average (optimizer)[k]);
          moved[i] += fabs ((double) parameters[k]);
        }
    }
  g_assert_cmpfloat (fabs (moved[1] / moved[0] - 0.5), <, 1e-4);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optimizer/orthogonal", test_orthogonal);
  g_test_add_func ("/optimizer/zero", test_zero);
  g_test_add_func ("/optimizer/descent", test_descent);
  g_test_add_func ("/optimizer/begun", test_begun);

  return g_test_run ();
}
