//! The tests of an `xtp.toml`.

use std::path::{Path, PathBuf};

use plugsmith_harness::Host;
use plugsmith_harness::xtp::{Input, Tests};

use crate::{SUBJECT, test_plugin};

/// A folder with this `xtp.toml`, a plugin, and a test plugin that asserts that it has an input.
fn folder(test: &str, toml: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("xtp").join(test);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("xtp.toml"), toml).unwrap();
    std::fs::write(folder.join("plugin.wat"), SUBJECT).unwrap();
    let body = "(call $assert (i64.const 0) (call $mock_input) (i64.const 0))";
    std::fs::write(folder.join("test.wat"), test_plugin(body)).unwrap();
    folder.join("xtp.toml")
}

#[test]
fn a_file_of_a_public_plugin_is_read() {
    let file = folder(
        "public",
        r#"
app_id = "app_1"
bin = "plugin.wat"
name = "max"

[scripts]
build = "exit 1"

[[test]]
name = "text"
build = "cp test.wat made.wat"
with = "made.wat"
mock_input = { data = "this is my mock input data" }

[[test]]
name = "file"
with = "test.wat"
mock_input = { file = "xtp.toml" }
"#,
    );
    let tests = Tests::read(&file).unwrap();
    assert_eq!(tests.tests[0].mock_input, Some(Input::Data("this is my mock input data".to_owned())));
    for test in &tests.tests {
        test.build().unwrap();
        test.suite(tests.plugin().unwrap(), Host::new()).unwrap().run().unwrap().assert_passed();
    }
}

fn wrong(test: &str, toml: &str) -> String {
    let file = folder(test, toml);
    let here = file.parent().unwrap().display().to_string();
    let tests = match Tests::read(&file) {
        Ok(tests) => tests,
        Err(error) => return error.to_string().replace(&here, "here"),
    };
    let error = tests.plugin().and_then(|plugin| {
        let test = &tests.tests[0];
        test.build()?;
        test.suite(plugin, Host::new())?.run()
    });
    error.unwrap_err().to_string().replace(&here, "here")
}

#[test]
fn a_file_without_a_plugin_is_told_so() {
    let error = wrong("no-bin", "[[test]]\nname = \"a\"\nwith = \"test.wat\"\n");
    assert_eq!(error, "here/xtp.toml: it names no plugin: add `bin = \"plugin.wasm\"`");
}

#[test]
fn a_url_is_refused() {
    let error = wrong("url", "bin = \"https://example.com/code.wasm\"\n");
    assert_eq!(error, "https://example.com/code.wasm: a test fetches nothing: download it, and name the file");
}

#[test]
fn a_build_that_fails_shows_what_it_printed() {
    let toml =
        "bin = \"plugin.wat\"\n[[test]]\nname = \"a\"\nbuild = \"echo no compiler; exit 7\"\nwith = \"test.wat\"\n";
    assert_eq!(wrong("build", toml), "the plugin does not build:\necho no compiler; exit 7\nno compiler\n");
}

#[test]
fn an_input_that_is_missing_is_named() {
    let toml =
        "bin = \"plugin.wat\"\n[[test]]\nname = \"a\"\nwith = \"test.wat\"\nmock_input = { file = \"none.csv\" }\n";
    assert!(wrong("input", toml).starts_with("here/none.csv: "));
}

#[test]
fn a_file_of_another_form_is_refused() {
    let error = wrong("form", "[[test]]\nname = \"a\"\n");
    assert!(error.starts_with("here/xtp.toml: ") && error.contains("missing field `with`"), "{error}");
}

#[test]
fn a_misspelt_key_of_a_test_is_refused() {
    let told = [
        "mock-input = { data = \"x\" }",
        "mockhost = \"host.wat\"",
        "mock_imput = { data = \"x\" }",
        "builds = \"make\"",
    ]
    .map(|key| wrong("key", &format!("bin = \"plugin.wat\"\n[[test]]\nname = \"a\"\nwith = \"test.wat\"\n{key}\n")));
    insta::assert_snapshot!(told.join("\n"), @"
    here/xtp.toml: the test `a` has no key `mock-input`: write `mock_input`
    here/xtp.toml: the test `a` has no key `mockhost`: write `mock_host`
    here/xtp.toml: the test `a` has no key `mock_imput`: write `mock_input`
    here/xtp.toml: the test `a` has no key `builds`: write `build`
    ");
}

#[test]
fn other_keys_of_a_test_are_let_be() {
    let test = "[[test]]\nname = \"a\"\nwith = \"test.wat\"\ntags = [\"slow\"]\ninputs = { a = 1 }\n";
    Tests::read(folder("others", test)).unwrap();
}

#[test]
fn a_file_that_is_missing_is_named() {
    assert!(Tests::read("no-such/xtp.toml").unwrap_err().to_string().starts_with("no-such/xtp.toml: "));
}
