;; One export for each thing that a host grants or limits.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "load_u8" (func $load_u8 (param i64) (result i32)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_offset" (func $input_offset (result i64)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (import "extism:host/env" "error_set" (func $error_set (param i64)))
  (import "extism:host/env" "config_get" (func $config_get (param i64) (result i64)))
  (import "extism:host/env" "var_get" (func $var_get (param i64) (result i64)))
  (import "extism:host/env" "var_set" (func $var_set (param i64 i64)))
  (import "extism:host/env" "http_request" (func $http_request (param i64 i64) (result i64)))
  (import "extism:host/env" "http_headers" (func $http_headers (result i64)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)

  (func $answer (param $block i64)
    (if (i64.ne (local.get $block) (i64.const 0))
      (then (call $output_set (local.get $block) (call $length (local.get $block))))))

  ;; A copy of the input, in a block that the host may free.
  (func $input (result i64)
    (local $block i64) (local $at i64)
    (local.set $block (call $alloc (call $input_length)))
    (block $done (loop $next
      (br_if $done (i64.ge_u (local.get $at) (call $input_length)))
      (call $store_u8
        (i64.add (local.get $block) (local.get $at))
        (call $load_u8 (i64.add (call $input_offset) (local.get $at))))
      (local.set $at (i64.add (local.get $at) (i64.const 1)))
      (br $next)))
    (local.get $block))

  ;; The bytes in this module's memory, in a block.
  (func $block (param $place i32) (param $size i32) (result i64)
    (local $block i64) (local $at i32)
    (local.set $block (call $alloc (i64.extend_i32_u (local.get $size))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $size)))
      (call $store_u8
        (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))
        (i32.load8_u (i32.add (local.get $place) (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (local.get $block))

  (func (export "echo") (call $output_set (call $input_offset) (call $input_length)))
  ;; The value of the key that is the input.
  (func (export "config") (call $answer (call $config_get (call $input))))
  ;; What the variable `seen` holds, which then is the input.
  (data (i32.const 0) "seen")
  (func (export "remember")
    (call $answer (call $var_get (call $block (i32.const 0) (i32.const 4))))
    (call $var_set (call $block (i32.const 0) (i32.const 4)) (call $input)))
  ;; The page that the input, a request in JSON, asks for.
  (func (export "fetch") (call $answer (call $http_request (call $input) (i64.const 0))))
  ;; The headers of that page.
  (func (export "fetch_headers")
    (drop (call $http_request (call $input) (i64.const 0)))
    (call $answer (call $http_headers)))
  (func (export "fail") (result i32) (call $error_set (call $input)) (i32.const 1))
  (func (export "trap") unreachable)
  (func (export "spin") (loop $again (br $again)))
  ;; As many pages more as the input has bytes; the number of pages before, or -1.
  (func (export "grow") (result i32)
    (if (i32.eq (memory.grow (i32.wrap_i64 (call $input_length))) (i32.const -1)) (then (unreachable)))
    (i32.const 0))
  (data (i32.const 8) "\ff\fe")
  (func (export "not_text") (call $answer (call $block (i32.const 8) (i32.const 2))))
  (func (export "with_parameters") (param i32))

  ;; The file that the input names, from the first folder that WASI opens: at most 100 bytes. An
  ;; errno of WASI's becomes the return code.
  (func $file (param $flags i32) (param $rights i64) (result i32)
    (local $at i32) (local $errno i32) (local $size i32)
    (local.set $size (i32.wrap_i64 (call $input_length)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $size)))
      (i32.store8
        (i32.add (i32.const 256) (local.get $at))
        (call $load_u8 (i64.add (call $input_offset) (i64.extend_i32_u (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (call $path_open
      (i32.const 3) (i32.const 0) (i32.const 256) (local.get $size)
      (local.get $flags) (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 16)))
  (func (export "read_file") (result i32)
    (local $errno i32)
    (if (local.tee $errno (call $file (i32.const 0) (i64.const 2))) (then (return (local.get $errno))))
    (i32.store (i32.const 24) (i32.const 512))
    (i32.store (i32.const 28) (i32.const 100))
    (if (local.tee $errno (call $fd_read (i32.load (i32.const 16)) (i32.const 24) (i32.const 1) (i32.const 20)))
      (then (return (local.get $errno))))
    (call $answer (call $block (i32.const 512) (i32.load (i32.const 20))))
    (i32.const 0))
  ;; Makes the file that the input names.
  (func (export "make_file") (result i32) (call $file (i32.const 1) (i64.const 64))))
