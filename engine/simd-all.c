/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simd.h"

/* SCUMBLE_SIMDS is made from the list in meson.build, the best first. */
#define SIMD(name) extern const ScumbleSimd scumble_simd_##name;
SCUMBLE_SIMDS
#undef SIMD

static const ScumbleSimd *const all[] = {
#define SIMD(name) &scumble_simd_##name,
  SCUMBLE_SIMDS
#undef SIMD
  NULL
};

const ScumbleSimd *const *
scumble_simd_all (void)
{
  return all;
}

const ScumbleSimd *
scumble_simd_best (void)
{
  guint i = 0;

  while (!all[i]->usable ())
    i++;

  return all[i];
}
