/* SPDX-License-Identifier: GPL-3.0-or-later */

/* AdaIN: Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance
 * Normalization", ICCV 2017.
 *
 *     content -> encoder -> f [h/8, w/8, c], mean and deviation of the whole picture
 *     style   -> encoder -> mean, deviation and largest value
 *     t = min (min (std(s) / std(c), 4) (f - mean(c)) + mean(s), largest(s))
 *     strength t + (1 - strength) f -> decoder -> pixels
 *
 * The two minima are not in the paper. What is rare in a photograph and strong in a painting,
 * a patch of red, came to thirty deviations more than anything in the painting itself, and
 * burnt: decoders are trained on less. And a channel that is silent in a photograph was
 * amplified eight hundred times; its noise became clouds.
 *
 * A decoder may have skip connections, which the paper's has not: features of relu3_1,
 * relu2_1 and relu1_1, given the style's statistics likewise, join it at their levels. So
 * outlines need not come back from cells of eight pixels, and the style tells its colours and
 * contrasts as well as its shapes.
 *
 * Space enters through the statistics of the whole picture alone, so any rectangle can be
 * rendered exactly from the parts of the planes that it depends on. */
#include "model-private.h"
#include "decoder.h"
#include "mark.h"
#include "proxy.h"
#include "vgg.h"

typedef struct
{
  ScumblePicture     picture;
  ScumblePlanes      planes;
  ScumbleStatistics *own;
} Content;

static void
adain_close (gpointer data)
{
  scumble_decoder_clear (data);
  g_free (data);
}

static gpointer
adain_open (const ScumbleSafetensors *file, const ScumbleSafetensors *encoder_file,
            const ScumbleConvnet *encoder, GError **error)
{
  ScumbleDecoder *net = g_new0 (ScumbleDecoder, 1);

  if (!scumble_decoder_init (net, file, encoder, 0, error))
    {
      adain_close (net);
      return NULL;
    }

  return net;
}

static gboolean
encode (ScumblePicture *picture, ScumblePlanes *planes, ScumbleModel *model,
        ScumbleSource *source, ScumbleKeep keep, const ScumbleJob *job, GError **error)
{
  return scumble_picture_init (picture, source, SCUMBLE_VGG_STRIDE, job, error) &&
         scumble_planes_encode (planes, model->net, picture, keep, job, error);
}

/* Of all taps. */
static ScumbleStatistics *
get_statistics (const ScumbleModel *model, const ScumblePlanes *planes)
{
  return scumble_statistics_new (model->net, planes);
}

static void
adain_style_free (gpointer data)
{
  scumble_statistics_free (data);
}

static gpointer
adain_mix (const ScumbleModel *model, const gconstpointer *styles, const float *weights,
           guint n)
{
  return scumble_statistics_mix ((const ScumbleStatistics *const *) styles, weights, n,
                                 ((const ScumbleDecoder *) model->net)->c);
}

static void
adain_save (const ScumbleModel *model, gconstpointer data, ScumbleSafetensorsWriter *writer)
{
  scumble_statistics_save (data, ((const ScumbleDecoder *) model->net)->c, writer);
}

static gpointer
adain_load (const ScumbleModel *model, const ScumbleSafetensors *file, GError **error)
{
  return scumble_statistics_load (file, ((const ScumbleDecoder *) model->net)->c, error);
}

static gpointer
adain_encode (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  ScumblePicture     picture = { .source = NULL };
  ScumblePlanes      planes  = { .n = 0 };
  ScumbleStatistics *style   = NULL;

  if (encode (&picture, &planes, model, source, SCUMBLE_KEEP_NOTHING, job, error))
    style = get_statistics (model, &planes);
  scumble_planes_clear (&planes);
  scumble_picture_clear (&picture);

  return style;
}

static void
adain_content_free (gpointer data)
{
  Content *content = data;

  scumble_planes_clear (&content->planes);
  scumble_picture_clear (&content->picture);
  if (content->own != NULL)
    scumble_statistics_free (content->own);
  g_free (content);
}

static gpointer
adain_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
              GError **error)
{
  Content *content = g_new0 (Content, 1);

  if (!encode (&content->picture, &content->planes, model, source, SCUMBLE_KEEP_AS_FITS, job,
               error))
    {
      adain_content_free (content);
      return NULL;
    }
  content->own = get_statistics (model, &content->planes);

  return content;
}

static const ScumbleStatistics *
statistics (gconstpointer style)
{
  return style;
}

static ScumbleDecoding
decoding_of (const ScumbleContent *handle, const ScumbleLook *look)
{
  const Content *content = handle->data;

  return (ScumbleDecoding) { .decoder    = handle->model->net,
                             .content    = handle,
                             .planes     = &content->planes,
                             .own        = content->own,
                             .look       = look,
                             .statistics = statistics };
}

/* Planes -> blend -> decoder -> [rect.h, rect.w, 3] */
static gboolean
adain_render (ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect,
              float *rgb, const ScumbleJob *job, GError **error)
{
  const ScumbleDecoding decoding = decoding_of (handle, look);

  return scumble_decoding_paint (&decoding, rect, rgb, job, error);
}

static gsize
adain_room (const ScumbleContent *handle, const ScumbleLook *look, int w, int h,
            int threads)
{
  const ScumbleDecoding decoding = decoding_of (handle, look);

  return scumble_decoding_room (&decoding, w, h, threads);
}

static double
adain_work (const ScumbleContent *handle, const ScumbleLook *look, const ScumbleRect *rect)
{
  const ScumbleDecoding decoding = decoding_of (handle, look);

  return scumble_decoding_work (&decoding, rect);
}

const ScumbleMethod scumble_method_adain = {
  .id           = "adain",
  .title        = N_("AdaIN"),
  .blurb        = N_("Takes on the painting's colours and contrasts. The quickest to "
                     "answer, and steady on any picture."),
  .sees         = SCUMBLE_VGG_RELU4_1,
  .open         = adain_open,
  .close        = adain_close,
  .encode       = adain_encode,
  .style_free   = adain_style_free,
  .style_fits   = scumble_proxy_megapixel,
  .mix          = adain_mix,
  .save         = adain_save,
  .load         = adain_load,
  .survey       = adain_survey,
  .content_free = adain_content_free,
  .render       = adain_render,
  .room         = adain_room,
  .work         = adain_work,
};
