#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs what is needed, builds Scumble, installs it, and paints a first picture through
# GIMP without a display.
#
#   tests/setup.sh [PHOTOGRAPH PAINTING]
#
# Without arguments it paints a photograph and an artwork that Debian packages hold. The
# result is scumble-result.png in the current folder.

set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/tests/packages.sh"
result=$(pwd)/scumble-result.png
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT

if [ $# -ne 0 ] && [ $# -ne 2 ]; then
  echo "usage: $0 [PHOTOGRAPH PAINTING]" >&2
  exit 2
fi

# shellcheck disable=SC2086 # a list of words
install_packages $build_packages

# The two pictures are taken out of their packages; nothing of these gets installed.
if [ $# -eq 2 ]; then
  photograph=$(realpath "$1")
  painting=$(realpath "$2")
else
  chmod 755 "$top"
  (cd "$top" && apt-get download -q python3-sklearn propaganda-debian)
  for package in "$top"/*.deb; do
    dpkg-deb -x "$package" "$top/pictures"
  done
  photograph=$top/pictures/usr/lib/python3/dist-packages/sklearn/datasets/images/china.jpg
  painting=$top/pictures/usr/share/wallpapers/Schubert-Slowly-Lefthanded-2.JPG
fi

build=$here/build
[ -f "$build/build.ninja" ] || meson setup "$build" "$here"
meson compile -C "$build"
as_root meson install -C "$build" --no-rebuild

# A string in Script-Fu: backslashes and quotes take a backslash.
quoted ()
{
  printf '"%s"' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')"
}

rm -f "$result"
gimp-console-2.10 --no-interface --no-data --no-fonts --batch-interpreter plug-in-script-fu-eval \
  --batch "
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE $(quoted "$photograph") \"\")))
         (style (car (gimp-file-load RUN-NONINTERACTIVE $(quoted "$painting") \"\")))
         (layer (car (plug-in-scumble-adain RUN-NONINTERACTIVE image
                                            (car (gimp-image-get-active-drawable image))
                                            (car (gimp-image-get-active-drawable style))
                                            1.0))))
    (file-png-save RUN-NONINTERACTIVE image layer $(quoted "$result") \"\" 0 9 0 0 0 0 0)
    (gimp-image-delete image)
    (gimp-image-delete style))" \
  --batch '(gimp-quit 0)'

if [ ! -f "$result" ]; then
  echo "GIMP did not paint the picture; what it said is above." >&2
  exit 1
fi

cat <<EOF

The painted picture is $result
In GIMP, open a photograph and a painting, and choose Filters > Artistic > Scumble.
EOF
