; SPDX-License-Identifier: GPL-3.0-or-later

; The procedure in a real GIMP: every kind of layer, and every bad call.

; Precisions

(define (check-precision row base base-name alpha)
  (let* ((name (string-append base-name (if alpha "A " " ") (car row)))
         (image (new-image 50 40 base (cadr row)))
         (layer (new-layer image "Sky" 50 40 alpha 0))
         (result (paint image layer 0.8)))
    (check-pixels name result layer 0.8 (caddr row))
    (check-equal (string-append name ": precision and type")
                 (list (car (gimp-image-get-precision image))
                       (car (gimp-drawable-type result)))
                 (list (cadr row) (layer-type base alpha)))
    (gimp-image-delete image)))

(for-each
  (lambda (row)
    (for-each (lambda (alpha)
                (check-precision row RGB "RGB" alpha)
                (check-precision row GRAY "Gray" alpha))
              '(#f #t)))
  precisions)

; Colour profiles: painting in an image of another profile is painting in sRGB, and so
; is a style in another profile.

(define (duplicate-in-srgb image)
  (let ((copy (car (gimp-image-duplicate image))))
    ; Integers would lose what sRGB has not.
    (if (= (car (gimp-image-get-precision copy)) PRECISION-U16-GAMMA)
        (gimp-image-convert-precision copy PRECISION-FLOAT-GAMMA))
    (test-scumble-profile copy FALSE)
    copy))

(define (check-profile name base precision assign style-profile tolerance)
  (let* ((image (new-image 50 40 base precision))
         (layer (new-layer image "Sky" 50 40 #t 0))
         (style-image (new-image 60 44 RGB PRECISION-FLOAT-GAMMA))
         (style (new-layer style-image "Waves" 60 44 #f 1))
         (result 0) (plain 0) (plain-style 0))
    (assign image)
    (if style-profile (assign style-image))
    (set! result
      (scumble image layer style "adain" 0.8))
    (set! plain (duplicate-in-srgb image))
    (set! plain-style (duplicate-in-srgb style-image))
    (let ((found (test-scumble-compare (car (layers-of plain)) (cadr (layers-of plain))
                                       (car (layers-of plain-style)) "adain" 0.8)))
      (check (string-append "profile " name ": pixels") (<= (car found) tolerance)
             "differ by " (car found))
      (check-equal (string-append "profile " name ": alpha") (caddr found) TRUE))
    (check (string-append "profile " name ": the numbers differ from those in sRGB")
           (not (equal? (test-scumble-read result 30 10)
                        (test-scumble-read (car (layers-of plain)) 30 10))) "they do not")
    (for-each gimp-image-delete (list image style-image plain plain-style))))

(define (uncommon image) (test-scumble-profile image TRUE))

(check-profile "RGB" RGB PRECISION-FLOAT-GAMMA uncommon #f 0.001)
(check-profile "RGB linear" RGB PRECISION-FLOAT-LINEAR uncommon #f 0.001)
(check-profile "gray" GRAY PRECISION-FLOAT-GAMMA uncommon #f 0.001)
(check-profile "RGB and style" RGB PRECISION-U16-GAMMA uncommon #t 0.001)
; Tables there are not quite those back.
(check-profile "tables" RGB PRECISION-FLOAT-GAMMA test-scumble-tables #t 0.09)

; Colours beyond white and sRGB come back where the painting is not in full, or keeps colours.

(define (least-of layer) (car (test-scumble-range layer)))
(define (most-of layer) (cadr (test-scumble-range layer)))

(for-each
  (lambda (row)
    (let* ((name (string-append "lights, " (car row)))
           (image (new-image 60 50 (caddr row) (cadr row)))
           (layer (new-layer image "Lights" 60 50 #t -2))
           (none (paint image layer 0.0))
           (half (paint image layer 0.5))
           (full (paint image layer 1.0)))
      (check (string-append name ": the layer has some")
             (and (> (most-of layer) 1.3) (or (= (caddr row) GRAY) (< (least-of layer) -0.2)))
             (test-scumble-range layer))
      (check-pixels (string-append name ": none of the style") none layer 0.0 (list-ref row 3))
      (check-pixels (string-append name ": half of it") half layer 0.5 (list-ref row 3))
      (check-pixels (string-append name ": all of it") full layer 1.0 (list-ref row 3))
      (check (string-append name ": as bright as the layer")
             (> (most-of none) (* 0.9 (most-of layer))) (most-of none))
      (check (string-append name ": brighter than white with half of the style")
             (> (most-of half) 1.05) (most-of half))
      (check (string-append name ": no brighter with all of it")
             (< (most-of full) 1.001) (most-of full))
      (gimp-image-delete image)))
  (list (list "float" PRECISION-FLOAT-GAMMA RGB 0.001)
        (list "float linear" PRECISION-FLOAT-LINEAR RGB 0.005)
        (list "gray half" PRECISION-HALF-GAMMA GRAY 0.003)))

; An image with a wide profile: keeping colours keeps those that sRGB has not.
(let* ((image (new-image 60 50 RGB PRECISION-U16-GAMMA))
       (layer (new-layer image "Wide" 60 50 #t -2))
       (kept 0) (plain 0) (copy 0) (layers 0))
  (test-scumble-profile image TRUE)
  (set! plain (paint image layer 1.0))
  (set! kept (car (plug-in-scumble RUN-NONINTERACTIVE image layer style "adain" "" 1.0 1.0 1.0
                                   1.0 "luminance" 0.0 "apart" 1.0 0.0 "0" "all")))
  (set! copy (duplicate-in-srgb image))
  (set! layers (layers-of copy))
  (check "wide profile: sRGB has not all its colours"
         (< (least-of (caddr layers)) -0.2) (least-of (caddr layers)))
  (check "wide profile: painted within sRGB" (> (least-of (car layers)) -0.001)
         (least-of (car layers)))
  (check "wide profile: kept colours" (< (least-of (cadr layers)) -0.1)
         (least-of (cadr layers)))
  (for-each gimp-image-delete (list image copy)))

; Place

(let* ((image (new-image 80 60 RGB PRECISION-U8-GAMMA))
       (back (new-layer image "Back" 80 60 #f 2))
       (group (car (gimp-layer-group-new image)))
       (layer (new-layer image "Sky" 100 30 #t 0)))
  (gimp-image-insert-layer image group -1 0)
  (gimp-image-reorder-item image layer group 0)
  (gimp-layer-set-offsets layer -7 12)
  (gimp-item-set-name layer "Sky")
  (let ((result (paint image layer 0.8)))
    (check-equal "place: group" (car (gimp-item-get-parent result)) group)
    (check-equal "place: above the source"
                 (+ 1 (position-of image result)) (position-of image layer))
    (check-equal "place: offsets" (gimp-drawable-offsets result) '(-7 12))
    (check-equal "place: size"
                 (size-of result)
                 '(100 30))
    (check-equal "place: name" (name-of result) "Sky (AdaIN: Waves, 80 %)")
    (check-equal "place: nothing else" (length (layers-of image)) 2)
    (check-equal "place: one more in the group"
                 (car (gimp-item-get-children group)) 2)
    (check-pixels "place" result layer 0.8 eight-bits))
  (gimp-image-delete image))

; Strength

(let* ((image (new-image 40 40 RGB PRECISION-FLOAT-GAMMA))
       (layer (new-layer image "Sky" 40 40 #f 0))
       (weak (paint image layer 0.2))
       (strong (paint image layer 1.5)))
  (check-pixels "weak" weak layer 0.2 engine-own)
  (check-pixels "strong" strong layer 1.5 engine-own)
  (check "strength matters"
         (> (car (test-scumble-compare weak layer style "adain" 1.5)) 0.05) "it does not")
  (gimp-image-delete image))

; Awkward sizes

(for-each
  (lambda (size)
    (let* ((image (new-image (car size) (cadr size) RGB PRECISION-FLOAT-GAMMA))
           (layer (new-layer image "Tiny" (car size) (cadr size) FALSE 0))
           (result (paint image layer 1.0))
           (name (string-append "size " (number->string (car size)) "x"
                                (number->string (cadr size))))
           (found (test-scumble-compare result layer style "adain" 1.0)))
      (check name (<= (car found) engine-own) "differs by " (car found))
      (gimp-image-delete image)))
  '((1 1) (1 9) (8 8) (17 3) (130 70)))

; Selections

(let* ((image (new-image 90 70 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 60 50 #t 0)))
  (gimp-layer-set-offsets layer 10 5)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 40 30)
  (let ((result (paint image layer 0.8)))
    (check-equal "rectangle: offsets" (gimp-drawable-offsets result) '(10 5))
    (check-equal "rectangle: size"
                 (size-of result)
                 '(30 25))
    (check-equal "rectangle: no mask" (car (gimp-layer-get-mask result)) -1)
    (check-pixels "rectangle" result layer 0.8 eight-bits)
    (gimp-image-remove-layer image result))
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 20 15 40 30)
  (gimp-selection-feather image 6)
  (let* ((result (paint image layer 0.8))
         (mask (car (gimp-layer-get-mask result)))
         (selection (car (gimp-image-get-selection image)))
         (x (car (gimp-drawable-offsets result)))
         (y (cadr (gimp-drawable-offsets result))))
    (check "soft: mask" (not (= mask -1)) "there is none")
    (check-equal "soft: the layer is worked on next, not its mask"
                 (list (car (gimp-layer-get-edit-mask result))
                       (car (gimp-image-get-active-drawable image)))
                 (list FALSE result))
    (for-each
      (lambda (at)
        (check-equal (string-append "soft: mask at " (number->string (car at)))
                     (test-scumble-read mask (car at) (cadr at))
                     (test-scumble-read selection (+ x (car at)) (+ y (cadr at)))))
      '((0 0) (5 12) (9 6) (20 15)))
    (check "soft: mask is soft"
           (let ((value (car (test-scumble-read mask 5 12))))
             (and (> value 0) (< value 1)))
           "it is not")
    (check-pixels "soft" result layer 0.8 eight-bits))
  (gimp-image-delete image))

(let* ((image (new-image 60 50 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 60 50 #f 0)))
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 5 5 40 30)
  (let ((mask (car (gimp-layer-create-mask layer ADD-MASK-SELECTION))))
    (gimp-selection-none image)
    (gimp-layer-add-mask layer mask)
    (let* ((result (paint image layer 0.8))
           (copy (car (gimp-layer-get-mask result))))
      (check "layer mask: copied" (not (= copy -1)) "there is none")
      (check-equal "layer mask: inside" (car (test-scumble-read copy 20 20)) 1.0)
      (check-equal "layer mask: outside" (car (test-scumble-read copy 58 48)) 0.0)
      (gimp-image-remove-layer image result))
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 30 50)
    (let* ((result (paint image layer 0.8))
           (copy (car (gimp-layer-get-mask result))))
      (check-equal "mask and selection: size" (car (gimp-drawable-width result)) 30)
      (check-equal "mask and selection: inside" (car (test-scumble-read copy 20 20)) 1.0)
      (check-equal "mask and selection: outside" (car (test-scumble-read copy 1 1)) 0.0)))
  (gimp-image-delete image))

; Styles

(let* ((image (new-image 40 30 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 40 30 #f 0))
       (other (new-image 50 40 RGB PRECISION-U8-GAMMA))
       (few (new-layer other "Few" 50 40 #t 1)))
  (gimp-image-convert-indexed other CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 8 FALSE
                              FALSE "")
  (check-equal "style: indexed, from another image"
    (message-of (lambda ()
      (scumble image layer few "adain" 1.0))) "")
  (check-equal "style: the layer itself"
    (message-of (lambda ()
      (scumble image layer layer "adain" 1.0))) "")
  (gimp-image-delete other)
  (gimp-image-delete image))

; One procedure for each method, with few arguments

(let* ((image (new-image 50 40 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 50 40 #t 0))
       (result (car (plug-in-scumble-adain RUN-NONINTERACTIVE image layer style 0.6))))
  (check-pixels "simple" result layer 0.6 eight-bits)
  (gimp-image-delete image))

; A new image, also of an indexed one

(define (check-new-image name image layer precision base)
  (let* ((anew (scumble-new-image image layer style "adain" 0.8))
         (result (car (layers-of anew))))
    (check-equal (string-append name ": kind")
      (list (car (gimp-image-get-precision anew)) (car (gimp-image-base-type anew))
            (car (gimp-image-width anew)) (car (gimp-image-height anew)))
      (list precision base 30 20))
    (check-equal (string-append name ": one layer") (map name-of (layers-of anew))
                 '("Sky (AdaIN: Waves, 80 %)"))
    (gimp-layer-set-offsets result 10 5)
    (check-pixels name result layer 0.8
                  (if (= precision PRECISION-U8-GAMMA) eight-bits engine-own))
    (check-equal (string-append name ": has alpha") (car (gimp-drawable-has-alpha result))
                 TRUE)
    (gimp-image-delete anew)))

(let* ((image (new-image 60 50 GRAY PRECISION-U16-LINEAR))
       (layer (new-layer image "Sky" 60 50 #t 0)))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 5 30 20)
  (gimp-image-clean-all image)
  (check-new-image "new image" image layer PRECISION-U16-LINEAR GRAY)
  (check-equal "new image: the old one is untouched"
    (list (car (gimp-image-is-dirty image)) (length (layers-of image))) '(0 1))
  (gimp-image-delete image))

(let* ((image (new-image 60 50 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 60 50 #t 0)))
  (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 60 FALSE
                              FALSE "")
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 5 30 20)
  (check-new-image "new image of an indexed one" image layer PRECISION-U8-GAMMA RGB)
  (gimp-image-delete image))

; Painting a layer once more, from what a saved image remembers

(define (exchange text from to)
  (let ((n (string-length from)))
    (let loop ((i 0))
      (if (string=? (substring text i (+ i n)) from)
          (string-append (substring text 0 i) to
                         (substring text (+ i n) (string-length text)))
          (loop (+ i 1))))))

(let* ((image (new-image 60 50 RGB PRECISION-U16-GAMMA))
       (own-style (new-layer image "Own style" 30 30 #f 2))
       (layer (new-layer image "Sky" 60 50 #t 0))
       (other 0) (result 0) (anew 0))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 5 40 30)
  (set! result (paint image layer 0.8))
  (gimp-selection-none image)
  (set! other
    (scumble image layer own-style "adain" 0.5))
  (gimp-layer-set-opacity result 50)
  (gimp-layer-set-mode result LAYER-MODE-MULTIPLY)
  (gimp-item-set-name other "My title")
  (set! image (reopen image))
  (set! result (car (layers-of image)))
  (set! other (cadr (layers-of image)))
  (set! layer (caddr (layers-of image)))
  (test-scumble-fill layer 2)
  (gimp-item-set-name layer "Sky at night")
  (gimp-layer-set-offsets result 12 7)
  (gimp-image-clean-all image)
  (set! anew (again image result))
  (check-equal "again: layers" (map name-of (layers-of image))
    '("Sky at night (AdaIN: Waves, 80 %)" "My title" "Sky at night" "Own style"))
  (check-equal "again: mode" (car (gimp-layer-get-mode anew)) LAYER-MODE-MULTIPLY)
  (check-equal "again: opacity" (car (gimp-layer-get-opacity anew)) 50.0)
  (check-equal "again: stays where it was moved" (gimp-drawable-offsets anew) '(12 7))
  (gimp-layer-set-offsets anew 10 5)
  (check-pixels "again" anew layer 0.8 engine-own)
  (set! other (again image (again image other)))
  (check-equal "again: own title kept" (name-of other) "My title")
  (check-refusal "again: not ours" image "not painted by Scumble"
    (lambda () (again image layer)))
  (let ((record (car (gimp-item-get-parasite anew "scumble"))))
    (gimp-item-attach-parasite anew
      (list "scumble" 1 (exchange (caddr record) "area=10;" "area=2147483640;")))
    (check-refusal "again: an area beyond all numbers" image "resized"
                   (lambda () (again image anew)))
    (gimp-item-attach-parasite anew record))
  (gimp-layer-scale anew 20 20 FALSE)
  (check-refusal "again: resized" image "resized" (lambda () (again image anew)))
  (gimp-image-remove-layer image (list-ref (layers-of image) 3))
  (check-refusal "again: style gone" image "The style is not to be found"
    (lambda () (again image other)))
  (gimp-image-remove-layer image layer)
  (check-refusal "again: original gone" image "not in the image any more"
    (lambda () (again image other)))
  (gimp-image-delete image))

; Bad calls: each says why, and leaves the image as it was.

(define image (new-image 50 40 RGB PRECISION-U8-GAMMA))
(define layer (new-layer image "Sky" 50 40 #t 0))

(define (bad name part drawable style method strength)
  (check-refusal name image part
    (lambda ()
      (scumble image drawable style method strength))))

(bad "style missing" "The style is missing" layer -1 "adain" 1.0)
(let* ((other (new-image 5 5 RGB PRECISION-U8-GAMMA))
       (gone (new-layer other "Gone" 5 5 #f 0)))
  (gimp-image-delete other)
  (bad "style deleted" "invalid ID for argument 'style'" layer gone "adain" 1.0))
(let ((group (car (gimp-layer-group-new image))))
  (gimp-image-insert-layer image group -1 0)
  (bad "style a group" "The style does not do: “" layer group "adain" 1.0)
  (bad "drawable a group" "is a layer group" group style "adain" 1.0)
  (gimp-image-reorder-item image layer group 0)
  (gimp-item-set-lock-content group TRUE)
  (bad "locked group around the layer" "is locked" layer style "adain" 1.0)
  (gimp-item-set-lock-content group FALSE)
  (gimp-image-reorder-item image layer 0 0)
  (gimp-image-remove-layer image group))
(bad "method unknown" "The methods are: \"adain\"" layer style "cubism" 1.0)
(bad "method empty" "The methods are: \"adain\"" layer style "" 1.0)
(bad "strength too large" "strength is 1.6" layer style "adain" 1.6)
(bad "strength too large: an argument is wrong" "invalid input arguments" layer style
     "adain" 1.6)
(bad "strength negative" "strength is -0.1" layer style "adain" -0.1)
(bad "strength not a number" "out of range" layer style "adain" (sqrt -1))
(check-refusal "choice unknown" image "updates is \"lots\"; it must be one of \"0\", \"25\""
  (lambda ()
    (plug-in-scumble RUN-NONINTERACTIVE image layer style "adain" "" 1.0 1.0 1.0 0.0
                     "luminance" 0.0 "apart" 1.0 0.0 "lots" "all")))
(check-refusal "too few arguments" image "but received 4"
  (lambda () (plug-in-scumble RUN-NONINTERACTIVE image layer style)))
(check "too few arguments, with the last values"
       (contains? (car (test-scumble-short style)) "save-style takes 7 arguments, not 3")
       (car (test-scumble-short style)))
(bad "drawable of another image" "belongs to another image" style style "adain" 1.0)
(bad "drawable not inserted" "has not been inserted"
     (car (gimp-layer-new image 5 5 RGB-IMAGE "New" 100 LAYER-MODE-NORMAL))
     style "adain" 1.0)

(gimp-item-set-lock-content layer TRUE)
(bad "drawable locked" "is locked" layer style "adain" 1.0)
(bad "drawable locked: the arguments are right" "failed: " layer style "adain" 1.0)
(gimp-item-set-lock-content layer FALSE)

(let ((channel (car (gimp-channel-new image 50 40 "Ink" 50 '(0 0 0)))))
  (gimp-image-insert-channel image channel -1 0)
  (bad "drawable a channel" "is a channel" channel style "adain" 1.0)
  (bad "style a channel" "is a channel" layer channel "adain" 1.0))

(let ((mask (car (gimp-layer-create-mask layer ADD-MASK-WHITE))))
  (gimp-layer-add-mask layer mask)
  (bad "drawable a mask" "is a layer mask" mask style "adain" 1.0)
  (gimp-layer-remove-mask layer MASK-DISCARD))

(gimp-layer-set-offsets layer -30 0)
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 40 5 8 8)
(bad "selection beside the layer" "does not touch" layer style "adain" 1.0)
(gimp-selection-none image)
(gimp-layer-set-offsets layer 0 0)

(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 5 5 8 8)
(let ((floating (car (gimp-selection-float layer 3 3))))
  (bad "drawable a floating selection" "floating selection" floating style "adain" 1.0)
  (bad "floating selection elsewhere" "floating selection" layer style "adain" 1.0)
  (gimp-floating-sel-anchor floating))
(gimp-selection-none image)

(let ((empty (new-layer image "Empty" 20 20 #t 0)))
  (gimp-drawable-edit-clear empty)
  (bad "style all transparent" "The style \"Empty\" cannot be used: The picture has no visible"
       layer empty "adain" 1.0)
  (bad "layer all transparent" "no visible pixel" empty style "adain" 1.0))

(check-refusal "no last values" image "The style is not to be found"
  (lambda () (scumble-as RUN-WITH-LAST-VALS image layer style "adain" 1.0)))
(check-refusal "no display" image "There is no display"
  (lambda () (scumble-as RUN-INTERACTIVE image layer style "adain" 1.0)))

(gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 8 FALSE
                            FALSE "")
(bad "indexed" "Image > Mode > RGB" layer style "adain" 1.0)
(gimp-image-convert-rgb image)
(check-equal "after all that it works"
             (message-of (lambda () (paint image layer 1.0))) "")
