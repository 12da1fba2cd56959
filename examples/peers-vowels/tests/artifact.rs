//! The built plugin, in the harness.

use plugsmith_harness::plugin;

#[test]
fn the_demos_text_has_three_vowels() {
    let mut plugin = plugin!();
    assert_eq!(plugin.call::<String>("count_vowels", "Hello, World!").unwrap(), r#"{"count": 3}"#);
}

#[test]
fn it_asks_nothing_of_its_host() {
    let plugin = plugin!();
    let foreign = plugin.module().imports.iter().filter(|import| import.module != "extism:host/env").count();
    assert_eq!(foreign, 0);
}
