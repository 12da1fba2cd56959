;; Copies all of its memory again and again.
(module (memory (export "memory") 50)
  (func (export "run") (loop $l (memory.copy (i32.const 0) (i32.const 1) (i32.const 3276799)) (br $l))))
