//! The built plugin, in the harness: every version of getrandom gets the harness's randomness.

use plugsmith_harness::{Host, assert_trace_snapshot, plugin};

#[test]
fn every_version_of_getrandom_is_fed_by_the_host() {
    let mut plugin = plugin!(Host::new().random_seed(7));
    for function in ["bytes_02", "bytes_03", "bytes_04"] {
        assert_eq!(plugin.call::<Vec<u8>>(function, ()).unwrap().len(), 16);
    }
    plugin.call::<String>("uuid", ()).unwrap();
    plugin.call::<String>("die", ()).unwrap();
    assert_trace_snapshot!(plugin);
}

#[test]
fn randomness_is_all_it_asks_of_a_host() {
    let plugin = plugin!();
    let imports = plugin.module().imports.iter().filter(|import| import.module != "extism:host/env");
    let imports: Vec<_> = imports.map(|import| format!("{}.{}", import.module, import.name)).collect();
    assert_eq!(imports, ["wasi_snapshot_preview1.random_get"]);
}

#[test]
fn no_host_can_call_what_getrandom_calls() {
    let plugin = plugin!();
    let callable: Vec<_> = plugin.module().callable().collect();
    assert_eq!(callable, ["bytes_02", "bytes_03", "bytes_04", "die", "uuid"]);
}
