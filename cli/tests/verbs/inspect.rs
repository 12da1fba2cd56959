//! `inspect`.

use plugsmith_harness::{Profile, build_with};

use crate::sandbox::{VERBS, on_released_hello, plugsmith, root, snapshot};

#[test]
fn shows_what_a_plugin_offers_wants_and_weighs() {
    let _sizes = without_sizes();
    // wasm-opt, where it is installed, leaves other sections.
    snapshot!(on_released_hello(["inspect", "ferrite-hello"]).env("PLUGSMITH_WASM_OPT", ""));
}

#[test]
fn hooks_and_data_types_are_no_other_exports() {
    let mut shown = String::new();
    for example in ["ferrite-bloom", "ferrite-guard"] {
        let folder = root().join("examples").join(example);
        let artifact = build_with(&folder, Profile::Release, &mut |_| {}).unwrap();
        let output = plugsmith(["inspect", artifact.to_str().unwrap(), "--json"]).output().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        for key in ["hooks", "data_types", "transformers", "storage_backends", "exports", "permissions"] {
            shown.push_str(&format!("{example} {key} {:#}\n", json[key]));
        }
        let page = plugsmith(["inspect", artifact.to_str().unwrap()]).output().unwrap();
        let page = String::from_utf8(page.stdout).unwrap();
        let shown_tables = ["hooks", "data types", "transformers", "storage backends"];
        let tables = page.split("\n\n").filter(|table| shown_tables.iter().any(|title| table.starts_with(title)));
        shown.push_str(&format!("{}\n", tables.collect::<Vec<_>>().join("\n\n")));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn shows_a_foreign_artifact() {
    snapshot!(plugsmith(["inspect", VERBS]));
}

#[test]
fn prints_one_json_object() {
    snapshot!(plugsmith(["inspect", VERBS, "--json"]));
}

#[test]
fn an_artifact_that_is_no_module_is_refused() {
    let folder = crate::sandbox::folder("inspect-no-module");
    std::fs::write(folder.join("a.wat"), "(module (func").unwrap();
    snapshot!(plugsmith(["inspect", "a.wat"]).current_dir(folder));
}

/// Sizes change with every compiler; which crates there are, and in which order, too.
fn without_sizes() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"(?s)code by crate\n.*?\n(\n|-)", "code by crate\n  [crates]\n$1");
    settings.add_filter(r" +[\d,]+ +[\d.]+ %", " [n]");
    settings.add_filter(r"[\d,]+ bytes, [\d,]+ without", "[n] bytes, [n] without");
    settings.bind_to_scope()
}

#[test]
fn a_name_of_any_length_is_shown_and_widens_no_column() {
    let folder = crate::sandbox::folder("inspect-long-name");
    let long = "n".repeat(70_000);
    std::fs::write(folder.join("a.wat"), format!("(module (func (export \"{long}\")) (func (export \"short\")))"))
        .unwrap();
    let shown = plugsmith(["inspect", "a.wat"]).current_dir(folder).output().unwrap();
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.status.success() && text.contains(&long), "{}", String::from_utf8_lossy(&shown.stderr));
    assert!(text.len() < 2 * long.len(), "{}", text.len());
}

#[test]
fn a_line_feed_in_a_name_makes_no_line() {
    let folder = crate::sandbox::folder("inspect-lines");
    std::fs::write(folder.join("a.wat"), r#"(module (func (export "a\n\npermissions\n  none")))"#).unwrap();
    let shown = plugsmith(["inspect", "a.wat"]).current_dir(folder).output().unwrap();
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(text.contains(r"  a\n\npermissions\n  none()"), "{text}");
}
