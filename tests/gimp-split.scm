; SPDX-License-Identifier: GPL-3.0-or-later

; A painting split into layers for brightness and colours.

(define (split image layer)
  (car (apply plug-in-scumble-split
              (append (list RUN-NONINTERACTIVE image layer style) (settings "adain" 0.8)))))

(define (parts-of group)
  (vector->list (cadr (gimp-item-get-children group))))

; What is seen of the image without the layer that was repainted
(define (visible-of image layer)
  (gimp-item-set-visible layer FALSE)
  (let ((seen (car (gimp-layer-new-from-visible image image "Seen"))))
    (gimp-image-insert-layer image seen -1 0)
    (gimp-item-set-visible layer TRUE)
    seen))

(define (mode-of layer)
  (car (gimp-layer-get-mode layer)))

; It looks as the painting, in every precision.

; Where it is all but invisible, colours are what rounding makes of them.
(define (check-alike name found expected tolerance)
  (check (string-append name ": visible") (close? (list-tail found 3) (list-tail expected 3) tolerance)
         "alpha is " found ", should be " expected)
  (if (> (list-ref expected 3) 0.05)
      (check-close name found expected tolerance)))

(for-each
  (lambda (row)
    (let* ((name (string-append "split " (car row)))
           (image (new-image 50 40 RGB (cadr row)))
           (layer (new-layer image "Sky" 50 40 #f 0))
           (soft (new-layer image "Soft" 50 40 #t 0))
           (plain (paint image soft 0.8)))
      (split image layer)
      (for-each (lambda (one) (gimp-item-set-visible one FALSE)) (list soft plain))
      (check-pixels name (visible-of image layer) layer 0.8 (caddr row))
      (gimp-image-remove-layer image (car (layers-of image)))
      (gimp-item-set-visible layer FALSE)
      (for-each (lambda (one) (if (and (= (car (gimp-item-is-group one)) TRUE))
                                  (gimp-image-remove-layer image one)))
                (layers-of image))
      (split image soft)
      (let ((seen (visible-of image soft)))
        (for-each
          (lambda (x y)
            (check-alike (string-append name " with alpha, at " (number->string x))
                         (test-scumble-read seen x y) (test-scumble-read plain x y)
                         (max (caddr row) 0.001)))
          '(3 11 20 29 36 44 49) '(4 33 15 2 39 20 8)))
      (gimp-image-delete image)))
  precisions)

; Names, modes, places

(define image (new-image 60 50 RGB PRECISION-FLOAT-GAMMA))
(define layer (new-layer image "Sky" 50 40 #t 0))
(gimp-layer-set-offsets layer 7 -3)
(define group (split image layer))
(define parts (parts-of group))

(check-equal "split: one layer is new" (layers-of image) (list group layer))
(check-equal "split: name" (name-of group) "Sky (AdaIN: Waves, 80 %)")
(check-equal "split: parts" (map name-of parts)
             '("Painting: colours" "Painting: brightness" "Photograph"))
(check-equal "split: modes" (map mode-of parts)
             (list LAYER-MODE-LCH-COLOR LAYER-MODE-LCH-LIGHTNESS LAYER-MODE-NORMAL))
(check-equal "split: offsets" (map gimp-drawable-offsets (cons group parts))
             '((7 -3) (7 -3) (7 -3) (7 -3)))
(check-equal "split: sizes" (map size-of (cons group parts))
             '((50 40) (50 40) (50 40) (50 40)))
(check-equal "split: the photograph is the layer" (test-scumble-read (caddr parts) 20 15)
             (test-scumble-read layer 20 15))
(check-equal "split: the image's own layers only" (length (layers-of image)) 2)

; Without brightness and colours, the photograph; without one of them, neither.

(define (seen-with brightness colours)
  (gimp-layer-set-opacity (cadr parts) brightness)
  (gimp-layer-set-opacity (car parts) colours)
  (let* ((seen (visible-of image layer))
         (pixel (test-scumble-read seen 20 15)))
    (gimp-image-remove-layer image seen)
    pixel))

(let ((painted (seen-with 100 100))
      (own (test-scumble-read layer 13 18)))
  (check-close "split: balanced to nothing" (seen-with 0 0) own 0.001)
  (check "split: only brightness" (not (close? (seen-with 100 0) painted 0.02)) "is all of it")
  (check "split: only colours" (not (close? (seen-with 0 100) painted 0.02)) "is all of it"))

; Painted again, from the group or one of its parts: what was balanced and renamed stays.

(gimp-layer-set-opacity group 90)
(gimp-item-set-name (car parts) "Tints")
(seen-with 40 70)
(test-scumble-fill layer 2)

(define (check-again name from)
  (let* ((anew (car (plug-in-scumble-again RUN-NONINTERACTIVE image from)))
         (its (parts-of anew)))
    (check-equal (string-append name ": in place of the old") (layers-of image)
                 (list anew layer))
    (check-equal (string-append name ": names") (map name-of (cons anew its))
                 '("Sky (AdaIN: Waves, 80 %)" "Tints" "Painting: brightness" "Photograph"))
    (check-equal (string-append name ": opacities")
                 (map (lambda (one) (round (car (gimp-layer-get-opacity one)))) (cons anew its))
                 '(90.0 70.0 40.0 100.0))
    (check-equal (string-append name ": offsets") (gimp-drawable-offsets anew) '(7 -3))
    (check-equal (string-append name ": the photograph") (test-scumble-read (caddr its) 20 15)
                 (test-scumble-read layer 20 15))
    (gimp-layer-set-opacity anew 100)
    (for-each (lambda (one) (gimp-layer-set-opacity one 100)) its)
    (let* ((seen (visible-of image layer))
           (plain (paint image layer 0.8)))
      (for-each
        (lambda (x y)
          (check-alike (string-append name ", at " (number->string x))
                       (test-scumble-read seen (+ x 7) (- y 3)) (test-scumble-read plain x y)
                       0.001))
        '(3 11 20 29 36 44 49) '(4 33 15 6 39 20 8))
      (for-each (lambda (one) (gimp-image-remove-layer image one)) (list seen plain)))
    (gimp-layer-set-opacity anew 90)
    (gimp-layer-set-opacity (car its) 70)
    (gimp-layer-set-opacity (cadr its) 40)
    anew))

(define second (check-again "split again" group))
(check-again "split again, from a part" (cadr (parts-of second)))
(gimp-image-delete image)

; A soft selection is the group's mask, as it is a layer's; in a group, right above its layer.

(define image (new-image 60 50 RGB PRECISION-U8-GAMMA))
(define home (car (gimp-layer-group-new image)))
(gimp-image-insert-layer image home -1 0)
(define layer (car (gimp-layer-new image 60 50 RGB-IMAGE "Sky" 100 LAYER-MODE-NORMAL)))
(gimp-image-insert-layer image layer home 0)
(test-scumble-fill layer 0)
(gimp-image-select-ellipse image CHANNEL-OP-REPLACE 10 5 30 20)
(let* ((plain (paint image layer 0.8))
       (group (split image layer))
       (mask (car (gimp-layer-get-mask group))))
  (check-equal "split: place" (list (car (gimp-item-get-parent group)) (position-of image group))
               (list home 1))
  (check-equal "split: the selection's bounds" (list (size-of group) (gimp-drawable-offsets group))
               (list (size-of plain) (gimp-drawable-offsets plain)))
  (for-each
    (lambda (x)
      (check-equal (string-append "split: mask at " (number->string x))
                   (test-scumble-read mask x 9)
                   (test-scumble-read (car (gimp-layer-get-mask plain)) x 9)))
    '(0 1 15 28))
  (check-equal "split: the group is worked on next, not its mask"
               (car (gimp-layer-get-edit-mask group)) FALSE)
  (gimp-layer-set-edit-mask group TRUE)
  (check-equal "split again, from its mask"
               (car (gimp-item-is-group
                      (car (plug-in-scumble-again RUN-NONINTERACTIVE image mask))))
               TRUE))
(gimp-image-delete image)

; What has no colours

(define gray (new-image 50 40 GRAY PRECISION-U8-GAMMA))
(check-refusal "split of a gray image" gray "no colours to split off"
               (let ((layer (new-layer gray "Sky" 50 40 #f 0)))
                 (lambda () (split gray layer))))
(gimp-image-delete gray)
