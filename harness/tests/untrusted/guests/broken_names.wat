;; A name section that is cut short.
(module (memory (export "memory") 1) (func (export "run") unreachable) (@custom "name" "\01\ff\ff\ff\ff\0f"))
