//! A plugin that depends on another plugin's crate has that one's entry points.

use std::path::{Path, PathBuf};

use plugsmith_harness::{Error, Plugin, Profile, check, hosts};

fn borrows() -> PathBuf {
    plugsmith_harness::build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/borrows")).unwrap()
}

#[test]
fn entry_points_of_a_dependency_fail_the_load_unless_they_are_listed() {
    let error = Plugin::load(borrows()).unwrap_err();
    // `LEND` is in its own list.
    let Error::Leaked { exports } = &error else { panic!("{error:?}") };
    let lends = |export: &str| (export.to_owned(), "lends".to_owned());
    assert_eq!(*exports, [lends("LENDS.WIPE"), lends("describe"), lends("hook:OnKeyWrite:guard")]);
    insta::assert_snapshot!(error, @r#"the plugin exports entry points of crates that it depends on: `LENDS.WIPE` of `lends`, `describe` of `lends`, `hook:OnKeyWrite:guard` of `lends`; to keep them, list them in this plugin's `export_plugin!`; otherwise move what both plugins share into a crate without entry points, or put the attributes of that crate behind a feature: `#[cfg_attr(feature = "plugin", plugsmith::command)]`"#);
}

#[test]
fn what_ships_has_no_entry_point_that_nobody_asked_for() {
    let fixture = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    let error = plugsmith_harness::build_with(&fixture("borrows"), Profile::Release, &mut |_| {}).unwrap_err();
    assert!(matches!(&error, Error::Leaked { exports } if exports.len() == 3), "{error:?}");

    let ships = plugsmith_harness::build_with(&fixture("lends"), Profile::Release, &mut |_| {}).unwrap();
    let bytes = std::fs::read(ships).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"\"module\""), "what is from where does not ship");
}

#[test]
fn one_command_in_two_crates_is_an_error_of_the_build_that_names_both_cures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clashes");
    let error = plugsmith_harness::build(&folder).unwrap_err();
    let Error::BuildFailed { output } = &error else { panic!("{error:?}") };
    let explained = output.lines().last().unwrap();
    insta::assert_snapshot!(explained, @"two of the crates that are linked here export `LEND`: rename one, or move what both plugins share into a crate without entry points, since a plugin exports those of every crate that it depends on");
}

#[test]
fn check_says_so() {
    let report = check(borrows(), &hosts::profile("extism").unwrap()).unwrap();
    assert!(report.breaches().any(|breach| breach.what.contains("`LENDS.WIPE` of `lends`")), "{report}");
}

#[test]
fn a_renamed_file_with_entry_points_of_one_crate_is_that_crates() {
    let artifact =
        plugsmith_harness::build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lends")).unwrap();
    Plugin::load(artifact.clone()).unwrap();
    let folder = tempfile();
    let renamed = folder.join("plugin.wasm");
    std::fs::copy(artifact, &renamed).unwrap();
    Plugin::load(renamed).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

fn tempfile() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("plugsmith-leaks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
