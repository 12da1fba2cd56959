;; Takes block after block of the kernel, and frees none.
(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64))) (memory (export "memory") 1)
  (func (export "run") (loop $l (drop (call $alloc (i64.const 60000))) (br $l))))
