//! The built plugin, in the harness.

use plugsmith_harness::{assert_trace_snapshot, plugin};

#[test]
fn greets_by_name_or_the_world() {
    let mut plugin = plugin!();
    assert_eq!(plugin.command("HELLO.WORLD", ["Alice"]).unwrap(), "Hello, Alice!");
    assert_eq!(plugin.command("HELLO.WORLD", ()).unwrap(), "Hello, World!");
}

#[test]
fn counts_in_storage() {
    let mut plugin = plugin!();
    plugin.command("HELLO.COUNT", ["visits"]).unwrap();
    plugin.command("HELLO.COUNT", ["visits"]).unwrap();
    let _missing = plugin.command("HELLO.COUNT", ());
    assert_trace_snapshot!(plugin);
}
