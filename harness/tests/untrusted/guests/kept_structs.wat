;; Makes a list of objects that the collector cannot free.
(module (memory (export "memory") 1) (rec (type $n (struct (field (mut (ref null $n))) (field i64))))
  (global $head (mut (ref null $n)) (ref.null $n))
  (func (export "run") (loop $l (global.set $head (struct.new $n (global.get $head) (i64.const 1))) (br $l))))
