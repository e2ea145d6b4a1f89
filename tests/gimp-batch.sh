#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later

# The procedure in a real GIMP without a display.
#
#   gimp-batch.sh PLUGIN PROBE MODELS PLUGIN-WITHOUT-MODELS VICTIM

set -eu
. "$(dirname "$0")/gimp-profile.sh" "$@"
failed=0

# Every procedure with a dialog has its place in the manual.
help=$here/../plugin/help/en
for name in $(sed -n 's/^  { "\([^"]*\)", N_(.*/plug-in-scumble\1/p' "$here/../plugin/procedure.c"); do
  place=$(sed -n "s/.*id=\"$name\" ref=\"\([^\"]*\)\".*/\1/p" "$help/gimp-help.xml")
  if [ -f "$help/${place%%#*}" ] && grep -q "id=\"${place##*#}\"" "$help/${place%%#*}"; then
    echo "ok manual: $name"
  else
    echo "FAILED manual: $name has no place"
    failed=1
  fi
done

for part in batch layers methods scripts split; do
  run_script "$here/gimp-$part.scm" || failed=1
done

# wrap_plugin LINE...: what GIMP starts is a script that runs these lines, then the plug-in
wrap_plugin ()
{
  printf '%s\n' '#!/bin/sh' "$@" "exec \"$plugin\" \"\$@\"" \
    > "$GIMP2_DIRECTORY/plug-ins/scumble/scumble"
}

wrap_plugin "export LD_PRELOAD='$(realpath "$5")'" \
            "export SCUMBLE_DIES=\"\$(cat '$top/dies' 2> /dev/null)\""
run_script "$here/gimp-victim.scm" || failed=1

# No room on the disk, as far as a process can be told so; and a file where the user's
# folder should be, so that not even root can write there.
wrap_plugin "trap '' XFSZ" "if [ -s '$top/full' ]; then ulimit -f 0; fi"
rm -rf "$GIMP2_DIRECTORY/scumble"
echo > "$GIMP2_DIRECTORY/scumble"
cat > "$top/faults.scm" <<'EOF'
(define image (new-image 50 40 RGB PRECISION-U8-GAMMA))
(define layer (new-layer image "Sky" 50 40 #f 0))
(define file (string-append work-folder "/waves.safetensors"))
(define (save)
  (plug-in-scumble-save-style RUN-NONINTERACTIVE style "adain" "" 1.0 file ""))
(let ((port (open-output-file (string-append work-folder "/full"))))
  (display "full" port)
  (close-output-port port))
(check-refusal "disk full: saving a style" image "cannot be written" save)
(check-refusal "disk full: what to do" image "Make room" save)
(check "disk full: no half file" (not (file-exists? file)) "there is one")
(check-equal "disk full: painting goes on"
             (message-of (lambda () (paint image layer 0.8))) "")
(check-equal "user's folder not writable: learning goes on"
  (message-of (lambda ()
    (plug-in-scumble RUN-NONINTERACTIVE image layer style "metastyle" "" 1.0
                     1.0 1.0 0.0 "luminance" 0.0 "apart" 1.0 0.0 "25" "normalisation"))) "")
(check-refusal "user's folder is none: preset" image "Soft.preset"
  (lambda () (plug-in-scumble-preset RUN-NONINTERACTIVE image layer style "Soft")))
(file-delete (string-append work-folder "/full"))
(check-equal "room again" (message-of save) "")
EOF
run_script "$top/faults.scm" || failed=1
rm "$GIMP2_DIRECTORY/scumble" "$top/waves.safetensors"
add_plugin "$plugin" scumble

# Hardly any memory allowed
cp "$GIMP2_DIRECTORY/gimprc" "$top/gimprc"
sed -i 's/tile-cache-size [^)]*/tile-cache-size 64k/' "$GIMP2_DIRECTORY/gimprc"
cat > "$top/memory.scm" <<'EOF'
(define image (new-image 50 40 RGB PRECISION-U8-GAMMA))
(define layer (new-layer image "Sky" 50 40 #f 0))
(for-each
  (lambda (part)
    (check-refusal (string-append "hardly any memory: " part) image part
                   (lambda () (paint image layer 0.8))))
  '("more working memory" "Edit > Preferences > System Resources"))
EOF
run_script "$top/memory.scm" || failed=1
cp "$top/gimprc" "$GIMP2_DIRECTORY/gimprc"

# A style that was a file is opened for the run, and closed again.  Presets by name and
# by path.
mkdir -p "$GIMP2_DIRECTORY/scumble"
printf '[scumble]\nversion=1\nmethod=adain\nstrength=0.25\n' \
  > "$GIMP2_DIRECTORY/scumble/Soft touch.preset"
cp "$GIMP2_DIRECTORY/scumble/Soft touch.preset" "$top/exported.preset"
echo 'nonsense' > "$GIMP2_DIRECTORY/scumble/Broken.preset"
cat > "$GIMP2_DIRECTORY/scumble/last-values.ini" <<EOF
[scumble]
version=1
method=adain
strength=0.5

[style]
image=file://$top/waves.png
layer=waves.png
EOF
cat > "$top/file.scm" <<'EOF'
(file-png-save RUN-NONINTERACTIVE style-image style
               (string-append work-folder "/waves.png") "waves.png"
               FALSE 6 FALSE FALSE FALSE FALSE FALSE)
(define image (new-image 50 40 RGB PRECISION-U8-GAMMA))
(define layer (new-layer image "Sky" 50 40 #f 0))
(define images (car (gimp-image-list)))
(define result (scumble-as RUN-WITH-LAST-VALS image layer -1 "" 0))
(check-equal "style file: name" (name-of result) "Sky (AdaIN: waves.png, 50 %)")
(check-pixels "style file" result layer 0.5 0.0041)
(check-equal "style file: closed again" (car (gimp-image-list)) images)
(gimp-image-remove-layer image
  (car (plug-in-scumble-again RUN-NONINTERACTIVE image result)))
(file-delete (string-append work-folder "/waves.png"))
(check-refusal "style file: gone" image "not to be found"
  (lambda () (scumble-as RUN-WITH-LAST-VALS image layer -1 "" 0)))

(define (paint-preset preset)
  (car (plug-in-scumble-preset RUN-NONINTERACTIVE image layer style preset)))
(check-pixels "preset by name" (paint-preset "Soft touch") layer 0.25 0.0041)
(check-pixels "preset by path"
              (paint-preset (string-append work-folder "/exported.preset"))
              layer 0.25 0.0041)
(check-refusal "preset unknown" image "Other.preset" (lambda () (paint-preset "Other")))
(check-refusal "preset damaged" image "Broken.preset" (lambda () (paint-preset "Broken")))
(check-refusal "preset without a name" image "name of the preset is missing"
               (lambda () (paint-preset "")))
EOF
run_script "$top/file.scm" || failed=1

# Published checkpoints, imported into the user's own folder: each is a quality of its method.
mkdir "$top/published"
python=/usr/bin/python3
"$python" "$here/checkpoints.py" "$top/published"
for source in adain: sanet: metastyle:/metastyle.pth; do
  "$python" "$here/../weights/import.py" "${source%%:*}" "$top/published${source#*:}" > /dev/null
done
cat > "$top/imported.scm" <<'EOF'
(define image (new-image 64 48 RGB PRECISION-FLOAT-GAMMA))
(define layer (new-layer image "Sky" 64 48 #f 0))
(define (check-imported method)
  (let* ((quality (string-append method "-imported"))
         (result (car (plug-in-scumble RUN-NONINTERACTIVE image layer style method quality 1.0
                                       1.0 1.0 0.0 "luminance" 0.0 "apart" 1.0 0.0 "0" "normalisation")))
         (far (lambda (layer-id model)
                (car (test-scumble-compare layer-id layer style model 1.0)))))
    (check (string-append quality ": pixels")
           (<= (far result (string-append method "/" quality)) engine-own) "differ")
    (check (string-append quality ": not those of the standard") (> (far result method) 0.05)
           "they are")
    (let ((again (car (plug-in-scumble-again RUN-NONINTERACTIVE image result))))
      (check (string-append quality ": remembered")
             (<= (far again (string-append method "/" quality)) engine-own) "it is not"))))
(for-each check-imported '("adain" "sanet" "metastyle"))
EOF
run_script "$top/imported.scm" || failed=1

# The loop over a folder that the README shows.
add_plugin "$stock/file-jpeg/file-jpeg" file-jpeg
add_plugin "$stock/file-glob/file-glob" file-glob
mkdir "$top/photographs"
sed -n 's/^    //p' "$here/../README.md" | sed -n '/^(let\* ((style/,/gimp-image-delete style/p' \
  > "$top/folder.scm"
cat > "$top/readme.scm" <<'EOF'
(define (save name seed)
  (let* ((image (new-image 64 48 RGB PRECISION-U8-GAMMA))
         (layer (new-layer image "Sky" 64 48 #f seed)))
    (file-jpeg-save RUN-NONINTERACTIVE image layer (string-append work-folder "/" name)
                    name 0.9 0 1 0 "" 2 1 0 0)
    (gimp-image-delete image)))
(save "painting.jpg" 1)
(save "photographs/one.jpg" 0)
(save "photographs/two.jpg" 2)
(load (string-append work-folder "/folder.scm"))
(for-each
  (lambda (name)
    (let* ((file (string-append work-folder "/photographs/" name ".jpg.png"))
           (image (car (gimp-file-load RUN-NONINTERACTIVE file file))))
      (check-equal (string-append "README: " name)
                   (size-of (car (layers-of image))) '(64 48))))
  '("one" "two"))
EOF
(cd "$top" && run_script "$top/readme.scm") || failed=1
rm -r "$GIMP2_DIRECTORY/scumble"

# The same call makes the same pixels, however babl converts them: of its ways those that suit its
# tolerance and are the fastest when tried, or, allowed none, that by which it judges them. What
# was learned is forgotten in between.
paint_alike ()
{
  cat > "$top/alike.scm" <<EOF
(define painting "$models/styles/orchard.jpg")
(define other-painting "$models/styles/poppies.jpg")
(define alike-file "$top/$1")
(load "$here/gimp-alike.scm")
EOF
  run_script "$top/alike.scm" || failed=1
  rm -rf "$GIMP2_DIRECTORY/scumble"
}
paint_alike fastest
BABL_TOLERANCE=0 paint_alike exact
if [ -s "$top/exact" ] && diff "$top/fastest" "$top/exact"; then
  echo "ok painted alike: $(wc -l < "$top/exact") pictures"
else
  echo "FAILED painted alike, however babl converts pixels"
  failed=1
fi

# A damaged model in the user's own folder, which is looked into first.
rm "$XDG_DATA_HOME/scumble/models"
mkdir "$XDG_DATA_HOME/scumble/models"
own=$XDG_DATA_HOME/scumble/models
for method in adain sanet metanet metastyle; do
  head -c 100000 "$models/$method.safetensors" > "$own/$method.safetensors"
done
cp "$models/encoder.safetensors" "$own"
cat > "$top/damaged.scm" <<'EOF'
(define image (new-image 40 30 RGB PRECISION-U8-GAMMA))
(define layer (new-layer image "Sky" 40 30 #f 0))
(for-each
  (lambda (method)
    (check-refusal (string-append "model damaged, " method) image
                   (string-append method ".safetensors")
                   (lambda () (scumble image layer style method 1.0))))
  methods)
EOF
run_script "$top/damaged.scm" || failed=1

# No model at all: neither a folder of the user's own, nor one where they are installed.
rm -r "$own"
add_plugin "$(realpath "$4")" scumble
sed 's/model damaged/model missing/' "$top/damaged.scm" > "$top/missing.scm"
run_script "$top/missing.scm" || failed=1

# The engine's sentences are in the user's language too.
cat > "$top/german.scm" <<'EOF'
(define image (new-image 40 30 RGB PRECISION-U8-GAMMA))
(define layer (new-layer image "Sky" 40 30 #f 0))
(check-refusal "in German" image "in keinem der Modellordner"
               (lambda () (paint image layer 1.0)))
EOF
LANGUAGE=de run_script "$top/german.scm" || failed=1

exit $failed
