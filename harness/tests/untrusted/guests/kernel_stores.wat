;; Writes over the kernel's own memory.
(module (import "extism:host/env" "store_u64" (func $store (param i64 i64))) (import "extism:host/env" "load_u64" (func $load (param i64) (result i64)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (memory (export "memory") 1)
  (func (export "run") (local $at i64)
    (loop $l (call $store (local.get $at) (i64.const -1)) (local.set $at (i64.add (local.get $at) (i64.const 8)))
      (br_if $l (i64.lt_u (local.get $at) (i64.const 1048576))))
    (drop (call $alloc (i64.const 100))))
  (func (export "beyond") (drop (call $load (i64.const 1048575)))))
