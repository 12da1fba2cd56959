;; Logs without end.
(module
  (import "extism:host/env" "log_warn" (func $log (param i64)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (memory (export "memory") 1)
  (func (export "run") (loop $again (call $log (call $alloc (i64.const 1000))) (br $again))))
