;; Imports a global.
(module (import "extism:host/env" "alloc" (global i64)) (memory (export "memory") 1) (func (export "run")))
