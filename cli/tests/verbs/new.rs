//! `new`.

use std::path::Path;

use crate::sandbox::{folder, plugsmith, snapshot};

#[test]
fn creates_a_plugin_and_says_what_is_next() {
    let folder = folder("new");
    snapshot!(plugsmith(["new", "word-count"]).current_dir(&folder));
    let manifest = std::fs::read_to_string(folder.join("word-count/Cargo.toml")).unwrap();
    assert_eq!(manifest.parse::<toml::Table>().unwrap()["package"]["name"].as_str(), Some("word-count"));
}

#[test]
fn what_is_defined_counts_before_the_checkout() {
    let folder = folder("new-defined");
    let defined = ["new", "mine", "--define", "plugsmith=\"0.1\"", "--define", "plugsmith_harness={ path = \"/h\" }"];
    snapshot!(plugsmith(defined).current_dir(&folder));
    let manifest = std::fs::read_to_string(folder.join("mine/Cargo.toml")).unwrap();
    let manifest = manifest.parse::<toml::Table>().unwrap();
    assert_eq!(manifest["dependencies"]["plugsmith"].as_str(), Some("0.1"));
    assert_eq!(manifest["dev-dependencies"]["plugsmith-harness"]["path"].as_str(), Some("/h"));
}

#[test]
fn a_bare_path_is_refused_with_the_right_form() {
    let folder = folder("new-bare-path");
    snapshot!(plugsmith(["new", "mine", "--define", "plugsmith=/some/folder"]).current_dir(&folder));
    assert!(!folder.join("mine").exists());
}

#[test]
fn a_bare_version_is_refused_with_the_right_form() {
    let folder = folder("new-bare-version");
    snapshot!(plugsmith(["new", "mine", "--define", "plugsmith_harness=0.1"]).current_dir(folder));
}

#[test]
fn leaves_no_placeholder_in_any_file() {
    let folder = folder("new-placeholders");
    assert!(plugsmith(["new", "word-count"]).current_dir(&folder).output().unwrap().status.success());
    let mut folders = vec![folder.join("word-count")];
    let mut left = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if has_placeholder(&path) || path.extension().is_some_and(|extension| extension == "liquid") {
                left.push(path);
            }
        }
    }
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
}

fn has_placeholder(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap();
    // GitHub's own expressions are `${{ .. }}`.
    text.replace("${{", "").contains("{{") || text.contains("{%") || path.to_str().unwrap().contains("{{")
}

/// A workspace with one package, `taken`, which is outside of this repository's.
fn workspace(test: &str, members: &str) -> std::path::PathBuf {
    let folder = folder(test);
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("Cargo.toml", &format!("# Ours.\n[workspace]\nresolver = \"3\"\n{members}\n"));
    write("plugins/taken/Cargo.toml", "[package]\nname = \"taken\"\nversion = \"1.0.0\"\nedition = \"2024\"\n");
    write("plugins/taken/src/lib.rs", "");
    folder
}

/// The names of the packages that cargo finds from here.
fn packages(folder: &Path) -> Vec<String> {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    let output =
        cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(folder).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut names: Vec<String> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| package["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn in_a_workspace_it_becomes_a_member_whatever_the_template() {
    for template in ["extism", "ferrite", "orbis", "peers", "query"] {
        for (name, members) in [("glob", r#"members = ["plugins/*"]"#), ("list", r#"members = ["plugins/taken"]"#)] {
            let folder = workspace(&format!("new-member-{template}-{name}"), members);
            let output = plugsmith(["new", "mine", "--template", template])
                .current_dir(folder.join("plugins"))
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(packages(&folder), ["mine", "taken"], "{template} {members}");
            assert_eq!(packages(&folder.join("plugins/mine")), ["mine", "taken"], "{template} {members}");
            assert!(std::fs::read_to_string(folder.join("Cargo.toml")).unwrap().starts_with("# Ours."));
        }
    }
}

#[test]
fn what_a_workspace_excludes_is_one_of_its_own() {
    let folder = workspace("new-excluded", "members = [\"plugins/taken\"]\nexclude = [\"tools\"]");
    std::fs::create_dir(folder.join("tools")).unwrap();
    assert!(plugsmith(["new", "mine"]).current_dir(folder.join("tools")).output().unwrap().status.success());
    assert_eq!(
        (packages(&folder), packages(&folder.join("tools/mine"))),
        (vec!["taken".to_owned()], vec!["mine".to_owned()])
    );
}

#[test]
fn a_name_that_the_workspace_has_is_refused() {
    let folder = workspace("new-twice", r#"members = ["plugins/*"]"#);
    snapshot!(plugsmith(["new", "taken"]).current_dir(&folder));
    assert!(!folder.join("taken").exists());
}

#[test]
fn an_existing_folder_is_left_alone() {
    let folder = folder("new-exists");
    std::fs::create_dir(folder.join("mine")).unwrap();
    snapshot!(plugsmith(["new", "mine"]).current_dir(folder));
}

#[test]
fn a_name_that_cargo_would_refuse_is_refused() {
    snapshot!(plugsmith(["new", "1st"]));
}

#[test]
fn a_name_with_a_path_is_refused() {
    snapshot!(plugsmith(["new", "../mine"]));
}

#[test]
fn a_name_of_rusts_own_is_refused() {
    snapshot!(plugsmith(["new", "test"]));
}

#[test]
fn an_unknown_template_lists_the_known_ones() {
    snapshot!(plugsmith(["new", "mine", "--template", "nothing"]));
}

#[test]
fn a_value_that_no_template_asks_for_is_refused() {
    snapshot!(plugsmith(["new", "mine", "--define", "nothing=1"]).current_dir(folder("new-define")));
}
