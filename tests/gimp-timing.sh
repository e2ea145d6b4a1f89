#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later

# How long a painter waits: GIMP in a window of a virtual display, the filter started by its
# key, and the times when the middle of the preview changed.  What is seen first is the
# original, then a draft where the picture is large, then the result.
#
#   gimp-timing.sh PLUGIN PROBE MODELS [SIZE...]
#
# SIZE is 512x384 and 4000x3000 unless given.  A quiet machine takes some minutes.

set -eu
. "$(dirname "$0")/gimp-profile.sh" "$1" "$2" "$3"
. "$here/gimp-desk.sh"
shift 3
# A painter has all of GEGL, and babl's cache.
unset GEGL_PATH BABL_INHIBIT_CACHE
[ $# -gt 0 ] || set -- 512x384 4000x3000

watch ()
{
  /usr/bin/python3 "$here/watch.py" "$@"
}

# tell WHAT REST KEY...: presses the keys, and tells when the preview changed
tell ()
{
  local what=$1 rest=$2
  shift 2
  printf '  %-34s %s\n' "$what" "$(watch "$rest" xdotool key --clearmodifiers "$@")"
}

cat > "$top/pictures.scm" <<'SCM'
(define (save name w h seed)
  (let* ((image (new-image 256 192 RGB PRECISION-U8-GAMMA))
         (layer (new-layer image name 256 192 #f seed)))
    (gimp-image-scale image w h)
    (file-png-save RUN-NONINTERACTIVE image layer (string-append work-folder "/" name)
                   name FALSE 1 FALSE FALSE FALSE FALSE FALSE)
    (gimp-image-delete image)))
(save "style.png" 512 512 1)
SCM
for size in "$@"; do
  echo "(save \"$size.png\" ${size%x*} ${size#*x} 0)" >> "$top/pictures.scm"
done
run_script "$top/pictures.scm" > "$top/pictures" || { cat "$top/pictures"; exit 1; }
echo '(check-updates no)' >> "$GIMP2_DIRECTORY/gimprc"
start_display 1280x800

for size in "$@"; do
  start_gimp "$top/style.png" "$top/$size.png"
  echo "$size pixels, AdaIN; seconds after the key"
  xdotool windowfocus --sync "$main" 2> /dev/null || true
  tell "the filter" 5 ctrl+alt+s
  window_is_there
  xdotool windowfocus --sync "$dialog" 2> /dev/null || true
  xdotool key alt+s
  tell "strength, whole picture" 4 Left
  xdotool key ctrl+1
  sleep 4
  tell "strength, at 100 %" 4 Left
  tell "strength, ten steps, at 100 %" 4 Left Left Left Left Left Left Left Left Left Left
  xdotool key ctrl+0 alt+m
  sleep 1
  for method in SANet MetaNet MetaStyle; do
    tell "$method" 5 Down
  done
  xdotool key Escape
  end_gimp
done
