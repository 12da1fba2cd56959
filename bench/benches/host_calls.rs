//! What one host call costs, with a block in and a block out, when a guest makes many in one call.

use std::time::Duration;

use extism::{CurrentPlugin, Manifest, Plugin, PluginBuilder, UserData, Val, Wasm};
use plugsmith_bench::race::{self, Way};
use plugsmith_bench::{guests, table};
use plugsmith_harness::Host;

fn main() {
    let (ours, theirs) = (guests::bytes("calls-plugsmith"), guests::bytes("calls-extism-pdk"));
    for (count, rounds) in [(100, 100), (1_000, 40), (20_000, 3)] {
        let input = count.to_string();
        let expected = (16 * count).to_string();
        let mut plain_theirs = plain(&theirs);
        let mut plain_ours = plain(&ours);
        let mut fuelled_ours = builder(&ours).with_fuel_limit(10_000_000_000).build().expect("a valid artifact");
        let mut harness_ours = harness(&ours);
        let call = |plugin: &mut Plugin| {
            let output = plugin.call::<&str, &str>("host_calls", &input).expect("the guest answers");
            assert_eq!(output, expected);
        };
        let mut ways = [
            Way::new("extism, extism-pdk's artifact", || call(&mut plain_theirs)),
            Way::new("extism, our artifact", || call(&mut plain_ours)),
            Way::new("extism with fuel, our artifact", || call(&mut fuelled_ours)),
            Way::new("harness, our artifact, traced", || {
                assert_eq!(harness_ours.call::<String>("host_calls", &input[..]).unwrap(), expected);
            }),
        ];
        let names = ways.iter().map(|way| way.name).collect::<Vec<_>>();
        let times = race::run(&mut ways, rounds, 1);
        let each = times.iter().map(|time| *time / count).collect::<Vec<Duration>>();
        table::times(&format!("each of {count} host calls in one call"), &names, &each, 0);
    }
}

fn plain(wasm: &[u8]) -> Plugin {
    builder(wasm).build().expect("a valid artifact")
}

fn builder(wasm: &[u8]) -> PluginBuilder<'static> {
    let exchange = |plugin: &mut CurrentPlugin, inputs: &[Val], outputs: &mut [Val], _: UserData<()>| {
        let block: Vec<u8> = plugin.memory_get_val(&inputs[0])?;
        plugin.memory_set_val(&mut outputs[0], block)
    };
    PluginBuilder::new(Manifest::new([Wasm::data(wasm)])).with_cache_disabled().with_function(
        "exchange",
        [extism::PTR],
        [extism::PTR],
        UserData::new(()),
        exchange,
    )
}

fn harness(wasm: &[u8]) -> plugsmith_harness::Plugin {
    let host = Host::new().host("exchange", |block: Vec<u8>| block);
    plugsmith_harness::Plugin::load_in(wasm, host).expect("a valid artifact")
}
