/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "screen.h"
#include "pixels.h"

#include <gtk/gtk.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GimpColorConfig, g_object_unref)

/* What the X server says of the first monitor; NULL if nothing. */
static GimpColorProfile *
system_profile (void)
{
  GimpColorProfile *profile = NULL;
  guchar           *data    = NULL;
  int               length  = 0;

  if (gdk_property_get (gdk_get_default_root_window (),
                        gdk_atom_intern_static_string ("_ICC_PROFILE"), GDK_NONE, 0,
                        64 << 20, FALSE, NULL, NULL, &length, &data))
    profile = gimp_color_profile_new_from_icc_profile (data, (gsize) length, NULL);
  g_free (data);

  return profile;
}

static GimpColorProfile *
monitor_profile (GimpColorConfig *config)
{
  GimpColorProfile *profile  = NULL;
  gboolean          from_gdk = FALSE;

  g_object_get (config, "display-profile-from-gdk", &from_gdk, NULL);
  if (from_gdk)
    profile = system_profile ();
  if (profile == NULL)
    profile = gimp_color_config_get_display_color_profile (config, NULL);

  return profile != NULL ? profile : gimp_color_profile_new_rgb_srgb ();
}

static GimpColorTransformFlags
flags_for (gboolean black_point, gboolean optimize)
{
  return (black_point ? GIMP_COLOR_TRANSFORM_FLAGS_BLACK_POINT_COMPENSATION : 0) |
         (optimize ? 0 : GIMP_COLOR_TRANSFORM_FLAGS_NOOPTIMIZE);
}

static GimpColorTransform *
proofing_transform (GimpColorConfig *config, GimpColorProfile *srgb, GimpColorProfile *proof,
                    GimpColorProfile *monitor, const Babl *format)
{
  GimpColorTransformFlags flags =
    flags_for (gimp_color_config_get_simulation_bpc (config),
               gimp_color_config_get_simulation_optimize (config));

  if (gimp_color_config_get_simulation_gamut_check (config))
    flags |= GIMP_COLOR_TRANSFORM_FLAGS_GAMUT_CHECK;

  return gimp_color_transform_new_proofing (srgb, format, monitor, format, proof,
                                            gimp_color_config_get_simulation_intent (config),
                                            gimp_color_config_get_display_intent (config),
                                            flags);
}

GimpColorTransform *
scumble_screen_transform (void)
{
  g_autoptr (GimpColorConfig)   config  = gimp_get_color_configuration ();
  const GimpColorManagementMode mode    = gimp_color_config_get_mode (config);
  const Babl                   *format  = babl_format ("cairo-ARGB32");
  g_autoptr (GimpColorProfile)  srgb    = gimp_color_profile_new_rgb_srgb ();
  g_autoptr (GimpColorProfile)  monitor = NULL;
  g_autoptr (GimpColorProfile)  proof   = NULL;

  if (mode == GIMP_COLOR_MANAGEMENT_OFF)
    return NULL;

  monitor = monitor_profile (config);
  if (mode == GIMP_COLOR_MANAGEMENT_SOFTPROOF)
    proof = gimp_color_config_get_simulation_color_profile (config, NULL);
  if (proof != NULL)
    return proofing_transform (config, srgb, proof, monitor, format);
  if (gimp_color_transform_can_gegl_copy (srgb, monitor))
    return NULL;

  return gimp_color_transform_new (srgb, format, monitor, format,
                                   gimp_color_config_get_display_intent (config),
                                   flags_for (gimp_color_config_get_display_bpc (config),
                                              gimp_color_config_get_display_optimize (config)));
}

void
scumble_screen_convert (GimpColorTransform *transform, cairo_surface_t *surface)
{
  const Babl *format = babl_format ("cairo-ARGB32");
  const int   stride = cairo_image_surface_get_stride (surface);
  guint8     *row;

  cairo_surface_flush (surface);
  row = cairo_image_surface_get_data (surface);
  for (int y = 0; y < cairo_image_surface_get_height (surface); y++, row += stride)
    gimp_color_transform_process_pixels (transform, format, row, format, row,
                                         (gsize) cairo_image_surface_get_width (surface));
  cairo_surface_mark_dirty (surface);
}
