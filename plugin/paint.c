/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paint.h"
#include "blend.h"
#include "palette.h"
#include "pick-book.h"

#include <glib/gi18n-lib.h>

/* How much of the progress is done when a stage is. */
static const double STUDIED  = 0.2;
static const double SURVEYED = 0.5;

/* A stage's part of the whole run. */
typedef struct
{
  double from;
  double to;
} Stage;

/* One run without a dialog. */
typedef struct
{
  ScumbleHost     *host;
  ScumbleOrder     order;
  ScumbleArena    *arena;
  ScumbleJob       job;
  Stage            stage;
  ScumbleModel    *model;
  ScumblePickBook *book;
  ScumblePalette  *palette;
  GPtrArray       *styles;
} Run;

char **
scumble_model_path (void)
{
  char **path = g_new0 (char *, 4);

  path[0] = g_build_filename (gimp_directory (), "scumble", "models", NULL);
  path[1] = g_build_filename (g_get_user_data_dir (), "scumble", "models", NULL);
  path[2] = g_strdup (SCUMBLE_MODEL_DIR);

  return path;
}

char **
scumble_style_path (void)
{
  char **path = g_new0 (char *, 2);

  path[0] = g_strdup (SCUMBLE_STYLE_DIR);

  return path;
}

/* A share of the memory for the tiles of pictures, the rest for the engine, but for a share of
 * that: for pixels between the two, and what the heap wastes. */
enum { TILES_SHARE = 4, SPARE_SHARE = 16 };

static guint64
tile_cache (void)
{
  guint64 bytes;

  g_object_get (gegl_config (), "tile-cache-size", &bytes, NULL);

  return bytes;
}

void
scumble_memory_divide (void)
{
  g_object_set (gegl_config (), "tile-cache-size", tile_cache () / TILES_SHARE, NULL);
}

gsize
scumble_memory_budget (void)
{
  const guint64 rest = tile_cache () * (TILES_SHARE - 1);

  return (gsize) MIN (rest - rest / SPARE_SHARE, (guint64) G_MAXSIZE);
}

const char *
scumble_memory_advice (void)
{
  return _("GIMP allows more in Edit > Preferences > System Resources, as the tile cache size; "
           "Scumble knows of it when it is started anew.");
}

int
scumble_thread_count (void)
{
  int threads;

  g_object_get (gegl_config (), "threads", &threads, NULL);

  return MAX (threads, 1);
}

static void
report (double fraction, gpointer user_data)
{
  const Stage *stage = user_data;

  gimp_progress_update (stage->from + fraction * (stage->to - stage->from));
}

static void
begin (Stage *stage, const char *text, double to)
{
  *stage = (Stage) { stage->to, to };
  gimp_progress_set_text (text);
  gimp_progress_update (stage->from);
}

static gboolean
study_style (Run *self, ScumblePick *pick, double to, GError **error)
{
  const ScumbleSettings *settings = &self->order.settings;
  const gboolean         learning = settings->updates > 0 &&
                                    scumble_method_find (settings->method, NULL)->adapt != NULL;
  const double           from     = self->stage.to;
  ScumbleStyle          *style;

  begin (&self->stage, _("Studying the style"), learning ? from + 0.1 * (to - from) : to);
  style = scumble_palette_get (self->palette, self->model, pick, settings, &self->job,
                               error);
  if (style != NULL && learning && scumble_style_wants_adapting (style))
    {
      begin (&self->stage, _("Learning the style"), to);
      style = scumble_palette_learn (self->palette, self->model, pick, settings, NULL, NULL,
                                     &self->job, error)
              ? scumble_palette_get (self->palette, self->model, pick, settings,
                                     &self->job, error) : NULL;
    }
  if (style == NULL)
    return FALSE;

  self->stage.to = to;
  g_ptr_array_add (self->styles, scumble_style_ref (style));
  return TRUE;
}

static gboolean
study_styles (Run *self, GError **error)
{
  const guint n = self->order.styles->len;

  for (guint i = 0; i < n; i++)
    {
      ScumblePick *pick = g_array_index (self->order.styles, ScumbleIngredient, i).pick;

      if (!study_style (self, pick, STUDIED * (i + 1) / n, error))
        return FALSE;
    }

  return TRUE;
}

static ScumbleMask *
whole_mask (ScumblePick *pick, gpointer user_data, GError **error)
{
  return scumble_pick_mask (pick);
}

static gboolean
paint (Run *self, GError **error)
{
  g_autoptr (ScumbleContent) content = NULL;
  g_autoptr (ScumbleBlend)   blend   = NULL;
  ScumbleLook                look;

  blend = scumble_blend_new (&self->order, self->styles, whole_mask, NULL, error);
  if (blend == NULL)
    return FALSE;

  scumble_blend_look (blend, &look);
  begin (&self->stage, _("Looking at the layer"), SURVEYED);
  content = scumble_model_survey_for (self->model, self->host->content, &look, &self->job,
                                      error);
  if (content == NULL)
    return FALSE;

  begin (&self->stage, _("Painting"), 1.0);
  return scumble_content_paint (content, &look, NULL, self->host->sink, &self->job, error);
}

static gboolean
open_model (Run *self, GError **error)
{
  const ScumbleSettings *settings = &self->order.settings;

  gimp_progress_init (_("Reading the model"));
  self->model = scumble_model_open (self->host->model_path, settings->method,
                                    settings->quality, error);

  return self->model != NULL;
}

static void
run_init (Run *self, ScumbleHost *host, const ScumbleSettings *settings)
{
  *self     = (Run) { .host  = host,
                      .order = { .kind = SCUMBLE_ORDER_PAINT, .settings = *settings },
                      .arena = scumble_arena_new (host->memory) };
  self->job = (ScumbleJob) { .arena    = self->arena,
                             .threads  = host->threads,
                             .progress = report,
                             .progress_data = &self->stage };

  self->book    = scumble_pick_book_new (host);
  self->palette = scumble_palette_new (host);
  self->styles  = g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_style_unref);
}

static void
run_clear (Run *self)
{
  g_ptr_array_unref (self->styles);
  scumble_palette_free (self->palette);
  g_clear_pointer (&self->model, scumble_model_unref);
  g_array_unref (self->order.styles);
  scumble_pick_unref (self->order.strength_map);
  scumble_pick_book_free (self->book);
  scumble_arena_free (self->arena);
}

gboolean
scumble_paint (ScumbleHost *host, const ScumbleSettings *settings,
               const ScumbleHostChoices *choices, GError **error)
{
  Run      self;
  gboolean ok;

  run_init (&self, host, settings);
  ok = scumble_pick_book_open (self.book, choices, &self.order, error) &&
       open_model (&self, error) && study_styles (&self, error) && paint (&self, error);
  if (!ok)
    gimp_progress_end ();
  run_clear (&self);

  return ok;
}

/* Without photographs there is nothing to learn on when a style is saved. */
static gboolean
learn_on_photographs (Run *self, ScumblePick *pick, GError **error)
{
  const ScumbleSettings *settings = &self->order.settings;

  return settings->photographs == NULL ||
         scumble_palette_learn (self->palette, self->model, pick, settings, NULL, NULL,
                                &self->job, error);
}

static gboolean
study_to_save (Run *self, ScumblePick *pick, double to, GError **error)
{
  ScumbleStyle *style;

  begin (&self->stage, _("Studying the style"), to);
  if (!learn_on_photographs (self, pick, error))
    return FALSE;
  style = scumble_palette_get (self->palette, self->model, pick, &self->order.settings,
                               &self->job, error);
  if (style == NULL)
    return FALSE;

  g_ptr_array_add (self->styles, scumble_style_ref (style));
  return TRUE;
}

static gboolean
save (Run *self, const char *path, const char *title, GError **error)
{
  const guint              n     = self->order.styles->len;
  g_autoptr (ScumbleStyle) mixed = NULL;

  for (guint i = 0; i < n; i++)
    if (!study_to_save (self, g_array_index (self->order.styles, ScumbleIngredient, i).pick,
                        (i + 1.0) / n, error))
      return FALSE;

  mixed = scumble_blend_mix (&self->order, self->styles, error);

  return mixed != NULL && scumble_style_save (mixed, path, title, error);
}

gboolean
scumble_save_style (ScumbleHost *host, const ScumbleSettings *settings,
                    const ScumbleHostChoices *choices, const char *path,
                    const char *title, GError **error)
{
  g_autofree char *names = scumble_choices_title (choices);
  Run              self;
  gboolean         ok;

  if (title == NULL || *title == '\0')
    title = names;

  run_init (&self, host, settings);
  ok = scumble_pick_book_open (self.book, choices, &self.order, error) &&
       open_model (&self, error) && save (&self, path, title, error);
  gimp_progress_end ();
  run_clear (&self);

  return ok;
}
