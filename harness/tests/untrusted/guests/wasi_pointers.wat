;; Passes WASI places that are not in its memory.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "write") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 100000000) (i32.const -4))))
  (func (export "read") (drop (call $read (i32.const 0) (i32.const -8) (i32.const 1) (i32.const 0))))
  (func (export "poll") (drop (call $poll (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0))))
  (func (export "environ") (drop (call $environ (i32.const -1) (i32.const -1))))
  (func (export "open") (drop (call $open (i32.const 3) (i32.const 0) (i32.const -1) (i32.const 10) (i32.const 0) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const -4)))))
