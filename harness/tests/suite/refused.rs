//! What no host would load is not green here either.

use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, Host, Plugin, Source, check, hosts, strip};

use crate::guest::load;

/// As `chrono` with `Utc::now()` is built: the names are those that rustc gives.
const CHRONO: &str = r#"(module
    (import "extism:host/user" "mine" (func))
    (import "__wbindgen_placeholder__" "__wbg_new_0_23cedd11d9b40c9d" (func $new (result i32)))
    (memory (export "memory") 1)
    (func $_ZN6js_sys4Date5new_017h0123456789abcdefE (result i32) (call $new))
    (func $_ZN6chrono6offset3utc3Utc3now17h0123456789abcdefE (result i32)
      (call $_ZN6js_sys4Date5new_017h0123456789abcdefE))
    (func $_ZN9my_plugin5stamp17h0123456789abcdefE (export "stamp") (result i32)
      (drop (call $_ZN6chrono6offset3utc3Utc3now17h0123456789abcdefE)) (i32.const 0))
    (func (export "other")))"#;

fn refusal(wat: &str) -> Error {
    Plugin::load(wat.as_bytes()).unwrap_err()
}

fn breaches(wat: &str) -> String {
    let report = check(wat.as_bytes(), &hosts::profile("extism").unwrap()).unwrap();
    report.breaches().map(|breach| format!("{}; {}", breach.what, breach.fix)).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_import_of_javascript_names_the_crates_that_bring_it() {
    insta::assert_snapshot!(refusal(CHRONO), @r#"no host has `__wbindgen_placeholder__.__wbg_new_0_23cedd11d9b40c9d`, which the artifact imports, a function of JavaScript, as wasm-bindgen makes them (called by the crate `js_sys`, called by `chrono`, called by `my_plugin`): write `chrono = { version = "0.4", default-features = false, features = ["alloc"] }`, and make times from `ctx.clock().now()` (`cargo tree --target wasm32-unknown-unknown -i wasm-bindgen` shows who depends on it)"#);
    insta::assert_snapshot!(breaches(CHRONO), @r#"imports `__wbg_new_0_23cedd11d9b40c9d`, a function of JavaScript, as wasm-bindgen makes them (called by the crate `js_sys`, called by `chrono`, called by `my_plugin`), which no host has; write `chrono = { version = "0.4", default-features = false, features = ["alloc"] }`, and make times from `ctx.clock().now()` (`cargo tree --target wasm32-unknown-unknown -i wasm-bindgen` shows who depends on it)"#);
}

/// What ships has no names; the file beside it has.
#[test]
fn a_shipped_artifact_is_judged_with_the_names_beside_it() {
    let folder = std::env::temp_dir().join(format!("plugsmith-named-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let named = Source::from(CHRONO.as_bytes()).read().unwrap();
    std::fs::write(folder.join("app.wasm"), strip(&named).unwrap()).unwrap();
    let profile = hosts::profile("extism").unwrap();
    let alone = check(folder.join("app.wasm"), &profile).unwrap().to_string();
    std::fs::write(folder.join("app.named.wasm"), named).unwrap();
    let beside = check(folder.join("app.wasm"), &profile).unwrap().to_string();
    std::fs::remove_dir_all(folder).unwrap();
    assert!(!alone.contains("chrono"), "{alone}");
    assert!(beside.contains("(called by the crate `js_sys`, called by `chrono`, called by `my_plugin`)"), "{beside}");
}

#[test]
fn a_memory_that_is_not_exported_is_told() {
    let judge = |wat: &str| check(wat.as_bytes(), &hosts::profile("extism").unwrap()).unwrap().to_string();
    let hidden = r#"(module (memory 1) (func (export "run")))"#;
    let wasi = r#"(module (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
      (memory 1) (func (export "run")))"#;
    insta::assert_snapshot!(judge(hidden), @r#"note: exports no memory called `memory`, so that a host or a debugger cannot look into it; fix: export it: `(memory (export "memory") ..)`; Rust does, C and Zig need `--export-memory` of the linker, or none of its `--no-export-memory`"#);
    insta::assert_snapshot!(judge(wasi), @r#"
    note: imports `random_get` of WASI, which is off by default in the Python, Node and Go SDKs; fix: say in your documentation that the host must switch WASI on; or do without time and randomness
    note: exports no memory called `memory`, which `random_get` works on: calls of it fail; fix: export it: `(memory (export "memory") ..)`; Rust does, C and Zig need `--export-memory` of the linker, or none of its `--no-export-memory`
    "#);
}

#[test]
fn an_import_of_javascript_that_the_test_mocks_loads() {
    let host = Host::new().host("__wbg_new_0_23cedd11d9b40c9d", || 7_i32);
    Plugin::load_in(CHRONO.as_bytes(), host).unwrap().call::<()>("stamp", "").unwrap();
}

#[test]
fn imports_that_other_tools_leave_are_named_with_their_cure() {
    let of = |module: &str, name: &str, ty: &str| {
        let wat = format!(
            r#"(module (import "{module}" "{name}" (func {ty})) (memory (export "memory") 1) (func (export "run")))"#
        );
        let (refused, breach) = (Plugin::load(wat.as_bytes()).err(), breaches(&wat));
        assert_eq!(refused.is_none(), breach.is_empty(), "{refused:?} {breach}");
        refused.map_or_else(|| format!("{module} {name}: loads"), |error| error.to_string())
    };
    let told = [
        of("wbg", "__wbindgen_throw", "(param i32 i32)"),
        of("./my_bg.js", "now", "(result f64)"),
        of("env", "abort", ""),
        of("env", "malloc", "(param i32) (result i32)"),
        of("env", "emscripten_get_now", "(result f64)"),
        of("gojs", "runtime.wasmExit", "(param i32)"),
        of("wasi_unstable", "fd_write", "(param i32 i32 i32 i32) (result i32)"),
        of("wasi:clocks/wall-clock@0.2.0", "now", "(param i32)"),
        of("shop", "charge", "(param i64) (result i64)"),
        of("env", "charge", "(param i64) (result i64)"),
        of("env", "free", "(param i64)"),
        of("extism:host/user", "charge", "(param i64) (result i64)"),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_mock_of_what_extism_answers_itself_is_refused_with_what_does_it() {
    let names =
        ["http_request", "config_get", "var_set", "log_info", "alloc", "clock_time_get", "random_get", "fd_read"];
    let told = names.map(|name| load(Host::new().host(name, || {}), "").unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_mock_of_an_import_with_a_name_of_the_kernels_is_the_tests_own() {
    let wat = br#"(module (import "env" "http_request" (func $ask)) (func (export "run") (call $ask)))"#;
    Plugin::load_in(&wat[..], Host::new().host("http_request", || {})).unwrap().call::<()>("run", "").unwrap();
    let other = Host::new().http("GET https://example.com/", HttpResponse::new(200, ""));
    assert!(Plugin::load_in(&wat[..], other).unwrap().call::<()>("run", "").result.is_err());
}

#[test]
fn hooks_without_their_records_are_refused_everywhere() {
    for export in ["hook:BeforeCommand:guard", "transform:write:seal", "backend:Cold"] {
        let wat = format!(r#"(module (memory (export "memory") 1) (func (export "{export}")) (func (export "RUN")))"#);
        let (refused, breach) = (refusal(&wat).to_string(), breaches(&wat));
        assert_eq!(refused, format!("not a valid plugin: {}", breach.replacen("; ", ": ", 1)));
    }
    let wat = r#"(module (memory (export "memory") 1) (func (export "hook:BeforeCommand:guard")))"#;
    insta::assert_snapshot!(refusal(wat), @"not a valid plugin: exports `hook:BeforeCommand:guard` without the records that say when to call them: keep the custom section `plugsmith`, which tools remove: `wasm-strip --keep-section=plugsmith`; `cargo plugsmith pack` strips the rest");
}
