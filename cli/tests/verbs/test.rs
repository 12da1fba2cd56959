//! `test`, with a cargo that only says how it was called.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::sandbox::{folder, plugsmith, snapshot};

/// The program, and a cargo that has nextest or not, and ends with this code.
fn with_cargo(test: &str, nextest: u8, code: u8) -> Command {
    let cargo = folder(test).join("cargo");
    let script = format!(
        "#!/bin/sh\nif [ \"$1 $2\" = 'nextest --version' ]; then exit {nextest}; fi\necho \"called: cargo $*\"\nexit {code}\n"
    );
    std::fs::write(&cargo, script).unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = plugsmith(["test", "-p", "my-plugin", "--release"]);
    command.env("CARGO", cargo);
    command
}

#[test]
fn prefers_nextest() {
    snapshot!(with_cargo("with-nextest", 0, 0));
}

#[test]
fn takes_cargo_test_where_there_is_no_nextest() {
    snapshot!(with_cargo("without-nextest", 101, 0));
}

#[test]
fn ends_with_cargos_exit_code() {
    snapshot!(with_cargo("tests-fail", 0, 100));
}

#[test]
fn a_missing_cargo_is_named() {
    snapshot!(plugsmith(["test"]).env("CARGO", "no-such-cargo"));
}
