;; Copies beyond the end of its memory.
(module (memory (export "memory") 1)
  (func (export "run") (memory.copy (i32.const 0) (i32.const 65530) (i32.const 100)))
  (func (export "fill") (memory.fill (i32.const -1) (i32.const 0) (i32.const 2))))
