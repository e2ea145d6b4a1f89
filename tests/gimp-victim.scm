; SPDX-License-Identifier: GPL-3.0-or-later

; Ended by GIMP while it hands over the result: the image keeps what it had, and gets all of
; the new layer or nothing of it.

(define (die place)
  (let ((port (open-output-file (string-append work-folder "/dies"))))
    (display place port)
    (close-output-port port)))

(define (all-of items in)
  (or (null? items)
      (and (member (car items) in) (all-of (cdr items) in))))

(define (without item items)
  (cond ((null? items) '())
        ((equal? item (car items)) (without item (cdr items)))
        (else (cons (car items) (without item (cdr items))))))

; A layer that has come in spite of it is whole, and remembers how it was painted.
(define (check-whole name layer source)
  (if (= (car (gimp-item-is-group layer)) TRUE)
      (let ((parts (vector->list (cadr (gimp-item-get-children layer)))))
        (check-equal (string-append name ": its parts") (length parts) 3)
        (check-equal (string-append name ": the photograph in it")
                     (test-scumble-read (caddr parts) 20 15) (test-scumble-read source 20 15)))
      (check-pixels name layer source 0.8 eight-bits))
  (check-equal (string-append name ": it remembers")
               (cadr (gimp-item-get-parasite-list layer)) '("scumble")))

; replaced: the layer that the new one takes the place of, or #f
(define (check-death place image source replaced action)
  (let* ((name (string-append (if replaced "again, " "") place))
         (before (layers-of image))
         (keep (if replaced (without replaced before) before))
         (pixel (test-scumble-read source 20 15))
         (images (car (gimp-image-list))))
    (die place)
    (check name (not (string=? (message-of action) "")) "it lived")
    (die "")
    (let* ((after (layers-of image))
           (anew (let loop ((rest after))
                   (cond ((null? rest) #f)
                         ((member (car rest) before) (loop (cdr rest)))
                         (else (car rest))))))
      (check (string-append name ": nothing is lost")
             (and (all-of keep after) (or (not replaced) (member replaced after) anew))
             "layers were " before ", are " after)
      (check (string-append name ": at most one layer is new")
             (<= (length after) (+ (length before) 1)) "layers are " after)
      (check-equal (string-append name ": no image is left") (car (gimp-image-list)) images)
      (check-equal (string-append name ": the source") (test-scumble-read source 20 15)
                   pixel)
      (if anew (check-whole name anew source)))))

(define (check-deaths places prepare action)
  (for-each
    (lambda (place)
      (let* ((image (new-image 60 50 RGB PRECISION-U8-GAMMA))
             (source (new-layer image "Sky" 60 50 #t 0))
             (replaced (prepare image source)))
        (check-death place image source replaced
                     (lambda () (action image (or replaced source))))
        (if (string=? place "before gimp_image_undo_group_end")
            (check-equal "the run after that works"
                         (message-of (lambda () (again image (car (layers-of image))))) ""))
        (gimp-image-delete image)))
    places))

(check-deaths '("after gimp_layer_new" "before gimp_item_attach_parasite"
                "before gimp_image_insert_layer" "after gimp_image_insert_layer"
                "before gimp_image_undo_group_end")
              (lambda (image source) #f)
              (lambda (image layer) (paint image layer 0.8)))

(check-deaths '("after gimp_layer_copy" "before gimp_image_insert_layer"
                "before gimp_image_remove_layer" "after gimp_image_remove_layer"
                "before gimp_image_undo_group_end")
              (lambda (image source) (paint image source 0.8))
              again)

(check-deaths '("before gimp_file_load_layers" "after gimp_file_load_layers"
                "before gimp_item_attach_parasite" "before gimp_image_insert_layer"
                "after gimp_image_insert_layer" "before gimp_image_undo_group_end")
              (lambda (image source) #f)
              (lambda (image layer)
                (apply plug-in-scumble-split
                       (append (list RUN-NONINTERACTIVE image layer style)
                               (settings "adain" 0.8)))))

; An image that nobody sees yet, left by a run that was ended, is deleted by the next run, and no
; other one is.

(define (images) (vector->list (cadr (gimp-image-list))))
(define (marks-of image) (cadr (gimp-image-get-parasite-list image)))

(define (check-leftover place image source action)
  (let ((before (images)))
    (gimp-image-clean-all image)
    (die place)
    (check (string-append place ": dies") (not (string=? (message-of action) "")) "it lived")
    (die "")
    (check-equal (string-append place ": something is left") (length (images))
                 (+ (length before) 1))
    (check-equal (string-append place ": the image is untouched")
                 (list (car (gimp-image-is-dirty image)) (layers-of image)) (list FALSE (list source)))
    (let ((copy (car (gimp-image-duplicate image))))
      (gimp-image-remove-layer image (paint image source 0.8))
      (check-equal (string-append place ": nothing is left after the next run") (images)
                   (cons copy before))
      (check-equal (string-append place ": no mark is left")
                   (list (marks-of image) (marks-of copy)) '(() ()))
      (gimp-image-delete copy))))

(define (check-leftovers places procedure)
  (for-each
    (lambda (place)
      (let* ((image (new-image 60 50 RGB PRECISION-U8-GAMMA))
             (source (new-layer image "Sky" 60 50 #t 0)))
        (check-leftover place image source
          (lambda ()
            (apply procedure (append (list RUN-NONINTERACTIVE image source style)
                                     (settings "adain" 0.8)))))
        (gimp-image-delete image)))
    places))

(check-leftovers '("after gimp_image_attach_parasite" "after gimp_layer_new"
                   "before gimp_image_insert_layer" "before gimp_image_undo_enable"
                   "before gimp_image_detach_parasite")
                 plug-in-scumble-new-image)
(check-leftovers '("after gimp_image_duplicate" "before gimp_image_undo_enable")
                 plug-in-scumble-frames)

; So is a style's picture that was opened for the run.
(let* ((image (new-image 60 50 RGB PRECISION-U8-GAMMA))
       (source (new-layer image "Sky" 60 50 #t 0))
       (file (string-append work-folder "/style.xcf"))
       (other 0) (result 0) (before 0))
  (gimp-xcf-save 0 style-image style file file)
  (set! other (car (gimp-file-load RUN-NONINTERACTIVE file file)))
  (set! result (scumble image source (car (layers-of other)) "adain" 0.8))
  (gimp-image-delete other)
  (set! before (images))
  (die "before gimp_image_insert_layer")
  (message-of (lambda () (again image result)))
  (die "")
  (check-equal "a style's picture is left" (length (images)) (+ (length before) 1))
  (again image result)
  (check-equal "and is not after the next run" (images) before)
  (file-delete file)
  (gimp-image-delete image))
