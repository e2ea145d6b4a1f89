/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Marks a text for translators and leaves it as it is: hosts translate, not the engine.
 * It is defined as in GLib's headers, which do more than mark. */
#define N_(String) (String)
