;; Imports a function of the kernel with other types.
(module (import "extism:host/env" "alloc" (func $alloc (param i32) (result i32))) (memory (export "memory") 1) (func (export "run") (drop (call $alloc (i32.const 1)))))
