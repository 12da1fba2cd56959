//! What one call costs: an empty export, an echo of 1 KiB, an echo of 1 MiB. The ratios are to plain Extism with
//! fuel, which the harness always counts.

use extism::{Manifest, Plugin, PluginBuilder, Wasm};
use plugsmith_bench::race::{self, Way};
use plugsmith_bench::{guests, table};
use plugsmith_harness::Host;
use plugsmith_harness::powers::replay::Recorder;

fn main() {
    let (ours, theirs) = (guests::bytes("calls-plugsmith"), guests::bytes("calls-extism-pdk"));
    for (title, function, length, rounds, batch) in [
        ("an empty export", "empty", 0, 400, 500),
        ("an echo of 1 KiB", "echo", 1024, 400, 300),
        ("an echo of 1 MiB", "echo", 1024 * 1024, 100, 2),
    ] {
        let input = vec![b'x'; length];
        let mut plain_theirs = plain(&theirs);
        let mut plain_ours = plain(&ours);
        let mut fuelled_ours = builder(&ours).with_fuel_limit(10_000_000_000).build().expect("a valid artifact");
        let mut harness_ours = harness(&ours);
        // As `plugin!` does, for the file of a failing test.
        let mut recorded_ours = harness(&ours);
        let _recorder = Recorder::start(&mut recorded_ours);
        let mut harness_theirs = harness(&theirs);
        let call = |plugin: &mut Plugin| {
            let output = plugin.call::<&[u8], &[u8]>(function, &input).expect("the guest answers");
            assert_eq!(output.len(), length);
        };
        let test = |plugin: &mut plugsmith_harness::Plugin| {
            let output = plugin.call::<Vec<u8>>(function, &input[..]).unwrap();
            assert_eq!(output.len(), length);
        };
        let mut ways = [
            Way::new("extism, extism-pdk's artifact", || call(&mut plain_theirs)),
            Way::new("extism, our artifact", || call(&mut plain_ours)),
            Way::new("extism with fuel, our artifact", || call(&mut fuelled_ours)),
            Way::new("harness, our artifact", || test(&mut harness_ours)),
            Way::new("harness, our artifact, recorded", || test(&mut recorded_ours)),
            Way::new("harness, extism-pdk's artifact", || test(&mut harness_theirs)),
        ];
        let names = ways.iter().map(|way| way.name).collect::<Vec<_>>();
        let times = race::run(&mut ways, rounds, batch);
        table::times(title, &names, &times, 2);
    }
}

fn plain(wasm: &[u8]) -> Plugin {
    builder(wasm).build().expect("a valid artifact")
}

fn builder(wasm: &[u8]) -> PluginBuilder<'static> {
    PluginBuilder::new(Manifest::new([Wasm::data(wasm)])).with_cache_disabled().with_function(
        "exchange",
        [extism::PTR],
        [extism::PTR],
        extism::UserData::new(()),
        |_, _, _, _| Ok(()),
    )
}

fn harness(wasm: &[u8]) -> plugsmith_harness::Plugin {
    plugsmith_harness::Plugin::load_in(wasm, Host::new()).expect("a valid artifact")
}
