//! Percent-encoding, as the paths and queries of requests have it.

use percent_encoding::percent_decode_str;

/// The path as the shipped host's framework hands it on.
pub(super) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
