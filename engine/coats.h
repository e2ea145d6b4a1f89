/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/**
 * ScumbleCoats:
 *
 * A content painted over in every style of a look with a large brush: for each zone its
 * underpainting of the whole picture, and what the model has seen of that. Where a style goes
 * and how strong it is does not matter to them; it shows when they are painted.
 */
typedef struct _ScumbleCoats ScumbleCoats;

/**
 * scumble_coats_new:
 * @source: (transfer none): the content; must outlive the coats
 * @look: its masks are not read
 * @job: its arena must outlive the coats
 *
 * Returns: (transfer full) (nullable): the coats; %NULL with an error as for
 *   scumble_model_survey() or scumble_content_paint()
 */
ScumbleCoats *scumble_coats_new   (ScumbleModel *model, ScumbleSource *source,
                                   const ScumbleLook *look, const ScumbleJob *job,
                                   GError **error);
void          scumble_coats_free  (ScumbleCoats *self);

/**
 * scumble_coats_survey_bare:
 *
 * Sees what coats may leave of the content.
 *
 * Returns: (transfer full) (nullable): what the method's survey makes
 */
gpointer      scumble_coats_survey_bare (ScumbleModel *model, ScumbleSource *source,
                                         const ScumbleLook *look, const ScumbleJob *job,
                                         GError **error);

/**
 * scumble_coats_serve:
 *
 * Returns: whether they are for as many styles as @look has, and for its brush and its ways to
 *   see; the styles' order is the caller's concern
 */
gboolean      scumble_coats_serve (const ScumbleCoats *self, const ScumbleLook *look);

/**
 * scumble_coats_leave:
 *
 * Returns: whether they leave anything of the picture to the content's own reconstruction
 */
gboolean      scumble_coats_leave (const ScumbleLook *look);

/**
 * scumble_coats_render:
 * @content: which has coats, and has itself been seen if they leave anything
 *
 * Renders every zone as if it were the whole picture, and lays them beside each other: their
 * weights at every pixel are the masks' shares times the strength up to 1, and the rest is the
 * content without any style. The caller gives its scratch back.
 */
gboolean      scumble_coats_render (ScumbleContent *content, const ScumbleLook *look,
                                    const ScumbleRect *rect, float *rgb,
                                    const ScumbleJob *job, GError **error);

/**
 * scumble_coats_room:
 *
 * Returns: the bytes of scratch that rendering @w x @h pixels takes
 */
gsize         scumble_coats_room   (const ScumbleContent *content, const ScumbleLook *look,
                                    int w, int h, int threads);

/**
 * scumble_coats_work:
 *
 * Returns: the multiply-adds of rendering @rect, at most
 */
double        scumble_coats_work   (const ScumbleContent *content, const ScumbleLook *look,
                                    const ScumbleRect *rect);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleCoats, scumble_coats_free)

G_END_DECLS
