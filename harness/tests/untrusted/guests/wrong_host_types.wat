;; Imports a function of the host with other types.
(module (import "extism:host/user" "kv_read" (func $kv_read (param f64) (result i32))) (memory (export "memory") 1) (func (export "run") (drop (call $kv_read (f64.const 1)))))
