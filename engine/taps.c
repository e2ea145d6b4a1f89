/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "taps.h"
#include "gram.h"

enum { ALIGN = 16 };

void
scumble_taps_init (ScumbleTaps *taps, const ScumbleConvnet *encoder)
{
  taps->length = 0;
  for (int i = 0; i < (int) G_N_ELEMENTS (taps->parts); i++)
    {
      taps->parts[i] = scumble_vgg_part (encoder, (ScumbleVggTap) i, (ScumbleVggTap) (i + 1));
      taps->length  += 2 * scumble_convnet_channels (taps->parts[i]);
    }
}

void
scumble_taps_clear (ScumbleTaps *taps)
{
  for (int i = 0; i < (int) G_N_ELEMENTS (taps->parts); i++)
    g_clear_pointer (&taps->parts[i], scumble_convnet_free);
}

/* Told of the features at tap @i: 0 for relu1_1. */
typedef void (*Look) (int i, const ScumbleFeatures *features, gpointer data, int threads);

/* Goes to the first @n taps. Every plane is let go as soon as the next one is there. */
static gboolean
walk (const ScumbleTaps *taps, int n, const ScumblePicture *picture, ScumbleKeep last,
      Look look, gpointer data, const ScumbleJob *job, GError **error)
{
  ScumbleFeatures features = { .arena = NULL }, deeper;
  gboolean        done     = TRUE;

  for (int i = 0; i < n && done; i++)
    {
      const ScumbleKeep keep = i < n - 1 ? SCUMBLE_KEEP_FLOATS : last;
      ScumbleStage      stage;
      const ScumbleJob  part = scumble_job_stage (&stage, job, (double) i / n,
                                                  (i + 1.0) / n);

      if (i == 0)
        done = scumble_features_encode (&deeper, taps->parts[i], picture, 1, keep, &part,
                                        error);
      else
        done = scumble_features_deepen (&deeper, taps->parts[i], &features, keep, &part,
                                        error);
      scumble_features_clear (&features);
      features = deeper;
      if (done)
        look (i, &features, data, job->threads);
    }
  scumble_features_clear (&features);

  return done;
}

static void
note_statistics (int i, const ScumbleFeatures *features, gpointer data, int threads)
{
  float **statistics = data;

  scumble_moments_get (&features->moments, *statistics, *statistics + features->plane.c);
  *statistics += 2 * features->plane.c;
}

gboolean
scumble_taps_measure (const ScumbleTaps *taps, const ScumblePicture *picture,
                      float *statistics, const ScumbleJob *job, GError **error)
{
  return walk (taps, (int) G_N_ELEMENTS (taps->parts), picture, SCUMBLE_KEEP_NOTHING,
               note_statistics, &statistics, job, error);
}

/* A measurement of a picture. */
typedef gboolean (*Measure) (const ScumbleTaps *taps, const ScumblePicture *picture,
                             float *found, const ScumbleJob *job, GError **error);

static gboolean
measure_source (const ScumbleTaps *taps, ScumbleSource *source, Measure measure, float *found,
                const ScumbleJob *job, GError **error)
{
  ScumblePicture picture = { NULL };
  const gboolean done    = scumble_picture_init (&picture, source, ALIGN, job, error) &&
                           measure (taps, &picture, found, job, error);

  scumble_picture_clear (&picture);

  return done;
}

gboolean
scumble_taps_measure_source (const ScumbleTaps *taps, ScumbleSource *source,
                             float *statistics, const ScumbleJob *job, GError **error)
{
  return measure_source (taps, source, scumble_taps_measure, statistics, job, error);
}

gsize
scumble_taps_grams_length (const ScumbleTaps *taps)
{
  gsize length = 0;

  for (int i = 0; i < SCUMBLE_TAPS_GRAMS; i++)
    {
      const gsize c = (gsize) scumble_convnet_channels (taps->parts[i]);

      length += c * c;
    }

  return length;
}

static void
note_gram (int i, const ScumbleFeatures *features, gpointer data, int threads)
{
  float **grams = data;

  scumble_gram (&features->plane, features->weights, *grams, threads);
  *grams += (gsize) features->plane.c * (gsize) features->plane.c;
}

static gboolean
measure_grams (const ScumbleTaps *taps, const ScumblePicture *picture, float *grams,
               const ScumbleJob *job, GError **error)
{
  return walk (taps, SCUMBLE_TAPS_GRAMS, picture, SCUMBLE_KEEP_FLOATS, note_gram, &grams, job,
               error);
}

gboolean
scumble_taps_grams_source (const ScumbleTaps *taps, ScumbleSource *source, float *grams,
                           const ScumbleJob *job, GError **error)
{
  return measure_source (taps, source, measure_grams, grams, job, error);
}
