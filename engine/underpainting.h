/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/**
 * ScumbleUnderpainting:
 *
 * A content painted small, to be painted over at its full size: from coarse to fine, as Gatys
 * et al., "Controlling Perceptual Factors in Neural Style Transfer", CVPR 2017, make large
 * pictures. A network's strokes are so many pixels wide, whatever the picture; where it is
 * painted small, they cover more of it.
 */
typedef struct _ScumbleUnderpainting ScumbleUnderpainting;

/**
 * scumble_underpainting_helps:
 *
 * Returns: whether @brush is so large that @source needs to be painted small first
 */
gboolean              scumble_underpainting_helps  (const ScumbleSource *source, double brush);

/**
 * scumble_underpainting_new:
 * @source: (transfer none): the content; must outlive the underpainting
 * @look: the one style to paint with, everywhere, and how much smaller
 * @job: its arena must outlive the underpainting
 *
 * Shrinks @source to its size over the brush, and paints that.
 *
 * Returns: (transfer full) (nullable): the underpainting; %NULL with an error as for
 *   scumble_content_paint()
 */
ScumbleUnderpainting *scumble_underpainting_new    (ScumbleModel *model,
                                                    ScumbleSource *source,
                                                    const ScumbleLook *look,
                                                    const ScumbleJob *job, GError **error);
void                  scumble_underpainting_free   (ScumbleUnderpainting *self);

/**
 * scumble_underpainting_source:
 *
 * Returns: (transfer none): a picture as large as the content, with its alpha: the small
 *   painting, enlarged by cubic convolution (Keys 1981, a = -1/2)
 */
ScumbleSource        *scumble_underpainting_source (ScumbleUnderpainting *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleUnderpainting, scumble_underpainting_free)

G_END_DECLS
