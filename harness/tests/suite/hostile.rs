//! Guests that mean harm: every one ends in an error of its own, and the test process lives on.

use plugsmith_harness::{Error, Host, Plugin, assert_outcome_snapshot};

use crate::guest::{load, plugin, with_kernel};

pub(crate) fn error(host: Host, parts: &str) -> String {
    match load(host, parts) {
        Ok(mut plugin) => plugin.call::<Vec<u8>>("run", "").unwrap_err().to_string(),
        Err(error) => format!("load: {error}"),
    }
}

/// Makes a block, overwrites the length in its header, and hands it to `$use`.
fn with_lying_block(usage: &str) -> String {
    format!(
        r#"(data (i32.const 0) "key") (func (export "run") (local $b i64)
          (local.set $b (call $block (i32.const 0) (i32.const 3)))
          (call $store_u8 (i64.sub (local.get $b) (i64.const 1)) (i32.const 255))
          (call $store_u8 (i64.sub (local.get $b) (i64.const 2)) (i32.const 255))
          {usage})"#
    )
}

#[test]
fn a_block_that_lies_about_its_length_is_refused_everywhere() {
    let uses = [
        "(drop (call $config_get (local.get $b)))",
        "(drop (call $var_get (local.get $b)))",
        "(call $var_set (local.get $b) (i64.const 0))",
        "(call $var_set (call $block (i32.const 0) (i32.const 3)) (local.get $b))",
        "(call $log_info (local.get $b))",
        "(call $error_set (local.get $b))",
        "(drop (call $http_request (local.get $b) (i64.const 0)))",
        "(drop (call $charge (local.get $b) (i64.const 0)))",
        "(call $answer (local.get $b))",
    ];
    let host = || Host::new().host("charge", |_: String, _: i64| String::new());
    let errors: Vec<String> = uses.iter().map(|usage| error(host(), &with_lying_block(usage))).collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    host function `config_get` failed: the block at 77 claims 4294901763 bytes, beyond the memory's end
    host function `var_get` failed: the block at 77 claims 4294901763 bytes, beyond the memory's end
    host function `var_set` failed: the block at 77 claims 4294901763 bytes, beyond the memory's end
    host function `var_set` failed: the block at 77 claims 4294901763 bytes, beyond the memory's end
    host function `log_info` failed: the block at 77 claims 4294901763 bytes, beyond the memory's end
    host function `error_set` failed: the block at 77 claims 4294901763 bytes, beyond the memory's end
    host function `http_request` failed: the block at 77 claims 4294901763 bytes, beyond the memory's end
    host function `charge` failed: the block at 77 claims 4294901763 bytes, beyond the memory's end
    bad output of `run`: output_set(77, 4294901763) names no part of the kernel's memory of 1048576 bytes
    ");
}

#[test]
fn an_output_that_lies_about_its_place_is_bad() {
    let outputs = [
        "(call $output_set (i64.const 1000) (i64.const 4294967295))",
        "(call $output_set (i64.const 1099511627776) (i64.const 5))",
        "(call $output_set (i64.const 1000) (i64.const -100))",
        "(call $output_set (i64.const -8) (i64.const 16))",
        "(call $output_set (i64.const 1000) (i64.const 9223372036854775807))",
    ];
    let errors: Vec<String> =
        outputs.iter().map(|output| error(Host::new(), &format!("(func (export \"run\") {output})"))).collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    bad output of `run`: output_set(1000, 4294967295) names no part of the kernel's memory of 1048576 bytes
    bad output of `run`: output_set(1099511627776, 5) names no part of the kernel's memory of 1048576 bytes
    bad output of `run`: output_set(1000, 18446744073709551516) names no part of the kernel's memory of 1048576 bytes
    bad output of `run`: output_set(18446744073709551608, 16) names no part of the kernel's memory of 1048576 bytes
    bad output of `run`: output_set(1000, 9223372036854775807) names no part of the kernel's memory of 1048576 bytes
    ");
}

#[test]
fn the_kernels_own_note_of_the_outputs_length_is_not_believed() {
    // The kernel keeps it at address 57, which `store_u64` reaches.
    let mut plugin = plugin(r#"(func (export "run") (call $store_u64 (i64.const 57) (i64.const 0x7fffffffffffff00)))"#);
    assert_eq!(plugin.call::<Vec<u8>>("run", "").unwrap(), b"");
    assert_eq!(plugin.call::<Vec<u8>>("run", "").unwrap(), b"");
}

#[test]
fn corrupted_headers_of_all_blocks_do_not_reach_the_host() {
    let parts = r#"(func (export "run") (local $at i64)
      (drop (call $alloc (i64.const 1000)))
      (local.set $at (i64.const 57))
      (loop $next
        (call $store_u64 (local.get $at) (i64.const 0x0101010101010101))
        (local.set $at (i64.add (local.get $at) (i64.const 8)))
        (br_if $next (i64.lt_u (local.get $at) (i64.const 4096)))))
    (func (export "ask") (drop (call $charge (i64.const 77) (i64.const 0))))"#;
    let host = Host::new().host("charge", |_: String, _: i64| "a receipt".repeat(1000));
    let mut plugin = load(host, parts).unwrap();
    for _ in 0..3 {
        let _ = plugin.call::<Vec<u8>>("run", "x".repeat(2000));
        let _ = plugin.call::<Vec<u8>>("ask", "x".repeat(2_000_000));
    }
    insta::assert_snapshot!(plugin.call::<Vec<u8>>("ask", "").unwrap_err(), @"host function `charge` failed: invalid memory offset: 77 is no block");
}

#[test]
fn junk_for_the_kernels_functions_is_harmless() {
    let mut calls = String::new();
    for value in
        ["0", "1", "57", "64", "65", "77", "1048576", "4294967284", "281474976710656", "-1", "-12", "-2147483648"]
    {
        let junk = format!("(i64.const {value})");
        for name in ["free", "error_set", "log_info"] {
            calls.push_str(&format!("(func (export \"{name} {value}\") (call ${name} {junk}))"));
        }
        for name in ["alloc", "length", "length_unsafe", "load_u64", "input_load_u64", "config_get", "var_get"] {
            calls.push_str(&format!("(func (export \"{name} {value}\") (drop (call ${name} {junk})) (drop (call $alloc (i64.const 100))) (drop (call $charge (i64.const 0) (i64.const 0))))"));
        }
        for name in ["store_u64", "input_set", "output_set", "var_set"] {
            calls.push_str(&format!("(func (export \"{name} {value}\") (call ${name} {junk} {junk}))"));
        }
        for name in ["http_request", "charge"] {
            calls.push_str(&format!("(func (export \"{name} {value}\") (drop (call ${name} {junk} {junk})))"));
        }
    }
    let host = Host::new().fuel(100_000_000).host("charge", |_: String, _: i64| "receipt".repeat(20_000));
    let mut plugin = load(host, &calls).unwrap();
    let names: Vec<String> = plugin.module().callable().map(str::to_owned).collect();
    let mut results = Vec::new();
    for name in &names {
        let outcome = plugin.call::<Vec<u8>>(name, "input");
        let result = outcome.result.map_or_else(|error| error.to_string(), |output| format!("{} bytes", output.len()));
        results.push(format!("{name} => {result}"));
    }
    insta::assert_snapshot!(results.join("\n"));
}

#[test]
fn a_guest_that_resets_the_kernel_and_moves_its_input_harms_itself_only() {
    let mut plugin = plugin(
        r#"(func (export "run") (call $input_set (i64.const 100) (i64.const 1000000000)) (call $reset)
          (call $output_set (call $alloc (i64.const 10)) (i64.const 10)))"#,
    );
    assert_eq!(plugin.call::<Vec<u8>>("run", "input").unwrap(), [0; 10]);
    assert_eq!(plugin.call::<Vec<u8>>("run", "input").unwrap(), [0; 10]);
}

#[test]
fn an_output_of_100_mb_arrives_whole() {
    let mut plugin = plugin(
        r#"(func (export "run") (local $b i64)
          (local.set $b (call $alloc (i64.const 100000000)))
          (call $store_u8 (i64.add (local.get $b) (i64.const 99999999)) (i32.const 7))
          (call $answer (local.get $b)))"#,
    );
    let outcome = plugin.call::<Vec<u8>>("run", "");
    assert!(outcome.trace().len() < 2000, "{}", outcome.trace().len());
    let output = outcome.unwrap();
    assert_eq!((output.len(), output.last()), (100_000_000, Some(&7)));
}

#[test]
fn an_output_beyond_the_limit_is_out_of_memory() {
    let parts = r#"(func (export "run") (call $answer (call $alloc (i64.const 200000000))))"#;
    insta::assert_snapshot!(error(Host::new(), parts), @"out of memory: more than 2048 pages of 64 KiB");
}

#[test]
fn replies_that_are_no_resp_are_bad_output() {
    let deep = "*1\\0d\\0a".repeat(10_000);
    let replies =
        ["", "hello", "*1000000000\\0d\\0a", "$9999999999\\0d\\0ahi", "$-7\\0d\\0a", ":1\\0d\\0a:2\\0d\\0a", &deep];
    let errors: Vec<String> = replies
        .iter()
        .map(|reply| {
            let length = reply.replace("\\0d\\0a", "..").len();
            let mut plugin = plugin(&format!(
                "(data (i32.const 0) \"{reply}\") (func (export \"RUN\") (call $answer (call $block (i32.const 0) (i32.const {length}))))"
            ));
            plugin.command("RUN", ()).unwrap_err().to_string()
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    bad output of `RUN`: invalid RESP at byte 0: the value is cut short: ""
    bad output of `RUN`: invalid RESP at byte 0: not the first byte of a value: "hello"
    bad output of `RUN`: invalid RESP at byte 1: a length exceeds the bytes that follow: "*1000000000\r\n"
    bad output of `RUN`: invalid RESP at byte 1: a length exceeds the bytes that follow: "$9999999999\r\nhi"
    bad output of `RUN`: invalid RESP at byte 1: a negative length: "$-7\r\n"
    bad output of `RUN`: invalid RESP at byte 4: bytes after the value: ":1\r\n:2\r\n"
    bad output of `RUN`: invalid RESP at byte 256: nested too deeply: "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*.. (40000 bytes)
    "#);
}

#[test]
fn a_million_host_calls_leave_a_trace_that_can_be_read() {
    let host =
        Host::new().fuel(30_000_000_000).timeout(std::time::Duration::MAX).host("charge", |_: i64, _: i64| 7_i64);
    let mut plugin = load(
        host,
        r#"(func (export "run") (local $n i64)
          (loop $next
            (drop (call $charge (local.get $n) (i64.const 1)))
            (local.set $n (i64.add (local.get $n) (i64.const 1)))
            (br_if $next (i64.lt_u (local.get $n) (i64.const 1000000)))))"#,
    )
    .unwrap();
    let outcome = plugin.call::<Vec<u8>>("run", "");
    let trace = outcome.trace();
    let lines: Vec<&str> = trace.lines().collect();
    let shown = [&lines[..2], &["  [...]"], &lines[9_999..10_003], &["  [...]"], &lines[lines.len() - 2..]].concat();
    insta::assert_snapshot!(shown.join("\n"), @"
    run
      charge 0 1 -> 7
      [...]
      charge 9998 1 -> 7
      charge 9999 1 -> 7
      .. 989900 more host calls and log lines
      charge 999900 1 -> 7
      [...]
      charge 999999 1 -> 7
    => nothing
    ");
}

#[test]
fn a_huge_line_of_the_log_is_cut() {
    let mut plugin = plugin(r#"(func (export "run") (call $log_info (call $alloc (i64.const 50000000))))"#);
    let outcome = plugin.call::<Vec<u8>>("run", "");
    assert_eq!(outcome.logs()[0].text.len(), 1024 * 1024 + ".. (50000000 bytes)".len());
    assert!(outcome.trace().len() < 20_000, "{}", outcome.trace().len());
}

#[test]
fn a_line_of_the_log_with_line_breaks_stays_in_its_place() {
    let mut plugin = plugin(
        r#"(data (i32.const 0) "one\ntwo") (func (export "run") (call $log_info (call $block (i32.const 0) (i32.const 7))))"#,
    );
    assert_outcome_snapshot!(plugin.call::<Vec<u8>>("run", ""), @"
    run
      log info: one
          two
    => nothing
    ");
}

#[test]
fn an_import_that_is_no_function_is_refused() {
    let imports = [
        r#"(import "extism:host/env" "memory" (memory 1))"#,
        r#"(import "extism:host/env" "extism_context" (global (mut externref)))"#,
        r#"(import "env" "table" (table 1 funcref))"#,
    ];
    let errors: Vec<String> = imports
        .iter()
        .map(|import| Plugin::load(format!("(module {import})").as_bytes()).unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    not a valid plugin: it asks its host for the memory `extism:host/env.memory`: hosts give functions only: define it in the module, without `--import-memory`, `--import-table` or dynamic linking
    not a valid plugin: it asks its host for the global `extism:host/env.extism_context`: hosts give functions only: define it in the module, without `--import-memory`, `--import-table` or dynamic linking
    not a valid plugin: it asks its host for the table `env.table`: hosts give functions only: define it in the module, without `--import-memory`, `--import-table` or dynamic linking
    ");
}

#[test]
fn features_that_the_host_lacks_are_named() {
    let modules = [
        "(module (memory 1 (pagesize 1)))",
        "(module (func (param i64 i64 i64 i64) (result i64 i64) (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3))))",
        "(module (type $f (func)) (type $c (cont $f)))",
    ];
    let errors: Vec<String> =
        modules.iter().map(|module| Plugin::load(module.as_bytes()).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    not a valid plugin: it uses the wasm proposal custom-page-sizes, which Extism does not run: build it without the target feature
    not a valid plugin: it uses the wasm proposal wide-arithmetic, which Extism does not run: build it without the target feature
    not a valid plugin: it uses the wasm proposal stack-switching, which Extism does not run: build it without the target feature
    ");
}

#[test]
fn a_broken_name_section_does_not_matter() {
    let mut wasm = plugsmith_wasm(r#"(module (func (export "run")))"#);
    // A custom section `name` whose contents are no names.
    wasm.extend([0, 8, 4, b'n', b'a', b'm', b'e', 1, 99, 255]);
    assert_eq!(Plugin::load(wasm).unwrap().call::<Vec<u8>>("run", "").unwrap(), b"");
}

#[test]
fn a_mock_that_panics_fails_the_test_with_its_own_words() {
    let host = Host::new().host("charge", |_: i64, _: i64| -> i64 { panic!("never charge") });
    let mut plugin = load(host, r#"(func (export "run") (drop (call $charge (i64.const 1) (i64.const 2))))"#).unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = plugin.call::<Vec<u8>>("run", "");
    }));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"never charge"));
}

#[test]
fn a_plugin_that_trapped_within_a_hundred_calls_of_the_host_starts_anew() {
    let host = Host::new().host("charge", |_: i64, _: i64| 1_i64);
    let mut plugin = load(
        host,
        r#"(global $n (mut i64) (i64.const 0))
        (func (export "run") (global.set $n (i64.add (global.get $n) (call $charge (i64.const 0) (i64.const 0))))
          (if (i64.ge_u (global.get $n) (i64.const 3)) (then unreachable)))"#,
    )
    .unwrap();
    let failed: Vec<bool> = (0..7).map(|_| plugin.call::<Vec<u8>>("run", "").result.is_err()).collect();
    assert_eq!(failed, [false, false, true, false, false, true, false]);
}

#[test]
fn bytes_that_only_begin_as_wasm_are_refused() {
    let whole = plugsmith_wasm(std::str::from_utf8(&with_kernel("(func (export \"run\"))")).unwrap());
    for length in 0..whole.len() {
        // A module may end after any section.
        let loaded = Plugin::load(&whole[..length]).map(|_| ());
        assert!(matches!(loaded, Err(Error::InvalidModule { .. }) | Ok(())), "{loaded:?}");
    }
}

fn plugsmith_wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn text_where_wasm_should_be_shows_its_place() {
    insta::assert_snapshot!(Plugin::load(&b"(module (func $f (call $g)))"[..]).unwrap_err(), @"
    not a valid plugin: unknown func: failed to find name `$g`
         --> <anon>:1:24
          |
        1 | (module (func $f (call $g)))
          |                        ^
    ");
}

#[test]
fn an_invalid_module_with_imports_loads_nowhere() {
    let mut wasm = wat::parse_bytes(&with_kernel("")).unwrap().into_owned();
    wasm.push(99);
    insta::assert_snapshot!(Plugin::load(wasm).unwrap_err(), @"not a valid plugin: unexpected end-of-file (at offset 0x557)");
}
