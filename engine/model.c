/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model-private.h"
#include "colour.h"
#include "convnet.h"
#include "detail.h"
#include "error.h"
#include "mark.h"
#include "params.h"
#include "proxy.h"
#include "safetensors.h"
#include "tiles.h"
#include "vgg.h"
#include "zones.h"

#include <string.h>

static void
model_free (ScumbleModel *model)
{
  if (model->net != NULL)
    model->method->close (model->net);
  scumble_convnet_free (model->encoder);
  g_free (model->name);
  g_free (model->identity);
  g_free (model);
}

/* Finds @name.safetensors in the folders of @path. */
static ScumbleSafetensors *
open_file (const char *const *path, const char *name, GError **error)
{
  g_autofree char   *base    = g_strconcat (name, ".safetensors", NULL);
  g_autofree char   *folders = g_strjoinv (", ", (char **) path);

  /* A name with folders in it would reach beyond the search path. */
  if (strchr (name, G_DIR_SEPARATOR) == NULL && name[0] != '.')
    for (guint i = 0; path[i] != NULL; i++)
      {
        g_autofree char *file = g_build_filename (path[i], base, NULL);

        if (g_file_test (file, G_FILE_TEST_EXISTS))
          return scumble_safetensors_open (file, error);
      }

  scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                     N_("The model file \"%s\" is not in any of the model folders (%s). "
                        "Reinstall Scumble, or put the file there."), base, folders);
  return NULL;
}

static gboolean
expect (const ScumbleSafetensors *file, const char *key, const char *value, GError **error)
{
  const char *found = scumble_safetensors_metadata (file, key);

  if (g_strcmp0 (found, value) == 0)
    return TRUE;

  scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                     N_("The model file \"%s\" says %s = \"%s\" where \"%s\" is needed."),
                     scumble_safetensors_path (file), key, found != NULL ? found : "",
                     value);
  return FALSE;
}

/* A model file names its encoder; the one that all default models share is "encoder". */
static ScumbleSafetensors *
open_encoder (const char *const *path, const ScumbleSafetensors *file, GError **error)
{
  const char                    *name = scumble_safetensors_metadata (file, "scumble.encoder");
  g_autoptr (ScumbleSafetensors) encoder = NULL;

  encoder = open_file (path, name != NULL ? name : "encoder", error);
  if (encoder == NULL || !expect (encoder, "scumble.part", "encoder", error) ||
      !expect (encoder, "scumble.version", "1", error))
    return NULL;

  return g_steal_pointer (&encoder);
}

static gboolean
load (ScumbleModel *model, const char *const *path, const char *name, GError **error)
{
  g_autoptr (ScumbleSafetensors) file    = open_file (path, name, error);
  g_autoptr (ScumbleSafetensors) encoder = NULL;

  if (file == NULL || !expect (file, "scumble.method", model->method->id, error) ||
      !expect (file, "scumble.version", "1", error))
    return FALSE;

  encoder = open_encoder (path, file, error);
  if (encoder == NULL)
    return FALSE;
  model->encoder = scumble_vgg_encoder (encoder, model->method->sees, error);
  if (model->encoder == NULL)
    return FALSE;

  model->name     = g_strdup (name);
  model->identity = g_strdup_printf ("%016" G_GINT64_MODIFIER "x-%016" G_GINT64_MODIFIER "x",
                                     scumble_safetensors_digest (file),
                                     scumble_safetensors_digest (encoder));
  model->net      = model->method->open (file, encoder, model->encoder, error);
  return model->net != NULL;
}

ScumbleModel *
scumble_model_open (const char *const *path, const char *method, const char *name,
                    GError **error)
{
  const ScumbleMethod     *found = scumble_method_find (method, error);
  g_autoptr (ScumbleModel) model = NULL;

  if (found == NULL)
    return NULL;

  model         = g_new0 (ScumbleModel, 1);
  model->method = found;
  g_atomic_ref_count_init (&model->refs);

  return load (model, path, name != NULL ? name : method, error) ? g_steal_pointer (&model)
                                                                 : NULL;
}

/* The model's name that is in the file name @base; %NULL if scumble_model_open() would not
 * look for it. */
static char *
name_of_file (const char *base)
{
  if (base[0] == '.' || !g_str_has_suffix (base, ".safetensors"))
    return NULL;

  return g_strndup (base, strlen (base) - strlen (".safetensors"));
}

static gboolean
is_of_method (const char *file, const char *method)
{
  g_autoptr (GHashTable) metadata = scumble_safetensors_peek (file);

  return metadata != NULL &&
         g_strcmp0 (g_hash_table_lookup (metadata, "scumble.method"), method) == 0 &&
         g_strcmp0 (g_hash_table_lookup (metadata, "scumble.version"), "1") == 0;
}

/* Adds what @folder has and no folder before it had to @seen; those of @method to @names. */
static void
list_folder (const char *folder, const char *method, GHashTable *seen, GPtrArray *names)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *base;

  while (dir != NULL && (base = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, base, NULL);
      char            *name = name_of_file (base);

      if (name == NULL || !g_hash_table_add (seen, name))
        continue;
      if (is_of_method (file, method))
        g_ptr_array_add (names, g_strdup (name));
    }
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const char *x      = *(const char *const *) a;
  const char *y      = *(const char *const *) b;
  const char *method = user_data;

  if (g_str_equal (x, method) || g_str_equal (y, method))
    return g_str_equal (x, method) ? -1 : 1;

  return strcmp (x, y);
}

char **
scumble_model_list (const char *const *path, const char *method)
{
  g_autoptr (GHashTable) seen  = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray)  names = g_ptr_array_new ();

  for (guint i = 0; path[i] != NULL; i++)
    list_folder (path[i], method, seen, names);
  g_ptr_array_sort_with_data (names, compare_names, (gpointer) method);
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_steal (names, NULL);
}

ScumbleModel *
scumble_model_ref (ScumbleModel *model)
{
  g_atomic_ref_count_inc (&model->refs);
  return model;
}

void
scumble_model_unref (ScumbleModel *model)
{
  if (model != NULL && g_atomic_ref_count_dec (&model->refs))
    model_free (model);
}

ScumbleStyle *
scumble_style_new (ScumbleModel *model, gpointer data)
{
  ScumbleStyle *style;

  if (data == NULL)
    return NULL;

  style        = g_new (ScumbleStyle, 1);
  style->model = scumble_model_ref (model);
  style->data  = data;
  g_atomic_ref_count_init (&style->refs);

  return style;
}

static gboolean
check_styling (const ScumbleModel *model, const ScumbleStyling *styling, GError **error)
{
  ScumbleSettings settings;

  g_return_val_if_fail (styling->content != NULL || styling->keep_colours == 0.0, FALSE);

  scumble_settings_init (&settings);
  settings.method = model->method->id;
  settings.scale  = styling->scale;
  settings.colour = styling->keep_colours;

  return scumble_settings_check (&settings, error);
}

/* The picture in other colours and at another size, as the method sees it. */
static gpointer
encode (ScumbleModel *model, ScumbleSource *source, const ScumbleStyling *styling,
        const ScumbleJob *job, GError **error)
{
  const double        scale = styling != NULL ? styling->scale : 1.0;
  gpointer            data  = NULL;
  ScumbleColourSource coloured;
  ScumbleProxy        proxy;

  if (styling != NULL && styling->keep_colours > 0.0)
    {
      if (!scumble_colour_source_init (&coloured, source, styling->content,
                                       styling->keep_colours, job, error))
        return NULL;
      source = &coloured.source;
    }

  if (scumble_proxy_init_scaled (&proxy, source, model->method->style_fits, scale, job, error))
    data = model->method->encode (model, proxy.source, job, error);
  scumble_proxy_clear (&proxy);

  return data;
}

ScumbleStyle *
scumble_model_encode (ScumbleModel *model, ScumbleSource *source,
                      const ScumbleStyling *styling, const ScumbleJob *job, GError **error)
{
  if (styling != NULL && !check_styling (model, styling, error))
    return NULL;

  return scumble_style_new (model, encode (model, source, styling, job, error));
}

ScumbleStyle *
scumble_model_adapt (ScumbleModel *model, const ScumbleStyle *style, ScumbleSource *source,
                     const ScumbleAdaptation *adaptation, const ScumbleJob *job,
                     GError **error)
{
  g_return_val_if_fail (style->model == model, NULL);

  if (model->method->adapt == NULL)
    {
      scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                         N_("The method \"%s\" does not adapt its styles."),
                         model->method->id);
      return NULL;
    }
  if (adaptation->updates < 1)
    {
      scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                         N_("The number of updates is %d; it must be at least 1."),
                         adaptation->updates);
      return NULL;
    }

  return scumble_style_new (model, model->method->adapt (model, style->data, source,
                                                         adaptation, job, error));
}

gboolean
scumble_style_wants_adapting (const ScumbleStyle *style)
{
  return style->model->method->adapt != NULL && scumble_style_updates (style) == 0;
}

int
scumble_style_updates (const ScumbleStyle *style)
{
  const ScumbleMethod *method = style->model->method;

  return method->updates != NULL ? method->updates (style->data) : 0;
}

ScumbleStyle *
scumble_adapting_style (const ScumbleAdapting *adapting)
{
  return scumble_style_new (adapting->model, adapting->copy (adapting->self));
}

ScumbleStyle *
scumble_style_ref (ScumbleStyle *style)
{
  g_atomic_ref_count_inc (&style->refs);
  return style;
}

void
scumble_style_unref (ScumbleStyle *style)
{
  if (style == NULL || !g_atomic_ref_count_dec (&style->refs))
    return;

  style->model->method->style_free (style->data);
  scumble_model_unref (style->model);
  g_free (style);
}

/* A content of which nothing has been seen. */
static ScumbleContent *
content_new (ScumbleModel *model, ScumbleSource *source)
{
  ScumbleContent *content = g_new0 (ScumbleContent, 1);

  content->model  = scumble_model_ref (model);
  content->source = source;

  return content;
}

ScumbleContent *
scumble_model_survey (ScumbleModel *model, ScumbleSource *source, const ScumbleJob *job,
                      GError **error)
{
  g_autoptr (ScumbleContent) content = content_new (model, source);

  content->data = model->method->survey (model, source, job, error);

  return content->data != NULL ? g_steal_pointer (&content) : NULL;
}

static gboolean
check_numbers (const ScumbleModel *model, const ScumbleLook *look, GError **error)
{
  ScumbleSettings settings;

  scumble_settings_init (&settings);
  settings.method      = model->method->id;
  settings.strength    = look->strength;
  settings.colour      = look->keep_colours;
  settings.detail      = look->keep_detail;
  settings.temperature = look->temperature;
  settings.repetition  = look->repetition;
  settings.brush       = look->brush;

  return scumble_settings_check (&settings, error);
}

/* Whether @look makes sense on any content */
static gboolean
check_terms (const ScumbleModel *model, const ScumbleLook *look, GError **error)
{
  if (look->n_zones == 0)
    {
      scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                         N_("There is no style to paint with; at least one is needed."));
      return FALSE;
    }

  return check_numbers (model, look, error);
}

/* What the networks are to see in the content's place. */
static ScumbleSource *
surveyed_of (const ScumbleContent *content)
{
  return content->seam != NULL ? &content->seam->surveyed.source : content->source;
}

/* What of @look has not been seen yet. */
static void
find_missing (const ScumbleContent *content, const ScumbleLook *look, gboolean *coats,
              gboolean *bare)
{
  const gboolean brushed = scumble_underpainting_helps (surveyed_of (content), look->brush);

  *coats = brushed && content->coats == NULL;
  *bare  = content->data == NULL && (!brushed || scumble_coats_leave (look));
}

gboolean
scumble_content_serves (const ScumbleContent *content, const ScumbleLook *look)
{
  gboolean coats, bare;

  find_missing (content, look, &coats, &bare);

  return !look->seamless == (content->seam == NULL) && !coats && !bare &&
         (content->coats == NULL || scumble_coats_serve (content->coats, look));
}

/* Without coats, the look shows all that is seen. */
static gpointer
survey_whole (ScumbleModel *model, ScumbleSource *source, const ScumbleLook *look,
              const ScumbleJob *job, GError **error)
{
  return model->method->survey (model, source, job, error);
}

gboolean
scumble_content_survey_for (ScumbleContent *content, const ScumbleLook *look,
                            const ScumbleJob *job, GError **error)
{
  ScumbleModel    *model  = content->model;
  ScumbleSource   *source = surveyed_of (content);
  gboolean         coats, bare;
  double           share;
  ScumbleStage     stages[2];
  ScumbleJob       over, under;

  if (!check_terms (model, look, error))
    return FALSE;

  find_missing (content, look, &coats, &bare);
  share = !coats ? 0.0 : !bare ? 1.0 : look->n_zones / (look->n_zones + 1.0);
  over  = scumble_job_stage (&stages[0], job, 0.0, share);
  under = scumble_job_stage (&stages[1], job, share, 1.0);
  if (coats)
    content->coats = scumble_coats_new (model, source, look, &over, error);
  if (coats && content->coats == NULL)
    return FALSE;
  if (bare)
    content->data = (content->coats != NULL ? scumble_coats_survey_bare : survey_whole) (
      model, source, look, &under, error);

  return !bare || content->data != NULL;
}

ScumbleContent *
scumble_model_survey_for (ScumbleModel *model, ScumbleSource *source, const ScumbleLook *look,
                          const ScumbleJob *job, GError **error)
{
  g_autoptr (ScumbleContent) content = content_new (model, source);

  if (!check_terms (model, look, error))
    return NULL;

  if (look->seamless)
    {
      content->seam = g_new (ScumbleSeam, 1);
      scumble_seam_init (content->seam, source, look);
      content->source = &content->seam->around.source;
    }

  return scumble_content_survey_for (content, look, job, error) ? g_steal_pointer (&content)
                                                                : NULL;
}

void
scumble_content_free (ScumbleContent *content)
{
  if (content == NULL)
    return;

  if (content->data != NULL)
    content->model->method->content_free (content->data);
  scumble_coats_free (content->coats);
  g_free (content->seam);
  scumble_model_unref (content->model);
  g_free (content);
}

void
scumble_look_init (ScumbleLook *look, const ScumbleZone *zones, guint n_zones)
{
  *look = (ScumbleLook) { .zones       = zones,
                          .n_zones     = n_zones,
                          .strength    = 1.0,
                          .temperature = 1.0,
                          .brush       = 1.0 };
}

/* The content as the caller knows it. */
static const ScumbleSource *
picture_of (const ScumbleContent *content)
{
  return content->seam != NULL ? content->seam->content : content->source;
}

static ScumbleRect
whole_of (const ScumbleContent *content)
{
  return (ScumbleRect) { 0, 0, picture_of (content)->width, picture_of (content)->height };
}

static gboolean
check_mask (const ScumbleContent *content, const ScumbleMask *mask, GError **error)
{
  const ScumbleSource *source = picture_of (content);

  if (mask == NULL || (mask->width == source->width && mask->height == source->height))
    return TRUE;

  scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                     N_("A mask has %d x %d pixels, but the picture %d x %d; they must "
                        "be the same."), mask->width, mask->height, source->width,
                     source->height);
  return FALSE;
}

static gboolean
check_zones (const ScumbleContent *content, const ScumbleLook *look, GError **error)
{
  for (guint i = 0; i < look->n_zones; i++)
    {
      g_return_val_if_fail (look->zones[i].style->model == content->model, FALSE);
      if (!check_mask (content, look->zones[i].mask, error))
        return FALSE;
    }

  return check_mask (content, look->strength_map, error);
}

static gboolean
check_look (const ScumbleContent *content, const ScumbleLook *look, GError **error)
{
  if (!check_terms (content->model, look, error))
    return FALSE;
  g_return_val_if_fail (scumble_content_serves (content, look), FALSE);

  return check_zones (content, look, error);
}

static gboolean
check_render (const ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect,
              GError **error)
{
  const ScumbleRect whole = whole_of (content);

  if (rect->w < 1 || rect->h < 1 || !scumble_rect_contains (whole, *rect))
    {
      scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                         N_("The rectangle %d x %d at (%d, %d) is not inside the "
                            "picture of %d x %d pixels."), rect->w, rect->h, rect->x,
                         rect->y, whole.w, whole.h);
      return FALSE;
    }

  return check_look (content, look, error);
}

gboolean
scumble_look_returns_beyond (const ScumbleLook *look)
{
  return look->keep_colours > 0.0 || look->strength < 1.0 ||
         scumble_zones_rest (look, 1.0);
}

static gboolean
returns_beyond (const ScumbleContent *content, const ScumbleLook *look)
{
  return picture_of (content)->beyond && scumble_look_returns_beyond (look);
}

/* How much of every pixel is left to the content: [n_zones + 1, n], of which the last plane is
 * meant; the others are weighing's. */
static float *
find_left (const ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect,
           const ScumbleJob *job, GError **error)
{
  const gsize n       = (gsize) rect->w * (gsize) rect->h;
  float      *weights = scumble_arena_take (job->arena,
                                            (look->n_zones + 1) * n * sizeof (float), error);
  float      *left;

  if (weights == NULL ||
      !scumble_zones_weigh (look, content->source, *rect, 1, look->strength, weights, job, error))
    return NULL;

  left = weights + look->n_zones * n;
  for (gsize i = 0; i < n; i++)
    left[i] = MAX (left[i], 0.0f);

  return left;
}

/* Gives the rendered pixels of a rectangle the content's chroma, and what it has beyond 0..1. */
static gboolean
keep_colours (const ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect,
              float *rgb, const ScumbleJob *job, GError **error)
{
  ScumbleSource *source = content->source;
  const gsize    n      = (gsize) rect->w * (gsize) rect->h;
  float         *rgba   = scumble_arena_take (job->arena, 4 * n * sizeof *rgba, error);
  float         *left;

  if (rgba == NULL || !source->read (source, rect, rgba, error))
    return FALSE;
  if (look->keep_colours > 0.0)
    scumble_keep_chroma (rgba, source->has_alpha, (float) look->keep_colours, rgb, n);
  if (!returns_beyond (content, look))
    return TRUE;

  left = find_left (content, look, rect, job, error);
  if (left != NULL)
    scumble_return_beyond (rgba, source->has_alpha, left, (float) look->keep_colours, rgb, n);

  return left != NULL;
}

static gboolean
touches_colours (const ScumbleContent *content, const ScumbleLook *look)
{
  return look->keep_colours > 0.0 || returns_beyond (content, look);
}

/* What that takes for so many pixels. */
static gsize
colours_room (const ScumbleContent *content, const ScumbleLook *look, gsize pixels)
{
  const gsize weights = returns_beyond (content, look) ? 2 * ((gsize) look->n_zones + 1) : 0;

  return touches_colours (content, look) ? (4 + weights) * sizeof (float) * pixels + 192 : 0;
}

/* What has to be painted for a rectangle. */
static ScumbleRect
painted_for (const ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect)
{
  const ScumbleRect whole = { 0, 0, content->source->width, content->source->height };

  return look->keep_detail == 0.0
           ? *rect
           : scumble_rect_intersect (scumble_rect_grow (*rect,
                                                        scumble_detail_reach (look->brush)),
                                     whole);
}

/* What has been painted earlier. A picture that repeats is painted in several places at once. */
static ScumbleStrokes *
strokes_of (const ScumbleContent *content, const ScumbleLook *look)
{
  return content->seam == NULL ? look->strokes : NULL;
}

gboolean
scumble_content_is_painted (const ScumbleContent *content, const ScumbleLook *look,
                            const ScumbleRect *area)
{
  const ScumbleStrokes *strokes = strokes_of (content, look);
  const ScumbleRect     wide    = painted_for (content, look, area);

  return strokes != NULL && scumble_strokes_have (strokes, &wide);
}

static void
frame_strokes (const ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *area)
{
  ScumbleStrokes   *strokes = strokes_of (content, look);
  const ScumbleRect wide    = painted_for (content, look, area);

  if (strokes != NULL)
    scumble_strokes_frame (strokes, &wide);
}

/* The networks alone; gives their scratch back. */
static gboolean
render_plain (ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect,
              float *rgb, const ScumbleJob *job, GError **error)
{
  const gsize     mark    = scumble_arena_mark (job->arena);
  ScumbleStrokes *strokes = strokes_of (content, look);
  gboolean        done;

  if (strokes != NULL && scumble_strokes_read (strokes, rect, rgb))
    return TRUE;

  done = (content->coats != NULL ? scumble_coats_render : content->model->method->render) (
    content, look, rect, rgb, job, error);
  scumble_arena_release (job->arena, mark);
  if (done && strokes != NULL)
    scumble_strokes_keep (strokes, rect, rgb);

  return done;
}

/* Paints more than @rect, because outlines are found by what is around them. */
static gboolean
render_detailed (ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect,
                 float *rgb, const ScumbleJob *job, GError **error)
{
  const gsize       mark = scumble_arena_mark (job->arena);
  const ScumbleRect wide = painted_for (content, look, rect);
  const gsize       line = 3 * (gsize) rect->w;
  ScumbleTensor     painted;
  const gboolean    done =
    scumble_arena_tensor (job->arena, wide.h, wide.w, 3, &painted, error) &&
    render_plain (content, look, &wide, painted.data, job, error) &&
    scumble_keep_detail (content->source, look->brush, look->keep_detail, &wide, painted.data,
                         job, error);

  for (int i = 0; done && i < rect->h; i++)
    memcpy (rgb + (gsize) i * line,
            scumble_tensor_at (&painted, rect->y - wide.y + i, rect->x - wide.x),
            line * sizeof *rgb);
  scumble_arena_release (job->arena, mark);

  return done;
}

/* Colours' scratch is given back by the caller. */
static gboolean
render_part (ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect,
             float *rgb, const ScumbleJob *job, GError **error)
{
  return (look->keep_detail == 0.0 ? render_plain : render_detailed) (content, look, rect, rgb,
                                                                      job, error) &&
         (!touches_colours (content, look) ||
          keep_colours (content, look, rect, rgb, job, error));
}

/* Other parts than the first are painted beside it. */
static gboolean
render_parts (ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect,
              float *rgb, const ScumbleJob *job, GError **error)
{
  const gsize mark = scumble_arena_mark (job->arena);
  gboolean    done = TRUE;

  for (int part = 0; part < SCUMBLE_SEAM_PARTS && done; part++)
    {
      const ScumbleRect at = scumble_seam_part (content->seam, rect, part);
      ScumbleTensor     beyond;
      float            *painted = rgb;

      if (at.w < 1 || at.h < 1)
        continue;
      if (part > 0)
        {
          done    = scumble_arena_tensor (job->arena, at.h, at.w, 3, &beyond, error);
          painted = beyond.data;
        }
      done = done && render_part (content, look, &at, painted, job, error);
      if (done)
        scumble_seam_fade (content->seam, rect, part, painted, rgb);
      scumble_arena_release (job->arena, mark);
    }

  return done;
}

static gboolean
render (ScumbleContent *content, const ScumbleLook *look, const ScumbleRect *rect, float *rgb,
        const ScumbleJob *job, GError **error)
{
  ScumbleSeamLook repeated;
  gboolean        done;

  if (content->seam == NULL)
    return render_part (content, look, rect, rgb, job, error);

  scumble_seam_look_init (&repeated, content->seam, look);
  done = render_parts (content, &repeated.look, rect, rgb, job, error);
  scumble_seam_look_clear (&repeated);

  return done;
}

gboolean
scumble_content_render (ScumbleContent *content, const ScumbleLook *look,
                        const ScumbleRect *rect, float *rgb, const ScumbleJob *job,
                        GError **error)
{
  const gsize    mark = scumble_arena_mark (job->arena);
  const gboolean done =
    check_render (content, look, rect, error) &&
    render (content, look, rect, rgb, job, error);

  scumble_arena_release (job->arena, mark);
  return done;
}

typedef struct
{
  ScumbleContent    *content;
  const ScumbleLook *look;
  ScumbleSink       *sink;
  const ScumbleJob  *job;
  int                n;    /* tiles */
  int                done; /* of them */
} Paint;

/* Of the networks. */
static gsize
plain_room (const Paint *paint, int w, int h)
{
  const ScumbleContent *content = paint->content;

  return (content->coats != NULL ? scumble_coats_room : content->model->method->room) (
    content, paint->look, w, h, paint->job->threads);
}

/* Of painting what a tile of @w x @h needs, before its colours. */
static gsize
render_room (const Paint *paint, int w, int h)
{
  const ScumbleSource *source = paint->content->source;
  const ScumbleLook   *look   = paint->look;
  int                  reach, wide, high;

  if (look->keep_detail == 0.0)
    return plain_room (paint, w, h);

  reach = 2 * scumble_detail_reach (look->brush);
  wide  = MIN (w + reach, source->width);
  high  = MIN (h + reach, source->height);

  return 3 * sizeof (float) * (gsize) wide * (gsize) high + 64 +
         MAX (plain_room (paint, wide, high), scumble_detail_room (wide, high));
}

static gsize
paint_room (int w, int h, gconstpointer user_data)
{
  const Paint *paint  = user_data;
  const gsize  pixels = (gsize) w * (gsize) h;
  const gsize  room   = render_room (paint, w, h);
  const gsize  tile   = 3 * sizeof (float) * pixels;

  return tile + (paint->content->seam != NULL ? tile + 64 : 0) +
         MAX (room, colours_room (paint->content, paint->look, pixels));
}

/* What a tile has to tell of itself, such as the first where networks are measured for it, is of
 * its own part of the progress. */
static gboolean
paint_tile (const ScumbleRect *tile, gpointer user_data, GError **error)
{
  Paint           *paint = user_data;
  ScumbleArena    *arena = paint->job->arena;
  const gsize      mark  = scumble_arena_mark (arena);
  ScumbleStage     stage;
  const ScumbleJob part  = scumble_job_stage (&stage, paint->job, (double) paint->done / paint->n,
                                              (paint->done + 1.0) / paint->n);
  ScumbleTensor    rgb;
  const gboolean   done  =
    scumble_arena_tensor (arena, tile->h, tile->w, 3, &rgb, error) &&
    render (paint->content, paint->look, tile, rgb.data, &part, error) &&
    paint->sink->write (paint->sink, tile, rgb.data, error);

  scumble_arena_release (arena, mark);
  paint->done++;
  return done;
}

/* Tiles for painting. Smaller ones would paint each other's surroundings dozens of times over:
 * then it is better to ask for more memory. Returns 0 with an error. */
static int
paint_edge (const Paint *paint, const ScumbleRect *area, GError **error)
{
  enum { LEAST = 32 };
  const ScumbleJob *job   = paint->job;
  const int         least = job->tile > 0 ? MIN (job->tile, LEAST) : LEAST;
  const int         edge  = MAX (scumble_tile_edge (area, job->tile > 0 ? 1 : LEAST,
                                                    paint_room, paint, job), least);
  const gsize       room  = paint_room (MIN (edge, area->w), MIN (edge, area->h), paint);

  return scumble_arena_has_room (job->arena, room, error) ? edge : 0;
}

gboolean
scumble_content_paint (ScumbleContent *content, const ScumbleLook *look,
                       const ScumbleRect *area, ScumbleSink *sink, const ScumbleJob *job,
                       GError **error)
{
  const ScumbleRect whole = whole_of (content);
  const ScumbleRect rect  = area != NULL ? *area : whole;
  Paint             paint = { content, look, sink, job };
  int               edge;

  if (!check_render (content, look, &rect, error))
    return FALSE;
  frame_strokes (content, look, &rect);
  edge = paint_edge (&paint, &rect, error);
  if (edge == 0)
    return FALSE;

  paint.n = scumble_tiles_count (&rect, edge);
  return scumble_tiles_walk (&rect, edge, paint_tile, &paint, job, error);
}

static double
part_work (const Paint *paint, const ScumbleRect *rect)
{
  const ScumbleContent *content = paint->content;
  const ScumbleRect     wide    = painted_for (content, paint->look, rect);

  return (content->coats != NULL ? scumble_coats_work : content->model->method->work) (
    content, paint->look, &wide);
}

static double
paint_work (const ScumbleRect *tile, gconstpointer user_data)
{
  const Paint       *paint = user_data;
  const ScumbleSeam *seam  = paint->content->seam;
  double             work  = 0.0;

  if (seam == NULL)
    return part_work (paint, tile);

  for (int part = 0; part < SCUMBLE_SEAM_PARTS; part++)
    {
      const ScumbleRect at = scumble_seam_part (seam, tile, part);

      work += at.w > 0 && at.h > 0 ? part_work (paint, &at) : 0.0;
    }

  return work;
}

gboolean
scumble_content_rehearse (ScumbleContent *content, const ScumbleJob *job, GError **error)
{
  const ScumbleRect whole = whole_of (content);
  Paint             paint = { content, job->rehearsal->look, NULL, job };
  const int         edge  = paint_edge (&paint, &whole, error);

  return edge > 0 && scumble_tiles_rehearse (&whole, edge, paint_room, paint_work, &paint, job,
                                             error);
}
