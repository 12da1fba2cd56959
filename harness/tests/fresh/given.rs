//! An artifact that `PLUGSMITH_WASM` names.

use std::path::Path;
use std::process::Command;

use plugsmith_harness::{Profile, build_again};

use crate::project::{FIRST, Project, run};

#[test]
fn an_artifact_of_cargo_is_held_against_its_sources() {
    let project = Project::new("given");
    let build = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--release", "--target", "wasm32-unknown-unknown"]).current_dir(project.plugin());
        assert!(cargo.env_remove("CARGO_TARGET_DIR").status().unwrap().success());
    };
    let artifact = project.folder.join("author/target/wasm32-unknown-unknown/release/http.wasm");
    let test = |artifact: &Path| run(project.process().env("PLUGSMITH_WASM", artifact));
    build();
    assert_eq!(test(&artifact), Ok(format!("{FIRST} unchecked")));

    project.edit("author/plugin/src/lib.rs", "\"source\"", "\"edited\"");
    let is_stale = |error: String| error.contains("plugin/src/lib.rs has changed since; build it again");
    assert!(is_stale(test(&artifact).unwrap_err()));
    build();
    assert_eq!(test(&artifact), Ok("edited file outside data usual unchecked".to_owned()));
    project.edit_in_the_past("author/plugin/src/lib.rs", "\"edited\"", "\"source\"");
    assert!(is_stale(test(&artifact).unwrap_err()));
    // Nor does a new time of its entry make it younger.
    let moved = artifact.with_file_name("moved.wasm");
    std::fs::rename(&artifact, &moved).unwrap();
    assert!(is_stale(test(&moved).unwrap_err()));

    let missing = test(Path::new("no/such.wasm")).unwrap_err();
    assert!(missing.contains("no artifact at no/such.wasm: build it"), "{missing}");
}

#[test]
fn what_ships_is_brought_up_to_date() {
    let project = Project::new("given-shipped");
    let artifact = build_again(&project.plugin(), Profile::Release, &mut |_| {}).unwrap();
    assert_eq!(artifact, project.folder.join("author/target/plugsmith/http.wasm"));
    let test = || run(project.process().env("PLUGSMITH_WASM", &artifact));
    assert_eq!(test(), Ok(format!("{FIRST} unchecked")));
    project.edit_in_the_past("author/plugin/src/lib.rs", "\"source\"", "\"edited\"");
    assert_eq!(test(), Ok("edited file outside data usual unchecked".to_owned()));
}
