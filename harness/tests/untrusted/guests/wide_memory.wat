;; A memory with 64-bit addresses.
(module (memory (export "memory") i64 1) (func (export "run") (drop (i64.load (i64.const -1)))))
