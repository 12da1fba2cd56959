;; Files and time through WASI, as a wasm32-wasip1 artifact of any language uses them.
;; An answer is `errno N` where WASI refuses.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_load_u8" (func $input_load_u8 (param i64) (result i32)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  ;; 0: a file's number. 8: address and length of a buffer. 16: the bytes moved. 1024: the input.
  ;; 4096: a file's contents. 256: a subscription of `poll_oneoff`, and 320 its event.
  (data (i32.const 64) "errno ")
  (data (i32.const 80) "written")
  (data (i32.const 96) "awake")

  ;; The contents of the file that the input names, in the first folder that the host gives.
  (func (export "read") (result i32)
    (local $errno i32)
    ;; RIGHTS: fd_read.
    (local.set $errno (call $open (call $input) (i32.const 0) (i64.const 2)))
    (if (local.get $errno) (then (return (call $refused (local.get $errno)))))
    (call $buffer (i32.const 4096) (i32.const 4096))
    (local.set $errno (call $fd_read (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 16)))
    (drop (call $fd_close (i32.load (i32.const 0))))
    (if (local.get $errno) (then (return (call $refused (local.get $errno)))))
    (call $answer (i32.const 4096) (i32.load (i32.const 16))))

  ;; Writes the input's text into the file that it names, anew.
  (func (export "write") (result i32)
    (local $errno i32)
    ;; CREAT and TRUNC; RIGHTS: fd_write.
    (local.set $errno (call $open (call $input) (i32.const 9) (i64.const 64)))
    (if (local.get $errno) (then (return (call $refused (local.get $errno)))))
    (call $buffer (i32.const 1024) (i32.wrap_i64 (call $input_length)))
    (local.set $errno (call $fd_write (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 16)))
    (drop (call $fd_close (i32.load (i32.const 0))))
    (if (local.get $errno) (then (return (call $refused (local.get $errno)))))
    (call $answer (i32.const 80) (i32.const 7)))

  ;; Sleeps for as many tenths of a second as the input is long.
  (func (export "sleep") (result i32)
    (local $errno i32)
    ;; The monotonic clock, a relative time, in nanoseconds.
    (i32.store (i32.const 272) (i32.const 1))
    (i64.store (i32.const 280) (i64.mul (call $input_length) (i64.const 100000000)))
    (local.set $errno (call $poll_oneoff (i32.const 256) (i32.const 320) (i32.const 1) (i32.const 16)))
    (if (local.get $errno) (then (return (call $refused (local.get $errno)))))
    (call $answer (i32.const 96) (i32.const 5)))

  ;; Copies the input to its place; its length.
  (func $input (result i32)
    (local $at i64)
    (block $done
      (loop $next
        (br_if $done (i64.ge_u (local.get $at) (call $input_length)))
        (i32.store8
          (i32.add (i32.const 1024) (i32.wrap_i64 (local.get $at)))
          (call $input_load_u8 (local.get $at)))
        (local.set $at (i64.add (local.get $at) (i64.const 1)))
        (br $next)))
    (i32.wrap_i64 (call $input_length)))

  ;; Opens the file that the input names; its number is at 0.
  (func $open (param $length i32) (param $flags i32) (param $rights i64) (result i32)
    (call $path_open
      (i32.const 3) (i32.const 0) (i32.const 1024) (local.get $length) (local.get $flags)
      (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 0)))

  (func $buffer (param $address i32) (param $length i32)
    (i32.store (i32.const 8) (local.get $address))
    (i32.store (i32.const 12) (local.get $length)))

  (func $refused (param $errno i32) (result i32)
    (i32.store8 (i32.const 70) (i32.add (i32.const 48) (i32.div_u (local.get $errno) (i32.const 10))))
    (i32.store8 (i32.const 71) (i32.add (i32.const 48) (i32.rem_u (local.get $errno) (i32.const 10))))
    (call $answer (i32.const 64) (i32.const 8)))

  (func $answer (param $address i32) (param $length i32) (result i32)
    (local $block i64) (local $at i32)
    (local.set $block (call $alloc (i64.extend_i32_u (local.get $length))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (call $store_u8
          (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))
          (i32.load8_u (i32.add (local.get $address) (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (call $output_set (local.get $block) (i64.extend_i32_u (local.get $length)))
    (i32.const 0)))
