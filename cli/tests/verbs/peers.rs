//! `--plugin`: other plugins that the plugin may load.

use plugsmith_harness::build;

use crate::sandbox::{plugsmith, root, snapshot};

/// `cargo plugsmith`, where the two examples are built already, so that no progress is shown.
fn on_examples<'a>(arguments: impl IntoIterator<Item = &'a str>) -> std::process::Command {
    for name in ["peers-vowels-caller", "peers-vowels"] {
        build(&root().join("examples").join(name)).unwrap();
    }
    plugsmith(arguments)
}

#[test]
fn a_plugin_is_given_another_one() {
    let plugin = "count_vowels=examples/peers-vowels";
    snapshot!(on_examples(["call", "examples/peers-vowels-caller", "run", "--plugin", plugin]));
}

#[test]
fn what_happened_in_the_other_one_is_in_the_report_too() {
    let plugin = "count_vowels=peers-vowels";
    snapshot!(on_examples(["call", "peers-vowels-caller", "run", "--plugin", plugin, "--json"]));
}

#[test]
fn a_plugin_that_nobody_gave_is_named() {
    let plugin = "vowels=peers-vowels";
    snapshot!(on_examples(["call", "peers-vowels-caller", "run", "--plugin", plugin]));
}

#[test]
fn a_plugin_that_is_not_there_is_named() {
    snapshot!(on_examples(["call", "peers-vowels-caller", "run", "--plugin", "count_vowels=no/such.wasm"]));
}

#[test]
fn a_plugin_that_calls_others_has_a_template() {
    let folder = crate::sandbox::folder("new-peers");
    snapshot!(plugsmith(["new", "caller", "--template", "peers"]).current_dir(&folder));
    let source = std::fs::read_to_string(folder.join("caller/src/lib.rs")).unwrap();
    assert!(source.contains("#[peer]"), "{source}");
}

#[test]
fn a_plugin_for_one_that_loads_none_is_of_no_use() {
    snapshot!(on_examples(["call", "peers-vowels", "count_vowels", "--plugin", "count_vowels=peers-vowels"]));
}

#[test]
fn a_plugin_that_loads_others_itself_is_for_a_test() {
    snapshot!(on_examples(["call", "peers-vowels-caller", "run", "--plugin", "next=peers-vowels-caller"]));
}

#[test]
fn fuel_is_for_the_other_plugins_too() {
    let plugin = "count_vowels=cli/tests/fixtures/spin.wat";
    snapshot!(on_examples(["call", "peers-vowels-caller", "run", "--plugin", plugin, "--fuel", "1000000"]));
}
