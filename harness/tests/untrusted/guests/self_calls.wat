;; Loads itself as its peer and calls it, which does the same.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/user" "register_plugin" (func $register (param i64) (result i64)))
  (import "extism:host/user" "call_plugin" (func $call (param i64 i64 i64) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "selfrun")
  (func $text (param $at i32) (param $end i32) (result i64) (local $block i64) (local $to i64)
    (local.set $block (call $alloc (i64.extend_i32_u (i32.sub (local.get $end) (local.get $at)))))
    (local.set $to (local.get $block))
    (loop $next
      (call $store (local.get $to) (i32.load8_u (local.get $at)))
      (local.set $to (i64.add (local.get $to) (i64.const 1)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (local.get $block))
  (func (export "run")
    (drop (call $call
      (call $register (call $text (i32.const 0) (i32.const 4)))
      (call $text (i32.const 4) (i32.const 7))
      (call $text (i32.const 4) (i32.const 7)))))
  (func (export "many")
    (loop $again (drop (call $register (call $text (i32.const 0) (i32.const 4)))) (br $again))))
