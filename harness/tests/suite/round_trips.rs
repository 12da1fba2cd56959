//! Values of data types in the artifact and in the test: the same bytes, the same value.

#[path = "../fixtures/borrows/src/types.rs"]
#[expect(unreachable_pub, reason = "they are public in the guest")]
mod types;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use plugsmith_harness::Plugin;

use types::{Bloom, Compact, Silent, Steady};

/// By its bytes, as the file is one that exports a dependency's entry points.
fn plugin() -> Plugin {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/borrows");
    Plugin::load(std::fs::read(plugsmith_harness::build(&folder).unwrap()).unwrap()).unwrap()
}

/// What a failing assertion says.
fn failure(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("it should have failed");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn a_type_of_fixed_widths_goes_through_the_artifact() {
    let plugin = plugin();
    plugin.assert_round_trips(|random| Steady(random.u64()));
    plugin.assert_round_trips(|random| Compact {
        count: random.below(1 << 32) as usize,
        names: [(random.u64().to_string(), Some(-1))].into(),
    });
}

#[test]
fn a_type_with_a_usize_of_8_bytes_does_not_and_is_told_why() {
    let plugin = plugin();
    let bloom = |_: &mut _| Bloom { hashes: 3, bits: vec![1, 2] };
    plugsmith_harness::plugsmith::testing::assert_round_trips(bloom);
    insta::assert_snapshot!(failure(|| plugin.assert_round_trips(bloom)), @r#"
    value 0 of BLOOM: the same 10 bytes are `Bloom { hashes: 3, bits: [0, 0, 0, 0, 1, 2] }` in the artifact and `Bloom { hashes: 3, bits: [1, 2] }` in this test; `usize` and pointers have 4 bytes in the artifact and 8 in this test: encode numbers in a type of fixed width, such as `u64`
    Bloom { hashes: 3, bits: [1, 2] }
    "#);
}

#[test]
fn a_usize_beyond_32_bits_is_refused_by_the_supplied_encoding() {
    let plugin = plugin();
    let large = |_: &mut _| Compact { count: 1 << 32, names: [].into() };
    insta::assert_snapshot!(failure(|| plugin.assert_round_trips(large)), @r#"
    value 0 of COMPACT: this test writes 6 bytes, which the artifact does not decode: a field holds a value that its type cannot represent, such as a number beyond 32 bits in a usize on wasm32; `usize` and pointers have 4 bytes in the artifact and 8 in this test: encode numbers in a type of fixed width, such as `u64`
    Compact { count: 4294967296, names: {} }
    "#);
}

#[test]
fn storage_that_this_test_would_misread_is_refused() {
    let mut plugin = plugin();
    plugin.command("STORE", ()).unwrap();
    insta::assert_snapshot!(plugin.storage_typed::<Bloom>("bloom").unwrap_err(), @"BLOOM: the same 10 bytes are `Bloom { hashes: 3, bits: [1, 2, 3, 4, 5, 6] }` in the artifact and `Bloom { hashes: 289077004400066563, bits: [5, 6] }` in this test; `usize` and pointers have 4 bytes in the artifact and 8 in this test: encode numbers in a type of fixed width, such as `u64`");
    insta::assert_snapshot!(plugin.storage_typed::<Silent>("silent").map(|_| ()).unwrap_err(), @"SILENT: the same 10 bytes are `Silent { count: 3, rest: [1, 2, 3, 4, 5, 6] }` in the artifact and `Silent { count: 289077004400066563, rest: [5, 6] }` in this test; `usize` and pointers have 4 bytes in the artifact and 8 in this test: encode numbers in a type of fixed width, such as `u64`");
    assert_eq!(plugin.storage_typed("steady").unwrap(), Some(Steady(7)));
    assert_eq!(plugin.storage_typed::<Compact>("compact").unwrap().unwrap().count, 7);
}

#[test]
fn an_artifact_without_the_type_is_told_apart() {
    let empty = Plugin::load(&b"(module)"[..]).unwrap();
    insta::assert_snapshot!(failure(|| empty.assert_round_trips(|_| Steady(1))), @r#"the artifact has no way in for values of STEADY: it needs `#[data_type(name = "STEADY")]` and a build with debug assertions, such as that of `plugin!()`"#);
}
