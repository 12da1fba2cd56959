//! `check`.

use plugsmith_harness::{Profile, build_with};

use crate::sandbox::{VERBS, folder, krate, on_released_hello, plugsmith, root, snapshot};

#[test]
fn says_what_each_host_thinks_of_a_plugin() {
    snapshot!(on_released_hello(["check", "ferrite-hello", "--host", "ferrite", "--host", "query"]));
}

#[test]
fn a_plugin_that_a_host_takes_is_exit_code_0() {
    build_with(&root().join("examples/query-argon2"), Profile::Release, &mut |_| {}).unwrap();
    snapshot!(plugsmith(["check", "query-argon2", "--host", "query"]));
}

#[test]
fn prints_a_json_object_for_each_host() {
    snapshot!(plugsmith(["check", VERBS, "--host", "query", "--host", "orbis", "--json"]));
}

#[test]
fn holds_it_against_a_manifest() {
    let folder = folder("check-manifest");
    std::fs::write(folder.join("a.wat"), "(module (memory (export \"memory\") 17) (func (export \"run\")))").unwrap();
    std::fs::write(folder.join("small.toml"), "[memory]\nmax_pages = 5\n[[wasm]]\npath = \"a.wat\"\nhash = \"\"\n")
        .unwrap();
    snapshot!(plugsmith(["check", "a.wat", "--host", "extism", "--manifest", "small.toml"]).current_dir(folder));
}

#[test]
fn a_manifest_that_cannot_be_read_is_named() {
    let folder = folder("check-no-manifest");
    std::fs::write(folder.join("bad.json"), "{\"wasm\": []").unwrap();
    let root = root();
    let wat = root.join(VERBS);
    let wat = wat.to_str().unwrap();
    snapshot!(plugsmith(["check", wat, "--host", "extism", "--manifest", "bad.json"]).current_dir(&folder));
    snapshot!(plugsmith(["check", wat, "--host", "extism", "--manifest", "none.json"]).current_dir(&folder));
    snapshot!(plugsmith(["check", wat, "--host", "query", "--manifest", "bad.json"]).current_dir(&folder));
}

#[test]
fn an_unknown_host_lists_the_known_ones() {
    snapshot!(plugsmith(["check", VERBS, "--host", "redis"]));
}

#[test]
fn a_host_is_asked_for() {
    snapshot!(plugsmith(["check", VERBS]));
}

/// `println!` in a plugin prints nothing, and nothing else tells.
#[test]
fn what_is_printed_to_nowhere_is_told() {
    let source = "use plugsmith::function;\n\n#[function]\nfn greet(name: &str) -> String {\n    \
                  println!(\"{name}\");\n    format!(\"Hello, {name}!\")\n}\n";
    let library =
        format!("crate-type = [\"cdylib\"]\n\n[dependencies]\nplugsmith = {{ path = {:?} }}", root().join("pdk"));
    let folder = krate("check-prints", &library, source);
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    snapshot!(plugsmith(["check", ".", "--host", "extism", "--quiet"]).current_dir(&folder));
    let call = plugsmith(["call", ".", "greet", "--input", "Ada"]).current_dir(&folder).output().unwrap();
    assert!(String::from_utf8(call.stderr).unwrap().contains("which print nothing on wasm32-unknown-unknown"));
}
