; SPDX-License-Identifier: GPL-3.0-or-later

; Every method on offer in a real GIMP.

(define (check-kind method base precision alpha strength tolerance)
  (let* ((name (string-append method " on " (if (= base RGB) "RGB" "gray") ", precision "
                              (number->string precision)))
         (image (new-image 70 60 base precision))
         (layer (new-layer image "Sky" 70 60 alpha 0)))
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 5 5 60 50)
    (check-method name method (scumble image layer style method strength) layer strength
                  tolerance)
    (gimp-image-delete image)))

; The engine's twin paints with a style as it was encoded: it does not learn, so of MetaStyle
; that has learned only change and alpha can be compared with it.
(define (tolerance-of method tolerance)
  (if (string=? method "metastyle") 1.0 tolerance))

(for-each
  (lambda (method)
    (check-kind method RGB PRECISION-U8-GAMMA #f 1.0 (tolerance-of method eight-bits))
    (check-kind method RGB PRECISION-FLOAT-LINEAR #t 0.7 (tolerance-of method engine-own))
    (check-kind method GRAY PRECISION-U16-GAMMA #t 1.2 (tolerance-of method engine-own)))
  methods)

; Each method's own procedure is plug-in-scumble with that method's usual settings.

(let* ((image (new-image 70 60 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 70 60 #f 0)))
  (for-each
    (lambda (method)
      (let* ((procedure (string-append "plug-in-scumble-" method))
             (simple (car ((eval (string->symbol procedure)) RUN-NONINTERACTIVE image layer
                                                             style 0.6)))
             (full (scumble image layer style method 0.6)))
        (check-equal procedure (test-scumble-read simple 30 20)
                     (test-scumble-read full 30 20))))
    methods)
  (gimp-image-delete image))

; One pixel in the style of one pixel

(let* ((image (new-image 1 1 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Dot" 1 1 #f 0))
       (dot (new-layer style-image "Dot" 1 1 #f 1)))
  (for-each
    (lambda (method)
      (check-equal (string-append method ": one pixel like another")
                   (message-of (lambda () (scumble image layer dot method 1.0))) ""))
    methods)
  (gimp-image-remove-layer style-image dot)
  (gimp-image-delete image))

; A first sketch, which has not learned, is what the twin paints: also when it is painted
; again, from a file, and after the style has been learned above.

(let* ((image (new-image 70 60 RGB PRECISION-U8-GAMMA))
       (layer (new-layer image "Sky" 70 60 #f 0))
       (path (string-append work-folder "/sketch.xcf"))
       (sketch (car (plug-in-scumble RUN-NONINTERACTIVE image layer style "metastyle" "" 1.0
                                     1.0 1.0 0.0 "luminance" 0.0 "apart" 1.0 0.0 "0" "normalisation"))))
  (check-method "a first sketch" "metastyle" sketch layer 1.0 eight-bits)
  (let ((name (name-of sketch)))
    (gimp-xcf-save 0 image layer path path)
    (gimp-image-delete image)
    (set! image (car (gimp-file-load RUN-NONINTERACTIVE path path)))
    (set! layer (car (gimp-image-get-layer-by-name image "Sky")))
    (check-method "a first sketch, again" "metastyle"
                  (car (plug-in-scumble-again RUN-NONINTERACTIVE image
                         (car (gimp-image-get-layer-by-name image name))))
                  layer 1.0 eight-bits))
  (gimp-image-delete image))
