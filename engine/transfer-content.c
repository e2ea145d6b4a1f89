/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transfer-content.h"

gboolean
scumble_transfer_content_init (ScumbleTransferContent *content, ScumbleSource *source,
                               const ScumbleJob *job, GError **error)
{
  *content = (ScumbleTransferContent) { .net = NULL };

  return scumble_picture_init (&content->picture, source, SCUMBLE_TRANSFER_ALIGN, job,
                               error) &&
         scumble_proxy_init (&content->proxy, source, scumble_proxy_megapixel, job, error) &&
         scumble_picture_init (&content->small, content->proxy.source,
                               SCUMBLE_TRANSFER_ALIGN, job, error);
}

static void
forget_net (ScumbleTransferContent *content)
{
  g_clear_pointer (&content->net, scumble_transfer_free);
  g_clear_pointer (&content->style, scumble_style_unref);
}

void
scumble_transfer_content_clear (ScumbleTransferContent *content)
{
  forget_net (content);
  scumble_picture_clear (&content->small);
  scumble_proxy_clear (&content->proxy);
  scumble_picture_clear (&content->picture);
}

const ScumbleTransfer *
scumble_transfer_content_net (ScumbleTransferContent *content, const ScumbleLook *look,
                              int base, ScumbleTransferMake make, gconstpointer data,
                              const ScumbleJob *job, GError **error)
{
  g_autofree float *parameters = NULL;

  if (content->net != NULL && content->style == look->zones[0].style &&
      content->strength == look->strength)
    return content->net;

  forget_net (content);
  parameters   = make (data, look);
  content->net = scumble_transfer_new (base, parameters, &content->small, job, error);
  if (content->net != NULL)
    {
      content->style    = scumble_style_ref ((ScumbleStyle *) look->zones[0].style);
      content->strength = look->strength;
    }

  return content->net;
}

void
scumble_transfer_content_rehearse (const ScumbleTransferContent *content, int base,
                                   const ScumbleJob *job)
{
  const ScumbleRect whole = { 0, 0, content->small.w, content->small.h };

  if (job->rehearsal != NULL)
    job->rehearsal->work += scumble_transfer_work (base, &content->small, &whole);
}
