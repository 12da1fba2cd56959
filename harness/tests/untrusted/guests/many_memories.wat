;; Starts with many memories, each of them small.
(module (memory (export "memory") 1) (memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10)(memory 10) (func (export "run")))
