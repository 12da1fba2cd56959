//! `run`.

use crate::sandbox::{VERBS, folder, krate, on_faulty, on_hello, plugsmith, root, snapshot};

#[test]
fn prints_the_reply_and_then_the_trace() {
    snapshot!(on_hello(["run", "examples/ferrite-hello", "HELLO.COUNT", "visits"]));
}

#[test]
fn works_without_cargo_in_front() {
    let mut command = on_hello([]);
    let mut direct = std::process::Command::new(command.get_program());
    direct.current_dir(root()).args(["run", "ferrite-hello", "HELLO.WORLD", "Ada", "--quiet"]);
    command.args(["run", "ferrite-hello", "HELLO.WORLD", "Ada", "--quiet"]);
    assert_eq!(direct.output().unwrap(), command.output().unwrap());
}

#[test]
fn takes_a_package_of_the_workspace_by_name() {
    snapshot!(on_hello(["run", "ferrite-hello", "HELLO.WORLD", "--quiet"]));
}

#[test]
fn takes_an_artifact() {
    let artifact = plugsmith_harness::build(&root().join("examples/ferrite-hello")).unwrap();
    snapshot!(plugsmith(["run", artifact.to_str().unwrap(), "HELLO.WORLD", "Ada", "--quiet"]));
}

#[test]
fn takes_options_on_either_side_of_the_arguments() {
    snapshot!(on_hello(["run", "--storage", "visits=41", "ferrite-hello", "HELLO.COUNT", "visits", "-q"]));
}

#[test]
fn passes_what_follows_two_dashes_as_arguments() {
    snapshot!(on_hello(["run", "-q", "ferrite-hello", "HELLO.WORLD", "--", "--json"]));
}

#[test]
fn takes_numbers_in_storage_as_json() {
    snapshot!(on_hello(["run", "ferrite-hello", "HELLO.COUNT", "a:b", "--storage", "a:b:=41"]));
}

#[test]
fn prints_one_json_object() {
    snapshot!(on_hello(["run", "ferrite-hello", "HELLO.COUNT", "visits", "--json"]));
}

#[test]
fn prints_an_error_of_the_plugin_as_json() {
    snapshot!(on_hello(["run", "ferrite-hello", "HELLO.COUNT", "--json"]));
}

#[test]
fn an_error_of_the_plugin_is_a_reply_and_exit_code_1() {
    snapshot!(on_hello(["run", "ferrite-hello", "HELLO.COUNT"]));
}

#[test]
fn an_unknown_command_lists_the_known_ones() {
    snapshot!(on_hello(["run", "ferrite-hello", "HELLO.MARS"]));
}

#[test]
fn a_misspelt_command_names_the_nearest() {
    snapshot!(on_hello(["run", "ferrite-hello", "hello.wrld"]));
}

#[test]
fn out_of_fuel_is_exit_code_1() {
    snapshot!(on_hello(["run", "ferrite-hello", "HELLO.WORLD", "Ada", "--fuel", "100"]));
}

#[test]
fn out_of_memory_is_exit_code_1() {
    snapshot!(on_hello(["run", "ferrite-hello", "HELLO.WORLD", "Ada", "--memory-pages", "2"]));
}

#[test]
fn an_output_that_is_no_reply_is_exit_code_1() {
    snapshot!(plugsmith(["run", VERBS, "random", "-q"]));
}

#[test]
fn a_panic_shows_the_authors_frames() {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"lib\.rs:\d+", "lib.rs:[n]");
    let _lines = settings.bind_to_scope();
    snapshot!(on_faulty(["run", "faulty", "PANIC", "here"]));
}

#[test]
fn a_refusal_of_the_host_is_a_reply() {
    snapshot!(on_faulty(["run", "faulty", "REFUSE"]));
}

#[test]
fn a_function_is_no_command() {
    snapshot!(on_faulty(["run", "faulty", "bytes"]));
}

#[test]
fn an_artifact_that_is_older_than_its_sources_is_refused() {
    let built = plugsmith_harness::build(&root().join("examples/ferrite-hello")).unwrap();
    let old = folder("stale").join("old.wasm");
    std::fs::copy(built, &old).unwrap();
    std::fs::File::options().write(true).open(&old).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"stale: \S+ is newer", "stale: [source] is newer");
    let _source = settings.bind_to_scope();
    snapshot!(plugsmith(["run", "ferrite-hello", "HELLO.WORLD"]).env("PLUGSMITH_WASM", old));
}

#[test]
fn an_artifact_that_is_not_there_is_named() {
    snapshot!(plugsmith(["run", "ferrite-hello", "HELLO.WORLD"]).env("PLUGSMITH_WASM", "nothing.wasm"));
}

#[test]
fn an_import_that_no_host_has_is_named() {
    let folder = folder("unknown-import");
    let module = "(module (import \"extism:host/env\" \"nothing\" (func)) (func (export \"F\")))";
    std::fs::write(folder.join("a.wat"), module).unwrap();
    snapshot!(plugsmith(["run", "a.wat", "F"]).current_dir(folder));
}

#[test]
fn a_plugin_that_does_not_build_is_shown_as_cargo_shows_it() {
    let folder = krate("does-not-build", "crate-type = [\"cdylib\"]", "pub fn f() -> u32 {\n    \"text\"\n}\n");
    snapshot!(plugsmith(["run", folder.to_str().unwrap(), "F", "-q"]));
}

#[test]
fn a_crate_that_builds_no_plugin_is_told_how() {
    let folder = krate("builds-no-plugin", "name = \"broken\"", "");
    snapshot!(plugsmith(["run", folder.to_str().unwrap(), "F", "-q"]));
}

#[test]
fn a_build_is_announced_where_there_is_no_terminal() {
    let source = "#[unsafe(no_mangle)]\npub extern \"C\" fn f() {}\n";
    let folder = krate("announced", "crate-type = [\"cdylib\"]", source);
    snapshot!(plugsmith(["call", folder.to_str().unwrap(), "f"]));
}

#[test]
fn an_unknown_package_lists_the_plugins() {
    let folder = krate("unknown-package", "crate-type = [\"cdylib\"]", "");
    snapshot!(plugsmith(["run", "nothing", "F"]).current_dir(folder));
}

#[test]
fn a_workspace_lists_the_plugins() {
    let folder = krate("workspace", "crate-type = [\"cdylib\"]", "");
    let outer = folder.join("outer");
    std::fs::create_dir(&outer).unwrap();
    std::fs::write(outer.join("Cargo.toml"), "[workspace]\nresolver = \"3\"\n").unwrap();
    snapshot!(plugsmith(["run", outer.to_str().unwrap(), "F"]));
}

#[test]
fn a_missing_file_is_named() {
    snapshot!(plugsmith(["run", "nothing.wasm", "F"]));
}

#[test]
fn a_folder_without_a_crate_is_named() {
    snapshot!(plugsmith(["run", "cli/tests/fixtures", "F"]));
}

#[test]
fn a_file_that_is_no_plugin_is_named() {
    snapshot!(plugsmith(["run", "README.md", "F"]));
}

#[test]
fn bytes_that_are_no_module_are_refused() {
    let folder = folder("no-module");
    std::fs::write(folder.join("a.wasm"), b"\0asm\x01\0\0").unwrap();
    snapshot!(plugsmith(["run", "a.wasm", "F"]).current_dir(folder));
}

#[test]
fn a_client_passes_what_hangs_behind_the_keys() {
    // Built beforehand, so that no build is announced.
    plugsmith_harness::build(&root().join("examples/ferrite-guard")).unwrap();
    snapshot!(plugsmith(["run", "ferrite-guard", "SET", "protected:a", "x", "--client"]).current_dir(root()));
    snapshot!(plugsmith(["run", "ferrite-guard", "GET", "archive:a", "--client"]).current_dir(root()));
    snapshot!(plugsmith(["run", "ferrite-guard", "GETT", "archive:a", "--client"]).current_dir(root()));
}

#[test]
fn a_function_for_fcall_gets_numbers_as_the_server_makes_them() {
    let folder = folder("fcall");
    let wat = r#"(module (import "ferrite" "incr" (func $incr (param i32 i32) (result i64)))
      (memory (export "memory") 1) (data (i32.const 0) "key")
      (func (export "add") (param i32 i32) (result i32)
        (drop (call $incr (i32.const 0) (i32.const 3))) (i32.add (local.get 0) (local.get 1))))"#;
    std::fs::write(folder.join("a.wat"), wat).unwrap();
    snapshot!(plugsmith(["run", "a.wat", "add", "40", "2"]).current_dir(&folder));
    snapshot!(plugsmith(["run", "a.wat", "add", "40", "2.5"]).current_dir(&folder));
    snapshot!(plugsmith(["run", "a.wat", "other"]).current_dir(&folder));
    snapshot!(plugsmith(["run", "a.wat", "add", "1", "2", "--storage", "a=1"]).current_dir(&folder));
    snapshot!(plugsmith(["call", "a.wat", "add"]).current_dir(&folder));
}
