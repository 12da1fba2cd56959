;; Imports a function of a module that nobody has.
(module (import "\1b[31m" "f\n" (func)) (memory (export "memory") 1) (func (export "run")))
