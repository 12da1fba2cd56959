//! What each example weighs, and what one of its typical calls costs.

use plugsmith_bench::race::{self, Way};
use plugsmith_bench::{examples, plain, table};
use plugsmith_harness::plugsmith::protocol::arguments::{self, Encoding};
use plugsmith_harness::plugsmith::testing::MockContext;
use plugsmith_harness::plugsmith::{Event, Value};
use plugsmith_harness::{Host, Plugin, grouped};

/// A call, as its example is mostly called.
struct Typical {
    /// As a person would write it.
    shown: &'static str,
    export: &'static str,
    input: Vec<u8>,
    /// A command that is called before, so that there is something to work on.
    before: Option<(&'static str, Vec<u8>)>,
    rounds: usize,
    batch: u32,
}

impl Typical {
    fn new(shown: &'static str, export: &'static str, input: impl Into<Vec<u8>>) -> Typical {
        Typical { shown, export, input: input.into(), before: None, rounds: 200, batch: 100 }
    }
}

fn main() {
    println!("| example | size | call | in extism | in the harness |");
    println!("|---|---|---|---|---|");
    for name in examples::names() {
        let wasm = examples::built(&name);
        let Some(typical) = typical(&name) else {
            println!("| `{name}` | {} | - | - | - |", grouped(wasm.len() as u64));
            continue;
        };
        let context = MockContext::new();
        let mut plain = plain::load(&wasm, &context);
        let mut harness = Plugin::load_in(&wasm[..], Host::new()).expect("a valid artifact");
        if let Some((export, input)) = &typical.before {
            plain.call::<&[u8], ()>(export, input).expect("the guest answers");
            harness.call::<Vec<u8>>(export, &input[..]).unwrap();
        }
        let mut ways = [
            Way::new("extism", || {
                drop(plain.call::<&[u8], Vec<u8>>(typical.export, &typical.input).expect("an answer"))
            }),
            Way::new("harness", || drop(harness.call::<Vec<u8>>(typical.export, &typical.input[..]).unwrap())),
        ];
        let times = race::run(&mut ways, typical.rounds, typical.batch);
        println!(
            "| `{name}` | {} | `{}` | {} | {} |",
            grouped(wasm.len() as u64),
            typical.shown,
            table::duration(times[0]),
            table::duration(times[1])
        );
    }
}

/// `None` for a plugin that Extism alone cannot call: `orbis` and `peers` measure those.
fn typical(example: &str) -> Option<Typical> {
    Some(match example {
        "extism-getrandom" => Typical::new("uuid", "uuid", ""),
        "extism-tour" => Typical::new(r#"handle {"name":"Ada"}"#, "handle", r#"{"name":"Ada"}"#),
        "ferrite-bloom" => Typical::new("BF.ADD words tea", "BF.ADD", words(&["words", "tea"])),
        "ferrite-guard" => {
            let event = Event::new("OnKeyWrite").key("session:1").value("tea");
            Typical::new("OnKeyWrite session:1 tea", "hook:OnKeyWrite:on_key_write", event.encode())
        }
        "ferrite-hello" => Typical::new("HELLO.COUNT visits", "HELLO.COUNT", words(&["visits"])),
        "ferrite-json" => Typical {
            before: Some(("JSON.SET", words(&["mykey", "$", r#"{"name": "Alice", "age": 30}"#]))),
            ..Typical::new("JSON.GET mykey $.name", "JSON.GET", words(&["mykey", "$.name"]))
        },
        "ferrite-ratelimit" => {
            Typical::new("RATE.ALLOW ada 1000000 3600", "RATE.ALLOW", words(&["ada", "1000000", "3600"]))
        }
        "orbis-hello" | "orbis-items" | "peers-vowels-caller" => return None,
        "peers-vowels" => Typical::new("count_vowels Hello, World!", "count_vowels", "Hello, World!"),
        // A hash is made to take long.
        "query-argon2" => Typical { rounds: 9, batch: 1, ..Typical::new("hash password", "hash", "password") },
        other => panic!("no typical call of {other}: add one to bench/benches/examples.rs"),
    })
}

fn words(words: &[&str]) -> Vec<u8> {
    let words: Vec<Value> = words.iter().map(|word| Value::from(*word)).collect();
    arguments::encode(&words, Encoding::Resp)
}
