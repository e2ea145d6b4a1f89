/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "error.h"

#include <string.h>

typedef enum
{
  PERCENT,
  TEXT,
  INT,
  UNSIGNED,
  SIZE,
  LONG,
  UNSIGNED_LONG,
  SHORTEST,
  TENTHS,
  N_KINDS
} Kind;

/* After the % and, where there is one, the argument's number. */
static const char *const spellings[N_KINDS] =
{
  "%", "s", "d", "u", "zu", "lld", "llu", "g", ".1f"
};

typedef struct
{
  Kind    kind;
  char   *text;
  GError *cause; /* whose message it is, if it is one of ours */
} Argument;

typedef struct
{
  const char *format;    /* NULL: g_set_error () made it */
  GArray     *arguments; /* of Argument; shared by an error's copies */
} ScumbleErrorPrivate;

/* It comes as zeros. */
static void
scumble_error_private_init (ScumbleErrorPrivate *self)
{
}

static void
scumble_error_private_copy (const ScumbleErrorPrivate *self, ScumbleErrorPrivate *copy)
{
  copy->format    = self->format;
  copy->arguments = self->arguments != NULL ? g_array_ref (self->arguments) : NULL;
}

static void
scumble_error_private_clear (ScumbleErrorPrivate *self)
{
  g_clear_pointer (&self->arguments, g_array_unref);
}

G_DEFINE_EXTENDED_ERROR (ScumbleError, scumble_error)

static void
clear_argument (Argument *argument)
{
  g_free (argument->text);
  g_clear_error (&argument->cause);
}

/* Reads the conversion at @at, which begins with a percent sign.
 *
 * @index is set only where the conversion says which argument it means. Returns what
 * follows, or NULL when the conversion is none that we know. */
static const char *
read_conversion (const char *at, Kind *kind, guint64 *index)
{
  at++;
  if (g_ascii_isdigit (*at))
    {
      char *end;

      *index = g_ascii_strtoull (at, &end, 10) - 1;
      if (*end != '$')
        return NULL;
      at = end + 1;
    }

  for (*kind = 0; *kind < N_KINDS; (*kind)++)
    if (g_str_has_prefix (at, spellings[*kind]))
      return at + strlen (spellings[*kind]);

  return NULL;
}

static char *
format_argument (Kind kind, va_list *args)
{
  switch (kind)
    {
    case TEXT:
      return g_strdup_printf ("%s", va_arg (*args, const char *));
    case INT:
      return g_strdup_printf ("%d", va_arg (*args, int));
    case UNSIGNED:
      return g_strdup_printf ("%u", va_arg (*args, unsigned));
    case SIZE:
      return g_strdup_printf ("%zu", va_arg (*args, size_t));
    case LONG:
      return g_strdup_printf ("%lld", va_arg (*args, long long));
    case UNSIGNED_LONG:
      return g_strdup_printf ("%llu", va_arg (*args, unsigned long long));
    case SHORTEST:
      return g_strdup_printf ("%g", va_arg (*args, double));
    case TENTHS:
      return g_strdup_printf ("%.1f", va_arg (*args, double));
    case PERCENT:
    case N_KINDS:
      break;
    }

  g_assert_not_reached ();
}

static GArray *
read_arguments (const char *format, va_list *args)
{
  GArray *arguments = g_array_new (FALSE, FALSE, sizeof (Argument));

  g_array_set_clear_func (arguments, (GDestroyNotify) clear_argument);
  while ((format = strchr (format, '%')) != NULL)
    {
      Argument argument = { 0 };
      guint64  index    = arguments->len;

      format = read_conversion (format, &argument.kind, &index);
      g_assert (format != NULL && index == arguments->len);
      if (argument.kind == PERCENT)
        continue;

      argument.text = format_argument (argument.kind, args);
      g_array_append_val (arguments, argument);
    }

  return arguments;
}

/* Argument @index of a sentence in the wording of @word, which may be NULL; the caller
 * frees it.  NULL when there is no such argument of the @kind. */
static char *
word_argument (const GArray *arguments, guint64 index, Kind kind, ScumbleWord word)
{
  const Argument *argument;

  if (index >= arguments->len)
    return NULL;

  argument = &g_array_index (arguments, Argument, index);
  if (argument->kind != kind)
    return NULL;

  return word != NULL && argument->cause != NULL
         ? scumble_error_reworded (argument->cause, word) : g_strdup (argument->text);
}

/* @format with the arguments where its conversions are; NULL when they do not fit. */
static char *
fill (const char *format, const GArray *arguments, ScumbleWord word)
{
  g_autoptr (GString) sentence = g_string_new (NULL);
  const char         *percent;
  guint               n = 0;

  while ((percent = strchr (format, '%')) != NULL)
    {
      g_autofree char *text  = NULL;
      guint64          index = n;
      Kind             kind;

      g_string_append_len (sentence, format, percent - format);
      format = read_conversion (percent, &kind, &index);
      if (format == NULL)
        return NULL;
      if (kind == PERCENT)
        {
          g_string_append_c (sentence, '%');
          continue;
        }

      text = word_argument (arguments, index, kind, word);
      if (text == NULL)
        return NULL;
      g_string_append (sentence, text);
      n++;
    }
  g_string_append (sentence, format);

  return n == arguments->len ? g_string_free (g_steal_pointer (&sentence), FALSE) : NULL;
}

static void
set_error (GError **error, ScumbleError code, const GError *cause, const char *format,
           va_list *args)
{
  GArray              *arguments;
  g_autofree char     *message = NULL;
  GError              *made;
  ScumbleErrorPrivate *private;

  if (error == NULL)
    return;

  arguments = read_arguments (format, args);
  if (cause != NULL)
    g_array_index (arguments, Argument, arguments->len - 1).cause = g_error_copy (cause);

  message            = fill (format, arguments, NULL);
  made               = g_error_new_literal (SCUMBLE_ERROR, code, message);
  private            = scumble_error_get_private (made);
  private->format    = format;
  private->arguments = arguments;
  g_propagate_error (error, made);
}

void
scumble_set_error (GError **error, ScumbleError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  set_error (error, code, NULL, format, &args);
  va_end (args);
}

void
scumble_set_error_valist (GError **error, ScumbleError code, const char *format,
                          va_list args)
{
  /* Where va_list is an array, a parameter of that type has another address. */
  va_list copy;

  va_copy (copy, args);
  set_error (error, code, NULL, format, &copy);
  va_end (copy);
}

void
scumble_set_error_caused (GError **error, ScumbleError code, const GError *cause,
                          const char *format, ...)
{
  va_list args;

  va_start (args, format);
  set_error (error, code, cause, format, &args);
  va_end (args);
}

char *
scumble_error_reworded (const GError *error, ScumbleWord word)
{
  const ScumbleErrorPrivate *private;
  g_autofree char           *english  = NULL;
  g_autofree char           *reworded = NULL;
  g_autofree char           *prefix   = NULL;

  if (error->domain != SCUMBLE_ERROR)
    return g_strdup (error->message);
  private = scumble_error_get_private (error);
  if (private->format == NULL)
    return g_strdup (error->message);

  english  = fill (private->format, private->arguments, NULL);
  reworded = fill (word (private->format), private->arguments, word);
  if (reworded == NULL || !g_str_has_suffix (error->message, english))
    return g_strdup (error->message);

  prefix = g_strndup (error->message, strlen (error->message) - strlen (english));
  return g_strconcat (prefix, reworded, NULL);
}
