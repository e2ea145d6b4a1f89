/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "convnet.h"
#include "ref.h"

#include <math.h>
#include <string.h>

#define CONV(name) { SCUMBLE_LAYER_CONV3, name, TRUE }
#define POOL       { SCUMBLE_LAYER_POOL2, NULL, FALSE }
#define UP         { SCUMBLE_LAYER_UP2, NULL, FALSE }
#define LAST(name) { SCUMBLE_LAYER_CONV3, name, FALSE }

static const ScumbleLayer plain[] = { CONV ("a"), CONV ("b"), LAST ("c") };
static const ScumbleLayer down[]  = { CONV ("a"), POOL, CONV ("b"), CONV ("c"), POOL,
                                      LAST ("d") };
static const ScumbleLayer up[]    = { CONV ("a"), UP, CONV ("b"), UP, CONV ("c"),
                                      LAST ("d") };
static const ScumbleLayer mixed[] = { CONV ("a"), POOL, UP, CONV ("b"), POOL };

/* An encoder's first layers and a decoder's last: depth first, two by two. */
static const ScumbleLayer peaks[] = { CONV ("a"), CONV ("b"), POOL, UP, CONV ("c"),
                                      LAST ("d") };

typedef struct
{
  const char         *name;
  const ScumbleLayer *layers;
  guint               n;
  int                 c[6]; /* in, then out of every convolution */
} Net;

/* With whole panels, where layers are fused, and without. */
static const Net nets[] = {
  { "plain", plain, G_N_ELEMENTS (plain), { 3, 5, 7, 4 } },
  { "plain-16", plain, G_N_ELEMENTS (plain), { 3, 16, 32, 3 } },
  { "down", down, G_N_ELEMENTS (down), { 3, 4, 5, 6, 7 } },
  { "down-16", down, G_N_ELEMENTS (down), { 16, 16, 16, 16, 16 } },
  { "up", up, G_N_ELEMENTS (up), { 6, 5, 4, 7, 3 } },
  { "up-16", up, G_N_ELEMENTS (up), { 16, 16, 16, 16, 3 } },
  { "mixed", mixed, G_N_ELEMENTS (mixed), { 3, 8, 9 } },
  { "mixed-16", mixed, G_N_ELEMENTS (mixed), { 3, 16, 16 } },
  { "peaks", peaks, G_N_ELEMENTS (peaks), { 3, 5, 4, 5, 3 } },
  { "peaks-16", peaks, G_N_ELEMENTS (peaks), { 3, 16, 16, 16, 3 } },
};

typedef struct
{
  ScumbleArena   *arena;
  RefFile        *file;
  ScumbleConvnet *convnet;
  ScumbleJob      job;
} Fixture;

static RefFile *
make_file (const Net *net)
{
  RefFile *file = ref_file_new ();
  guint    k    = 0;

  for (guint i = 0; i < net->n; i++)
    if (net->layers[i].kind == SCUMBLE_LAYER_CONV3)
      {
        g_autofree char *name = g_strconcat ("net.", net->layers[i].name, NULL);

        ref_file_conv (file, name, net->c[k + 1], net->c[k], 3, 10 * i + 1);
        k++;
      }

  return file;
}

static ScumbleConvnet *
open_file (const Net *net, const RefFile *made, GError **error)
{
  char                          *folder = ref_folder_new ();
  g_autofree char               *path   = g_build_filename (folder, "m.safetensors", NULL);
  g_autoptr (ScumbleSafetensors) file   = NULL;
  ScumbleConvnet                *opened;

  ref_file_save (made, folder, "m");
  file   = scumble_safetensors_open (path, error);
  opened = scumble_convnet_new (net->layers, net->n, file, "net", net->c[0], error);
  ref_folder_free (folder);

  return opened;
}

static Fixture
make (const Net *net)
{
  g_autoptr (GError) error = NULL;
  Fixture            f     = { scumble_arena_new (64 << 20), make_file (net), NULL, { NULL } };

  f.job     = (ScumbleJob) { .arena = f.arena, .threads = 2 };
  f.convnet = open_file (net, f.file, &error);
  g_assert_no_error (error);

  return f;
}

static void
clear (Fixture *f)
{
  scumble_convnet_free (f->convnet);
  ref_file_free (f->file);
  scumble_arena_free (f->arena);
}

static int
reflected (int i, int n)
{
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* Runs on what @rect reaches and a border, which has the reflected cells beyond the plane. */
static void
check_framed (const Fixture *f, const ScumbleTensor *x, const ScumbleTensor *expected,
              ScumbleRect rect)
{
  const ScumbleRect   at    = scumble_rect_grow (scumble_convnet_reach (f->convnet, x->w, x->h,
                                                                        rect), 1);
  const ScumbleTensor given = ref_tensor_empty (at.h, at.w, x->c);
  const ScumbleTensor out   = ref_tensor_empty (rect.h, rect.w, expected->c);
  ScumbleRegion       in    = { given, at, x->w, x->h };
  ScumbleRegion       result = { .tensor = out, .rect = rect };
  g_autoptr (GError)  error  = NULL;

  for (int i = 0; i < at.h; i++)
    for (int j = 0; j < at.w; j++)
      memcpy (scumble_tensor_at (&given, i, j),
              scumble_tensor_at (x, reflected (at.y + i, x->h), reflected (at.x + j, x->w)),
              sizeof (float) * (gsize) x->c);
  g_assert_true (scumble_convnet_run (f->convnet, &in, &result, &f->job, &error));
  ref_assert_close (&out, expected, 1e-4);

  g_free (given.data);
  g_free (out.data);
}

/* Runs on just the part of @x that the network says it needs; all else is no number. */
static void
check_rect (const Fixture *f, const ScumbleTensor *x, const ScumbleTensor *whole,
            ScumbleRect rect)
{
  const ScumbleRect   reach  = scumble_convnet_reach (f->convnet, x->w, x->h, rect);
  const ScumbleTensor given  = ref_tensor_empty (reach.h, reach.w, x->c);
  const ScumbleTensor from   = scumble_tensor_view (x, reach.y, reach.x, reach.h, reach.w);
  const ScumbleTensor out    = ref_tensor_empty (rect.h, rect.w, whole->c);
  const ScumbleTensor expected = scumble_tensor_view (whole, rect.y, rect.x, rect.h, rect.w);
  ScumbleRegion       in     = { given, reach, x->w, x->h };
  ScumbleRegion       result = { .tensor = out, .rect = rect };
  g_autoptr (GError)  error  = NULL;

  scumble_copy (&from, &given, 2);
  g_assert_true (scumble_convnet_run (f->convnet, &in, &result, &f->job, &error));
  g_assert_cmpint (result.plane_w, ==, whole->w);
  g_assert_cmpint (result.plane_h, ==, whole->h);
  ref_assert_close (&out, &expected, 1e-4);
  g_assert_cmpuint (scumble_arena_mark (f->arena), ==, 0);
  check_framed (f, x, &expected, rect);

  g_free (given.data);
  g_free (out.data);
}

static void
each_rect (const Fixture *f, const Net *net, int h, int w, int step)
{
  const ScumbleTensor x     = ref_tensor (h, w, net->c[0], 77);
  const ScumbleTensor whole = ref_net_run (net->layers, net->n, f->file, "net", &x);

  for (int top = 0; top < whole.h; top += step)
    for (int left = 0; left < whole.w; left += step)
      for (int rows = 1; top + rows <= whole.h; rows += step)
        for (int cols = 1; left + cols <= whole.w; cols += step)
          check_rect (f, &x, &whole, (ScumbleRect) { left, top, cols, rows });
  check_rect (f, &x, &whole, (ScumbleRect) { 0, 0, whole.w, whole.h });

  g_free (x.data);
  g_free (whole.data);
}

static void
test_rects (gconstpointer data)
{
  const Net *net = data;
  Fixture    f   = make (net);

  each_rect (&f, net, 8, 8, net->layers == up ? 5 : 1);
  each_rect (&f, net, 5, 6, net->layers == up ? 5 : 2);
  each_rect (&f, net, 21, 13, net->layers == up ? 23 : 4);
  clear (&f);
}

/* The cells that a layer's outputs @mask depend on, by its definition. */
static gboolean *
cells_before (const ScumbleLayer *layer, const gboolean *mask, int h, int w, int before_h,
              int before_w)
{
  gboolean *before = g_new0 (gboolean, before_h * before_w);

  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      for (int k = 0; mask[y * w + x] && k < 9; k++)
        {
          int row = y + k / 3 - 1, col = x + k % 3 - 1;

          if (layer->kind == SCUMBLE_LAYER_POOL2)
            {
              row = MIN (2 * y + (k / 3) % 2, before_h - 1);
              col = MIN (2 * x + (k % 3) % 2, before_w - 1);
            }
          else if (layer->kind == SCUMBLE_LAYER_UP2)
            {
              row = y / 2;
              col = x / 2;
            }
          row = row < 0 ? 1 : row >= before_h ? before_h - 2 : row;
          col = col < 0 ? 1 : col >= before_w ? before_w - 2 : col;
          before[row * before_w + col] = TRUE;
        }

  return before;
}

static ScumbleRect
bounds (const gboolean *mask, int h, int w)
{
  int x0 = w, y0 = h, x1 = 0, y1 = 0;

  for (int i = 0; i < h * w; i++)
    if (mask[i])
      {
        x0 = MIN (x0, i % w);
        y0 = MIN (y0, i / w);
        x1 = MAX (x1, i % w + 1);
        y1 = MAX (y1, i / w + 1);
      }

  return (ScumbleRect) { x0, y0, x1 - x0, y1 - y0 };
}

static ScumbleRect
naive_reach (const Net *net, int w, int h, ScumbleRect out)
{
  int                  ws[8] = { w }, hs[8] = { h };
  g_autofree gboolean *mask  = NULL;

  for (guint i = 0; i < net->n; i++)
    {
      const ScumbleLayerKind kind = net->layers[i].kind;

      ws[i + 1] = kind == SCUMBLE_LAYER_POOL2 ? (ws[i] + 1) / 2
                                              : kind == SCUMBLE_LAYER_UP2 ? 2 * ws[i] : ws[i];
      hs[i + 1] = kind == SCUMBLE_LAYER_POOL2 ? (hs[i] + 1) / 2
                                              : kind == SCUMBLE_LAYER_UP2 ? 2 * hs[i] : hs[i];
    }

  mask = g_new0 (gboolean, ws[net->n] * hs[net->n]);
  for (int y = out.y; y < out.y + out.h; y++)
    for (int x = out.x; x < out.x + out.w; x++)
      mask[y * ws[net->n] + x] = TRUE;

  for (guint i = net->n; i-- > 0;)
    {
      gboolean *before = cells_before (&net->layers[i], mask, hs[i + 1], ws[i + 1], hs[i],
                                       ws[i]);

      g_free (mask);
      mask = before;
    }

  return bounds (mask, h, w);
}

/* No cell too few, and none too many.  A fused upsampling reads one more where a convolution
 * would look at the same cell twice: of a pooled plane, which is two of the input's. */
static void
test_reach (gconstpointer data)
{
  const Net *net   = data;
  Fixture    f     = make (net);
  const int  scale = net->layers == up ? 4 : 1;
  const int  small = net->layers == down ? 4 : net->layers == mixed ? 2 : 1;
  const int  slack = net->layers == peaks ? 2 : net->layers == up || net->layers == mixed;

  for (int w = 10; w <= 23; w += 13)
    for (int x = 0; x < w * scale / small; x++)
      for (int cols = 1; x + cols <= w * scale / small; cols++)
        {
          const ScumbleRect out    = { x, 0, cols, 1 };
          const ScumbleRect needed = naive_reach (net, w, 9, out);
          const ScumbleRect told   = scumble_convnet_reach (f.convnet, w, 9, out);

          g_assert_true (scumble_rect_contains (told, needed));
          g_assert_true (scumble_rect_contains (scumble_rect_grow (needed, slack), told));
          g_assert_true (scumble_rect_contains ((ScumbleRect) { 0, 0, w, 9 }, told));
        }
  clear (&f);
}

/* What is said to be enough is enough, and not by far. */
static void
test_room (gconstpointer data)
{
  const Net *net = data;
  Fixture    f   = make (net);

  for (int size = 1; size <= 33; size += 8)
    for (int at = 0; at < 4; at++)
      {
        const int                plane = net->layers == up ? 32 : 128;
        const ScumbleRect        rect  = { 8 + at, 12 + at, MIN (size, 20), MIN (size, 16) };
        const gsize              room  = scumble_convnet_room (f.convnet, rect.w, rect.h, 2);
        g_autoptr (ScumbleArena) arena = scumble_arena_new ((room + 4095) / 4096 * 4096);
        const ScumbleJob         job   = { .arena = arena, .threads = 2 };
        const ScumbleTensor      x     = ref_tensor (plane, plane, net->c[0], 5);
        ScumbleRegion            in    = { x, { 0, 0, plane, plane }, plane, plane };
        ScumbleRegion            out   = { .rect = rect };
        g_autoptr (GError)       error = NULL;

        out.tensor = ref_tensor_empty (rect.h, rect.w, scumble_convnet_channels (f.convnet));
        g_assert_true (scumble_convnet_run (f.convnet, &in, &out, &job, &error));
        g_assert_no_error (error);
        g_assert_cmpuint (scumble_arena_peak (arena), <=, room);
        g_free (x.data);
        g_free (out.tensor.data);
      }
  clear (&f);
}

/* Whatever the budget: either done, or refused in words with nothing left taken. */
static void
test_starved (gconstpointer data)
{
  const Net          *net   = data;
  Fixture             f     = make (net);
  const ScumbleTensor x     = ref_tensor (12, 12, net->c[0], 5);
  gboolean            done  = FALSE;
  guint               tries = 0;

  for (gsize budget = 0; !done; budget += 4096, tries++)
    {
      g_autoptr (ScumbleArena) arena = scumble_arena_new (budget);
      const ScumbleJob         job   = { .arena = arena, .threads = 1 };
      const ScumbleRegion      in    = { x, { 0, 0, 12, 12 }, 12, 12 };
      ScumbleRegion            out   = { .rect = { 0, 0, 3, 3 } };
      g_autoptr (GError)       error = NULL;

      out.tensor = ref_tensor_empty (3, 3, scumble_convnet_channels (f.convnet));
      done       = scumble_convnet_run (f.convnet, &in, &out, &job, &error);
      if (!done)
        ref_assert_failed (&error, SCUMBLE_ERROR_MEMORY, NULL);
      g_assert_cmpuint (scumble_arena_mark (arena), ==, 0);
      g_free (out.tensor.data);
    }
  g_assert_cmpuint (tries, >, 1);

  g_free (x.data);
  clear (&f);
}

static void
test_cancelled (void)
{
  Fixture                  f           = make (&nets[0]);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const ScumbleTensor      x           = ref_tensor (8, 8, 3, 5);
  const ScumbleRegion      in          = { x, { 0, 0, 8, 8 }, 8, 8 };
  ScumbleRegion            out         = { .rect = { 0, 0, 8, 8 } };
  g_autoptr (GError)       error       = NULL;

  f.job.cancellable = cancellable;
  g_cancellable_cancel (cancellable);
  out.tensor = ref_tensor_empty (8, 8, 4);
  g_assert_false (scumble_convnet_run (f.convnet, &in, &out, &f.job, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_CANCELLED, NULL);
  g_assert_cmpuint (scumble_arena_mark (f.arena), ==, 0);

  g_free (x.data);
  g_free (out.tensor.data);
  clear (&f);
}

/* A part continues where another ends. */
static void
test_part (gconstpointer data)
{
  const Net                 *net   = data;
  Fixture                    f     = make (net);
  const ScumbleTensor        x     = ref_tensor (12, 12, net->c[0], 5);
  const ScumbleTensor        whole = ref_net_run (net->layers, net->n, f.file, "net", &x);
  const guint                cut   = 3; /* between the second convolution and the third */
  g_autoptr (ScumbleConvnet) first = scumble_convnet_part (f.convnet, 0, cut);
  g_autoptr (ScumbleConvnet) rest  = scumble_convnet_part (f.convnet, cut, net->n);
  const ScumbleRegion        in    = { x, { 0, 0, 12, 12 }, 12, 12 };
  ScumbleRegion              middle = { .rect = { 0, 0, 6, 6 } };
  ScumbleRegion              out   = { .rect = { 0, 0, whole.w, whole.h } };

  middle.tensor = ref_tensor_empty (6, 6, scumble_convnet_channels (first));
  out.tensor    = ref_tensor_empty (whole.h, whole.w, whole.c);
  g_assert_true (scumble_convnet_run (first, &in, &middle, &f.job, NULL));
  g_assert_true (scumble_convnet_run (rest, &middle, &out, &f.job, NULL));
  ref_assert_close (&out.tensor, &whole, 1e-4);

  g_free (x.data);
  g_free (whole.data);
  g_free (middle.tensor.data);
  g_free (out.tensor.data);
  clear (&f);
}

/* Runs a network on @threads threads; returns what it makes of @rect. */
static ScumbleTensor
run_on (Fixture *f, const ScumbleTensor *x, ScumbleRect rect, int threads)
{
  const ScumbleRegion in    = { *x, { 0, 0, x->w, x->h }, x->w, x->h };
  ScumbleRegion       out   = { .rect = rect };
  g_autoptr (GError)  error = NULL;

  f->job.threads = threads;
  out.tensor     = ref_tensor_empty (rect.h, rect.w, scumble_convnet_channels (f->convnet));
  g_assert_true (scumble_convnet_run (f->convnet, &in, &out, &f->job, &error));
  g_assert_no_error (error);

  return out.tensor;
}

static void
check_threads (Fixture *f, const ScumbleTensor *x, const ScumbleTensor *whole,
               ScumbleRect rect)
{
  const ScumbleTensor expected = scumble_tensor_view (whole, rect.y, rect.x, rect.h, rect.w);
  const ScumbleTensor alone    = run_on (f, x, rect, 1);

  ref_assert_close (&alone, &expected, 1e-4);
  for (int threads = 2; threads <= 5; threads++)
    {
      const ScumbleTensor shared = run_on (f, x, rect, threads);

      ref_assert_close (&shared, &alone, 0.0);
      g_free (shared.data);
    }
  g_free (alone.data);
}

/* Planes of many blocks, the last of them cut off anywhere, and of a single row or column of
 * them: as the definition has it, whatever the threads. */
static void
test_blocks (gconstpointer data)
{
  static const int sizes[][2] = { { 2, 301 }, { 300, 3 }, { 61, 47 }, { 131, 98 },
                                  { 437, 450 } };
  const Net       *net        = data;
  Fixture          f          = make (net);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const int           h     = sizes[i][0], w = sizes[i][1];
      const ScumbleTensor x     = ref_tensor (h, w, net->c[0], 3);
      const ScumbleTensor whole = ref_net_run (net->layers, net->n, f.file, "net", &x);

      check_threads (&f, &x, &whole, (ScumbleRect) { 0, 0, whole.w, whole.h });
      check_threads (&f, &x, &whole, (ScumbleRect) { 1, whole.h - 1, whole.w - 2, 1 });
      check_threads (&f, &x, &whole, (ScumbleRect) { whole.w / 2, 0, 1, whole.h });
      check_threads (&f, &x, &whole, (ScumbleRect) { 1, 1, whole.w - 1, whole.h - 1 });
      g_free (x.data);
      g_free (whole.data);
    }
  clear (&f);
}

static void
assert_misfit (const RefFile *file, const char *fault)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_file (&nets[0], file, &error));
  ref_assert_failed (&error, SCUMBLE_ERROR_MODEL, fault);
}

static void
test_misfits (void)
{
  g_autoptr (RefFile) short_file = ref_file_new ();
  g_autoptr (RefFile) wide       = ref_file_new ();
  g_autoptr (RefFile) large      = ref_file_new ();
  g_autoptr (RefFile) vast       = ref_file_new ();
  g_autoptr (RefFile) bare       = ref_file_new ();
  const float         zeros[135] = { 0.0f };

  ref_file_conv (short_file, "net.a", 5, 3, 3, 1);
  assert_misfit (short_file, "net.b.weight");

  ref_file_conv (wide, "net.a", 5, 3, 3, 1);
  ref_file_conv (wide, "net.b", 7, 6, 3, 1);
  assert_misfit (wide, "[7, 6, 3, 3]");

  ref_file_conv (large, "net.a", 5, 3, 5, 1);
  assert_misfit (large, "[5, 3, 5, 5]");

  ref_file_conv (vast, "net.a", 4097, 3, 3, 1);
  assert_misfit (vast, "[4097, 3, 3, 3]");

  ref_file_tensor (bare, "net.a.weight", 4, (int[]) { 5, 3, 3, 3 }, zeros, FALSE);
  assert_misfit (bare, "net.a.bias");
  ref_file_tensor (bare, "net.a.bias", 1, (int[]) { 4 }, zeros, FALSE);
  assert_misfit (bare, "net.a.bias");
}

static void
add (const char *what, const Net *net, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/convnet/%s/%s", net->name, what);

  g_test_add_data_func (path, net, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (nets); i++)
    {
      add ("rects", &nets[i], test_rects);
      add ("reach", &nets[i], test_reach);
      add ("room", &nets[i], test_room);
      add ("starved", &nets[i], test_starved);
      if (nets[i].layers == down || nets[i].layers == peaks)
        add ("part", &nets[i], test_part);
      if (nets[i].layers == plain || nets[i].layers == peaks)
        add ("blocks", &nets[i], test_blocks);
    }
  g_test_add_func ("/convnet/cancelled", test_cancelled);
  g_test_add_func ("/convnet/misfits", test_misfits);

  return g_test_run ();
}
