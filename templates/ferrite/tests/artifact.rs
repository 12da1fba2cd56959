//! The built plugin, in the harness.

#[test]
fn greets_and_counts() {
    let mut plugin = plugsmith_harness::plugin!(); // built, never stale, strict, isolated
    assert_eq!(plugin.command("GREET", ["Ada"]).unwrap(), "Hello, Ada!");
    plugsmith_harness::assert_trace_snapshot!(plugin);
}
