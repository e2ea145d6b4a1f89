/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "palette.h"

/* Styles that are kept; some take megabytes. */
enum { MOST = 24 };

typedef struct
{
  ScumbleModel   *model;
  guint           serial;
  ScumbleSettings settings;
  ScumbleStyle   *style;
  ScumbleStyle   *learned; /* nullable */
} Blob;

struct _ScumblePalette
{
  ScumbleHost *host;
  GQueue       blobs; /* the one used last is the first */
};

ScumblePalette *
scumble_palette_new (ScumbleHost *host)
{
  ScumblePalette *self = g_new0 (ScumblePalette, 1);

  self->host = host;
  g_queue_init (&self->blobs);

  return self;
}

static void
free_blob (gpointer data)
{
  Blob *blob = data;

  scumble_style_unref (blob->style);
  scumble_style_unref (blob->learned);
  g_free (blob);
}

void
scumble_palette_free (ScumblePalette *self)
{
  if (self == NULL)
    return;

  g_queue_clear_full (&self->blobs, free_blob);
  g_free (self);
}

/* Whether settings lead to the same style, learned or not. */
static gboolean
same (const ScumbleSettings *a, const ScumbleSettings *b)
{
  return a->updates == b->updates && a->adapt_all == b->adapt_all &&
         scumble_settings_same_styling (a, b);
}

static Blob *
find (ScumblePalette *self, ScumbleModel *model, guint serial,
      const ScumbleSettings *settings)
{
  for (GList *link = self->blobs.head; link != NULL; link = link->next)
    {
      Blob *blob = link->data;

      if (blob->model != model || blob->serial != serial ||
          !same (&blob->settings, settings))
        continue;
      g_queue_unlink (&self->blobs, link);
      g_queue_push_head_link (&self->blobs, link);
      return blob;
    }

  return NULL;
}

static ScumbleStyle *
make (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
      const ScumbleSettings *settings, const ScumbleJob *job, GError **error)
{
  ScumbleStyling styling;
  ScumbleSource *source;

  if (scumble_pick_saved (pick) != NULL)
    return scumble_style_load (model, scumble_pick_saved (pick), error);

  source = scumble_pick_source (pick, error);
  if (source == NULL)
    return NULL;

  scumble_settings_styling (settings, self->host->content, &styling);
  return scumble_model_encode (model, source, &styling, job, error);
}

static Blob *
need (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
      const ScumbleSettings *settings, const ScumbleJob *job, GError **error)
{
  const guint serial = scumble_pick_serial (pick);
  Blob       *found  = find (self, model, serial, settings);
  Blob        blob   = { model, serial, *settings, NULL, NULL };

  if (found != NULL)
    return found;

  blob.style = make (self, model, pick, settings, job, error);
  if (blob.style == NULL)
    return NULL;

  found = g_memdup2 (&blob, sizeof blob);
  g_queue_push_head (&self->blobs, found);
  while (self->blobs.length > MOST)
    free_blob (g_queue_pop_tail (&self->blobs));

  return found;
}

ScumbleStyle *
scumble_palette_get (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
                     const ScumbleSettings *settings, const ScumbleJob *job,
                     GError **error)
{
  const Blob *blob = need (self, model, pick, settings, job, error);

  if (blob == NULL)
    return NULL;

  return blob->learned != NULL ? blob->learned : blob->style;
}

gboolean
scumble_palette_learned (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
                         const ScumbleSettings *settings)
{
  const Blob *blob = find (self, model, scumble_pick_serial (pick), settings);

  return blob != NULL && blob->learned != NULL;
}

gboolean
scumble_palette_learn (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
                       const ScumbleSettings *settings, ScumbleAdaptTold told,
                       gpointer told_data, const ScumbleJob *job, GError **error)
{
  const ScumbleAdaptation adaptation = { .updates   = settings->updates,
                                         .all       = settings->adapt_all,
                                         .told      = told,
                                         .told_data = told_data };
  Blob                   *blob       = need (self, model, pick, settings, job, error);
  ScumbleStyle           *learned;

  if (blob == NULL)
    return FALSE;

  learned = scumble_model_adapt (model, blob->style, self->host->content, &adaptation, job,
                                 error);
  if (learned == NULL)
    return FALSE;

  scumble_style_unref (blob->learned);
  blob->learned = learned;
  return TRUE;
}
