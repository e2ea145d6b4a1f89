/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames.h"
#include "layers.h"
#include "leftovers.h"
#include "masks.h"

#include <glib/gi18n-lib.h>

/* A mask for all frames, and what it is made of. */
typedef struct
{
  ScumbleMask  mask;
  ScumbleMask *whole;
  GPtrArray   *parts;
} FramesMask;

static gboolean
check_image (gint32 image, const GArray *layers, GError **error)
{
  if (gimp_image_get_floating_sel (image) != -1)
    g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                         _("The image has a floating selection. Anchor it or turn it "
                           "into a layer first, with Layer > Anchor Layer or Layer > To "
                           "New Layer."));
  else if (layers->len == 0)
    g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                         _("The image has no layer to paint. Add one first."));
  else
    return TRUE;

  return FALSE;
}

static ScumbleReelFrame
frame_of (const ScumbleFrames *self, guint i)
{
  ScumbleDrawableSource *source = g_ptr_array_index (self->sources, i);
  ScumbleDrawableSink   *sink   = g_ptr_array_index (self->sinks, i);
  ScumbleReelFrame       frame  = { &source->source, &sink->sink, 0, 0 };

  gimp_drawable_offsets (g_array_index (self->layers, gint32, i), &frame.x, &frame.y);

  return frame;
}

static gboolean
add_frame (ScumbleFrames *self, gint32 layer, GError **error)
{
  const GeglRectangle    area   = { 0, 0, gimp_drawable_width (layer),
                                    gimp_drawable_height (layer) };
  ScumbleDrawableSource *source = scumble_drawable_source_new (layer, &area, TRUE, error);
  ScumbleDrawableSink   *sink;

  if (source == NULL)
    return FALSE;
  g_ptr_array_add (self->sources, source);

  sink = scumble_drawable_sink_new (source, error);
  if (sink == NULL)
    return FALSE;
  g_ptr_array_add (self->sinks, sink);

  return TRUE;
}

gboolean
scumble_frames_init (ScumbleFrames *self, gint32 image, GError **error)
{
  g_autofree ScumbleReelFrame *frames = NULL;

  *self = (ScumbleFrames) {
    .image   = image,
    .layers  = scumble_layers_of (image),
    .sources = g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_drawable_source_free),
    .sinks   = g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_drawable_sink_free),
  };
  if (!check_image (image, self->layers, error))
    return FALSE;

  for (guint i = 0; i < self->layers->len; i++)
    if (!add_frame (self, g_array_index (self->layers, gint32, i), error))
      return FALSE;

  frames = g_new (ScumbleReelFrame, self->layers->len);
  for (guint i = 0; i < self->layers->len; i++)
    frames[i] = frame_of (self, i);
  self->reel = scumble_reel_new (frames, self->layers->len);

  return TRUE;
}

void
scumble_frames_clear (ScumbleFrames *self)
{
  g_clear_pointer (&self->reel, scumble_reel_free);
  g_clear_pointer (&self->sinks, g_ptr_array_unref);
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  g_clear_pointer (&self->layers, g_array_unref);
}

static gboolean
mask_read (ScumbleMask *mask, const ScumbleRect *rect, float *weights, GError **error)
{
  ScumbleMask *whole = ((FramesMask *) mask)->whole;

  return whole->read (whole, rect, weights, error);
}

ScumbleMask *
scumble_frames_mask_new (const ScumbleFrames *self, gint32 item, GError **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (
    (GDestroyNotify) scumble_mask_free);
  FramesMask           *mask;

  for (guint i = 0; i < self->layers->len; i++)
    {
      const ScumbleDrawableSource *source = g_ptr_array_index (self->sources, i);
      const ScumbleTarget          target = { .image    = self->image,
                                              .drawable = g_array_index (self->layers, gint32, i),
                                              .area     = source->area };
      ScumbleMask                 *part   = scumble_mask_new (item, &target, error);

      if (part == NULL)
        return NULL;
      g_ptr_array_add (parts, part);
    }

  mask        = g_new0 (FramesMask, 1);
  mask->whole = scumble_reel_mask_new (self->reel, (ScumbleMask *const *) parts->pdata);
  mask->mask  = (ScumbleMask) { mask->whole->width, mask->whole->height, mask_read };
  mask->parts = g_steal_pointer (&parts);

  return &mask->mask;
}

void
scumble_frames_mask_free (ScumbleMask *mask)
{
  FramesMask *self = (FramesMask *) mask;

  if (self == NULL)
    return;

  scumble_reel_mask_free (self->whole);
  g_ptr_array_unref (self->parts);
  g_free (self);
}

/* The layers of a copy of the image that fit the frames; NULL if they do not, because the image
 * has been changed meanwhile. */
static GArray *
find_copies (const ScumbleFrames *self, gint32 copy)
{
  g_autoptr (GArray) copies = scumble_layers_of (copy);

  if (copies->len != self->layers->len)
    return NULL;

  for (guint i = 0; i < copies->len; i++)
    {
      const ScumbleDrawableSource *source = g_ptr_array_index (self->sources, i);
      const gint32                 layer  = g_array_index (copies, gint32, i);

      if (gimp_drawable_width (layer) != source->area.width ||
          gimp_drawable_height (layer) != source->area.height)
        return NULL;
    }

  return g_steal_pointer (&copies);
}

gint32
scumble_frames_output (const ScumbleFrames *self, GError **error)
{
  const gint32       image  = gimp_image_is_valid (self->image)
                              ? scumble_leftovers_duplicate (self->image) : -1;
  g_autoptr (GArray) copies = image == -1 ? NULL : find_copies (self, image);

  if (copies == NULL)
    {
      if (image != -1)
        gimp_image_delete (image);
      g_set_error_literal (error, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE,
                           _("The image was closed, or got other layers, before its frames "
                             "were ready."));
      return -1;
    }

  gimp_image_undo_disable (image);
  if (gimp_image_base_type (image) == GIMP_INDEXED)
    gimp_image_convert_rgb (image);
  for (guint i = 0; i < copies->len; i++)
    scumble_drawable_fill (
      g_array_index (copies, gint32, i),
      ((ScumbleDrawableSink *) g_ptr_array_index (self->sinks, i))->buffer, NULL);
  gimp_image_undo_enable (image);

  return image;
}
