#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything that the plug-in looks for is where an installation puts it.
#
#   install.sh BUILD-FOLDER LINGUAS

set -eu
build=$1
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT

meson install -C "$build" --no-rebuild --quiet --destdir "$top"
plugin=$(find "$top" -path '*/plug-ins/scumble/scumble' -type f -perm -u+x)
failed=0

# there WHAT FILE
there ()
{
  if [ -e "$2" ]; then
    echo "ok $1"
  else
    echo "FAILED $1: ${2#"$top"} is not installed"
    failed=1
  fi
}

there "the plug-in" "${plugin:-$top/plug-ins/scumble/scumble}"
[ $failed -eq 0 ] || exit 1

# The folders are in the program, as plain strings where gcc made it; clang makes some from parts.
folder ()
{
  printf '%s' "$top"
  strings "$plugin" | grep -E "^/.*/$1\$" | head -n 1
}
there icon "$(folder 'scumble\.svg')"
there "styles" "$(folder scumble/styles)/styles.ini"
for method in adain sanet metanet metastyle encoder; do
  there "model $method" "$(folder scumble/models)/$method.safetensors"
done
there "manual in English" "$(folder scumble/help)/en/index.html"
for language in $(cat "$2"); do
  there "manual in $language" "$(folder scumble/help)/$language/index.html"
  there "map of the manual in $language" "$(folder scumble/help)/$language/gimp-help.xml"
  there "translation to $language" "$(folder locale)/$language/LC_MESSAGES/scumble.mo"
done

# Threads that wait for each other soon leave the processor to others.
if env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT OMP_DISPLAY_ENV=verbose "$plugin" 2>&1 |
   grep -q "GOMP_SPINCOUNT = '15000'"; then
  echo "ok waiting threads"
else
  echo "FAILED waiting threads: they spin for long"
  failed=1
fi

exit $failed
