;; Makes a table larger that has no maximum.
(module (memory (export "memory") 1) (table 1 externref)
  (func (export "run") (loop $l (drop (table.grow (ref.null extern) (i32.const 100000))) (br $l))))
