//! Each rule, with an attempt to get around it.

use plugsmith_harness::hosts::ferrite::manifest::Manifest;
use plugsmith_harness::hosts::ferrite::{PluginSource, Server};

use super::{World, artifact, manifest};

const NOTHING: &str = r#"(module (func (export "T.NOTHING")))"#;

fn events() -> World {
    World::new().with("events", "harness/tests/fixtures/events")
}

#[test]
fn a_command_that_says_it_reads_cannot_write() {
    let mut world = events();
    assert_eq!(world.ask("SNEAK.WRITE a"), "-NOPERM SNEAK.WRITE writes, and its flags have no `write`|");
    assert_eq!(world.ask("EXISTS a"), ":0|");
}

#[test]
fn users_are_held_to_commands_categories_and_keys() {
    let mut world = World::new().with("json", "examples/ferrite-json").with("events", "harness/tests/fixtures/events");
    assert_eq!(world.ask("ACL SETUSER bob on >pw +@read +@json -@write ~app:*"), "+OK|");
    let bob = world.server.connect("127.0.0.1:2").unwrap();
    assert_eq!(world.ask_as(bob, "AUTH bob pw"), "+OK|");
    assert_eq!(world.ask_as(bob, "JSON.GET app:a $"), "$-1|");
    assert_eq!(
        world.ask_as(bob, "JSON.SET app:a $ 1"),
        "-NOPERM this user has no permissions to run the 'json.set' command|"
    );
    assert_eq!(
        world.ask_as(bob, "JSON.GET other $"),
        "-NOPERM this user has no permissions to access one of the keys used as arguments|"
    );
    assert!(world.ask("ACL CAT json").contains("json.get"));
    // A command that does not declare its keys reaches no key that the user may not.
    world.ask("ACL SETUSER eve on nopass +sneak.key ~app:*");
    let eve = world.server.connect("127.0.0.1:3").unwrap();
    world.ask_as(eve, "AUTH eve x");
    assert_eq!(
        world.ask_as(eve, "SNEAK.KEY other"),
        "-NOPERM this user has no permissions to access one of the keys used as arguments|"
    );
    assert_eq!(world.ask_as(eve, "SNEAK.KEY app:x"), "+OK|");
    // PLUGIN.* is for administrators.
    assert!(world.ask_as(bob, "PLUGIN.LIST").starts_with("-NOPERM"));
}

#[test]
fn a_full_server_takes_nothing_more() {
    let mut world = World::of(Server::new().max_memory(200)).with("events", "harness/tests/fixtures/events");
    world.ask("SET a xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    let oom = "-OOM command not allowed when used memory > 'maxmemory'.|";
    assert_eq!(world.ask("PAIR.SET b 1"), oom);
    assert_eq!(world.ask("SNEAK.KEY b"), oom);
    assert_eq!(world.ask("SET b 1"), oom);
}

#[test]
fn what_a_manifest_does_not_grant_is_refused_at_load() {
    let (source, mut granted) = artifact("harness/tests/fixtures/events");
    granted.permissions.retain(|permission| permission.action != "write");
    let error = World::new().server.load("events", &source, Some(granted)).unwrap_err();
    assert_eq!(
        error,
        "ERR plugin 'events' imports `storage_set`, and its manifest does not grant storage write: add [[permissions]] \
         with resource = \"storage\" and action = \"write\""
    );
}

#[test]
fn names_that_clash_are_refused() {
    let mut world = World::new().with_text("one", &["T.NOTHING"], NOTHING);
    assert_eq!(
        world.load_text("two", &["T.NOTHING"], NOTHING).unwrap_err(),
        "ERR plugin 'two' has a command T.NOTHING, and so does plugin 'one'"
    );
    let wat = r#"(module (func (export "auth")))"#;
    let error = world.load_text("two", &["auth"], wat).unwrap_err();
    assert_eq!(error, "ERR plugin 'two' has a command auth, which is the server's own");
    let error = world.load_text("two", &["T.ABSENT"], NOTHING).unwrap_err();
    assert!(error.contains("T.ABSENT") && error.contains("which the artifact does not have"), "{error}");
    assert!(world.load_text("one", &["T.OTHER"], NOTHING).unwrap_err().contains("is loaded already"));
}

#[test]
fn versions_and_dependencies_must_fit() {
    let mut world = World::new();
    let mut load = |name: &str, more: &str| {
        let source = PluginSource::Bytes { bytes: NOTHING.as_bytes().to_vec() };
        world.server.load(name, &source, Some(manifest(name, &[], more)))
    };
    assert_eq!(
        load("new", "[package.ferrite]\nmin_version = \"9.1.0\"").unwrap_err(),
        "ERR plugin 'new' needs Ferrite 9.1.0 or later, and this is 0.3.0"
    );
    assert!(load("odd", "[package.ferrite]\nmin_version = \"soon\"").unwrap_err().contains("min_version \"soon\""));
    let needs = |name: &str, version: &str| format!("[[dependencies]]\nname = \"{name}\"\nversion = \"{version}\"");
    assert_eq!(
        load("a", &needs("base", "1.0")).unwrap_err(),
        "ERR plugin 'a' needs plugin 'base', which is not loaded: load it first"
    );
    load("base", "[package.ferrite]\nmin_version = \"0.3.0\"").unwrap();
    assert_eq!(load("a", &needs("base", "2")).unwrap_err(), "ERR plugin 'a' needs 'base' 2, and 1.0.0 is loaded");
    load("a", &needs("base", "1")).unwrap();
    assert_eq!(load("me", &needs("me", "1")).unwrap_err(), "ERR plugin 'me' depends on itself");
    assert_eq!(world.ask("PLUGIN.UNLOAD base"), "-ERR plugin 'a' needs plugin 'base'|");
    assert_eq!(world.ask("PLUGIN.DISABLE base"), "-ERR plugin 'a' needs plugin 'base'|");
    assert_eq!(world.ask("PLUGIN.UNLOAD a"), "+OK|");
    assert_eq!(world.ask("PLUGIN.UNLOAD base"), "+OK|");
}

#[test]
fn only_so_many_plugins_are_loaded_or_none() {
    let mut world = World::configured("[plugins]\nmax_plugins = 1\n").with_text("one", &["T.NOTHING"], NOTHING);
    let error = world.load_text("two", &[], NOTHING).unwrap_err();
    assert_eq!(error, "ERR there are 1 plugins already, which is max_plugins");
    let error = World::configured("[plugins]\nenabled = false\n").load_text("one", &[], NOTHING).unwrap_err();
    assert_eq!(error, "ERR plugins are turned off: set `enabled = true` in [plugins]");
}

#[test]
fn hostile_plugins_end_within_their_limits_and_the_server_goes_on() {
    let wat = r#"(module
      (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
      (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
      (memory (export "memory") 1)
      (func (export "T.SPIN") (loop $again (br $again)))
      (func (export "T.FILL") (loop $again
        (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $again)))
      (func (export "T.GROW") (loop $again (drop (memory.grow (i32.const 1))) (drop (call $alloc (i64.const 1000000))) (br $again)))
      (func $deep (export "T.DEEP") (call $deep))
      (func (export "T.TRAP") unreachable)
      (func (export "T.GARBAGE") (call $output_set (call $alloc (i64.const 16)) (i64.const 16)))
      (func (export "T.WILD") (call $output_set (i64.const 1) (i64.const -1)))
      (func (export "T.CALLS") (local $n i32) (loop $again
        (drop (call $alloc (i64.const 1)))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $n) (i32.const 1000000))))))"#;
    let commands = ["T.SPIN", "T.FILL", "T.GROW", "T.DEEP", "T.TRAP", "T.GARBAGE", "T.WILD", "T.CALLS"];
    let mut world =
        World::configured("[plugins]\ntimeout_ms = 500\n[plugins.sandbox]\nmax_cpu_ms = 50\nmax_memory_mb = 4\n")
            .with_text("hostile", &commands, wat);
    for command in commands {
        let reply = world.ask(command);
        // A million calls of the kernel may be done within the limits, and then answer nothing.
        assert!(reply.starts_with("-ERR "), "{command}: {reply}");
        assert_eq!(world.ask("PING"), "+PONG|");
    }
}

#[test]
fn a_signature_is_asked_for_and_judged() {
    use plugsmith_harness::hosts::ferrite::{keygen, sign};
    let (keys, stranger) = (keygen(), keygen());
    let wasm = plugsmith_harness::Source::Bytes(NOTHING.as_bytes().to_vec()).read().unwrap();
    let config = format!("[plugins.sandbox]\nverify_signatures = true\ntrusted_keys = [\"{}\"]\n", keys.public);
    let load = |bytes: Vec<u8>| {
        let granted: Manifest = manifest("signed", &["T.NOTHING"], "");
        World::configured(&config).server.load("signed", &PluginSource::Bytes { bytes }, Some(granted))
    };
    let signed = sign(&wasm, &keys.secret).unwrap();
    load(signed.clone()).unwrap();
    let error = load(wasm.clone()).unwrap_err();
    assert!(error.ends_with("it is not signed: `cargo plugsmith sign` signs it"), "{error}");
    let error = load(sign(&wasm, &stranger.secret).unwrap()).unwrap_err();
    assert!(error.contains("none of trusted_keys signed this content"), "{error}");
    // One more section after the signature: a custom one with an empty name.
    let tampered = [signed.as_slice(), &[0, 1, 0]].concat();
    let error = load(tampered).unwrap_err();
    assert!(error.contains("none of trusted_keys signed this content"), "{error}");
    assert!(sign(&wasm, "nonsense").unwrap_err().contains("not one that"));
}
