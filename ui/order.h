/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the dialog and the worker tell each other, by value. */
#pragma once

#include "host.h"
#include "shot.h"

G_BEGIN_DECLS

/**
 * ScumblePick:
 *
 * A style or a mask that the user has picked, opened for reading. Orders hold references
 * to it, so that the host closes it, on the main thread, only when no thread can be
 * reading it.
 */
typedef struct _ScumblePick ScumblePick;

/**
 * scumble_pick_new:
 * @choice: a layer of the host's is opened here and now; a file, by the worker
 *
 * Returns: (transfer full) (nullable): %NULL with the host's error
 */
ScumblePick   *scumble_pick_new      (ScumbleHost *host, const ScumbleHostChoice *choice,
                                      GError **error);

/**
 * scumble_pick_new_mask:
 * @mask_id: one of the host's masks
 *
 * Returns: (transfer full) (nullable): %NULL with the host's error
 */
ScumblePick   *scumble_pick_new_mask (ScumbleHost *host, int mask_id, GError **error);
ScumblePick   *scumble_pick_ref      (ScumblePick *pick);

/**
 * scumble_pick_unref:
 *
 * For the main thread only: the last reference closes the style.
 */
void           scumble_pick_unref    (ScumblePick *pick);

/**
 * scumble_pick_serial:
 *
 * Returns: a number that no other pick has or had
 */
guint          scumble_pick_serial   (const ScumblePick *pick);

/**
 * scumble_pick_name:
 *
 * Returns: (nullable): what the style is called; %NULL for a mask
 */
const char    *scumble_pick_name     (const ScumblePick *pick);

/**
 * scumble_pick_saved:
 *
 * Returns: (nullable): the path of a saved style, which has no picture
 */
const char    *scumble_pick_saved    (const ScumblePick *pick);

/**
 * scumble_pick_source:
 *
 * For the worker: a picture file is read when it is first asked for.
 *
 * Returns: (nullable): the style's picture; %NULL with an error that names the file
 */
ScumbleSource *scumble_pick_source   (ScumblePick *pick, GError **error);

/**
 * scumble_pick_mask:
 *
 * Returns: (nullable): the mask; %NULL for a style
 */
ScumbleMask   *scumble_pick_mask     (ScumblePick *pick);

/**
 * ScumbleIngredient:
 * @pick: (transfer full): a style
 * @weight: its share, above 0
 * @region: (transfer full) (nullable): a mask that says where it is painted
 *
 * One of the styles to paint with.
 */
typedef struct
{
  ScumblePick *pick;
  double       weight;
  ScumblePick *region;
} ScumbleIngredient;

/**
 * scumble_ingredients_new:
 *
 * Returns: (transfer full) (element-type ScumbleIngredient): an empty list that lets go of
 *   its picks when it is freed
 */
GArray        *scumble_ingredients_new (void);

/**
 * ScumbleOrderKind:
 * @SCUMBLE_ORDER_PREVIEW: show the view
 * @SCUMBLE_ORDER_SAMPLES: show what every method makes of the picture
 * @SCUMBLE_ORDER_LEARN: adapt the styles to the content, and show them
 * @SCUMBLE_ORDER_SAVE: keep the styles, mixed, in a file
 * @SCUMBLE_ORDER_PAINT: paint the whole picture into the host's sink
 */
typedef enum
{
  SCUMBLE_ORDER_PREVIEW,
  SCUMBLE_ORDER_SAMPLES,
  SCUMBLE_ORDER_LEARN,
  SCUMBLE_ORDER_SAVE,
  SCUMBLE_ORDER_PAINT,
} ScumbleOrderKind;

/**
 * ScumbleOrder:
 * @kind: what is wanted
 * @settings: by value
 * @styles: (element-type ScumbleIngredient): without any only the original is shown
 * @strength_map: (transfer full) (nullable): a mask to multiply the strength with
 * @look: another number whenever the settings or the style are others
 * @view: what the preview shows
 * @title: (transfer full) (nullable): what to call the style that is kept
 * @path: (transfer full) (nullable): the file to keep it in
 *
 * All that a worker needs to know of the dialog.
 */
typedef struct
{
  ScumbleOrderKind kind;
  ScumbleSettings  settings;
  GArray          *styles;
  ScumblePick     *strength_map;
  guint            look;
  ScumbleView      view;
  char            *title;
  char            *path;
} ScumbleOrder;

void  scumble_order_free    (gpointer order);

/**
 * scumble_order_strokes:
 *
 * Returns: (transfer full): a text that orders share where the networks paint the same strokes
 *   for them, if their styles are the same and have learned as much: how much of details and
 *   colours is kept is seen to afterwards
 */
char *scumble_order_strokes (const ScumbleOrder *order);

/**
 * scumble_order_coats:
 *
 * Returns: (transfer full): a text that orders share where the same is surveyed for their large
 *   brush, likewise: strengths and masks are not
 */
char *scumble_order_coats   (const ScumbleOrder *order);

/**
 * ScumbleLesson:
 * @update: number of an update that is done, from 1; 0 if there is none
 * @updates: how many there will be
 * @loss: the loss before it
 *
 * How far the learning of a style is.
 */
typedef struct
{
  int    update;
  int    updates;
  double loss;
} ScumbleLesson;

/**
 * ScumbleAnswer:
 * @kind: of the order that is answered
 * @shot: (nullable): a picture for the preview, or a sample
 * @sample: which sample: those of a method follow each other
 * @error: (nullable): what went wrong, for the user to read; never a mere cancel
 * @lesson: what has just been learned
 * @updates: how much the styles of the result have learned, as scumble_easel_updates() says
 * @saved: (transfer full) (nullable): the file that a style has been kept in
 * @painted: the host's sink has the complete picture
 * @dull: nothing of what the content has beyond white and sRGB is in the result, though it
 *   could be
 * @draft: the shot is the best that will come, but it is not the final picture shrunk,
 *   which would take too long
 * @seconds: what painting the whole picture will about take, or 0 if unknown
 * @memory: bytes that it will take at most, likewise
 * @learning: what learning the styles will about take, seconds, or 0 if unknown; also if there
 *   is nothing to learn, it has been learned, or memory does not do
 * @learning_memory: bytes that it will take at most, likewise
 */
typedef struct
{
  ScumbleOrderKind kind;
  ScumbleShot     *shot;
  int              sample;
  GError          *error;
  ScumbleLesson    lesson;
  int              updates;
  char            *saved;
  gboolean         painted;
  gboolean         dull;
  gboolean         draft;
  double           seconds;
  gsize            memory;
  double           learning;
  gsize            learning_memory;
} ScumbleAnswer;

/**
 * scumble_answer_has_result:
 *
 * Returns: whether the answer shows the picture as it will be painted, not just as it is
 */
gboolean scumble_answer_has_result (const ScumbleAnswer *answer);
void     scumble_answer_free       (gpointer answer);

G_END_DECLS
