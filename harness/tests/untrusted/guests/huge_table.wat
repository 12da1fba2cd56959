;; Starts with a table of four billion elements.
(module (memory (export "memory") 1) (table 4294967295 funcref) (func (export "run")))
