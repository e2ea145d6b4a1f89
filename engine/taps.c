/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "taps.h"
#include "proxy.h"

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

/* Every plane is let go as soon as the next one is there. */
gboolean
scumble_taps_measure (const ScumbleTaps *taps, const ScumblePicture *picture,
                      float *statistics, const ScumbleJob *job, GError **error)
{
  const int       n        = (int) G_N_ELEMENTS (taps->parts);
  ScumbleFeatures features = { .arena = NULL }, deeper;
  gboolean        done     = TRUE;

  for (int i = 0; i < n && done; i++)
    {
      const int         c    = scumble_convnet_channels (taps->parts[i]);
      const ScumbleKeep keep = i < n - 1 ? SCUMBLE_KEEP_FLOATS : SCUMBLE_KEEP_NOTHING;
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
        scumble_moments_get (&features.moments, statistics, statistics + c);
      statistics += 2 * c;
    }
  scumble_features_clear (&features);

  return done;
}

gboolean
scumble_taps_measure_source (const ScumbleTaps *taps, ScumbleSource *source,
                             float *statistics, const ScumbleJob *job, GError **error)
{
  ScumblePicture picture = { NULL };
  ScumbleProxy   proxy;
  gboolean       done;

  done = scumble_proxy_init (&proxy, source, scumble_proxy_megapixel, job, error) &&
         scumble_picture_init (&picture, proxy.source, ALIGN, job, error) &&
         scumble_taps_measure (taps, &picture, statistics, job, error);
  scumble_picture_clear (&picture);
  scumble_proxy_clear (&proxy);

  return done;
}
