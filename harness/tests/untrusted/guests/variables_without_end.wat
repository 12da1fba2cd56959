;; Fills the host's variables.
(module
  (import "extism:host/env" "var_set" (func $var_set (param i64 i64)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (memory (export "memory") 1)
  (func (export "run")
    (call $var_set (call $alloc (i64.const 1)) (call $alloc (i64.const 700000)))
    (call $var_set (call $alloc (i64.const 2)) (call $alloc (i64.const 700000)))))
