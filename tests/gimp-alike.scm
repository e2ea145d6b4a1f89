; SPDX-License-Identifier: GPL-3.0-or-later

; The same call makes the same pixels, whichever way babl converts pixels in a process. Two GIMPs
; run this and write what they painted to a file of their own each; gimp-batch.sh compares them.
; The pictures are made once, of a painting, and read back from XCF files, byte for byte.

(define (picture name)
  (string-append work-folder "/alike-" name ".xcf"))

(define (save-picture name file change)
  (let ((image (car (gimp-file-load RUN-NONINTERACTIVE file file))))
    (gimp-image-crop image 160 120 40 30)
    (change image)
    (let ((layer (car (layers-of image))))
      (gimp-xcf-save RUN-NONINTERACTIVE image layer (picture name) name))
    (gimp-image-delete image)))

(define (in-precision precision)
  (lambda (image) (gimp-image-convert-precision image precision)))

(define pictures
  (list (list "eight bits" (lambda (image) #f))
        (list "linear" (in-precision PRECISION-U16-LINEAR))
        (list "32 bits" (in-precision PRECISION-U32-GAMMA))
        (list "linear floats"
              (lambda (image)
                (gimp-layer-add-alpha (car (layers-of image)))
                (gimp-image-convert-precision image PRECISION-FLOAT-LINEAR)))
        (list "gray" gimp-image-convert-grayscale)
        (list "linear gray"
              (lambda (image)
                (gimp-image-convert-grayscale image)
                (gimp-image-convert-precision image PRECISION-HALF-LINEAR)))
        (list "palette"
              (lambda (image)
                (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE
                                            40 FALSE FALSE "")))
        (list "profile" (lambda (image) (test-scumble-profile image TRUE)))
        (list "tables" test-scumble-tables)
        (list "linear profile"
              (lambda (image)
                (gimp-image-convert-precision image PRECISION-FLOAT-LINEAR)
                (test-scumble-profile image TRUE)))))

(if (not (file-exists? (picture "profile")))
    (begin
      (save-picture "style" other-painting (lambda (image) #f))
      (for-each (lambda (row) (save-picture (car row) painting (cadr row))) pictures)))

(define port (open-output-file alike-file))

(define (note-layer name layer)
  (for-each (lambda (word) (display word port))
            (list name ": " (car (test-scumble-digest layer))))
  (newline port))

(define (note name image)
  (note-layer name (car (layers-of image)))
  (gimp-image-delete image))

(define (open-picture name)
  (car (gimp-file-load RUN-NONINTERACTIVE (picture name) (picture name))))

(define style-image (open-picture "style"))
(define style (car (layers-of style-image)))

; Each is painted, painted with, and a map of the strength.
(for-each
  (lambda (row)
    (let* ((image (open-picture (car row)))
           (layer (car (layers-of image))))
      (note (car row) (scumble-new-image image layer style "adain" 1.0))
      (note (string-append "painted with " (car row))
            (scumble-new-image style-image style layer "adain" 1.0))
      (if (not (string=? (car row) "palette"))
          (note-layer (string-append "strength from " (car row))
                      (car (apply plug-in-scumble-mix
                                  (append (list RUN-NONINTERACTIVE image layer 1 (vector style)
                                                1 #(1.0) 0 #() 0 #() 0 '() layer)
                                          (settings "adain" 1.0))))))
      (gimp-image-delete image)))
  pictures)

; What a style learns from the layer enlarges its last bits.
(let ((image (open-picture "eight bits")))
  (note "learned"
        (car (plug-in-scumble-new-image RUN-NONINTERACTIVE image (car (layers-of image)) style
               "metastyle" "" 1.0 1.0 1.0 0.0 "luminance" 0.0 "apart" 1.0 0.0 "25" "all"))))
(close-output-port port)
