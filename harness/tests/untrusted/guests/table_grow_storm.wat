;; Makes a table larger without end.
(module (memory (export "memory") 1) (table 1 1000000 funcref)
  (func (export "run") (loop $l (drop (table.grow (ref.null func) (i32.const 10000))) (br $l))))
