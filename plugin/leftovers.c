/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "leftovers.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char mark_name[] = "scumble-unfinished";

/* What a mark says. */
typedef struct
{
  int    gimp;     /* process ID of GIMP: a mark from anybody's file is none */
  int    pid;      /* of the run */
  gint32 original; /* the image that a copy was made of, which has its mark meanwhile; or -1 */
} Mark;

static void
attach (gint32 image, gint32 original)
{
  g_autofree char *text     = g_strdup_printf ("%d %d %d", gimp_getpid (), (int) getpid (), original);
  GimpParasite    *parasite = gimp_parasite_new (mark_name, 0, (guint32) strlen (text) + 1, text);

  gimp_image_attach_parasite (image, parasite);
  gimp_parasite_free (parasite);
}

void
scumble_leftovers_mark (gint32 image)
{
  attach (image, -1);
}

/* GIMP copies parasites too, and goes on copying when it has ended us. */
gint32
scumble_leftovers_duplicate (gint32 image)
{
  gint32 copy;

  attach (image, image);
  copy = gimp_image_duplicate (image);
  scumble_leftovers_keep (image);

  return copy;
}

void
scumble_leftovers_keep (gint32 image)
{
  gimp_image_detach_parasite (image, mark_name);
}

static gboolean
read_mark (gint32 image, Mark *mark)
{
  GimpParasite    *parasite = gimp_image_get_parasite (image, mark_name);
  g_autofree char *text     = NULL;

  if (parasite == NULL)
    return FALSE;

  text = g_strndup (gimp_parasite_data (parasite), (gsize) gimp_parasite_data_size (parasite));
  gimp_parasite_free (parasite);

  return sscanf (text, "%d %d %d", &mark->gimp, &mark->pid, &mark->original) == 3 &&
         mark->gimp == gimp_getpid ();
}

static gboolean
is_running (int pid)
{
  return kill (pid, 0) == 0 || errno != ESRCH;
}

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const gint32 first = *(const gint32 *) a, second = *(const gint32 *) b;

  return (first > second) - (first < second);
}

/* Somebody may have copied an original while it still had the mark: a run's copy is the first. */
static gboolean
is_leftover (gint32 image, const Mark *mark, GHashTable *runs)
{
  return mark->original == -1 ||
         (mark->original != image && g_hash_table_add (runs, GINT_TO_POINTER (mark->pid)));
}

void
scumble_leftovers_delete (void)
{
  int                    n      = 0;
  g_autofree gint32     *images = gimp_image_list (&n);
  g_autoptr (GHashTable) runs   = g_hash_table_new (NULL, NULL);

  g_qsort_with_data (images, n, sizeof *images, compare, NULL);
  for (int i = 0; i < n; i++)
    {
      Mark mark;

      if (!read_mark (images[i], &mark) || is_running (mark.pid))
        continue;
      if (is_leftover (images[i], &mark, runs))
        gimp_image_delete (images[i]);
      /* GIMP deletes no image that has a display. */
      if (gimp_image_is_valid (images[i]))
        scumble_leftovers_keep (images[i]);
    }
}
