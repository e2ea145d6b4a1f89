; SPDX-License-Identifier: GPL-3.0-or-later

; What scripts can do beyond one style with few settings: every setting, mixtures, regions,
; a strength map, style files; and that painted layers remember all of it.

(define eight-bit-step (/ 1.0 255))

(define (check-far name found other)
  (check name (not (close? found other 0.02)) "both are " found))

; A layer without alpha, so wide that its ends are out of each other's sight.
(define (wide-image)
  (new-image 420 48 RGB PRECISION-FLOAT-GAMMA))

(define (read-at layer x)
  (test-scumble-read layer x 20))

; Any one pixel may be burnt in two pictures that differ.
(define (read-along layer)
  (apply append (map (lambda (x) (read-at layer x)) '(20 80 140 200 260 320 400))))

(define other-style (new-layer style-image "Other waves" 60 44 #f 2))

; The arguments of plug-in-scumble with some of them changed, by their names.
(define arguments
  (let ((n (list-ref (gimp-procedural-db-proc-info "plug-in-scumble") 6)))
    (let loop ((i 0) (names '()))
      (if (< i n)
          (loop (+ i 1)
                (cons (cadr (gimp-procedural-db-proc-arg "plug-in-scumble" i)) names))
          (reverse names)))))

(define (with-settings changed method)
  (map (lambda (argument usual)
         (let ((found (assoc argument changed)))
           (if found (cdr found) usual)))
       (list-tail arguments 4) (settings method 1.0)))

(define (paint-with-all image layer changed method)
  (car (apply plug-in-scumble (append (list RUN-NONINTERACTIVE image layer style)
                                      (with-settings changed method)))))

(define (paint-with image layer name value method)
  (paint-with-all image layer (list (cons name value)) method))

; What the Procedure Browser says: a text for everything, and what each setting may be.

(define (check-texts name . texts)
  (for-each (lambda (text)
              (check (string-append "texts of " name) (> (string-length text) 5) text))
            texts))

(define (check-argument procedure i)
  (let* ((argument (gimp-procedural-db-proc-arg procedure i))
         (name (string-append procedure ", " (cadr argument)))
         (text (caddr argument)))
    (check-texts name text)
    (if (= (car argument) PDB-FLOAT)
        (check (string-append name ": range and usual value")
               (and (contains? text (string-append " <= " (cadr argument) " <= "))
                    (contains? text "usually")) text))))

(for-each
  (lambda (procedure)
    (let ((info (gimp-procedural-db-proc-info procedure)))
      (check-texts procedure (list-ref info 0) (list-ref info 1) (list-ref info 2)
                   (list-ref info 3))
      (let loop ((i 0))
        (if (< i (list-ref info 6))
            (begin
              (check-argument procedure i)
              (loop (+ i 1)))))
      (check-equal (string-append procedure ": what it returns") (list-ref info 7)
                   (if (or (contains? procedure "save-")
                           (contains? procedure "learn-style"))
                       0 1))))
  (cadr (gimp-procedural-db-query "^plug-in-scumble" "" "" "" "" "" "")))

; Where the menus have them; what is for animations is among GIMP's own filters for them.

(let* ((found (gimp-plugins-query "umble"))
       (places (map list (list-ref found 11) (list-ref found 1))))
  (for-each
    (lambda (row)
      (check-equal (string-append (car row) ": in the menu") (assoc (car row) places) row))
    '(("plug-in-scumble" "<Image>/Filters/Artistic/Scumble...")
      ("plug-in-scumble-new-image" "<Image>/Filters/Artistic/Scumble to New Image...")
      ("plug-in-scumble-split" "<Image>/Filters/Artistic/Scumble to Split Layers...")
      ("plug-in-scumble-frames" "<Image>/Filters/Animation/Scumble All Layers as Frames...")
      ("plug-in-scumble-again" "<Image>/Filters/Artistic/Scumble: Re-stylise This Layer..."))))

; Every setting: a value out of range is refused by name.

(define image (wide-image))
(define layer (new-layer image "Sky" 420 48 #f 0))

(for-each
  (lambda (name usual)
    (check-refusal (string-append "bad " name) image name
      (lambda ()
        (paint-with image layer name (if (string? usual) "nonsense" -1000.0) "adain"))))
  (list-tail arguments 6) (list-tail (settings "adain" 1.0) 2))

(check-refusal "unknown quality" image "nonsense"
  (lambda () (paint-with image layer "quality" "nonsense" "adain")))

; Those that every method has make a difference, somewhere: a painting, and the more one that
; was learned from the layer itself, has the layer's colours here and there.

(define (read-across layer)
  (apply append (map (lambda (x) (read-at layer x)) '(20 100 200 300 400))))

(for-each
  (lambda (method)
    (let ((plain (read-across (scumble image layer style method 1.0))))
      (for-each
        (lambda (row)
          (check-far (string-append method " with another " (car row))
                     (read-across (paint-with image layer (car row) (cadr row) method))
                     plain))
        '(("strength" 0.3) ("scale" 2.0) ("brush" 3.0) ("colour" 1.0)))))
  methods)

; Kept colours keep a picture without colours gray.

(let ((gray (new-layer image "Ramp" 420 48 #f -1)))
  (let ((found (read-at (paint-with image gray "colour" 1.0 "adain") 200)))
    (check-close "colours kept" found
                 (list (car found) (car found) (car found) 1.0) 0.002))
  (gimp-image-remove-layer image gray))

; Detail makes a difference to an edge.

(define (luma pixel)
  (+ (* 0.2126 (car pixel)) (* 0.7152 (cadr pixel)) (* 0.0722 (caddr pixel))))

(define (step-at layer x)
  (- (luma (read-at layer (+ x 1))) (luma (read-at layer (- x 2)))))

(let ((edge (new-layer image "Edge" 420 48 #f -1)))
  (gimp-drawable-edit-fill edge FILL-WHITE)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 200 48)
  (gimp-context-set-foreground '(0 0 0))
  (gimp-drawable-edit-fill edge FILL-FOREGROUND)
  (gimp-selection-none image)
  (for-each
    (lambda (method)
      (let ((lost (step-at (scumble image edge style method 1.0) 200))
            (kept (step-at (paint-with image edge "detail" 1.0 method) 200)))
        (check (string-append method ": detail kept") (> (abs (- kept lost)) 0.05)
               "the step is " kept " in place of " lost)))
    methods)
  (gimp-image-remove-layer image edge))

; Joined edges: moved around in its layer, the picture is painted alike. The grain that MetaNet and
; MetaStyle make strokes of is the layer's, and stays where it is; at strength 0 there is none.

(let* ((tile (new-image 96 64 RGB PRECISION-FLOAT-GAMMA))
       (here (new-layer tile "Here" 96 64 #f 2))
       (moved (car (gimp-layer-copy here FALSE))))
  (gimp-image-insert-layer tile moved -1 0)
  (gimp-drawable-offset moved TRUE OFFSET-BACKGROUND 32 16)
  (for-each
    (lambda (method)
      (let* ((grainy (member method '("metanet" "metastyle")))
             (paint-tile (lambda (layer strength edges)
                           (paint-with-all tile layer
                                           (list (cons "strength" strength) (cons "edges" edges))
                                           method)))
             (still (paint-tile here (if grainy 0.0 1.0) "joined"))
             (still-moved (paint-tile moved (if grainy 0.0 1.0) "joined"))
             (joined (paint-tile here 1.0 "joined"))
             (apart (paint-tile here 1.0 "apart")))
        (for-each
          (lambda (x)
            (check-close (string-append method ": edges joined, at " (number->string x))
                         (test-scumble-read still-moved (modulo (+ x 32) 96) 20)
                         (test-scumble-read still x 4) 0.002))
          '(1 40 94))
        (check (string-append method ": edges apart are others")
               (not (close? (apply append (map (lambda (x) (test-scumble-read apart x 1))
                                               '(0 20 50 70 94)))
                            (apply append (map (lambda (x) (test-scumble-read joined x 1))
                                               '(0 20 50 70 94)))
                            0.02))
               "both are alike")))
    methods)
  (gimp-image-delete tile))

; Mixtures

(define (mix-arguments styles weights regions selected files map)
  (list (length styles) (list->vector styles) (length weights) (list->vector weights)
        (length regions) (list->vector regions) (length selected) (list->vector selected)
        (length files) files map))

(define (mix-selected image layer styles weights regions selected map method)
  (car (apply plug-in-scumble-mix
              (append (list RUN-NONINTERACTIVE image layer)
                      (mix-arguments styles weights regions selected '() map)
                      (settings method 1.0)))))

(define (mix image layer styles weights regions map method)
  (mix-selected image layer styles weights regions '() map method))

(define plain (scumble image layer style "adain" 1.0))
(define other (scumble image layer other-style "adain" 1.0))
(check-far "the styles differ" (read-along plain) (read-along other))

(let ((twice (mix image layer (list style style) '(0.3 2.0) '() -1 "adain"))
      (half (mix image layer (list style other-style) '(2.0 2.0) '() -1 "adain"))
      (again (mix image layer (list style other-style) '() '() -1 "adain")))
  (check-close "a style with itself" (read-at twice 20) (read-at plain 20) 0.001)
  (check-far "a mixture is not the one" (read-along half) (read-along plain))
  (check-far "a mixture is not the other" (read-along half) (read-along other))
  (check-close "only proportions count" (read-at half 20) (read-at again 20) 0.001)
  (check-equal "a mixture's name" (name-of half)
               "Sky (AdaIN: Waves + Other waves, 100 %)"))

; Regions: the one style on the left, the other on the right, whatever says so.  Each row
; makes the left half white.

(define (white layer)
  (gimp-context-set-foreground '(255 255 255))
  (gimp-drawable-fill layer FILL-FOREGROUND)
  layer)

(define (channel-on-the-left)
  (let ((channel (car (gimp-channel-new image 420 48 "Left" 50 '(0 0 0)))))
    (gimp-image-insert-channel image channel -1 0)
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 210 48)
    (gimp-context-set-foreground '(255 255 255))
    (gimp-drawable-edit-fill channel FILL-FOREGROUND)
    (gimp-selection-none image)
    channel))

(define (layer-on-the-left)
  (let ((left (new-layer image "Left" 300 60 #t 0)))
    (gimp-layer-set-offsets left -90 -5)
    (white left)))

(define (mask-on-the-left)
  (let ((mask #f))
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 210 48)
    (set! mask (car (gimp-layer-create-mask layer ADD-MASK-SELECTION)))
    (gimp-layer-add-mask layer mask)
    (gimp-layer-set-apply-mask layer FALSE)
    (gimp-selection-none image)
    mask))

(define (check-regions name region forget)
  (let ((sides (mix image layer (list style other-style) '() (list region -1) -1 "adain"))
        (alone (mix image layer (list style) '() (list region) -1 "adain"))
        (map (mix image layer (list style) '() '() region "adain"))
        (none (scumble image layer style "adain" 0.0)))
    (check-close (string-append name ": left") (read-at sides 20) (read-at plain 20) 0.003)
    (check-close (string-append name ": right") (read-at sides 400) (read-at other 400)
                 0.003)
    (for-each
      (lambda (row)
        (check-close (string-append name ", " (car row) ": left")
                     (read-at (cadr row) 20) (read-at plain 20) 0.003)
        (check-close (string-append name ", " (car row) ": right")
                     (read-at (cadr row) 400) (read-at none 400) 0.003))
      (list (list "no other style" alone) (list "strength map" map)))
    (forget)))

(let ((channel (channel-on-the-left)))
  (check-regions "channel" channel
                 (lambda () (gimp-image-remove-channel image channel))))
(let ((left (layer-on-the-left)))
  (check-regions "layer" left (lambda () (gimp-image-remove-layer image left))))
(check-regions "mask" (mask-on-the-left)
               (lambda () (gimp-layer-remove-mask layer MASK-DISCARD)))

; The selection as a strength map: only its bounds are painted, softly within.

(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 210 48)
(gimp-image-select-rectangle image CHANNEL-OP-ADD 400 0 20 48)
(let* ((selection (car (gimp-image-get-selection image)))
       (map (mix image layer (list style) '() '() selection "adain")))
  (check-close "selection: left" (read-at map 20) (read-at plain 20) 0.003)
  (check-close "selection: between"
               (read-at map 310)
               (read-at (scumble image layer style "adain" 0.0) 310) 0.003)
  (gimp-selection-none image)
  (check-close "an empty selection selects everything"
               (read-at (mix image layer (list style) '() '() selection "adain") 310)
               (read-at plain 310) 0.001))

; The selected part of a style is what a layer with nothing else would be: a rectangle, its
; crop; an ellipse, the layer with all else erased. Each row selects a part.

(define (copy-into-image original)
  (let ((copy (car (gimp-layer-new-from-drawable original style-image))))
    (gimp-image-insert-layer style-image copy -1 0)
    copy))

(define (erase-unselected layer)
  (gimp-layer-add-alpha layer)
  (gimp-selection-invert style-image)
  (gimp-drawable-edit-clear layer)
  (gimp-selection-invert style-image))

(define (crop-to-selection layer)
  (let ((bounds (gimp-selection-bounds style-image)))
    (gimp-layer-resize layer
                       (- (list-ref bounds 3) (list-ref bounds 1))
                       (- (list-ref bounds 4) (list-ref bounds 2))
                       (- (list-ref bounds 1)) (- (list-ref bounds 2)))))

(define (part-only selected)
  (read-at (mix-selected image layer (list style) '() '() selected -1 "adain") 200))

(for-each
  (lambda (row)
    (let ((name (string-append "selected part, " (car row)))
          (part (copy-into-image style))
          (whole (read-at plain 200)))
      ((cadr row))
      (erase-unselected part)
      (crop-to-selection part)
      (let* ((result (mix-selected image layer (list style) '() '() '(1) -1 "adain"))
             (expected (read-at (scumble image layer part "adain" 1.0) 200))
             (found (read-at result 200)))
        (check-close name found expected 0.0001)
        (check-far (string-append name ": it matters") found whole)
        (check-close (string-append name ": not asked for") (part-only '(0)) whole 0.0001)
        (check-close (string-append name ": remembered")
          (read-at (car (plug-in-scumble-again RUN-NONINTERACTIVE image result)) 200)
          found 0.0001))
      (gimp-image-remove-layer style-image part)
      (gimp-selection-none style-image)))
  (list
    (list "rectangle"
          (lambda ()
            (gimp-image-select-rectangle style-image CHANNEL-OP-REPLACE 20 4 30 30)))
    (list "ellipse"
          (lambda ()
            (gimp-context-set-antialias FALSE)
            (gimp-image-select-ellipse style-image CHANNEL-OP-REPLACE 5 2 33 40)))))

(check-close "selected part: nothing selected at all is everything" (part-only '(1))
             (read-at plain 200) 0.0001)
(let ((other (new-layer style-image "Aside" 20 20 #f 2)))
  (gimp-layer-set-offsets other 40 24)
  (gimp-image-select-rectangle style-image CHANNEL-OP-REPLACE 0 0 30 20)
  (check-refusal "selected part: elsewhere" image "Nothing is selected of the style"
    (lambda () (mix-selected image layer (list other) '() '() '(1) -1 "adain")))
  (gimp-image-remove-layer style-image other)
  (gimp-selection-none style-image))

; Files in a mixture: the same as the layers that they were, wherever they stand.

(define waves-file (string-append work-folder "/waves.png"))
(define saved-file (string-append work-folder "/other.safetensors"))
(file-png-save RUN-NONINTERACTIVE style-image style waves-file waves-file
               FALSE 6 FALSE FALSE FALSE FALSE FALSE)
(plug-in-scumble-save-style RUN-NONINTERACTIVE other-style "adain" "" 1.0 saved-file "Kept")

(define (mix-files styles files weights method)
  (car (apply plug-in-scumble-mix
              (append (list RUN-NONINTERACTIVE image layer)
                      (mix-arguments styles weights '() '() files -1)
                      (settings method 1.0)))))

(for-each
  (lambda (row)
    (let ((result (apply mix-files (cadr row))))
      (check-close (string-append "a mixture with " (car row)) (read-at result 20)
                   (read-at (mix image layer (list style other-style) '(1.0 3.0) '() -1
                                 "adain") 20) 0.005)
      (check-equal (string-append "the name with " (car row)) (name-of result)
                   (caddr row))))
  (list
    (list "a picture file" (list (list -1 other-style) (list waves-file "") '(1.0 3.0) "adain")
          "Sky (AdaIN: waves.png + Other waves, 100 %)")
    (list "a saved style" (list (list style -1) (list "" saved-file) '(1.0 3.0) "adain")
          "Sky (AdaIN: Waves + Kept, 100 %)")
    (list "files alone, of which one says the method"
          (list (list -1 -1) (list waves-file saved-file) '(1.0 3.0) "")
          "Sky (AdaIN: waves.png + Kept, 100 %)")))

(define (bad-files name part styles files method)
  (check-refusal name image part (lambda () (mix-files styles files '() method))))

(bad-files "too few files" "“files” has 1 values for 2 styles" (list -1 style)
           (list waves-file) "adain")
(bad-files "a layer and a file at once" "either a layer or a file" (list style)
           (list waves-file) "adain")
(bad-files "neither a layer nor a file" "style" '(-1) '("") "adain")
(bad-files "a file that is not there" "does not exist" '(-1)
           (list (string-append work-folder "/nowhere.png")) "adain")
(bad-files "a saved style of another method" "was made for the method AdaIN" (list -1) (list saved-file) "sanet")
(bad-files "no method, and nothing that says one" "method" (list -1) (list waves-file) "")

; Every kind of style, with every setting or a preset's, as a layer, a new image or a group: the
; same picture, which is the first row's.

(define preset-file (string-append work-folder "/weak.preset"))
(let ((port (open-output-file preset-file)))
  (display "[scumble]\nversion=1\nmethod=adain\nstrength=0.6\n" port)
  (close-output-port port))

(define (made-by procedure . arguments)
  (let* ((before (length (layers-of image)))
         (result (car (apply (eval (string->symbol procedure))
                             (append (list RUN-NONINTERACTIVE image layer) arguments))))
         (anew (contains? procedure "-new-image"))
         (made (if anew (vector-ref (cadr (gimp-image-get-layers result)) 0) result))
         (found (list (read-at made 20) (size-of made) (name-of made))))
    (check-equal (string-append procedure ": layers") (length (layers-of image))
                 (if anew before (+ before 1)))
    (if anew
        (gimp-image-delete result)
        (gimp-image-remove-layer image made))
    found))

(for-each
  (lambda (row)
    (let ((first #f))
      (for-each
        (lambda (suffix arguments)
          (let ((found (apply made-by (string-append "plug-in-scumble" (car row) suffix)
                              (append (cadr row) arguments))))
            (if (not first) (set! first found))
            (check-close (string-append "plug-in-scumble" (car row) suffix ": pixels")
                         (car found) (car first) 0.001)
            (check-equal (string-append "plug-in-scumble" (car row) suffix ": what it is")
                         (cdr found) (cdr first))))
        '("" "-new-image" "-split" "-preset" "-preset-new-image" "-preset-split")
        (list (settings "adain" 0.6) (settings "adain" 0.6) (settings "adain" 0.6)
              (list preset-file) (list preset-file) (list preset-file)))
      (check-equal (string-append "plug-in-scumble" (car row) ": its name") (caddr first)
                   (caddr row))))
  (list
    (list "" (list style) "Sky (AdaIN: Waves, 60 %)")
    (list "-mix" (mix-arguments (list style -1) '() '() '() (list "" saved-file) -1)
          "Sky (AdaIN: Waves + Kept, 60 %)")
    (list "-style-file" (list saved-file) "Sky (AdaIN: Kept, 60 %)")))

(file-delete waves-file)
(file-delete saved-file)
(file-delete preset-file)

; Bad mixtures

(define (bad-mix name part styles weights regions map)
  (check-refusal name image part
    (lambda () (mix image layer styles weights regions map "adain"))))

(bad-mix "no style" "The style is missing" '() '() '() -1)
(bad-mix "too few weights" "“weights” has 1 values for 2 styles" (list style style) '(1.0) '() -1)
(bad-mix "too few regions" "“regions” has 1 values for 2 styles" (list style style) '() '(-1) -1)
(check-refusal "too few selected parts" image "“selected-only” has 1 values for 2 styles"
  (lambda () (mix-selected image layer (list style style) '() '() '(1) -1 "adain")))
(bad-mix "weight of 0" "share of a style is 0" (list style style) '(1.0 0.0) '() -1)
(bad-mix "negative weight" "share of a style is -1" (list style) '(-1.0) '() -1)
(bad-mix "weight that is no number" "share of a style is" (list style) (list (sqrt -1)) '()
         -1)
(bad-mix "no such region" "The mask does not exist" (list style) '() '(99999) -1)

; Style files

(define file (string-append work-folder "/waves.safetensors"))

(define (paint-file path method)
  (car (apply plug-in-scumble-style-file
              (append (list RUN-NONINTERACTIVE image layer path) (settings method 1.0)))))

; All have been painted with by now: what has learned is saved as it has learned.
(for-each
  (lambda (method)
    (plug-in-scumble-save-style RUN-NONINTERACTIVE style method "" 1.0 file "My waves")
    (let ((saved (paint-file file "")))
      (check-close (string-append method ": saved style") (read-at saved 200)
                   (read-at (scumble image layer style method 1.0) 200) 0.001)
      (check (string-append method ": saved style's name")
             (contains? (name-of saved) ": My waves, 100 %)") (name-of saved))))
  methods)

; A style that nobody has painted with yet has not learned; it does when it is painted with, and what
; it learns from a file is what it learns from the layer, to the last bit.
(let ((fresh (new-layer style-image "Fresh" 60 44 #f 7)))
  (plug-in-scumble-save-style RUN-NONINTERACTIVE fresh "metastyle" "" 1.0 file "")
  (let ((saved (test-scumble-digest (paint-file file ""))))
    (check-equal "saved before it has learned"
                 (test-scumble-digest (scumble image layer fresh "metastyle" 1.0)) saved)
    (plug-in-scumble-save-style RUN-NONINTERACTIVE fresh "metastyle" "" 1.0 file "")
    (check-equal "saved after it has learned" (test-scumble-digest (paint-file file "")) saved))
  (gimp-image-remove-layer style-image fresh))

; A style that learns on a folder of photographs has learned wherever it is painted with, and
; not what it learns on the layer.
(let ((photographs (string-append work-folder "/forest"))
      (fresh (new-layer style-image "Fresh" 60 44 #f 7)))
  (define (learn method folder)
    (plug-in-scumble-learn-style RUN-NONINTERACTIVE fresh method "" 1.0 "25" "normalisation"
                                 folder file "Learned afar"))
  (dir-make photographs)
  (check-refusal "learn style: nothing to learn on" image "no photograph to learn on"
    (lambda () (learn "metastyle" photographs)))
  (check-refusal "learn style: no folder" image "folder of photographs is missing"
    (lambda () (learn "metastyle" "")))
  (check-refusal "learn style: folder that is not there" image "cannot be read"
    (lambda () (learn "metastyle" (string-append photographs "/nowhere"))))
  (check-refusal "learn style: method that does not" image "does not learn"
    (lambda () (learn "adain" photographs)))
  (let* ((picture (new-image 300 260 RGB PRECISION-U8-GAMMA))
         (shot (new-layer picture "Shot" 300 260 #f 3))
         (path (string-append photographs "/shot.png")))
    (file-png-save RUN-NONINTERACTIVE picture shot path path
                   FALSE 6 FALSE FALSE FALSE FALSE FALSE)
    (gimp-image-delete picture)
    (learn "metastyle" photographs)
    (let ((saved (paint-file file "")))
      (check "learn style: its name" (contains? (name-of saved) ": Learned afar, 100 %)")
             (name-of saved))
      (check-far "learned on photographs, and not on the layer" (read-at saved 200)
                 (read-at (paint-with image layer "updates" "25" "metastyle") 200)))
    (file-delete path))
  (gimp-image-remove-layer style-image fresh))

(file-delete file)
(plug-in-scumble-save-style RUN-NONINTERACTIVE style "adain" "" 1.0 file "")
(let ((name (name-of (paint-file file "adain"))))
  (check "saved without a title" (contains? name "Sky (AdaIN: Waves, 100 %)") name))

; A mixture as a file is the mixture, of whatever it is made.

(define mixed-file (string-append work-folder "/mixed.safetensors"))
(define kept-file (string-append work-folder "/kept.safetensors"))

(define (save-mix styles weights files method title)
  (plug-in-scumble-save-mix RUN-NONINTERACTIVE (length styles) (list->vector styles)
                            (length weights) (list->vector weights) 0 (vector)
                            (length files) files method "" 1.0 mixed-file title))

(for-each
  (lambda (method)
    (save-mix (list style other-style) '(1.0 3.0) '() method "Both")
    (let ((saved (paint-file mixed-file "")))
      (check-close (string-append method ": saved mixture") (read-at saved 200)
                   (read-at (mix image layer (list style other-style) '(1.0 3.0) '() -1 method)
                            200) 0.001)
      (check (string-append method ": saved mixture's name")
             (contains? (name-of saved) ": Both, 100 %)") (name-of saved))))
  '("adain" "sanet" "metanet"))
(plug-in-scumble-save-style RUN-NONINTERACTIVE style "adain" "" 1.0 kept-file "Kept")
(save-mix (list -1 other-style) '() (list kept-file "") "" "")
(let ((saved (paint-file mixed-file "")))
  (check-close "saved mixture with a saved style" (read-at saved 200)
               (read-at (mix image layer (list style other-style) '() '() -1 "adain") 200) 0.001)
  (check "saved mixture's own name" (contains? (name-of saved) ": Kept + Other waves, 100 %)")
         (name-of saved)))
(gimp-image-select-rectangle style-image CHANNEL-OP-REPLACE 20 4 30 30)
(plug-in-scumble-save-mix RUN-NONINTERACTIVE 1 (vector style) 0 (vector) 1 (vector 1) 0 '()
                          "adain" "" 1.0 mixed-file "")
(check-close "saved mixture of a selected part" (read-at (paint-file mixed-file "") 200)
             (part-only '(1)) 0.001)
(gimp-selection-none style-image)
(file-delete mixed-file)
(check-refusal "saved mixture: no style" image "The style is missing"
  (lambda () (save-mix '() '() '() "adain" "")))
(check-refusal "saved mixture: too few weights" image "“weights” has 1 values for 2 styles"
  (lambda () (save-mix (list style other-style) '(1.0) '() "adain" "")))
(check-refusal "saved mixture: weight of 0" image "share of a style is 0"
  (lambda () (save-mix (list style other-style) '(1.0 0.0) '() "adain" "")))
(check-refusal "saved mixture: a style of another method" image
  "was made for the method AdaIN" (lambda () (save-mix (list -1) '() (list kept-file) "sanet" "")))
(file-delete kept-file)
(check "saved mixture: nothing is left of what failed" (not (file-exists? mixed-file))
       "there is a file")

; A picture's file may have a colour profile of its own, and then is what GIMP shows.
(let* ((picture (new-image 60 44 RGB PRECISION-U8-GAMMA))
       (waves (new-layer picture "Waves" 60 44 #f 1))
       (path (string-append work-folder "/profile.png")))
  (test-scumble-profile picture TRUE)
  (file-png-save RUN-NONINTERACTIVE picture waves path path
                 FALSE 6 FALSE FALSE FALSE FALSE FALSE)
  (let ((found (read-at (paint-file path "adain") 200)))
    (check-close "picture file with a profile" found
                 (read-at (scumble image layer waves "adain" 1.0) 200) 0.005)
    (check-far "its profile matters" found (read-at plain 200)))
  (gimp-image-delete picture)
  (file-delete path))

(check-refusal "style file: none" image "the style's file is missing"
  (lambda () (paint-file "" "")))
(check-refusal "style file: not there" image "does not exist"
  (lambda () (paint-file (string-append work-folder "/nowhere.safetensors") "adain")))
(check-refusal "save style: no folder" image "nowhere"
  (lambda ()
    (plug-in-scumble-save-style RUN-NONINTERACTIVE style "adain" "" 1.0
      (string-append work-folder "/nowhere/waves.safetensors") "")))
(check-refusal "save style: no name" image "the style's file is missing"
  (lambda ()
    (plug-in-scumble-save-style RUN-NONINTERACTIVE style "adain" "" 1.0 "" "")))
(let ((port (open-output-file (string-append work-folder "/broken.safetensors"))))
  (display "nonsense" port)
  (close-output-port port))
(check-refusal "style file: damaged" image "broken.safetensors"
  (lambda () (paint-file (string-append work-folder "/broken.safetensors") "adain")))

; A painted layer remembers styles, shares, regions and the strength map, in a file too.

(let* ((picture (wide-image))
       (sky (new-layer picture "Sky" 420 48 #f 0))
       (left (new-layer picture "Left" 210 48 #t 0))
       (own (new-layer picture "Own" 50 50 #f 2))
       (channel (car (gimp-channel-new picture 420 48 "Ink" 50 '(0 0 0))))
       (path (string-append work-folder "/remembered.xcf"))
       (first 0) (second 0) (third 0))
  (gimp-context-set-foreground '(255 255 255))
  (gimp-drawable-fill left FILL-FOREGROUND)
  (gimp-image-insert-channel picture channel -1 0)
  (gimp-image-select-rectangle picture CHANNEL-OP-REPLACE 30 0 360 48)
  (gimp-drawable-edit-fill channel FILL-FOREGROUND)
  (gimp-selection-none picture)
  (set! first
    (mix picture sky (list style own style) '(1.0 2.0 1.0) (list left -1 -1) channel
         "adain"))
  (set! second (mix picture sky (list own style) '(2.0 1.0) '() -1 "adain"))
  (set! third
    (car (apply plug-in-scumble-style-file
                (append (list RUN-NONINTERACTIVE picture sky file)
                        (settings "adain" 1.0)))))
  (let ((before (map (lambda (layer) (map (lambda (x) (read-at layer x)) '(10 100 300 410)))
                     (list first second third))))
    (gimp-xcf-save 0 picture sky path path)
    (gimp-image-delete picture)
    (set! picture (car (gimp-file-load RUN-NONINTERACTIVE path path)))
    (for-each
      (lambda (name colours)
        (let* ((old (car (gimp-image-get-layer-by-name picture name)))
               (anew (car (plug-in-scumble-again RUN-NONINTERACTIVE picture old))))
          (check-equal (string-append "remembered: name " name) (name-of anew) name)
          (for-each
            (lambda (x expected)
              (check-close (string-append "remembered: " name) (read-at anew x) expected
                           0.0001))
            '(10 100 300 410) colours)))
      '("Sky (AdaIN: Waves + Own + Waves, 100 %)" "Sky (AdaIN: Own + Waves, 100 %)"
        "Sky (AdaIN: Waves, 100 %)")
      before)
    (gimp-image-remove-channel picture (car (gimp-image-get-channel-by-name picture "Ink")))
    (check-refusal "remembered: a mask is gone" picture "or a mask"
      (lambda ()
        (plug-in-scumble-again RUN-NONINTERACTIVE picture
          (car (gimp-image-get-layer-by-name picture
                 "Sky (AdaIN: Waves + Own + Waves, 100 %)")))))
    (file-delete file)
    (check-refusal "remembered: the file is gone" picture "The style is not to be found"
      (lambda ()
        (plug-in-scumble-again RUN-NONINTERACTIVE picture
          (car (gimp-image-get-layer-by-name picture "Sky (AdaIN: Waves, 100 %)")))))
    (gimp-image-delete picture)))

; Every setting travels with the layer: painted again, from a file, it is the same to the last bit.

(define (check-travel name row)
  (let* ((picture (new-image 60 50 RGB PRECISION-U8-GAMMA))
         (sky (new-layer picture "Sky" 60 50 #t 0))
         (arguments (append (list RUN-NONINTERACTIVE picture sky style (car row) "") (cdr row)))
         (painted (test-scumble-digest (car (apply plug-in-scumble arguments)))))
    (check-equal (string-append name ": are as many as there are") (length row)
                 (+ (length usual) 1))
    (set! picture (reopen picture))
    (check-equal (string-append name ": travel")
                 (test-scumble-digest (again picture (car (layers-of picture)))) painted)
    (gimp-image-delete picture)))

(check-travel "AdaIN's settings" '("adain" 0.7 0.5 2.0 0.4 "coral" 0.6 "joined" 1.0 0.0 "0" "all"))
(check-travel "SANet's settings"
              '("sanet" 1.3 2.0 1.0 0.3 "luminance" 0.2 "apart" 2.0 0.5 "0" "all"))
(check-travel "MetaStyle's settings"
              '("metastyle" 0.9 1.0 1.0 0.0 "luminance" 0.0 "apart" 1.0 0.0 "25" "all"))

; Whatever layer and style are called

(for-each
  (lambda (name)
    (let* ((picture (new-image 60 50 RGB PRECISION-U8-GAMMA))
           (own (new-layer picture name 30 30 #f 2))
           (sky (new-layer picture name 60 50 #t 0))
           (title (string-append (name-of sky) " (AdaIN: " (name-of own) ", 80 %)"))
           (result (scumble picture sky own "adain" 0.8))
           (painted (test-scumble-digest result)))
      (check-equal (string-append "called “" name "”") (name-of result) title)
      (set! picture (reopen picture))
      (set! result (again picture (car (layers-of picture))))
      (check-equal (string-append "called “" name "”, again")
                   (list (name-of result) (test-scumble-digest result)) (list title painted))
      (gimp-image-delete picture)))
  '("100 % of it; a=b [x] \\ \"quoted\" <&>" " spaces at its ends " "雪 Çà %s%n" ""))
