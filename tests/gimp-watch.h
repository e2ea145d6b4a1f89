/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

/**
 * scumble_watch:
 * @params: image, drawable, style, method, strength, the stage to kill it in, from 0,
 *   or -1, and the quality
 * @values: (out): from the second one on: the stages' texts as a count and an array,
 *   whether the progress only rose, whether the plug-in was killed, its status, and the most
 *   memory that it had, in KiB
 *
 * Runs plug-in-scumble and looks at its progress, as GIMP's own bar does. A GIMP without
 * windows passes no progress on.
 */
void scumble_watch (const GimpParam *params, GimpParam *values);
