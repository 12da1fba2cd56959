//! `manifest`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use plugsmith_harness::{Profile, build_with};

use crate::sandbox::{folder, krate, plugsmith, root, snapshot};

#[test]
fn the_examples_say_what_they_are() {
    snapshot!(ferrite("ferrite-hello"));
    snapshot!(ferrite("ferrite-bloom"));
    snapshot!(ferrite("ferrite-guard"));
}

#[test]
fn what_is_written_agrees() {
    for example in ["ferrite-hello", "ferrite-bloom", "ferrite-guard"] {
        let file = folder(&format!("manifest-agrees-{example}")).join("plugin.toml");
        let file = file.to_str().unwrap();
        let written = ferrite(example).args(["--write", file]).output().unwrap();
        assert_eq!((written.status.code(), written.stdout), (Some(0), Vec::new()));
        let checked = ferrite(example).args(["--check", file]).output().unwrap();
        assert_eq!((checked.status.code(), checked.stdout), (Some(0), Vec::new()));
    }
}

#[test]
fn every_difference_is_a_line_and_the_exit_code_is_1() {
    let folder = folder("manifest-differs");
    let text = String::from_utf8(ferrite("ferrite-bloom").output().unwrap().stdout).unwrap();
    let text = text
        .replacen("min_args = 2", "min_args = 3\nmax_args = 3", 1)
        .replacen("max_args = 2\n", "", 1)
        .replace("name = \"BF.INFO\"", "name = \"BF.INFOS\"")
        .replace("action = \"write\"", "action = \"delete\"");
    fs::write(folder.join("plugin.toml"), text).unwrap();
    snapshot!(ferrite("ferrite-bloom").args(["--check", "plugin.toml"]).current_dir(folder));
}

#[test]
fn a_file_that_is_no_manifest_is_named_with_its_line() {
    let folder = folder("manifest-malformed");
    fs::write(folder.join("plugin.toml"), "[package]\nname = \"a\"\nversion = 1\n").unwrap();
    snapshot!(ferrite("ferrite-hello").args(["--check", "plugin.toml"]).current_dir(folder));
}

#[test]
fn a_malformed_file_is_not_overwritten() {
    let file = folder("manifest-not-overwritten").join("plugin.toml");
    fs::write(&file, "name =\n").unwrap();
    let output = ferrite("ferrite-hello").args(["--write", file.to_str().unwrap()]).output().unwrap();
    assert_eq!((output.status.code(), fs::read_to_string(&file).unwrap()), (Some(2), "name =\n".to_owned()));
}

#[test]
fn a_file_that_is_not_there_is_named_with_the_fix() {
    snapshot!(ferrite("ferrite-hello").args(["--check", "plugin.toml"]).current_dir(folder("manifest-missing")));
}

#[test]
fn a_folder_is_no_file() {
    snapshot!(plugsmith(["manifest", "--host", "ferrite", "--check", "examples"]));
}

#[test]
fn an_unknown_host_lists_the_known_ones() {
    snapshot!(plugsmith(["manifest", "--host", "redis"]));
}

#[test]
fn writing_and_checking_at_once_is_wrong_usage() {
    let output = plugsmith(["manifest", "--host", "ferrite", "--check", "--write"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_artifact_takes_its_package_from_the_file_beside_it() {
    let folder = folder("manifest-artifact");
    let hello = build_with(&root().join("examples/ferrite-hello"), Profile::Release, &mut |_| {}).unwrap();
    fs::copy(hello, folder.join("hello.wasm")).unwrap();
    fs::write(folder.join("plugin.toml"), "[package]\nname = \"hello\"\nversion = \"3.0.0\"\n").unwrap();
    snapshot!(plugsmith(["manifest", "hello.wasm", "--host", "ferrite"]).current_dir(&folder));
}

#[test]
fn an_artifact_without_a_file_says_no_name() {
    let folder = folder("manifest-artifact-alone");
    fs::write(folder.join("a.wat"), "(module)").unwrap();
    snapshot!(plugsmith(["manifest", "a.wat", "--host", "ferrite"]).current_dir(&folder));
}

#[test]
fn cargo_toml_adds_hosts_and_dependencies() {
    let folder = fetcher(
        "manifest-cargo",
        "min_version = \"0.1.0\"\n\
         permissions = [{ resource = \"network\", action = \"http_get\", hosts = [\"api.example.com\"] }]\n\
         dependencies = [{ name = \"json\", version = \"1.0\" }]",
    );
    snapshot!(plugsmith(["manifest", "--host", "ferrite", "--quiet"]).current_dir(&folder));
}

#[test]
fn what_the_file_adds_is_kept_when_it_is_written_again() {
    let folder = fetcher("manifest-kept", "");
    let file = folder.join("plugin.toml");
    let text = "# Mine.\n[package]\nname = \"old\"\nversion = \"9.0.0\"\nauthor = \"Ada\"\n\n\
                [[permissions]]\nresource = \"network\"\naction = \"http_get\"\nhosts = [\"api.example.com\"]\n\n\
                [[permissions]]\nresource = \"storage\"\naction = \"delete\"\n";
    fs::write(&file, text).unwrap();
    let output = plugsmith(["manifest", "--host", "ferrite", "--write", "--quiet"]).current_dir(&folder).output();
    assert_eq!(output.unwrap().status.code(), Some(0));
    insta::assert_snapshot!(fs::read_to_string(&file).unwrap());
}

/// Nothing that a person wrote is deleted, and notes tell of what nothing speaks for.
#[test]
fn comments_and_entries_survive_when_the_file_is_written_again() {
    let folder = folder("manifest-comments");
    let file = folder.join("plugin.toml");
    let text = "# Of the greeters.\n[package]\nname = \"ferrite-hello\"   # as the crate\nversion = \"0.0.1\"\n\n\
                # Older clients call it.\n[[commands]]\nname = \"HELLO.OLD\"\nmin_args = 1\n\n\
                [[commands]]\n# Counts.\nname = \"HELLO.COUNT\"\nflags = [\"read\"]   # really?\n";
    fs::write(&file, text).unwrap();
    let mut command = ferrite("ferrite-hello");
    snapshot!(command.arg("--write").arg("plugin.toml").current_dir(&folder));
    insta::assert_snapshot!(fs::read_to_string(&file).unwrap());
    let again = ferrite("ferrite-hello").arg("--write").arg("plugin.toml").current_dir(&folder).output().unwrap();
    assert_eq!(again.status.code(), Some(0));
    let inline = "commands = [{ name = \"OLD\" }] # one\n[package]\nname = \"a\"\nversion = \"1.0.0\"\n";
    fs::write(&file, inline).unwrap();
    ferrite("ferrite-hello").arg("--write").arg("plugin.toml").current_dir(&folder).output().unwrap();
    insta::assert_snapshot!(fs::read_to_string(&file).unwrap());
}

/// A guest without records: what its author wrote stays, and the permissions that it needs come to it.
#[test]
fn what_stands_in_for_records_is_kept_when_it_is_written_again() {
    let folder = folder("manifest-stands-in");
    let wat = r#"(module (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
      (func (export "lbTop") (result i32) i32.const 0))"#;
    fs::write(folder.join("board.wat"), wat).unwrap();
    let file = folder.join("plugin.toml");
    fs::write(&file, "[package]\nname = \"board\"\nversion = \"1.0.0\"\n\n[[commands]]\nname = \"LB.TOP\"\nexport = \"lbTop\"\ntips = [\"nondeterministic_output\"]\n").unwrap();
    let run = |arguments: &[&str]| {
        plugsmith(["manifest", "board.wat", "--host", "ferrite"]).args(arguments).current_dir(&folder).output().unwrap()
    };
    assert_eq!(run(&["--write"]).status.code(), Some(0));
    insta::assert_snapshot!(fs::read_to_string(&file).unwrap());
    assert_eq!(run(&["--check"]).status.code(), Some(0));
    snapshot!(plugsmith(["run", "board.wat", "lb.top"]).current_dir(&folder));
    snapshot!(plugsmith(["check", "board.wat", "--host", "ferrite"]).current_dir(&folder));
}

#[test]
fn a_permission_that_is_not_linked_is_refused() {
    let folder = fetcher("manifest-unlinked", "permissions = [{ resource = \"storage\", action = \"write\" }]");
    snapshot!(plugsmith(["manifest", "--host", "ferrite", "--quiet"]).current_dir(&folder));
}

#[test]
fn what_cargo_toml_cannot_mean_is_named() {
    let folder = fetcher("manifest-metadata", "min_versoin = \"0.1.0\"");
    snapshot!(plugsmith(["manifest", "--host", "ferrite", "--quiet"]).current_dir(&folder));
    let folder = fetcher("manifest-metadata-2", "permissions = [{ resource = \"disk\", action = \"read\" }]");
    snapshot!(plugsmith(["manifest", "--host", "ferrite", "--quiet"]).current_dir(&folder));
}

/// `manifest` of an example that is built already, so that no progress is shown.
fn ferrite(example: &str) -> Command {
    build_with(&root().join("examples").join(example), Profile::Release, &mut |_| {}).unwrap();
    plugsmith(["manifest", root().join("examples").join(example).to_str().unwrap(), "--host", "ferrite"])
}

/// A crate that imports HTTP, with this in `[package.metadata.ferrite]`.
fn fetcher(test: &str, metadata: &str) -> PathBuf {
    const SOURCE: &str = r#"
        #[link(wasm_import_module = "extism:host/env")]
        unsafe extern "C" {
            fn http_request(request: i64, body: i64) -> i64;
        }

        #[unsafe(no_mangle)]
        pub extern "C" fn fetch() -> i32 {
            unsafe { http_request(0, 0) as i32 }
        }
    "#;
    let library = format!("crate-type = [\"cdylib\"]\n\n[package.metadata.ferrite]\n{metadata}");
    krate(test, &library, SOURCE)
}
