; SPDX-License-Identifier: GPL-3.0-or-later

; The procedure in a real GIMP: where layers lie, what hides in them, and what stays.

; What nobody sees has no say: colours below full transparency, and numbers that are no
; colours.

(define (check-spoilt name precision alpha hidden tolerance)
  (let* ((image (new-image 60 50 RGB precision))
         (layer (new-layer image "Sky" 60 50 alpha 0))
         (before (if hidden (paint image layer 0.8) 0)))
    (test-scumble-spoil layer (if hidden TRUE FALSE))
    (let* ((result (if hidden before (paint image layer 0.8)))
           (found (test-scumble-compare result layer style "adain" 0.8)))
      (check (string-append name ": pixels") (<= (car found) tolerance)
             "differ by " (car found)))
    (gimp-image-delete image)))

(check-spoilt "hidden colours, 8 bits" PRECISION-U8-GAMMA #t #t eight-bits)
(check-spoilt "hidden colours, float" PRECISION-FLOAT-LINEAR #t #t engine-own)
(check-spoilt "no colours, float" PRECISION-FLOAT-GAMMA #f #f engine-own)
(check-spoilt "no colours, linear" PRECISION-FLOAT-LINEAR #t #f engine-own)

; A ramp of many levels has many levels afterwards, and no steps of eight bits.

(for-each
  (lambda (row)
    (let* ((image (new-image 1200 12 (caddr row) (cadr row)))
           (layer (new-layer image "Ramp" 1200 12 #f -1))
           (levels (car (test-scumble-levels (paint image layer 0.5)))))
      (check (string-append "levels of " (car row)) (> levels 1000) "only " levels)
      (gimp-image-delete image)))
  (list (list "u16" PRECISION-U16-GAMMA RGB)
        (list "u16 linear" PRECISION-U16-LINEAR RGB)
        (list "u32" PRECISION-U32-GAMMA RGB)
        (list "float" PRECISION-FLOAT-GAMMA RGB)
        (list "float linear" PRECISION-FLOAT-LINEAR RGB)
        (list "gray float" PRECISION-FLOAT-GAMMA GRAY)))

; Size and place, with and without a selection: the result is the layer's selected part,
; whatever of it the canvas shows.  Each row: the canvas, the layer, its offsets, the
; selection or none; then the result's offsets and size.

(define (check-place row)
  (let* ((name (car row))
         (size (list-ref row 1))
         (own (list-ref row 2))
         (at (list-ref row 3))
         (selection (list-ref row 4))
         (image (new-image (car size) (cadr size) RGB PRECISION-U8-GAMMA))
         (layer (new-layer image "Sky" (car own) (cadr own) #t 0)))
    (gimp-layer-set-offsets layer (car at) (cadr at))
    (if selection
        (apply gimp-image-select-rectangle image CHANNEL-OP-REPLACE selection))
    (let ((result (paint image layer 0.8)))
      (check-equal (string-append name ": offsets") (gimp-drawable-offsets result)
                   (list-ref row 5))
      (check-equal (string-append name ": size") (size-of result) (list-ref row 6))
      (check-equal (string-append name ": mask") (car (gimp-layer-get-mask result)) -1)
      (check-pixels name result layer 0.8 eight-bits))
    (gimp-image-delete image)))

(for-each check-place
  (list
    (list "larger than the canvas" '(40 30) '(70 60) '(-10 -20) #f '(-10 -20) '(70 60))
    (list "larger, with a selection" '(40 30) '(70 60) '(-10 -20) '(5 5 90 90)
          '(5 5) '(35 25))
    (list "smaller than the canvas" '(90 80) '(30 20) '(50 40) #f '(50 40) '(30 20))
    (list "smaller, with a selection" '(90 80) '(50 40) '(30 20) '(0 0 60 45)
          '(30 20) '(30 25))
    (list "beside the canvas" '(30 30) '(40 30) '(35 10) #f '(35 10) '(40 30))
    (list "selection of one pixel" '(60 50) '(60 50) '(0 0) '(30 20 1 1) '(30 20) '(1 1))))

; A selection with a hole becomes the mask, as hard as it is.

(let* ((image (new-image 60 50 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 60 50 #f 0)))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 60 50)
  (gimp-image-select-rectangle image CHANNEL-OP-SUBTRACT 20 20 10 10)
  (let* ((result (paint image layer 0.8))
         (mask (car (gimp-layer-get-mask result))))
    (check-equal "hole: inside" (car (test-scumble-read mask 25 25)) 0.0)
    (check-equal "hole: outside" (car (test-scumble-read mask 19 25)) 1.0)
    (check-pixels "hole" result layer 0.8 eight-bits))
  (gimp-image-delete image))

; What the user works on stays as it was: selection, channels, paths, the layer's mask.

(let* ((image (new-image 60 50 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 60 50 #t 0))
       (mask (car (gimp-layer-create-mask layer ADD-MASK-ALPHA))))
  (gimp-layer-add-mask layer mask)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 10 10 30 30)
  (gimp-selection-feather image 4)
  (let ((bounds (gimp-selection-bounds image))
        (value (car (gimp-selection-value image 11 20)))
        (before (test-scumble-read layer 30 20))
        (result (paint image layer 0.8)))
    (check-equal "kept: selection"
      (list (gimp-selection-bounds image) (car (gimp-selection-value image 11 20)))
      (list bounds value))
    (check-equal "kept: the layer's pixels" (test-scumble-read layer 30 20) before)
    (check-equal "kept: the layer's mask" (car (gimp-layer-get-mask layer)) mask)
    (check-equal "kept: channels" (car (gimp-image-get-channels image)) 0))
  ; A mask that is switched off hides nothing.
  (gimp-selection-none image)
  (gimp-layer-set-apply-mask layer FALSE)
  (check-equal "mask switched off" (car (gimp-layer-get-mask (paint image layer 0.8))) -1)
  (gimp-image-delete image))

; A mask that is being edited is the active drawable.

(let* ((image (new-image 40 30 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 40 30 #f 0)))
  (gimp-layer-add-mask layer (car (gimp-layer-create-mask layer ADD-MASK-WHITE)))
  (gimp-layer-set-edit-mask layer TRUE)
  (check-refusal "mask active" image "is a layer mask"
    (lambda ()
      (scumble image (car (gimp-image-get-active-drawable image)) style "adain" 1.0)))
  (gimp-layer-set-edit-mask layer FALSE)
  (check-equal "mask no longer active"
    (message-of (lambda ()
      (scumble image (car (gimp-image-get-active-drawable image)) style "adain" 1.0))) "")
  (gimp-image-delete image))

; Locks of place and transparency, and an invisible layer, are no hindrance.

(let* ((image (new-image 40 30 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 40 30 #t 0)))
  (gimp-item-set-lock-position layer TRUE)
  (gimp-layer-set-lock-alpha layer TRUE)
  (gimp-item-set-visible layer FALSE)
  (check-pixels "locked place, invisible" (paint image layer 0.8) layer 0.8 eight-bits)
  (gimp-image-delete image))

; A group in a group

(let* ((image (new-image 40 30 RGB PRECISION-U8-GAMMA))
       (outer (car (gimp-layer-group-new image)))
       (inner (car (gimp-layer-group-new image)))
       (layer (new-layer image "Sky" 40 30 #f 0)))
  (gimp-image-insert-layer image outer -1 0)
  (gimp-image-insert-layer image inner outer 0)
  (gimp-image-reorder-item image layer inner 0)
  (let ((result (paint image layer 0.8)))
    (check-equal "group in a group" (car (gimp-item-get-parent result)) inner)
    (gimp-item-set-lock-content outer TRUE)
    (check-refusal "locked group around the group" image "is locked"
      (lambda () (paint image layer 0.8))))
  (gimp-image-delete image))

; Indexed images, with and without transparency, give a new one with what they look like.

(for-each
  (lambda (alpha)
    (let* ((name (if alpha "indexed with alpha" "indexed"))
           (image (new-image 60 50 RGB PRECISION-U8-GAMMA))
           (layer (new-layer image "Sky" 60 50 alpha 0))
           (profile 0) (anew 0) (result 0))
      (test-scumble-profile image TRUE)
      (set! profile (vector-length (cadr (gimp-image-get-color-profile image))))
      (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 60
                                  FALSE FALSE "")
      (check-refusal name image "Scumble to New Image"
        (lambda () (paint image layer 1.0)))
      (set! anew (scumble-new-image image layer style "adain" 0.8))
      (set! result (car (layers-of anew)))
      (check-equal (string-append name ": type") (car (gimp-drawable-type result))
                   (layer-type RGB alpha))
      (check-equal (string-append name ": profile")
        (vector-length (cadr (gimp-image-get-color-profile anew))) profile)
      (gimp-image-delete anew)
      (gimp-image-delete image)))
  '(#f #t))

; A new image of a layer that is locked, softly selected and has a profile is what a new layer
; would be, and is painted again there, from a file too.

(let* ((image (new-image 60 50 RGB PRECISION-U16-GAMMA))
       (layer (new-layer image "Sky" 60 50 #t 0))
       (anew 0) (result 0) (plain 0))
  (test-scumble-profile image TRUE)
  (gimp-image-set-resolution image 300 150)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 10 5 40 30)
  (gimp-selection-feather image 6)
  (gimp-item-set-lock-content layer TRUE)
  (set! anew (scumble-new-image image layer style "adain" 0.8))
  (gimp-item-set-lock-content layer FALSE)
  (set! result (car (layers-of anew)))
  (set! plain (paint image layer 0.8))
  (check-equal "new image: pixels" (test-scumble-digest result) (test-scumble-digest plain))
  (for-each
    (lambda (x y)
      (check-equal (string-append "new image: mask at " (number->string x))
                   (test-scumble-read (car (gimp-layer-get-mask result)) x y)
                   (test-scumble-read (car (gimp-layer-get-mask plain)) x y)))
    '(0 5 9 20) '(0 12 6 15))
  (check-equal "new image: the layer is worked on next, not its mask"
               (car (gimp-image-get-active-drawable anew)) result)
  (check-equal "new image: profile and resolution"
               (list (vector-length (cadr (gimp-image-get-color-profile anew)))
                     (gimp-image-get-resolution anew))
               (list (vector-length (cadr (gimp-image-get-color-profile image)))
                     (gimp-image-get-resolution image)))
  (set! anew (reopen anew))
  (set! result (again anew (car (layers-of anew))))
  (check-equal "new image, painted again"
               (list (test-scumble-digest result) (name-of result) (length (layers-of anew)))
               (list (test-scumble-digest plain) (name-of plain) 1))
  (gimp-image-delete image)
  (check-refusal "new image, whose original is closed" anew "not in the image any more"
                 (lambda () (again anew result)))
  (gimp-image-delete anew))

; Frames of an animation: a copy of the image, in which all layers are painted, keep what GIMP's
; animations go by, and what stands still looks the same.

(define (frames-of image styles)
  (car (apply plug-in-scumble-frames
              (append (list RUN-NONINTERACTIVE image (car (layers-of image)) styles)
                      (settings "adain" 1.0)))))

(define (sign layer x)
  (gimp-image-select-rectangle (car (gimp-item-get-image layer)) CHANNEL-OP-REPLACE x 60 40 36)
  (gimp-context-set-foreground '(255 20 20))
  (gimp-drawable-edit-fill layer FILL-FOREGROUND)
  (gimp-selection-none (car (gimp-item-get-image layer))))

(define (worst-change a b)
  (apply max
    (map (lambda (x)
           (apply max (map (lambda (p q) (abs (- p q)))
                           (test-scumble-read a x 10) (test-scumble-read b x 10))))
         '(2 9 17 26 34 47 56))))

(let* ((image (new-image 200 96 RGB PRECISION-U8-GAMMA))
       (first (new-layer image "Frame 1 (100ms) (replace)" 200 96 #f 0))
       (second (new-layer image "Frame 2 (250ms) (combine)" 200 96 #f 0))
       (third (new-layer image "Frame 3 (100ms) (combine)" 60 40 #t 2))
       (group (car (gimp-layer-group-new image)))
       (inside (new-layer image "Inside" 30 20 #f 1))
       (before 0))
  (gimp-layer-set-offsets third 33 -9)
  (gimp-item-set-visible third FALSE)
  (gimp-layer-set-mode third LAYER-MODE-MULTIPLY)
  (gimp-image-insert-layer image group -1 0)
  (gimp-image-reorder-item image inside group 0)
  (sign first 120)
  (sign second 150)
  (set! before (layers-of image))
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 5 5 30 30)
  (gimp-image-clean-all image)
  (let* ((anew (frames-of image style))
         (layers (layers-of anew))
         (child (vector-ref (cadr (gimp-item-get-children (car layers))) 0)))
    (check-equal "frames: the image is untouched"
                 (list (car (gimp-image-is-dirty image)) (layers-of image)) (list 0 before))
    (check-equal "frames: names" (map name-of layers) (map name-of before))
    (check-equal "frames: sizes" (map size-of (cdr layers)) '((60 40) (200 96) (200 96)))
    (check-equal "frames: places" (map gimp-drawable-offsets (cdr layers))
                 '((33 -9) (0 0) (0 0)))
    (check-equal "frames: kinds" (map (lambda (one) (car (gimp-drawable-type one))) (cdr layers))
                 (list RGBA-IMAGE RGB-IMAGE RGB-IMAGE))
    (check-equal "frames: what else they had"
                 (list (car (gimp-item-get-visible (cadr layers)))
                       (car (gimp-layer-get-mode (cadr layers))) (name-of child))
                 (list FALSE LAYER-MODE-MULTIPLY "Inside"))
    (for-each
      (lambda (one from)
        (check (string-append "frames: " (name-of one) " is painted")
               (not (equal? (test-scumble-read one 20 10) (test-scumble-read from 20 10)))
               "it is as it was"))
      (cons child (cdr layers)) (cons inside (cdr before)))
    (check "frames: what stands still is painted the same"
           (<= (worst-change (caddr layers) (cadddr layers)) eight-bits)
           (worst-change (caddr layers) (cadddr layers)))
    (gimp-image-delete anew))
  ; One by one they differ.
  (gimp-selection-none image)
  (let ((one (paint image first 1.0)) (two (paint image second 1.0)))
    (check "frames painted one by one flicker" (> (worst-change one two) 0.008)
           (worst-change one two)))
  (gimp-image-delete image))

(let* ((image (new-image 60 50 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Frame 1" 60 50 #t 0))
       (top (new-layer image "Frame 2" 60 50 #t 2))
       (anew 0))
  (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 60 FALSE FALSE
                              "")
  (set! anew (frames-of image style))
  (check-equal "frames of an indexed image"
               (list (car (gimp-image-base-type anew)) (map name-of (layers-of anew)))
               (list RGB '("Frame 2" "Frame 1")))
  (gimp-image-delete anew)
  (gimp-image-convert-rgb image)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 5 5 8 8)
  (gimp-selection-float top 3 3)
  (check-refusal "frames: floating selection" image "floating selection"
    (lambda () (frames-of image style)))
  (gimp-image-delete image))

; Frames are of the image's own kind, and keep their alpha and masks.

(define (check-frames-of row)
  (let* ((name (string-append "frames, " (car row)))
         (image (new-image 60 50 (caddr row) (cadr row)))
         (below (new-layer image "Below" 60 50 #f 0))
         (above (new-layer image "Above" 40 30 #t 2))
         (anew 0) (made 0))
    (test-scumble-profile image TRUE)
    (gimp-layer-add-mask above (car (gimp-layer-create-mask above ADD-MASK-ALPHA)))
    (set! anew (frames-of image style))
    (set! made (layers-of anew))
    (check-equal (string-append name ": kind")
                 (list (car (gimp-image-get-precision anew))
                       (map (lambda (one) (car (gimp-drawable-type one))) made)
                       (vector-length (cadr (gimp-image-get-color-profile anew))))
                 (list (cadr row) (list (layer-type (caddr row) #t) (layer-type (caddr row) #f))
                       (vector-length (cadr (gimp-image-get-color-profile image)))))
    (for-each
      (lambda (x y)
        (check-equal (string-append name ": alpha at " (number->string x))
                     (list-tail (test-scumble-read (car made) x y) 3)
                     (list-tail (test-scumble-read above x y) 3))
        (check-equal (string-append name ": mask at " (number->string x))
                     (test-scumble-read (car (gimp-layer-get-mask (car made))) x y)
                     (test-scumble-read (car (gimp-layer-get-mask above)) x y)))
      '(2 20 30 39) '(5 3 12 29))
    (check (string-append name ": painted")
           (not (equal? (test-scumble-read (cadr made) 30 20) (test-scumble-read below 30 20)))
           "they are not")
    (for-each gimp-image-delete (list anew image))))

(for-each check-frames-of
  (list (list "8 bits" PRECISION-U8-GAMMA RGB)
        (list "linear floats" PRECISION-FLOAT-LINEAR RGB)
        (list "gray, 16 bits" PRECISION-U16-LINEAR GRAY)))

; A region lies where it lies in the image, on every frame.

(let* ((image (new-image 200 96 RGB PRECISION-FLOAT-GAMMA))
       (first (new-layer image "One" 200 96 #f 0))
       (second (new-layer image "Two" 120 96 #f 0))
       (map-layer (car (gimp-channel-new image 200 96 "Map" 50 '(0 0 0))))
       (layers 0))
  (gimp-layer-set-offsets second 80 0)
  (gimp-image-insert-channel image map-layer -1 0)
  (gimp-context-set-foreground '(255 255 255))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 100 0 100 96)
  (gimp-drawable-edit-fill map-layer FILL-FOREGROUND)
  (gimp-selection-none image)
  (define (painted-at strength-map)
    (let* ((anew (car (apply plug-in-scumble-mix-frames
                             (append (list RUN-NONINTERACTIVE image first 1 (vector style) 0
                                           (vector) 0 (vector) 0 (vector) 0 '() strength-map)
                                     (settings "adain" 1.0)))))
           (found (map (lambda (row)
                         (test-scumble-read (list-ref (layers-of anew) (car row)) (cadr row) 48))
                       '((1 20) (1 180) (0 100)))))
      (gimp-image-delete anew)
      found))
  (let ((whole (painted-at -1)) (part (painted-at map-layer)))
    (check "frames: the map is black here" (not (close? (car whole) (car part) 0.02)) part)
    (check-close "frames: the map is white here" (cadr part) (cadr whole) 0.01)
    (check-close "frames: and there, on another frame" (caddr part) (caddr whole) 0.01))
  (gimp-image-delete image))
