/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stand.h"
#include "photographs.h"

static double
pixels_of (const ScumbleSource *source)
{
  return (double) source->width * source->height;
}

/* What a demand takes on the host's memory and threads. What does not fit is said when it
 * is tried. */
static ScumblePlan
plan_for (const ScumbleStand *self, ScumbleDemand demand)
{
  ScumblePlan plan = { 0 };

  demand.budget  = self->host->memory;
  demand.threads = self->host->threads;
  if (!scumble_model_plan (self->model, &demand, &plan, NULL))
    plan = (ScumblePlan) { 0 };

  return plan;
}

/* @look: (nullable) */
static ScumbleDemand
demand_of (const ScumbleSource *source, const ScumbleLook *look)
{
  return (ScumbleDemand) { .width     = source->width,
                           .height    = source->height,
                           .has_alpha = source->has_alpha,
                           .look      = look };
}

void
scumble_stand_plan (ScumbleStand *self, const ScumbleLook *look,
                    const ScumbleSource *painting, const ScumbleStyling *styling)
{
  ScumbleDemand demand = demand_of (self->host->content, look);

  if (painting != NULL)
    {
      demand.style_width  = painting->width;
      demand.style_height = painting->height;
      demand.styling      = styling;
    }
  self->plan = plan_for (self, demand);
}

gboolean
scumble_stand_plan_lesson (ScumbleStand *self, const ScumbleLook *look,
                           const ScumbleSettings *settings, GError **error)
{
  ScumbleSource           photograph = scumble_photographs_largest ();
  ScumbleSource          *source     = settings->photographs != NULL ? &photograph
                                                                     : self->host->content;
  ScumbleDemand           demand     = demand_of (self->host->content, look);
  const ScumbleAdaptation one        = { .updates = 1, .all = settings->adapt_all };

  self->lesson   = (ScumbleLessonPlan) { 0 };
  demand.budget  = self->host->memory;
  demand.threads = self->host->threads;

  return scumble_model_plan_lesson (self->model, &demand, source, &one, &self->lesson, error);
}

ScumbleStand *
scumble_stand_new (const ScumbleHost *host, const ScumbleSettings *settings,
                   GError **error)
{
  ScumbleModel *model = scumble_model_open (host->model_path, settings->method,
                                            settings->quality, error);
  ScumbleStand *self;

  if (model == NULL)
    return NULL;

  self          = g_new0 (ScumbleStand, 1);
  self->host    = host;
  self->method  = settings->method;
  self->quality = settings->quality;
  self->model   = model;
  scumble_stand_plan (self, NULL, NULL, NULL);

  return self;
}

static void
clear_recipe (ScumbleRecipe *recipe)
{
  g_clear_pointer (&recipe->strokes, g_free);
  g_clear_pointer (&recipe->styles, g_ptr_array_unref);
}

static void
clear_strokes (ScumbleSeen *seen)
{
  g_clear_pointer (&seen->strokes, scumble_strokes_free);
  clear_recipe (&seen->painted);
}

void
scumble_stand_forget (ScumbleStand *self, ScumbleCanvas canvas)
{
  ScumbleSeen *seen = &self->seen[canvas];

  g_clear_pointer (&seen->content, scumble_content_free);
  clear_recipe (&seen->under);
  clear_strokes (seen);
}

void
scumble_stand_forget_strokes (ScumbleStand *self)
{
  for (ScumbleCanvas canvas = 0; canvas < SCUMBLE_N_CANVASES; canvas++)
    clear_strokes (&self->seen[canvas]);
}

void
scumble_stand_free (ScumbleStand *self)
{
  if (self == NULL)
    return;

  for (ScumbleCanvas canvas = 0; canvas < SCUMBLE_N_CANVASES; canvas++)
    scumble_stand_forget (self, canvas);
  scumble_model_unref (self->model);
  g_free (self);
}

gboolean
scumble_stand_serves (const ScumbleStand *self, const ScumbleSettings *settings)
{
  return self != NULL && self->method == settings->method &&
         self->quality == settings->quality;
}

static void
keep_pace (double *pace, gint64 begun, double work)
{
  const double now = (g_get_monotonic_time () - begun) / 1e6 / work;

  if (work > 0.0)
    *pace = *pace > 0.0 ? 0.5 * (*pace + now) : now;
}

static gboolean
same_styles (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;

  for (guint i = 0; i < a->len; i++)
    if (a->pdata[i] != b->pdata[i])
      return FALSE;

  return TRUE;
}

static gboolean
is_recipe (const ScumbleRecipe *recipe, const ScumblePurpose *purpose)
{
  return recipe->strokes != NULL && g_str_equal (recipe->strokes, purpose->strokes) &&
         same_styles (recipe->styles, purpose->styles);
}

static void
set_recipe (ScumbleRecipe *recipe, const ScumblePurpose *purpose)
{
  clear_recipe (recipe);
  recipe->strokes = g_strdup (purpose->strokes);
  recipe->styles  = g_ptr_array_new_with_free_func ((GDestroyNotify) scumble_style_unref);
  for (guint i = 0; i < purpose->styles->len; i++)
    g_ptr_array_add (recipe->styles, scumble_style_ref (purpose->styles->pdata[i]));
}

/* Whether what is seen depends on a look's styles. */
static gboolean
is_brushed (const ScumblePurpose *purpose)
{
  return purpose->look != NULL && purpose->look->brush > 1.0;
}

static gboolean
is_seamless (const ScumblePurpose *purpose)
{
  return purpose->look != NULL && purpose->look->seamless;
}

/* Whether what was seen is of use. */
static gboolean
is_begun (const ScumbleSeen *seen, const ScumblePurpose *purpose)
{
  if (seen->content == NULL || seen->seamless != is_seamless (purpose))
    return FALSE;

  return is_brushed (purpose) ? is_recipe (&seen->under, purpose)
                              : seen->under.strokes == NULL;
}

gboolean
scumble_stand_surveyed (const ScumbleStand *self, ScumbleCanvas canvas,
                        const ScumblePurpose *purpose)
{
  const ScumbleSeen *seen = &self->seen[canvas];

  return is_begun (seen, purpose) &&
         (!is_brushed (purpose) || scumble_content_serves (seen->content, purpose->look));
}

gboolean
scumble_stand_survey (ScumbleStand *self, ScumbleCanvas canvas, ScumbleSource *source,
                      const ScumblePurpose *purpose, const ScumbleJob *job, GError **error)
{
  const ScumbleLook *look  = purpose->look;
  ScumbleSeen       *seen  = &self->seen[canvas];
  const gint64       begun = g_get_monotonic_time ();

  if (scumble_stand_surveyed (self, canvas, purpose))
    return TRUE;
  if (is_begun (seen, purpose))
    return scumble_content_survey_for (seen->content, look, job, error);

  scumble_stand_forget (self, canvas);
  seen->content = look == NULL ? scumble_model_survey (self->model, source, job, error)
                               : scumble_model_survey_for (self->model, source, look, job,
                                                           error);
  if (seen->content == NULL)
    return FALSE;

  seen->seamless = is_seamless (purpose);
  if (is_brushed (purpose))
    set_recipe (&seen->under, purpose);
  keep_pace (&self->survey_pace, begun, plan_for (self, demand_of (source, look)).survey);
  return TRUE;
}

gboolean
scumble_stand_is_painted (ScumbleStand *self, ScumbleCanvas canvas,
                          const ScumblePurpose *purpose, const ScumbleRect *area)
{
  const ScumbleSeen *seen = &self->seen[canvas];
  ScumbleLook        look = *purpose->look;

  look.strokes = seen->strokes;

  return is_recipe (&seen->painted, purpose) &&
         scumble_content_is_painted (seen->content, &look, area);
}

/* Strokes to paint @area with: those that are there, or room for new ones; NULL if they are not
 * to be kept. */
static ScumbleStrokes *
take_strokes (ScumbleSeen *seen, const ScumblePurpose *purpose, gboolean painted,
              ScumbleArena *arena)
{
  if (painted)
    return seen->strokes;

  if (purpose->last || !is_recipe (&seen->painted, purpose))
    clear_strokes (seen);
  if (!purpose->last && seen->strokes == NULL)
    {
      seen->strokes = scumble_strokes_new (arena);
      set_recipe (&seen->painted, purpose);
    }

  return seen->strokes;
}

gboolean
scumble_stand_paint (ScumbleStand *self, ScumbleCanvas canvas, const ScumbleSource *source,
                     const ScumblePurpose *purpose, const ScumbleRect *area, ScumbleSink *sink,
                     const ScumbleJob *job, GError **error)
{
  ScumbleSeen   *seen    = &self->seen[canvas];
  const gint64   begun   = g_get_monotonic_time ();
  const gboolean painted = scumble_stand_is_painted (self, canvas, purpose, area);
  ScumbleLook    look    = *purpose->look;
  double         share;

  look.strokes = take_strokes (seen, purpose, painted, job->arena);
  if (!scumble_content_paint (seen->content, &look, area, sink, job, error))
    return FALSE;

  /* What is there already says nothing about the networks. */
  share = (double) area->w * area->h / pixels_of (source);
  if (!painted)
    keep_pace (&self->paint_pace, begun,
               share * plan_for (self, demand_of (source, &look)).paint);
  return TRUE;
}

/* Where the coats of a large brush are there, what is below them is seen as for a small one. */
static double
bare_seconds (const ScumbleStand *self, const ScumblePurpose *purpose)
{
  ScumbleLook look = *purpose->look;

  look.brush = 1.0;
  return plan_for (self, demand_of (self->host->content, &look)).survey * self->survey_pace;
}

double
scumble_stand_survey_seconds (const ScumbleStand *self, const ScumblePurpose *purpose)
{
  if (purpose != NULL && scumble_stand_surveyed (self, SCUMBLE_CANVAS_FULL, purpose))
    return 0.0;
  if (purpose != NULL && is_begun (&self->seen[SCUMBLE_CANVAS_FULL], purpose))
    return bare_seconds (self, purpose);

  return self->plan.survey * self->survey_pace;
}

double
scumble_stand_prepare_seconds (const ScumbleStand *self)
{
  return self->plan.prepare * self->paint_pace;
}

double
scumble_stand_paint_seconds (const ScumbleStand *self, double pixels)
{
  return self->plan.paint * self->paint_pace * pixels / pixels_of (self->host->content);
}

void
scumble_stand_note_learning (ScumbleStand *self, gint64 begun, int updates)
{
  keep_pace (&self->learn_pace, begun, updates * self->lesson.work);
}

/* Until a style has learned here, a multiply-add is taken to be as quick as in painting: on a
 * machine at rest both make 150 thousand million a second. */
double
scumble_stand_learn_seconds (const ScumbleStand *self, int updates)
{
  const double pace = self->learn_pace > 0.0 ? self->learn_pace : self->paint_pace;

  return pace * updates * self->lesson.work;
}
