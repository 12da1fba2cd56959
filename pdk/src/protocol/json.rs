//! The little JSON that a guest needs without `serde_json`: arguments in, replies out.
//!
//! | value | JSON |
//! |---|---|
//! | text | string |
//! | bytes that are not UTF-8 | `{"$bytes": "<base64>"}` |
//! | integer, double | number (infinities and NaN: the strings `inf`, `-inf`, `nan`) |
//! | big number | string of digits |
//! | boolean, null | `true`, `false`, `null` |
//! | array, set, push | array |
//! | map | object where every key is text, no key is twice, and it is none of the tagged objects here; else an array of pairs |
//! | error | `{"$error": "ERR .."}` |

mod base64;
mod scan;
mod write;

pub use crate::text::write_integer;
pub use scan::{Json, JsonError, Scanner};
pub use write::{write, write_bytes, write_double, write_string};

/// The key of the object that stands for bytes.
pub(crate) const BYTES: &str = "$bytes";
/// The key of the object that stands for an error inside a reply.
const ERROR: &str = "$error";
