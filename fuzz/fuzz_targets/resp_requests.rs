//! The commands in a stream do not depend on how the network cuts it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_harness::serve::resp::{Malformed, Requests};

type Commands = (Vec<Vec<Vec<u8>>>, Option<Malformed>);

fn read<'a>(parts: impl Iterator<Item = &'a [u8]>, is_known: bool) -> Commands {
    let mut requests = Requests::default();
    let mut commands = Vec::new();
    for part in parts {
        requests.feed(part);
        loop {
            match requests.next(is_known) {
                Ok(Some(command)) => commands.push(command),
                Ok(None) => break,
                Err(malformed) => return (commands, Some(malformed)),
            }
        }
    }
    (commands, None)
}

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (size, is_known, bytes) = input;
    let whole = read(std::iter::once(bytes), is_known);
    assert_eq!(read(bytes.chunks(usize::from(size) + 1), is_known), whole);
    assert!(whole.0.iter().flatten().map(Vec::len).sum::<usize>() <= bytes.len());
});
