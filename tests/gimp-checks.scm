; SPDX-License-Identifier: GPL-3.0-or-later

; What the scripts of the tests share.

(define check-port (open-output-file check-file))

(define (say . words)
  (for-each (lambda (word) (display word check-port)) words)
  (newline check-port))

(define (check name ok . details)
  (apply say (if ok "ok " "FAILED ") name (if ok '() (cons ": " details))))

(define (check-equal name found expected)
  (check name (equal? found expected) "found " found ", expected " expected))

(define (check-end)
  (say "end")
  (close-output-port check-port))

; What an action's error says; "" if there is none.
(define (message-of action)
  (let ((hook *error-hook*))
    (call/cc
      (lambda (return)
        (set! *error-hook*
          (lambda words
            (set! *error-hook* hook)
            (return (apply string-append
                      (map (lambda (word) (if (string? word) word (atom->string word)))
                           words)))))
        (action)
        (set! *error-hook* hook)
        ""))))

(define (contains? text part)
  (let ((n (string-length part)))
    (let loop ((i 0))
      (cond ((> (+ i n) (string-length text)) #f)
            ((string=? (substring text i (+ i n)) part) #t)
            (else (loop (+ i 1)))))))

; Pictures

(define (layer-type base alpha)
  (if (= base RGB) (if alpha RGBA-IMAGE RGB-IMAGE) (if alpha GRAYA-IMAGE GRAY-IMAGE)))

(define (new-layer image name w h alpha seed)
  (let ((layer (car (gimp-layer-new image w h
                      (layer-type (car (gimp-image-base-type image)) alpha)
                      name 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer -1 0)
    (test-scumble-fill layer seed)
    layer))

(define (new-image w h base precision)
  (car (gimp-image-new-with-precision w h base precision)))

(define (layers-of image)
  (vector->list (cadr (gimp-image-get-layers image))))

(define (name-of item)
  (car (gimp-item-get-name item)))

(define (position-of image item)
  (car (gimp-image-get-item-position image item)))

(define (size-of layer)
  (list (car (gimp-drawable-width layer)) (car (gimp-drawable-height layer))))

(define style-image (new-image 60 44 RGB PRECISION-U8-GAMMA))
(define style (new-layer style-image "Waves" 60 44 #f 1))

(define methods (cadr (test-scumble-methods)))

; The arguments from the method on, with all but the strength as usual.
(define usual (read (open-input-string (car (test-scumble-usual)))))

(define (settings method strength)
  (append (list method "" strength) (cdr usual)))

(define (scumble-as run-mode image layer style method strength)
  (car (apply plug-in-scumble
              (append (list run-mode image layer style) (settings method strength)))))

(define (scumble image layer style method strength)
  (scumble-as RUN-NONINTERACTIVE image layer style method strength))

(define (scumble-new-image image layer style method strength)
  (car (apply plug-in-scumble-new-image
              (append (list RUN-NONINTERACTIVE image layer style)
                      (settings method strength)))))

(define (paint image layer strength)
  (scumble image layer style "adain" strength))

; Once more, from what the layer remembers
(define (again image layer)
  (car (plug-in-scumble-again RUN-NONINTERACTIVE image layer)))

; From an XCF file
(define (reopen image)
  (let ((file (string-append work-folder "/again.xcf")))
    (gimp-xcf-save 0 image (car (gimp-image-get-active-drawable image)) file file)
    (gimp-image-delete image)
    (car (gimp-file-load RUN-NONINTERACTIVE file file))))

; How far two roundings of nearly the same number may lie apart. Half floats have eleven
; bits; the others show the engine's own rounding, spread by a steep transfer curve.
(define eight-bits 0.0041)
(define half-bits  0.0011)
(define engine-own 0.0003)

; GIMP's precisions, and how far two roundings may lie apart in each.
(define precisions
  (list (list "u8"      PRECISION-U8-GAMMA      eight-bits)
        (list "u8-lin"  PRECISION-U8-LINEAR     eight-bits)
        (list "u16"     PRECISION-U16-GAMMA     engine-own)
        (list "u16-lin" PRECISION-U16-LINEAR    engine-own)
        (list "u32"     PRECISION-U32-GAMMA     engine-own)
        (list "u32-lin" PRECISION-U32-LINEAR    engine-own)
        (list "half"    PRECISION-HALF-GAMMA    half-bits)
        (list "half-lin" PRECISION-HALF-LINEAR  half-bits)
        (list "float"   PRECISION-FLOAT-GAMMA   engine-own)
        (list "float-lin" PRECISION-FLOAT-LINEAR engine-own)
        (list "double"  PRECISION-DOUBLE-GAMMA  engine-own)
        (list "double-lin" PRECISION-DOUBLE-LINEAR engine-own)))

; A result's colours are those that the engine makes of the same pixels, rounded to the
; layer's precision; its alpha is the layer's own.
(define (check-method name method result layer strength tolerance)
  (let* ((found (test-scumble-compare result layer style method strength))
         (difference (car found))
         (change (cadr found))
         (alpha (caddr found)))
    (check (string-append name ": pixels") (<= difference tolerance)
           "differ by " difference)
    (check (string-append name ": repainted") (> change 0.01)
           "changed by no more than " change)
    (check-equal (string-append name ": alpha") alpha TRUE)))

(define (check-pixels name result layer strength tolerance)
  (check-method name "adain" result layer strength tolerance))

; Pixels, number by number

(define (close? a b tolerance)
  (cond ((null? a) (null? b))
        (else (and (<= (abs (- (car a) (car b))) tolerance)
                   (close? (cdr a) (cdr b) tolerance)))))

(define (check-close name found expected tolerance)
  (check name (close? found expected tolerance) "found " found ", expected " expected))

; Bad runs say why, and leave the image as it was.

(define (state-of image)
  (list (layers-of image)
        (map name-of (layers-of image))
        (car (gimp-image-get-active-drawable image))
        (car (gimp-image-get-floating-sel image))
        (gimp-selection-bounds image)
        (car (gimp-image-is-dirty image))
        (cadr (gimp-image-get-channels image))))

(define (check-refusal name image part action)
  (gimp-image-clean-all image)
  (let* ((before (state-of image))
         (text (message-of action)))
    (check name (contains? text part) "said “" text "”")
    (check-equal (string-append name ": image untouched") (state-of image) before)))
