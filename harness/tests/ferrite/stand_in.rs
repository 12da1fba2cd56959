//! Guests of other languages: a `plugin.toml` beside the artifact stands in for records.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::ferrite::manifest::{Declared, Manifest, check, generate};
use plugsmith_harness::hosts::ferrite::{PluginSource, Server};
use plugsmith_harness::hosts::profile;
use plugsmith_harness::{Host, Inspection, Plugin, check as judge};

/// What AssemblyScript makes: exports without dots, no records. `top` answers 7, `guard` lets
/// everything pass, `refuse` nothing.
const GUEST: &str = r#"(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
  (import "extism:host/env" "store_u8" (func $store_byte (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "lbTop") (result i32) (local $block i64)
    (local.set $block (call $alloc (i64.const 4)))
    (call $store_byte (local.get $block) (i32.const 58))
    (call $store_byte (i64.add (local.get $block) (i64.const 1)) (i32.const 55))
    (call $store_byte (i64.add (local.get $block) (i64.const 2)) (i32.const 13))
    (call $store_byte (i64.add (local.get $block) (i64.const 3)) (i32.const 10))
    (call $output (local.get $block) (i64.const 4))
    (i32.const 0))
  (func (export "refuse") (result i32) (local $block i64)
    (local.set $block (call $alloc (i64.const 5)))
    (call $store_byte (local.get $block) (i32.const 45))
    (call $store_byte (i64.add (local.get $block) (i64.const 1)) (i32.const 110))
    (call $store_byte (i64.add (local.get $block) (i64.const 2)) (i32.const 111))
    (call $store_byte (i64.add (local.get $block) (i64.const 3)) (i32.const 13))
    (call $store_byte (i64.add (local.get $block) (i64.const 4)) (i32.const 10))
    (call $output (local.get $block) (i64.const 5))
    (i32.const 0)))"#;

const TOML: &str = r#"# Kept by hand.
[package]
name = "board"
version = "1.0.0"

[[commands]]
name = "LB.TOP"
export = "lbTop"
description = "The best players"
min_args = 1
max_args = 2
flags = ["read"]

[[hooks]]
event = "OnKeyWrite"
priority = 5
export = "refuse"

[[permissions]]
resource = "system"
action = "random"
"#;

fn folder(test: &str, toml: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stand-in").join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("board.wasm"), wat::parse_str(GUEST).unwrap()).unwrap();
    std::fs::write(folder.join("plugin.toml"), toml).unwrap();
    folder.join("board.wasm")
}

#[test]
fn a_command_is_called_by_the_name_in_the_file() {
    let mut plugin = Plugin::load(folder("command", TOML)).unwrap();
    assert_eq!(plugin.command("LB.TOP", ["10"]).unwrap(), 7);
    assert_eq!(plugin.client().command("lb.top", ["10"]).unwrap(), 7);
}

#[test]
fn a_hook_of_the_file_runs() {
    let mut plugin = Plugin::load_in(folder("hook", TOML), Host::new()).unwrap();
    let outcome = plugin.client().command("SET", ("a", "b"));
    assert!(outcome.unwrap_err().to_string().contains("refuse"));
}

#[test]
fn the_arity_is_that_of_the_file() {
    let arities = [("min_args = 1\nmax_args = 1", 2), ("min_args = 2", -3), ("", -1), ("max_args = 3", -1)];
    for (index, (arguments, arity)) in arities.into_iter().enumerate() {
        let toml = TOML.replace("min_args = 1\nmax_args = 2", arguments);
        let plugin = Plugin::load(folder(&format!("arity-{index}"), &toml)).unwrap();
        assert_eq!(plugin.module().commands().map(|command| command.arity).collect::<Vec<_>>(), [arity]);
    }
}

#[test]
fn what_is_inspected_is_the_file_as_it_was_built_with_what_stands_in() {
    let found = Inspection::read(folder("inspect", TOML)).unwrap();
    assert_eq!(found.commands[0].usage, "LB.TOP <argument> [argument]");
    assert_eq!(found.bytes, wat::parse_str(GUEST).unwrap().len());
    assert_eq!(found.exports.iter().map(|export| export.name.as_str()).collect::<Vec<_>>(), ["lbTop"]);
}

#[test]
fn check_does_not_repeat_what_the_file_answers() {
    let told = |artifact: PathBuf| judge(artifact, &profile("ferrite").unwrap()).unwrap().to_string();
    assert_eq!(told(folder("check", TOML)), "");
    insta::assert_snapshot!(told(folder("check-less", &TOML[..TOML.find("[[permissions]]").unwrap()])), @"note: needs the permissions `system random`; fix: ask for them in [[permissions]] of plugin.toml: `cargo plugsmith manifest --host ferrite --write` writes it");
    insta::assert_snapshot!(told(folder("check-none", "")), @"
    breach: cannot be registered: plugin.toml:1: missing field `package`; fix: correct the file
    note: declares no command, hook or data type: there is nothing that PLUGIN.LOAD could register; fix: mark a function with #[command], or write a plugin.toml beside it
    ");
    insta::assert_snapshot!(told(folder("check-export", &TOML.replace("lbTop", "top"))), @"
    breach: cannot be registered: plugin.toml:6: commands[LB.TOP] needs the export `top`, which the artifact does not have; it has `lbTop`, `refuse`: name one with `export = \"..\"`; fix: correct the file
    note: declares no command, hook or data type: there is nothing that PLUGIN.LOAD could register; fix: mark a function with #[command], or write a plugin.toml beside it
    ");
    insta::assert_snapshot!(told(folder("check-field", &TOML.replace("min_args", "least"))), @"breach: cannot be registered: plugin.toml:10: unknown field `least`, expected one of `name`, `export`, `description`, `min_args`, `max_args`, `flags`, `acl_categories`, `first_key`, `last_key`, `step`, `complexity`, `since`, `tips`; fix: correct the file");
}

#[test]
fn an_export_that_is_not_there_is_named_with_its_line() {
    for (index, (from, to)) in [
        ("\"lbTop\"", "\"lb_top\""),
        ("export = \"lbTop\"\n", ""),
        ("export = \"refuse\"\n", ""),
        ("\"lbTop\"", "\"memory\""),
    ]
    .into_iter()
    .enumerate()
    {
        let error = Plugin::load(folder(&format!("missing-{index}"), &TOML.replace(from, to))).unwrap_err();
        insta::assert_snapshot!(error);
    }
}

#[test]
fn a_server_registers_what_the_file_says_and_keeps_its_handshake() {
    let wasm = wat::parse_str(GUEST).unwrap();
    let mut server = Server::new();
    // A name that Redis has is the plugin's, also in the server.
    for (name, command) in [("board", "LB.TOP"), ("hello", "HELLO"), ("count", "PFCOUNT"), ("auth", "AUTH")] {
        let manifest = Manifest::read(&TOML.replace("LB.TOP", command).replace("OnKeyWrite", "OnKeyRead")).unwrap();
        let loaded = server.load(name, &PluginSource::Bytes { bytes: wasm.clone() }, Some(manifest));
        assert_eq!(loaded.is_ok(), command != "AUTH", "{loaded:?}");
    }
    let client = server.connect("127.0.0.1:1").unwrap();
    for command in ["LB.TOP", "HELLO", "PFCOUNT"] {
        assert_eq!(server.execute(client, &[command, "ada"]), b":7\r\n", "{command}");
    }
    assert!(server.execute(client, &["HELLO", "3"]).starts_with(b"%"));
}

#[test]
fn nothing_that_a_person_wrote_is_deleted() {
    let artifact = Inspection::read(folder("kept", TOML)).unwrap();
    let kept = Manifest::read(TOML).unwrap();
    assert_eq!(generate(&artifact, &Declared::default(), Some(&kept)).unwrap(), kept);
    assert_eq!(check(TOML, &artifact, &Declared::default()).unwrap(), []);
    // Also where the file lies elsewhere.
    let bare = Inspection::read(wat::parse_str(GUEST).unwrap()).unwrap();
    assert_eq!(generate(&bare, &Declared::default(), Some(&kept)).unwrap(), kept);
    let wrong = check(&TOML.replace("lbTop", "top"), &bare, &Declared::default()).unwrap();
    insta::assert_snapshot!(wrong[0], @"8: commands needs the export `top`, which the artifact does not have: name one with `export = \"..\"`");
}

#[test]
fn records_of_the_artifacts_own_go_before_any_file() {
    let folder = folder("records", TOML);
    let wat =
        r#"(module (func (export "A")) (@custom "plugsmith" "{\"kind\":\"command\",\"name\":\"A\",\"arity\":1}\n"))"#;
    std::fs::write(&folder, wat::parse_str(wat).unwrap()).unwrap();
    let plugin = Plugin::load(folder).unwrap();
    assert_eq!(plugin.module().commands().map(|command| command.name.as_str()).collect::<Vec<_>>(), ["A"]);
}
