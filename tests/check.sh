#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs what the tests need, and runs all of them.
#
#   tests/check.sh [gcc|clang|sanitizers]
#
# gcc: every test, built with gcc (the default). clang: built with clang, the engine's tests.
# sanitizers: the engine's tests under AddressSanitizer and UndefinedBehaviorSanitizer.
# Warnings are errors in all three.

set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/tests/packages.sh"
part=${1:-gcc}

case $part in
  gcc)        compiler=gcc   suites=                            options= ;;
  clang)      compiler=clang suites='--suite engine --suite lint' options= ;;
  sanitizers) compiler=gcc   suites='--suite engine'
              options='--buildtype=debugoptimized -Db_sanitize=address,undefined' ;;
  *)          echo "usage: $0 [gcc|clang|sanitizers]" >&2; exit 2 ;;
esac

# shellcheck disable=SC2086 # lists of words
{
  install_packages $build_packages $test_packages
  build=$here/build-$part
  [ -f "$build/build.ninja" ] ||
    CC=$compiler meson setup "$build" "$here" -Dwerror=true $options
  meson compile -C "$build"
  # GLib and GIMP keep caches until the process ends; only our own leaks are of interest.
  export ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions="$here/tests/leaks.supp"
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  meson test -C "$build" --no-rebuild --print-errorlogs $suites
}
