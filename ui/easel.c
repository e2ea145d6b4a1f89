/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "easel.h"
#include "blend.h"
#include "box.h"
#include "palette.h"
#include "photographs.h"
#include "stand.h"

/* Pixels of a content that several models may have seen at a time. */
enum { SMALL = 2000000 };

struct _ScumbleEasel
{
  ScumbleHost    *host;
  ScumbleArena   *arena;
  ScumblePalette *palette;
  GPtrArray      *stands;
  ScumbleStand   *stand; /* the one in hand */
  GPtrArray      *styles;
  int             updates; /* that all of them have had */
  ScumbleCloth    cloths[SCUMBLE_CANVAS_FULL];
};

/* What was seen of a canvas goes with its picture. */
static void
clear_canvas (ScumbleEasel *self, ScumbleCanvas canvas)
{
  for (guint i = 0; i < self->stands->len; i++)
    scumble_stand_forget (g_ptr_array_index (self->stands, i), canvas);
  scumble_cloth_clear (&self->cloths[canvas]);
}

ScumbleEasel *
scumble_easel_new (ScumbleHost *host)
{
  ScumbleEasel *self = g_new0 (ScumbleEasel, 1);

  self->host    = host;
  self->arena   = scumble_arena_new (host->memory);
  self->palette = scumble_palette_new (host);
  self->stands  = g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_stand_free);
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

gboolean
scumble_easel_has_model (const ScumbleEasel *self, const ScumbleSettings *settings)
{
  return scumble_stand_serves (self->stand, settings);
}

static ScumbleStand *
find_stand (ScumbleEasel *self, const ScumbleSettings *settings)
{
  for (guint i = 0; i < self->stands->len; i++)
    if (scumble_stand_serves (g_ptr_array_index (self->stands, i), settings))
      return g_ptr_array_index (self->stands, i);

  return NULL;
}

gboolean
scumble_easel_set_model (ScumbleEasel *self, const ScumbleSettings *settings,
                         GError **error)
{
  ScumbleStand *stand = find_stand (self, settings);

  if (stand == NULL)
    {
      stand = scumble_stand_new (self->host, settings, error);
      if (stand == NULL)
        return FALSE;
      g_ptr_array_add (self->stands, stand);
    }

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

/* The least of all: the settings have one number, which must not say too much. */
static int
least_updates (const ScumbleEasel *self, const ScumbleOrder *order)
{
  int least = order->styles->len > 0 ? G_MAXINT : 0;

  for (guint i = 0; i < order->styles->len; i++)
    least = MIN (least,
                 scumble_palette_updates (
                     self->palette, self->stand->model,
                     g_array_index (order->styles, ScumbleIngredient, i).pick,
                     &order->settings));

  return least;
}

gboolean
scumble_easel_mix (ScumbleEasel *self, const ScumbleOrder *order, const ScumbleJob *job,
                   GError **error)
{
  self->updates = 0;
  if (!gather_styles (self, order, scumble_palette_get, job, error))
    return FALSE;

  /* All of them have learned or none has: more the settings could not say. */
  self->updates = least_updates (self, order);

  return self->updates > 0 ||
         gather_styles (self, order, scumble_palette_sketch, job, error);
}

static void
forget_strokes (ScumbleEasel *self)
{
  for (guint i = 0; i < self->stands->len; i++)
    scumble_stand_forget_strokes (g_ptr_array_index (self->stands, i));
}

/* One of the styles being learned. */
typedef struct
{
  guint            number;
  int              updates; /* of all of them so far */
  gint64           first;   /* when the first of these was done, microseconds */
  ScumbleEaselTold told;
  gpointer         told_data;
} Pupil;

static void
tell (const ScumbleAdapting *adapting, gpointer user_data)
{
  Pupil *pupil = user_data;

  if (pupil->updates++ == 0)
    pupil->first = g_get_monotonic_time ();
  pupil->told (pupil->number, adapting, pupil->told_data);
}

gboolean
scumble_easel_learn (ScumbleEasel *self, const ScumbleOrder *order, ScumbleEaselTold told,
                     gpointer user_data, const ScumbleJob *job, GError **error)
{
  Pupil    pupil = { .told = told, .told_data = user_data };
  gboolean ok    = TRUE;

  forget_strokes (self);
  for (guint i = 0; i < order->styles->len && ok; i++)
    {
      pupil.number = i;
      ok           = scumble_palette_learn (
          self->palette, self->stand->model,
          g_array_index (order->styles, ScumbleIngredient, i).pick, &order->settings, tell,
          &pupil, job, error);
    }

  /* What comes before the first update says nothing about the others. */
  if (pupil.updates > 1)
    scumble_stand_note_learning (self->stand, pupil.first, pupil.updates - 1);

  return ok;
}

void
scumble_easel_try (ScumbleEasel *self, guint number, ScumbleStyle *style)
{
  scumble_style_unref (self->styles->pdata[number]);
  self->styles->pdata[number] = style;
}

int
scumble_easel_updates (const ScumbleEasel *self)
{
  return self->updates;
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
  ScumbleCloth *cloth = &self->cloths[canvas];

  if (scumble_cloth_shows (cloth, view))
    return TRUE;

  clear_canvas (self, canvas);
  return scumble_cloth_read (cloth, self->host->content, view, job->cancellable, error);
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
  const ScumbleSource *content = self->host->content;

  return (double) content->width * content->height <= SMALL;
}

static void
make_room (ScumbleEasel *self)
{
  forget_strokes (self);
  if (scumble_easel_is_small (self))
    return;

  for (guint i = 0; i < self->stands->len; i++)
    if (g_ptr_array_index (self->stands, i) != self->stand)
      for (ScumbleCanvas canvas = 0; canvas < SCUMBLE_N_CANVASES; canvas++)
        scumble_stand_forget (g_ptr_array_index (self->stands, i), canvas);
}

/* The largest picture that the styles were looked at in; NULL if all were saved ones. */
static const ScumbleSource *
largest_painting (const ScumbleOrder *order)
{
  const ScumbleSource *largest = NULL;

  for (guint i = 0; i < order->styles->len; i++)
    {
      ScumblePick         *pick   = g_array_index (order->styles, ScumbleIngredient, i).pick;
      const ScumbleSource *source = scumble_pick_saved (pick) != NULL
                                        ? NULL
                                        : scumble_pick_source (pick, NULL);

      if (source != NULL &&
          (largest == NULL || (gint64) source->width * source->height >
                                  (gint64) largest->width * largest->height))
        largest = source;
    }

  return largest;
}

static void
plan (ScumbleEasel *self, const ScumbleOrder *order, const ScumbleLook *look)
{
  ScumbleStyling styling;

  scumble_settings_styling (&order->settings, self->host->content, &styling);
  scumble_stand_plan (self->stand, look, largest_painting (order), &styling);
  scumble_stand_plan_lesson (self->stand, look, &order->settings, NULL);
}

typedef struct
{
  ScumbleCloth     *cloth;
  const ScumbleJob *job;
} Cutter;

/* A mask at the size of a shrunken canvas. */
static ScumbleMask *
cut_small (ScumblePick *pick, gpointer user_data, GError **error)
{
  const Cutter *cutter = user_data;

  return scumble_cloth_cut (cutter->cloth, pick, cutter->job->cancellable, error);
}

static ScumbleMask *
cut_full (ScumblePick *pick, gpointer user_data, GError **error)
{
  return scumble_pick_mask (pick);
}

static ScumbleBlend *
blend_on (ScumbleEasel *self, ScumbleCanvas canvas, const ScumbleOrder *order,
          const ScumbleJob *job, GError **error)
{
  const gboolean full   = canvas == SCUMBLE_CANVAS_FULL;
  Cutter         cutter = { full ? NULL : &self->cloths[canvas], job };

  return scumble_blend_new (order, self->styles, full ? cut_full : cut_small, &cutter, error);
}

/* On a shrunken canvas a brush is as much smaller. */
static double
brush_on (const ScumbleEasel *self, ScumbleCanvas canvas, const ScumbleOrder *order)
{
  const ScumbleView *view = canvas == SCUMBLE_CANVAS_FULL ? NULL : &self->cloths[canvas].view;
  const double       size = order->settings.brush;

  return view == NULL ? size : MAX (1.0, size * view->w / view->rect.w);
}

/* What is cut out of the content has its other sides elsewhere. */
static gboolean
seamless_on (ScumbleCanvas canvas, const ScumbleOrder *order)
{
  return order->settings.seamless && canvas != SCUMBLE_CANVAS_PIECE;
}

/* What is not shown to be changed has no strokes that are worth keeping. */
static ScumblePurpose
purpose_of (const ScumbleEasel *self, const ScumbleOrder *order, const ScumbleLook *look,
            const char *strokes)
{
  return (ScumblePurpose) { look, strokes, self->styles,
                            order->kind != SCUMBLE_ORDER_PREVIEW };
}

/* What a canvas is surveyed for; the zones matter for a large brush alone.
 * @blend: (out): what the look's zones are of, to be freed; %NULL if they do not matter */
static gboolean
look_for_survey (ScumbleEasel *self, ScumbleCanvas canvas, const ScumbleOrder *order,
                 const ScumbleJob *job, ScumbleBlend **blend, ScumbleLook *look, GError **error)
{
  static const ScumbleZone alone = { NULL, NULL };
  const double             brush = brush_on (self, canvas, order);

  *blend = NULL;
  scumble_look_init (look, &alone, 1);
  if (brush > 1.0)
    {
      *blend = blend_on (self, canvas, order, job, error);
      if (*blend == NULL)
        return FALSE;
      scumble_blend_look (*blend, look);
      look->brush = brush;
    }
  look->seamless = seamless_on (canvas, order);

  return TRUE;
}

gboolean
scumble_easel_survey (ScumbleEasel *self, ScumbleCanvas canvas, const ScumbleOrder *order,
                      const ScumbleJob *job, GError **error)
{
  g_autofree char         *coats   = scumble_order_coats (order);
  g_autoptr (ScumbleBlend) blend   = NULL;
  ScumblePurpose           purpose = purpose_of (self, order, NULL, coats);
  ScumbleLook              look;

  if (!look_for_survey (self, canvas, order, job, &blend, &look, error))
    return FALSE;
  if (look.brush > 1.0 || look.seamless)
    purpose.look = &look;
  if (canvas == SCUMBLE_CANVAS_FULL && !scumble_easel_surveyed (self, order))
    make_room (self);

  return scumble_stand_survey (self->stand, canvas, source_of (self, canvas), &purpose, job,
                               error);
}

/* What the whole content is surveyed for. */
typedef struct
{
  char          *coats;
  ScumbleBlend  *blend;
  ScumbleLook    look;
  ScumblePurpose purpose;
} Survey;

static void
survey_clear (Survey *self)
{
  g_free (self->coats);
  scumble_blend_free (self->blend);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Survey, survey_clear)

/* Returns: whether that is known. With a large brush it is not without styles; where they have
 * not been mixed for this order yet, they are those of another. */
static gboolean
survey_for (Survey *self, ScumbleEasel *easel, const ScumbleOrder *order)
{
  if (order->settings.brush > 1.0 &&
      (order->styles->len == 0 || easel->styles->len != order->styles->len))
    return FALSE;
  if (!look_for_survey (easel, SCUMBLE_CANVAS_FULL, order, NULL, &self->blend, &self->look,
                        NULL))
    return FALSE;

  self->coats   = scumble_order_coats (order);
  self->purpose = purpose_of (easel, order, &self->look, self->coats);
  return TRUE;
}

gboolean
scumble_easel_surveyed (ScumbleEasel *self, const ScumbleOrder *order)
{
  g_auto (Survey) survey = { NULL };

  return survey_for (&survey, self, order) &&
         scumble_stand_surveyed (self->stand, SCUMBLE_CANVAS_FULL, &survey.purpose);
}

gboolean
scumble_easel_plan_lesson (ScumbleEasel *self, const ScumbleOrder *order, const ScumbleJob *job,
                           GError **error)
{
  g_autoptr (ScumbleBlend) blend = blend_on (self, SCUMBLE_CANVAS_FULL, order, job, error);
  ScumbleLook              look;

  if (blend == NULL)
    return FALSE;

  scumble_blend_look (blend, &look);
  return scumble_stand_plan_lesson (self->stand, &look, &order->settings, error);
}

gboolean
scumble_easel_is_painted (ScumbleEasel *self, const ScumbleOrder *order,
                          const ScumbleRect *area, const ScumbleJob *job)
{
  g_autoptr (ScumbleBlend) blend   = NULL;
  g_autofree char         *strokes = scumble_order_strokes (order);
  ScumbleLook              look;
  ScumblePurpose           purpose;

  if (!scumble_easel_surveyed (self, order))
    return FALSE;
  blend = blend_on (self, SCUMBLE_CANVAS_FULL, order, job, NULL);
  if (blend == NULL)
    return FALSE;

  scumble_blend_look (blend, &look);
  purpose = purpose_of (self, order, &look, strokes);
  return scumble_stand_is_painted (self->stand, SCUMBLE_CANVAS_FULL, &purpose, area);
}

gboolean
scumble_easel_paint (ScumbleEasel *self, ScumbleCanvas canvas, const ScumbleOrder *order,
                     const ScumbleRect *area, ScumbleSink *sink, const ScumbleJob *job,
                     GError **error)
{
  g_autoptr (ScumbleBlend) blend   = blend_on (self, canvas, order, job, error);
  g_autofree char         *strokes = scumble_order_strokes (order);
  ScumbleLook              look;
  ScumblePurpose           purpose;

  if (blend == NULL)
    return FALSE;

  scumble_blend_look (blend, &look);
  plan (self, order, &look);
  look.brush    = brush_on (self, canvas, order);
  look.seamless = seamless_on (canvas, order);
  purpose       = purpose_of (self, order, &look, strokes);
  return scumble_stand_paint (self->stand, canvas, source_of (self, canvas), &purpose, area,
                              sink, job, error);
}

cairo_surface_t *
scumble_easel_before (const ScumbleEasel *self, ScumbleCanvas canvas)
{
  return self->cloths[canvas].before;
}

ScumbleShot *
scumble_easel_shot (const ScumbleEasel *self, const ScumbleView *view, cairo_surface_t *before,
                    float *rgb)
{
  if (self->host->keep_of != NULL)
    self->host->keep_of (self->host, rgb, (gsize) view->w * (gsize) view->h);

  return scumble_shot_new (view, before, rgb);
}

void
scumble_easel_clear (ScumbleEasel *self)
{
  for (ScumbleCanvas canvas = 0; canvas < SCUMBLE_CANVAS_FULL; canvas++)
    clear_canvas (self, canvas);
}

double
scumble_easel_survey_seconds (ScumbleEasel *self, const ScumbleOrder *order)
{
  g_auto (Survey) survey = { NULL };

  if (self->stand == NULL)
    return 0.0;

  return scumble_stand_survey_seconds (
    self->stand, survey_for (&survey, self, order) ? &survey.purpose : NULL);
}

double
scumble_easel_prepare_seconds (ScumbleEasel *self, const ScumbleOrder *order)
{
  return self->stand == NULL || scumble_easel_surveyed (self, order)
             ? 0.0
             : scumble_stand_prepare_seconds (self->stand);
}

double
scumble_easel_paint_seconds (const ScumbleEasel *self, double pixels)
{
  return self->stand == NULL ? 0.0 : scumble_stand_paint_seconds (self->stand, pixels);
}

double
scumble_easel_learn_seconds (const ScumbleEasel *self, const ScumbleOrder *order)
{
  return self->stand == NULL
             ? 0.0
             : scumble_stand_learn_seconds (self->stand,
                                            (int) order->styles->len *
                                                order->settings.updates);
}

gsize
scumble_easel_memory (const ScumbleEasel *self)
{
  return self->stand == NULL ? 0 : self->stand->plan.peak;
}

gsize
scumble_easel_learn_memory (const ScumbleEasel *self, const ScumbleOrder *order)
{
  const ScumbleStand *stand = self->stand;
  gsize               bytes;

  if (stand == NULL || stand->lesson.peak == 0)
    return 0;

  bytes = MIN (self->host->memory, stand->lesson.peak + stand->plan.peak);
  return order->settings.photographs == NULL ? bytes : bytes + scumble_photographs_memory ();
}
