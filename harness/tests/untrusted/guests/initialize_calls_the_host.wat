;; An `_initialize` that calls the host.
(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64))) (import "extism:host/user" "kv_read" (func $kv_read (param i64) (result i64)))
  (memory (export "memory") 1) (func (export "_initialize") (drop (call $kv_read (call $alloc (i64.const 3))))) (func (export "run")))
