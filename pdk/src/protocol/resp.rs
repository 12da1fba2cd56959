//! The RESP codec: RESP3 (and RESP2 on request) out, either in.
//!
//! Input is hostile until proven otherwise: nesting is limited to [`MAX_DEPTH`], a length
//! is believed only as far as the bytes that follow it, and no number overflows.

mod read;
mod write;

pub use read::{Reader, ResponseError, decode, decode_prefix};
pub use write::{Writer, encode, encode_resp2};

/// The deepest nesting of arrays, maps and sets that [`decode`] accepts.
pub const MAX_DEPTH: usize = 64;

/// Whether `text` is decimal digits after at most one sign.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
