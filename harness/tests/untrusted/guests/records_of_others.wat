;; Says that it has what it does not export.
(module (memory (export "memory") 1) (func (export "run")) (@custom "plugsmith" "{\"kind\":\"hook\",\"event\":\"OnKeyWrite\",\"priority\":1,\"export\":\"nowhere\"}\n{\"kind\":\"command\",\"name\":\"a b\\n\",\"arity\":-2147483648}"))
