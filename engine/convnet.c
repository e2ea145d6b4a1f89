/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A run goes backwards through the table once, to learn which rectangle of every plane the
 * output depends on, and then forwards, computing just those.  A convolution finds the
 * cell of border that it needs already in its input: the neighbouring cells within the
 * plane, and reflected ones where the plane ends.  So the kernels know of no borders. */
#include "convnet.h"
#include "error.h"
#include "simd.h"

#include <string.h>

/* How many cells of border the layers want around their input. */
static const int border[] = {
  [SCUMBLE_LAYER_CONV3] = 1,
  [SCUMBLE_LAYER_POOL2] = 0,
  [SCUMBLE_LAYER_UP2]   = 0,
};

typedef struct
{
  const ScumbleLayer *layer;
  ScumbleConv         conv;
  int                 c_in;
  int                 c_out;
} Step;

/* What is computed of one plane. */
typedef struct
{
  ScumbleRect rect;
  int         w; /* of the whole plane */
  int         h;
} Extent;

struct _ScumbleConvnet
{
  guint n;
  Step *steps;
};

static gboolean
misfit (const ScumbleSafetensors *file, const char *name, const int *shape, int c_in,
        GError **error)
{
  g_set_error (error, SCUMBLE_ERROR, SCUMBLE_ERROR_MODEL,
               "The model file \"%s\" does not fit the network: tensor \"%s\" has shape "
               "[%d, %d, %d, %d] where [any, %d, 3, 3] is needed.",
               scumble_safetensors_path (file), name, shape[0], shape[1], shape[2], shape[3],
               c_in);
  return FALSE;
}

static gboolean
load_conv (Step *step, const ScumbleSimd *simd, const ScumbleSafetensors *file,
           const char *prefix, GError **error)
{
  g_autofree char  *weight_name = g_strdup_printf ("%s.%s.weight", prefix, step->layer->name);
  g_autofree char  *bias_name   = g_strdup_printf ("%s.%s.bias", prefix, step->layer->name);
  g_autofree float *weights     = NULL;
  g_autofree float *bias        = NULL;
  int               shape[4];

  if (!scumble_safetensors_shape (file, weight_name, 4, shape, error))
    return FALSE;
  if (shape[1] != step->c_in || shape[2] != 3 || shape[3] != 3)
    return misfit (file, weight_name, shape, step->c_in, error);

  step->c_out = shape[0];
  weights     = scumble_safetensors_floats (file, weight_name,
                                            9 * (gsize) shape[0] * (gsize) shape[1], error);
  bias        = scumble_safetensors_floats (file, bias_name, (gsize) shape[0], error);
  if (weights == NULL || bias == NULL)
    return FALSE;

  scumble_conv_init (&step->conv, simd, step->c_in, step->c_out, step->layer->relu, weights,
                     bias);
  return TRUE;
}

ScumbleConvnet *
scumble_convnet_new (const ScumbleLayer *layers, guint n, const ScumbleSafetensors *file,
                     const char *prefix, int c_in, GError **error)
{
  g_autoptr (ScumbleConvnet) net = g_new0 (ScumbleConvnet, 1);
  int                        c   = c_in;

  net->n     = n;
  net->steps = g_new0 (Step, n);

  for (guint i = 0; i < n; i++)
    {
      Step *step = &net->steps[i];

      step->layer = &layers[i];
      step->c_in  = c;
      step->c_out = c;
      if (layers[i].kind == SCUMBLE_LAYER_CONV3 && 
          !load_conv (step, scumble_simd_best (), file, prefix, error))
        return NULL;
      c = step->c_out;
    }

  return g_steal_pointer (&net);
}

void
scumble_convnet_free (ScumbleConvnet *net)
{
  if (net == NULL)
    return;

  for (guint i = 0; i < net->n; i++)
    scumble_conv_clear (&net->steps[i].conv);
  g_free (net->steps);
  g_free (net);
}

int
scumble_convnet_channels (const ScumbleConvnet *net)
{
  return net->steps[net->n - 1].c_out;
}

static int
plane_after (ScumbleLayerKind kind, int cells)
{
  switch (kind)
    {
    case SCUMBLE_LAYER_POOL2:
      return (cells + 1) / 2;
    case SCUMBLE_LAYER_UP2:
      return 2 * cells;
    case SCUMBLE_LAYER_CONV3:
      return cells;
    }

  g_return_val_if_reached (cells);
}

/* The input cells that the output cells @out depend on; may stick out of the plane. */
static ScumbleRect
rect_before (ScumbleLayerKind kind, ScumbleRect out)
{
  const int x1 = out.x + out.w, y1 = out.y + out.h;

  switch (kind)
    {
    case SCUMBLE_LAYER_POOL2:
      return (ScumbleRect) { 2 * out.x, 2 * out.y, 2 * out.w, 2 * out.h };
    case SCUMBLE_LAYER_UP2:
      return (ScumbleRect) { out.x / 2, out.y / 2, (x1 + 1) / 2 - out.x / 2,
                             (y1 + 1) / 2 - out.y / 2 };
    case SCUMBLE_LAYER_CONV3:
      return scumble_rect_grow (out, 1);
    }

  g_return_val_if_reached (out);
}

/* Fills @extents, one more than there are layers, from the planes' sizes and @out. */
static void
walk (const ScumbleConvnet *net, int plane_w, int plane_h, ScumbleRect out, Extent *extents)
{
  extents[0].w = plane_w;
  extents[0].h = plane_h;
  for (guint i = 0; i < net->n; i++)
    {
      extents[i + 1].w = plane_after (net->steps[i].layer->kind, extents[i].w);
      extents[i + 1].h = plane_after (net->steps[i].layer->kind, extents[i].h);
    }

  extents[net->n].rect = out;
  for (guint i = net->n; i-- > 0;)
    {
      const ScumbleRect plane = { 0, 0, extents[i].w, extents[i].h };

      extents[i].rect = scumble_rect_intersect (
        rect_before (net->steps[i].layer->kind, extents[i + 1].rect), plane);
    }
}

ScumbleRect
scumble_convnet_reach (const ScumbleConvnet *net, int plane_w, int plane_h, ScumbleRect out)
{
  g_autofree Extent *extents = g_new (Extent, net->n + 1);

  walk (net, plane_w, plane_h, out, extents);
  return extents[0].rect;
}

/* Where layer @i's input lies, border included. */
static ScumbleRect
input_rect (const ScumbleConvnet *net, guint i, const Extent *extents)
{
  const int n = border[net->steps[i].layer->kind];

  return n > 0 ? scumble_rect_grow (extents[i + 1].rect, n) : extents[i].rect;
}

static gsize
tensor_bytes (ScumbleRect rect, int c)
{
  return ((gsize) rect.w * (gsize) rect.h * (gsize) c * sizeof (float) + 63) / 64 * 64;
}

/* The layers' inputs lie in two buffers in turn; the third is the kernels' own. */
enum { SCRATCH = 2, BUFFERS = 3 };

static void
buffer_sizes (const ScumbleConvnet *net, const Extent *extents, int threads,
              gsize sizes[BUFFERS])
{
  memset (sizes, 0, BUFFERS * sizeof *sizes);
  for (guint i = 0; i < net->n; i++)
    {
      const Step *step    = &net->steps[i];
      const gsize bytes   = tensor_bytes (input_rect (net, i, extents), step->c_in);
      const gsize scratch = step->layer->kind == SCUMBLE_LAYER_CONV3
                              ? scumble_conv_scratch (&step->conv, threads) : 0;

      sizes[i % 2]   = MAX (sizes[i % 2], bytes);
      sizes[SCRATCH] = MAX (sizes[SCRATCH], scratch);
    }
}

gsize
scumble_convnet_room (const ScumbleConvnet *net, int w, int h, int threads)
{
  /* Far from any border, and odd, so that upsampling reaches for most. */
  enum { FAR = 1 << 18, PLANE = 1 << 24 };
  const ScumbleRect  out     = { FAR + 1, FAR + 1, w, h };
  g_autofree Extent *extents = g_new (Extent, net->n + 1);
  gsize              sizes[BUFFERS];

  walk (net, 1 << 26, 1 << 26, out, extents);
  buffer_sizes (net, extents, threads, sizes);

  return sizes[0] + sizes[1] + sizes[SCRATCH];
}

static int
reflect (int i, int n)
{
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* Fills the cells of @tensor, which lies at @at, that are outside of the plane. */
static void
reflect_border (const ScumbleTensor *tensor, ScumbleRect at, const Extent *extent)
{
  const ScumbleRect in   = extent->rect;
  const gsize       cell = (gsize) tensor->c * sizeof (float);

  for (int y = in.y; y < in.y + in.h; y++)
    for (int x = at.x; x < at.x + at.w; x++)
      if (x < 0 || x >= extent->w)
        memcpy (scumble_tensor_at (tensor, y - at.y, x - at.x),
                scumble_tensor_at (tensor, y - at.y, reflect (x, extent->w) - at.x), cell);

  for (int y = at.y; y < at.y + at.h; y++)
    if (y < 0 || y >= extent->h)
      memcpy (scumble_tensor_at (tensor, y - at.y, 0),
              scumble_tensor_at (tensor, reflect (y, extent->h) - at.y, 0),
              cell * (gsize) at.w);
}

static void
run_step (const Step *step, const ScumbleTensor *x, const Extent *from, const Extent *to,
          const ScumbleTensor *y, float *scratch, int threads)
{
  switch (step->layer->kind)
    {
    case SCUMBLE_LAYER_CONV3:
      scumble_conv3x3 (&step->conv, x, y, scratch, threads);
      break;
    case SCUMBLE_LAYER_POOL2:
      scumble_pool2 (x, y, threads);
      break;
    case SCUMBLE_LAYER_UP2:
      scumble_up2 (x, to->rect.y - 2 * from->rect.y, to->rect.x - 2 * from->rect.x, y,
                   threads);
      break;
    }
}

/* Computes the input of layer @i, or the output of the last layer for i = n, into @y. */
static void
run_to (const ScumbleConvnet *net, guint i, const ScumbleRegion *in, const ScumbleTensor *x,
        const Extent *extents, const ScumbleTensor *y, float *scratch, int threads)
{
  const ScumbleRect r = extents[i].rect;

  if (i > 0)
    {
      run_step (&net->steps[i - 1], x, &extents[i - 1], &extents[i], y, scratch, threads);
    }
  else
    {
      const ScumbleTensor given = scumble_tensor_view (&in->tensor, r.y - in->rect.y,
                                                       r.x - in->rect.x, r.h, r.w);

      scumble_copy (&given, y);
    }
}

static gboolean
run_steps (const ScumbleConvnet *net, const ScumbleRegion *in, const ScumbleTensor *out,
           const Extent *extents, float *const buffers[BUFFERS], const ScumbleJob *job,
           GError **error)
{
  ScumbleTensor x = { NULL };

  for (guint i = 0; i < net->n; i++)
    {
      const ScumbleRect   r    = extents[i].rect;
      const ScumbleRect   at   = input_rect (net, i, extents);
      const int           c    = net->steps[i].c_in;
      const ScumbleTensor y    = { buffers[i % 2], at.h, at.w, c, (gsize) at.w * (gsize) c };
      const ScumbleTensor core = scumble_tensor_view (&y, r.y - at.y, r.x - at.x, r.h, r.w);

      if (!scumble_job_go_on (job, error))
        return FALSE;

      run_to (net, i, in, &x, extents, &core, buffers[SCRATCH], job->threads);
      reflect_border (&y, at, &extents[i]);
      x = y;
    }

  run_to (net, net->n, in, &x, extents, out, buffers[SCRATCH], job->threads);
  return TRUE;
}

gboolean
scumble_convnet_run (const ScumbleConvnet *net, const ScumbleRegion *in, ScumbleRegion *out,
                     const ScumbleJob *job, GError **error)
{
  g_autofree Extent *extents = g_new (Extent, net->n + 1);
  const gsize        mark    = scumble_arena_mark (job->arena);
  float             *buffers[BUFFERS] = { NULL };
  gsize              sizes[BUFFERS];
  gboolean           done = TRUE;

  walk (net, in->plane_w, in->plane_h, out->rect, extents);
  g_return_val_if_fail (scumble_rect_contains (in->rect, extents[0].rect), FALSE);

  out->plane_w = extents[net->n].w;
  out->plane_h = extents[net->n].h;
  buffer_sizes (net, extents, job->threads, sizes);
  for (int i = 0; i < BUFFERS && done; i++)
    {
      buffers[i] = scumble_arena_take (job->arena, sizes[i], error);
      done       = buffers[i] != NULL;
    }
  done = done && run_steps (net, in, &out->tensor, extents, buffers, job, error);
  scumble_arena_release (job->arena, mark);

  return done;
}
