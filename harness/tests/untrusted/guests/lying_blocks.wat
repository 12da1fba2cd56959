;; Overwrites the header of a block, and passes it on.
(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64))) (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
  (import "extism:host/user" "kv_write" (func $kv_write (param i64 i64))) (memory (export "memory") 1)
  (func (export "run") (local $b i64)
    (local.set $b (call $alloc (i64.const 64)))
    (call $store (i64.sub (local.get $b) (i64.const 12)) (i64.const 0x7fffffff7fffffff))
    (call $store (i64.sub (local.get $b) (i64.const 8)) (i64.const -1))
    (call $kv_write (local.get $b) (local.get $b))))
