//! What the typed form of a command costs, beside the raw form of the same: at most 1.05 times.
//!
//! Where an instance's memory lies makes calls some percent quicker or slower, so every row is the
//! median of pairs of fresh instances. Fuel counts instructions, which no other work disturbs.

use std::time::Duration;

use extism::Plugin;
use plugsmith_bench::race::{self, Way};
use plugsmith_bench::{guests, plain, table};
use plugsmith_harness::Host;
use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::plugsmith::protocol::arguments::{self, Encoding};
use plugsmith_harness::plugsmith::testing::MockContext;

const LIMIT: f64 = 1.05;
const PAIRS: usize = 9;

fn main() {
    let (raw, typed) = (guests::bytes("forms-raw"), guests::bytes("forms-typed"));
    let numbers: Vec<Value> = (0..1000).map(Value::Integer).collect();
    println!("| command | raw | typed | typed / raw | in instructions | at most {LIMIT} |");
    println!("|---|---|---|---|---|---|");
    for (title, export, arguments) in [
        ("text and a number", "REPEAT", vec!["tea".into(), Value::Integer(3)]),
        ("text alone", "REPEAT", vec!["tea".into()]),
        ("1 KiB of bytes", "ECHO", vec![Value::BulkString(vec![b'x'; 1024])]),
        ("1,000 numbers", "SUM", numbers),
        ("a key, with a host call", "COUNT", vec!["visits".into()]),
    ] {
        let input = arguments::encode(&arguments, Encoding::Resp);
        let batch = if arguments.len() > 100 { 10 } else { 200 };
        let mut pairs: Vec<[Duration; 2]> = (0..PAIRS).map(|_| pair(&raw, &typed, export, &input, batch)).collect();
        pairs.sort_by(|a, b| ratio(*a).total_cmp(&ratio(*b)));
        let [raw_time, typed_time] = pairs[PAIRS / 2];
        let fuel = fuel(&typed, export, &input) as f64 / fuel(&raw, export, &input) as f64;
        println!(
            "| `{export}`: {title} | {} | {} | {:.3} | {fuel:.3} | {} |",
            table::duration(raw_time),
            table::duration(typed_time),
            ratio(pairs[PAIRS / 2]),
            verdict(ratio(pairs[PAIRS / 2]))
        );
    }
    let ratio = typed.len() as f64 / raw.len() as f64;
    let verdict = verdict(ratio);
    println!("| artifact of the four | {} bytes | {} bytes | {ratio:.3} | - | {verdict} |", raw.len(), typed.len());
}

/// The times of one call of both forms, each in a fresh instance.
fn pair(raw: &[u8], typed: &[u8], export: &str, input: &[u8], batch: u32) -> [Duration; 2] {
    let context = MockContext::new();
    let (mut raw, mut typed) = (plain::load(raw, &context), plain::load(typed, &context));
    let call = |plugin: &mut Plugin| plugin.call::<&[u8], Vec<u8>>(export, input).expect("an answer");
    // A count goes on from call to call.
    if export != "COUNT" {
        assert_eq!(call(&mut raw), call(&mut typed), "both forms answer the same");
    }
    let mut ways = [Way::new("raw", || drop(call(&mut raw))), Way::new("typed", || drop(call(&mut typed)))];
    let times = race::run(&mut ways, 200, batch);
    [times[0], times[1]]
}

/// The instructions of a second call: the first also fills what later ones use.
fn fuel(wasm: &[u8], export: &str, input: &[u8]) -> u64 {
    let mut plugin = plugsmith_harness::Plugin::load_in(wasm, Host::new()).expect("a valid artifact");
    plugin.call::<Vec<u8>>(export, input).unwrap();
    plugin.call::<Vec<u8>>(export, input).fuel
}

fn ratio([raw, typed]: [Duration; 2]) -> f64 {
    typed.as_secs_f64() / raw.as_secs_f64()
}

fn verdict(ratio: f64) -> &'static str {
    if ratio <= LIMIT { "yes" } else { "**no**" }
}
