; SPDX-License-Identifier: GPL-3.0-or-later

; The stages of every method on offer, as GIMP's progress bar shows them, and what becomes
; of a run that is killed in one of them.  For a GIMP with windows.

(define (without text texts)
  (cond ((null? texts) '())
        ((string=? text (car texts)) (without text (cdr texts)))
        (else (cons (car texts) (without text (cdr texts))))))

; What has been learned once, in a run that came to its end, is not learned again, and paints
; the same.
(define (check-memory-of-learning method stages watch image)
  (let* ((again (cadr (watch -1)))
         (read-top (lambda () (test-scumble-read (car (layers-of image)) 200 150)))
         (first (read-top)))
    (check-equal (string-append method ": learns once") again
                 (without "Learning the style" stages))
    (watch -1)
    (check-equal (string-append method ": paints the same each time") (read-top) first)))

; Whether a plug-in lives or dies, the image is as it was until there is a result.
(define (check-stages method quality n-stages)
  (let* ((image (new-image 500 400 RGB PRECISION-U8-GAMMA))
         (layer (new-layer image "Sky" 500 400 #f 0))
         (watch (lambda (stage)
                  (test-scumble-watch image layer style method 1.0 stage quality)))
         (seen (watch -1))
         (stages (cadr seen)))
    (say "   the stages of " method ": " stages)
    (check (string-append method ": a text for every stage") (= (length stages) n-stages)
           "they are " stages)
    (check-equal (string-append method ": the progress never goes back") (caddr seen) TRUE)
    (check-equal (string-append method ": painted") (length (layers-of image)) 2)
    (gimp-image-remove-layer image (car (layers-of image)))
    (let loop ((stage 0))
      ; Another style each time, so that there is always something to learn.
      (test-scumble-fill style (+ stage 2))
      (if (< stage (length stages))
          (let ((name (string-append method " killed at “" (list-ref stages stage) "”")))
            (gimp-image-clean-all image)
            (let ((before (state-of image))
                  (after (watch stage)))
              (check-equal name (list (cadddr after) (= (list-ref after 4) PDB-SUCCESS))
                           (list TRUE #f))
              (check-equal (string-append name ": image untouched") (state-of image)
                           before))
            (loop (+ stage 1)))))
    (check-equal (string-append method ": the run after that works")
      (list-ref (watch -1) 4) PDB-SUCCESS)
    (check-memory-of-learning method stages watch image)
    (test-scumble-fill style 1)
    (gimp-image-delete image)))

(for-each
  (lambda (method)
    (check-stages method "" (if (string=? method "metastyle") 6 5)))
  methods)

; A small one that learns, of random weights.
(check-stages "metastyle" "tiny-metastyle" 6)
