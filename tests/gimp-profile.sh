# SPDX-License-Identifier: GPL-3.0-or-later

# Sourced by the tests that need GIMP: a GIMP of their own, with our plug-in and nobody's
# settings.  Sets $gimp, $console, $top (removed at exit) and the environment.
#
#   . gimp-profile.sh PLUGIN PROBE MODELS

console=$(command -v gimp-console-2.10 || command -v gimp-console || true)
gimp=$(command -v gimp-2.10 || command -v gimp || true)
if [ -z "$console" ]; then
  echo "skipped: GIMP is not installed"
  exit 77
fi

plugin=$(realpath "$1")
probe=$(realpath "$2")
models=$(realpath "$3")
here=$(cd "$(dirname "$0")" && pwd)

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT

export HOME="$top" XDG_CONFIG_HOME="$top/config" XDG_CACHE_HOME="$top/cache"
export XDG_DATA_HOME="$top/data" XDG_RUNTIME_DIR="$top" TMPDIR="$top"
export GIMP2_DIRECTORY="$top/gimp" LC_ALL=C.UTF-8 LANGUAGE=
# A machine's tests share its processor; waiting threads should not burn it.
export OMP_WAIT_POLICY=passive
# Every call of a procedure is a process, which begins by loading GEGL's operations. Those for
# files take as long as all others, and a plug-in needs none of them.
mkdir "$top/gegl"
for module in "$(pkg-config --variable=pluginsdir gegl-0.4)"/*.so; do
  case $module in
    *-load.so|*-save.so) ;;
    *) ln -s "$module" "$top/gegl" ;;
  esac
done
export GEGL_PATH="$top/gegl"
# From a cache with conversions of 8 bits babl 0.1.98 begins, in GIMP and in every plug-in, by
# measuring look-up tables in 350 MiB that it then gives back.
export BABL_INHIBIT_CACHE=1
unset DISPLAY WAYLAND_DISPLAY

for folder in brushes dynamics fonts gradients palettes patterns tool-presets plug-ins; do
  mkdir -p "$GIMP2_DIRECTORY/$folder"
done
mkdir -p "$XDG_DATA_HOME/scumble" "$XDG_CACHE_HOME" "$XDG_CONFIG_HOME"
ln -s "$models" "$XDG_DATA_HOME/scumble/models"

# Script-Fu, ours and the probe; the hundred others only cost time.  Copies, because a
# build may replace the files meanwhile.
stock=$(pkg-config --variable=gimplibdir gimp-2.0)/plug-ins
add_plugin ()
{
  mkdir -p "$GIMP2_DIRECTORY/plug-ins/$2"
  cp "$1" "$GIMP2_DIRECTORY/plug-ins/$2/$2"
}
add_plugin "$plugin" scumble
add_plugin "$probe" gimp-probe
for name in script-fu file-png; do
  add_plugin "$stock/$name/$name" "$name"
done
cat > "$GIMP2_DIRECTORY/gimprc" <<EOF
(plug-in-path "$GIMP2_DIRECTORY/plug-ins")
(tile-cache-size 512M)
(num-processors 2)
EOF

# run_in GIMP FILE: runs a Script-Fu file in that GIMP; the file writes a line "ok ..." or
# "FAILED ..." per check to (check-port).
run_in ()
{
  cat > "$top/start.scm" <<EOF
(define check-file "$top/checks")
(define work-folder "$top")
(load "$here/gimp-checks.scm")
(load "$2")
(check-end)
EOF
  rm -f "$top/checks"
  timeout 1800 $1 --no-data --no-fonts --no-splash --new-instance \
    --batch "(load \"$top/start.scm\")" --batch '(gimp-quit 1)' > "$top/log" 2>&1 || true
  cat "$top/checks" 2>/dev/null
  if ! grep -q '^end$' "$top/checks" 2>/dev/null; then
    echo "FAILED: $(basename "$2") did not run to its end"
    tail -n 40 "$top/log"
    return 1
  fi
  ! grep -q '^FAILED' "$top/checks"
}

# run_script FILE: in a GIMP without a display
run_script ()
{
  run_in "$console --no-interface" "$1"
}
