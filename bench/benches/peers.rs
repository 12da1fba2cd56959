//! What it costs to call another plugin, beside a direct call of it and the copies on the way.

use std::time::Duration;

use extism::{CurrentPlugin, Manifest, Plugin, PluginBuilder, UserData, Val, Wasm};
use plugsmith_bench::race::{self, Way};
use plugsmith_bench::{guests, table};
use plugsmith_harness::Host;
use plugsmith_harness::hosts::peers::Registry;

fn main() {
    println!("the demo's caller: {} bytes", guests::bytes("peers-plugsmith").len());
    let (caller, callee) = (guests::bytes("peers-calls-plugsmith"), guests::bytes("calls-plugsmith"));
    for (size, count, rounds) in [(16, 1_000, 40), (1_024, 1_000, 40), (1_048_576, 10, 40)] {
        let payload = vec![b'x'; size];
        let mut input = format!("{count:04}").into_bytes();
        input.extend(&payload);
        let expected = (size * count).to_string();
        compare(
            &format!("plain extism, {size} bytes"),
            count,
            rounds,
            &mut [
                &mut direct(plain(&callee), &payload, count),
                &mut indirect(plain_caller(&caller, &callee), "copies", &input, &expected),
                &mut indirect(plain_caller(&caller, &callee), "relay", &input, &expected),
            ],
        );
        // Each artifact gets the functions that it imports.
        let exchange = || Host::new().host("exchange", |block: Vec<u8>| block);
        let second = || Host::new().host("second", |_: String, block: Vec<u8>| block);
        let load = |wasm: &[u8], host| plugsmith_harness::Plugin::load_in(wasm, host).expect("a valid artifact");
        let mut echo = load(&callee, exchange());
        let mut copies = load(&caller, second());
        let mut relay = load(&caller, second().peers(Registry::new().plugin_in("echo", callee.clone(), exchange)));
        compare(
            &format!("harness, {size} bytes"),
            count,
            rounds,
            &mut [
                &mut || {
                    for _ in 0..count {
                        assert_eq!(echo.call::<Vec<u8>>("echo", &payload[..]).unwrap().len(), size);
                    }
                },
                &mut || assert_eq!(copies.call::<String>("copies", &input[..]).unwrap(), expected),
                &mut || assert_eq!(relay.call::<String>("relay", &input[..]).unwrap(), expected),
            ],
        );
    }
}

/// Times a direct call, the copies, and a call through a caller; and the last against the sum of
/// the first two.
fn compare(title: &str, count: usize, rounds: usize, work: &mut [&mut dyn FnMut(); 3]) {
    let names = ["direct call", "copies into the host and back", "call through the caller"];
    let mut ways = work.iter_mut().zip(names).map(|(work, name)| Way::new(name, work)).collect::<Vec<_>>();
    let times = race::run(&mut ways, rounds, 1);
    let each = times.iter().map(|time| *time / count as u32).collect::<Vec<Duration>>();
    table::times(title, &names, &each, 0);
    let sum = each[0] + each[1];
    println!(
        "  {:<44} {:>21.2} x",
        "through the caller / (direct + copies)",
        each[2].as_secs_f64() / sum.as_secs_f64()
    );
}

fn direct(mut plugin: Plugin, payload: &[u8], count: usize) -> impl FnMut() {
    move || {
        for _ in 0..count {
            let output = plugin.call::<&[u8], &[u8]>("echo", payload).expect("the guest answers");
            assert_eq!(output.len(), payload.len());
        }
    }
}

fn indirect(mut plugin: Plugin, function: &str, input: &[u8], expected: &str) -> impl FnMut() {
    move || assert_eq!(plugin.call::<&[u8], &str>(function, input).expect("the guest answers"), expected)
}

/// A host whose functions give back what they are given.
fn host(wasm: &[u8]) -> PluginBuilder<'_> {
    let exchange = |plugin: &mut CurrentPlugin, inputs: &[Val], outputs: &mut [Val], _: UserData<()>| {
        let block: Vec<u8> = plugin.memory_get_val(&inputs[0])?;
        plugin.memory_set_val(&mut outputs[0], block)
    };
    let second = |plugin: &mut CurrentPlugin, inputs: &[Val], outputs: &mut [Val], _: UserData<()>| {
        let _name: String = plugin.memory_get_val(&inputs[0])?;
        let block: Vec<u8> = plugin.memory_get_val(&inputs[1])?;
        plugin.memory_set_val(&mut outputs[0], block)
    };
    PluginBuilder::new(Manifest::new([Wasm::data(wasm)]))
        .with_cache_disabled()
        .with_function("exchange", [extism::PTR], [extism::PTR], UserData::new(()), exchange)
        .with_function("second", [extism::PTR; 2], [extism::PTR], UserData::new(()), second)
}

fn plain(wasm: &[u8]) -> Plugin {
    host(wasm).build().expect("a valid artifact")
}

/// A host as the demo's: one callee, behind the two functions.
fn plain_caller(wasm: &[u8], callee: &[u8]) -> Plugin {
    let register = |_: &mut CurrentPlugin, _: &[Val], outputs: &mut [Val], _: UserData<Plugin>| {
        outputs[0] = Val::I64(0);
        Ok(())
    };
    let call = |plugin: &mut CurrentPlugin, inputs: &[Val], outputs: &mut [Val], callee: UserData<Plugin>| {
        let function: String = plugin.memory_get_val(&inputs[1])?;
        let input: Vec<u8> = plugin.memory_get_val(&inputs[2])?;
        let callee = callee.get()?;
        let mut callee = callee.lock().expect("no other thread calls it");
        let output = callee.call::<&[u8], &[u8]>(function, &input)?;
        plugin.memory_set_val(&mut outputs[0], output)
    };
    let callee = UserData::new(plain(callee));
    host(wasm)
        .with_function("register_plugin", [extism::PTR], [extism::PTR], callee.clone(), register)
        .with_function("call_plugin", [extism::PTR; 3], [extism::PTR], callee, call)
        .build()
        .expect("a valid artifact")
}
