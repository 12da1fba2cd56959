//! What each host says of an artifact.

use plugsmith_harness::__private::Author;
use plugsmith_harness::hosts::query::{JavaScript, Query};
use plugsmith_harness::hosts::{extism, profile, profiles};
use plugsmith_harness::{Error, Host, Level, Plugin, Profile, Source, build, build_with, check, check_with};

use crate::guest::{GUEST, folder};

/// What every host says, a line for each finding.
fn told(artifact: impl Into<Source>) -> String {
    let artifact = artifact.into();
    let reports = profiles().iter().map(|profile| check(artifact.clone(), profile).unwrap()).collect::<Vec<_>>();
    reports
        .iter()
        .flat_map(|report| {
            report.to_string().lines().map(|line| format!("{}: {line}\n", report.host)).collect::<Vec<_>>()
        })
        .collect()
}

fn of(word: &str, wat: &str) -> String {
    check(wat.as_bytes(), &profile(word).unwrap()).unwrap().to_string()
}

fn example(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    build_with(&folder, Profile::Release, &mut |_| {}).unwrap()
}

#[test]
fn a_plugin_of_query_is_told_what_each_host_thinks() {
    insta::assert_snapshot!(told(example("query-argon2")));
}

#[test]
fn a_plugin_of_ferrite_is_told_what_each_host_thinks() {
    insta::assert_snapshot!(told(example("ferrite-hello")));
}

#[test]
fn a_plugin_of_extism_is_told_what_each_host_thinks() {
    insta::assert_snapshot!(told(example("extism-tour")));
}

#[test]
fn the_files_of_wasi_are_for_hosts_that_have_them() {
    insta::assert_snapshot!(told(GUEST.as_bytes()));
}

#[test]
fn what_is_no_module_is_a_breach() {
    let newer = r#"(module (func (export "run")) (@custom "plugsmith" "{\22kind\22:\22comet\22}\n"))"#;
    insta::assert_snapshot!(
        [of("extism", "(module (memory (import \"env\" \"memory\") 1))"), of("extism", newer)].concat()
    );
    assert!(matches!(check("no/such.wasm", &profile("query").unwrap()).unwrap_err(), Error::MissingArtifact { .. }));
}

#[test]
fn a_name_given_twice_is_to_be_found_in_the_source() {
    let record = r#"{\22kind\22:\22data_type\22,\22name\22:\22ONE\22,\22encoding\22:\22compact\22,\22version\22:1}\n"#;
    let wat = format!(r#"(module (func (export "run")) (@custom "plugsmith" "{record}{record}"))"#);
    insta::assert_snapshot!(of("ferrite", &wat), @"breach: is not a valid plugin: two data types are called `ONE`; fix: rename one, in its source or in a crate that it links");
}

#[test]
fn a_command_of_the_host_is_refused() {
    let command = |name: &str| {
        let record = format!(r#"{{\22kind\22:\22command\22,\22name\22:\22{name}\22,\22arity\22:1}}\n"#);
        format!(r#"(module (func (export "{name}") (result i32) i32.const 0) (@custom "plugsmith" "{record}"))"#)
    };
    let told = ["get", "PLUGIN.LOAD", "MY.GET"].map(|name| of("ferrite", &command(name))).concat();
    insta::assert_snapshot!(told, @r#"
    note: has a command called get, which Redis has, too: here the plugin's answers; fix: if that is not meant, put the plugin's word before it: `name = "MY.get"`
    breach: has a command called PLUGIN.LOAD, which is the host's own; fix: put the plugin's word before it: `name = "MY.PLUGIN.LOAD"`
    "#);
    insta::assert_snapshot!(of("extism", &command("GET")), @"");
}

#[test]
fn a_function_of_the_same_name_and_other_types_is_another() {
    let wat = r#"(module (import "xtp:test/harness" "time" (func (param i64 i64))) (func (export "run")))"#;
    insta::assert_snapshot!(of("ferrite", wat).lines().next().unwrap(), @"breach: imports `time(i64, i64)` from `xtp:test/harness`, and ferrite has no such function; fix: do without it: pass what it gives in the input");
}

#[test]
fn imports_that_no_host_has_are_named_one_by_one() {
    let wat = r#"(module
      (import "extism:host/env" "teleport" (func))
      (import "extism:host/env" "alloc" (func (param i32) (result i32)))
      (import "extism:host/user" "take" (func (param externref)))
      (import "extism:host/user" "storage_get" (func (param i32) (result i32)))
      (import "env" "kv_read" (func (param i64) (result i64)))
      (import "wasi_snapshot_preview1" "fly" (func))
      (import "wasi_snapshot_preview1" "random_get" (func (param i64)))
      (import "__wbindgen_placeholder__" "__wbindgen_throw" (func (param i32 i32)))
      (func (export "run")))"#;
    insta::assert_snapshot!(told(wat.as_bytes()));
}

#[test]
fn exports_that_a_host_cannot_call_are_none() {
    insta::assert_snapshot!(told(&b"(module (func (export \"add\") (param i32 i32) (result i32) local.get 0))"[..]));
}

#[test]
fn an_artifact_that_reaches_the_clock_of_the_library_is_told_by_its_text() {
    let wat = r#"(module (memory 1) (data (i32.const 0) "time not implemented on this platform/rustc/x")
      (data (i32.const 99) "can't sleep/rustc/x/library/std/src/sys/thread/unsupported.rs") (func (export "run")))"#;
    insta::assert_snapshot!(of("query", wat));
}

/// The artifact of a crate of one file, as it ships.
fn built(test: &str, source: &str) -> std::path::PathBuf {
    let folder = folder(test);
    let (source_file, artifact) = (folder.join("lib.rs"), folder.join("query-plugin-a.wasm"));
    std::fs::write(&source_file, source).unwrap();
    let rustc = std::process::Command::new("rustc")
        .args(["-O", "--crate-type", "cdylib", "--target", "wasm32-unknown-unknown", "-o"])
        .args([&artifact, &source_file])
        .status();
    assert!(rustc.unwrap().success(), "{}", source_file.display());
    artifact
}

#[test]
fn a_plugin_that_says_that_it_cannot_sleep_is_not_one_that_tries_to() {
    let query = profile("query").unwrap();
    let says = r#"static SAYS: &str = "I can't sleep tonight";
      #[unsafe(no_mangle)] pub extern "C" fn run() -> i32 { std::hint::black_box(SAYS).len() as i32 }"#;
    let tries =
        r#"#[unsafe(no_mangle)] pub extern "C" fn run() { std::thread::sleep(std::time::Duration::from_secs(1)) }"#;
    let breaches = |path| check(path, &query).unwrap().breaches().map(|breach| breach.what.clone()).collect::<Vec<_>>();
    assert_eq!(breaches(built("says", says)), [""; 0]);
    assert_eq!(breaches(built("tries", tries)), ["reaches `std::thread::sleep`, which panics on this target"]);
}

#[test]
fn a_memory_that_is_too_large_at_the_start_is_a_breach() {
    insta::assert_snapshot!(told(&b"(module (memory (export \"memory\") 2049) (func (export \"run\")))"[..]));
}

#[test]
fn proposals_that_a_host_does_not_run_are_named() {
    let wat = r#"(module (type $f (func)) (tag $oops)
      (func $again (export "run") (try_table (catch_all 0) (throw $oops)) (return_call $again)))"#;
    insta::assert_snapshot!(told(wat.as_bytes()));
}

/// Every proposal, through `check`, through the harness and through the runtime itself.
#[test]
fn what_check_says_of_a_proposal_is_what_the_runtime_does() {
    let run = r#"(func (export "run"))"#;
    let proposals = [
        ("mutable-globals", r#"(global (export "g") (mut i32) (i32.const 0))"#),
        ("sign-extension", "(func (drop (i32.extend8_s (i32.const 1))))"),
        ("saturating", "(func (drop (i32.trunc_sat_f32_s (f32.const 1))))"),
        ("multi-value", "(func (result i32 i32) (i32.const 1) (i32.const 2))"),
        ("reference-types", "(table 1 externref) (func (result externref) (table.get 0 (i32.const 0)))"),
        ("bulk-memory", "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))"),
        ("simd", "(func (drop (v128.const i64x2 1 2)))"),
        ("relaxed-simd", "(func (param v128) (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))"),
        ("tail-call", "(func $f (return_call $f))"),
        ("extended-const", "(global i32 (i32.add (i32.const 1) (i32.const 2)))"),
        ("multi-memory", "(memory 1) (memory 1)"),
        ("memory64", "(memory i64 1)"),
        ("table64", "(table i64 1 funcref)"),
        ("function-references", "(type $t (func)) (func (param (ref $t)) (call_ref $t (local.get 0)))"),
        ("gc", "(type $s (struct (field i32))) (func (drop (struct.new $s (i32.const 1))))"),
        ("i31", "(func (drop (ref.i31 (i32.const 1))))"),
        ("exceptions", "(tag $t) (func (try_table (catch_all 0) (throw $t)))"),
        ("exnref", "(func (param exnref) (throw_ref (local.get 0)))"),
        ("shared memory", "(memory 1 1 shared)"),
        ("unshared atomics", "(memory 1) (func (drop (i32.atomic.load (i32.const 0))))"),
        ("wide-arithmetic", "(func (param i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 0)))"),
        ("custom-page-sizes", "(memory 1 (pagesize 1))"),
        ("stack-switching", "(type $f (func)) (type $c (cont $f)) (func (param (ref null $c)))"),
    ];
    let mut told = String::new();
    for (name, parts) in proposals {
        let wat = format!("(module {parts} {run})");
        let real = ::extism::Plugin::new(wat.as_bytes(), [], true).is_ok();
        assert_eq!(plugsmith_harness::Plugin::load(wat.as_bytes()).is_ok(), real, "{name} in the harness");
        for word in ["extism", "query", "ferrite", "peers"] {
            let report = check(wat.as_bytes(), &profile(word).unwrap()).unwrap();
            assert_eq!(report.breaches().next().is_none(), real, "{name} in {word}: {report}");
        }
        told.push_str(&format!("{name}: {}\n", of("extism", &wat).trim_end().replace('\n', "\n  ")));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn an_import_from_the_plugin_itself_is_a_breach() {
    let wat = r#"(module (import "main" "x" (func)) (func (export "x")))"#;
    insta::assert_snapshot!(of("extism", wat), @"breach: imports `x()` from `main`, which Extism takes for the plugin itself, until its stack overflows; fix: import it from `extism:host/user`");
    plugsmith_harness::Plugin::load(wat.as_bytes()).unwrap_err();
}

#[test]
fn each_breach_of_a_file_that_is_no_plugin_has_its_own_fix() {
    let wasm = |wat: &str| wat::parse_str(wat).unwrap();
    let whole = wasm(r#"(module (func (export "run")))"#);
    // What compilers made before `try_table`, and wasm's text format no longer has.
    let legacy =
        b"\0asm\x01\0\0\0\x01\x08\x02\x60\0\0\x60\0\x01\x7f\x03\x02\x01\x01\x0d\x03\x01\0\0\x07\x05\x01\x01f\0\0\
      \x0a\x0c\x01\x0a\0\x06\x40\x08\0\x19\x0b\x41\0\x0b";
    let files: [(&str, Vec<u8>); 7] = [
        ("text", b"#!/bin/sh".to_vec()),
        ("wat", b"(module (func)".to_vec()),
        ("cut off", whole[..whole.len() - 3].to_vec()),
        ("component", wasm("(component)")),
        ("memory", wasm(r#"(module (import "env" "memory" (memory 1)))"#)),
        ("legacy", legacy.to_vec()),
        ("wide", wasm("(module (func (param i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 0))))")),
    ];
    let told = files.map(|(name, file)| format!("{name}: {}", check(file, &profile("extism").unwrap()).unwrap()));
    insta::assert_snapshot!(told.concat());
}

#[test]
fn assemblyscripts_abort_is_told_the_compilers_switch() {
    let wat = r#"(module (import "env" "abort" (func (param i32 i32 i32 i32))) (func (export "run")))"#;
    insta::assert_snapshot!([of("extism", wat), of("query", wat), of("peers", wat)].concat(), @"
    note: imports `abort(i32, i32, i32, i32)` from `env`, which no SDK has unless the host's author registers it; fix: write a function `myAbort` of your own and build with `asc --use abort=FILE/myAbort`
    breach: imports `abort(i32, i32, i32, i32)` from `env`, and query has no functions of its own; fix: write a function `myAbort` of your own and build with `asc --use abort=FILE/myAbort`
    breach: imports `abort(i32, i32, i32, i32)` from `env`, and peers has no such function; fix: write a function `myAbort` of your own and build with `asc --use abort=FILE/myAbort`
    ");
}

/// The artifact of the `orbis` host's own making, whole and broken.
#[test]
fn a_plugin_of_orbis_is_held_against_its_manifest() {
    let artifact = |manifest: &str, exports: &str| {
        let manifest = manifest.replace('"', "\\\"");
        let wat = format!(
            r#"(module (import "env" "log" (func (param i32 i32 i32))) (import "env" "db_query" (func (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 17) {exports}
              (func (export "hello") (param i32 i32) (result i32) (i32.const 0))
              (@custom "manifest" "{manifest}"))"#
        );
        of("orbis", &wat)
    };
    let allocate = r#"(func (export "allocate") (param i32) (result i32) (i32.const 8))"#;
    let whole =
        r#"{"name": "hello", "version": "0.1.0", "routes": [{"method": "GET", "path": "/hello", "handler": "hello"}]}"#;
    let told = [
        artifact(whole, allocate),
        artifact("{", r#"(func (export "allocate") (param i64))"#),
        artifact(r#"{"name": "", "permissions": ["database:read", "network"]}"#, r#"(func (export "deallocate"))"#),
        artifact(
            r#"{"name": "a", "version": "1", "routes": [{"path": "/"}, {"method": "GET", "path": "/:id", "handler": "none"}, {"method": "GET", "path": "/a", "handler": "allocate"}]}"#,
            allocate,
        ),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_module_for_fcall_is_held_against_fcalls_functions() {
    let whole = r#"(module (import "ferrite" "incr" (func (param i32 i32) (result i64))) (memory (export "memory") 1)
      (func (export "main") (param i64) (result i64) (local.get 0)))"#;
    let mixed = r#"(module (import "ferrite" "incr" (func (param i64) (result i64)))
      (import "extism:host/env" "alloc" (func (param i64) (result i64))) (func (export "main") (param externref)))"#;
    insta::assert_snapshot!([of("ferrite", whole), of("ferrite", mixed)].join("\n"));
}

/// What `check` says of names is what a client sees.
#[test]
fn a_plugins_command_goes_before_the_hosts_but_for_those_that_are_the_hosts_alone() {
    let reply = r#"(func $reply (result i32) (local $block i64)
      (local.set $block (call $alloc (i64.const 4)))
      (call $store (local.get $block) (i32.const 58)) (call $store (i64.add (local.get $block) (i64.const 1)) (i32.const 55))
      (call $store (i64.add (local.get $block) (i64.const 2)) (i32.const 13))
      (call $store (i64.add (local.get $block) (i64.const 3)) (i32.const 10))
      (call $output (local.get $block) (i64.const 4)) (i32.const 0))"#;
    let names = ["HELLO", "PFADD", "GET", "PLUGIN.LOAD"];
    let exports = names.map(|name| format!("(export {name:?} (func $reply))")).join(" ");
    let records = names.map(|name| format!(r#"{{"kind":"command","name":"{name}","arity":-1}}"#)).join("\n") + "\n";
    let wat = format!(
        r#"(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
          (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
          (import "extism:host/env" "output_set" (func $output (param i64 i64)))
          {reply} {exports} (@custom "plugsmith" {records:?}))"#
    );
    let mut plugin = Plugin::load(wat.as_bytes()).unwrap();
    for name in &names[..3] {
        assert_eq!(plugin.client().command(name, ["a"]).unwrap(), 7, "{name}");
    }
    assert!(matches!(plugin.client().command("plugin.load", ()).unwrap_err(), Error::MissingCommand { .. }));
    let report = check(wat.as_bytes(), &profile("ferrite").unwrap()).unwrap();
    assert_eq!((report.breaches().count(), report.notes().count()), (1, 3), "{report}");
}

/// A file that is named and is not there, or is another one, is not the one that is checked.
#[test]
fn the_file_of_a_manifest_is_the_one_that_is_checked() {
    let folder = folder("check-manifest-file");
    let wat = r#"(module (func (export "run")))"#;
    std::fs::write(folder.join("a.wat"), wat).unwrap();
    std::fs::write(folder.join("b.wat"), r#"(module (func (export "walk")))"#).unwrap();
    let extism = profile("extism").unwrap();
    let told = |name: &str| {
        let manifest = format!(r#"{{"wasm": [{{"path": {:?}}}]}}"#, folder.join(name));
        let report = check_with(folder.join("a.wat"), &extism, &extism::parse(&manifest).unwrap()).unwrap();
        report.to_string().replace(&folder.display().to_string(), "[folder]")
    };
    assert_eq!(told("a.wat"), "");
    insta::assert_snapshot!([told("none.wasm"), told("b.wat")].concat(), @"
    breach: cannot load: the manifest names [folder]/none.wasm, which is not there; fix: build it, or correct its path, which starts at the current directory
    note: the manifest names [folder]/b.wat, which is another file than [folder]/a.wat; fix: check the file that the manifest names
    ");
}

#[test]
fn an_artifact_is_held_against_its_manifest() {
    let wat = r#"(module (import "extism:host/env" "http_request" (func (param i64 i64) (result i64)))
      (import "extism:host/env" "var_set" (func (param i64 i64))) (memory (export "memory") 17) (func (export "run")))"#;
    let manifest = r#"{"wasm": [{"path": "a.wasm", "hash": "0a"}], "allowed_paths": {"/no/such/folder": "/mnt"},
      "memory": {"max_pages": 16, "max_var_bytes": 0}}"#;
    let extism = profile("extism").unwrap();
    let report = check_with(wat.as_bytes(), &extism, &extism::parse(manifest).unwrap()).unwrap();
    insta::assert_snapshot!(report);
    let fitting =
        extism::parse(r#"{"wasm": [{"path": "a.wasm"}], "allowed_hosts": ["*"], "memory": {"max_pages": 17}}"#);
    insta::assert_snapshot!(check_with(wat.as_bytes(), &extism, &fitting.unwrap()).unwrap(), @"note: makes HTTP requests, which the npm SDKs answer with status 0 unless the host sets `runInWorker`; fix: say in your documentation that such a host must create the plugin with `runInWorker: true`");
}

/// What the note is about is what the server does.
#[test]
fn a_code_that_is_an_error_in_query_is_told() {
    let noted = |body: &str| {
        let wat = format!(r#"(module (func $x (result i32) (i32.const 3)) (func (export "f") (result i32) {body}))"#);
        let mut query = Query::new().push("query-plugin-a.wasm", wat.as_bytes()).unwrap();
        let crashes = query.plugin("query-plugin-a.wasm", "f", "", None).javascript() == JavaScript::Crashed;
        (of("query", &wat).lines().any(|line| line.contains("gives a code from `f`")), crashes)
    };
    insta::assert_snapshot!(of("query", r#"(module (func (export "f") (result i32) (i32.const 3)))"#), @"note: gives a code from `f`: any but 0 is a 500 that JavaScript cannot catch; fix: return 0, and put whatever can be expected to go wrong in the output");
    for body in ["(i32.const 3)", "(call $x)", "(return_call $x)", "(return (i32.const 3))", "(br 0 (i32.const 3))"] {
        assert_eq!(noted(body), (true, true), "{body}");
    }
    let loops = "(loop (br_if 0 (i32.const 0))) (block (br 0)) (if (i32.const 1) (then (return (i32.const 0))))";
    for body in ["(i32.const 0)", &format!("{loops} (i32.const 0)"), "(br 0 (i32.const 0))"] {
        assert_eq!(noted(body), (false, false), "{body}");
    }
}

#[test]
fn the_name_of_a_file_for_query_is_looked_at() {
    let path = folder("check").join("plugin_argon2.wat");
    std::fs::write(&path, "(module (func (export \"run\")))").unwrap();
    insta::assert_snapshot!(check(path, &profile("query").unwrap()).unwrap());
}

/// Extism itself, with WASI on: it loads a module that imports all of WASI with these types, and
/// none with another type.
#[test]
fn the_types_of_wasi_are_those_of_the_runtime() {
    let query = profile("query").unwrap();
    let module = |name: &str, parameters: &str, result: &str| {
        format!(
            r#"(module (import "wasi_snapshot_preview1" "{name}" (func (param {parameters}) {result})) (func (export "run")))"#
        )
    };
    let types = ["", "i32", "i32 i32", "i32 i32 i32", "i32 i64", "i32 i64 i32", "i32 i64 i64", "i32 i32 i32 i32"];
    for name in [
        "fd_seek",
        "fd_read",
        "fd_readdir",
        "path_open",
        "path_filestat_set_times",
        "poll_oneoff",
        "sched_yield",
        "sock_recv",
        "proc_exit",
        "proc_raise",
        "sock_accept",
        "fd_advise",
    ] {
        for parameters in types {
            for result in ["", "(result i32)"] {
                let wat = module(name, parameters, result);
                let real = ::extism::Plugin::new(wat.as_bytes(), [], true).is_ok();
                let ours =
                    check(wat.as_bytes(), &query).unwrap().findings.iter().all(|finding| finding.level == Level::Note);
                assert_eq!(real, ours, "{wat}");
            }
        }
    }
}

#[test]
fn the_fuel_of_a_crates_tests_is_kept_beside_its_artifact() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/ferrite-hello");
    let mut plugin = plugsmith_harness::__private::plugin(&author(&folder), Host::new());
    let outcome = plugin.command("HELLO.WORLD", ["Ada"]);
    // It is written when the plugin is dropped.
    drop(plugin);
    let recorded = plugsmith_harness::powers::cost::last_run(&build(&folder).unwrap()).unwrap().unwrap();
    assert!(recorded.costs["HELLO.WORLD"].max() >= outcome.fuel);
}

/// What a test in the host of this word dies of, with the plugin of this example.
fn refused(example: &str, word: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example);
    let run = || plugsmith_harness::__private::in_host(&author(&folder), word, Host::new(), |_| ());
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
    refused.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn a_test_in_a_host_that_refuses_the_plugin_says_why() {
    let told =
        [refused("ferrite-hello", "query"), refused("ferrite-hello", "orbis"), refused("ferrite-hello", "redis")];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_host_in_a_test_has_what_the_real_one_gives() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/query-argon2");
    let outcome = |word: &str, function: &str| {
        let (mut pages, mut error) = (0, None);
        plugsmith_harness::__private::in_host(&author(&folder), word, Host::new(), |plugin| {
            let outcome = plugin.call::<String>(function, "password");
            (pages, error) = (outcome.pages, outcome.result.err());
        });
        (pages > 0, error)
    };
    for word in ["extism", "query", "ferrite", "peers"] {
        assert_eq!(outcome(word, "hash"), (true, None), "{word}");
    }
}

#[test]
fn a_plugin_of_orbis_is_none_of_extisms() {
    let wat = r#"(module (import "env" "log" (func (param i32 i32 i32))) (memory (export "memory") 1)
        (func (export "allocate") (param i32) (result i32) (i32.const 4))
        (func (export "init") (result i32) (i32.const 0))
        (func (export "items") (param i32 i32) (result i32) (i32.const 0)))"#;
    for host in ["extism", "query", "ferrite", "peers"] {
        let fix = "serve it with `cargo plugsmith serve`, or write #[function] or #[command] in the place of #[route]";
        assert_eq!(of(host, wat), format!("breach: is made for Orbis, and Extism cannot call it; fix: {fix}\n"));
    }
    // An allocator alone makes no plugin of Orbis'.
    assert!(!of("extism", &wat.replace("\"items\") (param i32 i32)", "\"items\")")).contains("Orbis"));
}

/// What the macros know of the crate in this folder.
fn author(folder: &std::path::Path) -> Author<'_> {
    Author { folder: folder.to_str().unwrap(), package: "", features: &[] }
}
