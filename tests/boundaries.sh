#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later

# The laws of the architecture that a compiler does not see: plugin -> ui -> engine and
# never back, an engine that neither prints nor exits nor hears of languages, no GTK 2.
#
#   boundaries.sh SOURCE-FOLDER

set -u
cd "$1" || exit 1
failed=0

# deny FOLDER WHAT PATTERN: no source file of the folder may have a line like that
deny() {
  if grep -nE "$3" "$1"/*.[ch]; then
    echo "$1 must not $2"
    failed=1
  fi
}

# The headers of a folder, but for names that another has as well.
headers() {
  (cd "$1" && ls ./*.h) | while read -r name; do
    [ -e "$2/$name" ] || printf '%s|' "${name#./}"
  done | sed 's|\.|\\.|g; s/|$//'
}

deny engine 'know of toolkits or hosts' '#include *[<"](gtk|gdk|gegl|babl|libgimp|gimp|cairo|pango)'
deny engine 'know of ui or plugin' "#include *\"(\.\./)?((ui|plugin)/|($(headers ui engine)|$(headers plugin engine))\")"
deny engine 'print or exit' \
  '(^|[^a-z_>.])(printf|fprintf|puts|putchar|perror|exit|_exit|abort|g_print|g_printerr|g_message|g_debug|g_error) *\('
deny engine 'know of languages; it marks texts with N_() of mark.h, and hosts translate' \
  '#include *[<"](libintl|locale|glib/gi18n)|GETTEXT_PACKAGE|(^|[^A-Za-z0-9_])(g_)?(d?c?n?p?gettext[2]?|_|C_|Q_|setlocale|newlocale|uselocale|textdomain|bindtextdomain|bind_textdomain_codeset) *\('

deny ui 'know of GIMP or GEGL' '#include *[<"](gegl|babl|libgimp|gimp)'
deny ui 'know of the plug-in' "#include *\"(\.\./)?(plugin/|($(headers plugin ui))\")"

deny plugin 'use libgimpui, which is GTK 2' 'libgimp/gimpui|libgimpwidgets'
if grep -nE "gimpui|gimpwidgets" meson.build ./*/meson.build; then
  echo "no part may link libgimpui, which is GTK 2"
  failed=1
fi

# Global state: a variable of the engine that is not constant.
if grep -nE '^static +[A-Za-z]' engine/*.c | grep -vE '\bconst\b|\(|inline' |
   grep -E '[=;]'; then
  echo "engine must not have global state"
  failed=1
fi

# What meson builds in has any name: README's is "mine".
for file in $(find . \( -path ./.git -o -type d -exec test -d '{}/meson-private' \; \) -prune -o \
                \( -name '*.c' -o -name '*.h' -o -name '*.py' -o -name '*.sh' -o -path ./.ci/run \) \
                -print); do
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || {
    echo "$file lacks its SPDX line"
    failed=1
  }
done

exit $failed
