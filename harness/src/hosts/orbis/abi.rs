//! What a host and its plugins agree on: names, signatures, and where a text ends.
//!
//! Two ABIs go by the name of Orbis: that of the shipped host, and that of the listings on Orbis'
//! page, which no real host has. The page gives no lengths, so here a text that a host function
//! answers ends with a NUL, and a handler's answer ends where its JSON does.

use serde_json::{Deserializer, Value as Json};

use super::memory;
use crate::trace::event::render_bytes;

/// A function's name, how many `i32` it takes, and whether it answers one.
pub(super) type Function = (&'static str, usize, bool);

/// Which of the two ABIs it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Shipped,
    Page,
}

/// An ABI, as data.
pub(super) struct Abi {
    pub(super) kind: Kind,
    /// Whose it is, for messages.
    pub(super) owner: &'static str,
    /// What every plugin must export.
    pub(super) required: &'static [Function],
    /// What it may export.
    pub(super) optional: &'static [Function],
    /// The export that the host gets memory by, and the one that frees it.
    pub(super) allocate: &'static str,
    pub(super) deallocate: &'static str,
    /// The host's functions, all of module `env`.
    pub(super) functions: &'static [Function],
    /// The block in which a host function answers these bytes.
    pub(super) block: fn(&[u8]) -> Result<Vec<u8>, String>,
    /// The JSON of a handler's answer at this address.
    pub(super) answer: fn(memory: &[u8], pointer: u32) -> Result<Json, String>,
}

/// That of the shipped host.
pub(super) static SHIPPED: Abi = Abi {
    kind: Kind::Shipped,
    owner: "Orbis",
    required: &[("allocate", 1, true)],
    // Without it, what the host has written is never freed; instances live for one call.
    optional: &[("deallocate", 2, false)],
    allocate: "allocate",
    deallocate: "deallocate",
    functions: &[
        ("allocate", 1, true),
        ("crypto_hash", 3, true),
        ("crypto_random", 1, true),
        ("db_execute", 4, true),
        ("db_query", 4, true),
        ("deallocate", 2, false),
        ("emit_event", 4, true),
        ("get_config", 2, true),
        ("http_request", 8, true),
        ("log", 3, false),
        ("state_get", 2, true),
        ("state_remove", 2, true),
        ("state_set", 4, true),
    ],
    block: |bytes| {
        let length = u32::try_from(bytes.len()).map_err(|_| "the answer is beyond 4 GiB")?;
        Ok([&length.to_le_bytes()[..], bytes].concat())
    },
    answer: shipped_answer,
};

/// That of the page. Its complete example has no `alloc`, so a plugin need not have one.
pub(super) static PAGE: Abi = Abi {
    kind: Kind::Page,
    owner: "Orbis' page",
    required: &[("init", 0, true), ("execute", 0, true), ("cleanup", 0, true)],
    optional: &[("alloc", 1, true), ("dealloc", 2, false)],
    allocate: "alloc",
    deallocate: "dealloc",
    functions: &[
        ("db_execute", 2, true),
        ("db_query", 2, true),
        ("http_request", 6, true),
        ("log_debug", 2, false),
        ("log_error", 2, false),
        ("log_info", 2, false),
    ],
    block: |bytes| Ok([bytes, &[0]].concat()),
    answer: page_answer,
};

fn shipped_answer(memory: &[u8], pointer: u32) -> Result<Json, String> {
    if pointer == 0 {
        return Ok(Json::Null);
    }
    let bytes = memory::length_prefixed(pointer, memory)
        .map_err(|error| format!("its answer at {pointer} is no length and so many bytes: {error}"))?;
    light(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| format!("its answer is no JSON ({error}): {}", render_bytes(bytes)))
}

/// The most that an answer may take once it is read, in bytes: it is text in a plugin's memory of a few megabytes.
const ANSWER: usize = 128 * 1024 * 1024;

fn light(json: &[u8]) -> Result<(), String> {
    match crate::text::json_weight(json) {
        bytes if bytes > ANSWER => Err(format!("its answer has too many elements: they take more than {ANSWER} bytes")),
        _ => Ok(()),
    }
}

/// The one value that begins there. Whatever lies behind an object, a list or a text is not part of
/// it; numbers and words have no end of their own, so they need the NUL, which no JSON contains.
fn page_answer(memory: &[u8], pointer: u32) -> Result<Json, String> {
    const SHOWN: usize = 64;
    if pointer == 0 {
        return Err("it answered a null pointer: answer the address of a JSON text".to_owned());
    }
    let rest = memory
        .get(pointer as usize..)
        .filter(|rest| !rest.is_empty())
        .ok_or_else(|| format!("its answer at {pointer} lies beyond the memory of {} bytes", memory.len()))?;
    let text = rest.split(|byte| *byte == 0).next().unwrap_or_default();
    let is_ended = text.len() < rest.len();
    light(text)?;
    let mut values = Deserializer::from_slice(text).into_iter();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) if error.is_eof() && !is_ended => {
            Err(format!("its answer at {pointer} does not end before the memory does: {error}"))
        }
        Some(Err(error)) => Err(format!(
            "its answer at {pointer} is no JSON ({error}): {}",
            render_bytes(&text[..text.len().min(SHOWN)])
        )),
        None => Err(format!("its answer at {pointer} is an empty text: answer JSON")),
    }
}
