//! Features and profiles of the author's.

use plugsmith_harness::{BuildOptions, Features, Profile};

use crate::project::{FIRST, Project, run};

fn with(features: Features) -> BuildOptions {
    BuildOptions { features, ..BuildOptions::default() }
}

#[test]
fn an_artifact_has_the_features_that_are_asked_for() {
    let project = Project::new("features");
    let named = |named: &[&str]| named.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let all = with(Features { all: true, ..Features::default() });
    assert_eq!(project.says(all), format!("{FIRST} extra"));
    let extra = with(Features { named: named(&["extra"]), ..Features::default() });
    assert_eq!(project.says(extra), format!("{FIRST} extra"));
    let none = with(Features { no_default: true, ..Features::default() });
    assert_eq!(project.says(none), "source file outside data");
    let alone = with(Features { no_default: true, named: named(&["extra"]), ..Features::default() });
    assert_eq!(project.says(alone), "source file outside data extra");
    assert_eq!(project.says(Profile::Test), FIRST);
}

#[test]
fn artifacts_with_other_features_do_not_replace_each_other() {
    let project = Project::new("features-apart");
    let build = |options| plugsmith_harness::build_again(&project.plugin(), options, &mut |_| {}).unwrap();
    let usual = build(BuildOptions::default());
    let all = build(with(Features { all: true, ..Features::default() }));
    assert_eq!(crate::project::says(&usual), FIRST);
    assert_eq!(crate::project::says(&all), format!("{FIRST} extra"));
}

#[test]
fn a_profile_of_the_author_takes_the_place_of_ours() {
    let project = Project::new("profiles");
    project.edit(
        "author/Cargo.toml",
        "[workspace]",
        "[profile.checked]\ninherits = \"release\"\ndebug-assertions = true\n\n[workspace]",
    );
    let checked = |profile| BuildOptions { cargo_profile: Some("checked".to_owned()), ..BuildOptions::from(profile) };
    assert_eq!(project.says(checked(Profile::Release)), FIRST);
    let release = BuildOptions { cargo_profile: Some("release".to_owned()), ..BuildOptions::default() };
    assert_eq!(project.says(release), format!("{FIRST} unchecked"));

    // One with the name of ours stays as it is written.
    assert_eq!(project.says(Profile::Release), format!("{FIRST} unchecked"));
    project.edit(
        "author/Cargo.toml",
        "[workspace]",
        "[profile.plugsmith-release]\ninherits = \"checked\"\n\n[workspace]",
    );
    assert_eq!(project.says(Profile::Release), FIRST);
}

#[test]
fn a_test_has_its_plugin_built_with_its_profile_and_in_its_target_folder() {
    let project = Project::new("like-the-test");
    assert_eq!(run(&mut project.process_in("author/target", "release")), Ok(format!("{FIRST} unchecked")));
    assert_eq!(run(&mut project.process_in("author/target", "x86_64-unknown-linux-gnu/debug")), Ok(FIRST.to_owned()));
    std::fs::remove_dir_all(project.folder.join("author/target/plugsmith")).unwrap();
    assert_eq!(run(&mut project.process_in("elsewhere", "debug")), Ok(FIRST.to_owned()));
    assert!(project.folder.join("elsewhere/plugsmith/tests").is_dir());
    assert!(!project.folder.join("author/target/plugsmith").exists());
}
