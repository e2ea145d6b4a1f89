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
 * Returns: whether @look's brush is so large, and its strength above 0, that @source needs to
 *   be painted small first
 */
gboolean              scumble_underpainting_helps  (const ScumbleSource *source,
                                                    const ScumbleLook *look);

/**
 * scumble_underpainting_new:
 * @source: (transfer none): the content; must outlive the underpainting
 * @look: what to paint with, and how much smaller; masks are as large as @source
 * @job: its arena must outlive the underpainting
 *
 * Shrinks @source to its size over the brush, and paints that with the styles at full
 * strength, or at @look's if that is more.
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
 * Where the strength is below 1, through the look or its strength map, as much less of the
 * small painting lies over the content.
 *
 * Returns: (transfer none): a picture as large as the content, with its alpha: the small
 *   painting, enlarged by cubic convolution (Keys 1981, a = -1/2)
 */
ScumbleSource        *scumble_underpainting_source (ScumbleUnderpainting *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleUnderpainting, scumble_underpainting_free)

G_END_DECLS
