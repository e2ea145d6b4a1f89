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
; only change and alpha can be compared with it.
(define (tolerance-of method tolerance)
  (if (string=? method "metastyle") 1.0 tolerance))

(for-each
  (lambda (method)
    (check-kind method RGB PRECISION-U8-GAMMA #f 1.0 (tolerance-of method eight-bits))
    (check-kind method RGB PRECISION-FLOAT-LINEAR #t 0.7 (tolerance-of method engine-own))
    (check-kind method GRAY PRECISION-U16-GAMMA #t 1.2 (tolerance-of method engine-own)))
  methods)
