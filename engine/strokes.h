/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "arena.h"

G_BEGIN_DECLS

/**
 * ScumbleStrokes:
 *
 * What the networks have painted of a part of a content in one look. How much of the content's
 * details and colours is kept is seen to afterwards, so with this other amounts of them need no
 * network. Belongs to one content; not for use by several threads.
 */
typedef struct _ScumbleStrokes ScumbleStrokes;

/**
 * scumble_strokes_new:
 * @arena: what is kept counts against its budget; must outlive the strokes
 *
 * Returns: (transfer full): nothing yet
 */
ScumbleStrokes *scumble_strokes_new   (ScumbleArena *arena);
void            scumble_strokes_free  (ScumbleStrokes *self);

/**
 * scumble_strokes_clear:
 *
 * Lets go of everything: for another look.
 */
void            scumble_strokes_clear (ScumbleStrokes *self);

/**
 * scumble_strokes_frame:
 * @frame: a rectangle of the content
 *
 * Prepares to keep a rectangle. What is kept of another one is let go, unless @frame is inside
 * it. Nothing is kept of a rectangle that would take more than a sixteenth of the arena's
 * budget, or leave less than half of it.
 */
void            scumble_strokes_frame (ScumbleStrokes *self, const ScumbleRect *frame);

/**
 * scumble_strokes_keep:
 * @rgb: [rect.h, rect.w, 3] what has been painted of @rect, of which the part in the frame is
 *   kept
 */
void            scumble_strokes_keep  (ScumbleStrokes *self, const ScumbleRect *rect,
                                       const float *rgb);

/**
 * scumble_strokes_have:
 *
 * Returns: whether all of @rect is there
 */
gboolean        scumble_strokes_have  (const ScumbleStrokes *self, const ScumbleRect *rect);

/**
 * scumble_strokes_read:
 * @rgb: (out caller-allocates): [rect.h, rect.w, 3]
 *
 * Returns: %FALSE, with @rgb untouched, unless all of @rect is there
 */
gboolean        scumble_strokes_read  (const ScumbleStrokes *self, const ScumbleRect *rect,
                                       float *rgb);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScumbleStrokes, scumble_strokes_free)

G_END_DECLS
