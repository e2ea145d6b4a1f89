/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What styles can do once they are there: be mixed, saved and loaded. */
#include "model-private.h"
#include "error.h"
#include "mark.h"
#include "safetensors-writer.h"
#include "safetensors.h"

#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

/* A saved style's metadata.  It has no "scumble.method", so that it is never taken for a
 * model. */
#define PART     "scumble.part"
#define VERSION  "scumble.version"
#define METHOD   "scumble.style.method"
#define MODEL    "scumble.style.model"
#define IDENTITY "scumble.style.identity"
#define TITLE    "scumble.style.title"

static gboolean
check_mixture (const ScumbleStyle *const *styles, const double *weights, guint n,
               double *total, GError **error)
{
  *total = 0.0;
  for (guint i = 0; i < n; i++)
    {
      if (!(weights[i] >= 0.0) || isinf (weights[i]))
        {
          scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                             N_("The weight of style %u of the mixture is %g; it must "
                                "be a number that is not negative."), i + 1, weights[i]);
          return FALSE;
        }
      if (styles[i]->model != styles[0]->model)
        {
          scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                             N_("Only styles that were made with the same model can be "
                                "mixed."));
          return FALSE;
        }
      *total += weights[i];
    }
  if (*total > 0.0)
    return TRUE;

  scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                     N_("All weights of the mixture are 0; at least one style must "
                        "count."));
  return FALSE;
}

ScumbleStyle *
scumble_style_mix (const ScumbleStyle *const *styles, const double *weights, guint n,
                   GError **error)
{
  g_autofree gconstpointer *data   = g_new (gconstpointer, n);
  g_autofree float         *shares = g_new (float, n);
  guint                     count  = 0;
  guint                     last   = 0;
  double                    total;

  if (!check_mixture (styles, weights, n, &total, error))
    return NULL;

  for (guint i = 0; i < n; i++)
    if (weights[i] / total > 0.0)
      {
        data[count]     = styles[i]->data;
        shares[count++] = (float) (weights[i] / total);
        last            = i;
      }
  if (count == 1)
    return scumble_style_ref ((ScumbleStyle *) styles[last]);

  return scumble_style_new (styles[0]->model,
                            styles[0]->model->method->mix (styles[0]->model, data, shares,
                                                           count));
}

gboolean
scumble_style_save (const ScumbleStyle *style, const char *path, const char *title,
                    GError **error)
{
  g_autoptr (ScumbleSafetensorsWriter) writer = scumble_safetensors_writer_new ();
  const ScumbleModel                  *model  = style->model;

  scumble_safetensors_writer_set (writer, PART, "style");
  scumble_safetensors_writer_set (writer, VERSION, "1");
  scumble_safetensors_writer_set (writer, METHOD, model->method->id);
  scumble_safetensors_writer_set (writer, MODEL, model->name);
  scumble_safetensors_writer_set (writer, IDENTITY, model->identity);
  scumble_safetensors_writer_set (writer, TITLE, title);
  model->method->save (model, style->data, writer);

  return scumble_safetensors_writer_save (writer, path, error);
}

/* @method: ID of what the style in @file was made for, which is not @model */
static void
refuse_model (const ScumbleModel *model, const ScumbleSafetensors *file, const char *method,
              GError **error)
{
  const ScumbleMethod *other = scumble_method_find (method, NULL);
  const char          *title = scumble_safetensors_metadata (file, TITLE);

  if (title == NULL || *title == '\0')
    title = scumble_safetensors_path (file);
  if (g_str_equal (method, model->method->id))
    scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                       N_("The style \"%s\" was made for another quality or version of %s. "
                          "Choose that quality, or make the style again from its picture."),
                       title, model->method->title);
  else
    scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                       N_("The style \"%s\" was made for the method %s. Choose that method, or "
                          "make the style again from its picture."),
                       title, other != NULL ? other->title : method);
}

static gboolean
check_model (const ScumbleModel *model, const ScumbleSafetensors *file, GError **error)
{
  const char *path   = scumble_safetensors_path (file);
  const char *method = scumble_safetensors_metadata (file, METHOD);

  if (g_strcmp0 (scumble_safetensors_metadata (file, PART), "style") != 0 ||
      g_strcmp0 (scumble_safetensors_metadata (file, VERSION), "1") != 0 || method == NULL)
    {
      scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                         N_("The file \"%s\" is no style that this version of Scumble "
                            "knows."), path);
      return FALSE;
    }
  if (g_strcmp0 (method, model->method->id) == 0 &&
      g_strcmp0 (scumble_safetensors_metadata (file, IDENTITY), model->identity) == 0)
    return TRUE;

  refuse_model (model, file, method, error);
  return FALSE;
}

/* What is wrong with its bytes would not help: a style is made again, not mended. */
static void
refuse_file (const char *path, GError **error)
{
  if (g_access (path, R_OK) == 0)
    scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                       N_("The style file \"%s\" is damaged. Make the style again from "
                          "its picture."), path);
  else
    scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                       N_("The style file \"%s\" cannot be opened: it is not there, or "
                          "may not be read."), path);
}

ScumbleStyle *
scumble_style_load (ScumbleModel *model, const char *path, GError **error)
{
  g_autoptr (ScumbleSafetensors) file = scumble_safetensors_open (path, NULL);
  gpointer                       data = NULL;

  if (file != NULL && !check_model (model, file, error))
    return NULL;

  if (file != NULL)
    data = model->method->load (model, file, NULL);
  if (data == NULL)
    refuse_file (path, error);

  return scumble_style_new (model, data);
}

gboolean
scumble_style_file_read (ScumbleStyleFile *file, const char *path, GError **error)
{
  g_autoptr (GHashTable) metadata = scumble_safetensors_peek (path);

  *file = (ScumbleStyleFile) { NULL };
  if (metadata == NULL ||
      g_strcmp0 (g_hash_table_lookup (metadata, PART), "style") != 0 ||
      g_strcmp0 (g_hash_table_lookup (metadata, VERSION), "1") != 0 ||
      !g_hash_table_contains (metadata, METHOD) || !g_hash_table_contains (metadata, MODEL) ||
      !g_hash_table_contains (metadata, TITLE))
    {
      scumble_set_error (error, SCUMBLE_ERROR_MODEL,
                         N_("The file \"%s\" is no style that this version of Scumble "
                            "knows."), path);
      return FALSE;
    }

  file->method = g_strdup (g_hash_table_lookup (metadata, METHOD));
  file->model  = g_strdup (g_hash_table_lookup (metadata, MODEL));
  file->title  = g_strdup (g_hash_table_lookup (metadata, TITLE));

  return TRUE;
}

void
scumble_style_file_clear (ScumbleStyleFile *file)
{
  g_clear_pointer (&file->method, g_free);
  g_clear_pointer (&file->model, g_free);
  g_clear_pointer (&file->title, g_free);
}
