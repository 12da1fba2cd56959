//! Edits of the sources.

use plugsmith_harness::Profile;

use crate::project::{FIRST, Project};

fn every_edit_is_seen_in(folder: &str) {
    let project = Project::new(folder);
    let says = || project.says(Profile::Test);
    assert_eq!(says(), FIRST);

    project.edit("author/plugin/src/lib.rs", "\"source\"", "\"edited\"");
    assert_eq!(says(), "edited file outside data usual");
    // As `mv lib.rs.orig lib.rs` does.
    project.edit_in_the_past("author/plugin/src/lib.rs", "\"edited\"", "\"source\"");
    assert_eq!(says(), FIRST);

    project.edit_in_the_past("author/plugin/src/file.txt", "file", "other");
    assert_eq!(says(), "source other outside data usual");
    project.edit_in_the_past("author/outside.txt", "outside", "elsewhere");
    assert_eq!(says(), "source other elsewhere data usual");

    project.edit_in_the_past("helper/src/lib.rs", "env!(\"FRESH_DATA\")", "\"changed\"");
    assert_eq!(says(), "source other elsewhere changed usual");
    project.edit("helper/src/lib.rs", "\"changed\"", "env!(\"FRESH_DATA\")");
    project.edit("helper/data.txt", "data", "number");
    assert_eq!(says(), "source other elsewhere number usual");
    project.edit_in_the_past("helper/data.txt", "number", "figure");
    assert_eq!(says(), "source other elsewhere figure usual");

    project.edit("author/plugin/Cargo.toml", "default = [\"usual\"]", "default = [\"usual\", \"extra\"]");
    assert_eq!(says(), "source other elsewhere figure usual extra");
}

#[test]
fn every_edit_is_seen() {
    every_edit_is_seen_in("edits");
}

#[test]
fn every_edit_is_seen_in_a_folder_with_a_space_and_letters_of_other_alphabets() {
    every_edit_is_seen_in("édits – von Ада #1");
}

#[test]
fn every_edit_of_what_ships_is_seen() {
    let project = Project::new("ships");
    assert_eq!(project.says(Profile::Release), format!("{FIRST} unchecked"));
    project.edit_in_the_past("author/plugin/src/lib.rs", "\"source\"", "\"edited\"");
    assert_eq!(project.says(Profile::Release), "edited file outside data usual unchecked");
    assert_eq!(project.says(Profile::Test), "edited file outside data usual");
}

#[test]
fn what_a_killed_build_left_behind_is_replaced() {
    let project = Project::new("killed");
    let artifact = plugsmith_harness::build_again(&project.plugin(), Profile::Release, &mut |_| {}).unwrap();
    let half = artifact.with_file_name(".http.wasm.half");
    std::fs::write(&half, "half of an artif").unwrap();
    project.edit("author/plugin/src/lib.rs", "\"source\"", "\"edited\"");
    assert_eq!(project.says(Profile::Release), "edited file outside data usual unchecked");
    assert!(!half.exists());
}
