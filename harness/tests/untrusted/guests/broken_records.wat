;; Says of itself what is no record.
(module (memory (export "memory") 1) (func (export "run")) (@custom "plugsmith" "{\"kind\":\"command\",\"name\":3}\n\ff\00"))
