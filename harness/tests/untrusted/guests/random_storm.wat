;; Asks for random bytes beyond its memory, and for many.
(module (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32))) (memory (export "memory") 50)
  (func (export "run") (result i32) (call $random (i32.const 65000) (i32.const -1)))
  (func (export "storm") (loop $l (drop (call $random (i32.const 0) (i32.const 3000000))) (br $l))))
