//! What an isolated instance and its first call cost, once the artifact is compiled.

use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use plugsmith_bench::race::{self, Way};
use plugsmith_bench::{guests, table};
use plugsmith_harness::Host;

fn main() {
    let (ours, theirs) = (guests::bytes("hello-plugsmith"), guests::bytes("hello-extism-pdk"));
    let (compiled_ours, compiled_theirs) = (compile(&ours), compile(&theirs));
    let call = |mut plugin: Plugin| {
        assert_eq!(plugin.call::<&str, &str>("hello", "Ada").expect("the guest answers"), "Hello, Ada!");
    };
    let test = |wasm: &[u8]| {
        let mut plugin = plugsmith_harness::Plugin::load_in(wasm, Host::new()).expect("a valid artifact");
        assert_eq!(plugin.call::<String>("hello", "Ada").unwrap(), "Hello, Ada!");
    };
    let mut ways = [
        Way::new("new_from_compiled, extism-pdk's artifact", || {
            call(Plugin::new_from_compiled(&compiled_theirs).expect("a valid artifact"));
        }),
        Way::new("new_from_compiled, our artifact", || {
            call(Plugin::new_from_compiled(&compiled_ours).expect("a valid artifact"));
        }),
        Way::new("harness, our artifact", || test(&ours)),
        Way::new("harness, extism-pdk's artifact", || test(&theirs)),
    ];
    let names = ways.iter().map(|way| way.name).collect::<Vec<_>>();
    let times = race::run(&mut ways, 200, 20);
    table::times("an isolated instance and its first call", &names, &times, 1);

    let mut ways = [
        Way::new("Plugin::new, extism-pdk's artifact", || call(builder(&theirs).build().expect("a valid artifact"))),
        Way::new("Plugin::new, our artifact", || call(builder(&ours).build().expect("a valid artifact"))),
        Way::new("harness, our artifact", || test(&ours)),
    ];
    let names = ways.iter().map(|way| way.name).collect::<Vec<_>>();
    let times = race::run_threads(&mut ways, 10, 1);
    table::times("the same, compiled each time, without a disk cache, all threads", &names, &times, 1);
}

fn builder(wasm: &[u8]) -> PluginBuilder<'static> {
    PluginBuilder::new(Manifest::new([Wasm::data(wasm)])).with_cache_disabled()
}

fn compile(wasm: &[u8]) -> CompiledPlugin {
    builder(wasm).compile().expect("a valid artifact")
}
