//! Projects that build no plugin.

use plugsmith_harness::{Error, Profile, build_again};

use crate::project::Project;

/// Why there is no artifact.
fn failure(project: &Project) -> String {
    match build_again(&project.plugin(), Profile::Test, &mut |_| {}) {
        Err(Error::BuildFailed { output }) => output,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_plugin_that_does_not_build_is_shown_as_cargo_shows_it() {
    let project = Project::new("broken");
    project.edit("author/plugin/src/lib.rs", "let text = ", "let text: u32 = ");
    let shown = failure(&project);
    assert!(shown.contains("error[E0308]: mismatched types\n  --> plugin/src/lib.rs:"), "{shown}");
    assert!(shown.contains("expected `u32`, found `String`"), "{shown}");
}

#[test]
fn a_library_that_is_no_cdylib_is_told_what_to_write() {
    let project = Project::new("rlib");
    project.edit("author/plugin/Cargo.toml", "crate-type = [\"cdylib\"]", "");
    let shown = failure(&project);
    assert!(shown.ends_with("builds no plugin: add to it\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]"), "{shown}");
}

#[test]
fn an_example_is_no_plugin() {
    let project = Project::new("example");
    let example = "[[example]]\nname = \"shown\"\ncrate-type = [\"cdylib\"]\n\n[features]";
    project.edit("author/plugin/Cargo.toml", "[features]", example);
    project.write("author/plugin/examples/shown.rs", "//! Shows something.\n");
    assert_eq!(project.says(Profile::Test), crate::project::FIRST);
    project.edit("author/plugin/Cargo.toml", "[lib]\ncrate-type = [\"cdylib\"]", "");
    let shown = failure(&project);
    assert!(
        shown.ends_with(
            "builds no plugin: its example `shown` is a cdylib, but a plugin is the library: add to it\n\n\
             [lib]\ncrate-type = [\"cdylib\", \"rlib\"]"
        ),
        "{shown}"
    );
}

#[test]
fn getrandom_without_its_line_is_told_which() {
    let project = Project::new("getrandom");
    // What getrandom 0.3 says, said by the plugin: it is not fetched for this.
    let error = "compile_error!(\"getrandom: you may need to enable the wasm_js configuration flag\");";
    project.write("author/plugin/src/lib.rs", error);
    let shown = failure(&project);
    assert!(
        shown.ends_with("[target.wasm32-unknown-unknown]\nrustflags = [\"--cfg\", 'getrandom_backend=\"custom\"']"),
        "{shown}"
    );
}
