/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A run goes backwards through the steps once, to learn which rectangle of every plane the
 * output depends on, and then forwards, computing just those.  A convolution finds the
 * cell of border that it needs already in its input: the neighbouring cells within the
 * plane, and reflected ones where the plane ends.  So the kernels know of no borders. */
#include "convnet.h"
#include "error.h"
#include "mark.h"
#include "simd.h"

#include <string.h>

/* A layer, or a convolution and the resampling beside it in one pass. */
typedef struct
{
  ScumbleLayerKind kind;
  ScumbleConv      conv; /* of a convolution */
  int              c_in;
  int              c_out;
  guint            row;  /* of the table, where it begins */
} Step;

/* What is computed of one plane. */
typedef struct
{
  ScumbleRect rect;
  ScumbleRect at; /* with the border that the next step wants around it */
  int         w;  /* of the whole plane */
  int         h;
} Extent;

struct _ScumbleConvnet
{
  guint    n;
  Step    *steps;
  gboolean part; /* of another network, which owns the steps */
};

static gboolean
misfit (const ScumbleSafetensors *file, const char *name, const int *shape, int c_in,
        GError **error)
{
  scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                     N_("The model file \"%s\" does not fit the network: tensor \"%s\" "
                        "has shape [%d, %d, %d, %d] where [any, %d, 3, 3] is needed."),
                     scumble_safetensors_path (file), name, shape[0], shape[1], shape[2],
                     shape[3], c_in);
  return FALSE;
}

static gboolean
load_conv (Step *step, const ScumbleLayer *layer, const ScumbleSafetensors *file,
           const char *prefix, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s.%s.weight", prefix, layer->name);
  int              shape[4];

  if (!scumble_safetensors_shape (file, name, 4, shape, error))
    return FALSE;
  if (shape[1] != step->c_in || shape[2] != 3 || shape[3] != 3)
    return misfit (file, name, shape, step->c_in, error);

  step->c_out = shape[0];
  step->conv  = (ScumbleConv) { .form  = SCUMBLE_CONV_PLAIN,
                                .c_in  = step->c_in,
                                .c_out = step->c_out,
                                .relu  = layer->relu,
                                .simd  = scumble_simd_best () };
  return TRUE;
}

static gboolean
load_weights (Step *step, const ScumbleLayer *layer, const ScumbleSafetensors *file,
              const char *prefix, GError **error)
{
  g_autofree char  *weight_name = g_strdup_printf ("%s.%s.weight", prefix, layer->name);
  g_autofree char  *bias_name   = g_strdup_printf ("%s.%s.bias", prefix, layer->name);
  const gsize       c_in = (gsize) step->c_in, c_out = (gsize) step->c_out;
  g_autofree float *weights     = scumble_safetensors_floats (file, weight_name,
                                                              9 * c_in * c_out, error);
  g_autofree float *bias        = NULL;

  if (weights == NULL)
    return FALSE;
  bias = scumble_safetensors_floats (file, bias_name, c_out, error);
  if (bias == NULL)
    return FALSE;

  scumble_conv_init (&step->conv, weights, bias);
  return TRUE;
}

/* Makes one step of the layers from @i on, and tells how many it took. */
static guint
load_step (Step *step, const ScumbleLayer *layers, guint i, guint n,
           const ScumbleSafetensors *file, const char *prefix, GError **error)
{
  const gboolean up   = layers[i].kind == SCUMBLE_LAYER_UP2 && i + 1 < n &&
                        layers[i + 1].kind == SCUMBLE_LAYER_CONV3;
  const guint    at   = up ? i + 1 : i;
  const gboolean pool = !up && at + 1 < n && layers[at + 1].kind == SCUMBLE_LAYER_POOL2;

  step->kind  = layers[i].kind;
  step->c_out = step->c_in;
  if (layers[at].kind != SCUMBLE_LAYER_CONV3)
    return 1;

  if (!load_conv (step, &layers[at], file, prefix, error))
    return 0;
  if ((up || pool) && scumble_conv_fuses (step->c_in, step->c_out))
    {
      step->kind      = SCUMBLE_LAYER_CONV3;
      step->conv.form = up ? SCUMBLE_CONV_UP : SCUMBLE_CONV_POOL;
      return load_weights (step, &layers[at], file, prefix, error) ? 2 : 0;
    }
  if (up)
    {
      step->c_out = step->c_in;
      return 1;
    }

  return load_weights (step, &layers[at], file, prefix, error) ? 1 : 0;
}

ScumbleConvnet *
scumble_convnet_new (const ScumbleLayer *layers, guint n, const ScumbleSafetensors *file,
                     const char *prefix, int c_in, GError **error)
{
  g_autoptr (ScumbleConvnet) net = g_new0 (ScumbleConvnet, 1);
  int                        c   = c_in;

  net->steps = g_new0 (Step, n);
  for (guint i = 0; i < n;)
    {
      Step       *step  = &net->steps[net->n++];
      guint       taken;

      step->c_in = c;
      step->row  = i;
      taken      = load_step (step, layers, i, n, file, prefix, error);
      if (taken == 0)
        return NULL;
      i += taken;
      c  = step->c_out;
    }

  return g_steal_pointer (&net);
}

void
scumble_convnet_free (ScumbleConvnet *net)
{
  if (net == NULL)
    return;

  if (!net->part)
    {
      for (guint i = 0; i < net->n; i++)
        scumble_conv_clear (&net->steps[i].conv);
      g_free (net->steps);
    }
  g_free (net);
}

/* The step that begins at a row of the table, or the number of steps. */
static guint
step_at (const ScumbleConvnet *net, guint row)
{
  guint i = 0;

  while (i < net->n && net->steps[i].row < row)
    i++;

  return i;
}

ScumbleConvnet *
scumble_convnet_part (const ScumbleConvnet *net, guint from, guint to)
{
  const guint     first = step_at (net, from), last = step_at (net, to);
  ScumbleConvnet *part;

  g_return_val_if_fail (first < last, NULL);

  part  = g_new (ScumbleConvnet, 1);
  *part = (ScumbleConvnet) { last - first, net->steps + first, TRUE };

  return part;
}

int
scumble_convnet_channels (const ScumbleConvnet *net)
{
  return net->steps[net->n - 1].c_out;
}

static gboolean
halves (const Step *step)
{
  return step->kind == SCUMBLE_LAYER_POOL2 || step->conv.form == SCUMBLE_CONV_POOL;
}

static gboolean
doubles (const Step *step)
{
  return step->kind == SCUMBLE_LAYER_UP2 || step->conv.form == SCUMBLE_CONV_UP;
}

/* How many cells of border a step wants around its input. */
static int
border (const Step *step)
{
  return step->kind == SCUMBLE_LAYER_CONV3 ? 1 : 0;
}

static int
plane_after (const Step *step, int cells)
{
  return halves (step) ? (cells + 1) / 2 : doubles (step) ? 2 * cells : cells;
}

/* The cells of the input plane that lie where the output cells @out do. */
static ScumbleRect
rect_before (const Step *step, ScumbleRect out, ScumbleRect plane)
{
  const ScumbleRect twice = { 2 * out.x, 2 * out.y, 2 * out.w, 2 * out.h };
  const int         x1    = (out.x + out.w + 1) / 2, y1 = (out.y + out.h + 1) / 2;

  if (halves (step))
    return scumble_rect_intersect (twice, plane);
  if (doubles (step))
    return (ScumbleRect) { out.x / 2, out.y / 2, x1 - out.x / 2, y1 - out.y / 2 };

  return out;
}

/* Fills @extents, one more than there are steps, from the planes' sizes and @out. */
static void
walk (const ScumbleConvnet *net, int plane_w, int plane_h, ScumbleRect out, Extent *extents)
{
  extents[0].w = plane_w;
  extents[0].h = plane_h;
  for (guint i = 0; i < net->n; i++)
    {
      extents[i + 1].w = plane_after (&net->steps[i], extents[i].w);
      extents[i + 1].h = plane_after (&net->steps[i], extents[i].h);
    }

  extents[net->n].rect = out;
  for (guint i = net->n; i-- > 0;)
    {
      const Step       *step  = &net->steps[i];
      const ScumbleRect plane = { 0, 0, extents[i].w, extents[i].h };
      const ScumbleRect under = rect_before (step, extents[i + 1].rect, plane);

      extents[i].at   = scumble_rect_grow (under, border (step));
      extents[i].rect = scumble_rect_intersect (extents[i].at, plane);
    }
}

ScumbleRect
scumble_convnet_reach (const ScumbleConvnet *net, int plane_w, int plane_h, ScumbleRect out)
{
  g_autofree Extent *extents = g_new (Extent, net->n + 1);

  walk (net, plane_w, plane_h, out, extents);
  return extents[0].rect;
}

static gsize
tensor_bytes (ScumbleRect rect, int c)
{
  return ((gsize) rect.w * (gsize) rect.h * (gsize) c * sizeof (float) + 63) / 64 * 64;
}

/* The steps' inputs lie in two buffers in turn; the third is the kernels' own. */
enum { SCRATCH = 2, BUFFERS = 3 };

/* Raises @sizes to what the extents need. */
static void
buffer_sizes (const ScumbleConvnet *net, const Extent *extents, int threads,
              gsize sizes[BUFFERS])
{
  for (guint i = 0; i < net->n; i++)
    {
      const Step *step    = &net->steps[i];
      const gsize bytes   = tensor_bytes (extents[i].at, step->c_in);
      const gsize scratch = step->kind == SCUMBLE_LAYER_CONV3
                              ? scumble_conv_scratch (&step->conv, threads) : 0;

      sizes[i % 2]   = MAX (sizes[i % 2], bytes);
      sizes[SCRATCH] = MAX (sizes[SCRATCH], scratch);
    }
}

/* Positions that make a difference to what a rectangle reaches: upsampling rounds outwards
 * by where it begins, every time. */
static int
n_positions (const ScumbleConvnet *net)
{
  int n = 1;

  for (guint i = 0; i < net->n; i++)
    n *= doubles (&net->steps[i]) ? 2 : 1;

  return n;
}

/* A rectangle far from any border of planes that are large enough. */
static void
walk_inside (const ScumbleConvnet *net, int x, int y, int w, int h, Extent *extents)
{
  enum { FAR = 1 << 18, PLANE = 1 << 24 };

  walk (net, PLANE, PLANE, (ScumbleRect) { FAR + x, FAR + y, w, h }, extents);
}

gsize
scumble_convnet_room (const ScumbleConvnet *net, int w, int h, int threads)
{
  g_autofree Extent *extents        = g_new (Extent, net->n + 1);
  const int          n              = n_positions (net);
  gsize              sizes[BUFFERS] = { 0 };

  for (int i = 0; i < n * n; i++)
    {
      walk_inside (net, i % n, i / n, w, h, extents);
      buffer_sizes (net, extents, threads, sizes);
    }

  return sizes[0] + sizes[1] + sizes[SCRATCH];
}

void
scumble_convnet_reach_most (const ScumbleConvnet *net, int w, int h, int *in_w, int *in_h)
{
  g_autofree Extent *extents = g_new (Extent, net->n + 1);
  const int          n       = n_positions (net);

  *in_w = *in_h = 0;
  for (int i = 0; i < n; i++)
    {
      walk_inside (net, i, i, w, h, extents);
      *in_w = MAX (*in_w, extents[0].rect.w);
      *in_h = MAX (*in_h, extents[0].rect.h);
    }
}

double
scumble_convnet_work (const ScumbleConvnet *net, int plane_w, int plane_h, ScumbleRect out)
{
  g_autofree Extent *extents = g_new (Extent, net->n + 1);
  double             work    = 0.0;

  walk (net, plane_w, plane_h, out, extents);
  for (guint i = 0; i < net->n; i++)
    {
      const Step       *step  = &net->steps[i];
      const ScumbleRect made  = doubles (step) ? extents[i + 1].rect : extents[i].at;
      const int         frame = doubles (step) ? 0 : 2 * border (step);

      if (step->kind == SCUMBLE_LAYER_CONV3)
        work += 9.0 * step->c_in * step->c_out * (made.w - frame) * (made.h - frame);
    }

  return work;
}

/* Where a plane of @n cells is continued at @i.  Upsampled, the cell at its edge is the one
 * beside the edge too, so that reflection finds it again. */
static int
reflect (int i, int n, gboolean upsampled)
{
  if (upsampled)
    return CLAMP (i, 0, n - 1);

  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

/* Fills the cells of @tensor, the input of @step, that are outside of the plane. */
static void
reflect_border (const Step *step, const ScumbleTensor *tensor, const Extent *extent)
{
  const gboolean    up   = doubles (step);
  const ScumbleRect at   = extent->at;
  const ScumbleRect in   = extent->rect;
  const gsize       cell = (gsize) tensor->c * sizeof (float);

  for (int y = in.y; y < in.y + in.h; y++)
    for (int x = at.x; x < at.x + at.w; x++)
      if (x < 0 || x >= extent->w)
        memcpy (scumble_tensor_at (tensor, y - at.y, x - at.x),
                scumble_tensor_at (tensor, y - at.y, reflect (x, extent->w, up) - at.x), cell);

  for (int y = at.y; y < at.y + at.h; y++)
    if (y < 0 || y >= extent->h)
      memcpy (scumble_tensor_at (tensor, y - at.y, 0),
              scumble_tensor_at (tensor, reflect (y, extent->h, up) - at.y, 0),
              cell * (gsize) at.w);
}

static void
run_step (const Step *step, const ScumbleTensor *x, const Extent *from, const Extent *to,
          const ScumbleTensor *y, float *scratch, int threads)
{
  const int inside = border (step);
  const int y0     = to->rect.y - 2 * (from->at.y + inside);
  const int x0     = to->rect.x - 2 * (from->at.x + inside);

  if (step->kind == SCUMBLE_LAYER_POOL2)
    scumble_pool2 (x, y, threads);
  else if (step->kind == SCUMBLE_LAYER_UP2)
    scumble_up2 (x, y0, x0, y, threads);
  else if (step->conv.form == SCUMBLE_CONV_UP)
    scumble_conv3x3_up (&step->conv, x, y0, x0, y, scratch, threads);
  else
    scumble_conv3x3 (&step->conv, x, y, scratch, threads);
}

/* Computes the input of step @i, or the output of the last step for i = n, into @y. */
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
      const ScumbleRect   at   = extents[i].at;
      const int           c    = net->steps[i].c_in;
      const ScumbleTensor y    = { buffers[i % 2], at.h, at.w, c, (gsize) at.w * (gsize) c };
      const ScumbleTensor core = scumble_tensor_view (&y, r.y - at.y, r.x - at.x, r.h, r.w);

      if (!scumble_job_go_on (job, error))
        return FALSE;

      run_to (net, i, in, &x, extents, &core, buffers[SCRATCH], job->threads);
      reflect_border (&net->steps[i], &y, &extents[i]);
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
  gsize              sizes[BUFFERS]   = { 0 };
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
