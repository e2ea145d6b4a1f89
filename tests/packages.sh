# SPDX-License-Identifier: GPL-3.0-or-later

# Sourced by setup.sh and check.sh: what Debian 12 has to install for what.
#
#   install_packages PACKAGE...     as root, or with sudo

build_packages='gcc pkg-config meson ninja-build gettext gimp libgimp2.0-dev libgtk-3-dev
  libjson-glib-dev liblcms2-dev libopenblas-openmp-dev librsvg2-common'

test_packages='clang libomp-dev libclang-rt-14-dev xvfb xauth xdotool imagemagick dbus
  at-spi2-core python3 python3-gi gir1.2-gtk-3.0 python3-pyatspi python3-numpy python3-pil
  libxml2-utils git'

as_root ()
{
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "Installing needs root: run this as root, or install sudo." >&2
    return 1
  fi
}

install_packages ()
{
  missing=
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' ||
      missing="$missing $package"
  done
  if [ -n "$missing" ]; then
    as_root apt-get update -q
    # shellcheck disable=SC2086 # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -q -y --no-install-recommends $missing
  fi
}
