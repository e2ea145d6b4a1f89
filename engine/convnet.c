/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "convnet-private.h"
#include "error.h"
#include "mark.h"
#include "simd.h"

/* No network is as wide; sizes that are products of two widths stay far below an int's limit. */
enum { MAX_WIDTH = 4096 };

int
scumble_convnet_width (const ScumbleSafetensors *file, const char *weight, int c_in,
                       GError **error)
{
  int shape[4];

  if (!scumble_safetensors_shape (file, weight, 4, shape, error))
    return 0;
  if (shape[0] <= MAX_WIDTH && shape[1] == c_in && shape[2] == 3 && shape[3] == 3)
    return shape[0];

  scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                     N_("The model file \"%s\" does not fit the network: tensor \"%s\" "
                        "has shape [%d, %d, %d, %d] where [at most %d, %d, 3, 3] is needed."),
                     scumble_safetensors_path (file), weight, shape[0], shape[1], shape[2],
                     shape[3], MAX_WIDTH, c_in);
  return 0;
}

static gboolean
load_conv (ScumbleStep *step, const ScumbleLayer *layer, const ScumbleSafetensors *file,
           const char *prefix, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s.%s.weight", prefix, layer->name);

  step->c_out = scumble_convnet_width (file, name, step->c_in, error);
  step->conv  = (ScumbleConv) { .form  = SCUMBLE_CONV_PLAIN,
                                .c_in  = step->c_in,
                                .c_out = step->c_out,
                                .relu  = layer->relu,
                                .simd  = scumble_simd_best () };
  return step->c_out > 0;
}

static gboolean
load_weights (ScumbleStep *step, const ScumbleLayer *layer, const ScumbleSafetensors *file,
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

  scumble_conv_init (&step->conv, weights, bias, 1);
  return TRUE;
}

/* Makes one step of the layers from @i on, and tells how many it took. */
static guint
load_step (ScumbleStep *step, const ScumbleLayer *layers, guint i, guint n,
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

  net->steps = g_new0 (ScumbleStep, n);
  for (guint i = 0; i < n;)
    {
      ScumbleStep *step = &net->steps[net->n++];
      guint        taken;

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

static int
plane_after (const ScumbleStep *step, int cells)
{
  return scumble_step_halves (step)    ? (cells + 1) / 2
         : scumble_step_doubles (step) ? 2 * cells : cells;
}

/* The cells of the input plane that lie where the output cells @out do. */
static ScumbleRect
rect_before (const ScumbleStep *step, ScumbleRect out, ScumbleRect plane)
{
  const ScumbleRect twice = { 2 * out.x, 2 * out.y, 2 * out.w, 2 * out.h };

  if (scumble_step_halves (step))
    return scumble_rect_intersect (twice, plane);
  if (scumble_step_doubles (step))
    return scumble_rect_halved (out);

  return out;
}

void
scumble_convnet_walk (const ScumbleConvnet *net, int plane_w, int plane_h, ScumbleRect out,
                      ScumbleExtent *extents)
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
      const ScumbleStep *step  = &net->steps[i];
      const ScumbleRect  plane = { 0, 0, extents[i].w, extents[i].h };
      const ScumbleRect  under = rect_before (step, extents[i + 1].rect, plane);

      extents[i].at   = scumble_rect_grow (under, scumble_step_border (step));
      extents[i].rect = scumble_rect_intersect (extents[i].at, plane);
    }
}

ScumbleRect
scumble_convnet_reach (const ScumbleConvnet *net, int plane_w, int plane_h, ScumbleRect out)
{
  g_autofree ScumbleExtent *extents = g_new (ScumbleExtent, net->n + 1);

  scumble_convnet_walk (net, plane_w, plane_h, out, extents);
  return extents[0].rect;
}

int
scumble_convnet_positions (const ScumbleConvnet *net)
{
  int n = 1;

  for (guint i = 0; i < net->n; i++)
    n *= scumble_step_doubles (&net->steps[i]) ? 2 : 1;

  return n;
}

void
scumble_convnet_walk_inside (const ScumbleConvnet *net, int x, int y, int w, int h,
                             ScumbleExtent *extents)
{
  enum { FAR = 1 << 18, PLANE = 1 << 24 };

  scumble_convnet_walk (net, PLANE, PLANE, (ScumbleRect) { FAR + x, FAR + y, w, h }, extents);
}

void
scumble_convnet_reach_most (const ScumbleConvnet *net, int w, int h, int *in_w, int *in_h)
{
  g_autofree ScumbleExtent *extents = g_new (ScumbleExtent, net->n + 1);
  const int                 n       = scumble_convnet_positions (net);

  *in_w = *in_h = 0;
  for (int i = 0; i < n; i++)
    {
      scumble_convnet_walk_inside (net, i, i, w, h, extents);
      *in_w = MAX (*in_w, extents[0].rect.w);
      *in_h = MAX (*in_h, extents[0].rect.h);
    }
}

double
scumble_convnet_work (const ScumbleConvnet *net, int plane_w, int plane_h, ScumbleRect out)
{
  g_autofree ScumbleExtent *extents = g_new (ScumbleExtent, net->n + 1);
  double                    work    = 0.0;

  scumble_convnet_walk (net, plane_w, plane_h, out, extents);
  for (guint i = 0; i < net->n; i++)
    {
      const ScumbleStep *step  = &net->steps[i];
      const gboolean     up    = scumble_step_doubles (step);
      const ScumbleRect  made  = up ? extents[i + 1].rect : extents[i].at;
      const int          frame = up ? 0 : 2 * scumble_step_border (step);

      if (step->kind == SCUMBLE_LAYER_CONV3)
        work += 9.0 * step->c_in * step->c_out * (made.w - frame) * (made.h - frame);
    }

  return work;
}
