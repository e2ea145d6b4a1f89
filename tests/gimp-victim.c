/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Preloaded into the plug-in, it ends the process at one of its calls to GIMP, as GIMP does
 * when its user cancels. $SCUMBLE_DIES says which: "before gimp_image_insert_layer". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libgimp/gimp.h>
#include <signal.h>

static void
pass (const char *place)
{
  if (g_strcmp0 (g_getenv ("SCUMBLE_DIES"), place) == 0)
    raise (SIGKILL);
}

#define WATCH(type, name, parameters, arguments)    \
  type name parameters                              \
  {                                                 \
    type (*real) parameters;                        \
    type result;                                    \
                                                    \
    *(void **) &real = dlsym (RTLD_NEXT, #name);    \
    pass ("before " #name);                         \
    result = real arguments;                        \
    pass ("after " #name);                          \
                                                    \
    return result;                                  \
  }

WATCH (gint32, gimp_layer_new,
       (gint32 image, const gchar *name, gint w, gint h, GimpImageType type,
        gdouble opacity, GimpLayerMode mode),
       (image, name, w, h, type, opacity, mode))
WATCH (gint *, gimp_file_load_layers,
       (GimpRunMode mode, gint32 image, const gchar *file, gint *n), (mode, image, file, n))
WATCH (gint32, gimp_image_duplicate, (gint32 image), (image))
WATCH (gboolean, gimp_image_attach_parasite, (gint32 image, const GimpParasite *parasite),
       (image, parasite))
WATCH (gboolean, gimp_image_detach_parasite, (gint32 image, const gchar *name), (image, name))
WATCH (gboolean, gimp_image_undo_enable, (gint32 image), (image))
WATCH (gint32, gimp_layer_copy, (gint32 layer), (layer))
WATCH (gboolean, gimp_item_attach_parasite, (gint32 item, const GimpParasite *parasite),
       (item, parasite))
WATCH (gboolean, gimp_image_undo_group_start, (gint32 image), (image))
WATCH (gboolean, gimp_image_insert_layer,
       (gint32 image, gint32 layer, gint32 parent, gint position),
       (image, layer, parent, position))
WATCH (gboolean, gimp_image_remove_layer, (gint32 image, gint32 layer), (image, layer))
WATCH (gboolean, gimp_item_set_name, (gint32 item, const gchar *name), (item, name))
WATCH (gboolean, gimp_image_undo_group_end, (gint32 image), (image))
