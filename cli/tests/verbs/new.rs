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
