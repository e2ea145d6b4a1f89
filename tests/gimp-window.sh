#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later

# The filter as a painter meets it: GIMP in a window of a virtual display, two pictures
# open, the filter started from the keyboard, the dialog painted with, undone, redone and
# repeated, in every other language too.  What it looked like lies in SHOTS afterwards, and
# how long the dialog took is printed.
#
#   gimp-window.sh PLUGIN PROBE MODELS SHOTS

set -eu
. "$(dirname "$0")/gimp-profile.sh" "$1" "$2" "$3"
. "$here/gimp-desk.sh"

shots=$4
mkdir -p "$shots"
failed=0

check ()
{
  if [ "$2" = "$3" ]; then
    echo "ok $1"
  else
    echo "FAILED $1: found $2, expected $3"
    failed=1
  fi
}

shot ()
{
  import -window root "$shots/$1.png"
}

# The second picture is the active one, with one layer at first.
layers ()
{
  ask '(car (gimp-image-get-layers 2))'
}

layers_are ()
{
  [ "$(layers)" = "$1" ]
}

top_layer ()
{
  ask '(aref (cadr (gimp-image-get-layers 2)) 0)'
}

pixel_on_top ()
{
  ask "(test-scumble-read $(top_layer) 100 40)"
}

# The middle of the preview, as a number.
picture ()
{
  import -window "$dialog" -crop 160x160+297+226 -depth 8 rgb:- | cksum
}

# follow PICTURE START: when the preview came to rest, in seconds after START
follow ()
{
  local seen=$1 now changed= rest= end=$((SECONDS + 30))
  while [ $SECONDS -lt $end ]; do
    now=$(picture)
    if [ "$now" != "$seen" ]; then
      seen=$now changed=$(milliseconds) rest=$(seconds_since "$2")
    fi
    [ -z "$changed" ] || [ $(($(milliseconds) - changed)) -lt 1000 ] || break
    sleep 0.05
  done
  echo "$rest"
}

# Two pictures, as files that anybody could have opened.
cat > "$top/pictures.scm" <<'EOF'
(define (save name w h seed)
  (let* ((image (new-image w h RGB PRECISION-U8-GAMMA))
         (layer (new-layer image name w h #f seed)))
    (file-png-save RUN-NONINTERACTIVE image layer (string-append work-folder "/" name)
                   name FALSE 6 FALSE FALSE FALSE FALSE FALSE)
    (gimp-image-delete image)))
(save "sky.png" 256 192 0)
(save "waves.png" 200 200 1)
(save "large.png" 2000 1500 0)
EOF
run_script "$top/pictures.scm" > "$top/pictures" || { cat "$top/pictures"; exit 1; }

cat >> "$GIMP2_DIRECTORY/gimprc" <<'EOF'
(check-updates no)
(show-help-button yes)
(theme "Dark")
(help-browser web-browser)
EOF

# GIMP's help, and a browser that only notes what it is to show.
add_plugin "$stock/help/help" help
add_plugin "$stock/web-browser/web-browser" web-browser
mkdir -p "$XDG_DATA_HOME/applications"
printf '#!/bin/sh\necho "$1" > "%s/page"\n' "$top" > "$top/browser"
chmod +x "$top/browser"
printf '[Desktop Entry]\nType=Application\nName=Browser\nExec="%s" %%u\nMimeType=text/html;x-scheme-handler/file;\n' \
  "$top/browser" > "$XDG_DATA_HOME/applications/browser.desktop"
printf '[Default Applications]\ntext/html=browser.desktop\nx-scheme-handler/file=browser.desktop\n' \
  > "$XDG_CONFIG_HOME/mimeapps.list"

start_display 1280x800

# Killed in every stage, as GIMP's own Cancel does it.
mkdir -p "$GIMP2_DIRECTORY/scumble/models"
cp "$here/golden/tiny-metastyle.safetensors" "$here/golden/tiny-encoder.safetensors" \
   "$GIMP2_DIRECTORY/scumble/models"
run_in "$gimp" "$here/gimp-stages.scm" || failed=1

# A picture larger than the memory that the user allows takes no more than that, beside what
# a picture of no size takes.  GIMP has rewritten its settings file by now, so there is a new
# one.
if grep -q '^VmHWM:' /proc/self/status 2> /dev/null; then
  cat > "$top/memory.scm" <<'EOF'
(define limit 96)
(define (peak-of w h)
  (let* ((image (new-image w h RGB PRECISION-DOUBLE-GAMMA))
         (layer (new-layer image "Sky" w h #t 0))
         (seen (test-scumble-watch image layer style "adain" 1.0 -1 "")))
    (check-equal (string-append "painted with little memory, width " (number->string w))
                 (list-ref seen 4) PDB-SUCCESS)
    (gimp-image-delete image)
    (list-ref seen 5)))
(check-equal "the limit is in force" (car (gimp-gimprc-query "tile-cache-size"))
             (string-append (number->string limit) "M"))
(let ((least (peak-of 16 16))
      (peak (peak-of 2000 1600)))
  (check "memory is measured" (> least 0) least " KiB")
  (check "memory within the limit" (<= peak (+ least (* limit 1024))) peak " KiB")
  (say "   at most " peak " KiB of memory, " least " KiB of them whatever the picture"))
EOF
  cp "$GIMP2_DIRECTORY/gimprc" "$top/gimprc"
  cat > "$GIMP2_DIRECTORY/gimprc" <<EOF
(plug-in-path "$GIMP2_DIRECTORY/plug-ins")
(tile-cache-size 96M)
(num-processors 2)
EOF
  run_in "$gimp" "$top/memory.scm" || failed=1
  cp "$top/gimprc" "$GIMP2_DIRECTORY/gimprc"
else
  echo "skipped memory: this system does not tell a process's peak"
fi

start_gimp "$top/sky.png" "$top/waves.png"
check "two pictures open" "$(ask '(car (gimp-image-list))')" 2
shot 1-gimp
original=$(pixel_on_top)

# The menu, with our entry in it.
press "$main" alt+r
sleep 1
xdotool key a
sleep 1
shot 2-menu
xdotool key Escape Escape Escape

began=$(milliseconds)
press "$main" ctrl+alt+s
wait_for 60 window_is_there || check "dialog opens" no yes
echo "   the dialog is there after $(seconds_since "$began") s," \
     "its preview finished after $(follow "" "$began") s"
shot 3-dialog

press "$dialog" F1
wait_for 60 test -s "$top/page" || true
page=$(cat "$top/page" 2> /dev/null || true)
check "F1 opens the manual at its place" "${page##*/help/}" "en/index.html#painting"
page=${page#file://}
[ -f "${page%%#*}" ] && there=yes || there=no
check "F1 opens a page that is there" $there yes
press "$dialog" Return
wait_for 60 layers_are 2 || true
check "painted with Enter" "$(layers)" 2
wait_for 20 window_is_gone || check "dialog closes" no yes
sleep 1
shot 4-painted
check "name" "$(ask "(car (gimp-item-get-name $(top_layer)))")" \
      '"waves.png (AdaIN: sky.png, 100 %)"'
painted=$(pixel_on_top)
[ "$painted" != "$original" ] && changed=yes || changed=no
check "top layer is another picture" $changed yes

press "$main" ctrl+z
wait_for 20 layers_are 1 || true
check "one undo takes it away" "$(layers)" 1
check "top layer is the original" "$(pixel_on_top)" "$original"
press "$main" ctrl+y
wait_for 20 layers_are 2 || true
check "redo brings it back" "$(pixel_on_top)" "$painted"

# Painting the result once more replaces it, in one step too.
first=$(top_layer)
ask "(plug-in-scumble-again 1 2 $first)" > /dev/null
[ "$(top_layer)" != "$first" ] && replaced=yes || replaced=no
check "painting again replaces the layer" "$replaced $(layers)" "yes 2"
check "painting again gives the same picture" "$(pixel_on_top)" "$painted"
press "$main" ctrl+z
top_is_first () { [ "$(top_layer)" = "$first" ]; }
wait_for 20 top_is_first || true
check "one undo brings the layer back" "$(top_layer) $(layers)" "$first 2"

# A split is one step too.
ask "(apply plug-in-scumble-split (append (list 1 2 (aref (cadr (gimp-image-get-layers 2)) 1)
      (aref (cadr (gimp-image-get-layers 1)) 0) \"adain\" \"\")
      (read (open-input-string (car (test-scumble-usual))))))" > /dev/null
parts_of_second ()
{
  ask '(car (gimp-item-get-children (aref (cadr (gimp-image-get-layers 2)) 1)))'
}
check "a split makes a group" "$(layers) $(parts_of_second)" "3 3"
press "$main" ctrl+z
wait_for 20 layers_are 2 || true
check "one undo takes the group away" "$(top_layer) $(layers)" "$first 2"
press "$main" ctrl+y
wait_for 20 layers_are 3 || true
check "redo brings the group back" "$(layers) $(parts_of_second)" "3 3"
press "$main" ctrl+z
wait_for 20 layers_are 2 || true

press "$main" ctrl+f
wait_for 60 layers_are 3 || true
check "Repeat Last paints without asking" "$(layers)" 3
press "$main" ctrl+z
wait_for 20 layers_are 2 || true

press "$main" ctrl+shift+f
wait_for 60 window_is_there || check "Re-Show Last opens the dialog" no yes
sleep 3
press "$dialog" Escape
wait_for 20 window_is_gone || check "Escape closes the dialog" no yes
check "Escape leaves the image alone" "$(layers)" 2
shot 5-after-escape

# A style in the box, chosen with the keyboard: the first after three layers.
press "$main" ctrl+shift+f
wait_for 60 window_is_there || true
follow "$(picture)" 0 > /dev/null
press "$dialog" alt+s
before=$(picture)
began=$(milliseconds)
press "$dialog" Left
xdotool key Left Left Left Left
rest=$(follow "$before" "$began")
[ -n "$rest" ] && changed=yes || changed=no
check "the strength slider changes the preview" $changed yes
echo "   from moving the slider to the new picture: $rest s"
xdotool key Right Right Right Right Right
press "$dialog" alt+y
xdotool key Home Down Down Down
sleep 1
follow "$(picture)" 0 > /dev/null
shot 6-style-in-the-box
press "$dialog" Return
wait_for 60 layers_are 3 || true
name=$(ask "(car (gimp-item-get-name $(top_layer)))")
check "painted with a style in the box" "(${name##*(}" '(AdaIN: Evening Wind, 100 %)"'
wait_for 20 window_is_gone || true
press "$main" ctrl+z
wait_for 20 layers_are 2 || true
press "$main" ctrl+shift+f
wait_for 60 window_is_there || true
sleep 3
press "$dialog" alt+y
xdotool key Home
sleep 3
press "$dialog" Return
wait_for 60 layers_are 3 || true
wait_for 20 window_is_gone || true
name=$(ask "(car (gimp-item-get-name $(top_layer)))")
case $name in *"(AdaIN: sky.png, 100 %)"*) again=yes ;; *) again=no ;; esac
check "and with the first layer again" $again yes
press "$main" ctrl+z
wait_for 20 layers_are 2 || true

# The layer goes away while the dialog is open: what was painted is not lost.
press "$main" ctrl+shift+f
wait_for 60 window_is_there || true
sleep 3
lost=$(top_layer)
ask "(gimp-image-remove-layer 2 $lost)" > /dev/null
check "the layer is removed" "$(layers)" 1
press "$dialog" Return
wait_for 60 layers_are 2 || true
check "the result of a removed layer comes on top" "$(layers)" 2
wait_for 20 window_is_gone || true

# Killed while the dialog is open and at work.
press "$main" ctrl+shift+f
wait_for 60 window_is_there || true
kill -9 "$(pgrep -P "$gimp_pid" -f plug-ins/scumble/scumble)"
sleep 2
check "a killed dialog leaves the image alone" "$(layers)" 2
# A mark of a run that is no more, on an image that can be seen
ended=$(sh -c 'echo $$')
ask "(gimp-image-attach-parasite 1 (list \"scumble-unfinished\" 0 \"$gimp_pid $ended -1\"))" > /dev/null
press "$main" Escape
press "$main" ctrl+f
wait_for 60 layers_are 3 || true
check "the run after that works" "$(layers)" 3
check "an image with a window is nobody's leftover" \
      "$(ask '(list (car (gimp-image-list))
                    (member "scumble-unfinished" (cadr (gimp-image-get-parasite-list 1))))')" "(2 #f)"

# The values used last outlive GIMP.
end_gimp
for language in $(cat "$here/../po/LINGUAS"); do
  export LANGUAGE=$language
  rm -f "$top/page"
  start_gimp "$top/sky.png" "$top/waves.png"
  press "$main" ctrl+alt+s
  wait_for 60 window_is_there || check "dialog opens in $language" no yes
  follow "$(picture)" 0 > /dev/null
  shot "7-dialog-$language"
  press "$dialog" F1
  wait_for 60 test -s "$top/page" || true
  page=$(cat "$top/page" 2> /dev/null || true)
  check "manual in $language" "${page##*/help/}" "$language/index.html#painting"
  press "$dialog" Return
  wait_for 60 layers_are 2 || true
  check "painted in $language" "$(layers)" 2
  end_gimp
done
export LANGUAGE=

# A brush that nobody has chosen is as large as each picture asks for.
values=$GIMP2_DIRECTORY/scumble/last-values.ini
paint_picture ()
{
  start_gimp "$top/waves.png" "$top/$1"
  press "$main" ctrl+alt+s
  wait_for 60 window_is_there || check "dialog opens for $1" no yes
  follow "$(picture)" 0 > /dev/null
  press "$dialog" Return
  wait_for 120 layers_are 2 || true
  check "painted $1" "$(layers)" 2
  wait_for 20 window_is_gone || true
  end_gimp
}
brush ()
{
  sed -n 's/^brush=//p' "$values"
}
mv "$values" "$top/values"
paint_picture large.png
check "a large picture begins with a large brush" "$(brush)" 2
paint_picture sky.png
check "a small one after it with a small brush" "$(brush)" 1
sed -i 's/^brush=.*/brush=3/; s/^brush-fits=.*/brush-fits=false/' "$values"
paint_picture sky.png
check "a brush that was chosen stays" "$(brush)" 3

# A layer that is dragged from GIMP's Layers dialog onto the window is the style.
rm "$values"
start_gimp "$top/sky.png" "$top/waves.png"
xdotool windowmove --sync "$main" 0 0 windowsize --sync "$main" 1280 800
press "$main" ctrl+alt+s
wait_for 60 window_is_there || check "dialog opens" no yes
follow "$(picture)" 0 > /dev/null
before=$(picture)
xdotool mousemove 1174 522 mousedown 1
for i in {1..16}; do
  xdotool mousemove $((1174 - 50 * i)) $((522 - 14 * i))
  sleep 0.05
done
sleep 0.5
shot 8-dragged-layer
xdotool mouseup 1
follow "$before" 0 > /dev/null
press "$dialog" Return
wait_for 60 layers_are 2 || true
check "painted with a layer that was dropped" \
      "$(ask "(car (gimp-item-get-name $(top_layer)))")" '"waves.png (AdaIN: waves.png, 100 %)"'

# What would come of the other filters is in their windows' titles.
wait_for 20 window_is_gone || true
press "$main" ctrl+alt+n
wait_for 60 window_is_there || true
check "title for a new image" "$(xdotool getwindowname "$dialog")" \
      "Scumble to New Image: waves.png (AdaIN: waves.png, 100 %)"
press "$dialog" Escape
wait_for 20 window_is_gone || true
press "$main" ctrl+alt+m
wait_for 60 window_is_there || true
check "title for frames" "$(xdotool getwindowname "$dialog")" \
      "Scumble All Layers as Frames: [waves] (imported)"
press "$dialog" Escape
end_gimp
mv "$top/values" "$values"
unset DISPLAY
cat > "$top/again.scm" <<'EOF'
; Like File > Open, which names the layer after the file.
(define (open name)
  (let ((image (car (gimp-file-load RUN-NONINTERACTIVE
                                    (string-append work-folder "/" name) name))))
    (gimp-item-set-name (car (gimp-image-get-active-layer image)) name)
    image))
(define sky (open "sky.png"))
(define waves (open "waves.png"))
(define layer (car (gimp-image-get-active-layer waves)))
(check-equal "last values after a restart"
  (name-of (scumble-as RUN-WITH-LAST-VALS waves layer layer "" 0))
  "waves.png (AdaIN: sky.png, 100 %)")
EOF
run_script "$top/again.scm" || failed=1

exit $failed
