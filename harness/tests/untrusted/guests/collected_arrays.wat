;; Makes objects of the collector without end.
(module (memory (export "memory") 1) (type $a (array (mut i64)))
  (func (export "run") (loop $l (drop (array.new_default $a (i32.const 100000))) (br $l)))
  (func (export "large") (drop (array.new_default $a (i32.const 500000000)))))
