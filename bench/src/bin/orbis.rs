//! How much JSON an Orbis handler can echo with the fuel that the real host gives it.

use plugsmith_bench::guests;
use plugsmith_harness::hosts::orbis::{App, Limits, Manifest, Orbis};
use serde_json::{Value, json};

/// Records read as borrowed text (ours alone), as a type, and as any JSON; arrays of short words and of
/// short numbers; and a body that nobody reads.
const HANDLERS: &[&str] = &["borrowed", "typed", "any", "words", "numbers", "unread"];

/// What the real host gives a call.
const FUEL: u64 = 5_000_000;

fn main() {
    println!("fuel of a call with 16 KiB of JSON, and the longest body within {FUEL}");
    for (guest, handlers) in [("orbis-sdk", &HANDLERS[1..]), ("orbis-plugsmith", HANDLERS)] {
        for handler in handlers {
            let fuel = fuel(guest, handler, 16 * 1024);
            let longest = longest(guest, handler);
            println!(
                "{guest:16} {handler:9} {fuel:>10} fuel, {:.1} a byte; up to {longest} bytes",
                fuel as f64 / 16384.0
            );
        }
    }
}

/// The longest body, to the nearest KiB.
fn longest(guest: &str, handler: &str) -> usize {
    let (mut fits, mut fails) = (0, 4096);
    while fails - fits > 1 {
        let middle = (fits + fails) / 2;
        if fuel(guest, handler, middle * 1024) <= FUEL {
            fits = middle;
        } else {
            fails = middle;
        }
    }
    fits * 1024
}

fn fuel(guest: &str, handler: &str, length: usize) -> u64 {
    let outcome = app(guest, handler).post(&format!("/{handler}")).json(body(handler, length)).send();
    let fuel = outcome.fuel;
    match outcome.result {
        Ok(response) => assert_eq!(response.status, 200, "{guest} {handler}: {}", response.body),
        Err(error) => panic!("{guest} {handler}: {error}"),
    }
    fuel
}

/// A plugin with more fuel and memory than the real host gives, so that the need is seen.
fn app(guest: &str, handler: &str) -> App {
    let path = format!("/{handler}");
    let manifest = json!({ "name": "echo", "version": "1.0.0", "routes": [
        { "method": "POST", "path": path, "handler": handler, "requires_auth": false },
    ] });
    let limits = Limits { fuel: FUEL * 1000, memory_bytes: 1 << 30, body_bytes: 1 << 30, ..Limits::default() };
    let host = Orbis::as_shipped().limits(limits).manifest(Manifest::from_json(manifest).expect("a fine manifest"));
    host.load(guests::path(guest)).unwrap_or_else(|error| panic!("{error}"))
}

/// JSON of about this length.
fn body(handler: &str, length: usize) -> Value {
    match handler {
        "words" => (0..length / 5).map(|_| "ab").collect(),
        "numbers" => (0..length / 4).map(|_| 1.5).collect(),
        _ => items(length),
    }
}

/// JSON of records of about this length.
fn items(length: usize) -> Value {
    let item = |id: usize| {
        json!({
            "id": id,
            "name": "a pen",
            "description": "Writes in blue, on paper of any kind; \"refills\" are sold apart.",
            "tags": ["office", "blue", "paper"],
        })
    };
    let one = item(1000).to_string().len() + 1;
    (1000..1000 + length.div_ceil(one)).map(item).collect()
}
