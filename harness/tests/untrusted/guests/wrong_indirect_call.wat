;; Calls a function through a table as what it is not.
(module (memory (export "memory") 1) (type $t (func (param i64))) (table 1 funcref) (elem (i32.const 0) $a)
  (func $a) (func (export "run") (call_indirect (type $t) (i64.const 1) (i32.const 0))))
