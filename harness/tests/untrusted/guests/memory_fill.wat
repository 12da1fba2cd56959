;; Fills all of its memory again and again: hardly any fuel.
(module (memory (export "memory") 50)
  (func (export "run") (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 3276800)) (br $l))))
