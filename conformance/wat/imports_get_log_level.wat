;; Imports `get_log_level`, and does not call it.
(module
  (import "extism:host/env" "get_log_level" (func (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (i32.const 0)))
