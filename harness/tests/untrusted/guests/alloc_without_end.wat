;; Takes a block that is larger than any memory.
(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64))) (memory (export "memory") 1)
  (func (export "run") (drop (call $alloc (i64.const -1))))
  (func (export "four gigabytes") (drop (call $alloc (i64.const 4294967295))))
  (func (export "nothing") (drop (call $alloc (i64.const 0)))))
