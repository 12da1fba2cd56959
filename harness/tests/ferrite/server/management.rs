//! Plugins loaded, shown, limited, put in place of each other and removed.

use plugsmith_harness::hosts::ferrite::{PluginConfig, PluginSource};

use super::{World, manifest, root};

const ONE: &str = r#"(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (memory (export "memory") 1)
  (func (export "T.VERSION") (local $at i64)
    (local.set $at (call $alloc (i64.const 4)))
    (call $store (local.get $at) (i32.const 58))
    (call $store (i64.add (local.get $at) (i64.const 1)) (i32.const 49))
    (call $store (i64.add (local.get $at) (i64.const 2)) (i32.const 13))
    (call $store (i64.add (local.get $at) (i64.const 3)) (i32.const 10))
    (call $output (local.get $at) (i64.const 4))))"#;

fn two() -> String {
    ONE.replace("(i32.const 49)", "(i32.const 50)")
}

/// A folder of a test, with a plugin in it as the page lays it out.
fn plugins(test: &str, manifest: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("ferrite-server").join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("t/config")).unwrap();
    std::fs::write(folder.join("t/t.wasm"), ONE).unwrap();
    std::fs::write(folder.join("t/plugin.toml"), manifest).unwrap();
    std::fs::write(folder.join("t/config/default.toml"), "greeting = \"hello\"\nlimit = 3\n").unwrap();
    folder
}

const MANIFEST: &str =
    "[package]\nname = \"t\"\nversion = \"1.2.0\"\n[[commands]]\nname = \"T.VERSION\"\nmax_args = 0\n";

#[test]
fn a_plugin_lives_through_all_of_its_states() {
    let folder = plugins("states", MANIFEST);
    let path = folder.join("t/t.wasm").display().to_string();
    let mut world = World::new();
    assert_eq!(world.ask(&format!("PLUGIN.LOAD t {path}")), "+OK|");
    assert_eq!(world.ask("T.VERSION"), ":1|");
    assert_eq!(world.ask("T.VERSION x"), "-ERR wrong number of arguments for 't.version' command|");
    let info = world.ask("PLUGIN.INFO t");
    assert!(info.starts_with("*16|$4|name|$1|t|$7|version|$5|1.2.0|$5|state|$6|active|$8|commands|*1|$9|T.VERSION|$5|hooks|*0|$9|loaded_at|$20|"), "{info}");
    assert!(info.ends_with("|$10|executions|:1|$6|errors|:0|"), "{info}");
    assert_eq!(world.ask("PLUGIN.LIST"), format!("*1|{info}"));
    assert!(world.ask(&format!("PLUGIN.LOAD t {path}")).contains("is loaded already"));
    assert_eq!(world.ask("PLUGIN.DISABLE t"), "+OK|");
    assert!(world.ask("T.VERSION").contains("PLUGIN.ENABLE t turns it on"));
    assert!(world.ask("PLUGIN.INFO t").contains("|disabled|"));
    assert_eq!(world.ask("PLUGIN.ENABLE t"), "+OK|");
    assert_eq!(world.ask("T.VERSION"), ":1|");
    assert_eq!(world.ask("COMMAND GETKEYS T.VERSION x"), "-ERR The command has no key arguments|");
    assert!(world.ask("COMMAND INFO t.version").contains("$9|t.version|:1|"));
    assert_eq!(world.ask("PLUGIN.UNLOAD t"), "+OK|");
    assert!(world.ask("T.VERSION").starts_with("-ERR unknown command 'T.VERSION'"));
    for command in ["INFO", "UNLOAD", "ENABLE", "DISABLE", "LIMITS"] {
        assert!(world.ask(&format!("PLUGIN.{command} nobody")).starts_with("-ERR no plugin 'nobody' is loaded"));
    }
    assert!(world.ask(&format!("PLUGIN.RELOAD nobody {path}")).starts_with("-ERR no plugin 'nobody' is loaded"));
    assert!(world.ask("PLUGIN.LOAD t /no/such.wasm").starts_with("-ERR cannot read /no/such.wasm"));
    assert!(world.ask("PLUGIN.LOAD a/b x.wasm").contains("cannot be a plugin's name"));
}

#[test]
fn a_plugin_comes_in_base64_with_a_manifest_beside() {
    let folder = plugins("base64", MANIFEST);
    let wasm = plugsmith_harness::Source::Bytes(ONE.as_bytes().to_vec()).read().unwrap();
    let manifest = folder.join("t/plugin.toml").display().to_string();
    let mut world = World::new();
    let line = format!("PLUGIN.LOAD t BASE64 {} MANIFEST {manifest}", encode(&wasm));
    assert_eq!(world.ask(&line), "+OK|");
    assert_eq!(world.ask("T.VERSION"), ":1|");
    assert!(world.ask("PLUGIN.LOAD u BASE64 ???").starts_with("-ERR the artifact is not base64"));
    assert_eq!(world.ask("PLUGIN.LOAD u BASE64 AAAA NONSENSE x"), "-ERR syntax error|");
}

fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |n: u32| char::from(LETTERS[(n & 63) as usize]);
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, byte| n << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            text.push(if place <= chunk.len() { letter(n >> (18 - 6 * place)) } else { '=' });
        }
    }
    text
}

#[test]
fn a_reload_keeps_what_is_stored_and_a_bad_one_changes_nothing() {
    let mut world = World::new().with_text("t", &["T.VERSION"], ONE);
    world.ask("SET a 1");
    let reload = |world: &mut World, wat: &str| {
        let source = PluginSource::Bytes { bytes: wat.as_bytes().to_vec() };
        world.server.reload("t", &source, Some(manifest("t", &["T.VERSION"], "")))
    };
    reload(&mut world, &two()).unwrap();
    assert_eq!(world.ask("T.VERSION"), ":2|");
    assert_eq!(world.ask("GET a"), "$1|1|");
    assert!(world.ask("PLUGIN.INFO t").ends_with("|$10|executions|:1|$6|errors|:0|"));
    let error = reload(&mut world, "(module)").unwrap_err();
    assert!(error.contains("which the artifact does not have"), "{error}");
    let error = reload(&mut world, "nonsense").unwrap_err();
    assert!(error.starts_with("ERR "), "{error}");
    assert_eq!(world.ask("T.VERSION"), ":2|");
    let mut world = World::configured("[plugins]\nhot_reload = false\n").with_text("t", &["T.VERSION"], ONE);
    assert!(world.ask("PLUGIN.RELOAD t x.wasm").contains("set `hot_reload = true`"));
}

#[test]
fn limits_are_shown_and_set() {
    let mut world = World::new().with_text("t", &["T.VERSION"], ONE);
    assert_eq!(world.ask("PLUGIN.LIMITS t"), "*6|$6|memory|$5|128MB|$3|cpu|$6|1000ms|$7|timeout|$6|5000ms|");
    assert_eq!(world.ask("PLUGIN.LIMITS t MEMORY 64MB CPU 500ms"), "+OK|");
    assert_eq!(world.ask("PLUGIN.LIMITS t"), "*6|$6|memory|$4|64MB|$3|cpu|$5|500ms|$7|timeout|$6|5000ms|");
    assert_eq!(world.ask("T.VERSION"), ":1|");
    assert_eq!(world.ask("PLUGIN.LIMITS t MEMORY lots"), "-ERR 'lots' is not a limit: write it like MEMORY 64MB|");
    assert_eq!(world.ask("PLUGIN.LIMITS t MEMORY 1GB"), "-ERR MEMORY is from 1MB to max_memory_mb, which is 128MB|");
    assert_eq!(world.ask("PLUGIN.LIMITS t CPU 2000ms"), "-ERR CPU is from 1ms to max_cpu_ms, which is 1000ms|");
    assert_eq!(world.ask("PLUGIN.LIMITS t SPEED 1"), "-ERR syntax error|");
}

#[test]
fn the_folder_of_plugins_is_loaded_at_startup_in_the_order_of_dependencies() {
    let folder = plugins("auto", MANIFEST);
    std::fs::create_dir_all(folder.join("a")).unwrap();
    std::fs::write(folder.join("a/a.wasm"), "(module)").unwrap();
    let needs = "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[[dependencies]]\nname = \"t\"\nversion = \"1\"\n";
    std::fs::write(folder.join("a/plugin.toml"), needs).unwrap();
    let config = PluginConfig { plugin_dir: folder.display().to_string(), ..PluginConfig::default() };
    let mut world = World::of(plugsmith_harness::hosts::ferrite::Server::with(config.clone(), None));
    assert_eq!(world.server.auto_load(), Vec::<String>::new());
    assert_eq!(world.server.plugins(), ["t", "a"]);
    assert!(
        world.ask("INFO plugins").contains("loaded_plugins:2|plugin_t:version=1.2.0,state=active,commands=1,hooks=0")
    );
    // A circle is named.
    let needs = "[package]\nname = \"t\"\nversion = \"1.0.0\"\n[[dependencies]]\nname = \"a\"\nversion = \"1\"\n";
    std::fs::write(folder.join("t/plugin.toml"), needs).unwrap();
    let mut world = World::of(plugsmith_harness::hosts::ferrite::Server::with(config, None));
    assert_eq!(world.server.auto_load(), ["ERR plugins that depend on each other in a circle: a, t"]);
}

#[test]
fn mistakes_in_the_configuration_have_a_line_and_the_right_key() {
    let error = |text: &str| PluginConfig::read(text).unwrap_err().to_string();
    assert_eq!(
        error("[plugins]\nenabled = true\n\n[plugins.sandbox]\nmax_memory = 1\n"),
        "ferrite.toml:5: unknown key `max_memory`: did you mean `max_memory_mb`?"
    );
    assert_eq!(error("[plugin]\n"), "ferrite.toml:1: unknown key `plugin`: did you mean `plugins`?");
    assert_eq!(
        error("[plugins]\nmax_plugins = \"many\"\n"),
        "ferrite.toml:2: invalid type: string \"many\", expected usize"
    );
    assert!(error("[plugins\n").starts_with("ferrite.toml:1: "));
    assert!(error("[plugins]\ncolour = 1\n").starts_with("ferrite.toml:2: unknown key `colour`: there is enabled, "));
    let page = std::fs::read_to_string(root().join("harness/tests/ferrite/server/page.toml")).unwrap();
    let config = PluginConfig::read(&page).unwrap();
    assert_eq!(config.plugin_dir, "/var/lib/ferrite/plugins");
    assert!(config.sandbox.verify_signatures && config.hot_reload);
}
