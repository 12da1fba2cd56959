;; What no plugin of ours does: the least careful guest that a host may meet.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (import "extism:host/env" "error_set" (func $error_set (param i64)))
  (import "extism:host/user" "kv_read" (func $kv_read (param i64) (result i64)))
  (memory (export "memory") 1)

  ;; Fails, and does not say why.
  (func (export "fail_silently") (result i32) (i32.const 1))

  ;; Fails, with an error of no bytes.
  (func (export "fail_with_nothing") (result i32)
    (call $error_set (call $alloc (i64.const 0)))
    (i32.const 1))

  ;; Sets an error, and says that all is well.
  (func (export "succeed_with_error") (result i32)
    (call $error_set (call $byte (i32.const 33)))
    (i32.const 0))

  ;; The digit that says how long a block the host gives for a key that is not there.
  (func (export "length_of_absent") (result i32)
    (local $found i64)
    (local.set $found (call $kv_read (call $byte (i32.const 107))))
    (call $output_set
      (call $byte (i32.add (i32.const 48) (i32.wrap_i64 (call $length (local.get $found)))))
      (i64.const 1))
    (i32.const 0))

  ;; A panic without a hook.
  (func (export "trap") (result i32) unreachable)

  ;; A block of one byte.
  (func $byte (param $value i32) (result i64)
    (local $block i64)
    (local.set $block (call $alloc (i64.const 1)))
    (call $store_u8 (local.get $block) (local.get $value))
    (local.get $block)))
