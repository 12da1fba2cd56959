;; Calls the host without end.
(module (import "extism:host/user" "kv_read" (func $kv_read (param i64) (result i64))) (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (memory (export "memory") 1) (func (export "run") (local $b i64) (local.set $b (call $alloc (i64.const 3))) (loop $l (drop (call $kv_read (local.get $b))) (br $l))))
