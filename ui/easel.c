/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "easel.h"
#include "blend.h"
#include "box.h"
#include "palette.h"

/* Pixels of a content that several models may have seen at a time. */
enum { SMALL = 2000000 };

enum { STRIP_PIXELS = 1 << 18 };

/* A size of the content, read. */
typedef struct
{
  ScumbleView         view;
  ScumbleMemorySource source;
  float              *rgba;
  cairo_surface_t    *before;
  GHashTable         *cuts; /* serial of a mask's pick -> ScumbleMemoryMask */
} Cloth;

/* A model, and all that it has seen. */
typedef struct
{
  const char     *method;
  const char     *quality;
  ScumbleModel   *model;
  ScumbleContent *contents[SCUMBLE_N_CANVASES];
  ScumblePlan     plan;        /* of the whole content; all 0 if it does not fit */
  double          survey_pace; /* seconds per multiply-add; 0 until measured */
  double          paint_pace;
} Stand;

struct _ScumbleEasel
{
  ScumbleHost    *host;
  ScumbleArena   *arena;
  ScumblePalette *palette;
  GPtrArray      *stands;
  Stand          *stand; /* the one in hand */
  GPtrArray      *styles;
  gboolean        learned; /* all of them */
  Cloth           cloths[SCUMBLE_CANVAS_FULL];
};

static void
forget_content (Stand *stand, ScumbleCanvas canvas)
{
  g_clear_pointer (&stand->contents[canvas], scumble_content_free);
}

static void
free_stand (gpointer data)
{
  Stand *stand = data;

  for (ScumbleCanvas canvas = 0; canvas < SCUMBLE_N_CANVASES; canvas++)
    forget_content (stand, canvas);
  scumble_model_unref (stand->model);
  g_free (stand);
}

static void
free_cut (gpointer data)
{
  ScumbleMemoryMask *cut = data;

  g_free ((gpointer) cut->weights);
  g_free (cut);
}

static void
clear_cloth (Cloth *cloth)
{
  g_clear_pointer (&cloth->before, cairo_surface_destroy);
  g_clear_pointer (&cloth->rgba, g_free);
  g_clear_pointer (&cloth->cuts, g_hash_table_unref);
}

/* What was seen of a canvas goes with its picture. */
static void
clear_canvas (ScumbleEasel *self, ScumbleCanvas canvas)
{
  for (guint i = 0; i < self->stands->len; i++)
    forget_content (g_ptr_array_index (self->stands, i), canvas);
  clear_cloth (&self->cloths[canvas]);
}

ScumbleEasel *
scumble_easel_new (ScumbleHost *host)
{
  ScumbleEasel *self = g_new0 (ScumbleEasel, 1);

  self->host    = host;
  self->arena   = scumble_arena_new (host->memory);
  self->palette = scumble_palette_new (host);
  self->stands  = g_ptr_array_new_with_free_func (free_stand);
  self->styles  = g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_style_unref);

  return self;
}

void
scumble_easel_free (ScumbleEasel *self)
{
  if (self == NULL)
    return;

  scumble_easel_clear (self);
  g_ptr_array_unref (self->styles);
  scumble_palette_free (self->palette);
  g_ptr_array_unref (self->stands);
  scumble_arena_free (self->arena);
  g_free (self);
}

ScumbleArena *
scumble_easel_arena (ScumbleEasel *self)
{
  return self->arena;
}

static double
pixels_of (const ScumbleSource *source)
{
  return (double) source->width * source->height;
}

/* @look: (nullable): as for ScumbleDemand */
static ScumblePlan
plan_for (const ScumbleEasel *self, ScumbleModel *model, const ScumbleSource *source,
          const ScumbleLook *look)
{
  const ScumbleDemand demand = { .width     = source->width,
                                 .height    = source->height,
                                 .has_alpha = source->has_alpha,
                                 .look      = look,
                                 .budget    = self->host->memory,
                                 .threads   = self->host->threads };
  ScumblePlan         plan   = { 0 };

  /* What does not fit is said when it is tried. */
  if (!scumble_model_plan (model, &demand, &plan, NULL))
    plan = (ScumblePlan) { 0 };

  return plan;
}

static gboolean
stand_is (const Stand *stand, const ScumbleSettings *settings)
{
  return stand != NULL && stand->method == settings->method &&
         stand->quality == settings->quality;
}

gboolean
scumble_easel_has_model (const ScumbleEasel *self, const ScumbleSettings *settings)
{
  return stand_is (self->stand, settings);
}

static Stand *
open_stand (ScumbleEasel *self, const ScumbleSettings *settings, GError **error)
{
  ScumbleModel *model = scumble_model_open (self->host->model_path, settings->method,
                                            settings->quality, error);
  Stand        *stand;

  if (model == NULL)
    return NULL;

  stand          = g_new0 (Stand, 1);
  stand->method  = settings->method;
  stand->quality = settings->quality;
  stand->model   = model;
  stand->plan    = plan_for (self, model, self->host->content, NULL);
  g_ptr_array_add (self->stands, stand);

  return stand;
}

gboolean
scumble_easel_set_model (ScumbleEasel *self, const ScumbleSettings *settings,
                         GError **error)
{
  Stand *stand = NULL;

  if (stand_is (self->stand, settings))
    return TRUE;

  for (guint i = 0; i < self->stands->len && stand == NULL; i++)
    if (stand_is (g_ptr_array_index (self->stands, i), settings))
      stand = g_ptr_array_index (self->stands, i);

  if (stand == NULL)
    stand = open_stand (self, settings, error);
  if (stand == NULL)
    return FALSE;

  self->stand = stand;
  return TRUE;
}

typedef ScumbleStyle *(*Get) (ScumblePalette *palette, ScumbleModel *model,
                              ScumblePick *pick, const ScumbleSettings *settings,
                              const ScumbleJob *job, GError **error);

static gboolean
gather_styles (ScumbleEasel *self, const ScumbleOrder *order, Get get,
               const ScumbleJob *job, GError **error)
{
  g_ptr_array_set_size (self->styles, 0);
  for (guint i = 0; i < order->styles->len; i++)
    {
      ScumblePick  *pick  = g_array_index (order->styles, ScumbleIngredient, i).pick;
      ScumbleStyle *style = get (self->palette, self->stand->model, pick,
                                 &order->settings, job, error);

      if (style == NULL)
        return FALSE;
      g_ptr_array_add (self->styles, scumble_style_ref (style));
    }

  return TRUE;
}

static gboolean
have_learned (const ScumbleEasel *self, const ScumbleOrder *order)
{
  for (guint i = 0; i < order->styles->len; i++)
    if (!scumble_palette_learned (self->palette, self->stand->model,
                                  g_array_index (order->styles, ScumbleIngredient, i).pick,
                                  &order->settings))
      return FALSE;

  return order->styles->len > 0;
}

gboolean
scumble_easel_mix (ScumbleEasel *self, const ScumbleOrder *order, const ScumbleJob *job,
                   GError **error)
{
  self->learned = FALSE;
  if (!gather_styles (self, order, scumble_palette_get, job, error))
    return FALSE;

  /* All of them have learned or none has: more the settings could not say. */
  self->learned = have_learned (self, order);

  return self->learned || gather_styles (self, order, scumble_palette_sketch, job, error);
}

/* One of the styles being learned. */
typedef struct
{
  guint            number;
  ScumbleEaselTold told;
  gpointer         told_data;
} Pupil;

static void
tell (const ScumbleAdapting *adapting, gpointer user_data)
{
  const Pupil *pupil = user_data;

  pupil->told (pupil->number, adapting, pupil->told_data);
}

gboolean
scumble_easel_learn (ScumbleEasel *self, const ScumbleOrder *order, ScumbleEaselTold told,
                     gpointer user_data, const ScumbleJob *job, GError **error)
{
  for (guint i = 0; i < order->styles->len; i++)
    {
      Pupil pupil = { i, told, user_data };

      if (!scumble_palette_learn (
              self->palette, self->stand->model,
              g_array_index (order->styles, ScumbleIngredient, i).pick, &order->settings,
              tell, &pupil, job, error))
        return FALSE;
    }

  return TRUE;
}

void
scumble_easel_try (ScumbleEasel *self, guint number, ScumbleStyle *style)
{
  scumble_style_unref (self->styles->pdata[number]);
  self->styles->pdata[number] = style;
}

gboolean
scumble_easel_learned (const ScumbleEasel *self)
{
  return self->learned;
}

GPtrArray *
scumble_easel_styles (ScumbleEasel *self)
{
  return self->styles;
}

gboolean
scumble_easel_read (ScumbleEasel *self, const ScumbleView *view, float *rgba,
                    const ScumbleJob *job, GError **error)
{
  return scumble_box_read (self->host->content, &view->rect, view->w, view->h, rgba,
                           job->cancellable, error);
}

gboolean
scumble_easel_stretch (ScumbleEasel *self, ScumbleCanvas canvas, const ScumbleView *view,
                       const ScumbleJob *job, GError **error)
{
  const gsize pixels = (gsize) view->w * (gsize) view->h;
  Cloth      *cloth  = &self->cloths[canvas];

  if (cloth->before != NULL && scumble_view_equal (&cloth->view, view))
    return TRUE;

  clear_canvas (self, canvas);
  cloth->rgba = g_new (float, pixels * 4);
  if (!scumble_easel_read (self, view, cloth->rgba, job, error))
    return FALSE;

  cloth->view   = *view;
  cloth->before = scumble_shot_surface (cloth->rgba, view->w, view->h);
  cloth->cuts   = g_hash_table_new_full (NULL, NULL, NULL, free_cut);
  scumble_memory_source_init (&cloth->source, view->w, view->h, cloth->rgba);

  return TRUE;
}

static ScumbleSource *
source_of (ScumbleEasel *self, ScumbleCanvas canvas)
{
  return canvas == SCUMBLE_CANVAS_FULL ? self->host->content
                                       : &self->cloths[canvas].source.source;
}

gboolean
scumble_easel_is_small (const ScumbleEasel *self)
{
  return pixels_of (self->host->content) <= SMALL;
}

static void
make_room (ScumbleEasel *self)
{
  if (scumble_easel_is_small (self))
    return;

  for (guint i = 0; i < self->stands->len; i++)
    if (g_ptr_array_index (self->stands, i) != self->stand)
      for (ScumbleCanvas canvas = 0; canvas < SCUMBLE_N_CANVASES; canvas++)
        forget_content (g_ptr_array_index (self->stands, i), canvas);
}

static void
keep_pace (double *pace, gint64 begun, double work)
{
  const double now = (g_get_monotonic_time () - begun) / 1e6 / work;

  if (work > 0.0)
    *pace = *pace > 0.0 ? 0.5 * (*pace + now) : now;
}

gboolean
scumble_easel_survey (ScumbleEasel *self, ScumbleCanvas canvas, const ScumbleJob *job,
                      GError **error)
{
  Stand           *stand   = self->stand;
  ScumbleContent **content = &stand->contents[canvas];
  ScumbleSource   *source  = source_of (self, canvas);
  const gint64     begun   = g_get_monotonic_time ();

  if (*content != NULL)
    return TRUE;

  if (canvas == SCUMBLE_CANVAS_FULL)
    make_room (self);
  *content = scumble_model_survey (stand->model, source, job, error);
  if (*content == NULL)
    return FALSE;

  keep_pace (&stand->survey_pace, begun, plan_for (self, stand->model, source, NULL).survey);
  return TRUE;
}

gboolean
scumble_easel_surveyed (const ScumbleEasel *self, ScumbleCanvas canvas)
{
  return self->stand->contents[canvas] != NULL;
}

static gboolean
read_cut (ScumbleMask *mask, ScumbleBox *box, GCancellable *cancellable, GError **error)
{
  const ScumbleRect *from  = &box->from;
  const int          rows  = MAX (1, STRIP_PIXELS / from->w);
  g_autofree float  *strip = g_new (float, (gsize) rows * (gsize) from->w);

  for (int y = 0; y < from->h; y += rows)
    {
      const ScumbleRect rect = { from->x, from->y + y, from->w, MIN (rows, from->h - y) };

      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !mask->read (mask, &rect, strip, error))
        return FALSE;
      scumble_box_add (box, &rect, strip);
    }

  return TRUE;
}

typedef struct
{
  Cloth            *cloth;
  const ScumbleJob *job;
} Cutter;

/* A mask at the size of a shrunken canvas, read once. */
static ScumbleMask *
cut_small (ScumblePick *pick, gpointer user_data, GError **error)
{
  const Cutter      *cutter = user_data;
  Cloth             *cloth  = cutter->cloth;
  const gpointer     key    = GUINT_TO_POINTER (scumble_pick_serial (pick));
  ScumbleMemoryMask *cut    = g_hash_table_lookup (cloth->cuts, key);
  ScumbleBox         box;

  if (cut != NULL)
    return &cut->mask;

  scumble_box_init (&box, &cloth->view.rect, cloth->view.w, cloth->view.h, 1);
  if (!read_cut (scumble_pick_mask (pick), &box, cutter->job->cancellable, error))
    {
      scumble_box_clear (&box);
      return NULL;
    }

  cut = g_new0 (ScumbleMemoryMask, 1);
  scumble_memory_mask_init (cut, cloth->view.w, cloth->view.h, box.sum);
  g_hash_table_insert (cloth->cuts, key, cut);

  return &cut->mask;
}

static ScumbleMask *
cut_full (ScumblePick *pick, gpointer user_data, GError **error)
{
  return scumble_pick_mask (pick);
}

gboolean
scumble_easel_paint (ScumbleEasel *self, ScumbleCanvas canvas, const ScumbleOrder *order,
                     const ScumbleRect *area, ScumbleSink *sink, const ScumbleJob *job,
                     GError **error)
{
  Stand                   *stand  = self->stand;
  const gboolean           full   = canvas == SCUMBLE_CANVAS_FULL;
  ScumbleSource           *source = source_of (self, canvas);
  const gint64             begun  = g_get_monotonic_time ();
  Cutter                   cutter = { full ? NULL : &self->cloths[canvas], job };
  g_autoptr (ScumbleBlend) blend  = NULL;
  ScumbleLook              look;
  double                   share;

  blend = scumble_blend_new (order, self->styles, full ? cut_full : cut_small, &cutter,
                             error);
  if (blend == NULL)
    return FALSE;

  scumble_blend_look (blend, &look);
  stand->plan = plan_for (self, stand->model, self->host->content, &look);
  if (!scumble_content_paint (stand->contents[canvas], &look, area, sink, job, error))
    return FALSE;

  share = (double) area->w * area->h / pixels_of (source);
  keep_pace (&stand->paint_pace, begun,
             share * plan_for (self, stand->model, source, &look).paint);
  return TRUE;
}

cairo_surface_t *
scumble_easel_before (const ScumbleEasel *self, ScumbleCanvas canvas)
{
  return self->cloths[canvas].before;
}

void
scumble_easel_clear (ScumbleEasel *self)
{
  for (ScumbleCanvas canvas = 0; canvas < SCUMBLE_CANVAS_FULL; canvas++)
    clear_canvas (self, canvas);
}

double
scumble_easel_survey_seconds (const ScumbleEasel *self)
{
  const Stand *stand = self->stand;

  return stand == NULL || stand->contents[SCUMBLE_CANVAS_FULL] != NULL
             ? 0.0
             : stand->plan.survey * stand->survey_pace +
                   stand->plan.prepare * stand->paint_pace;
}

double
scumble_easel_paint_seconds (const ScumbleEasel *self, double pixels)
{
  const Stand *stand = self->stand;

  return stand == NULL ? 0.0
                       : stand->plan.paint * stand->paint_pace * pixels /
                           pixels_of (self->host->content);
}

gsize
scumble_easel_memory (const ScumbleEasel *self)
{
  return self->stand == NULL ? 0 : self->stand->plan.peak;
}
