;; Calls itself without end, and without a stack.
(module (memory (export "memory") 1) (func $f (return_call $f)) (func (export "run") (call $f)))
