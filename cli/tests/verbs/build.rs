//! `build`.

use plugsmith_harness::{Inspection, Plugin};

use crate::sandbox::{VERBS, plugsmith, snapshot};

#[test]
fn what_ships_lies_in_one_place_and_runs() {
    let output = plugsmith(["build", "ferrite-hello", "--quiet"]).output().unwrap();
    let path = String::from_utf8(output.stdout).unwrap();
    let path = path.trim_end();
    assert!(path.ends_with("plugsmith/ferrite_hello.wasm"), "{path}");
    let mut plugin = Plugin::load(path).unwrap();
    assert_eq!(plugin.command("HELLO.WORLD", ["Ada"]).unwrap(), "Hello, Ada!");

    let output = plugsmith(["build", "ferrite-hello"]).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let bytes = Inspection::read(path).unwrap().bytes.to_string();
    let digits: String = shown.lines().nth(1).unwrap().chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits, bytes, "{shown}");
    assert!(shown.contains("plugsmith") && shown.contains("code"), "{shown}");
}

#[test]
fn a_file_is_built_already() {
    snapshot!(plugsmith(["build", VERBS]));
}
