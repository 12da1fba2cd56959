//! Where a project lies, and where cargo is told to build.

use std::fs;
use std::process::Command;

use plugsmith_harness::{BuildOptions, Profile};

use crate::project::{FIRST, Project, run};

#[test]
fn a_member_is_fresh_where_paths_are_noted_relative_to_the_workspace() {
    let project = Project::new("basedir");
    project.write("author/.cargo/config.toml", "[build]\ndep-info-basedir = \".\"\n");
    assert_eq!(project.says(Profile::Test), FIRST);
    project.edit("author/plugin/src/lib.rs", "\"source\"", "\"edited\"");
    assert_eq!(project.says(Profile::Test), "edited file outside data usual");
    project.edit_in_the_past("author/plugin/src/lib.rs", "\"edited\"", "\"source\"");
    assert_eq!(project.says(Profile::Test), FIRST);
}

#[test]
fn a_variable_is_noticed_where_intermediate_files_lie_elsewhere() {
    let project = Project::new("build-dir");
    project.write("author/.cargo/config.toml", "[build]\nbuild-dir = \"../elsewhere\"\n");
    assert_eq!(run(&mut project.process()), Ok(FIRST.to_owned()));
    assert_eq!(
        run(project.process().env("FRESH_WORD", "fancy")),
        Ok("source file outside data fancy usual".to_owned())
    );
    assert_eq!(run(&mut project.process()), Ok(FIRST.to_owned()));
}

#[test]
fn a_target_in_the_configuration_changes_nothing() {
    let project = Project::new("target");
    project.write("author/.cargo/config.toml", "[build]\ntarget = \"wasm32-unknown-unknown\"\n");
    assert_eq!(project.says(Profile::Test), FIRST);
}

#[test]
fn a_project_that_was_moved_is_found() {
    let project = Project::new("moved");
    assert_eq!(run(&mut project.process()), Ok(FIRST.to_owned()));
    let moved = project.elsewhere("moved-to");
    fs::rename(&project.folder, &moved.folder).unwrap();
    // The macro has the old folder, cargo names the new one.
    let mut test = moved.process();
    test.env("FRESH_PLUGIN", project.plugin());
    assert_eq!(run(&mut test), Ok(FIRST.to_owned()));
    moved.edit("author/plugin/src/lib.rs", "\"source\"", "\"moved\"");
    assert_eq!(run(&mut test), Ok("moved file outside data usual".to_owned()));
}

#[test]
fn a_project_that_was_copied_with_its_target_folder_is_not_the_original() {
    let project = Project::new("copied");
    project.edit("author/plugin/src/lib.rs", "\"source\"", "\"original\"");
    assert_eq!(run(&mut project.process()), Ok("original file outside data usual".to_owned()));
    let copy = project.elsewhere("copied-to");
    assert!(Command::new("cp").arg("-a").args([&project.folder, &copy.folder]).status().unwrap().success());
    copy.edit_in_the_past("author/plugin/src/lib.rs", "\"original\"", "\"copy\"");
    let mut test = copy.process();
    test.env("FRESH_PLUGIN", project.plugin());
    assert_eq!(run(&mut test), Ok("copy file outside data usual".to_owned()));
    assert_eq!(run(&mut project.process()), Ok("original file outside data usual".to_owned()));
}

#[test]
fn two_checkouts_with_one_target_folder_are_two_plugins() {
    let (one, other) = (Project::new("one-checkout"), Project::new("other-checkout"));
    // To cargo both look the same, and it would not build the second.
    one.edit_in_the_past("author/plugin/src/lib.rs", "\"source\"", "\"one\"");
    other.edit_in_the_past("author/plugin/src/lib.rs", "\"source\"", "\"other\"");
    let target_dir = Some(one.folder.join("shared"));
    let options = BuildOptions { target_dir, ..BuildOptions::default() };
    for _ in 0..2 {
        assert_eq!(one.says(options.clone()), "one file outside data usual");
        assert_eq!(other.says(options.clone()), "other file outside data usual");
    }
    assert!(!one.folder.join("author/target").exists(), "it was built in the folder that was named");
}

#[test]
fn a_relative_path_names_a_crate() {
    let project = Project::new("relative");
    for (folder, here) in [("author/plugin", &project.folder), ("", &project.plugin())] {
        let mut test = project.process();
        test.env("FRESH_PLUGIN", folder).env_remove("CARGO_MANIFEST_DIR").current_dir(here);
        assert_eq!(run(&mut test), Ok(FIRST.to_owned()));
    }
}

#[test]
fn a_crate_is_reached_through_a_link() {
    let project = Project::new("link");
    let link = project.folder.join("link");
    std::os::unix::fs::symlink(&project.folder, &link).unwrap();
    let plugin = link.join("author/plugin");
    let mut test = project.process();
    test.env("FRESH_PLUGIN", &plugin).env("CARGO_MANIFEST_DIR", &plugin).current_dir(&plugin);
    assert_eq!(run(&mut test), Ok(FIRST.to_owned()));
}
