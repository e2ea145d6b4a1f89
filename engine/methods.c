/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method.h"
#include "error.h"
#include "mark.h"

/* SCUMBLE_METHODS is made from the list in meson.build: METHOD (adain) METHOD (...), and
 * SCUMBLE_OFFERED are those of them that come with a model file. */
#define METHOD(name) extern const ScumbleMethod scumble_method_##name;
SCUMBLE_METHODS
#undef METHOD

#define METHOD(name) &scumble_method_##name,
static const ScumbleMethod *const methods[] = { SCUMBLE_METHODS NULL };
static const ScumbleMethod *const offered[] = { SCUMBLE_OFFERED NULL };
#undef METHOD

const ScumbleMethod *const *
scumble_methods (void)
{
  return offered;
}

const ScumbleMethod *
scumble_method_find (const char *id, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; methods[i] != NULL; i++)
    if (g_strcmp0 (methods[i]->id, id) == 0)
      return methods[i];

  for (guint i = 0; offered[i] != NULL; i++)
    g_string_append_printf (known, "%s\"%s\"", i > 0 ? ", " : "", offered[i]->id);
  scumble_set_error (error, SCUMBLE_ERROR_ARGUMENT,
                     N_("There is no method \"%s\". The methods are: %s."),
                     id != NULL ? id : "", known->str);
  return NULL;
}
