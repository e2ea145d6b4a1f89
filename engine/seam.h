/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/**
 * ScumbleRepeat:
 * @source: (transfer none): reads @from as often as it takes, side by side
 *
 * A picture that repeats, with a margin around one of its copies.
 */
typedef struct
{
  ScumbleSource  source;

  /*< private >*/
  ScumbleSource *from;
  int            margin;
  float          faint; /* what the margin's alpha is multiplied with */
} ScumbleRepeat;

/**
 * ScumbleSeam:
 * @content: (transfer none): the picture
 * @around: the picture that is painted: @content, repeating
 * @surveyed: the same, with a margin that is seen but hardly counts in statistics
 * @margin: pixels around @content in both, a multiple of %SCUMBLE_SEAM_ALIGN
 * @fade: pixels along the right and the lower side, in which one painting of the seam goes
 *   over into the other; 0 where they are the same
 *
 * What it takes to paint a picture as if it repeated without end. MODEL.md says how.
 */
typedef struct
{
  ScumbleSource *content;
  ScumbleRepeat  around;
  ScumbleRepeat  surveyed;
  int            margin;
  int            fade_x;
  int            fade_y;
} ScumbleSeam;

/* Pixels of the coarsest cell of any method: where a side is a multiple of it, the cells beyond
 * the seam are those on this side again. */
enum { SCUMBLE_SEAM_ALIGN = 16, SCUMBLE_SEAM_PARTS = 4 };

/**
 * scumble_seam_init:
 * @seam: (out caller-allocates): nothing to clear; must not be moved
 * @content: (transfer none): must outlive @seam
 * @look: what it is painted with
 */
void        scumble_seam_init    (ScumbleSeam *seam, ScumbleSource *content,
                                  const ScumbleLook *look);

/**
 * ScumbleSeamLook:
 * @look: for a picture that repeats: its masks do too
 *
 * A look as a seam needs it.
 */
typedef struct
{
  ScumbleLook  look;

  /*< private >*/
  ScumbleZone *zones;
  gpointer     masks;
} ScumbleSeamLook;

/**
 * scumble_seam_look_init:
 * @look: must outlive @self
 */
void        scumble_seam_look_init  (ScumbleSeamLook *self, const ScumbleSeam *seam,
                                     const ScumbleLook *look);
void        scumble_seam_look_clear (ScumbleSeamLook *self);

/**
 * scumble_seam_part:
 * @rect: a rectangle of the content
 * @part: 0 for the rectangle itself; 1, 2 and 3 for what lies beyond the left side, the upper
 *   side, and both
 *
 * Returns: the rectangle of the repeating picture that has to be painted for that part; empty
 *   where there is nothing to
 */
ScumbleRect scumble_seam_part    (const ScumbleSeam *seam, const ScumbleRect *rect, int part);

/**
 * scumble_seam_fade:
 * @rect: a rectangle of the content
 * @part: as for scumble_seam_part()
 * @painted: [h, w, 3] of that part; @rgb itself for part 0, which comes first
 * @rgb: (inout): [rect.h, rect.w, 3]
 *
 * Lays a part over the others, as much of it as there should be at every pixel.
 */
void        scumble_seam_fade    (const ScumbleSeam *seam, const ScumbleRect *rect, int part,
                                  const float *painted, float *rgb);

G_END_DECLS
