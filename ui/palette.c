/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "palette.h"
#include "photographs.h"
#include "shelf.h"

#include <glib/gi18n-lib.h>

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
         a->photographs == b->photographs && scumble_settings_same_styling (a, b);
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

/* With the content's colours in play, a picture that does not do may be the content. */
static void
blame (ScumblePick *pick, const ScumbleStyling *styling, GError *fault, GError **error)
{
  if (styling->keep_colours > 0.0 ||
      !g_error_matches (fault, SCUMBLE_ERROR, SCUMBLE_ERROR_PICTURE))
    {
      g_propagate_error (error, fault);
      return;
    }

  scumble_set_error_caused (error, SCUMBLE_ERROR_PICTURE, fault,
                            N_("The style \"%s\" cannot be used: %s"),
                            scumble_pick_name (pick), fault->message);
  g_error_free (fault);
}

static ScumbleStyle *
make (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
      const ScumbleSettings *settings, const ScumbleJob *job, GError **error)
{
  ScumbleStyling styling;
  ScumbleSource *source;
  ScumbleStyle  *style;
  GError        *fault = NULL;

  if (scumble_pick_saved (pick) != NULL)
    return scumble_style_load (model, scumble_pick_saved (pick), error);

  source = scumble_pick_source (pick, error);
  if (source == NULL)
    return NULL;

  scumble_settings_styling (settings, self->host->content, &styling);
  style = scumble_model_encode (model, source, &styling, job, &fault);
  if (style == NULL)
    blame (pick, &styling, fault, error);

  return style;
}

/* Where what is learned is kept on disk; NULL if it is not. */
static char *
folder_of (const ScumblePalette *self)
{
  return self->host->folder == NULL
             ? NULL
             : scumble_shelf_folder (self->host->folder, SCUMBLE_SHELF_LEARNED);
}

/* What a learned style is known by on disk; NULL for one that has no picture, or whose
 * photographs are gone. One adaptation serves all contents, unless the style was looked at in
 * the colours of one.
 */
static char *
key_of (const ScumblePalette *self, const Blob *blob, ScumblePick *pick, int updates,
        const ScumbleJob *job)
{
  const char      *folder      = blob->settings.photographs;
  g_autofree char *photographs = folder != NULL ? scumble_photographs_identity (folder) : NULL;
  ScumbleStyling   styling;
  ScumbleSource   *content;
  ScumbleSource   *source      = scumble_pick_saved (pick) == NULL
                                   ? scumble_pick_source (pick, NULL)
                                   : NULL;

  if (source == NULL || (folder != NULL && photographs == NULL))
    return NULL;

  scumble_settings_styling (&blob->settings, self->host->content, &styling);
  content = styling.keep_colours > 0.0 ? styling.content : NULL;
  return scumble_style_cache_key (&(ScumbleStyleOrigin){ .model    = blob->model,
                                                         .painting = source,
                                                         .styling  = &styling,
                                                         .updates  = updates,
                                                         .all = blob->settings.adapt_all,
                                                         .content = content,
                                                         .photographs = photographs },
                                  job, NULL);
}

/* What was learned another time. */
static ScumbleStyle *
look_up (const ScumblePalette *self, const Blob *blob, ScumblePick *pick,
         const ScumbleJob *job)
{
  g_autofree char *folder = folder_of (self);
  g_autofree char *key    = NULL;

  if (folder == NULL || scumble_method_find (blob->settings.method, NULL)->adapt == NULL)
    return NULL;

  key = key_of (self, blob, pick, blob->settings.updates, job);
  return key == NULL ? NULL : scumble_style_cache_lookup (folder, key, blob->model);
}

/* That a style has to be learned again is no reason to fail. Stopped early, it is kept as
 * what it has become, so the job's being cancelled does not matter. */
static void
store (const ScumblePalette *self, const Blob *blob, ScumblePick *pick,
       const ScumbleJob *job)
{
  const int          updates = scumble_style_updates (blob->learned);
  const ScumbleJob   calm   = { .arena = job->arena, .threads = job->threads };
  g_autofree char   *folder = folder_of (self);
  g_autofree char   *key    = folder == NULL
                                  ? NULL
                                  : key_of (self, blob, pick, updates, &calm);
  g_autoptr (GError) error  = NULL;

  if (key != NULL && !scumble_style_cache_store (folder, key, blob->learned,
                                                 scumble_pick_name (pick), &error))
    g_debug ("%s", error->message);
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

  if (settings->updates > 0)
    blob.learned = look_up (self, &blob, pick, job);
  found        = g_memdup2 (&blob, sizeof blob);
  g_queue_push_head (&self->blobs, found);
  while (self->blobs.length > MOST)
    free_blob (g_queue_pop_tail (&self->blobs));

  return found;
}

/* A saved style may have learned before it was saved. */
static int
updates_of (const Blob *blob)
{
  if (blob->learned != NULL)
    return scumble_style_updates (blob->learned);

  return scumble_style_wants_adapting (blob->style) ? 0 : blob->settings.updates;
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

ScumbleStyle *
scumble_palette_sketch (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
                        const ScumbleSettings *settings, const ScumbleJob *job,
                        GError **error)
{
  const Blob *blob = need (self, model, pick, settings, job, error);

  return blob == NULL ? NULL : blob->style;
}

int
scumble_palette_updates (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
                         const ScumbleSettings *settings)
{
  const Blob *blob = find (self, model, scumble_pick_serial (pick), settings);

  return blob == NULL ? 0 : updates_of (blob);
}

gboolean
scumble_palette_learn (ScumblePalette *self, ScumbleModel *model, ScumblePick *pick,
                       const ScumbleSettings *settings, ScumbleAdaptTold told,
                       gpointer told_data, const ScumbleJob *job, GError **error)
{
  g_autoptr (GPtrArray) photographs = NULL;
  ScumbleSource        *content     = self->host->content;
  ScumbleAdaptation     adaptation  = { .updates   = settings->updates,
                                        .all       = settings->adapt_all,
                                        .told      = told,
                                        .told_data = told_data };
  Blob                 *blob        = need (self, model, pick, settings, job, error);
  ScumbleStyle         *learned;

  if (blob == NULL)
    return FALSE;
  if (settings->updates == 0 || !scumble_style_wants_adapting (blob->style))
    return TRUE;

  if (settings->photographs != NULL)
    {
      photographs = scumble_photographs_open (settings->photographs, job, error);
      if (photographs == NULL)
        return FALSE;

      /* A source is the first member of these. */
      content             = g_ptr_array_index (photographs, 0);
      adaptation.others   = (ScumbleSource *const *) photographs->pdata + 1;
      adaptation.n_others = photographs->len - 1;
    }

  learned = scumble_model_adapt (model, blob->style, content, &adaptation, job, error);
  if (learned == NULL)
    return FALSE;

  /* Stopped before it was any better. */
  if (scumble_style_wants_adapting (learned))
    {
      scumble_style_unref (learned);
      return TRUE;
    }

  scumble_style_unref (blob->learned);
  blob->learned = learned;
  store (self, blob, pick, job);

  return TRUE;
}
