#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later

# The preview has the colours of GIMP's own window beside it, where a profile says how the
# monitor shows them, and where another printer or screen is tried out; in a gray image it is gray.
#
#   gimp-screen.sh PLUGIN PROBE MODELS SHOTS

set -eu
. "$(dirname "$0")/gimp-profile.sh" "$1" "$2" "$3"
. "$here/gimp-desk.sh"

shots=$4
mkdir -p "$shots"
failed=0
profiles=/usr/share/color/icc/ghostscript
if [ ! -f "$profiles/rommrgb.icc" ] || [ ! -f "$profiles/default_cmyk.icc" ]; then
  echo "skipped: there is no colour profile to try"
  exit 77
fi

cat > "$top/pictures.scm" <<'EOS'
(define image (new-image 300 200 RGB PRECISION-U8-GAMMA))
(define layer (new-layer image "Red" 300 200 #f 0))
(gimp-context-set-foreground '(210 40 60))
(gimp-drawable-fill layer FILL-FOREGROUND)
(file-png-save RUN-NONINTERACTIVE image layer (string-append work-folder "/red.png")
               "red.png" FALSE 6 FALSE FALSE FALSE FALSE FALSE)
(file-png-save RUN-NONINTERACTIVE style-image style (string-append work-folder "/waves.png")
               "waves.png" FALSE 6 FALSE FALSE FALSE FALSE FALSE)
(define image (new-image 300 200 GRAY PRECISION-U8-GAMMA))
(file-png-save RUN-NONINTERACTIVE image (new-layer image "Gray" 300 200 #f 0)
               (string-append work-folder "/gray.png")
               "gray.png" FALSE 6 FALSE FALSE FALSE FALSE FALSE)
EOS
run_script "$top/pictures.scm" > "$top/pictures" || { cat "$top/pictures"; exit 1; }
cp "$GIMP2_DIRECTORY/gimprc" "$top/gimprc"
mkdir -p "$GIMP2_DIRECTORY/scumble"
start_display 1400x900

# pixel WINDOW X Y: of the screen, as three numbers
pixel ()
{
  import -window "$1" -crop "1x1+$2+$3" -depth 8 rgb:- | od -An -tu1
}

near ()
{
  awk -v a="$1" -v b="$2" 'BEGIN { split(a, p, " "); split(b, q, " ");
    for (i = 1; i <= 3; i++) if (p[i] - q[i] > 2 || q[i] - p[i] > 2) exit 1 }'
}

# The dialog shows the original at 100 % in the middle of its preview.
original_shows ()
{
  shown=$(pixel "$dialog" 377 306)
  near "$shown" "$expected"
}

# compare NAME LINE...: with these lines in the preferences
compare ()
{
  local name=$1 plain="210 40 60"
  shift
  { cat "$top/gimprc"; printf '%s\n' '(check-updates no)' "(color-management $*)"; } \
    > "$GIMP2_DIRECTORY/gimprc"
  start_gimp "$top/red.png"
  sleep 3
  import -window "$main" "$shots/$name-gimp.png"
  expected=$(pixel "$main" $(xdotool getwindowgeometry --shell "$main" |
                             awk -F= '/WIDTH/ { w = $2 } /HEIGHT/ { h = $2 }
                                      END { print int(w / 2), int(h / 2) }'))
  press "$main" ctrl+alt+s
  wait_for 120 window_is_there
  sleep 3
  press "$dialog" alt+o
  if wait_for 60 original_shows; then
    echo "ok $name: $shown"
  else
    echo "FAILED $name: the preview shows $shown, GIMP $expected"
    failed=1
  fi
  if near "$expected" "$plain" && [ "$name" != none ]; then
    echo "FAILED $name: GIMP shows the colour as it is, $expected"
    failed=1
  fi
  import -window root "$shots/$name.png"
  press "$dialog" Escape
  wait_for 60 window_is_gone || true
  end_gimp
}

compare none '(mode none)'
compare monitor '(mode display)' "(display-profile \"$profiles/rommrgb.icc\")" \
        '(display-profile-from-gdk no)'
compare proof '(mode softproof)' "(printer-profile \"$profiles/default_cmyk.icc\")" \
        '(display-profile-from-gdk no)'

# What is painted for a gray image is gray, and so is its preview.
preview ()
{
  import -window "$dialog" -crop 100x100+327+256 -depth 8 rgb:- | od -An -v -tu1 -w3 | sort -u
}

result_shows ()
{
  [ "$(preview)" != "$original" ]
}

cp "$top/gimprc" "$GIMP2_DIRECTORY/gimprc"
echo '(check-updates no)' >> "$GIMP2_DIRECTORY/gimprc"
start_gimp "$top/waves.png" "$top/gray.png"
press "$main" ctrl+alt+s
wait_for 120 window_is_there
press "$dialog" alt+o
sleep 5
original=$(preview)
press "$dialog" alt+o
sleep 3
wait_for 120 result_shows || { echo "FAILED gray: no result"; failed=1; }
import -window root "$shots/gray.png"
if preview | awk '$1 != $2 || $2 != $3 { exit 1 }'; then
  echo "ok gray: the preview of a gray image"
else
  echo "FAILED gray: the preview of a gray image has colours"
  failed=1
fi

# At 1:1 it is the layer, pixel for pixel.
painted ()
{
  [ "$(ask '(car (gimp-image-get-layers 2))')" = 2 ]
}

# At how many places a picture of 300 x 200 gray bytes has a part of 100 x 100
find_part ()
{
  /usr/bin/python3 - "$1" "$2" <<'EOS'
import sys
part, whole = (open(name, "rb").read() for name in sys.argv[1:])
print(sum(all(part[100 * i:100 * (i + 1)] == whole[300 * (y + i) + x:300 * (y + i) + x + 100]
              for i in range(100))
          for y in range(101) for x in range(201)))
EOS
}

import -window "$dialog" -crop 100x100+327+256 -depth 8 gray:"$top/part"
press "$dialog" Return
wait_for 120 painted || { echo "FAILED gray: not painted"; failed=1; }
wait_for 60 window_is_gone || true
ask "(file-png-save 1 2 (aref (cadr (gimp-image-get-layers 2)) 0) \"$top/painted.png\" \"painted\"
                    0 6 0 0 0 0 0)" > /dev/null
convert "$top/painted.png" -depth 8 gray:"$top/painted"
found=$(find_part "$top/part" "$top/painted")
if [ "$found" = 1 ]; then
  echo "ok gray: the preview is the layer"
else
  echo "FAILED gray: the preview is the layer at $found places"
  failed=1
fi
end_gimp

exit $failed
