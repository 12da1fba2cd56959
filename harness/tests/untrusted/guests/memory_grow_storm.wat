;; Takes page after page, and goes on when there is none left.
(module (memory (export "memory") 1) (func (export "run") (loop $l (drop (memory.grow (i32.const 1))) (br $l))))
