;; Throws what nobody catches.
(module (memory (export "memory") 1) (tag $t) (func (export "run") (throw $t)))
