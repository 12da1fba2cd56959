;; Imports `http_headers`, and does not call it.
(module
  (import "extism:host/env" "http_headers" (func (result i64)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (i32.const 0)))
