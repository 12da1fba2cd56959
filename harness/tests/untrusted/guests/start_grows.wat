;; A start function that takes all memory.
(module (memory (export "memory") 1) (func $s (loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))) (start $s) (func (export "run")))
