;; Divides by zero, and loses a number.
(module (memory (export "memory") 1)
  (func (export "run") (result i32) (i32.div_s (i32.const 1) (i32.const 0)))
  (func (export "overflow") (result i32) (i32.div_s (i32.const -2147483648) (i32.const -1)))
  (func (export "truncate") (result i32) (i32.trunc_f64_s (f64.const 1e300))))
