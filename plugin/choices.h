/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The styles and masks to paint with, beyond one run of the plug-in. */
#pragma once

#include "host.h"

#include <libgimp/gimp.h>

G_BEGIN_DECLS

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScumbleHostChoices, scumble_host_choices_clear)

/**
 * scumble_choices_add_layer:
 * @layer: ID of a style's layer
 *
 * Returns: (transfer none): the new choice
 */
ScumbleHostChoice *scumble_choices_add_layer (ScumbleHostChoices *choices, gint32 layer);

/**
 * scumble_choices_add_file:
 * @path: a picture file, or one of scumble_style_save()
 *
 * Returns: (transfer none): the new choice
 */
ScumbleHostChoice *scumble_choices_add_file  (ScumbleHostChoices *choices,
                                              const char *path);

/**
 * scumble_choices_check:
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_ARGUMENT if there is no style, one of them is no
 *   layer or file, a share is not above 0, or a mask is none
 */
gboolean           scumble_choices_check     (const ScumbleHostChoices *choices,
                                              GError **error);

/**
 * scumble_choices_title:
 *
 * Returns: (transfer full): the names of the styles, to be read
 */
char              *scumble_choices_title     (const ScumbleHostChoices *choices);

/**
 * scumble_choices_store:
 * @image: ID of the image that the note is kept in, or -1
 * @numbers: whether to note down items' numbers, which last as long as GIMP runs
 *
 * Writes down what it takes to find all styles and masks again, in groups of their own.
 */
void               scumble_choices_store     (const ScumbleHostChoices *choices,
                                              GKeyFile *file, gint32 image,
                                              gboolean numbers);

/**
 * scumble_choices_recall:
 * @choices: (inout): initialised and empty; receives what is found
 *
 * Returns: %FALSE with %SCUMBLE_ERROR_PICTURE if something is lost, and then with what is
 *   not
 */
gboolean           scumble_choices_recall    (ScumbleHostChoices *choices, GKeyFile *file,
                                              gint32 image, GError **error);

G_END_DECLS
