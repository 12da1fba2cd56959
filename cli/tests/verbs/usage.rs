//! The help, and what is wrong with a command line.

use crate::sandbox::{VERBS, plugsmith, snapshot};

#[test]
fn the_help_lists_verbs_and_exit_codes() {
    snapshot!(plugsmith(["--help"]));
}

#[test]
fn each_verb_has_help_with_examples() {
    snapshot!(plugsmith(["run", "--help"]));
    snapshot!(plugsmith(["call", "--help"]));
    snapshot!(plugsmith(["inspect", "--help"]));
    snapshot!(plugsmith(["test", "--help"]));
    snapshot!(plugsmith(["new", "--help"]));
    snapshot!(plugsmith(["manifest", "--help"]));
    snapshot!(plugsmith(["check", "--help"]));
    snapshot!(plugsmith(["serve", "--help"]));
    snapshot!(plugsmith(["pack", "--help"]));
    snapshot!(plugsmith(["build", "--help"]));
    snapshot!(plugsmith(["init", "--help"]));
    snapshot!(plugsmith(["doctor", "--help"]));
    snapshot!(plugsmith(["completions", "--help"]));
    snapshot!(plugsmith(["man", "--help"]));
}

#[test]
fn no_verb_is_wrong_usage() {
    assert_eq!(plugsmith([]).output().unwrap().status.code(), Some(2));
}

#[test]
fn an_unknown_option_is_wrong_usage() {
    snapshot!(plugsmith(["run", VERBS, "F", "--nothing"]));
}

#[test]
fn values_that_cannot_be_read_are_named_with_the_fix() {
    let wrong = [
        ["--config", "user"],
        ["--config", "=Ada"],
        ["--config", "user=@nothing.txt"],
        ["--storage", "list:=[1"],
        ["--storage", ":=1"],
        ["--http", "GET"],
        ["--http", "get https://api.example.com 200"],
        ["--http", "GET api.example.com 200"],
        ["--http", "GET https://api.example.com 99"],
        ["--http", "GET https://api.example.com two"],
        ["--fuel", "0"],
        ["--memory-pages", "70000"],
        ["--timeout-ms", "soon"],
    ];
    let mut told = String::new();
    for option in wrong {
        let output = plugsmith(["call", VERBS, "echo"]).args(option).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8(output.stderr).unwrap();
        told.push_str(text.lines().next().unwrap());
        told.push('\n');
    }
    let _filters = crate::sandbox::filters().bind_to_scope();
    insta::assert_snapshot!(told);
}
