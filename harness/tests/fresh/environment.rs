//! What the environment says: flags, variables, and a runner with a process for each test.

use crate::project::{FIRST, Project, run};

#[test]
fn a_variable_that_the_source_reads_is_noticed() {
    let project = Project::new("variable");
    assert_eq!(run(&mut project.process()), Ok(FIRST.to_owned()));
    let fancy = run(project.process().env("FRESH_WORD", "fancy"));
    assert_eq!(fancy, Ok("source file outside data fancy usual".to_owned()));
}

#[test]
fn flags_of_the_environment_are_added_to_those_of_the_configuration() {
    let project = Project::new("flags");
    // As text or as a list.
    for flags in ["\"--cfg marked\"", "[\"--cfg\", \"marked\"]"] {
        let config = format!("[target.wasm32-unknown-unknown]\nrustflags = {flags}\n");
        project.write("author/.cargo/config.toml", &config);
        let marked = Ok("source file outside data marked usual".to_owned());
        assert_eq!(run(&mut project.process()), marked);
        assert_eq!(run(project.process().env("RUSTFLAGS", "-D warnings")), marked);
        assert_eq!(run(project.process().env("CARGO_ENCODED_RUSTFLAGS", "-D\u{1f}warnings")), marked);
        assert_eq!(run(project.process().env("RUSTFLAGS", "")), marked);
    }
    project.write("author/.cargo/config.toml", "");
    let marked = run(project.process().env("RUSTFLAGS", "--cfg marked"));
    assert_eq!(marked, Ok("source file outside data marked usual".to_owned()));
}

#[test]
fn flags_that_only_this_machine_understands_are_named() {
    let project = Project::new("foreign-flags");
    let error = run(project.process().env("RUSTFLAGS", "-Clinker=/no/such/linker")).unwrap_err();
    assert!(error.contains("RUSTFLAGS is set (-Clinker=/no/such/linker), and the plugin is built with it"), "{error}");
    assert!(error.contains("[target.'cfg(not(target_family = \"wasm\"))']\nrustflags = "), "{error}");
}

#[test]
fn a_run_of_nextest_builds_once() {
    let project = Project::new("nextest");
    let test = |id: &str| run(project.process().env("NEXTEST_RUN_ID", id));
    assert_eq!(test("first"), Ok(FIRST.to_owned()));
    // A run is of the sources as they were when it began.
    project.edit("author/plugin/src/lib.rs", "\"source\"", "\"edited\"");
    assert_eq!(test("first"), Ok(FIRST.to_owned()));
    assert_eq!(test("second"), Ok("edited file outside data usual".to_owned()));

    project.edit("author/plugin/src/lib.rs", "\"edited\"", "edited");
    assert!(test("third").unwrap_err().contains("cannot find value `edited`"));
    project.edit("author/plugin/src/lib.rs", "edited", "\"edited\"");
    assert!(test("third").unwrap_err().contains("cannot find value `edited`"), "it fails for all");
    assert_eq!(test("fourth"), Ok("edited file outside data usual".to_owned()));
}

#[test]
fn a_test_that_starts_tests_has_a_run_of_its_own() {
    let project = Project::new("nested");
    let nested = |project: &Project| {
        let test = project.process();
        let mut shell = std::process::Command::new("sh");
        // Two commands, so that the shell stays the parent.
        shell.args(["-c", "\"$@\"; exit $?", "sh"]).arg(test.get_program()).args(test.get_args());
        for (name, value) in test.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        run(shell.current_dir(project.plugin()).env("NEXTEST_RUN_ID", "same"))
    };
    assert_eq!(nested(&project), Ok(FIRST.to_owned()));
    project.edit("author/plugin/src/lib.rs", "\"source\"", "\"edited\"");
    assert_eq!(nested(&project), Ok("edited file outside data usual".to_owned()));
}
