;; Exports with odd names.
(module (memory (export "memory") 1) (func $f (result i32) (i32.const 0))
  (export "" (func $f)) (export " " (func $f)) (export "a\nb" (func $f)) (export "\1b[2J" (func $f)) (export "../../etc" (func $f))
  (export "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" (func $f)) (export "\e2\80\aeturned" (func $f)) (export "'; rm -rf /" (func $f)) (export "--help" (func $f)))
