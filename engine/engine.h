/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Everything a host needs: include this and nothing else of the engine.
 *
 *     open    (model files)                      -> model    immutable, shared by threads
 *     plan    (model, sizes, budget)             -> memory and work, known beforehand
 *     encode  (model, style picture)             -> style    small
 *     survey  (model, content picture)           -> content  whole-picture facts, cached
 *     render  (content, look, rectangle)         -> pixels of that rectangle
 *
 * No call is re-entrant on the same job; models and styles may be shared by threads. */
#pragma once

#include "error.h"
#include "half.h"
#include "job.h"
#include "method.h"
#include "model.h"
#include "params.h"
#include "plan.h"
#include "reel.h"
#include "source.h"
#include "strokes.h"
#include "style-cache.h"
