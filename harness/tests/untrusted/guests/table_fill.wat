;; Fills a table again and again.
(module (memory (export "memory") 1) (table 1000000 funcref)
  (func (export "run") (loop $l (table.fill (i32.const 0) (ref.null func) (i32.const 1000000)) (br $l))))
