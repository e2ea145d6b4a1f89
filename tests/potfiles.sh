#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later

# Every file with a text to translate is in po/POTFILES.in, nothing else is, and every
# translation is complete.
#
#   potfiles.sh SOURCE-FOLDER

set -eu
cd "$1"

wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT
export LC_ALL=C
{
  grep -lE '(^|[^A-Za-z0-9_])(N?_|NC?_|g_dngettext|ngettext) ?\("' engine/*.c ui/*.c plugin/*.c
  grep -l 'translatable="yes"' ui/*.ui
} | sort > "$wanted"

if ! diff -u po/POTFILES.in "$wanted"; then
  echo "po/POTFILES.in is not the list of files with texts (see above)"
  exit 1
fi

if ! command -v msgfmt > /dev/null || ! command -v xgettext > /dev/null; then
  echo "skipped the rest: gettext is not installed"
  exit 77
fi

xgettext --files-from=po/POTFILES.in --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=g_dngettext:2,3 \
         --output="$wanted.pot" 2> /dev/null
failed=0
for language in $(cat po/LINGUAS); do
  msgmerge --quiet --no-fuzzy-matching "po/$language.po" "$wanted.pot" \
           --output-file="$wanted.po"
  left=$(msgattrib --untranslated --no-obsolete "$wanted.po" | grep -c '^msgid' || true)
  if [ "$left" -gt 0 ]; then
    echo "po/$language.po lacks translations:"
    msgattrib --untranslated --no-obsolete "$wanted.po" | grep '^msgid' | tail -n +2
    failed=1
  fi
  msgfmt --check --output-file=/dev/null "po/$language.po" || failed=1
done
rm -f "$wanted.pot" "$wanted.po"
exit $failed
