;; Exports only what Extism cannot call.
(module (memory (export "memory") 1) (func (export "run") (param i64)) (func (export "float") (result f64) (f64.const 1)) (func (export "fine") (result i32) (i32.const -1)))
